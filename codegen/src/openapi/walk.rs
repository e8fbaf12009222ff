//! Traversal of an OpenAPI 3 document that is still untyped JSON.
//!
//! Each function calls a visitor on every object of one kind, with its JSON pointer.

use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, Result, pointer_segment, unescaped_segment};

/// The methods of a path item, as OpenAPI spells them.
pub const METHODS: [&str; 8] =
    ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// A function to call on each visited value, with its JSON pointer.
pub type Visit<'a> = &'a mut dyn FnMut(&str, &mut Value) -> Result<()>;

/// Visits every operation.
pub fn operations(document: &mut Value, visit: Visit) -> Result<()> {
    for (path, item) in object_at(document, "/paths")? {
        let pointer = format!("/paths/{}", pointer_segment(path));
        let Value::Object(item) = item else {
            return Err(unexpected_type(pointer, "an object", item));
        };

        for (method, operation) in item {
            let pointer = format!("{pointer}/{}", pointer_segment(method));
            if !METHODS.contains(&method.as_str()) {
                return Err(Diagnostic::at(pointer, format!("`{method}` is not an HTTP method"))
                    .help("parameters and servers of a whole path are not supported"));
            }

            if !operation.is_object() {
                return Err(unexpected_type(pointer, "an object", operation));
            }

            visit(&pointer, operation)?;
        }
    }

    Ok(())
}

/// Visits every parameter of every operation.
pub fn parameters(document: &mut Value, visit: Visit) -> Result<()> {
    operations(document, &mut |pointer, operation| members(operation, pointer, "parameters", visit))
}

/// Visits every media type object of every request body and response.
pub fn media_types(document: &mut Value, visit: Visit) -> Result<()> {
    operations(document, &mut |pointer, operation| {
        if let Some(body) = operation.get_mut("requestBody") {
            members(body, &format!("{pointer}/requestBody"), "content", visit)?;
        }

        members(operation, pointer, "responses", &mut |pointer, response| {
            members(response, pointer, "content", visit)
        })
    })
}

/// Visits every schema, inner schemas before outer ones.
pub fn schemas(document: &mut Value, visit: Visit) -> Result<()> {
    if let Some(components) = document.get_mut("components") {
        members(components, "/components", "schemas", &mut |pointer, schema| {
            schema_tree(schema, pointer, visit)
        })?;
    }

    let mut visit_schema = |pointer: &str, parent: &mut Value| match parent.get_mut("schema") {
        Some(schema) => schema_tree(schema, &format!("{pointer}/schema"), visit),
        None => Ok(()),
    };

    parameters(document, &mut visit_schema)?;
    media_types(document, &mut visit_schema)
}

/// Visits a schema and all schemas inside it, inner schemas first.
pub fn schema_tree(schema: &mut Value, pointer: &str, visit: Visit) -> Result<()> {
    if !schema.is_object() {
        return Err(unexpected_type(pointer, "a schema object", schema));
    }

    for keyword in ["properties", "allOf", "anyOf", "oneOf", "x-oneOf"] {
        members(schema, pointer, keyword, &mut |pointer, inner| {
            schema_tree(inner, pointer, visit)
        })?;
    }

    for keyword in ["items", "additionalProperties", "not"] {
        if let Some(inner) = schema.get_mut(keyword).filter(|inner| !inner.is_boolean()) {
            schema_tree(inner, &format!("{pointer}/{keyword}"), visit)?;
        }
    }

    visit(pointer, schema)
}

/// Visits each member of the object or array under `key`, if `parent` has that key.
pub fn members(parent: &mut Value, pointer: &str, key: &str, visit: Visit) -> Result<()> {
    let pointer = format!("{pointer}/{}", pointer_segment(key));

    match parent.get_mut(key) {
        None => Ok(()),
        Some(Value::Object(members)) => members.iter_mut().try_for_each(|(name, member)| {
            visit(&format!("{pointer}/{}", pointer_segment(name)), member)
        }),
        Some(Value::Array(members)) => members
            .iter_mut()
            .enumerate()
            .try_for_each(|(index, member)| visit(&format!("{pointer}/{index}"), member)),
        Some(other) => Err(unexpected_type(pointer, "an object or an array", other)),
    }
}

/// The object at a pointer.
///
/// # Errors
///
/// Fails if there is no object at the pointer.
pub fn object_at<'a>(document: &'a mut Value, pointer: &str) -> Result<&'a mut Map<String, Value>> {
    match document.pointer_mut(pointer) {
        Some(Value::Object(object)) => Ok(object),
        Some(other) => Err(unexpected_type(pointer, "an object", other)),
        None => Err(Diagnostic::at(pointer, "the document lacks this object")),
    }
}

/// A diagnostic for a value of the wrong type.
pub fn unexpected_type(pointer: impl Into<String>, expected: &str, found: &Value) -> Diagnostic {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };

    Diagnostic::at(pointer, format!("expected {expected}, found {found}"))
}

/// The path template in a pointer of the form `/paths/<path>/<method>…`.
pub fn path_of(pointer: &str) -> String {
    unescaped_segment(pointer.split('/').nth(2).unwrap_or_default())
}

/// The string under `key`, if there is one.
pub fn text<'a>(parent: &'a Value, key: &str) -> Option<&'a str> {
    parent.get(key).and_then(Value::as_str)
}

/// The name of the component schema that a `$ref` points to.
pub fn component_name(schema: &Value) -> Option<&str> {
    text(schema, "$ref")?.strip_prefix("#/components/schemas/")
}

/// A `$ref` to a component schema.
pub fn component_ref(name: &str) -> Value {
    serde_json::json!({ "$ref": format!("#/components/schemas/{name}") })
}
