//! The entry of a report in CHANGELOG.md: for users of the crate, grouped, in Rust names.

use connect_codegen::diagnostic::{Diagnostic, Result};
use semver::Version;
use textwrap::{Options, WordSeparator, WordSplitter};

use crate::finding::{Finding, Source, Wire};
use crate::format::markdown::{code, sentence};
use crate::format::words;
use crate::report::Report;

/// The heading that entries are written under.
const UNRELEASED: &str = "## Unreleased";

/// The groups, in the order in which a missing one is put in.
const GROUPS: [&str; 3] = ["Added", "Changed", "Removed"];

/// How wide the file is.
const WIDTH: usize = 100;

/// What a report means for users of the crate, by group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry([Vec<String>; 3]);

impl Entry {
    /// What users see of a report: all findings but those that deployed programs cannot notice and
    /// that leave the crate's surface alone.
    pub fn of(report: &Report) -> Self {
        let mut entry = Self::default();
        for finding in &report.findings {
            if finding.wire > Wire::None || finding.source > Source::Patch {
                let line = line(finding);
                let lines = &mut entry.0[group(finding)];
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }

        entry
    }

    /// Writes the entry into a changelog, below what people wrote there. A line that is there
    /// already is not written again.
    pub fn write_into(&self, changelog: &str) -> Result<String> {
        let mut text = changelog.to_owned();
        for (group, lines) in GROUPS.into_iter().zip(&self.0) {
            let known = bullets(section(&text)?.1);
            let new: Vec<_> =
                lines.iter().filter(|line| !known.contains(&collapsed(line))).collect();

            if !new.is_empty() {
                let (start, section) = section(&text)?;
                let (at, heading) = place(section, group);
                let lines: Vec<_> = new.into_iter().map(|line| wrapped(line)).collect();
                let (before, after) = text.split_at(start + at);
                let after = after.trim_start_matches(['\r', '\n']);
                let gap = if after.is_empty() { "\n" } else { "\n\n" };

                text = format!("{before}{heading}{}{gap}{after}", lines.join("\n"));
            }
        }

        if changelog.contains("\r\n") {
            text = text.replace("\r\n", "\n").replace('\n', "\r\n");
        }
        Ok(text)
    }
}

/// The newest release that a changelog has a heading for, as `## 1.2.3` or `## [1.2.3] - a day`.
pub fn released(changelog: &str) -> Option<Version> {
    changelog.lines().filter_map(|line| line.strip_prefix("## ")).find_map(|heading| {
        let word = heading.split_whitespace().next()?;
        word.trim_matches(['[', ']']).trim_start_matches('v').parse().ok()
    })
}

fn line(finding: &Finding) -> String {
    let names = words::list(&finding.rust_items, code);
    let names = if names.is_empty() { names } else { format!("{names}: ") };

    let warning = match finding.wire {
        Wire::Breaking => " Programs that are deployed already break.",
        Wire::Risky => " Programs that are deployed already may break.",
        Wire::Compatible | Wire::None => "",
    };

    format!("{names}{}{warning}", sentence(&words::ended(&finding.message)))
}

/// The index of a finding's group. The ids of the classes say what came and what went; a thing that
/// is there before and after has changed, whatever came to it.
fn group(finding: &Finding) -> usize {
    let is = |end: &str| finding.class.id().ends_with(end);
    match (&finding.old, &finding.new) {
        (None, _) if is("-added") => 0,
        (_, None) if is("-removed") => 2,
        _ => 1,
    }
}

/// The text below the heading, to the next of its kind, and where it begins.
fn section(text: &str) -> Result<(usize, &str)> {
    let mut at = 0;
    let mut start = None;
    for line in text.split_inclusive('\n') {
        if let Some(start) = start
            && line.starts_with("## ")
        {
            return Ok((start, &text[start..at]));
        }

        at += line.len();
        if line.trim_end() == UNRELEASED {
            start = Some(at);
        }
    }

    let missing = || {
        Diagnostic::new(format!("there is no `{UNRELEASED}` to write under"))
            .help("put that heading above the newest release")
    };

    start.map(|start| (start, &text[start..])).ok_or_else(missing)
}

/// Where in the section the lines of a group go, and what must stand before them.
fn place(section: &str, group: &str) -> (usize, String) {
    let headings: Vec<_> = section
        .match_indices("### ")
        .filter(|(at, _)| *at == 0 || section[..*at].ends_with('\n'))
        .map(|(at, _)| (at, section[at + 4..].lines().next().unwrap_or_default().trim()))
        .collect();
    let mine = headings.iter().position(|(_, name)| *name == group);
    let rank = |name: &str| GROUPS.iter().position(|it| *it == name);

    // Behind its own lines, or behind those of the groups that come before it.
    let last = mine.or_else(|| {
        let before = |(_, name): &(usize, &str)| rank(name) < rank(group) && rank(name).is_some();
        headings.iter().rposition(before)
    });

    let end = match last {
        Some(last) => headings.get(last + 1).map_or(section.len(), |(at, _)| *at),
        None => headings.first().map_or(section.len(), |(at, _)| *at),
    };
    let written = section[..end].trim_end();
    let at = written.len();

    let before = match mine {
        Some(_) if written.ends_with(&format!("### {group}")) => "\n\n".to_owned(),
        Some(_) => "\n".to_owned(),
        None if written.is_empty() => format!("\n### {group}\n\n"),
        None => format!("\n\n### {group}\n\n"),
    };

    (at, before)
}

/// The items of all lists, each in one line.
fn bullets(section: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = false;
    for line in section.lines() {
        match line.strip_prefix("* ").or_else(|| line.strip_prefix("- ")) {
            Some(item) => {
                found.push(item.to_owned());
                open = true;
            }
            None if line.starts_with(' ') && open => {
                let last = found.last_mut().expect("one is open");
                last.push(' ');
                last.push_str(line);
            }
            None => open = false,
        }
    }

    found.iter().map(|item| collapsed(item)).collect()
}

fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn wrapped(line: &str) -> String {
    let options = Options::new(WIDTH)
        .initial_indent("* ")
        .subsequent_indent("  ")
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);

    textwrap::fill(line, options)
}
