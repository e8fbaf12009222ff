//! `cargo bench -p connect-drift`: what comparing two large documents costs, and how the cost
//! grows. Each comparison has a process of its own, so that its peak of memory is its own.
//!
//! With `-- --check` the bounds that the project promises are held: two documents of 10 MB and
//! 1,000 operations in under 2 s and 500 MB, and a cost that grows as the documents do.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use connect_drift::compare::compare;
use connect_drift::load::Document;

/// The numbers of operations; each is twice the one before, and the last is what is promised.
const SIZES: [usize; 3] = [250, 500, 1_000];
/// How often each size is measured, in turns.
const RUNS: usize = 5;
/// What a document of an operation is padded to, in bytes.
const BYTES: usize = 10_000;
/// The promise for the last size.
const SECONDS: f64 = 2.0;
/// The promise for the last size.
const MEGABYTES: f64 = 500.0;
/// How much more than twice the cost twice the size may have: noise, and maps that outgrow a cache.
const GROWTH: f64 = 2.6;

/// What one comparison cost.
#[derive(Clone, Copy)]
struct Cost {
    seconds: f64,
    megabytes: f64,
    findings: usize,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, base, revision] = &*arguments
        && word == "measure"
    {
        return measure(base, revision);
    }

    let folder = tempfile::tempdir().expect("a folder");
    for size in SIZES {
        for revised in [false, true] {
            std::fs::write(file(folder.path(), size, revised), text(size, revised))
                .expect("a file");
        }
    }

    let mut costs: Vec<Vec<Cost>> = SIZES.map(|_| Vec::new()).into();
    for _ in 0..RUNS {
        for (size, costs) in SIZES.iter().zip(&mut costs) {
            costs.push(spawn(folder.path(), *size));
        }
    }

    let best: Vec<Cost> = costs.iter().map(|costs| least(costs)).collect();
    println!("| operations | MB each | findings | s | x the one before | peak MB |");
    println!("|--:|--:|--:|--:|--:|--:|");

    let mut before: Option<f64> = None;
    for (size, Cost { seconds, megabytes, findings }) in SIZES.iter().zip(&best) {
        let bytes = text(*size, false).len() as f64 / 1e6;
        let growth = before.map_or(String::new(), |before| format!("{:.2}", seconds / before));
        println!("| {size} | {bytes:.1} | {findings} | {seconds:.3} | {growth} | {megabytes:.0} |");
        before = Some(*seconds);
    }

    if arguments.iter().any(|argument| argument == "--check") {
        let last = best[best.len() - 1];
        assert!(last.seconds < SECONDS, "{} s", last.seconds);
        assert!(last.megabytes < MEGABYTES, "{} MB", last.megabytes);

        for pair in best.windows(2) {
            assert!(pair[1].seconds / pair[0].seconds < GROWTH, "the cost does not grow linearly");
        }
    }
}

fn least(costs: &[Cost]) -> Cost {
    let fastest = costs.iter().min_by(|one, other| one.seconds.total_cmp(&other.seconds));
    *fastest.expect("a run")
}

fn file(folder: &Path, size: usize, revised: bool) -> std::path::PathBuf {
    folder.join(format!("{size}-{}.json", if revised { "revision" } else { "base" }))
}

fn spawn(folder: &Path, size: usize) -> Cost {
    let output = Command::new(std::env::current_exe().expect("a program"))
        .arg("measure")
        .args([file(folder, size, false), file(folder, size, true)])
        .output()
        .expect("a process");

    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("numbers");
    let mut numbers =
        text.split_whitespace().map(|number| number.parse::<f64>().expect("a number"));
    let mut next = || numbers.next().expect("three numbers");

    Cost { seconds: next(), megabytes: next(), findings: next() as usize }
}

/// Compares two files, and prints seconds, megabytes and findings.
fn measure(base: &str, revision: &str) {
    let start = Instant::now();
    let [base, revision] = [base, revision].map(|path| {
        let bytes = std::fs::read(path).expect("a document");
        Document::load(path, &bytes).unwrap_or_else(|problem| panic!("{problem}"))
    });

    let compared = compare(&base, &revision).unwrap_or_else(|problem| panic!("{problem}"));
    let seconds = start.elapsed().as_secs_f64();
    println!("{seconds} {} {}", peak(), compared.findings.len());
}

/// The most memory that the process held, in megabytes; none where the system does not say.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.map_or(f64::NAN, |kilobytes| kilobytes / 1e3)
}

/// A document. Operations share an error, every tenth shares a component with the next ones, and
/// each has models of its own; in the revision every tenth model has changed.
fn text(operations: usize, revised: bool) -> String {
    let (mut paths, mut schemas) = (Vec::new(), Vec::new());
    for at in 0..operations {
        let changed = revised && at % 10 == 0;
        let moved = if revised && at % 50 == 7 { "/v2" } else { "" };
        let body = reference(&format!("Model{at}"));

        paths.push(format!(
            r#""{moved}/things{at}/{{id}}":{{"put":{{"operationId":"put_{at}","summary":"Puts {at}.","parameters":[{{"name":"id","in":"path","required":true,"schema":{{"type":"string"}}}},{{"name":"limit","in":"query","schema":{{"type":"integer"}}}}],"requestBody":{{"content":{{"application/json":{{"schema":{body}}}}}}},"responses":{{"200":{{"description":"Fine.","content":{{"application/json":{{"schema":{{"type":"array","items":{body}}}}}}}}},"404":{{"description":"Gone.","content":{{"application/json":{{"schema":{}}}}}}}}}}}}}"#,
            reference("Error"),
        ));
        schemas.push(model(at, changed));
    }

    let code = if revised { "integer" } else { "string" };
    schemas.push(format!(
        r#""Error":{{"type":"object","properties":{{"code":{{"type":"{code}"}}}}}}"#
    ));

    format!(
        r#"{{"openapi":"3.0.3","info":{{"title":"Things","version":"1"}},"paths":{{{}}},"components":{{"schemas":{{{}}}}}}}"#,
        paths.join(","),
        schemas.join(","),
    )
}

fn reference(name: &str) -> String {
    format!(r##"{{"$ref":"#/components/schemas/{name}"}}"##)
}

fn model(at: usize, changed: bool) -> String {
    let mut properties = vec![
        format!(r#""shared":{}"#, reference(&format!("Model{}", at - at % 10))),
        format!(r#""error":{{"nullable":true,"allOf":[{}]}}"#, reference("Error")),
        format!(
            r#""status":{{"type":"string","enum":["idle","busy"{}]}}"#,
            if changed { r#","lost""# } else { "" }
        ),
    ];

    for property in 0.. {
        if properties.iter().map(String::len).sum::<usize>() > BYTES - 1_000 {
            break;
        }

        let kind = ["string", "integer", "boolean"]
            [if changed && property == 5 { 0 } else { property % 3 }];
        properties.push(format!(
            r#""property_{property}":{{"type":"{kind}","description":"What the property {property} of the model {at} is."}}"#
        ));
    }

    format!(
        r#""Model{at}":{{"type":"object","required":["status"],"properties":{{{}}}}}"#,
        properties.join(",")
    )
}
