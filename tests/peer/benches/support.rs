//! What both benchmarks measure with: documented examples, and a comparison in turns.

#![allow(dead_code, reason = "each benchmark uses a part of it")]

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;

/// The envelope of an answer.
#[derive(Deserialize)]
pub struct Data<T> {
    /// What is in it.
    pub data: T,
}

/// The documented example of an operation's success.
pub fn example(path: &str) -> Value {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/connect-v1.openapi.json");
    let document = std::fs::read(document).expect("the normalised document");
    let document: Value = serde_json::from_slice(&document).expect("JSON");
    document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["example"]
        .clone()
}

/// A cluster's status of so many printers and jobs: the documented ones again and again.
pub fn status(printers: usize, jobs: usize) -> Vec<u8> {
    let mut status = example("/clusters/{cluster_id}/status");
    for (list, count) in [("printers", printers), ("print_jobs", jobs)] {
        let items = status["data"][list].as_array().expect("a list").clone();
        status["data"][list] = items.into_iter().cycle().take(count).collect();
    }
    serde_json::to_vec(&status).expect("JSON")
}

/// Times two things in turns, so that what else the machine does falls on both alike, and gives
/// the median of each.
pub fn in_turns(turns: usize, mut one: impl FnMut(), mut other: impl FnMut()) -> [Duration; 2] {
    let mut times = [Vec::with_capacity(turns), Vec::with_capacity(turns)];
    let time = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };

    for turn in 0..turns {
        // Who comes second finds the caches warm.
        if turn % 2 == 0 {
            times[0].push(time(&mut one));
            times[1].push(time(&mut other));
        } else {
            times[1].push(time(&mut other));
            times[0].push(time(&mut one));
        }
    }

    times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2]
    })
}

/// Says how two times compare.
pub fn report(what: &str, [ours, theirs]: [Duration; 2]) {
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!("{what}: {ours:?} to {theirs:?} in turns, {ratio:.3} of it");
}
