//! Parses the published page line by line. A line that is not recognised is an error.

mod endpoint;
mod lines;
mod model;

use std::collections::HashSet;

use super::cell::excerpt;
use crate::diagnostic::{Diagnostic, Result};
use lines::{Lines, check_unique};

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
