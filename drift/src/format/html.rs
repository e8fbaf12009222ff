//! The HTML format: a self-contained page. Its content security policy forbids all network requests,
//! and allows only the embedded style and script, identified by their hashes. Text from a document
//! can therefore never act as style or script.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use similar::{ChangeTag, TextDiff};

use crate::accepted::ReviewedFinding;
use crate::format::shared::{self, MessagePart};
use crate::review::Review;
use crate::verdict::{SourceVerdict, WireVerdict};

const STYLE: &str = include_str!("../../templates/report.css");
const SCRIPT: &str = include_str!("../../templates/report.js");

/// The maximum number of lines of a value.
const MAX_LINES: usize = 400;

/// The maximum number of characters in a line.
const MAX_LINE_LENGTH: usize = 2_000;

/// The maximum number of names in a list.
const MAX_NAMES: usize = 200;

/// Renders a review as a page.
pub fn render(review: &Review) -> String {
    let rows: Vec<_> = review.findings.iter().map(Row::new).collect();

    let page = Page {
        title: shared::one_line(&review.base.title),
        advice: match rows.is_empty() {
            true => "No drift.".to_owned(),
            false => review.summary.advice(),
        },
        base: shared::document(&review.base),
        revision: shared::document(&review.revision),
        first: review.summary.first.iter().map(|index| &rows[*index]).collect(),
        remarks: shared::remarks(review).into_iter().map(Remark::new).collect(),
        wire: review.summary.wire,
        source: review.summary.source,
        accepted: review.summary.accepted,
        total: rows.len(),
        rows: &rows,
        style: STYLE,
        style_hash: policy_hash(STYLE),
        script: SCRIPT,
        script_hash: policy_hash(SCRIPT),
    };

    page.render().expect("rendering to a string cannot fail")
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'r> {
    title: String,
    advice: String,
    base: String,
    revision: String,
    first: Vec<&'r Row<'r>>,
    remarks: Vec<Remark>,
    wire: [(WireVerdict, usize); 4],
    source: [(SourceVerdict, usize); 4],
    accepted: usize,
    total: usize,
    rows: &'r [Row<'r>],
    style: &'static str,
    style_hash: String,
    script: &'static str,
    script_hash: String,
}

/// A remark below the summary.
struct Remark {
    message: Vec<Part>,
    help: Vec<Part>,
    /// Lines to copy.
    snippet: Vec<String>,
}

/// A part of a sentence.
struct Part {
    is_code: bool,
    text: String,
}

/// A finding.
struct Row<'r> {
    wire: WireVerdict,
    source: SourceVerdict,
    kind: &'static str,
    message: Vec<Part>,
    /// The date and reason of the acceptance; empty if the finding is not accepted.
    acceptance: String,
    pointer: Option<String>,
    revision_pointer: Option<String>,
    operations: Vec<String>,
    rust_items: Vec<String>,
    fingerprint: &'r str,
    old: Vec<Line>,
    new: Vec<Line>,
}

/// A line of a value.
struct Line {
    /// Whether the line is in this value only.
    is_changed: bool,
    text: String,
}

impl Remark {
    fn new(remark: shared::Remark) -> Self {
        let snippet = remark.snippet.unwrap_or_default();

        Self {
            message: message_parts(&remark.message),
            help: message_parts(&remark.help.unwrap_or_default()),
            snippet: snippet.lines().map(shared::one_line).collect(),
        }
    }
}

impl<'r> Row<'r> {
    fn new(reviewed: &'r ReviewedFinding) -> Self {
        let ReviewedFinding { finding, fingerprint, accepted } = reviewed;
        let (old, new) = diff(finding.old.as_ref(), finding.new.as_ref());

        let acceptance = accepted.as_ref().map(|acceptance| {
            let reason = shared::one_line(&acceptance.reason);
            format!("Accepted on {}, until {}: {reason}", acceptance.date, acceptance.expires)
        });

        Self {
            wire: finding.wire,
            source: finding.source,
            kind: finding.kind.id(),
            message: message_parts(&finding.message),
            acceptance: acceptance.unwrap_or_default(),
            pointer: finding.pointer.as_deref().map(shared::one_line),
            revision_pointer: finding.revision_pointer.as_deref().map(shared::one_line),
            operations: names(&finding.operations),
            rust_items: names(&finding.rust_items),
            fingerprint,
            old,
            new,
        }
    }
}

fn message_parts(message: &str) -> Vec<Part> {
    let part = |part: MessagePart<'_>| match part {
        MessagePart::Text(text) => Part { is_code: false, text: shared::one_line(text) },
        MessagePart::Code(text) => Part { is_code: true, text: shared::one_line(text) },
    };

    shared::message_parts(message).map(part).collect()
}

fn names(names: &[String]) -> Vec<String> {
    let mut shown: Vec<_> =
        names.iter().take(MAX_NAMES).map(|name| shared::one_line(name)).collect();
    if names.len() > MAX_NAMES {
        shown.push(format!("… {} more", names.len() - MAX_NAMES));
    }

    shown
}

/// Returns both values as lines, and marks the lines that are in one value only.
fn diff(old: Option<&Value>, new: Option<&Value>) -> (Vec<Line>, Vec<Line>) {
    let (old, new) = (lines(old), lines(new));
    let old: Vec<_> = old.iter().map(String::as_str).collect();
    let new: Vec<_> = new.iter().map(String::as_str).collect();

    let diff = TextDiff::from_slices(&old, &new);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for change in diff.iter_all_changes() {
        let line = |is_changed| Line { is_changed, text: change.value().to_owned() };
        match change.tag() {
            ChangeTag::Equal => {
                left.push(line(false));
                right.push(line(false));
            }
            ChangeTag::Delete => left.push(line(true)),
            ChangeTag::Insert => right.push(line(true)),
        }
    }

    (left, right)
}

/// Returns the lines of a value, none for an absent value.
fn lines(value: Option<&Value>) -> Vec<String> {
    let Some(value) = value else { return Vec::new() };
    // A string is shown without quotes and escapes, because it is easier to read.
    let text = value.as_str().map_or_else(|| format!("{value:#}"), str::to_owned);

    let mut all = text.lines();
    let line = |line: &str| shared::truncate(&shared::one_line(line), MAX_LINE_LENGTH);
    let mut lines: Vec<_> = all.by_ref().take(MAX_LINES).map(line).collect();

    let more = all.count();
    if more > 0 {
        lines.push(format!("… {} more", shared::count(more, "line", "lines")));
    }
    if lines.is_empty() {
        lines.push("\"\"".to_owned());
    }

    lines
}

/// Returns the hash by which a content security policy identifies an inline style or script.
fn policy_hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}
