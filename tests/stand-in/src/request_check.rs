//! Whether a request is one that the document allows. Everything that is not is said in words.

use std::collections::BTreeMap;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use jsonschema::Validator;
use serde_json::Value;

use super::contract::{Body, Form, Location, Operation, Parameter};
use super::route::percent_decode;

/// All that is wrong with a request, one sentence each; nothing if it fits.
pub fn check(
    operation: &Operation,
    path: &BTreeMap<String, String>,
    query: Option<&str>,
    headers: &HeaderMap,
    body: &[u8],
) -> Vec<String> {
    let mut findings = Vec::new();
    let query = read_query(query.unwrap_or_default(), &mut findings);
    for name in query.keys() {
        if !operation.parameters.iter().any(|p| p.location == Location::Query && p.name == *name) {
            findings.push(format!("query `{name}`: there is no such parameter"));
        }
    }

    for parameter in &operation.parameters {
        let given = match parameter.location {
            Location::Path => path.get(&parameter.name).map(std::slice::from_ref),
            Location::Query => query.get(&parameter.name).map(Vec::as_slice),
        };
        check_parameter(parameter, given.unwrap_or_default(), &mut findings);
    }

    check_body(operation.body.as_ref(), headers, body, &mut findings);
    findings
}

/// The values of each name of a query, in their order.
pub fn read_query(raw: &str, findings: &mut Vec<String>) -> BTreeMap<String, Vec<String>> {
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (name.replace('+', " "), value.replace('+', " "));

        match (percent_decode(&name), percent_decode(&value)) {
            (Some(name), Some(value)) => values.entry(name).or_default().push(value),
            _ => findings.push(format!("query `{pair}`: not percent-encoded UTF-8")),
        }
    }

    values
}

fn check_parameter(parameter: &Parameter, given: &[String], findings: &mut Vec<String>) {
    let place = match parameter.location {
        Location::Path => format!("path `{}`", parameter.name),
        Location::Query => format!("query `{}`", parameter.name),
    };

    if given.is_empty() {
        if parameter.required {
            findings.push(format!("{place}: missing"));
        }
        return;
    }

    match read_values(&parameter.form, given) {
        Ok(value) => validate(&parameter.schema, &value, &place, findings),
        Err(finding) => findings.push(format!("{place}: {finding}")),
    }
}

fn read_values(form: &Form, given: &[String]) -> Result<Value, String> {
    match (form, given) {
        (Form::List { item, repeated: true }, given) => {
            given.iter().map(|text| read_value(item, text)).collect()
        }
        (Form::List { item, repeated: false }, [text]) => {
            text.split(',').map(|text| read_value(item, text)).collect()
        }
        (form, [text]) => read_value(form, text),
        _ => Err("given more than once".to_owned()),
    }
}

fn read_value(form: &Form, text: &str) -> Result<Value, String> {
    let number = |what: &str| match serde_json::from_str::<serde_json::Number>(text) {
        Ok(number) if text.trim() == text => Ok(number),
        _ => Err(format!("{text:?} is not {what}")),
    };

    match form {
        Form::Text => Ok(text.into()),
        Form::Number => number("a number").map(Value::Number),
        Form::Integer => match number("a whole number")? {
            number if number.is_f64() => Err(format!("{text:?} is not a whole number")),
            number => Ok(number.into()),
        },
        Form::Boolean => match text {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => Err(format!("{text:?} is neither true nor false")),
        },
        Form::List { .. } => Err("a list in a list has no form".to_owned()),
    }
}

fn check_body(
    documented: Option<&Body>,
    headers: &HeaderMap,
    body: &[u8],
    findings: &mut Vec<String>,
) {
    let Some(documented) = documented else {
        if !body.is_empty() {
            findings.push("body: the operation takes none".to_owned());
        }
        return;
    };

    if body.is_empty() {
        if documented.required {
            findings.push("body: missing".to_owned());
        }
        return;
    }

    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case(&documented.content.media_type) {
        findings.push(format!(
            "header `content-type`: {given:?} is not {:?}",
            documented.content.media_type
        ));
        return;
    }

    match serde_json::from_slice(body) {
        Ok(value) => validate(&documented.content.schema, &value, "body", findings),
        Err(error) => findings.push(format!("body: not JSON: {error}")),
    }
}

fn validate(schema: &Validator, value: &Value, place: &str, findings: &mut Vec<String>) {
    for error in schema.iter_errors(value) {
        let at = error.instance_path().as_str();
        let gap = if at.is_empty() { "" } else { " at " };
        findings.push(format!("{place}{gap}{at}: {error}"));
    }
}
