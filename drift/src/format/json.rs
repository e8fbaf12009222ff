//! The JSON format, for programs. `drift/report.schema.json` describes it, and a test checks that
//! every report conforms to that schema.

use serde_json::{Map, Value, json};

use crate::accepted::ReviewedFinding;
use crate::report::{DocumentInfo, Note};
use crate::review::{AcceptanceState, Review};
use crate::verdict::{SourceVerdict, WireVerdict};

/// Renders a review as indented JSON with a final line feed.
pub fn render(review: &Review) -> String {
    let findings: Vec<_> = review.findings.iter().map(finding).collect();
    let report = json!({
        "base": document(&review.base),
        "revision": document(&review.revision),
        "summary": summary(review),
        "findings": findings,
    });

    format!("{report:#}\n")
}

fn document(document: &DocumentInfo) -> Value {
    let DocumentInfo {
        location,
        sha256,
        specification_version,
        title,
        version,
        is_connect,
        text: _,
        text_file: _,
    } = document;

    json!({
        "location": location,
        "sha256": sha256,
        "language": specification_version,
        "title": title,
        "version": version,
        "is_connect": is_connect,
    })
}

fn summary(review: &Review) -> Value {
    let summary = &review.summary;
    let wire = summary
        .wire
        .map(|(verdict, count): (WireVerdict, usize)| (verdict.to_string(), json!(count)));
    let source = summary
        .source
        .map(|(verdict, count): (SourceVerdict, usize)| (verdict.to_string(), json!(count)));
    let first: Vec<_> =
        summary.first.iter().map(|index| &review.findings[*index].fingerprint).collect();

    let acceptances: Vec<_> = review
        .acceptances
        .iter()
        .map(|(acceptance, state): &(_, AcceptanceState)| {
            json!({
                "fingerprint": acceptance.fingerprint,
                "reason": acceptance.reason,
                "date": acceptance.date,
                "expires": acceptance.expires,
                "state": state.id(),
            })
        })
        .collect();
    let notes: Vec<_> = review.notes.iter().map(note).collect();

    json!({
        "bump": summary.bump.to_string(),
        "version": summary.version.to_string(),
        "next_version": summary.next_version.to_string(),
        "wire": Map::from_iter(wire),
        "source": Map::from_iter(source),
        "first": first,
        "accepted": summary.accepted,
        "unclassified": summary.unclassified,
        "unreached": summary.unreached,
        "acceptances": acceptances,
        "notes": notes,
    })
}

fn note(note: &Note) -> Value {
    json!({ "kind": note.kind.id(), "message": note.message, "help": note.help })
}

fn finding(reviewed: &ReviewedFinding) -> Value {
    let finding = &reviewed.finding;

    json!({
        "class": finding.kind.id(),
        "wire": finding.wire.to_string(),
        "source": finding.source.to_string(),
        "pointer": finding.pointer,
        "revision_pointer": finding.revision_pointer,
        "operations": finding.operations,
        "rust_items": finding.rust_items,
        "old": finding.old,
        "new": finding.new,
        "message": finding.message,
        "fingerprint": reviewed.fingerprint,
        "accepted": reviewed.accepted.is_some(),
    })
}
