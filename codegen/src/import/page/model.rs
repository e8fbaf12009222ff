//! The lower part of the page: the models, each a table of properties.

use std::collections::HashSet;

use serde_json::{Number, Value};

use super::lines::{Lines, check_unique};
use crate::diagnostic::{Diagnostic, Result};
use crate::import::cell::{self, BREAK, GAP, excerpt};

/// The placeholder for a union, on the page and in the document.
pub const UNION: &str =
    "Union type not supported in OpenAPI v2. See x-oneOf property or use OpenAPI v3.";

/// A model.
#[derive(Debug)]
pub struct Model {
    pub line: usize,
    pub name: String,
    pub description: String,
    pub properties: Vec<Property>,
}

/// A row of a model's table.
#[derive(Debug)]
pub struct Property {
    pub line: usize,
    pub name: String,
    pub required: bool,
    pub kind: Kind,
}

/// The type of a property on the page. The page shows only the kind of a collapsed type.
#[derive(Debug)]
pub enum Kind {
    /// `[...]`
    Array,
    /// `{...}`
    Map,
    /// The placeholder for a union.
    Union,
    /// `Model{...}`
    Model(String),
    /// A string, number or boolean.
    Scalar(Scalar),
}

/// A string, number or boolean with its description and constraints.
#[derive(Debug)]
pub struct Scalar {
    pub kind: String,
    pub format: Option<String>,
    pub description: Option<String>,
    /// The default, the limits and the pattern, in order.
    pub facets: Vec<(String, Value)>,
    /// The number of values of its enum. The page hides the values.
    pub enum_count: Option<u64>,
}

pub(super) fn parse_model(lines: &mut Lines<'_>) -> Result<Model> {
    let (heading, text) = lines.next("a model")?;
    let name = text.strip_suffix("{|   |   |").ok_or_else(|| {
        Diagnostic::at_line(heading, format!("expected a model, found {}", excerpt(text)))
    })?;
    let name = cell::parse_name(heading, name)?;
    lines.expect("|---|---|")?;

    let description = parse_description(lines)?;
    let mut seen = HashSet::new();
    let mut properties = Vec::new();

    loop {
        let (line, text) = lines.next("the end of the model")?;
        if text == "|| }" {
            return Ok(Model { line: heading, name, description, properties });
        }

        let property = parse_property(line, text)?;
        check_unique(&mut seen, property.name.clone(), line)?;
        properties.push(property);
    }
}

fn parse_description(lines: &mut Lines<'_>) -> Result<String> {
    let (line, text) = lines.next("the description of the model")?;
    let [label, description] = cell::split_row(line, text)?;
    if label != "description:" {
        let message = format!("expected the description of the model, found {}", excerpt(&label));
        return Err(Diagnostic::at_line(line, message));
    }

    cell::parse_prose(line, &description)
}

fn parse_property(line: usize, text: &str) -> Result<Property> {
    let [label, details] = cell::split_row(line, text)?;
    let required = label.strip_suffix('*');
    let name = cell::parse_name(line, required.unwrap_or(&label))?;

    let kind = match details.strip_suffix("{...}") {
        Some("") => Kind::Map,
        Some(UNION) => Kind::Union,
        Some(model) => Kind::Model(cell::parse_name(line, model)?),
        None if details == "[...]" => Kind::Array,
        None => Kind::Scalar(parse_scalar(line, &details)?),
    };

    Ok(Property { line, name, required: required.is_some(), kind })
}

fn parse_scalar(line: usize, cell: &str) -> Result<Scalar> {
    let mut parts = cell.split(GAP);
    let mut head = parts.next().unwrap_or_default().split(BREAK);

    let (kind, format) = match head.next().unwrap_or_default() {
        "string" => ("string", None),
        "string($date-time)" => ("string", Some("date-time")),
        "number" => ("number", None),
        "number($float)" => ("number", Some("float")),
        "boolean" => ("boolean", None),
        other => {
            return Err(Diagnostic::at_line(line, format!("unknown type {}", excerpt(other))));
        }
    };
    let facets = head.map(|text| parse_facet(line, kind, text)).collect::<Result<_>>()?;

    let mut rest: Vec<_> = parts.collect();
    let enum_count = match rest.last().and_then(|last| last.strip_prefix("Enum:  <br>")) {
        Some(text) => {
            rest.pop();
            Some(parse_enum_count(line, kind, text)?)
        }
        None => None,
    };

    let description = match rest[..] {
        [] => None,
        [text] => Some(cell::parse_prose(line, text)?).filter(|text| !text.is_empty()),
        _ => {
            let message = "expected only a type, a description and an enum";
            return Err(Diagnostic::at_line(line, message));
        }
    };

    Ok(Scalar {
        kind: kind.to_owned(),
        format: format.map(str::to_owned),
        description,
        facets,
        enum_count,
    })
}

/// Parses a default, a limit or a pattern: `minimum: 0`.
fn parse_facet(line: usize, kind: &str, text: &str) -> Result<(String, Value)> {
    let number = |text: &str| text.parse::<Number>().ok().map(Value::Number);
    let parse = |key: &str, value: &str| match (key, kind) {
        ("default" | "x-pattern-error", "string") => Some(value.into()),
        ("default", "boolean") => value.parse::<bool>().ok().map(Value::Bool),
        ("default" | "maximum" | "minimum", "number") => number(value),
        ("maxLength" | "minLength", "string") => value.parse::<u64>().ok().map(Value::from),
        // Upstream writes patterns as JavaScript literals, with slashes.
        ("pattern", "string") => {
            (value.len() > 2 && value.starts_with('/') && value.ends_with('/'))
                .then(|| value.into())
        }
        _ => None,
    };

    text.split_once(": ")
        .and_then(|(key, value)| Some((key.to_owned(), parse(key, value)?)))
        .ok_or_else(|| {
            Diagnostic::at_line(line, format!("{} is not a constraint of a {kind}", excerpt(text)))
        })
}

fn parse_enum_count(line: usize, kind: &str, text: &str) -> Result<u64> {
    let count = text.strip_prefix("Array [ ").and_then(|text| text.strip_suffix(" ]"));
    let count = count.and_then(|count| count.parse().ok());
    count.filter(|&count| count > 0 && kind == "string").ok_or_else(|| {
        Diagnostic::at_line(line, format!("not the size of an enum: {}", excerpt(text)))
    })
}
