//! The surface of a normalised document.

use std::fmt::Write as _;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// The surface of a document, in three parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surface {
    /// The API itself, and its operations with their parameters, bodies and responses.
    pub operations: String,
    /// The models and their properties.
    pub models: String,
    /// The enums and unions, with their values and members.
    pub enums: String,
}

impl Surface {
    /// Reads the surface of a normalised document.
    pub fn new(document: &Value) -> Self {
        let mut surface =
            Self { operations: String::new(), models: String::new(), enums: String::new() };
        surface.operations = format!("{} {}\n", document["info"], document["servers"]);

        for (path, item) in members(&document["paths"]) {
            for (method, operation) in members(item) {
                surface.add_operation(path, method, operation);
            }
        }

        for (name, schema) in members(&document["components"]["schemas"]) {
            surface.add_component(name, schema);
        }
        surface
    }

    fn add_operation(&mut self, path: &str, method: &str, operation: &Value) {
        let out = &mut self.operations;
        let security =
            if operation["security"] == Value::Array(vec![]) { "public" } else { "bearer" };
        let id = text(&operation["operationId"]);
        let tags = inline(&operation["tags"]);
        let responses = members(&operation["responses"]);
        let (successes, errors): (Vec<_>, Vec<_>) =
            responses.partition(|(status, _)| status.starts_with('2'));

        let success_bodies: Vec<String> = successes
            .iter()
            .map(|(status, response)| {
                format!("{status} {}", describe_body(response)).trim_end().to_owned()
            })
            .collect();
        let error_statuses: Vec<&str> = errors.iter().map(|(status, _)| status.as_str()).collect();

        let _ = writeln!(
            out,
            "\n{} {path} {id} {tags} {security} → {} | {}",
            method.to_uppercase(),
            success_bodies.join(" "),
            error_statuses.join(" ")
        );
        let handled = ["operationId", "tags", "security", "parameters", "requestBody", "responses"];
        write_line(out, "", &other_members(operation, &handled));

        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let (location, name) = (text(&parameter["in"]), text(&parameter["name"]));
            let required = if parameter["required"] == true { " required" } else { "" };
            let schema = describe(&parameter["schema"]);
            let others = other_members(parameter, &["in", "name", "required", "schema"]);
            write_line(out, &format!("{location} {name}: {schema}{required}"), &others);
        }

        let request = operation.get("requestBody").map(|body| ("body", body));
        let responses = successes.iter().chain(&errors);
        let responses = responses.map(|(status, response)| (status.as_str(), *response));

        for (name, body) in request.into_iter().chain(responses) {
            let required = if body["required"] == true { " required" } else { "" };
            let media = &body["content"]["application/json"];
            let others = other_members(body, &["required", "content"]);
            let others = others + &other_members(media, &["schema"]);
            write_line(out, &format!("{name} {}{required}", describe_body(body)), &others);
        }
    }

    fn add_component(&mut self, name: &str, component: &Value) {
        if let Some(values) = component["enum"].as_array() {
            self.add_enum(name, component, values);
        } else if let Some(alternatives) = component["oneOf"].as_array() {
            self.add_union(name, component, alternatives);
        } else {
            self.add_model(name, component);
        }
    }

    fn add_enum(&mut self, name: &str, component: &Value, values: &[Value]) {
        let others = other_members(component, &["enum", "type"]);
        let _ = writeln!(self.enums, "\nenum {name}{others}");

        for value in values {
            let _ = writeln!(self.enums, "  {value}");
        }
    }

    fn add_union(&mut self, name: &str, component: &Value, alternatives: &[Value]) {
        let _ = writeln!(self.enums, "\nunion {name}{}", other_members(component, &["oneOf"]));

        for alternative in alternatives {
            let properties = &alternative["properties"];
            let tag = properties["type"].get("enum").map_or("untagged".to_owned(), inline);
            let others = other_members(alternative, &["properties", "type"]);
            let _ = writeln!(self.enums, "  {tag} {}{others}", describe(&properties["value"]));
        }
    }

    fn add_model(&mut self, name: &str, component: &Value) {
        let others = other_members(component, &["properties", "required", "type"]);
        let _ = writeln!(self.models, "\n{} {name}{others}", text(&component["type"]));
        let required = component["required"].as_array();

        for (property, schema) in members(&component["properties"]) {
            let is_required =
                required.is_some_and(|names| names.contains(&property.as_str().into()));
            let required = if is_required { " required" } else { "" };
            let line = format!("{property}: {}{required}", describe(schema));
            write_line(&mut self.models, &line, "");
        }
    }
}

fn write_line(out: &mut String, text: &str, others: &str) {
    let line = format!("{text}{others}");
    if !line.trim().is_empty() {
        let _ = writeln!(out, "  {}", line.trim());
    }
}

/// Describes the schemas of a request body or a response.
fn describe_body(parent: &Value) -> String {
    let Some(content) = parent.get("content") else { return String::new() };
    let schemas = members(content).map(|(media_type, media)| match media_type.as_str() {
        "application/json" => describe(&media["schema"]),
        other => format!("{other} {}", describe(&media["schema"])),
    });

    schemas.collect::<Vec<_>>().join(" ")
}

/// Describes a schema: its type, then all its other members.
fn describe(schema: &Value) -> String {
    if let Some(target) = schema["$ref"].as_str() {
        return target.rsplit('/').next().unwrap_or_default().to_owned();
    }

    let kind = match (&schema["allOf"], text(&schema["type"])) {
        (Value::Array(all), _) => all.iter().map(describe).collect::<Vec<_>>().join(" & "),
        (_, "array") => format!("[{}]", describe(&schema["items"])),
        (_, kind) => match schema["format"].as_str() {
            Some(format) => format!("{kind}/{format}"),
            None => kind.to_owned(),
        },
    };

    kind + &other_members(schema, &["allOf", "type", "items", "format"])
}

/// Writes the members that the caller does not handle, so that the surface misses none.
fn other_members(object: &Value, handled: &[&str]) -> String {
    let others = members(object).filter(|(key, _)| !handled.contains(&key.as_str()));
    others
        .map(|(key, value)| match (key.as_str(), value) {
            ("description", Value::String(text)) => format!(" {}", excerpt(text)),
            ("example", value) => format!(" example={}", digest(&value.to_string())),
            (key, value) => format!(" {key}={}", inline(value)),
        })
        .collect()
}

/// The beginning of a long text, with a digest of the complete text.
fn excerpt(text: &str) -> String {
    const MAX_CHARS: usize = 60;

    if text.chars().count() <= MAX_CHARS {
        return format!("{text:?}");
    }

    let beginning: String = text.chars().take(MAX_CHARS).collect();
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
