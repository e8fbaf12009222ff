//! The members that each object of a document can have, with their types.

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::openapi::walk::unexpected_type;

/// The type of a member.
#[derive(Debug, Clone, Copy)]
pub enum MemberType {
    Text,
    Boolean,
    /// A non-negative integer.
    UnsignedInteger,
    Number,
    Array,
    /// An array of strings.
    TextArray,
    Object,
    /// Any type: the member is validated elsewhere.
    Any,
}

/// The members of an object, by name.
pub type Members = &'static [(&'static str, MemberType)];

use MemberType::{Any, Array, Boolean, Number, Object, Text, TextArray, UnsignedInteger};

pub const ROOT: Members = &[
    ("openapi", Text),
    ("info", Object),
    ("servers", Array),
    ("paths", Object),
    ("components", Object),
    ("security", Array),
];

pub const INFO: Members = &[
    ("title", Text),
    ("description", Text),
    ("version", Text),
    ("termsOfService", Text),
    ("contact", Object),
    ("license", Object),
];

pub const SERVER: Members = &[("url", Text), ("description", Text)];

pub const COMPONENTS: Members = &[("schemas", Object), ("securitySchemes", Object)];

pub const OPERATION: Members = &[
    ("tags", TextArray),
    ("summary", Text),
    ("description", Text),
    ("operationId", Text),
    ("parameters", Array),
    ("requestBody", Object),
    ("responses", Object),
    ("security", Array),
    ("x-upstream-operation-id", Text),
];

pub const PARAMETER: Members = &[
    ("name", Text),
    ("in", Text),
    ("description", Text),
    ("required", Boolean),
    ("schema", Object),
    ("style", Text),
    ("explode", Boolean),
];

pub const BODY: Members = &[("description", Text), ("required", Boolean), ("content", Object)];

pub const RESPONSE: Members = &[("description", Text), ("content", Object)];

pub const MEDIA_TYPE: Members = &[("schema", Object), ("example", Any)];

pub const REFERENCE: Members = &[("$ref", Text)];

pub const SCHEMA: Members = &[
    ("type", Text),
    ("format", Text),
    ("title", Text),
    ("description", Text),
    ("properties", Object),
    ("required", TextArray),
    ("items", Object),
    ("additionalProperties", Any),
    ("enum", TextArray),
    ("default", Any),
    ("minimum", Number),
    ("maximum", Number),
    ("minLength", UnsignedInteger),
    ("maxLength", UnsignedInteger),
    ("minItems", UnsignedInteger),
    ("maxItems", UnsignedInteger),
    ("uniqueItems", Boolean),
    ("pattern", Text),
    ("nullable", Boolean),
    ("oneOf", Array),
    ("allOf", Array),
    ("x-enum-count", UnsignedInteger),
    ("x-pattern-error", Any),
];

/// The maximum length of a name in bytes. Names become identifiers in Rust.
const MAX_NAME_LENGTH: usize = 200;

impl MemberType {
    fn matches(self, value: &Value) -> bool {
        match self {
            Text => value.is_string(),
            Boolean => value.is_boolean(),
            UnsignedInteger => value.is_u64(),
            Number => value.is_number(),
            Array => value.is_array(),
            TextArray => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
            Object => value.is_object(),
            Any => true,
        }
    }

    fn description(self) -> &'static str {
        match self {
            Text => "a string",
            Boolean => "a boolean",
            UnsignedInteger => "a non-negative integer",
            Number => "a number",
            Array => "an array",
            TextArray => "an array of strings",
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
                "remove the member in a pass, or allow it in \
                 codegen/src/normalise/validate/members.rs",
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

    let excerpt: String = name.chars().take(20).collect();
    let message = format!("the name `{excerpt}…` is longer than {MAX_NAME_LENGTH} bytes");
    Err(Diagnostic::at(pointer, message))
}
