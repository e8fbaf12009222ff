//! `cargo bench -p connect-drift`: time and memory of comparing two large documents, and how they
//! grow with the size. Each comparison runs in a separate process, to measure its peak memory.
//!
//! With `-- --check`, the benchmark fails if a limit is exceeded: two documents of 10 MB and 1,000
//! operations must take less than 2 s and 500 MB, and the time must grow linearly.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use connect_drift::compare::compare;
use connect_drift::load::Document;

/// The numbers of operations, doubled each time. The limits apply to the last one.
const SIZES: [usize; 3] = [250, 500, 1_000];
/// The number of measurements per size, taken in turns.
const RUNS: usize = 5;
/// The approximate size of each operation with its models, in bytes.
const BYTES_PER_OPERATION: usize = 10_000;
/// The time limit for the last size.
const MAX_SECONDS: f64 = 2.0;
/// The memory limit for the last size.
const MAX_MEGABYTES: f64 = 500.0;
/// The maximum growth of the time when the size doubles. It is more than 2 because of noise and caches.
const MAX_GROWTH: f64 = 2.6;

/// The cost of one comparison.
#[derive(Clone, Copy)]
struct Cost {
    seconds: f64,
    megabytes: f64,
    findings: usize,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [command, base, revision] = &*arguments
        && command == "measure"
    {
        return measure(base, revision);
    }

    let folder = tempfile::tempdir().expect("a temporary folder");
    for size in SIZES {
        for revised in [false, true] {
            std::fs::write(
                document_path(folder.path(), size, revised),
                document_text(size, revised),
            )
            .expect("the file is written");
        }
    }

    let mut costs: Vec<Vec<Cost>> = SIZES.map(|_| Vec::new()).into();
    for _ in 0..RUNS {
        for (size, costs) in SIZES.iter().zip(&mut costs) {
            costs.push(run_measurement(folder.path(), *size));
        }
    }

    let best: Vec<Cost> = costs.iter().map(|costs| fastest(costs)).collect();
    println!("| operations | MB each | findings | s | growth | peak MB |");
    println!("|--:|--:|--:|--:|--:|--:|");

    let mut previous: Option<f64> = None;
    for (size, Cost { seconds, megabytes, findings }) in SIZES.iter().zip(&best) {
        let bytes = document_text(*size, false).len() as f64 / 1e6;
        let growth =
            previous.map_or(String::new(), |previous| format!("{:.2}", seconds / previous));
        println!("| {size} | {bytes:.1} | {findings} | {seconds:.3} | {growth} | {megabytes:.0} |");
        previous = Some(*seconds);
    }

    if arguments.iter().any(|argument| argument == "--check") {
        let last = best[best.len() - 1];
        assert!(last.seconds < MAX_SECONDS, "{} s", last.seconds);
        assert!(last.megabytes < MAX_MEGABYTES, "{} MB", last.megabytes);

        for pair in best.windows(2) {
            assert!(
                pair[1].seconds / pair[0].seconds < MAX_GROWTH,
                "the cost does not grow linearly"
            );
        }
    }
}

fn fastest(costs: &[Cost]) -> Cost {
    let fastest = costs.iter().min_by(|one, other| one.seconds.total_cmp(&other.seconds));
    *fastest.expect("at least one run")
}

fn document_path(folder: &Path, size: usize, revised: bool) -> std::path::PathBuf {
    folder.join(format!("{size}-{}.json", if revised { "revision" } else { "base" }))
}

fn run_measurement(folder: &Path, size: usize) -> Cost {
    let output = Command::new(std::env::current_exe().expect("the path of this program"))
        .arg("measure")
        .args([document_path(folder, size, false), document_path(folder, size, true)])
        .output()
        .expect("the process starts");

    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("numbers");
    let mut numbers =
        text.split_whitespace().map(|number| number.parse::<f64>().expect("a number"));
    let mut next = || numbers.next().expect("three numbers");

    Cost { seconds: next(), megabytes: next(), findings: next() as usize }
}

/// Compares two files, and prints seconds, megabytes and the number of findings.
fn measure(base: &str, revision: &str) {
    let start = Instant::now();
    let [base, revision] = [base, revision].map(|path| {
        let bytes = std::fs::read(path).expect("a document");
        Document::load(path, &bytes).unwrap_or_else(|diagnostic| panic!("{diagnostic}"))
    });

    let comparison = compare(&base, &revision).unwrap_or_else(|diagnostic| panic!("{diagnostic}"));
    let seconds = start.elapsed().as_secs_f64();
    println!("{seconds} {} {}", peak_megabytes(), comparison.findings.len());
}

/// Returns the peak memory of the process in megabytes, or NaN if the system does not provide it.
fn peak_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.map_or(f64::NAN, |kilobytes| kilobytes / 1e3)
}

/// Generates a document. Each operation has its own model and a common error. Ten models each share a
/// component. In the revision, every tenth model is different.
fn document_text(operations: usize, revised: bool) -> String {
    let (mut paths, mut schemas) = (Vec::new(), Vec::new());
    for index in 0..operations {
        let changed = revised && index % 10 == 0;
        let moved = if revised && index % 50 == 7 { "/v2" } else { "" };
        let body = reference(&format!("Model{index}"));

        paths.push(format!(
            r#""{moved}/things{index}/{{id}}":{{"put":{{"operationId":"put_{index}","summary":"Puts {index}.","parameters":[{{"name":"id","in":"path","required":true,"schema":{{"type":"string"}}}},{{"name":"limit","in":"query","schema":{{"type":"integer"}}}}],"requestBody":{{"content":{{"application/json":{{"schema":{body}}}}}}},"responses":{{"200":{{"description":"Fine.","content":{{"application/json":{{"schema":{{"type":"array","items":{body}}}}}}}}},"404":{{"description":"Gone.","content":{{"application/json":{{"schema":{}}}}}}}}}}}}}"#,
            reference("Error"),
        ));
        schemas.push(model(index, changed));
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

fn model(index: usize, changed: bool) -> String {
    let mut properties = vec![
        format!(r#""shared":{}"#, reference(&format!("Model{}", index - index % 10))),
        format!(r#""error":{{"nullable":true,"allOf":[{}]}}"#, reference("Error")),
        format!(
            r#""status":{{"type":"string","enum":["idle","busy"{}]}}"#,
            if changed { r#","lost""# } else { "" }
        ),
    ];

    for property in 0.. {
        if properties.iter().map(String::len).sum::<usize>() > BYTES_PER_OPERATION - 1_000 {
            break;
        }

        let kind = ["string", "integer", "boolean"]
            [if changed && property == 5 { 0 } else { property % 3 }];
        properties.push(format!(
            r#""property_{property}":{{"type":"{kind}","description":"What the property {property} of the model {index} is."}}"#
        ));
    }

    format!(
        r#""Model{index}":{{"type":"object","required":["status"],"properties":{{{}}}}}"#,
        properties.join(",")
    )
}
