//! Documents for the tests, and what a comparison of them finds.

use connect_drift::compare::{Comparison, compare};
use connect_drift::finding::{Finding, Wire};
use connect_drift::load::Document;
use serde_json::Value;

/// A document of a text in either syntax.
pub fn document(text: &str) -> Document {
    Document::load("test.yaml", text.as_bytes())
        .unwrap_or_else(|problem| panic!("{problem}\n{text}"))
}

/// A document of a value.
pub fn of(value: &Value) -> Document {
    let text = value.to_string();
    Document::load("test.json", text.as_bytes())
        .unwrap_or_else(|problem| panic!("{problem}\n{text}"))
}

pub fn compared(base: &Document, revision: &Document) -> Comparison {
    compare(base, revision).unwrap_or_else(|problem| panic!("{problem}"))
}

/// The two documents of a pair, which three dashes part.
pub fn pair(text: &str) -> (Document, Document) {
    let (base, revision) = text.split_once("\n---\n").expect("a pair is two documents");
    (document(base), document(revision))
}

/// What two documents of the same frame differ in: what stands where the frame says `HERE`.
pub fn between(frame: &str, base: &str, revision: &str) -> Vec<Finding> {
    let filled = |value: &str| document(&frame.replace("HERE", value));
    compared(&filled(base), &filled(revision)).findings
}

/// The one finding that there is.
#[track_caller]
pub fn only(findings: &[Finding]) -> &Finding {
    let [only] = findings else { panic!("one finding, not\n{}", shown(findings)) };
    only
}

/// What the two schemas of a request, of which a response holds the same, differ in.
pub fn of_schemas(base: &str, revision: &str) -> Vec<Finding> {
    let frame = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  /thing:
    put:
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/It'}}}}
      responses: {'200': {description: Fine., content: {application/json: {schema: {$ref: '#/components/schemas/It'}}}}}
components:
  schemas:
    It: HERE
";

    between(frame, base, revision)
}

/// The classes of what was found, with their verdicts on the wire.
pub fn verdicts(findings: &[Finding]) -> Vec<(&'static str, Wire)> {
    findings.iter().map(|finding| (finding.class.id(), finding.wire)).collect()
}

/// The findings of the one list that have no mirror in the other: the same change seen from the
/// other side.
pub fn unmirrored<'f>(findings: &'f [Finding], swapped: &[Finding]) -> Vec<&'f Finding> {
    let mut free: Vec<&Finding> = swapped.iter().collect();
    let lone = findings.iter().filter(|finding| {
        let at = free.iter().position(|other| mirrors(finding, other));
        at.map(|at| free.swap_remove(at)).is_none()
    });
    lone.collect()
}

fn mirrors(finding: &Finding, other: &Finding) -> bool {
    finding.class.row().mirrors.contains(&other.class)
        && finding.pointer == other.revision_pointer
        && finding.revision_pointer == other.pointer
        && finding.old == other.new
        && finding.new == other.old
}

/// The findings in a few lines each.
pub fn shown(findings: &[Finding]) -> String {
    let place = |pointer: &Option<String>| match pointer.as_deref() {
        None => "-".to_owned(),
        Some("") => "the root".to_owned(),
        Some(pointer) => pointer.to_owned(),
    };

    let word = |value: &Option<Value>| match value {
        None => "-".to_owned(),
        Some(value) => value.to_string(),
    };

    let shown = findings.iter().map(|finding| {
        let Finding {
            class,
            wire,
            source,
            pointer,
            revision_pointer,
            operations,
            rust_items: _,
            old,
            new,
            message,
        } = finding;

        let pointers = match pointer == revision_pointer {
            true => place(pointer),
            false => format!("{} -> {}", place(pointer), place(revision_pointer)),
        };
        let operations = operations.join(", ");

        format!(
            "{class} {wire:?}/{source:?}: {message}\n  {pointers}\n  {operations}\n  {} -> {}\n",
            word(old),
            word(new)
        )
    });

    shown.collect()
}
