//! The upper part of the page: the operations, each with its parameters and responses.

use std::collections::HashSet;

use serde_json::Value;

use super::lines::{Lines, check_unique};
use crate::diagnostic::{Diagnostic, Result};
use crate::import::cell::{self, GAP, excerpt};

const METHODS: [&str; 7] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH"];
const BODY_END: &str = "<br><br>Parameter content type<br><br>application/json";

/// An operation.
#[derive(Debug)]
pub struct Operation {
    pub line: usize,
    /// The method, in upper case.
    pub method: String,
    pub path: String,
    pub description: String,
    pub parameters: Vec<Parameter>,
    pub responses: Vec<Response>,
}

/// A row of a table of parameters.
#[derive(Debug)]
pub struct Parameter {
    pub line: usize,
    pub name: String,
    pub required: bool,
    /// `query`, `path` or `body`.
    pub location: String,
    /// The type as the page writes it, such as `string` or `array[string]`.
    pub kind: String,
    pub description: Option<String>,
    /// The values of an enum, as the select box offers them.
    pub values: Option<Vec<String>>,
    /// The example of a body.
    pub example: Option<Value>,
}

/// A row of a table of responses.
#[derive(Debug)]
pub struct Response {
    pub line: usize,
    pub status: u16,
    pub description: String,
    pub example: Option<Value>,
}

impl Operation {
    /// The method and the path: `GET /clusters`.
    pub fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

pub(super) fn parse_operation(lines: &mut Lines<'_>) -> Result<Operation> {
    let (line, text) = lines.next("`#### Models`")?;
    let (method, path) = split_heading(text).ok_or_else(|| {
        Diagnostic::at_line(line, format!("expected an operation, found {}", excerpt(text))).help(
            "the heading of an operation is like `GET/clusters`; `#### Models` follows the last one",
        )
    })?;

    let description = parse_description(lines)?;
    let parameters = parse_parameters(lines)?;
    let responses = parse_responses(lines)?;

    let (method, path) = (method.to_owned(), path.to_owned());
    Ok(Operation { line, method, path, description, parameters, responses })
}

/// Splits the heading of an operation into its method and its path.
fn split_heading(text: &str) -> Option<(&str, &str)> {
    let (method, path) = text.split_at(text.find('/')?);
    let is_heading = METHODS.contains(&method) && !path.contains(char::is_whitespace);

    is_heading.then_some((method, path))
}

fn parse_description(lines: &mut Lines<'_>) -> Result<String> {
    let (line, text) = lines.next("the description of the operation")?;
    if text.starts_with(['#', '|']) || split_heading(text).is_some() {
        return Err(Diagnostic::at_line(line, "the operation above has no description"));
    }

    cell::parse_prose(line, text)
}

fn parse_parameters(lines: &mut Lines<'_>) -> Result<Vec<Parameter>> {
    lines.expect("#### Parameters")?;
    if lines.peek() == Some("No parameters") {
        lines.expect("No parameters")?;
        return Ok(Vec::new());
    }

    lines.expect("|Name|Description|")?;
    lines.expect("|---|---|")?;

    let mut seen = HashSet::new();
    lines.rows(|line, text| {
        let parameter = parse_parameter(line, text)?;
        check_unique(&mut seen, parameter.name.clone(), line)?;
        Ok(parameter)
    })
}

fn parse_responses(lines: &mut Lines<'_>) -> Result<Vec<Response>> {
    for expected in [
        "#### Responses",
        "Response content type",
        "application/json",
        "|Code|Description|",
        "|---|---|",
    ] {
        lines.expect(expected)?;
    }

    let mut seen = HashSet::new();
    lines.rows(|line, text| {
        let response = parse_response(line, text)?;
        check_unique(&mut seen, response.status, line)?;
        Ok(response)
    })
}

fn parse_parameter(line: usize, text: &str) -> Result<Parameter> {
    let [label, details] = cell::split_row(line, text)?;
    let parts: Vec<_> = label.split(GAP).collect();
    let [name, kind, location] = parts[..] else {
        return Err(Diagnostic::at_line(line, "expected a name, a type and a location"));
    };

    let required = name.strip_suffix(" *");
    let name = cell::parse_name(line, required.unwrap_or(name))?;
    let location = parse_location(line, location)?;
    check_kind(line, kind, location)?;

    let (description, values, example) = if location == "body" {
        let (description, example) = cell::split_example(line, &details, BODY_END)?;
        let example =
            example.ok_or_else(|| Diagnostic::at_line(line, "the body has no example"))?;
        (description, None, Some(example))
    } else {
        let (description, values) = split_select_box(line, kind, &details)?;
        (description, values, None)
    };
    let description = cell::parse_prose(line, description)?;

    Ok(Parameter {
        line,
        name,
        required: required.is_some(),
        location: location.to_owned(),
        kind: kind.to_owned(),
        description: Some(description).filter(|text| !text.is_empty()),
        values,
        example,
    })
}

fn parse_location(line: usize, text: &str) -> Result<&'static str> {
    match text {
        "(query)" => Ok("query"),
        "(path)" => Ok("path"),
        "(body)" => Ok("body"),
        other => {
            let message = format!("unknown parameter location {}", excerpt(other));
            Err(Diagnostic::at_line(line, message))
        }
    }
}

fn check_kind(line: usize, kind: &str, location: &str) -> Result<()> {
    let known_kinds: &[&str] = match location {
        "body" => &["object"],
        _ => &["string", "number", "boolean", "array[string]"],
    };

    if known_kinds.contains(&kind) {
        return Ok(());
    }

    let message = format!("unknown type {} of a {location} parameter", excerpt(kind));
    Err(Diagnostic::at_line(line, message))
}

/// Splits a cell into a parameter's description and the values of its enum. The page also shows the
/// options of the select box run together; they must be those values, or `true` and `false`.
fn split_select_box<'a>(
    line: usize,
    kind: &str,
    cell: &'a str,
) -> Result<(&'a str, Option<Vec<String>>)> {
    let mut parts: Vec<_> = cell.split(GAP).collect();
    let options = match parts.last() {
        Some(last) if last.starts_with("--") => parts.pop(),
        _ => None,
    };

    let values = match parts.last().and_then(|last| last.strip_prefix("_Available values_ : ")) {
        Some(list) => {
            parts.pop();
            Some(list.split(", ").map(str::to_owned).collect::<Vec<_>>())
        }
        None => None,
    };

    let expected_options = match (&values, kind) {
        (Some(values), "array[string]") => Some(format!("--{}", values.concat())),
        (Some(_), _) => {
            return Err(Diagnostic::at_line(line, "only an array can have a list of values"));
        }
        (None, "boolean") => Some("--truefalse".to_owned()),
        (None, _) => None,
    };
    if options != expected_options.as_deref() {
        let message = "the select box does not offer the available values";
        return Err(Diagnostic::at_line(line, message));
    }

    match parts[..] {
        [] => Ok(("", values)),
        [description] => Ok((description, values)),
        _ => Err(Diagnostic::at_line(line, "expected only a description and a select box")),
    }
}

fn parse_response(line: usize, text: &str) -> Result<Response> {
    let [status, details] = cell::split_row(line, text)?;
    let status =
        status.parse().ok().filter(|status| (100..600).contains(status)).ok_or_else(|| {
            Diagnostic::at_line(line, format!("not a status: {}", excerpt(&status)))
        })?;

    let (description, example) = cell::split_example(line, &details, "")?;
    let description = cell::parse_prose(line, description)?;
    if description.is_empty() {
        return Err(Diagnostic::at_line(line, "the response has no description"));
    }

    Ok(Response { line, status, description, example })
}
