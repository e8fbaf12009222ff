//! The lines of the page, read one after the other.

use std::collections::HashSet;
use std::hash::Hash;

use crate::diagnostic::{Diagnostic, Result};
use crate::import::cell::excerpt;

/// Rejects a duplicate key. A JSON object would silently keep only one of the two.
pub fn check_unique<T: Hash + Eq + ToString>(
    seen: &mut HashSet<T>,
    key: T,
    line: usize,
) -> Result<()> {
    let name = key.to_string();
    if seen.insert(key) {
        return Ok(());
    }

    Err(Diagnostic::at_line(line, format!("duplicate `{name}`")))
}

/// The lines of the page that are not blank, with their numbers.
pub struct Lines<'a> {
    lines: Vec<(usize, &'a str)>,
    position: usize,
    last: usize,
}

impl<'a> Lines<'a> {
    pub fn new(text: &'a str) -> Self {
        let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line));
        let lines = numbered.filter(|(_, line)| !line.trim().is_empty()).collect();
        Self { lines, position: 0, last: text.lines().count().max(1) }
    }

    pub fn peek(&self) -> Option<&'a str> {
        self.lines.get(self.position).map(|(_, text)| *text)
    }

    /// The next line. `expected` describes it for the error at the end of the page.
    pub fn next(&mut self, expected: &str) -> Result<(usize, &'a str)> {
        let next = self.lines.get(self.position).copied().ok_or_else(|| {
            Diagnostic::at_line(self.last, format!("the page ends, expected {expected}"))
                .help("save the whole page again; this one is truncated or is not the API's page")
        })?;
        self.position += 1;

        Ok(next)
    }

    /// Reads a line that must be `expected`.
    pub fn expect(&mut self, expected: &str) -> Result<()> {
        let (line, text) = self.next(&format!("`{expected}`"))?;
        if text == expected {
            return Ok(());
        }

        Err(Diagnostic::at_line(line, format!("expected `{expected}`, found {}", excerpt(text)))
            .help("the page must be the saved Swagger UI page of the API, as Markdown"))
    }

    /// Reads the rows of a table, at least one.
    pub fn rows<T>(
        &mut self,
        mut parse: impl FnMut(usize, &'a str) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        while rows.is_empty() || self.peek().is_some_and(|text| text.starts_with('|')) {
            let (line, text) = self.next("a row of the table")?;
            rows.push(parse(line, text)?);
        }

        Ok(rows)
    }
}
