//! The upper half of the page: the operations, each with its parameters and responses.

use std::collections::HashSet;

use serde_json::Value;

use super::{Lines, unique};
use crate::diagnostic::{Diagnostic, Result};
use crate::import::cell::{self, GAP, excerpt};

const METHODS: [&str; 7] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH"];
const BODY_END: &str = "<br><br>Parameter content type<br><br>application/json";

/// An operation.
#[derive(Debug)]
pub struct Operation {
    pub line: usize,
    /// In capitals.
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
    /// As the page writes it: `string`, `array[string]`, …
    pub kind: String,
    pub description: Option<String>,
    /// What its select box offers.
    pub values: Option<Vec<String>>,
    /// Only a body has one.
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
    /// `GET /clusters`.
    pub fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

pub(super) fn operation(lines: &mut Lines<'_>) -> Result<Operation> {
    let (line, text) = lines.next("`#### Models`")?;
    let (method, path) = heading(text).ok_or_else(|| {
        Diagnostic::at_line(line, format!("an operation belongs here, not {}", excerpt(text)))
            .help("an operation is headed like `GET/clusters`; after the last comes `#### Models`")
    })?;

    let (description_line, description) = lines.next("the description of the operation")?;
    if description.starts_with(['#', '|']) || heading(description).is_some() {
        return Err(Diagnostic::at_line(
            description_line,
            "the operation above has no description",
        ));
    }

    let description = cell::prose(description_line, description)?;
    lines.literal("#### Parameters")?;

    let parameters = if lines.peek() == Some("No parameters") {
        lines.literal("No parameters")?;
        Vec::new()
    } else {
        lines.literal("|Name|Description|")?;
        lines.literal("|---|---|")?;
        let mut seen = HashSet::new();

        lines.rows(|line, text| {
            let parameter = parameter(line, text)?;
            unique(&mut seen, parameter.name.clone(), line)?;
            Ok(parameter)
        })?
    };

    for wanted in ["#### Responses", "Response content type", "application/json"] {
        lines.literal(wanted)?;
    }

    lines.literal("|Code|Description|")?;
    lines.literal("|---|---|")?;
    let mut seen = HashSet::new();

    let responses = lines.rows(|line, text| {
        let response = response(line, text)?;
        unique(&mut seen, response.status, line)?;
        Ok(response)
    })?;
    let (method, path) = (method.to_owned(), path.to_owned());

    Ok(Operation { line, method, path, description, parameters, responses })
}

/// The method and the path in the heading of an operation.
fn heading(text: &str) -> Option<(&str, &str)> {
    let (method, path) = text.split_at(text.find('/')?);
    let known = METHODS.contains(&method) && !path.contains(char::is_whitespace);
    known.then_some((method, path))
}

fn parameter(line: usize, text: &str) -> Result<Parameter> {
    let [label, details] = cell::row(line, text)?;
    let parts: Vec<_> = label.split(GAP).collect();
    let [name, kind, location] = parts[..] else {
        return Err(Diagnostic::at_line(line, "a parameter has a name, a type and a location"));
    };
    let required = name.strip_suffix(" *");
    let name = cell::name(line, required.unwrap_or(name))?;

    let location = match location {
        "(query)" => "query",
        "(path)" => "path",
        "(body)" => "body",
        other => {
            return Err(Diagnostic::at_line(
                line,
                format!("{} is no known location", excerpt(other)),
            ));
        }
    };

    let known: &[&str] = match location {
        "body" => &["object"],
        _ => &["string", "number", "boolean", "array[string]"],
    };

    if !known.contains(&kind) {
        let message = format!("{} is no known type of a {location} parameter", excerpt(kind));
        return Err(Diagnostic::at_line(line, message));
    }

    let (description, values, example) = if location == "body" {
        let (description, example) = cell::example(line, &details, BODY_END)?;
        let example =
            example.ok_or_else(|| Diagnostic::at_line(line, "the body has no example"))?;
        (description, None, Some(example))
    } else {
        let (description, values) = select_box(line, kind, &details)?;
        (description, values, None)
    };
    let description = cell::prose(line, description)?;
    let description = Some(description).filter(|text| !text.is_empty());

    Ok(Parameter {
        line,
        name,
        required: required.is_some(),
        location: location.to_owned(),
        kind: kind.to_owned(),
        description,
        values,
        example,
    })
}

/// Takes a parameter's select box off its description. The page shows the options of the box run
/// together; they must be those that it lists, or `true` and `false`.
fn select_box<'a>(
    line: usize,
    kind: &str,
    cell: &'a str,
) -> Result<(&'a str, Option<Vec<String>>)> {
    let mut parts: Vec<_> = cell.split(GAP).collect();
    let options = match parts.last() {
        Some(last) if last.starts_with("--") => parts.pop(),
        _ => None,
    };

    let listed = match parts.last().and_then(|last| last.strip_prefix("_Available values_ : ")) {
        Some(list) => {
            parts.pop();
            Some(list.split(", ").map(str::to_owned).collect::<Vec<_>>())
        }
        None => None,
    };

    let wanted = match (&listed, kind) {
        (Some(values), "array[string]") => Some(format!("--{}", values.concat())),
        (Some(_), _) => {
            return Err(Diagnostic::at_line(line, "only an array is known to list its values"));
        }
        (None, "boolean") => Some("--truefalse".to_owned()),
        (None, _) => None,
    };

    if options != wanted.as_deref() {
        return Err(Diagnostic::at_line(line, "the select box does not offer the values listed"));
    }
    match parts[..] {
        [] => Ok(("", listed)),
        [description] => Ok((description, listed)),
        _ => Err(Diagnostic::at_line(line, "more than a description and a select box is here")),
    }
}

fn response(line: usize, text: &str) -> Result<Response> {
    let [status, details] = cell::row(line, text)?;
    let status =
        status.parse().ok().filter(|status| (100..600).contains(status)).ok_or_else(|| {
            Diagnostic::at_line(line, format!("{} is no status", excerpt(&status)))
        })?;

    let (description, example) = cell::example(line, &details, "")?;
    let description = cell::prose(line, description)?;
    if description.is_empty() {
        return Err(Diagnostic::at_line(line, "the response has no description"));
    }

    Ok(Response { line, status, description, example })
}
