//! Checks an example against a schema.

use serde_json::{Map, Value};

use crate::diagnostic::pointer_segment;

/// Checks a value against a schema. A model allows only its own properties, because an example with
/// another property is the example of another model.
///
/// # Errors
///
/// Returns a description of the first difference.
pub fn check_example(
    definitions: &Map<String, Value>,
    schema: &Value,
    value: &Value,
) -> Result<(), String> {
    check_value(definitions, schema, value, "")
}

fn check_value(
    definitions: &Map<String, Value>,
    schema: &Value,
    value: &Value,
    pointer: &str,
) -> Result<(), String> {
    let reference = schema["$ref"].as_str();
    if let Some(name) = reference.and_then(|target| target.strip_prefix("#/definitions/")) {
        return check_value(definitions, &definitions[name], value, pointer);
    }

    match (schema["type"].as_str().unwrap_or_default(), value) {
        ("object", Value::Object(object)) => check_object(definitions, schema, object, pointer),
        ("array", Value::Array(items)) => items.iter().enumerate().try_for_each(|(index, item)| {
            check_value(definitions, &schema["items"], item, &format!("{pointer}/{index}"))
        }),
        ("string", Value::String(_))
        | ("number", Value::Number(_))
        | ("boolean", Value::Bool(_)) => Ok(()),
        (expected, _) => Err(format!("`{pointer}` is not of type {expected}")),
    }
}

fn check_object(
    definitions: &Map<String, Value>,
    schema: &Value,
    object: &Map<String, Value>,
    pointer: &str,
) -> Result<(), String> {
    let properties = schema["properties"].as_object();
    if properties.is_some() {
        let mut required =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        if let Some(name) = required.find(|name| !object.contains_key(*name)) {
            return Err(format!("`{pointer}` lacks the required property `{name}`"));
        }
    }

    for (name, value) in object {
        let schema = match properties {
            Some(properties) => properties
                .get(name)
                .ok_or_else(|| format!("`{pointer}` has the unknown property `{name}`"))?,
            None => match schema.get("additionalProperties") {
                Some(schema) => schema,
                None => continue,
            },
        };

        let pointer = format!("{pointer}/{}", pointer_segment(name));
        check_value(definitions, schema, value, &pointer)?;
    }

    Ok(())
}
