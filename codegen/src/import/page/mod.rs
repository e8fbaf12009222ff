//! The published page, read line by line: nothing in it may go unread.

mod endpoint;
mod model;

use std::collections::HashSet;
use std::hash::Hash;

use super::cell::excerpt;
use crate::diagnostic::{Diagnostic, Result};

pub use endpoint::{Operation, Parameter, Response};
pub use model::{Kind, Model, Property, Scalar, UNION};

/// All that the page says.
#[derive(Debug)]
pub struct Page {
    /// The root URL of the service.
    pub root: Root,
    /// The operations, in order.
    pub operations: Vec<Operation>,
    /// The models, in order.
    pub models: Vec<Model>,
}

/// The parts of the root URL, as Swagger 2.0 keeps them apart.
#[derive(Debug)]
pub struct Root {
    /// `https`.
    pub scheme: String,
    /// The name of the host.
    pub host: String,
    /// The path, from its first slash.
    pub base_path: String,
}

/// Reads the page.
pub fn parse(text: &str) -> Result<Page> {
    // Swagger UI puts no-break spaces around its own marks, never into upstream's text.
    let text = text.replace('\u{a0}', " ");
    let mut lines = Lines::new(&text);
    lines.literal("## Endpoints")?;

    let root = root(&mut lines)?;
    let mut operations: Vec<Operation> = Vec::new();
    let mut seen = HashSet::new();

    while lines.peek() != Some("#### Models") {
        let operation = endpoint::operation(&mut lines)?;
        unique(&mut seen, operation.key(), operation.line)?;
        operations.push(operation);
    }

    lines.literal("#### Models")?;
    let mut models = Vec::new();
    let mut seen = HashSet::new();

    while lines.peek().is_some() {
        let model = model::model(&mut lines)?;
        unique(&mut seen, model.name.clone(), model.line)?;
        models.push(model);
    }

    Ok(Page { root, operations, models })
}

fn root(lines: &mut Lines<'_>) -> Result<Root> {
    let (line, text) = lines.next("the root URL of the service")?;
    let url = text.strip_prefix("The root URL of this service is `");
    let url = url.and_then(|url| url.strip_suffix("`."));

    let parts = url.and_then(|url| {
        let (scheme, rest) = url.split_once("://")?;
        let (host, _) = rest.split_once('/')?;
        let known = matches!(scheme, "http" | "https") && !host.is_empty();
        (known && !rest.contains(char::is_whitespace)).then(|| (scheme, rest.split_at(host.len())))
    });

    let (scheme, (host, path)) = parts.ok_or_else(|| {
        Diagnostic::at_line(line, format!("the root URL belongs here, not {}", excerpt(text)))
    })?;
    Ok(Root { scheme: scheme.into(), host: host.into(), base_path: path.into() })
}

/// Refuses what the page says twice, since a JSON object would silently keep one of the two.
fn unique<T: Hash + Eq + ToString>(seen: &mut HashSet<T>, key: T, line: usize) -> Result<()> {
    let name = key.to_string();
    if seen.insert(key) {
        return Ok(());
    }
    Err(Diagnostic::at_line(line, format!("`{name}` is here for the second time")))
}

/// The lines of the page that are not blank.
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

    fn next(&mut self, wanted: &str) -> Result<(usize, &'a str)> {
        let next = self.lines.get(self.position).copied().ok_or_else(|| {
            Diagnostic::at_line(self.last, format!("the page ends where {wanted} belongs"))
                .help("save the whole page again; this one is cut off or is not the API's page")
        })?;
        self.position += 1;
        Ok(next)
    }

    fn literal(&mut self, wanted: &str) -> Result<()> {
        let (line, text) = self.next(&format!("`{wanted}`"))?;
        if text == wanted {
            return Ok(());
        }
        Err(Diagnostic::at_line(line, format!("`{wanted}` belongs here, not {}", excerpt(text)))
            .help("the page must be the saved Swagger UI page of the API, as Markdown"))
    }

    /// Reads the rows of a table, at least one.
    fn rows<T>(&mut self, mut read: impl FnMut(usize, &'a str) -> Result<T>) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        while rows.is_empty() || self.peek().is_some_and(|text| text.starts_with('|')) {
            let (line, text) = self.next("a row of the table")?;
            rows.push(read(line, text)?);
        }
        Ok(rows)
    }
}
