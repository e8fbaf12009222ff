//! Validates requests against the document.

use std::collections::BTreeMap;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use jsonschema::Validator;
use serde_json::Value;

use crate::contract::{Body, Location, Operation, Parameter, ParameterFormat};
use crate::route::percent_decode;

/// Validates a request. Returns one message for each error, and none for a valid request.
pub fn check_request(
    operation: &Operation,
    path: &BTreeMap<String, String>,
    query: Option<&str>,
    headers: &HeaderMap,
    body: &[u8],
) -> Vec<String> {
    let mut errors = Vec::new();
    let query = parse_query(query.unwrap_or_default(), &mut errors);

    for name in query.keys() {
        let is_documented = operation
            .parameters
            .iter()
            .any(|parameter| parameter.location == Location::Query && parameter.name == *name);
        if !is_documented {
            errors.push(format!("query `{name}`: unknown parameter"));
        }
    }

    for parameter in &operation.parameters {
        let values = match parameter.location {
            Location::Path => path.get(&parameter.name).map(std::slice::from_ref),
            Location::Query => query.get(&parameter.name).map(Vec::as_slice),
        };
        check_parameter(parameter, values.unwrap_or_default(), &mut errors);
    }

    check_body(operation.body.as_ref(), headers, body, &mut errors);

    errors
}

/// Parses a query into the values of each name, in order. Invalid pairs are added to `errors`.
pub fn parse_query(query: &str, errors: &mut Vec<String>) -> BTreeMap<String, Vec<String>> {
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();

    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (name.replace('+', " "), value.replace('+', " "));

        match (percent_decode(&name), percent_decode(&value)) {
            (Some(name), Some(value)) => values.entry(name).or_default().push(value),
            _ => errors.push(format!("query `{pair}`: not percent-encoded UTF-8")),
        }
    }

    values
}

fn check_parameter(parameter: &Parameter, values: &[String], errors: &mut Vec<String>) {
    let subject = match parameter.location {
        Location::Path => format!("path `{}`", parameter.name),
        Location::Query => format!("query `{}`", parameter.name),
    };

    if values.is_empty() {
        if parameter.required {
            errors.push(format!("{subject}: missing"));
        }
        return;
    }

    match parse_values(&parameter.format, values) {
        Ok(value) => validate(&parameter.schema, &value, &subject, errors),
        Err(error) => errors.push(format!("{subject}: {error}")),
    }
}

/// Parses all values of a parameter into one JSON value.
fn parse_values(format: &ParameterFormat, values: &[String]) -> Result<Value, String> {
    match (format, values) {
        (ParameterFormat::List { item, repeated: true }, values) => {
            values.iter().map(|text| parse_value(item, text)).collect()
        }
        (ParameterFormat::List { item, repeated: false }, [text]) => {
            text.split(',').map(|text| parse_value(item, text)).collect()
        }
        (format, [text]) => parse_value(format, text),
        _ => Err("given more than once".to_owned()),
    }
}

fn parse_value(format: &ParameterFormat, text: &str) -> Result<Value, String> {
    let parse_number = |expected: &str| match serde_json::from_str::<serde_json::Number>(text) {
        Ok(number) if text.trim() == text => Ok(number),
        _ => Err(format!("{text:?} is not {expected}")),
    };

    match format {
        ParameterFormat::Text => Ok(text.into()),
        ParameterFormat::Number => parse_number("a number").map(Value::Number),
        ParameterFormat::Integer => match parse_number("a whole number")? {
            number if number.is_f64() => Err(format!("{text:?} is not a whole number")),
            number => Ok(number.into()),
        },
        ParameterFormat::Boolean => match text {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => Err(format!("{text:?} is neither true nor false")),
        },
        ParameterFormat::List { .. } => Err("nested lists are not supported".to_owned()),
    }
}

fn check_body(
    documented: Option<&Body>,
    headers: &HeaderMap,
    body: &[u8],
    errors: &mut Vec<String>,
) {
    let Some(documented) = documented else {
        if !body.is_empty() {
            errors.push("body: the operation takes none".to_owned());
        }
        return;
    };

    if body.is_empty() {
        if documented.required {
            errors.push("body: missing".to_owned());
        }
        return;
    }

    let expected = &documented.content.media_type;
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case(expected) {
        errors
            .push(format!("header `content-type`: expected {expected:?}, found {content_type:?}"));
        return;
    }

    match serde_json::from_slice(body) {
        Ok(value) => validate(&documented.content.schema, &value, "body", errors),
        Err(error) => errors.push(format!("body: not JSON: {error}")),
    }
}

fn validate(schema: &Validator, value: &Value, subject: &str, errors: &mut Vec<String>) {
    for error in schema.iter_errors(value) {
        let pointer = error.instance_path().as_str();
        let separator = if pointer.is_empty() { "" } else { " at " };
        errors.push(format!("{subject}{separator}{pointer}: {error}"));
    }
}
