//! Walks over an OpenAPI 3 document that is still loose JSON, with the pointer of each stop.

use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, Result, pointer_segment, unescaped_segment};

/// The methods that a path item can hold, as OpenAPI spells them.
pub const METHODS: [&str; 8] =
    ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// What a walk calls at each stop, with the JSON pointer of the stop.
pub type Visit<'a> = &'a mut dyn FnMut(&str, &mut Value) -> Result<()>;

/// Calls `visit` on every operation, with its pointer.
pub fn operations(document: &mut Value, visit: Visit) -> Result<()> {
    for (path, item) in object_at(document, "/paths")? {
        let pointer = format!("/paths/{}", pointer_segment(path));
        let Value::Object(item) = item else {
            return Err(Diagnostic::at(pointer, "a path item is an object"));
        };

        for (method, operation) in item {
            let pointer = format!("{pointer}/{}", pointer_segment(method));
            if !METHODS.contains(&method.as_str()) {
                return Err(Diagnostic::at(pointer, format!("`{method}` is not an HTTP method"))
                    .help("parameters and servers of a whole path are not understood yet"));
            }

            if !operation.is_object() {
                return Err(Diagnostic::at(pointer, "an operation is an object"));
            }

            visit(&pointer, operation)?;
        }
    }

    Ok(())
}

/// Calls `visit` on every parameter of every operation.
pub fn parameters(document: &mut Value, visit: Visit) -> Result<()> {
    operations(document, &mut |pointer, operation| each(operation, pointer, "parameters", visit))
}

/// Calls `visit` on every media type object of every request body and response.
pub fn media_types(document: &mut Value, visit: Visit) -> Result<()> {
    operations(document, &mut |pointer, operation| {
        if let Some(body) = operation.get_mut("requestBody") {
            each(body, &format!("{pointer}/requestBody"), "content", visit)?;
        }
        each(operation, pointer, "responses", &mut |pointer, response| {
            each(response, pointer, "content", visit)
        })
    })
}

/// Calls `visit` on every schema, the inner ones before those that hold them.
pub fn schemas(document: &mut Value, visit: Visit) -> Result<()> {
    if let Some(components) = document.get_mut("components") {
        each(components, "/components", "schemas", &mut |at, schema| {
            schema_tree(schema, at, visit)
        })?;
    }

    let mut of = |pointer: &str, holder: &mut Value| match holder.get_mut("schema") {
        Some(schema) => schema_tree(schema, &format!("{pointer}/schema"), visit),
        None => Ok(()),
    };
    parameters(document, &mut of)?;

    media_types(document, &mut of)
}

/// Calls `visit` on a schema and all schemas inside it, the inner ones first.
pub fn schema_tree(schema: &mut Value, pointer: &str, visit: Visit) -> Result<()> {
    if !schema.is_object() {
        return Err(Diagnostic::at(pointer, "a schema is an object"));
    }

    each(schema, pointer, "properties", &mut |at, inner| schema_tree(inner, at, visit))?;

    for keyword in ["allOf", "anyOf", "oneOf", "x-oneOf"] {
        each(schema, pointer, keyword, &mut |at, inner| schema_tree(inner, at, visit))?;
    }

    for keyword in ["items", "additionalProperties", "not"] {
        if let Some(inner) = schema.get_mut(keyword).filter(|inner| !inner.is_boolean()) {
            schema_tree(inner, &format!("{pointer}/{keyword}"), visit)?;
        }
    }

    visit(pointer, schema)
}

/// Calls `visit` on each member of the object or array that stands under `key`, if any does.
pub fn each(holder: &mut Value, pointer: &str, key: &str, visit: Visit) -> Result<()> {
    let pointer = format!("{pointer}/{}", pointer_segment(key));
    match holder.get_mut(key) {
        None => Ok(()),
        Some(Value::Object(members)) => members.iter_mut().try_for_each(|(name, member)| {
            visit(&format!("{pointer}/{}", pointer_segment(name)), member)
        }),
        Some(Value::Array(members)) => members
            .iter_mut()
            .enumerate()
            .try_for_each(|(index, member)| visit(&format!("{pointer}/{index}"), member)),
        Some(_) => Err(Diagnostic::at(pointer, "an object or an array belongs here")),
    }
}

/// The object at a pointer, or a problem that names the pointer.
pub fn object_at<'a>(document: &'a mut Value, pointer: &str) -> Result<&'a mut Map<String, Value>> {
    match document.pointer_mut(pointer) {
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(Diagnostic::at(pointer, "an object belongs here")),
        None => Err(Diagnostic::at(pointer, "this object is missing")),
    }
}

/// The path template in a pointer of the form `/paths/<path>/<method>…`.
pub fn path_of(pointer: &str) -> String {
    unescaped_segment(pointer.split('/').nth(2).unwrap_or_default())
}

/// A string member of an object, if it has one of that name.
pub fn text<'a>(holder: &'a Value, key: &str) -> Option<&'a str> {
    holder.get(key).and_then(Value::as_str)
}

/// The name of the component schema that a `$ref` points to.
pub fn component_name(schema: &Value) -> Option<&str> {
    text(schema, "$ref")?.strip_prefix("#/components/schemas/")
}

/// A `$ref` to a component schema.
pub fn component_ref(name: &str) -> Value {
    serde_json::json!({ "$ref": format!("#/components/schemas/{name}") })
}
