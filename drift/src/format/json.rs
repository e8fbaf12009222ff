//! For programs. The shape is a promise: `drift/report.schema.json` states it, and a test holds it.

use serde_json::{Map, Value, json};

use crate::finding::{Source, Wire};
use crate::format::words;
use crate::report::{Note, Side};
use crate::review::{Review, Reviewed, State};

/// Renders a review as JSON, laid out, with a line feed at its end.
pub fn render(review: &Review) -> String {
    let findings: Vec<_> = review.findings.iter().map(finding).collect();
    let report = json!({
        "base": side(&review.base),
        "revision": side(&review.revision),
        "summary": summary(review),
        "findings": findings,
    });

    format!("{report:#}\n")
}

fn side(side: &Side) -> Value {
    let Side { location, sha256, language, title, version, is_connect, text: _, text_file: _ } =
        side;
    json!({
        "location": location,
        "sha256": sha256,
        "language": language,
        "title": title,
        "version": version,
        "is_connect": is_connect,
    })
}

fn summary(review: &Review) -> Value {
    let summary = &review.summary;
    let wire = summary.wire.map(|(wire, count): (Wire, usize)| (wire.to_string(), json!(count)));
    let source = summary.source.map(|(it, count): (Source, usize)| (it.to_string(), json!(count)));
    let first: Vec<_> =
        summary.first.iter().map(|index| &review.findings[*index].fingerprint).collect();

    let acceptances: Vec<_> = review
        .acceptances
        .iter()
        .map(|(it, state): &(_, State)| {
            json!({
                "fingerprint": it.fingerprint,
                "reason": it.reason,
                "date": it.date,
                "expires": it.expires,
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
    json!({ "kind": words::kind(note.kind), "message": note.message, "help": note.help })
}

fn finding(reviewed: &Reviewed) -> Value {
    let finding = &reviewed.finding;
    json!({
        "class": finding.class.id(),
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
