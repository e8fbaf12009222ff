//! What the formats say alike.

use connect_codegen::io::terminal::escape_control;
use serde_json::Value;

use crate::finding::{Finding, Wire};
use crate::report::{NoteKind, Side};
use crate::review::{Review, State};

/// As many names as a list shows.
const NAMES: usize = 5;

/// A part of a message: text, or what stood between backticks.
pub(crate) enum Part<'m> {
    Text(&'m str),
    Code(&'m str),
}

/// Splits a message at its backticks. Names come from documents and may hold backticks of their
/// own: a part may then be taken for the other kind, which no format may be hurt by.
pub(crate) fn parts(message: &str) -> impl Iterator<Item = Part<'_>> {
    let last = message.matches('`').count();
    message
        .split('`')
        .enumerate()
        // A backtick without a partner opens nothing.
        .map(move |(index, part)| match index % 2 == 1 && index < last {
            true => Part::Code(part),
            false => Part::Text(part),
        })
        .filter(|part| !matches!(part, Part::Text("")))
}

/// A text in which no character breaks the line or moves the cursor. Formatting characters that
/// turn the direction of writing count as such: they make a text show what it does not say.
pub(crate) fn one_line(text: &str) -> String {
    let breaks = |c: char| matches!(c, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}');

    escape_control(&text.replace(breaks, " "), &[])
}

/// A message with an end, so that another can follow.
pub(crate) fn ended(message: &str) -> String {
    let message = message.trim_end();
    let end = if message.ends_with(['.', '!', '?', ':', '…']) { "" } else { "." };
    format!("{message}{end}")
}

/// A value in a line, as JSON, of at most so many characters.
pub(crate) fn value(value: &Value, longest: usize) -> String {
    cut(&one_line(&value.to_string()), longest)
}

/// The beginning of a text, and how much of it there is.
pub(crate) fn cut(text: &str, longest: usize) -> String {
    let length = text.chars().count();
    if length <= longest {
        return text.to_owned();
    }

    let beginning: String = text.chars().take(longest).collect();
    format!("{beginning}… ({length} characters)")
}

/// The first names of a list, each dressed, and how many more there are.
pub(crate) fn list(names: &[String], dress: impl Fn(&str) -> String) -> String {
    let shown: Vec<_> = names.iter().take(NAMES).map(|name| dress(name)).collect();
    match names.len().saturating_sub(NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A count and its noun.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// The findings by their verdict on the wire: `2 breaking, 0 risky, 1 compatible, 4 none`.
pub(crate) fn wire_counts(review: &Review) -> String {
    let counts = review.summary.wire.map(|(wire, count)| format!("{count} {wire}"));
    counts.join(", ")
}

/// The findings by their verdict in source.
pub(crate) fn source_counts(review: &Review) -> String {
    let counts = review.summary.source.map(|(source, count)| format!("{count} {source}"));
    counts.join(", ")
}

/// What a verdict on the wire means, for a heading.
pub(crate) fn wire_heading(wire: Wire) -> &'static str {
    match wire {
        Wire::Breaking => "Breaks deployed programs",
        Wire::Risky => "May break deployed programs",
        Wire::Compatible => "New for deployed programs, and harmless",
        Wire::None => "Not seen by deployed programs",
    }
}

/// Both verdicts in words.
pub(crate) fn verdicts(finding: &Finding) -> String {
    format!("wire {}, source {}", finding.wire, finding.source)
}

/// The place of a finding, in words where it is all of the document.
pub(crate) fn place(finding: &Finding) -> &str {
    match finding.place().unwrap_or_default() {
        "" => "the whole document",
        pointer => pointer,
    }
}

/// One of the documents: where it is, its language, its hash.
pub(crate) fn side(side: &Side) -> String {
    let hash: String = side.sha256.chars().take(12).collect();
    format!("{} ({}, SHA-256 {hash}…)", one_line(&side.location), one_line(&side.language))
}

/// A remark below the summary.
pub(crate) struct Remark {
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) help: Option<String>,
    /// What to put somewhere for that, to be copied.
    pub(crate) paste: Option<String>,
}

impl Remark {
    /// The lines of a help that are indented are there to be copied.
    fn new(message: String, help: Option<&str>) -> Self {
        let lines = help.unwrap_or_default().lines();
        let (paste, help): (Vec<_>, Vec<_>) = lines.partition(|line| line.starts_with("  "));

        let joined = |lines: Vec<&str>, with| {
            let lines: Vec<_> = lines.into_iter().map(str::trim).collect();
            (!lines.is_empty()).then(|| lines.join(with))
        };

        Self { message, help: joined(help, " "), paste: joined(paste, "\n") }
    }
}

/// The remarks below the summary: of the comparison, of acceptances that lapsed, and of what nobody
/// reaches.
pub(crate) fn remarks(review: &Review) -> Vec<Remark> {
    let notes =
        review.notes.iter().map(|note| Remark::new(note.message.clone(), note.help.as_deref()));
    let lapsed = review.lapsed().map(|(acceptance, state)| {
        let fingerprint = &acceptance.fingerprint;
        let (what, help) = match state {
            State::Expired => (
                format!("The acceptance of {fingerprint} expired on {}", acceptance.expires),
                "mend its cause, or accept it anew in spec/accepted.toml",
            ),
            _ => (
                format!("The acceptance of {fingerprint} fits no finding any more"),
                "delete it from spec/accepted.toml",
            ),
        };

        Remark::new(format!("{what}. Its reason was: {}", acceptance.reason), Some(help))
    });

    let unreached = review.summary.unreached;
    let unreached = (unreached > 0).then(|| {
        let verb = if unreached == 1 { "differs" } else { "differ" };
        let what = count(unreached, "component", "components");
        Remark::new(format!("{what} {verb} that no operation reaches."), None)
    });

    notes.chain(lapsed).chain(unreached).collect()
}

/// The kind of a note, as it stands in a report.
pub(crate) fn kind(kind: NoteKind) -> &'static str {
    match kind {
        NoteKind::NeverApplied => "never-applied",
        NoteKind::Policy => "policy",
        NoteKind::Witness => "witness",
    }
}
