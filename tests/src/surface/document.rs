//! The surface of a normalised document.

use std::fmt::Write as _;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// The surface, in parts that are small enough to review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surface {
    /// The API itself, its operations, their parameters, bodies and answers.
    pub operations: String,
    /// The models and their properties.
    pub models: String,
    /// The enums and unions, with their values and members.
    pub enums: String,
}

impl Surface {
    /// The surface of a normalised document.
    pub fn of(document: &Value) -> Self {
        let mut surface =
            Self { operations: String::new(), models: String::new(), enums: String::new() };
        surface.operations = format!("{} {}\n", document["info"], document["servers"]);

        for (path, item) in members(&document["paths"]) {
            for (method, operation) in members(item) {
                surface.operation(path, method, operation);
            }
        }

        for (name, schema) in members(&document["components"]["schemas"]) {
            surface.component(name, schema);
        }
        surface
    }

    fn operation(&mut self, path: &str, method: &str, operation: &Value) {
        let out = &mut self.operations;
        let security =
            if operation["security"] == Value::Array(vec![]) { "public" } else { "bearer" };
        let id = text(&operation["operationId"]);
        let tags = inline(&operation["tags"]);
        let responses = members(&operation["responses"]);
        let (successes, errors): (Vec<_>, Vec<_>) =
            responses.partition(|(status, _)| status.starts_with('2'));

        let gives: Vec<String> = successes
            .iter()
            .map(|(status, response)| format!("{status} {}", body(response)).trim_end().to_owned())
            .collect();
        let fails: Vec<&str> = errors.iter().map(|(status, _)| status.as_str()).collect();

        let _ = writeln!(
            out,
            "\n{} {path} {id} {tags} {security} → {} | {}",
            method.to_uppercase(),
            gives.join(" "),
            fails.join(" ")
        );
        let known = ["operationId", "tags", "security", "parameters", "requestBody", "responses"];
        line(out, "", &rest(operation, &known));

        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let (place, name) = (text(&parameter["in"]), text(&parameter["name"]));
            let required = if parameter["required"] == true { " required" } else { "" };
            let schema = schema(&parameter["schema"]);
            let more = rest(parameter, &["in", "name", "required", "schema"]);
            line(out, &format!("{place} {name}: {schema}{required}"), &more);
        }

        let request = operation.get("requestBody");
        for (what, holder) in request.map(|body| ("body", body)).into_iter().chain(
            successes.iter().chain(&errors).map(|(status, response)| (status.as_str(), *response)),
        ) {
            let required = if holder["required"] == true { " required" } else { "" };
            let media = &holder["content"]["application/json"];
            let more = rest(holder, &["required", "content"]) + &rest(media, &["schema"]);
            line(out, &format!("{what} {}{required}", body(holder)), &more);
        }
    }

    fn component(&mut self, name: &str, of: &Value) {
        if let Some(values) = of["enum"].as_array() {
            let _ = writeln!(self.enums, "\nenum {name}{}", rest(of, &["enum", "type"]));
            for value in values {
                let _ = writeln!(self.enums, "  {value}");
            }
        } else if let Some(alternatives) = of["oneOf"].as_array() {
            let _ = writeln!(self.enums, "\nunion {name}{}", rest(of, &["oneOf"]));
            for alternative in alternatives {
                let properties = &alternative["properties"];
                let tag = properties["type"].get("enum").map_or("untagged".to_owned(), inline);
                let shape = rest(alternative, &["properties", "type"]);
                let _ = writeln!(self.enums, "  {tag} {}{shape}", schema(&properties["value"]));
            }
        } else {
            let out = &mut self.models;
            let more = rest(of, &["properties", "required", "type"]);
            let _ = writeln!(out, "\n{} {name}{more}", text(&of["type"]));
            let required = of["required"].as_array();

            for (property, of) in members(&of["properties"]) {
                let is_required =
                    required.is_some_and(|names| names.contains(&property.as_str().into()));
                let required = if is_required { " required" } else { "" };
                line(out, &format!("{property}: {}{required}", schema(of)), "");
            }
        }
    }
}

fn line(out: &mut String, what: &str, more: &str) {
    let line = format!("{what}{more}");
    if !line.trim().is_empty() {
        let _ = writeln!(out, "  {}", line.trim());
    }
}

/// The schema of a request or response, in words.
fn body(holder: &Value) -> String {
    holder.get("content").map_or(String::new(), |content| {
        let media = members(content).map(|(media, of)| match media.as_str() {
            "application/json" => schema(&of["schema"]),
            other => format!("{other} {}", schema(&of["schema"])),
        });
        media.collect::<Vec<_>>().join(" ")
    })
}

/// A schema in words: what it is, then whatever else is said of it.
fn schema(of: &Value) -> String {
    if let Some(target) = of["$ref"].as_str() {
        return target.rsplit('/').next().unwrap_or_default().to_owned();
    }

    let what = match (&of["allOf"], text(&of["type"])) {
        (Value::Array(all), _) => all.iter().map(schema).collect::<Vec<_>>().join(" & "),
        (_, "array") => format!("[{}]", schema(&of["items"])),
        (_, kind) => match of["format"].as_str() {
            Some(format) => format!("{kind}/{format}"),
            None => kind.to_owned(),
        },
    };

    what + &rest(of, &["allOf", "type", "items", "format"])
}

/// Every other member of an object, so that nothing that is said goes unseen.
fn rest(of: &Value, known: &[&str]) -> String {
    let others = members(of).filter(|(key, _)| !known.contains(&key.as_str()));
    others
        .map(|(key, value)| match (key.as_str(), value) {
            ("description", Value::String(text)) => format!(" {}", excerpt(text)),
            ("example", value) => format!(" example={}", digest(&value.to_string())),
            (key, value) => format!(" {key}={}", inline(value)),
        })
        .collect()
}

/// The beginning of a long text, with a digest of the whole.
fn excerpt(text: &str) -> String {
    const LONG: usize = 60;

    if text.chars().count() <= LONG {
        return format!("{text:?}");
    }

    let beginning: String = text.chars().take(LONG).collect();
    format!("{beginning:?}…{}", digest(text))
}

fn inline(value: &Value) -> String {
    value.to_string()
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}
