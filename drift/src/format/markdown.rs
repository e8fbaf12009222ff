//! The Markdown format, for a pull request or an issue on GitHub. Names, descriptions and values
//! come from untrusted documents. They are escaped, so they cannot change the layout, create links
//! or mention users.

use crate::accepted::ReviewedFinding;
use crate::format::shared::{self, MessagePart, Remark};
use crate::review::Review;

/// The maximum length of a report in characters. GitHub's limit is 65,536; the rest is for text that
/// the caller adds.
pub const LENGTH_LIMIT: usize = 65_000;

/// The maximum number of characters of a value.
const MAX_VALUE_LENGTH: usize = 120;

/// The maximum number of characters of a sentence, a name or an address.
const MAX_TEXT_LENGTH: usize = 400;

/// The maximum number of remarks.
const MAX_REMARKS: usize = 12;

/// The space reserved for the line that counts omitted findings.
const CLOSING_LENGTH: usize = 120;

/// Renders a review in at most `limit` characters. The last line counts the findings that do not
/// fit. The summary is never omitted.
pub fn render(review: &Review, limit: usize) -> String {
    let mut page = summary(review);
    let mut length = page.chars().count();
    let available = limit.saturating_sub(CLOSING_LENGTH);
    let mut omitted = 0;

    for (wire, _) in review.summary.wire {
        let group: Vec<_> =
            review.findings.iter().filter(|reviewed| reviewed.finding.wire == wire).collect();
        let mut heading = format!("\n### {} ({})\n\n", shared::wire_heading(wire), group.len());

        for reviewed in group {
            let entry = heading.clone() + &entry(reviewed);
            let entry_length = entry.chars().count();
            // After the first omitted finding, all others are omitted: a shorter, less severe one
            // would suggest that nothing is missing.
            if omitted > 0 || length + entry_length > available {
                omitted += 1;
                continue;
            }

            length += entry_length;
            page += &entry;
            heading.clear();
        }
    }

    if omitted > 0 {
        let findings = shared::count(omitted, "more finding is", "more findings are");
        page += &format!(
            "\n**{findings} omitted** because of GitHub's length limit; the JSON report has all.\n"
        );
    }

    page
}

fn summary(review: &Review) -> String {
    let title = escape(&shared::truncate(&review.base.title, MAX_TEXT_LENGTH));
    let mut text = format!("## Drift of {title}\n\n");

    if review.findings.is_empty() {
        text += "**No drift.**\n\n";
    } else {
        let accepted = review.summary.accepted;
        let unclassified = review.summary.unclassified;
        text += &format!("**{}**\n\n", review.summary.advice());
        text += &format!("* wire: {}\n", shared::wire_counts(review));
        text += &format!("* source: {}\n", shared::source_counts(review));
        text += &format!("* {accepted} accepted, {unclassified} unclassified\n");
    }
    text += &format!("* base: {}\n", code(&shared::document(&review.base)));
    text += &format!("* revision: {}\n", code(&shared::document(&review.revision)));

    let remarks = shared::remarks(review);
    let more = remarks.len().saturating_sub(MAX_REMARKS);
    for Remark { message, help, snippet } in remarks.into_iter().take(MAX_REMARKS) {
        let help = help.map(|help| format!(" → {}", sentence(&help))).unwrap_or_default();
        let snippet = snippet.map(|snippet| format!(" {}", code(&snippet))).unwrap_or_default();
        text += &format!("* note: {}{help}{snippet}\n", sentence(&message));
    }
    if more > 0 {
        text += &format!("* {}\n", shared::count(more, "more note", "more notes"));
    }

    if !review.summary.first.is_empty() {
        text += "\n### Look at first\n\n";
    }
    for (position, index) in review.summary.first.iter().enumerate() {
        let finding = &review.findings[*index].finding;
        let verdicts = shared::verdicts(finding);
        text += &format!("{}. {} ({verdicts})\n", position + 1, sentence(&finding.message));
    }

    text
}

fn entry(reviewed: &ReviewedFinding) -> String {
    let ReviewedFinding { finding, fingerprint, accepted } = reviewed;
    let mark = if accepted.is_some() { ", accepted" } else { "" };

    let mut entry = format!(
        "* **{}** (source {}{mark}): {}\n",
        finding.kind,
        finding.source,
        sentence(&finding.message)
    );

    entry += &format!("  <br>at {}", code(shared::location(finding)));
    if !finding.operations.is_empty() {
        entry += &format!("; used by {}", shared::first_names(&finding.operations, code));
    }
    if !finding.rust_items.is_empty() {
        entry += &format!("; affects {}", shared::first_names(&finding.rust_items, code));
    }
    entry += "\n";

    let value = |value| code(&shared::format_value(value, MAX_VALUE_LENGTH));
    entry += &match (&finding.old, &finding.new) {
        (Some(old), Some(new)) => format!("  <br>{} → {}\n", value(old), value(new)),
        (Some(old), None) => format!("  <br>was {}\n", value(old)),
        (None, Some(new)) => format!("  <br>is {}\n", value(new)),
        (None, None) => String::new(),
    };

    entry += &format!("  <br><sub>{fingerprint}");
    if let Some(acceptance) = accepted {
        let reason = sentence(&acceptance.reason);
        entry += &format!(", accepted until {}: {reason}", acceptance.expires);
    }

    entry + "</sub>\n"
}

/// Formats a message, with its code parts as code.
pub(crate) fn sentence(message: &str) -> String {
    let message = shared::truncate(message, MAX_TEXT_LENGTH);
    let part = |part: MessagePart<'_>| match part {
        MessagePart::Text(text) => escape(text),
        MessagePart::Code(text) => code(text),
    };

    shared::message_parts(&message).map(part).collect()
}

/// The characters with a meaning in a line of GitHub's Markdown.
const SPECIAL: &str = "\\`*_[]<>#|~&:@!$^{}";

/// Escapes a text so that GitHub shows it literally. GitHub looks for `@name`, `#1` and `www.` after
/// it has removed the backslashes, so a word joiner separates their characters.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let line = shared::one_line(text);
    let mut chars = line.chars().peekable();

    while let Some(c) = chars.next() {
        // A colon before a space has no meaning; any other may start a link or an emoji.
        let is_plain_colon = c == ':' && chars.peek().is_none_or(|next| *next == ' ');
        if SPECIAL.contains(c) && !is_plain_colon {
            escaped.push('\\');
        }

        escaped.push(c);
        if matches!(c, '@' | '#') {
            escaped.push('\u{2060}');
        }
    }

    for (from, to) in [("GH-", "GH\u{2060}-"), ("gh-", "gh\u{2060}-"), ("www.", "www\u{2060}.")] {
        escaped = escaped.replace(from, to);
    }
    escaped
}

/// Formats inline code, delimited by more backticks than it contains.
pub(crate) fn code(text: &str) -> String {
    let text = shared::truncate(&shared::one_line(text), MAX_TEXT_LENGTH);
    if text.trim().is_empty() {
        return "(empty)".to_owned();
    }

    let longest_run = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest_run + 1);
    let needs_padding = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let padding = if needs_padding { " " } else { "" };

    format!("{fence}{padding}{text}{padding}{fence}")
}
