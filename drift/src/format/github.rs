//! The GitHub Actions format: one workflow command per finding, with file and line. GitHub shows
//! ten annotations per level and step, so the most severe come first and the last line is a summary.

use std::cell::OnceCell;

use crate::accepted::ReviewedFinding;
use crate::finding::Finding;
use crate::format::line_index::LineIndex;
use crate::format::shared::{self, Remark};
use crate::report::DocumentInfo;
use crate::review::Review;
use crate::verdict::{SourceVerdict, WireVerdict};

/// The maximum number of characters in an annotation.
const MAX_LENGTH: usize = 2_000;

/// Renders a review as workflow commands.
pub fn render(review: &Review) -> String {
    let base = AnnotationTarget::new(&review.base);
    let revision = AnnotationTarget::new(&review.revision);
    let mut findings: Vec<_> = review.findings.iter().collect();
    findings.sort_by_key(|reviewed| reviewed.accepted.is_some());

    let mut text = String::new();
    for reviewed in findings {
        let finding = &reviewed.finding;
        // Prefer the base, which is usually the committed document.
        let (target, pointer) = match (&finding.pointer, &finding.revision_pointer) {
            (Some(pointer), _) if base.file.is_some() => (&base, pointer.as_str()),
            (_, Some(pointer)) if revision.file.is_some() => (&revision, pointer.as_str()),
            // The element does not exist in the base, but its nearest ancestor does.
            (_, Some(pointer)) => (&base, pointer.as_str()),
            (pointer, None) => (&revision, pointer.as_deref().unwrap_or_default()),
        };

        text += &annotation(level(reviewed), &target.properties(pointer), finding);
    }

    for Remark { message, help, snippet } in shared::remarks(review) {
        let help: Vec<_> = help.into_iter().chain(snippet).collect();
        let help = if help.is_empty() { String::new() } else { format!(" ({})", help.join(" ")) };
        text += &notice(&format!("{message}{help}"));
    }

    text + &notice(&summary(review))
}

fn summary(review: &Review) -> String {
    if review.findings.is_empty() {
        return "No drift.".to_owned();
    }

    format!(
        "{} Wire: {}. Source: {}. Accepted: {}.",
        review.summary.advice(),
        shared::wire_counts(review),
        shared::source_counts(review),
        review.summary.accepted
    )
}

/// Returns the level of the annotation for a finding.
fn level(reviewed: &ReviewedFinding) -> &'static str {
    match (reviewed.finding.wire, reviewed.finding.source) {
        _ if reviewed.accepted.is_some() => "notice",
        (WireVerdict::Breaking, _) => "error",
        (WireVerdict::Risky, _) | (_, SourceVerdict::Major) => "warning",
        _ => "notice",
    }
}

fn annotation(level: &str, location: &str, finding: &Finding) -> String {
    let title = escape_property(&format!("{} ({})", finding.kind, shared::verdicts(finding)));
    let mut message = shared::one_line(&shared::end_sentence(&finding.message));
    if !finding.rust_items.is_empty() {
        let items = shared::first_names(&finding.rust_items, shared::one_line);
        message += &format!(" Affects {items}.");
    }

    let message = escape_data(&shared::truncate(&message, MAX_LENGTH));
    format!("::{level} {location}title={title}::{message}\n")
}

fn notice(message: &str) -> String {
    format!("::notice title=drift::{}\n", escape_data(message))
}

/// The file that annotations of a document refer to.
struct AnnotationTarget<'s> {
    file: Option<&'s str>,
    /// The text of the file, if pointers refer to it.
    text: Option<&'s str>,
    lines: OnceCell<LineIndex>,
}

impl<'s> AnnotationTarget<'s> {
    fn new(document: &'s DocumentInfo) -> Self {
        // Pointers into a normalised document have no line in the file that was read.
        let is_file = !document.location.contains("://");
        let source_file = is_file.then_some(document.location.as_str());
        let text_file = document.text_file.as_deref();
        let text = text_file.map(|_| document.text.as_str());

        Self { file: text_file.or(source_file), text, lines: OnceCell::new() }
    }

    /// Formats the `file` and `line` properties of an annotation.
    fn properties(&self, pointer: &str) -> String {
        let file = self.file.map(|file| format!("file={},", escape_property(file)));
        let line = self.text.map(|text| {
            let lines = self.lines.get_or_init(|| LineIndex::new(text));
            format!("line={},", lines.line(pointer))
        });

        file.unwrap_or_default() + &line.unwrap_or_default()
    }
}

/// Escapes the message of a workflow command.
fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property value of a workflow command.
fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}
