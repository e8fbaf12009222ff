//! Prints what changed between two documents as JSON, without normalising either.
//!
//! usage: compare drift --base A --revision B [--format json]

use std::process::ExitCode;

use connect_codegen::problem::{Problem, Result};
use connect_drift::compare::compare;
use connect_drift::load::Document;
use serde_json::json;

fn main() -> ExitCode {
    match run() {
        Ok(report) => {
            println!("{report:#}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(70)
        }
    }
}

fn run() -> Result<serde_json::Value> {
    let compared = compare(&document("--base")?, &document("--revision")?)?;
    let findings = compared.findings.iter().map(|finding| {
        json!({
            "class": finding.class,
            "wire": finding.wire,
            "source": finding.source,
            "pointer": finding.pointer,
            "revision_pointer": finding.revision_pointer,
            "operations": finding.operations,
            "message": finding.message,
        })
    });
    Ok(json!({ "findings": findings.collect::<Vec<_>>(), "unreached": compared.unreached }))
}

fn document(option: &str) -> Result<Document> {
    let mut arguments = std::env::args().skip_while(|argument| argument != option).skip(1);
    let path = arguments.next().ok_or_else(|| Problem::new(format!("`{option}` names a file")))?;
    let bytes =
        std::fs::read(&path).map_err(|error| Problem::new(error.to_string()).in_file(&path))?;
    Document::load(&path, &bytes)
}
