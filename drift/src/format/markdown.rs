//! For a pull request or an issue on GitHub. Names, descriptions and values come from documents
//! that anybody may have written: none of them can end its place, make a link or call a person.

use crate::finding::Wire;
use crate::format::words::{self, Part, Remark};
use crate::review::{Review, Reviewed};

/// The longest body, in characters, less some room for what a sender adds. GitHub's limit is
/// 65,536.
pub const LIMIT: usize = 65_000;

/// As much of a value as a line shows.
const VALUE: usize = 120;

/// As much of a sentence, a name or an address as a line shows.
const TEXT: usize = 400;

/// As many remarks as the head shows.
const REMARKS: usize = 12;

/// Room for the line that counts what is left out.
const CLOSING: usize = 120;

/// Renders a review in at most `limit` characters; what is left out is counted at the end. The head
/// always stays.
pub fn render(review: &Review, limit: usize) -> String {
    let mut page = head(review);
    let order = [Wire::Breaking, Wire::Risky, Wire::Compatible, Wire::None];
    let mut groups = Vec::new();

    for wire in order {
        let group: Vec<_> = review.findings.iter().filter(|it| it.finding.wire == wire).collect();
        if !group.is_empty() {
            groups.push((wire, group));
        }
    }

    let mut left_out = 0;
    let mut length = page.chars().count();
    let room = limit.saturating_sub(CLOSING);

    for (wire, group) in groups {
        let mut heading = format!("\n### {} ({})\n\n", words::wire_heading(wire), group.len());
        for reviewed in group {
            let entry = heading.clone() + &entry(reviewed);
            let size = entry.chars().count();
            // Once one is left out, all that follow are: a smaller one would hide that.
            if left_out > 0 || length + size > room {
                left_out += 1;
                continue;
            }

            length += size;
            page += &entry;
            heading.clear();
        }
    }

    if left_out > 0 {
        let findings = words::count(left_out, "more finding is", "more findings are");
        page += &format!("\n**{findings} left out** to keep GitHub's limit; the JSON has all.\n");
    }

    page
}

fn head(review: &Review) -> String {
    let title = plain(&words::cut(&review.base.title, TEXT));
    let mut head = format!("## Drift of {title}\n\n");
    if review.findings.is_empty() {
        head += "**No drift.**\n\n";
    } else {
        let accepted = review.summary.accepted;
        let unclassified = review.summary.unclassified;
        head += &format!("**{}**\n\n", review.summary.advice());
        head += &format!("* wire: {}\n", words::wire_counts(review));
        head += &format!("* source: {}\n", words::source_counts(review));
        head += &format!("* of those {accepted} accepted, {unclassified} unclassified\n");
    }

    head += &format!("* base: {}\n", code(&words::side(&review.base)));
    head += &format!("* revision: {}\n", code(&words::side(&review.revision)));
    let remarks = words::remarks(review);
    let more = remarks.len().saturating_sub(REMARKS);

    for Remark { message, help, paste } in remarks.into_iter().take(REMARKS) {
        let help = help.map(|help| format!(" → {}", sentence(&help))).unwrap_or_default();
        let paste = paste.map(|paste| format!(" {}", code(&paste))).unwrap_or_default();
        head += &format!("* note: {}{help}{paste}\n", sentence(&message));
    }

    if more > 0 {
        head += &format!("* {}\n", words::count(more, "more note", "more notes"));
    }

    if !review.summary.first.is_empty() {
        head += "\n### Look at first\n\n";
    }

    for (number, index) in review.summary.first.iter().enumerate() {
        let finding = &review.findings[*index].finding;
        let verdicts = words::verdicts(finding);
        head += &format!("{}. {} ({verdicts})\n", number + 1, sentence(&finding.message));
    }

    head
}

fn entry(reviewed: &Reviewed) -> String {
    let Reviewed { finding, fingerprint, accepted } = reviewed;
    let mark = if accepted.is_some() { ", accepted" } else { "" };

    let mut entry = format!(
        "* **{}** (source {}{mark}): {}\n",
        finding.class,
        finding.source,
        sentence(&finding.message)
    );
    entry += &format!("  <br>at {}", code(words::place(finding)));

    if !finding.operations.is_empty() {
        entry += &format!("; reaches {}", words::list(&finding.operations, code));
    }

    if !finding.rust_items.is_empty() {
        entry += &format!("; touches {}", words::list(&finding.rust_items, code));
    }

    entry += "\n";
    let value = |value| code(&words::value(value, VALUE));

    entry += &match (&finding.old, &finding.new) {
        (Some(old), Some(new)) => format!("  <br>{} → {}\n", value(old), value(new)),
        (Some(old), None) => format!("  <br>was {}\n", value(old)),
        (None, Some(new)) => format!("  <br>is {}\n", value(new)),
        (None, None) => String::new(),
    };
    entry += &format!("  <br><sub>{fingerprint}");

    if let Some(it) = accepted {
        entry += &format!(", accepted until {}: {}", it.expires, sentence(&it.reason));
    }
    entry + "</sub>\n"
}

/// A message, its code as code.
pub(crate) fn sentence(message: &str) -> String {
    let message = words::cut(message, TEXT);
    let part = |part: Part<'_>| match part {
        Part::Text(text) => plain(text),
        Part::Code(text) => code(text),
    };
    words::parts(&message).map(part).collect()
}

/// What means something in a line of GitHub's Markdown.
const MARKS: &str = "\\`*_[]<>#|~&:@!$^{}";

/// Text that is nothing but text. A word joiner keeps GitHub from making a person of `@name`, an
/// issue of `#1` or a link of `www.`: it looks for those after the backslashes are gone.
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let line = words::one_line(text);
    let mut chars = line.chars().peekable();

    while let Some(c) = chars.next() {
        // A colon before a blank is only that; another may make a link or a picture.
        let innocent = c == ':' && chars.peek().is_none_or(|next| *next == ' ');
        if MARKS.contains(c) && !innocent {
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

/// Code in a line, between more backticks than it has itself.
pub(crate) fn code(text: &str) -> String {
    let text = words::cut(&words::one_line(text), TEXT);
    if text.trim().is_empty() {
        return "(empty)".to_owned();
    }

    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };

    format!("{fence}{pad}{text}{pad}{fence}")
}
