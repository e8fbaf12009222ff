//! Schemas: what becomes a type of Rust.

use serde_json::Value;

use super::members::{self, known, not_too_long};
use super::{Diagnostic, Result, pointer_segment};
use crate::openapi::walk;

const STRING_FORMATS: &[&str] = &["date-time", "date", "uri", "uuid", "email"];

/// How deep lists and maps may lie in each other: no API needs more, and what comes after this
/// goes down by calling itself.
const LEVELS: usize = 8;

/// Refuses a schema that nothing after this would understand. `names` are the components.
pub fn check(pointer: &str, schema: &Value, names: &[String]) -> Result<()> {
    if schema.get("$ref").is_some() {
        known(schema, pointer, members::REFERENCE)?;
        let target = walk::component_name(schema);

        return match target.filter(|target| names.iter().any(|name| name == target)) {
            Some(_) => Ok(()),
            None => Err(Diagnostic::at(
                pointer,
                format!("the reference {} leads nowhere", schema["$ref"]),
            )),
        };
    }

    known(schema, pointer, members::SCHEMA)?;
    object(pointer, schema)?;
    let levels = pointer.split('/').filter(|step| ["items", "additionalProperties"].contains(step));

    if levels.count() > LEVELS {
        return Err(Diagnostic::at(
            pointer,
            format!("more than {LEVELS} lists or maps in each other"),
        ));
    }

    named(pointer, schema)?;

    if let Some(all) = schema.get("allOf") {
        let one = all.as_array().is_some_and(|all| all.len() == 1 && all[0].get("$ref").is_some());
        return if one {
            Ok(())
        } else {
            Err(Diagnostic::at(
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
        Some("integer") => {
            limits(pointer, schema)?;
            matches!(format, None | Some("int32" | "int64"))
        }
        Some("number") => matches!(format, None | Some("double")),
        Some("boolean" | "object") => format.is_none(),
        Some("array") => format.is_none() && schema.get("items").is_some(),
        _ => return Err(Diagnostic::at(pointer, "the schema has no type that is understood")),
    };

    if fits { Ok(()) } else { Err(Diagnostic::at(pointer, format!("not understood: {schema}"))) }
}

/// The members of an object: either known ones or any, and each that is required is there.
fn object(pointer: &str, schema: &Value) -> Result<()> {
    let properties = schema.get("properties").and_then(Value::as_object);
    for name in properties.into_iter().flat_map(|properties| properties.keys()) {
        not_too_long(name, &format!("{pointer}/properties"))?;
    }

    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (index, name) in required.iter().enumerate() {
        let wrong = if !properties.is_some_and(|properties| properties.contains_key(*name)) {
            "is required and no property"
        } else if required[..index].contains(name) {
            "is required twice"
        } else {
            continue;
        };

        return Err(Diagnostic::at(
            format!("{pointer}/required/{index}"),
            format!("`{name}` {wrong}"),
        ));
    }

    let others = schema.get("additionalProperties");
    if properties.is_some_and(|properties| !properties.is_empty())
        && others.is_some_and(Value::is_object)
    {
        return Err(Diagnostic::at(
            format!("{pointer}/additionalProperties"),
            "a model that is a map as well is not understood",
        )
        .help("a model ignores what it does not know; a map has no properties"));
    }

    Ok(())
}

/// What becomes a type of its own needs a name, which components have.
fn named(pointer: &str, schema: &Value) -> Result<()> {
    let inside = pointer.strip_prefix("/components/schemas/").unwrap_or("body/inline");
    let of_union = inside.split('/').nth(1) == Some("oneOf") && inside.split('/').count() == 3;
    let is_component = !inside.contains('/');

    if schema.get("properties").is_some() && !is_component && !of_union {
        return Err(Diagnostic::at(pointer, "an inline object has no name")
            .help("make it a component; see normalise/envelopes.rs"));
    }

    if (schema.get("oneOf").is_some() || schema.get("enum").is_some())
        && !is_component
        && !inside.contains("/oneOf/")
    {
        return Err(Diagnostic::at(pointer, "a union or an enum has no name"));
    }

    Ok(())
}

/// The limits of a whole number are whole numbers.
fn limits(pointer: &str, schema: &Value) -> Result<()> {
    let limits = ["minimum", "maximum"].into_iter();
    let wrong = |limit: &&str| schema.get(*limit).is_some_and(|limit| !limit.is_i64());

    match limits.filter(wrong).map(pointer_segment).next() {
        None => Ok(()),
        Some(limit) => Err(Diagnostic::at(
            format!("{pointer}/{limit}"),
            format!("{} is no limit of a whole number of 64 bits", schema[&limit]),
        )),
    }
}
