//! The limits of a value's size, and which of two allows less.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use crate::model::fact::{Fact, same};
use crate::model::number::Quantity;

/// The keywords of limits that stand alone.
const PLAIN: [&str; 8] = [
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// The limits of numbers, each with the keyword that says whether the limit itself is allowed.
const BOUNDS: [(&str, &str); 2] =
    [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")];

/// A limit.
#[derive(Debug, Clone)]
pub struct Limit<'a> {
    /// What it limits, by the keyword: `minimum` and `exclusiveMinimum` are one.
    pub kind: &'static str,
    /// Whether a value must not be the limit itself.
    pub exclusive: bool,
    /// Who says it.
    pub fact: Fact<'a>,
}

impl<'a> Limit<'a> {
    /// Whether a keyword is one of limits.
    pub(super) fn is_said_by(key: &str) -> bool {
        PLAIN.contains(&key)
            || BOUNDS.iter().any(|(plain, exclusive)| [plain, exclusive].contains(&&key))
    }

    /// What one of a schema's keywords says, unless it limits nothing.
    pub(super) fn of(fact: Fact<'a>, schema: &Map<String, Value>) -> Option<Self> {
        let on = Some(&Value::Bool(true));
        for (kind, word) in BOUNDS {
            if fact.key == kind {
                return Some(Self { kind, exclusive: schema.get(word) == on, fact });
            }
            if fact.key == word {
                // A word by itself in OpenAPI 3.1; before, a switch for the other one.
                return (!fact.value.is_boolean()).then_some(Self { kind, exclusive: true, fact });
            }
        }

        let kind = PLAIN.into_iter().find(|kind| *kind == fact.key)?;
        let idle = match kind {
            "minLength" | "minItems" | "minProperties" => {
                Quantity::of(fact.value) == Some(Quantity::Whole(0))
            }
            _ => fact.value == &Value::Bool(false),
        };

        (!idle).then_some(Self { kind, exclusive: false, fact })
    }

    /// How much it forbids, compared with another limit of its kind: the greater allows less. None
    /// if each allows what the other does not.
    pub fn strength(&self, other: &Self) -> Option<Ordering> {
        if self.exclusive == other.exclusive && same(self.fact.value, other.fact.value) {
            return Some(Ordering::Equal);
        }

        let (one, two) = (Quantity::of(self.fact.value)?, Quantity::of(other.fact.value)?);
        let exclusive = self.exclusive.cmp(&other.exclusive);

        match self.kind {
            "multipleOf" if one.is_multiple_of(two) => Some(Ordering::Greater),
            "multipleOf" if two.is_multiple_of(one) => Some(Ordering::Less),
            "multipleOf" => None,
            least if least.starts_with("min") => Some(one.partial_cmp(&two)?.then(exclusive)),
            _ => Some(two.partial_cmp(&one)?.then(exclusive)),
        }
    }

    /// What is said, with the switch if that is said beside.
    pub fn value(&self) -> Value {
        let value = self.fact.value;
        let (plain, switch) =
            BOUNDS.iter().find(|(kind, _)| *kind == self.kind).unwrap_or(&("", ""));

        match self.exclusive && self.fact.key == *plain {
            true => json!({ *plain: value, *switch: true }),
            false => value.clone(),
        }
    }
}

impl std::fmt::Display for Limit<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = BOUNDS.iter().find(|(kind, _)| self.exclusive && *kind == self.kind);
        write!(f, "{}: {}", kind.map_or(self.kind, |(_, exclusive)| exclusive), self.fact.value)
    }
}
