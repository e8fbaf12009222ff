//! Parses the published page line by line. A line that is not recognised is an error.

mod endpoint;
mod model;

use std::collections::HashSet;
use std::hash::Hash;

use super::cell::excerpt;
use crate::diagnostic::{Diagnostic, Result};

pub use endpoint::{Operation, Parameter, Response};
pub use model::{Kind, Model, Property, Scalar, UNION};

/// The content of the page.
#[derive(Debug)]
pub struct Page {
    /// The root URL of the service.
    pub root: Root,
    /// The operations, in order.
    pub operations: Vec<Operation>,
    /// The models, in order.
    pub models: Vec<Model>,
}

/// The parts of the root URL, as in Swagger 2.0.
#[derive(Debug)]
pub struct Root {
    /// The scheme, such as `https`.
    pub scheme: String,
    /// The host.
    pub host: String,
    /// The path, with its leading slash.
    pub base_path: String,
}

/// Parses the page.
pub fn parse(text: &str) -> Result<Page> {
    // Swagger UI writes no-break spaces around its own markup, but never in upstream's text.
    let text = text.replace('\u{a0}', " ");
    let mut lines = Lines::new(&text);

    lines.expect("## Endpoints")?;
    let root = parse_root(&mut lines)?;

    let mut operations: Vec<Operation> = Vec::new();
    let mut seen = HashSet::new();

    while lines.peek() != Some("#### Models") {
        let operation = endpoint::parse_operation(&mut lines)?;
        check_unique(&mut seen, operation.key(), operation.line)?;
        operations.push(operation);
    }

    lines.expect("#### Models")?;
    let mut models = Vec::new();
    let mut seen = HashSet::new();

    while lines.peek().is_some() {
        let model = model::parse_model(&mut lines)?;
        check_unique(&mut seen, model.name.clone(), model.line)?;
        models.push(model);
    }

    Ok(Page { root, operations, models })
}

fn parse_root(lines: &mut Lines<'_>) -> Result<Root> {
    let (line, text) = lines.next("the root URL of the service")?;
    let url = text.strip_prefix("The root URL of this service is `");
    let url = url.and_then(|url| url.strip_suffix("`."));

    let parts = url.and_then(|url| {
        let (scheme, rest) = url.split_once("://")?;
        let (host, _) = rest.split_once('/')?;
        let is_valid = matches!(scheme, "http" | "https")
            && !host.is_empty()
            && !rest.contains(char::is_whitespace);
        is_valid.then(|| (scheme, rest.split_at(host.len())))
    });

    let (scheme, (host, path)) = parts.ok_or_else(|| {
        Diagnostic::at_line(line, format!("expected the root URL, found {}", excerpt(text)))
    })?;

    Ok(Root { scheme: scheme.into(), host: host.into(), base_path: path.into() })
}

/// Rejects a duplicate key. A JSON object would silently keep only one of the two.
fn check_unique<T: Hash + Eq + ToString>(seen: &mut HashSet<T>, key: T, line: usize) -> Result<()> {
    let name = key.to_string();
    if seen.insert(key) {
        return Ok(());
    }

    Err(Diagnostic::at_line(line, format!("duplicate `{name}`")))
}

/// The lines of the page that are not blank, with their numbers.
struct Lines<'a> {
    lines: Vec<(usize, &'a str)>,
    position: usize,
    last: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line));
        let lines = numbered.filter(|(_, line)| !line.trim().is_empty()).collect();
        Self { lines, position: 0, last: text.lines().count().max(1) }
    }

    fn peek(&self) -> Option<&'a str> {
        self.lines.get(self.position).map(|(_, text)| *text)
    }

    /// The next line. `expected` describes it for the error at the end of the page.
    fn next(&mut self, expected: &str) -> Result<(usize, &'a str)> {
        let next = self.lines.get(self.position).copied().ok_or_else(|| {
            Diagnostic::at_line(self.last, format!("the page ends, expected {expected}"))
                .help("save the whole page again; this one is truncated or is not the API's page")
        })?;
        self.position += 1;

        Ok(next)
    }

    /// Reads a line that must be `expected`.
    fn expect(&mut self, expected: &str) -> Result<()> {
        let (line, text) = self.next(&format!("`{expected}`"))?;
        if text == expected {
            return Ok(());
        }

        Err(Diagnostic::at_line(line, format!("expected `{expected}`, found {}", excerpt(text)))
            .help("the page must be the saved Swagger UI page of the API, as Markdown"))
    }

    /// Reads the rows of a table, at least one.
    fn rows<T>(&mut self, mut parse: impl FnMut(usize, &'a str) -> Result<T>) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        while rows.is_empty() || self.peek().is_some_and(|text| text.starts_with('|')) {
            let (line, text) = self.next("a row of the table")?;
            rows.push(parse(line, text)?);
        }

        Ok(rows)
    }
}
