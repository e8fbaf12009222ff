//! Access to JSON values: typed access with errors, equivalence, and a canonical form.

use std::sync::LazyLock;

use connect_codegen::diagnostic::{Diagnostic, Result};
use serde_json::{Map, Value};

use super::number::{self, Quantity};

/// YAML allows a key without a value; it counts as an empty object or list.
static EMPTY: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

pub(super) fn expect_object<'a>(value: &'a Value, pointer: &str) -> Result<&'a Map<String, Value>> {
    match value {
        Value::Object(members) => Ok(members),
        Value::Null => Ok(&EMPTY),
        _ => Err(Diagnostic::at(pointer, "expected an object")),
    }
}

pub(super) fn expect_list<'a>(value: &'a Value, pointer: &str) -> Result<&'a [Value]> {
    match value {
        Value::Array(items) => Ok(items),
        Value::Null => Ok(&[]),
        _ => Err(Diagnostic::at(pointer, "expected a list")),
    }
}

pub(super) fn expect_string<'a>(value: &'a Value, pointer: &str) -> Result<&'a str> {
    value.as_str().ok_or_else(|| Diagnostic::at(pointer, "expected a string"))
}

pub(super) fn expect_bool(value: &Value, pointer: &str) -> Result<bool> {
    value.as_bool().ok_or_else(|| Diagnostic::at(pointer, "expected `true` or `false`"))
}

/// Returns the address of a value, which identifies its location in a document.
pub(super) fn address(value: &Value) -> usize {
    std::ptr::from_ref(value).addr()
}

/// Whether two values are equal, except for the spelling of numbers and the order of keys.
pub fn is_equivalent(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(_), Value::Number(_)) => Quantity::of(one) == Quantity::of(other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| is_equivalent(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, one)| other.get(key).is_some_and(|other| is_equivalent(one, other)))
        }
        _ => one == other,
    }
}

/// Returns a copy with sorted keys and canonical numbers, so that equivalent values become equal.
pub fn canonical(value: &Value) -> Value {
    let mut copy = value.clone();
    copy.sort_all_objects();
    number::canonicalise(&mut copy);

    copy
}
