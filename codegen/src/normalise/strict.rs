//! The last look: whatever stands in the document now is understood by everything after it.

use serde_json::Value;

use super::walk;
use crate::problem::{Problem, Result, pointer_segment};

const ROOT: &[&str] = &["openapi", "info", "servers", "paths", "components", "security"];
const INFO: &[&str] = &["title", "description", "version", "termsOfService", "contact", "license"];
const COMPONENTS: &[&str] = &["schemas", "securitySchemes"];
const OPERATION: &[&str] = &[
    "tags",
    "summary",
    "description",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "security",
    "x-upstream-operation-id",
];
const PARAMETER: &[&str] = &["name", "in", "description", "required", "schema", "style", "explode"];
const BODY: &[&str] = &["description", "required", "content"];
const RESPONSE: &[&str] = &["description", "content"];
const MEDIA_TYPE: &[&str] = &["schema", "example"];
const SCHEMA: &[&str] = &[
    "type",
    "format",
    "title",
    "description",
    "properties",
    "required",
    "items",
    "additionalProperties",
    "enum",
    "default",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "pattern",
    "nullable",
    "oneOf",
    "allOf",
    "x-enum-count",
    "x-pattern-error",
];
const STRING_FORMATS: &[&str] = &["date-time", "date", "uri", "uuid", "email"];

/// How deep lists and maps may lie in each other: no API needs more, and what comes after this
/// goes down by calling itself.
const LEVELS: usize = 8;

/// How long a name may be: it becomes that of something in Rust.
const LONGEST_NAME: usize = 200;

/// Refuses the document if it holds anything that nothing after this would understand.
pub fn check(document: &mut Value) -> Result<()> {
    known(document, "", ROOT)?;
    match walk::text(document, "openapi") {
        Some(version) if version.starts_with("3.0.") => document["openapi"] = "3.0.3".into(),
        _ => return Err(Problem::at("/openapi", "the document should be OpenAPI 3.0 by now")),
    }
    known(document.get("info").unwrap_or(&Value::Null), "/info", INFO)?;
    known(document.get("components").unwrap_or(&Value::Null), "/components", COMPONENTS)?;
    walk::operations(document, &mut operation)?;
    walk::media_types(document, &mut |pointer, media| {
        known(media, pointer, MEDIA_TYPE)?;
        if !pointer.ends_with("/application~1json") {
            return Err(Problem::at(pointer, "only `application/json` is understood"));
        }
        match media.get("schema") {
            Some(_) => Ok(()),
            None => Err(Problem::at(pointer, "a body needs a schema")),
        }
    })?;
    let names: Vec<String> =
        walk::object_at(document, "/components/schemas")?.keys().cloned().collect();
    names.iter().try_for_each(|name| not_too_long(name, "/components/schemas"))?;
    walk::schemas(document, &mut |pointer, schema_| schema(pointer, schema_, &names))
}

fn operation(pointer: &str, operation: &mut Value) -> Result<()> {
    known(operation, pointer, OPERATION)?;
    let path = walk::path_of(pointer);
    let mut placeholders: Vec<&str> =
        path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
    for (index, parameter) in operation["parameters"].as_array().into_iter().flatten().enumerate() {
        let pointer = format!("{pointer}/parameters/{index}");
        known(parameter, &pointer, PARAMETER)?;
        let name = walk::text(parameter, "name").unwrap_or_default();
        not_too_long(name, &pointer)?;
        match walk::text(parameter, "in") {
            Some("path") => placeholders.retain(|placeholder| *placeholder != name),
            Some("query") => {}
            other => {
                let other = other.unwrap_or("nowhere");
                return Err(Problem::at(
                    pointer,
                    format!("a parameter in `{other}` is not understood"),
                ));
            }
        }
        if parameter.get("schema").is_none() {
            return Err(Problem::at(pointer, "a parameter needs a schema"));
        }
        if parameter["schema"].get("items").is_some()
            && parameter.get("explode") == Some(&false.into())
        {
            return Err(Problem::at(pointer, "a list in one query value is not understood")
                .help("only lists that repeat the name (`explode: true`) are sent"));
        }
    }
    if let Some(name) = placeholders.first() {
        return Err(Problem::at(
            pointer,
            format!("no parameter describes `{{{name}}}` of the path"),
        ));
    }
    if let Some(body) = operation.get("requestBody") {
        known(body, &format!("{pointer}/requestBody"), BODY)?;
    }
    let responses = operation.get("responses").and_then(Value::as_object);
    let mut successes = 0;
    for (status, response) in responses.into_iter().flatten() {
        let pointer = format!("{pointer}/responses/{}", pointer_segment(status));
        known(response, &pointer, RESPONSE)?;
        match status.parse::<u16>() {
            Ok(200..300) => successes += 1,
            Ok(400..600) => {}
            _ => {
                return Err(Problem::at(
                    pointer,
                    format!("the status `{status}` is not understood"),
                ));
            }
        }
    }
    if successes == 1 {
        return Ok(());
    }
    Err(Problem::at(
        format!("{pointer}/responses"),
        format!("{successes} successes; one is understood"),
    ))
}

