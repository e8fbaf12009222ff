//! One page that needs nothing else: it asks for nothing over the network, and its policy forbids
//! that. The style and the script are let in by their hashes, so that nothing a document says can
//! become either.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use similar::{ChangeTag, TextDiff};

use crate::finding::{Source, Wire};
use crate::format::words;
use crate::review::{Review, Reviewed};

const STYLE: &str = include_str!("../../templates/report.css");
const SCRIPT: &str = include_str!("../../templates/report.js");

/// As many lines of a value as are shown.
const LINES: usize = 400;

/// As many characters of a line as are shown.
const COLUMNS: usize = 2_000;

/// As many names as a list shows.
const NAMES: usize = 200;

/// Renders a review as a page.
pub fn render(review: &Review) -> String {
    let rows: Vec<_> = review.findings.iter().map(Row::of).collect();
    let remark = |remark: words::Remark| Remark {
        message: parts(&remark.message),
        help: parts(&remark.help.unwrap_or_default()),
        paste: remark.paste.unwrap_or_default().lines().map(words::one_line).collect(),
    };

    let page = Page {
        title: words::one_line(&review.base.title),
        advice: match rows.is_empty() {
            true => "No drift.".to_owned(),
            false => review.summary.advice(),
        },
        base: words::side(&review.base),
        revision: words::side(&review.revision),
        first: review.summary.first.iter().map(|index| &rows[*index]).collect(),
        remarks: words::remarks(review).into_iter().map(remark).collect(),
        wire: review.summary.wire,
        source: review.summary.source,
        accepted: review.summary.accepted,
        total: rows.len(),
        rows: &rows,
        style: STYLE,
        style_hash: hash(STYLE),
        script: SCRIPT,
        script_hash: hash(SCRIPT),
    };

    page.render().expect("the template writes to memory")
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
    wire: [(Wire, usize); 4],
    source: [(Source, usize); 4],
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
    /// Lines to be copied.
    paste: Vec<String>,
}

/// A part of a sentence.
struct Part {
    is_code: bool,
    text: String,
}

/// A finding.
struct Row<'r> {
    wire: Wire,
    source: Source,
    class: &'static str,
    message: Vec<Part>,
    /// What there is to say of its acceptance; empty if it is not accepted.
    accepted: String,
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
    differs: bool,
    text: String,
}

impl<'r> Row<'r> {
    fn of(reviewed: &'r Reviewed) -> Self {
        let Reviewed { finding, fingerprint, accepted } = reviewed;
        let (old, new) = beside(finding.old.as_ref(), finding.new.as_ref());

        let accepted = accepted.as_ref().map(|it| {
            let reason = words::one_line(&it.reason);
            format!("Accepted on {}, until {}: {reason}", it.date, it.expires)
        });

        Self {
            wire: finding.wire,
            source: finding.source,
            class: finding.class.id(),
            message: parts(&finding.message),
            accepted: accepted.unwrap_or_default(),
            pointer: finding.pointer.as_deref().map(words::one_line),
            revision_pointer: finding.revision_pointer.as_deref().map(words::one_line),
            operations: names(&finding.operations),
            rust_items: names(&finding.rust_items),
            fingerprint,
            old,
            new,
        }
    }
}

fn parts(message: &str) -> Vec<Part> {
    let part = |part: words::Part<'_>| match part {
        words::Part::Text(text) => Part { is_code: false, text: words::one_line(text) },
        words::Part::Code(text) => Part { is_code: true, text: words::one_line(text) },
    };
    words::parts(message).map(part).collect()
}

fn names(names: &[String]) -> Vec<String> {
    let mut shown: Vec<_> = names.iter().take(NAMES).map(|name| words::one_line(name)).collect();
    if names.len() > NAMES {
        shown.push(format!("… {} more", names.len() - NAMES));
    }
    shown
}

/// Both values line by line, with the lines marked that only one has.
fn beside(old: Option<&Value>, new: Option<&Value>) -> (Vec<Line>, Vec<Line>) {
    let (old, new) = (lines(old), lines(new));
    let (left, right): (Vec<_>, Vec<_>) =
        (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
    let diff = TextDiff::from_slices(&left, &right);
    let (mut left, mut right) = (Vec::new(), Vec::new());

    for change in diff.iter_all_changes() {
        let line = |differs| Line { differs, text: change.value().to_owned() };
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

/// A value as the lines of its text, or none.
fn lines(value: Option<&Value>) -> Vec<String> {
    let Some(value) = value else { return Vec::new() };
    // A text is shown as it reads; quotes and escapes would only be in the way.
    let text = value.as_str().map_or_else(|| format!("{value:#}"), str::to_owned);
    let mut all = text.lines();
    let line = |line: &str| words::cut(&words::one_line(line), COLUMNS);
    let mut lines: Vec<_> = all.by_ref().take(LINES).map(line).collect();
    let more = all.count();

    if more > 0 {
        lines.push(format!("… {} more", words::count(more, "line", "lines")));
    }

    if lines.is_empty() {
        lines.push("\"\"".to_owned());
    }
    lines
}

/// How a policy names an inline style or script.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}
