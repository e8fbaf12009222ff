//! Compare: from two documents to what changed between them.

use std::collections::BTreeMap;

use connect_codegen::normalise::walk::METHODS;
use connect_codegen::problem::{Result, pointer_segment};
use serde_json::Value;

use crate::class::Class;
use crate::finding::{Finding, Source, Wire};
use crate::load::Document;

/// What a comparison found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// The findings, the worst first.
    pub findings: Vec<Finding>,
    /// How many components differ that no operation of either document reaches.
    pub unreached: usize,
}

/// Compares two documents.
///
/// # Errors
///
/// If a document cannot be compared: a reference that leads nowhere or to another file, or a place
/// that holds something else than the language wants there. The problem names file and place.
pub fn compare(base: &Document, revision: &Document) -> Result<Comparison> {
    let (base, revision) = (operations(&base.value), operations(&revision.value));
    let mut findings = Vec::new();
    for (name, pointer) in &base {
        if !revision.contains_key(name) {
            findings.push(Finding {
                class: Class::OperationRemoved,
                wire: Wire::Breaking,
                source: Source::Major,
                pointer: Some(pointer.clone()),
                revision_pointer: None,
                operations: vec![name.clone()],
                rust_items: Vec::new(),
                old: Some(name.clone().into()),
                new: None,
                message: format!("{name} is gone"),
            });
        }
    }
    for (name, pointer) in &revision {
        if !base.contains_key(name) {
            findings.push(Finding {
                class: Class::OperationAdded,
                wire: Wire::Compatible,
                source: Source::Minor,
                pointer: None,
                revision_pointer: Some(pointer.clone()),
                operations: vec![name.clone()],
                rust_items: Vec::new(),
                old: None,
                new: Some(name.clone().into()),
                message: format!("{name} is new"),
            });
        }
    }
    Ok(Comparison { findings, unreached: 0 })
}

/// The operations of a document, by method and path, with their pointers.
fn operations(document: &Value) -> BTreeMap<String, String> {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    let operations = paths.flat_map(|(path, item)| {
        METHODS.iter().filter(|method| item.get(**method).is_some()).map(move |method| {
            let name = format!("{} {path}", method.to_uppercase());
            (name, format!("/paths/{}/{method}", pointer_segment(path)))
        })
    });
    operations.collect()
}
