//! What each pass changed, for the maintainer who reviews a new upstream document.

use std::fmt::Write as _;

use crate::changes::stale_rule::StaleRule;

/// The passes that ran, in order, and what they changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// One entry for each pass.
    pub passes: Vec<PassReport>,
}

/// What one pass did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassReport {
    /// The pass.
    pub name: &'static str,
    /// Why it exists, in a sentence.
    pub reason: &'static str,
    /// What it changed, in document order.
    pub changes: Vec<Change>,
}

/// One change that a pass made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where, as a JSON pointer into the document as the pass found it.
    pub pointer: String,
    /// What was done.
    pub what: String,
}

/// Collects the changes of the pass that runs.
#[derive(Debug, Default)]
pub struct Changes {
    pub(crate) made: Vec<Change>,
    /// Whether any of them mends a quirk.
    pub(crate) mended: bool,
    /// The rules that no longer fit; nothing where the first of them is an error.
    pub(crate) stale_rules: Option<Vec<StaleRule>>,
}

impl Changes {
    /// Notes one change that mends a quirk of the document.
    pub fn note(&mut self, pointer: impl Into<String>, what: impl Into<String>) {
        self.mended = true;
        self.book(pointer, what);
    }

    /// Notes one change that would be made to a document without quirks as well.
    pub fn book(&mut self, pointer: impl Into<String>, what: impl Into<String>) {
        self.made.push(Change { pointer: pointer.into(), what: what.into() });
    }

    /// Takes the changes out, in the order in which they were made, and whether any of them mends
    /// a quirk: the next pass begins anew.
    pub(crate) fn take(&mut self) -> (Vec<Change>, bool) {
        (std::mem::take(&mut self.made), std::mem::take(&mut self.mended))
    }
}

impl Report {
    /// The report as Markdown.
    pub fn to_markdown(&self, command: &str) -> String {
        let mut text = format!(
            "<!-- Made by `{command}`. -->\n\n# What normalisation changed\n\n\
             The passes in the order in which they ran, each with the number of its changes and\n\
             where it made them (JSON pointers into the document as the pass found it).\n"
        );

        for (index, pass) in self.passes.iter().enumerate() {
            let _ = write!(
                text,
                "\n## {}. {}: {}\n\n{}\n\n",
                index + 1,
                pass.name,
                count(pass.changes.len()),
                pass.reason
            );

            for change in &pass.changes {
                let what = change.what.replace('\n', " ");
                let _ = writeln!(text, "- `{}`: {what}", change.pointer);
            }
        }

        text
    }
}

fn count(changes: usize) -> String {
    match changes {
        1 => "1 change".to_owned(),
        n => format!("{n} changes"),
    }
}
