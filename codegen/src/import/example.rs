//! Whether an example fits the schema that was put together for it.

use serde_json::{Map, Value};

use crate::diagnostic::pointer_segment;

/// Says where and how `value` differs from `schema`. A model's properties are all it may have:
/// an example with another one is an example of another model.
pub fn conforms(
    definitions: &Map<String, Value>,
    schema: &Value,
    value: &Value,
) -> Result<(), String> {
    check(definitions, schema, value, "")
}

fn check(
    definitions: &Map<String, Value>,
    schema: &Value,
    value: &Value,
    at: &str,
) -> Result<(), String> {
    if let Some(name) = schema["$ref"].as_str().and_then(|it| it.strip_prefix("#/definitions/")) {
        return check(definitions, &definitions[name], value, at);
    }
    match (schema["type"].as_str().unwrap_or_default(), value) {
        ("object", Value::Object(object)) => {
            if let Some(properties) = schema["properties"].as_object() {
                let required = schema["required"].as_array().into_iter().flatten();
                for name in required.filter_map(Value::as_str) {
                    if !object.contains_key(name) {
                        return Err(format!("`{at}` lacks `{name}`, which is required"));
                    }
                }

                for (name, value) in object {
                    let Some(schema) = properties.get(name) else {
                        return Err(format!("`{at}` has `{name}`, which is unknown"));
                    };
                    let at = format!("{at}/{}", pointer_segment(name));
                    check(definitions, schema, value, &at)?;
                }
            } else if let Some(schema) = schema.get("additionalProperties") {
                for (name, value) in object {
                    let at = format!("{at}/{}", pointer_segment(name));
                    check(definitions, schema, value, &at)?;
                }
            }

            Ok(())
        }
        ("array", Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                check(definitions, &schema["items"], item, &format!("{at}/{index}"))?;
            }
            Ok(())
        }
        ("string", Value::String(_))
        | ("number", Value::Number(_))
        | ("boolean", Value::Bool(_)) => Ok(()),
        (wanted, _) => Err(format!("`{at}` is not of type {wanted}")),
    }
}