fn schema(pointer: &str, schema: &Value, names: &[String]) -> Result<()> {
    if schema.get("$ref").is_some() {
        known(schema, pointer, &["$ref"])?;
        let target = walk::component_name(schema);
        return match target.filter(|target| names.iter().any(|name| name == target)) {
            Some(_) => Ok(()),
            None => {
                Err(Problem::at(pointer, format!("the reference {} leads nowhere", schema["$ref"])))
            }
        };
    }
    known(schema, pointer, SCHEMA)?;
    for name in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        not_too_long(name.0, &format!("{pointer}/properties"))?;
    }
    let levels = pointer.split('/').filter(|step| ["items", "additionalProperties"].contains(step));
    if levels.count() > LEVELS {
        return Err(Problem::at(
            pointer,
            format!("more than {LEVELS} lists or maps in each other"),
        ));
    }
    let inside = pointer.strip_prefix("/components/schemas/").unwrap_or("body/inline");
    let of_union = inside.split('/').nth(1) == Some("oneOf") && inside.split('/').count() == 3;
    let is_component = !inside.contains('/');
    if schema.get("properties").is_some() && !is_component && !of_union {
        return Err(Problem::at(pointer, "an inline object has no name")
            .help("make it a component; see normalise/envelopes.rs"));
    }
    if (schema.get("oneOf").is_some() || schema.get("enum").is_some())
        && !is_component
        && !inside.contains("/oneOf/")
    {
        return Err(Problem::at(pointer, "a union or an enum has no name"));
    }
    if let Some(all) = schema.get("allOf") {
        let one = all.as_array().is_some_and(|all| all.len() == 1 && all[0].get("$ref").is_some());
        return if one {
            Ok(())
        } else {
            Err(Problem::at(
                format!("{pointer}/allOf"),
                "only `allOf` of one reference is understood",
            ))
        };
    }
    if schema.get("oneOf").is_some() {
        return Ok(());
    }
    let format = walk::text(schema, "format");
    let fits = match walk::text(schema, "type") {
        Some("string") => format.is_none_or(|format| STRING_FORMATS.contains(&format)),
        Some("integer") => matches!(format, None | Some("int32" | "int64")),
        Some("number") => matches!(format, None | Some("double")),
        Some("boolean" | "object") => format.is_none(),
        Some("array") => format.is_none() && schema.get("items").is_some(),
        _ => return Err(Problem::at(pointer, "the schema has no type that is understood")),
    };
    if fits { Ok(()) } else { Err(Problem::at(pointer, format!("not understood: {schema}"))) }
}

fn not_too_long(name: &str, pointer: &str) -> Result<()> {
    if name.len() <= LONGEST_NAME {
        return Ok(());
    }
    let start: String = name.chars().take(20).collect();
    Err(Problem::at(pointer, format!("the name `{start}…` is longer than {LONGEST_NAME} bytes")))
}

fn known(value: &Value, pointer: &str, keys: &[&str]) -> Result<()> {
    let Value::Object(object) = value else {
        return Err(Problem::at(pointer, "an object belongs here"));
    };
    match object.keys().find(|key| !keys.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(Problem::at(
            format!("{pointer}/{}", pointer_segment(key)),
            format!("no pass understands `{key}` here"),
        )
        .help("teach a pass to resolve it, or normalise/strict.rs to let it through")),
    }
}
