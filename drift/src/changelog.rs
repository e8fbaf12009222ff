//! The changelog entry for a report: grouped, with Rust names, for users of the crate.

use connect_codegen::diagnostic::{Diagnostic, Result};
use semver::Version;
use textwrap::{Options, WordSeparator, WordSplitter};

use crate::finding::Finding;
use crate::format::markdown::{code, sentence};
use crate::format::shared;
use crate::report::Report;
use crate::verdict::{SourceVerdict, WireVerdict};

/// The heading of the section that receives new entries.
const UNRELEASED: &str = "## Unreleased";

/// The group headings, in the order in which missing ones are inserted.
const GROUPS: [&str; 3] = ["Added", "Changed", "Removed"];

/// The maximum line width of the changelog.
const LINE_WIDTH: usize = 100;

/// The changelog lines for a report, by group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry([Vec<String>; 3]);

impl Entry {
    /// Builds the entry from all findings that deployed programs or users of the public API can
    /// notice.
    pub fn new(report: &Report) -> Self {
        let mut entry = Self::default();
        for finding in &report.findings {
            let is_visible =
                finding.wire > WireVerdict::None || finding.source > SourceVerdict::Patch;
            if !is_visible {
                continue;
            }

            let line = line(finding);
            let lines = &mut entry.0[group_index(finding)];
            if !lines.contains(&line) {
                lines.push(line);
            }
        }

        entry
    }

    /// Returns the changelog with the entry added below its existing lines. Lines that are already
    /// present are not repeated.
    ///
    /// # Errors
    ///
    /// If the changelog has no heading for unreleased changes.
    pub fn write_into(&self, changelog: &str) -> Result<String> {
        let mut text = changelog.to_owned();
        for (group, lines) in GROUPS.into_iter().zip(&self.0) {
            let existing = list_items(unreleased_section(&text)?.1);
            let is_new = |line: &&String| !existing.contains(&collapse_whitespace(line));
            let new: Vec<_> = lines.iter().filter(is_new).map(|line| wrap(line)).collect();

            if !new.is_empty() {
                text = insert_lines(&text, group, &new)?;
            }
        }

        if changelog.contains("\r\n") {
            text = text.replace("\r\n", "\n").replace('\n', "\r\n");
        }
        Ok(text)
    }
}

/// Returns the newest release of a changelog: the first heading like `## 1.2.3` or
/// `## [1.2.3] - 2027-01-31`.
pub fn latest_release(changelog: &str) -> Option<Version> {
    changelog.lines().filter_map(|line| line.strip_prefix("## ")).find_map(|heading| {
        let word = heading.split_whitespace().next()?;
        word.trim_matches(['[', ']']).trim_start_matches('v').parse().ok()
    })
}

fn line(finding: &Finding) -> String {
    let names = shared::first_names(&finding.rust_items, code);
    let names = if names.is_empty() { names } else { format!("{names}: ") };

    let warning = match finding.wire {
        WireVerdict::Breaking => " Deployed programs break.",
        WireVerdict::Risky => " Deployed programs may break.",
        WireVerdict::Compatible | WireVerdict::None => "",
    };

    format!("{names}{}{warning}", sentence(&shared::end_sentence(&finding.message)))
}

/// Returns the group of a finding. Only an element that exists on one side is added or removed; an
/// element that exists on both sides has changed, even if something was added to it.
fn group_index(finding: &Finding) -> usize {
    let id_ends_with = |suffix: &str| finding.kind.id().ends_with(suffix);
    match (&finding.old, &finding.new) {
        (None, _) if id_ends_with("-added") => 0,
        (_, None) if id_ends_with("-removed") => 2,
        _ => 1,
    }
}

/// Returns the section of unreleased changes, without its heading, and its offset in the text.
fn unreleased_section(text: &str) -> Result<(usize, &str)> {
    let mut offset = 0;
    let mut start = None;

    for line in text.split_inclusive('\n') {
        if let Some(start) = start
            && line.starts_with("## ")
        {
            return Ok((start, &text[start..offset]));
        }

        offset += line.len();
        if line.trim_end() == UNRELEASED {
            start = Some(offset);
        }
    }

    start.map(|start| (start, &text[start..])).ok_or_else(|| {
        Diagnostic::new(format!("the changelog has no heading `{UNRELEASED}`"))
            .help("add that heading above the newest release")
    })
}

/// Inserts lines at the end of a group of the unreleased section.
fn insert_lines(text: &str, group: &str, lines: &[String]) -> Result<String> {
    let (start, section) = unreleased_section(text)?;
    let (offset, prefix) = insertion_point(section, group);

    let (before, after) = text.split_at(start + offset);
    let after = after.trim_start_matches(['\r', '\n']);
    let gap = if after.is_empty() { "\n" } else { "\n\n" };

    Ok(format!("{before}{prefix}{}{gap}{after}", lines.join("\n")))
}

/// Returns the offset in the section at which the lines of a group belong, and the text that must
/// precede them: line breaks, and the group's heading if it is missing.
fn insertion_point(section: &str, group: &str) -> (usize, String) {
    let headings: Vec<_> = section
        .match_indices("### ")
        .filter(|(offset, _)| *offset == 0 || section[..*offset].ends_with('\n'))
        .map(|(offset, _)| {
            (offset, section[offset + 4..].lines().next().unwrap_or_default().trim())
        })
        .collect();
    let own_heading = headings.iter().position(|(_, name)| *name == group);

    // Insert after the group's own lines, or after the last group that precedes it.
    let rank = |name: &str| GROUPS.iter().position(|known| *known == name);
    let precedes = |(_, name): &(usize, &str)| rank(name) < rank(group) && rank(name).is_some();
    let previous = own_heading.or_else(|| headings.iter().rposition(precedes));

    let next = previous.map_or(0, |index| index + 1);
    let end = headings.get(next).map_or(section.len(), |(offset, _)| *offset);
    let existing = section[..end].trim_end();

    let prefix = match own_heading {
        Some(_) if existing.ends_with(&format!("### {group}")) => "\n\n".to_owned(),
        Some(_) => "\n".to_owned(),
        None if existing.is_empty() => format!("\n### {group}\n\n"),
        None => format!("\n\n### {group}\n\n"),
    };

    (existing.len(), prefix)
}

/// Returns the items of all lists in a section, each on one line.
fn list_items(section: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    let mut in_item = false;

    for line in section.lines() {
        match line.strip_prefix("* ").or_else(|| line.strip_prefix("- ")) {
            Some(item) => {
                items.push(item.to_owned());
                in_item = true;
            }
            None if line.starts_with(' ') && in_item => {
                let last = items.last_mut().expect("an item has started");
                last.push(' ');
                last.push_str(line);
            }
            None => in_item = false,
        }
    }

    items.iter().map(|item| collapse_whitespace(item)).collect()
}

fn collapse_whitespace(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Formats a line as a list item of the changelog.
fn wrap(line: &str) -> String {
    let options = Options::new(LINE_WIDTH)
        .initial_indent("* ")
        .subsequent_indent("  ")
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);

    textwrap::fill(line, options)
}
