//! Annotations for GitHub Actions: a workflow command a finding, with file and line. GitHub shows
//! ten of each level a step, so the worst come first and the last line counts them all.

use std::cell::OnceCell;

use crate::finding::{Finding, Source, Wire};
use crate::format::locate::Lines;
use crate::format::words::{self, Remark};
use crate::report::Side;
use crate::review::{Review, Reviewed};

/// As much of an annotation as is written.
const TEXT: usize = 2_000;

/// Renders a review as workflow commands.
pub fn render(review: &Review) -> String {
    let base = Anchors::of(&review.base);
    let revision = Anchors::of(&review.revision);
    let mut findings: Vec<_> = review.findings.iter().collect();
    findings.sort_by_key(|it| it.accepted.is_some());

    let mut text = String::new();
    for reviewed in findings {
        let finding = &reviewed.finding;
        // The committed document is the base, so that is where a reader is sent when it can be.
        let (anchors, pointer) = match (&finding.pointer, &finding.revision_pointer) {
            (Some(pointer), _) if base.file.is_some() => (&base, pointer.as_str()),
            (_, Some(pointer)) if revision.file.is_some() => (&revision, pointer.as_str()),
            // Its place is to be in what is above it.
            (_, Some(pointer)) => (&base, pointer.as_str()),
            (pointer, None) => (&revision, pointer.as_deref().unwrap_or_default()),
        };

        text += &command(level(reviewed), &anchors.properties(pointer), finding);
    }

    for Remark { message, help, paste } in words::remarks(review) {
        let help: Vec<_> = help.into_iter().chain(paste).collect();
        let help = if help.is_empty() { String::new() } else { format!(" ({})", help.join(" ")) };
        text += &format!("::notice title=drift::{}\n", data(&format!("{message}{help}")));
    }

    let advice = match review.findings.is_empty() {
        true => "No drift.".to_owned(),
        false => format!(
            "{} Wire: {}. Source: {}. Of those {} accepted.",
            review.summary.advice(),
            words::wire_counts(review),
            words::source_counts(review),
            review.summary.accepted
        ),
    };

    text + &format!("::notice title=drift::{}\n", data(&advice))
}

/// How loud an annotation is.
fn level(reviewed: &Reviewed) -> &'static str {
    match (reviewed.finding.wire, reviewed.finding.source) {
        _ if reviewed.accepted.is_some() => "notice",
        (Wire::Breaking, _) => "error",
        (Wire::Risky, _) | (_, Source::Major) => "warning",
        _ => "notice",
    }
}

fn command(level: &str, place: &str, finding: &Finding) -> String {
    let title = property(&format!("{} ({})", finding.class, words::verdicts(finding)));
    let mut message = words::one_line(&words::ended(&finding.message));
    if !finding.rust_items.is_empty() {
        message += &format!(" Touches {}.", words::list(&finding.rust_items, words::one_line));
    }

    format!("::{level} {place}title={title}::{}\n", data(&words::cut(&message, TEXT)))
}

/// Where the lines of a document are.
struct Anchors<'s> {
    file: Option<&'s str>,
    /// The text of the file, if its lines are those that pointers point to.
    text: Option<&'s str>,
    lines: OnceCell<Lines>,
}

impl<'s> Anchors<'s> {
    fn of(side: &'s Side) -> Self {
        // A document that was normalised has its lines elsewhere, or nowhere.
        let read = (!side.location.contains("://")).then_some(side.location.as_str());
        let file = side.text_file.as_deref();
        let text = file.map(|_| side.text.as_str());
        Self { file: file.or(read), text, lines: OnceCell::new() }
    }

    fn properties(&self, pointer: &str) -> String {
        let file = self.file.map(|file| format!("file={},", property(file)));
        let line = self.text.map(|text| {
            let lines = self.lines.get_or_init(|| Lines::of(text));
            format!("line={},", lines.line(pointer))
        });
        file.unwrap_or_default() + &line.unwrap_or_default()
    }
}

/// Escapes what comes after the second pair of colons.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
