//! Text that several formats share.

use connect_codegen::io::terminal::escape_control;
use serde_json::Value;

use crate::accepted::Acceptance;
use crate::finding::Finding;
use crate::report::DocumentInfo;
use crate::review::{AcceptanceState, Review};
use crate::verdict::WireVerdict;

/// The maximum number of names in a list.
const MAX_NAMES: usize = 5;

/// The number of hash digits shown for a document.
const HASH_DIGITS: usize = 12;

/// A part of a message: plain text, or code between backticks.
pub(crate) enum MessagePart<'m> {
    Text(&'m str),
    Code(&'m str),
}

/// Splits a message at its backticks. Names from documents may contain backticks themselves; text
/// and code are then confused, which every format must handle safely.
pub(crate) fn message_parts(message: &str) -> impl Iterator<Item = MessagePart<'_>> {
    let backticks = message.matches('`').count();
    message
        .split('`')
        .enumerate()
        // An unpaired last backtick does not start code.
        .map(move |(index, part)| match index % 2 == 1 && index < backticks {
            true => MessagePart::Code(part),
            false => MessagePart::Text(part),
        })
        .filter(|part| !matches!(part, MessagePart::Text("")))
}

/// Replaces line breaks by spaces and escapes control characters. Characters that change the writing
/// direction are escaped too, because they can make a text look different from what it is.
pub(crate) fn one_line(text: &str) -> String {
    let is_break = |c: char| matches!(c, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}');

    escape_control(&text.replace(is_break, " "), &[])
}

/// Adds a full stop to a message that has no punctuation at its end.
pub(crate) fn end_sentence(message: &str) -> String {
    let message = message.trim_end();
    let end = if message.ends_with(['.', '!', '?', ':', '…']) { "" } else { "." };

    format!("{message}{end}")
}

/// Formats a value as JSON on one line, truncated to a number of characters.
pub(crate) fn format_value(value: &Value, max_length: usize) -> String {
    truncate(&one_line(&value.to_string()), max_length)
}

/// Truncates a text to a number of characters, and appends its full length.
pub(crate) fn truncate(text: &str, max_length: usize) -> String {
    let length = text.chars().count();
    if length <= max_length {
        return text.to_owned();
    }

    let beginning: String = text.chars().take(max_length).collect();
    format!("{beginning}… ({length} characters)")
}

/// Joins the first names of a list, each formatted, and counts the rest.
pub(crate) fn first_names(names: &[String], format: impl Fn(&str) -> String) -> String {
    let shown: Vec<_> = names.iter().take(MAX_NAMES).map(|name| format(name)).collect();
    match names.len().saturating_sub(MAX_NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Formats a number with its noun.
pub(crate) fn count(number: usize, singular: &str, plural: &str) -> String {
    format!("{number} {}", if number == 1 { singular } else { plural })
}

/// Counts the findings by wire verdict: `2 breaking, 0 risky, 1 compatible, 4 none`.
pub(crate) fn wire_counts(review: &Review) -> String {
    let counts = review.summary.wire.map(|(wire, count)| format!("{count} {wire}"));
    counts.join(", ")
}

/// Counts the findings by source verdict.
pub(crate) fn source_counts(review: &Review) -> String {
    let counts = review.summary.source.map(|(source, count)| format!("{count} {source}"));
    counts.join(", ")
}

/// Returns the heading for the findings of a wire verdict.
pub(crate) fn wire_heading(wire: WireVerdict) -> &'static str {
    match wire {
        WireVerdict::Breaking => "Breaks deployed programs",
        WireVerdict::Risky => "May break deployed programs",
        WireVerdict::Compatible => "Compatible additions for deployed programs",
        WireVerdict::None => "No effect on deployed programs",
    }
}

/// Formats both verdicts of a finding.
pub(crate) fn verdicts(finding: &Finding) -> String {
    format!("wire {}, source {}", finding.wire, finding.source)
}

/// Formats the location of a finding.
pub(crate) fn location(finding: &Finding) -> &str {
    match finding.location().unwrap_or_default() {
        "" => "the whole document",
        pointer => pointer,
    }
}

/// Formats the location, specification version and hash of a document.
pub(crate) fn document(document: &DocumentInfo) -> String {
    let hash: String = document.sha256.chars().take(HASH_DIGITS).collect();
    let location = one_line(&document.location);
    let specification_version = one_line(&document.specification_version);

    format!("{location} ({specification_version}, SHA-256 {hash}…)")
}

/// A remark below the summary.
pub(crate) struct Remark {
    pub(crate) message: String,
    /// The suggested action.
    pub(crate) help: Option<String>,
    /// Lines to copy for that action.
    pub(crate) snippet: Option<String>,
}

impl Remark {
    /// Builds a remark. The indented lines of the help become the snippet.
    fn new(message: String, help: Option<&str>) -> Self {
        let lines = help.unwrap_or_default().lines();
        let (snippet, help): (Vec<_>, Vec<_>) = lines.partition(|line| line.starts_with("  "));

        let join = |lines: Vec<&str>, separator| {
            let lines: Vec<_> = lines.into_iter().map(str::trim).collect();
            (!lines.is_empty()).then(|| lines.join(separator))
        };

        Self { message, help: join(help, " "), snippet: join(snippet, "\n") }
    }

    /// Builds the remark about an acceptance that expired or matches no finding.
    fn for_stale_acceptance(acceptance: &Acceptance, state: AcceptanceState) -> Self {
        let Acceptance { fingerprint, reason, expires, .. } = acceptance;
        let (message, help) = match state {
            AcceptanceState::Expired => (
                format!("The acceptance of {fingerprint} expired on {expires}"),
                "fix the cause, or renew the acceptance in spec/accepted.toml",
            ),
            _ => (
                format!("The acceptance of {fingerprint} no longer matches any finding"),
                "delete it from spec/accepted.toml",
            ),
        };

        Self::new(format!("{message}. Its reason was: {reason}"), Some(help))
    }
}

/// Returns the remarks below the summary: notes of the comparison, stale acceptances, and the number
/// of changed components that no operation uses.
pub(crate) fn remarks(review: &Review) -> Vec<Remark> {
    let notes =
        review.notes.iter().map(|note| Remark::new(note.message.clone(), note.help.as_deref()));
    let stale = review
        .stale_acceptances()
        .map(|(acceptance, state)| Remark::for_stale_acceptance(acceptance, *state));

    let unreached = review.summary.unreached;
    let unreached = (unreached > 0).then(|| {
        let count = count(unreached, "changed component is", "changed components are");
        Remark::new(format!("{count} not used by any operation."), None)
    });

    notes.chain(stale).chain(unreached).collect()
}
