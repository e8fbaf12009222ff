//! Helpers of the benchmarks: documented examples, and a comparison in alternating runs.

#![allow(dead_code, reason = "each benchmark uses a part of it")]

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;

/// The envelope of a response.
#[derive(Deserialize)]
pub struct Data<T> {
    /// The content.
    pub data: T,
}

/// The documented example of the success of a GET.
pub fn example(path: &str) -> Value {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/connect-v1.openapi.json");
    let document = std::fs::read(document).expect("the normalised document");
    let document: Value = serde_json::from_slice(&document).expect("JSON");
    document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["example"]
        .clone()
}

/// The status of a cluster that repeats the documented printers and jobs.
pub fn status(printers: usize, jobs: usize) -> Vec<u8> {
    let mut status = example("/clusters/{cluster_id}/status");
    for (list, count) in [("printers", printers), ("print_jobs", jobs)] {
        let items = status["data"][list].as_array().expect("a list").clone();
        status["data"][list] = items.into_iter().cycle().take(count).collect();
    }
    serde_json::to_vec(&status).expect("JSON")
}

/// Measures two functions in alternation, so that other load affects both equally; returns the median
/// of each.
pub fn compare(runs: usize, mut first: impl FnMut(), mut second: impl FnMut()) -> [Duration; 2] {
    let mut times = [Vec::with_capacity(runs), Vec::with_capacity(runs)];
    let time = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };

    for run in 0..runs {
        // The second function finds warm caches, so the order alternates.
        if run % 2 == 0 {
            times[0].push(time(&mut first));
            times[1].push(time(&mut second));
        } else {
            times[1].push(time(&mut second));
            times[0].push(time(&mut first));
        }
    }

    times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2]
    })
}

/// Prints two times and their ratio.
pub fn report(name: &str, [ours, theirs]: [Duration; 2]) {
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!("{name}: {ours:?} to {theirs:?}, ratio {ratio:.3}");
}
