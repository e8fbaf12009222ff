//! The text format, for a terminal: coloured, and wrapped to its width.

use anstyle::{AnsiColor, Style};
use textwrap::{Options, WordSeparator, WordSplitter};

use crate::accepted::ReviewedFinding;
use crate::format::shared::{self, MessagePart, Remark};
use crate::review::Review;
use crate::verdict::WireVerdict;

/// The maximum number of characters of a value.
const MAX_VALUE_LENGTH: usize = 300;

/// The minimum line width.
const MIN_WIDTH: usize = 30;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const CODE: Style = AnsiColor::Cyan.on_default();

/// Renders a review with ANSI sequences, in lines of at most `width` columns, but at least 30.
pub fn render(review: &Review, width: usize) -> String {
    let mut page = Page { text: String::new(), width: width.max(MIN_WIDTH) };

    page.add_summary(review);
    page.add_remarks(review);
    page.add_first_findings(review);
    for reviewed in &review.findings {
        page.add_blank_line();
        page.add_finding(reviewed);
    }

    page.text
}

/// The text rendered so far, and its line width.
struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn add_blank_line(&mut self) {
        self.text.push('\n');
    }

    /// Adds a paragraph. Continuation lines are indented by two more columns.
    fn add_line(&mut self, indent: &str, text: &str) {
        let continuation = format!("{indent}  ");
        // Break at spaces only, so that a route stays on one line if possible.
        let options = Options::new(self.width)
            .initial_indent(indent)
            .subsequent_indent(&continuation)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation);

        self.text += &textwrap::fill(text, options);
        self.text.push('\n');
    }

    fn add_summary(&mut self, review: &Review) {
        let api = shared::one_line(&review.base.title);
        self.add_line("", &paint(BOLD, &format!("Drift of {api}")));
        self.add_line("  ", &format!("base      {}", shared::document(&review.base)));
        self.add_line("  ", &format!("revision  {}", shared::document(&review.revision)));
        self.add_blank_line();

        if review.findings.is_empty() {
            self.add_line("", &paint(AnsiColor::Green.on_default(), "No drift."));
            return;
        }

        let summary = &review.summary;
        self.add_line("", &paint(BOLD, &summary.advice()));
        self.add_line("  ", &format!("wire      {}", shared::wire_counts(review)));
        self.add_line("  ", &format!("source    {}", shared::source_counts(review)));
        self.add_line(
            "  ",
            &format!(
                "including {} accepted, {} unclassified",
                summary.accepted, summary.unclassified
            ),
        );
    }

    fn add_remarks(&mut self, review: &Review) {
        let remarks = shared::remarks(review);
        if !remarks.is_empty() {
            self.add_blank_line();
        }

        for Remark { message, help, snippet } in remarks {
            self.add_line("", &format!("{} {}", paint(CODE, "note:"), paint_code(&message)));

            if let Some(help) = help {
                self.add_line("  ", &format!("{} {}", paint(CODE, "help:"), paint_code(&help)));
            }
            for line in snippet.iter().flat_map(|snippet| snippet.lines()) {
                self.add_line("    ", &shared::one_line(line));
            }
        }
    }

    fn add_first_findings(&mut self, review: &Review) {
        if review.summary.first.is_empty() {
            return;
        }

        self.add_blank_line();
        self.add_line("", &paint(BOLD, "Look at first"));
        for (position, index) in review.summary.first.iter().enumerate() {
            let message = &review.findings[*index].finding.message;
            self.add_line("  ", &format!("{}. {}", position + 1, paint_code(message)));
        }
    }

    fn add_finding(&mut self, reviewed: &ReviewedFinding) {
        let ReviewedFinding { finding, fingerprint, accepted } = reviewed;
        let verdicts = paint(wire_style(finding.wire), &shared::verdicts(finding));
        let mark = if accepted.is_some() { ", accepted" } else { "" };
        self.add_line("", &format!("{verdicts}{mark}  {}", paint(BOLD, finding.kind.id())));
        self.add_line("  ", &paint_code(&finding.message));

        let mut add_row = |name: &str, text: String| {
            self.add_line("  ", &format!("{} {text}", paint(DIM, &format!("{name:<8}"))));
        };
        add_row("at", shared::one_line(shared::location(finding)));

        if !finding.operations.is_empty() {
            add_row("used by", shared::first_names(&finding.operations, shared::one_line));
        }
        if !finding.rust_items.is_empty() {
            add_row("affects", shared::first_names(&finding.rust_items, shared::one_line));
        }

        for (name, value) in [("old", &finding.old), ("new", &finding.new)] {
            if let Some(value) = value {
                add_row(name, shared::format_value(value, MAX_VALUE_LENGTH));
            }
        }

        add_row("fingerprint", fingerprint.clone());
        if let Some(acceptance) = accepted {
            let reason = shared::one_line(&acceptance.reason);
            let (date, expires) = (acceptance.date, acceptance.expires);
            add_row("accepted", format!("on {date}, until {expires}: {reason}"));
        }
    }
}

fn wire_style(wire: WireVerdict) -> Style {
    match wire {
        WireVerdict::Breaking => AnsiColor::Red.on_default().bold(),
        WireVerdict::Risky => AnsiColor::Yellow.on_default().bold(),
        WireVerdict::Compatible => AnsiColor::Green.on_default(),
        WireVerdict::None => DIM,
    }
}

fn paint(style: Style, text: &str) -> String {
    // Each word is painted separately: a sequence that spans a line break would also colour the
    // indentation of the next line.
    let paint_word = |word: &str| format!("{style}{word}{style:#}");
    text.split(' ').map(paint_word).collect::<Vec<_>>().join(" ")
}

/// Highlights the code in a message and escapes control characters.
fn paint_code(message: &str) -> String {
    let part = |part: MessagePart<'_>| match part {
        MessagePart::Text(text) => shared::one_line(text),
        MessagePart::Code(code) => paint(CODE, &format!("`{}`", shared::one_line(code))),
    };

    shared::message_parts(message).map(part).collect()
}
