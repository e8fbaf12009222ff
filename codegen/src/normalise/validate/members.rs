//! The members that each object of a document can have, with their types.

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::openapi::walk::unexpected_type;

/// The type of a member.
#[derive(Debug, Clone, Copy)]
pub enum MemberType {
    String,
    Boolean,
    /// A non-negative integer.
    Count,
    Number,
    Array,
    /// An array of strings.
    Strings,
    Object,
    /// Any type: the member is validated elsewhere.
    Any,
}

/// The members of an object, by name.
pub type Members = &'static [(&'static str, MemberType)];

use MemberType::{Any, Array, Boolean, Count, Number, Object, String, Strings};

pub const ROOT: Members = &[
    ("openapi", String),
    ("info", Object),
    ("servers", Array),
    ("paths", Object),
    ("components", Object),
    ("security", Array),
];

pub const INFO: Members = &[
    ("title", String),
    ("description", String),
    ("version", String),
    ("termsOfService", String),
    ("contact", Object),
    ("license", Object),
];

pub const SERVER: Members = &[("url", String), ("description", String)];

pub const COMPONENTS: Members = &[("schemas", Object), ("securitySchemes", Object)];

pub const OPERATION: Members = &[
    ("tags", Strings),
    ("summary", String),
    ("description", String),
    ("operationId", String),
    ("parameters", Array),
    ("requestBody", Object),
    ("responses", Object),
    ("security", Array),
    ("x-upstream-operation-id", String),
];

pub const PARAMETER: Members = &[
    ("name", String),
    ("in", String),
    ("description", String),
    ("required", Boolean),
    ("schema", Object),
    ("style", String),
    ("explode", Boolean),
];

pub const BODY: Members = &[("description", String), ("required", Boolean), ("content", Object)];

pub const RESPONSE: Members = &[("description", String), ("content", Object)];

pub const MEDIA_TYPE: Members = &[("schema", Object), ("example", Any)];

pub const REFERENCE: Members = &[("$ref", String)];

pub const SCHEMA: Members = &[
    ("type", String),
    ("format", String),
    ("title", String),
    ("description", String),
    ("properties", Object),
    ("required", Strings),
    ("items", Object),
    ("additionalProperties", Any),
    ("enum", Strings),
    ("default", Any),
    ("minimum", Number),
    ("maximum", Number),
    ("minLength", Count),
    ("maxLength", Count),
    ("minItems", Count),
    ("maxItems", Count),
    ("uniqueItems", Boolean),
    ("pattern", String),
    ("nullable", Boolean),
    ("oneOf", Array),
    ("allOf", Array),
    ("x-enum-count", Count),
    ("x-pattern-error", Any),
];

/// The maximum length of a name in bytes. Names become identifiers in Rust.
const MAX_NAME_LENGTH: usize = 200;

impl MemberType {
    fn matches(self, value: &Value) -> bool {
        match self {
            String => value.is_string(),
            Boolean => value.is_boolean(),
            Count => value.is_u64(),
            Number => value.is_number(),
            Array => value.is_array(),
            Strings => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
            Object => value.is_object(),
            Any => true,
        }
    }

    fn description(self) -> &'static str {
        match self {
            String => "a string",
            Boolean => "a boolean",
            Count => "a non-negative integer",
            Number => "a number",
            Array => "an array",
            Strings => "an array of strings",
            Object => "an object",
            Any => "anything",
        }
    }
}

/// Rejects a member that the object cannot have, and a member of the wrong type.
pub fn check_members(value: &Value, pointer: &str, members: Members) -> Result<()> {
    let Value::Object(object) = value else {
        return Err(unexpected_type(pointer, "an object", value));
    };

    for (key, value) in object {
        let pointer = format!("{pointer}/{}", pointer_segment(key));
        let Some((_, member_type)) = members.iter().find(|(name, _)| name == key) else {
            let message = format!("the member `{key}` is not supported here");
            return Err(Diagnostic::at(pointer, message).help(
                "extend a pass to resolve it, or \
                 codegen/src/normalise/validate/members.rs to allow it",
            ));
        };

        if !member_type.matches(value) {
            return Err(unexpected_type(pointer, member_type.description(), value));
        }
    }

    Ok(())
}

/// Rejects a name that is too long for an identifier.
pub fn check_name_length(name: &str, pointer: &str) -> Result<()> {
    if name.len() <= MAX_NAME_LENGTH {
        return Ok(());
    }

    let excerpt: std::string::String = name.chars().take(20).collect();
    let message = format!("the name `{excerpt}…` is longer than {MAX_NAME_LENGTH} bytes");
    Err(Diagnostic::at(pointer, message))
}
