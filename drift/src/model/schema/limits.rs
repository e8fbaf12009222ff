//! Limits on the size of a value, and their comparison.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use crate::model::keyword::Keyword;
use crate::model::number::Quantity;
use crate::model::value::is_equivalent;

/// The limits with one keyword.
const SIMPLE_LIMITS: [&str; 8] = [
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// The bounds of numbers: the inclusive and the exclusive keyword.
const BOUNDS: [(&str, &str); 2] =
    [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")];

/// A limit.
#[derive(Debug, Clone)]
pub struct Limit<'a> {
    /// The kind, by its keyword. `minimum` and `exclusiveMinimum` are one kind.
    pub kind: &'static str,
    /// Whether the bound itself is forbidden.
    pub exclusive: bool,
    /// The keyword that defines the limit.
    pub keyword: Keyword<'a>,
}

impl<'a> Limit<'a> {
    /// Whether a keyword defines a limit.
    pub(super) fn is_limit_keyword(key: &str) -> bool {
        let is_bound =
            |(inclusive, exclusive): &(&str, &str)| key == *inclusive || key == *exclusive;
        SIMPLE_LIMITS.contains(&key) || BOUNDS.iter().any(is_bound)
    }

    /// Reads the limit of a keyword, or returns `None` if it has no effect.
    pub(super) fn read(keyword: Keyword<'a>, schema: &Map<String, Value>) -> Option<Self> {
        for (kind, exclusive_key) in BOUNDS {
            if keyword.key == kind {
                let exclusive = schema.get(exclusive_key) == Some(&Value::Bool(true));
                return Some(Self { kind, exclusive, keyword });
            }
            if keyword.key == exclusive_key {
                // A number since OpenAPI 3.1; before, a flag that modifies the inclusive keyword.
                let is_bound = !keyword.value.is_boolean();
                return is_bound.then_some(Self { kind, exclusive: true, keyword });
            }
        }

        let kind = SIMPLE_LIMITS.into_iter().find(|kind| *kind == keyword.key)?;
        let has_no_effect = match kind {
            "minLength" | "minItems" | "minProperties" => {
                Quantity::of(keyword.value) == Some(Quantity::Integer(0))
            }
            _ => keyword.value == &Value::Bool(false),
        };

        (!has_no_effect).then_some(Self { kind, exclusive: false, keyword })
    }

    /// Compares the strictness with another limit of the same kind; the greater one allows less.
    /// Returns `None` if each of them allows values that the other forbids.
    pub fn compare_strictness(&self, other: &Self) -> Option<Ordering> {
        let (value, other_value) = (self.keyword.value, other.keyword.value);
        if self.exclusive == other.exclusive && is_equivalent(value, other_value) {
            return Some(Ordering::Equal);
        }

        let (this, that) = (Quantity::of(value)?, Quantity::of(other_value)?);
        let exclusive = self.exclusive.cmp(&other.exclusive);
        match self.kind {
            "multipleOf" if this.is_multiple_of(that) => Some(Ordering::Greater),
            "multipleOf" if that.is_multiple_of(this) => Some(Ordering::Less),
            "multipleOf" => None,
            lower if lower.starts_with("min") => Some(this.partial_cmp(&that)?.then(exclusive)),
            _ => Some(that.partial_cmp(&this)?.then(exclusive)),
        }
    }

    /// Returns the value for a report, together with the exclusive flag if there is one.
    pub fn value(&self) -> Value {
        let value = self.keyword.value;
        let bound = BOUNDS.iter().find(|(kind, _)| *kind == self.kind);

        match bound {
            Some((inclusive, flag)) if self.exclusive && self.keyword.key == *inclusive => {
                json!({ *inclusive: value, *flag: true })
            }
            _ => value.clone(),
        }
    }
}

impl std::fmt::Display for Limit<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bound = BOUNDS.iter().find(|(kind, _)| self.exclusive && *kind == self.kind);
        let name = bound.map_or(self.kind, |(_, exclusive)| exclusive);
        write!(f, "{name}: {}", self.keyword.value)
    }
}
