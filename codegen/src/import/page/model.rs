//! The lower half of the page: the models, each a table of properties.

use std::collections::HashSet;

use serde_json::{Number, Value};

use super::{Lines, unique};
use crate::diagnostic::{Diagnostic, Result};
use crate::import::cell::{self, BREAK, GAP, excerpt};

/// What the page, and the document, show in the place of a union.
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

/// What the page shows of a property's type. Of the folded ones it shows no more than the kind.
#[derive(Debug)]
pub enum Kind {
    /// `[...]`
    Array,
    /// `{...}`
    Map,
    /// The placeholder of a union.
    Union,
    /// `Model{...}`
    Model(String),
    /// A type that holds no other.
    Scalar(Scalar),
}

/// A string, number or boolean and what is said of it.
#[derive(Debug)]
pub struct Scalar {
    pub kind: String,
    pub format: Option<String>,
    pub description: Option<String>,
    /// Default, limits and pattern, in order.
    pub facets: Vec<(String, Value)>,
    /// How many values its enum has. The page hides the values themselves.
    pub enum_count: Option<u64>,
}

pub(super) fn model(lines: &mut Lines<'_>) -> Result<Model> {
    let (heading, text) = lines.next("a model")?;
    let name = text.strip_suffix("{|   |   |").ok_or_else(|| {
        Diagnostic::at_line(heading, format!("a model belongs here, not {}", excerpt(text)))
    })?;
    let name = cell::name(heading, name)?;
    lines.literal("|---|---|")?;

    let (description_line, text) = lines.next("the description of the model")?;
    let [label, description] = cell::row(description_line, text)?;
    if label != "description:" {
        return Err(Diagnostic::at_line(
            description_line,
            "the description of the model belongs here",
        ));
    }

    let description = cell::prose(description_line, &description)?;
    let mut seen = HashSet::new();
    let mut properties = Vec::new();

    loop {
        let (line, text) = lines.next("the end of the model")?;
        if text == "|| }" {
            return Ok(Model { line: heading, name, description, properties });
        }

        let property = property(line, text)?;
        unique(&mut seen, property.name.clone(), line)?;
        properties.push(property);
    }
}

fn property(line: usize, text: &str) -> Result<Property> {
    let [label, details] = cell::row(line, text)?;
    let required = label.strip_suffix('*');
    let name = cell::name(line, required.unwrap_or(&label))?;

    let kind = match details.strip_suffix("{...}") {
        Some("") => Kind::Map,
        Some(UNION) => Kind::Union,
        Some(model) => Kind::Model(cell::name(line, model)?),
        None if details == "[...]" => Kind::Array,
        None => Kind::Scalar(scalar(line, &details)?),
    };

    Ok(Property { line, name, required: required.is_some(), kind })
}

fn scalar(line: usize, cell: &str) -> Result<Scalar> {
    let mut parts = cell.split(GAP);
    let mut head = parts.next().unwrap_or_default().split(BREAK);

    let (kind, format) = match head.next().unwrap_or_default() {
        "string" => ("string", None),
        "string($date-time)" => ("string", Some("date-time")),
        "number" => ("number", None),
        "number($float)" => ("number", Some("float")),
        "boolean" => ("boolean", None),
        other => {
            return Err(Diagnostic::at_line(line, format!("{} is no known type", excerpt(other))));
        }
    };
    let facets = head.map(|text| facet(line, kind, text)).collect::<Result<_>>()?;
    let mut rest: Vec<_> = parts.collect();

    let enum_count = match rest.last().and_then(|last| last.strip_prefix("Enum:  <br>")) {
        Some(text) => {
            rest.pop();
            Some(enum_count(line, kind, text)?)
        }
        None => None,
    };

    let description = match rest[..] {
        [] => None,
        [text] => Some(cell::prose(line, text)?).filter(|text| !text.is_empty()),
        _ => {
            return Err(Diagnostic::at_line(
                line,
                "more than a type, a description and an enum is here",
            ));
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

fn facet(line: usize, kind: &str, text: &str) -> Result<(String, Value)> {
    let number = |text: &str| text.parse::<Number>().ok().map(Value::Number);
    let read = |key: &str, value: &str| match (key, kind) {
        ("default" | "x-pattern-error", "string") => Some(value.into()),
        ("default", "boolean") => value.parse::<bool>().ok().map(Value::Bool),
        ("default" | "maximum" | "minimum", "number") => number(value),
        ("maxLength" | "minLength", "string") => value.parse::<u64>().ok().map(Value::from),
        // The slashes are upstream's: it serves its patterns as JavaScript would write them.
        ("pattern", "string") => {
            (value.len() > 2 && value.starts_with('/') && value.ends_with('/'))
                .then(|| value.into())
        }
        _ => None,
    };

    text.split_once(": ")
        .and_then(|(key, value)| Some((key.to_owned(), read(key, value)?)))
        .ok_or_else(|| {
            Diagnostic::at_line(line, format!("{} says nothing of a {kind}", excerpt(text)))
        })
}

fn enum_count(line: usize, kind: &str, text: &str) -> Result<u64> {
    let count = text.strip_prefix("Array [ ").and_then(|text| text.strip_suffix(" ]"));
    let count = count.and_then(|count| count.parse().ok());
    count.filter(|&count| count > 0 && kind == "string").ok_or_else(|| {
        Diagnostic::at_line(line, format!("{} is not an enum's size", excerpt(text)))
    })
}
