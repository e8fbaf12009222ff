//! One member of an object, with its place.

use std::rc::Rc;

use connect_codegen::diagnostic::{pointer_segment, unescaped_segment};
use serde_json::{Map, Value};

use super::node::SCHEMAS;
use super::number::{self, Quantity};

/// What a document says under one key of one object.
#[derive(Debug, Clone)]
pub struct Fact<'a> {
    /// The key.
    pub key: &'a str,
    /// What it says.
    pub value: &'a Value,
    /// The pointer of the object.
    pub at: Rc<str>,
}

impl Fact<'_> {
    /// The pointer of what it says.
    pub fn pointer(&self) -> String {
        format!("{}/{}", self.at, pointer_segment(self.key))
    }

    /// The component schema of which it is said, in one of the parts of which it is made perhaps.
    pub fn component(&self) -> Option<String> {
        let inside = SCHEMAS.iter().find_map(|section| self.at.strip_prefix(section))?;
        let mut segments = inside.split('/');
        let name = segments.next()?;

        let in_part = |(at, segment): (usize, &str)| match at % 2 {
            0 => segment == "allOf",
            _ => true,
        };

        segments.enumerate().all(in_part).then(|| unescaped_segment(name))
    }
}

/// The members of an object that are not known by name.
pub(super) fn rest<'a>(
    members: &'a Map<String, Value>,
    at: &Rc<str>,
    known: impl Fn(&str) -> bool,
) -> Vec<Fact<'a>> {
    let unknown = members.iter().filter(|(key, _)| !known(key));
    unknown.map(|(key, value)| Fact { key, value, at: at.clone() }).collect()
}

/// Whether two values mean the same, however their numbers are spelled and their keys ordered.
pub fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(_), Value::Number(_)) => Quantity::of(one) == Quantity::of(other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, one)| other.get(key).is_some_and(|other| same(one, other)))
        }
        _ => one == other,
    }
}

/// A copy whose keys are in the order of the alphabet and whose numbers are spelled in one way, so
/// that neither tells anything.
pub fn sorted(value: &Value) -> Value {
    let mut copy = value.clone();
    copy.sort_all_objects();
    number::spell(&mut copy);
    copy
}
