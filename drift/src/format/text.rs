//! For a terminal: coloured, and wrapped to its width.

use anstyle::{AnsiColor, Style};
use textwrap::{Options, WordSeparator, WordSplitter};

use crate::finding::Wire;
use crate::format::words::{self, Part, Remark};
use crate::review::{Review, Reviewed};

/// As much of a value as a line shows.
const VALUE: usize = 300;

/// No line is broken narrower than this.
const NARROWEST: usize = 30;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const CODE: Style = AnsiColor::Cyan.on_default();

/// Renders a review, with ANSI sequences, in lines of at most `width` columns (and never fewer
/// than 30).
pub fn render(review: &Review, width: usize) -> String {
    let mut page = Page { text: String::new(), width: width.max(NARROWEST) };
    let api = words::one_line(&review.base.title);
    page.line("", &paint(BOLD, &format!("Drift of {api}")));
    page.line("  ", &format!("base      {}", words::side(&review.base)));
    page.line("  ", &format!("revision  {}", words::side(&review.revision)));
    page.gap();

    if review.findings.is_empty() {
        page.line("", &paint(AnsiColor::Green.on_default(), "No drift."));
    } else {
        page.line("", &paint(BOLD, &review.summary.advice()));
        page.line("  ", &format!("wire      {}", words::wire_counts(review)));
        page.line("  ", &format!("source    {}", words::source_counts(review)));

        let summary = &review.summary;
        let accepted =
            format!("{} accepted, {} unclassified", summary.accepted, summary.unclassified);
        page.line("  ", &format!("of those  {accepted}"));
    }

    page.remarks(review);
    page.first(review);

    for reviewed in &review.findings {
        page.gap();
        page.finding(reviewed);
    }

    page.text
}

/// The text so far, and how wide it may be.
struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A paragraph: broken where it is too long, its further lines two columns further in.
    fn line(&mut self, indent: &str, text: &str) {
        let further = format!("{indent}  ");
        // At blanks only, so that a route stays whole where it can.
        let options = Options::new(self.width)
            .initial_indent(indent)
            .subsequent_indent(&further)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation);

        self.text += &textwrap::fill(text, options);
        self.text.push('\n');
    }

    fn remarks(&mut self, review: &Review) {
        let remarks = words::remarks(review);
        if !remarks.is_empty() {
            self.gap();
        }

        for Remark { message, help, paste } in remarks {
            self.line("", &format!("{} {}", paint(CODE, "note:"), styled(&message)));

            if let Some(help) = help {
                self.line("  ", &format!("{} {}", paint(CODE, "help:"), styled(&help)));
            }
            for line in paste.iter().flat_map(|paste| paste.lines()) {
                self.line("    ", &words::one_line(line));
            }
        }
    }

    fn first(&mut self, review: &Review) {
        if review.summary.first.is_empty() {
            return;
        }

        self.gap();
        self.line("", &paint(BOLD, "Look at first"));

        for (number, index) in review.summary.first.iter().enumerate() {
            let message = &review.findings[*index].finding.message;
            self.line("  ", &format!("{}. {}", number + 1, styled(message)));
        }
    }

    fn finding(&mut self, reviewed: &Reviewed) {
        let Reviewed { finding, fingerprint, accepted } = reviewed;
        let head = paint(colour(finding.wire), &words::verdicts(finding));
        let known = if accepted.is_some() { ", accepted" } else { "" };
        self.line("", &format!("{head}{known}  {}", paint(BOLD, finding.class.id())));
        self.line("  ", &styled(&finding.message));

        let mut row = |name: &str, text: String| {
            self.line("  ", &format!("{} {text}", paint(DIM, &format!("{name:<8}"))));
        };
        row("at", words::one_line(words::place(finding)));

        if !finding.operations.is_empty() {
            row("reaches", words::list(&finding.operations, words::one_line));
        }

        if !finding.rust_items.is_empty() {
            row("touches", words::list(&finding.rust_items, words::one_line));
        }

        for (name, value) in [("old", &finding.old), ("new", &finding.new)] {
            if let Some(value) = value {
                row(name, words::value(value, VALUE));
            }
        }

        row("known as", fingerprint.clone());
        if let Some(it) = accepted {
            let reason = words::one_line(&it.reason);
            row("accepted", format!("on {}, until {}: {reason}", it.date, it.expires));
        }
    }
}

fn colour(wire: Wire) -> Style {
    match wire {
        Wire::Breaking => AnsiColor::Red.on_default().bold(),
        Wire::Risky => AnsiColor::Yellow.on_default().bold(),
        Wire::Compatible => AnsiColor::Green.on_default(),
        Wire::None => DIM,
    }
}

fn paint(style: Style, text: &str) -> String {
    // Word by word: a sequence that is open at the end of a line would colour the next indent.
    let paint = |word: &str| format!("{style}{word}{style:#}");
    text.split(' ').map(paint).collect::<Vec<_>>().join(" ")
}

/// A message with its code marked, safe to print.
fn styled(message: &str) -> String {
    let part = |part: Part<'_>| match part {
        Part::Text(text) => words::one_line(text),
        Part::Code(code) => paint(CODE, &format!("`{}`", words::one_line(code))),
    };
    words::parts(message).map(part).collect()
}
