//! Documents for the tests, and their comparison.

use connect_drift::compare::{Comparison, compare};
use connect_drift::finding::Finding;
use connect_drift::load::Document;
use connect_drift::verdict::WireVerdict;
use serde_json::Value;

/// Parses a YAML or JSON document.
pub fn document(text: &str) -> Document {
    Document::load("test.yaml", text.as_bytes())
        .unwrap_or_else(|diagnostic| panic!("{diagnostic}\n{text}"))
}

/// Creates a document from a value.
pub fn document_of(value: &Value) -> Document {
    let text = value.to_string();
    Document::load("test.json", text.as_bytes())
        .unwrap_or_else(|diagnostic| panic!("{diagnostic}\n{text}"))
}

pub fn compare_documents(base: &Document, revision: &Document) -> Comparison {
    compare(base, revision).unwrap_or_else(|diagnostic| panic!("{diagnostic}"))
}

/// Parses two documents separated by a line with three dashes.
pub fn parse_pair(text: &str) -> (Document, Document) {
    let (base, revision) = text.split_once("\n---\n").expect("two documents");
    (document(base), document(revision))
}

/// Compares two documents that differ in the text that replaces `HERE` in a template.
pub fn compare_filled(template: &str, base: &str, revision: &str) -> Vec<Finding> {
    let fill = |text: &str| document(&template.replace("HERE", text));
    compare_documents(&fill(base), &fill(revision)).findings
}

/// Like [`compare_filled`], and checks that swapped documents lead to the mirrored findings.
#[track_caller]
pub fn compare_both_ways(template: &str, base: &str, revision: &str) -> Vec<Finding> {
    let findings = compare_filled(template, base, revision);
    let swapped = compare_filled(template, revision, base);
    assert_eq!(unmirrored(&findings, &swapped), Vec::<&Finding>::new());
    assert_eq!(unmirrored(&swapped, &findings), Vec::<&Finding>::new());

    findings
}

/// Returns the only finding.
#[track_caller]
pub fn only(findings: &[Finding]) -> &Finding {
    let [only] = findings else { panic!("expected one finding, got\n{}", display(findings)) };
    only
}

/// Compares two schemas that are used in a request and in a response.
pub fn compare_schemas(base: &str, revision: &str) -> Vec<Finding> {
    let template = "
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

    compare_filled(template, base, revision)
}

/// Returns the change kinds of findings with their wire verdicts.
pub fn verdicts(findings: &[Finding]) -> Vec<(&'static str, WireVerdict)> {
    findings.iter().map(|finding| (finding.kind.id(), finding.wire)).collect()
}

/// Returns the ids of the change kinds of findings.
pub fn kind_ids(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.kind.id()).collect()
}

/// Returns the findings without a mirrored finding in the comparison of the swapped documents.
pub fn unmirrored<'f>(findings: &'f [Finding], swapped: &[Finding]) -> Vec<&'f Finding> {
    let mut unmatched: Vec<&Finding> = swapped.iter().collect();
    let unmirrored = findings.iter().filter(|finding| {
        let index = unmatched.iter().position(|other| is_mirror(finding, other));
        index.map(|index| unmatched.swap_remove(index)).is_none()
    });

    unmirrored.collect()
}

fn is_mirror(finding: &Finding, other: &Finding) -> bool {
    finding.kind.definition().mirrors.contains(&other.kind)
        && finding.pointer == other.revision_pointer
        && finding.revision_pointer == other.pointer
        && finding.old == other.new
        && finding.new == other.old
}

/// Formats findings for snapshots and failure messages.
pub fn display(findings: &[Finding]) -> String {
    findings.iter().map(display_finding).collect()
}

fn display_finding(finding: &Finding) -> String {
    let Finding {
        kind,
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

    let display_pointer = |pointer: &Option<String>| match pointer.as_deref() {
        None => "-".to_owned(),
        Some("") => "the root".to_owned(),
        Some(pointer) => pointer.to_owned(),
    };
    let pointers = match pointer == revision_pointer {
        true => display_pointer(pointer),
        false => {
            format!("{} -> {}", display_pointer(pointer), display_pointer(revision_pointer))
        }
    };

    let display_value = |value: &Option<Value>| match value {
        None => "-".to_owned(),
        Some(value) => value.to_string(),
    };
    let (old, new) = (display_value(old), display_value(new));
    let operations = operations.join(", ");

    format!(
        "{kind} {wire:?}/{source:?}: {message}\n  {pointers}\n  {operations}\n  {old} -> {new}\n"
    )
}
