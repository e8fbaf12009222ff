//! Validation of schemas, which become Rust types.

use serde_json::Value;

use super::members::{self, check_members, check_name_length};
use crate::diagnostic::{Diagnostic, Result};
use crate::openapi::walk;

const STRING_FORMATS: &[&str] = &["date-time", "date", "uri", "uuid", "email"];

/// The maximum nesting of lists and maps. No API needs more, and the later stages are recursive.
const MAX_NESTING: usize = 8;

/// Rejects a schema that the later stages do not support. `components` are the names of all
/// components.
pub fn validate_schema(pointer: &str, schema: &Value, components: &[String]) -> Result<()> {
    if schema.get("$ref").is_some() {
        return validate_reference(pointer, schema, components);
    }

    check_members(schema, pointer, members::SCHEMA)?;
    validate_object(pointer, schema)?;
    validate_nesting(pointer)?;
    validate_naming(pointer, schema)?;

    if let Some(all_of) = schema.get("allOf") {
        return validate_all_of(pointer, all_of);
    }

    if schema.get("oneOf").is_some() {
        return Ok(());
    }

    validate_type(pointer, schema)
}

fn validate_reference(pointer: &str, schema: &Value, components: &[String]) -> Result<()> {
    check_members(schema, pointer, members::REFERENCE)?;

    let target = walk::component_name(schema);
    if target.is_some_and(|target| components.iter().any(|name| name == target)) {
        return Ok(());
    }

    let message = format!("the reference {} has no target", schema["$ref"]);
    Err(Diagnostic::at(pointer, message).help("only components of this document can be referenced"))
}

/// Requires that an object has either properties or additional properties, and that each required
/// property exists.
fn validate_object(pointer: &str, schema: &Value) -> Result<()> {
    let properties = schema.get("properties").and_then(Value::as_object);
    for name in properties.into_iter().flat_map(|properties| properties.keys()) {
        check_name_length(name, &format!("{pointer}/properties"))?;
    }

    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (index, name) in required.iter().enumerate() {
        let fault = if !properties.is_some_and(|properties| properties.contains_key(*name)) {
            "is required, but is not a property"
        } else if required[..index].contains(name) {
            "is listed twice as required"
        } else {
            continue;
        };

        let pointer = format!("{pointer}/required/{index}");
        return Err(Diagnostic::at(pointer, format!("`{name}` {fault}")));
    }

    let has_properties = properties.is_some_and(|properties| !properties.is_empty());
    if has_properties && schema.get("additionalProperties").is_some_and(Value::is_object) {
        return Err(Diagnostic::at(
            format!("{pointer}/additionalProperties"),
            "an object with both properties and additional properties is not supported",
        )
        .help("remove one of them in spec/overlay.yaml"));
    }

    Ok(())
}

fn validate_nesting(pointer: &str) -> Result<()> {
    let levels = pointer.split('/').filter(|key| ["items", "additionalProperties"].contains(key));
    if levels.count() <= MAX_NESTING {
        return Ok(());
    }

    let message = format!("lists and maps are nested more than {MAX_NESTING} levels deep");
    Err(Diagnostic::at(pointer, message))
}

/// Requires that objects, unions and enums are components, since each becomes a named type. The
/// members of a union are named after the union.
fn validate_naming(pointer: &str, schema: &Value) -> Result<()> {
    let path = pointer.strip_prefix("/components/schemas/").unwrap_or("body/inline");
    let is_component = !path.contains('/');
    let is_union_member = path.split('/').nth(1) == Some("oneOf") && path.split('/').count() == 3;
    let is_in_union_member = path.contains("/oneOf/");

    if schema.get("properties").is_some() && !is_component && !is_union_member {
        return Err(Diagnostic::at(pointer, "an inline object has no name").help(
            "make it a component in spec/overlay.yaml; the envelopes of bodies are named by \
             codegen/src/normalise/passes/envelopes.rs",
        ));
    }

    let is_named_kind = schema.get("oneOf").is_some() || schema.get("enum").is_some();
    if is_named_kind && !is_component && !is_in_union_member {
        return Err(Diagnostic::at(pointer, "an inline union or enum has no name")
            .help("make it a component in spec/overlay.yaml"));
    }

    Ok(())
}

fn validate_all_of(pointer: &str, all_of: &Value) -> Result<()> {
    match all_of.as_array().map(Vec::as_slice) {
        Some([single]) if single.get("$ref").is_some() => Ok(()),
        _ => Err(Diagnostic::at(format!("{pointer}/allOf"), "unsupported `allOf`")
            .help("only `allOf` with a single reference is supported")),
    }
}

fn validate_type(pointer: &str, schema: &Value) -> Result<()> {
    let format = walk::text(schema, "format");
    let is_supported = match walk::text(schema, "type") {
        Some("string") => format.is_none_or(|format| STRING_FORMATS.contains(&format)),
        Some("integer") => {
            validate_integer_limits(pointer, schema)?;
            matches!(format, None | Some("int32" | "int64"))
        }
        Some("number") => matches!(format, None | Some("double")),
        Some("boolean" | "object") => format.is_none(),
        Some("array") => format.is_none() && schema.get("items").is_some(),
        _ => return Err(Diagnostic::at(pointer, "the schema has no supported type")),
    };

    if is_supported {
        return Ok(());
    }

    let message = format!("this combination of type, format and items is not supported: {schema}");
    Err(Diagnostic::at(pointer, message))
}

fn validate_integer_limits(pointer: &str, schema: &Value) -> Result<()> {
    for keyword in ["minimum", "maximum"] {
        if let Some(limit) = schema.get(keyword).filter(|limit| !limit.is_i64()) {
            let message = format!("the limit {limit} of an integer is not a 64-bit integer");
            return Err(Diagnostic::at(format!("{pointer}/{keyword}"), message));
        }
    }

    Ok(())
}
