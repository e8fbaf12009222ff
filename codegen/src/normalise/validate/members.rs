//! What each object of a document can hold, and of which type.

use serde_json::Value;

use super::{Diagnostic, Result, pointer_segment};

/// The type of a member.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A string.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number from 0.
    Count,
    /// Any number.
    Number,
    /// A list of anything.
    List,
    /// A list of strings.
    Texts,
    /// An object.
    Object,
    /// Whatever it is, it is looked at elsewhere.
    Any,
}

/// The members of an object, by name.
pub type Members = &'static [(&'static str, Kind)];

use Kind::{Any, Count, Flag, List, Number, Object, Text, Texts};

pub const ROOT: Members = &[
    ("openapi", Text),
    ("info", Object),
    ("servers", List),
    ("paths", Object),
    ("components", Object),
    ("security", List),
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
    ("tags", Texts),
    ("summary", Text),
    ("description", Text),
    ("operationId", Text),
    ("parameters", List),
    ("requestBody", Object),
    ("responses", Object),
    ("security", List),
    ("x-upstream-operation-id", Text),
];
pub const PARAMETER: Members = &[
    ("name", Text),
    ("in", Text),
    ("description", Text),
    ("required", Flag),
    ("schema", Object),
    ("style", Text),
    ("explode", Flag),
];
pub const BODY: Members = &[("description", Text), ("required", Flag), ("content", Object)];
pub const RESPONSE: Members = &[("description", Text), ("content", Object)];
pub const MEDIA_TYPE: Members = &[("schema", Object), ("example", Any)];
pub const REFERENCE: Members = &[("$ref", Text)];
pub const SCHEMA: Members = &[
    ("type", Text),
    ("format", Text),
    ("title", Text),
    ("description", Text),
    ("properties", Object),
    ("required", Texts),
    ("items", Object),
    ("additionalProperties", Any),
    ("enum", Texts),
    ("default", Any),
    ("minimum", Number),
    ("maximum", Number),
    ("minLength", Count),
    ("maxLength", Count),
    ("minItems", Count),
    ("maxItems", Count),
    ("uniqueItems", Flag),
    ("pattern", Text),
    ("nullable", Flag),
    ("oneOf", List),
    ("allOf", List),
    ("x-enum-count", Count),
    ("x-pattern-error", Any),
];

/// How long a name may be: it becomes that of something in Rust.
const LONGEST_NAME: usize = 200;

impl Kind {
    /// What belongs there, if the value is something else.
    fn missed_by(self, value: &Value) -> Option<&'static str> {
        let texts = || value.as_array().is_some_and(|list| list.iter().all(Value::is_string));
        let (fits, what) = match self {
            Text => (value.is_string(), "a string"),
            Flag => (value.is_boolean(), "`true` or `false`"),
            Count => (value.is_u64(), "a whole number from 0"),
            Number => (value.is_number(), "a number"),
            List => (value.is_array(), "a list"),
            Texts => (texts(), "a list of strings"),
            Object => (value.is_object(), "an object"),
            Any => (true, "anything"),
        };

        (!fits).then_some(what)
    }
}

/// Refuses a member that the object cannot have, and one of another type.
pub fn known(value: &Value, pointer: &str, members: Members) -> Result<()> {
    let Value::Object(object) = value else {
        return Err(Diagnostic::at(pointer, "an object belongs here"));
    };

    for (key, value) in object {
        let at = format!("{pointer}/{}", pointer_segment(key));
        let Some((_, kind)) = members.iter().find(|(name, _)| name == key) else {
            return Err(Diagnostic::at(at, format!("no pass understands `{key}` here")).help(
                "teach a pass to resolve it, or normalise/strict/members.rs to let it through",
            ));
        };

        if let Some(what) = kind.missed_by(value) {
            return Err(Diagnostic::at(at, format!("{what} belongs here")));
        }
    }

    Ok(())
}

/// Refuses a name that is longer than one in Rust should be.
pub fn not_too_long(name: &str, pointer: &str) -> Result<()> {
    if name.len() <= LONGEST_NAME {
        return Ok(());
    }
    let start: String = name.chars().take(20).collect();
    Err(Diagnostic::at(pointer, format!("the name `{start}…` is longer than {LONGEST_NAME} bytes")))
}
