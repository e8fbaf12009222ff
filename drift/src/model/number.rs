//! The value of a number: exact for integers of any size and spelling.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// The value of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Quantity {
    /// An integer; `3.0` is one, too.
    Integer(i128),
    /// Any other number.
    Real(f64),
}

/// From this size on, every `f64` is an integer, and some do not fit into an `i128`.
const MAX_EXACT: f64 = 1e36;

impl Quantity {
    /// Returns the quantity of a value, if it is a number.
    pub fn of(value: &Value) -> Option<Self> {
        let Value::Number(number) = value else { return None };
        if let Some(integer) = number.as_i128() {
            return Some(Self::Integer(integer));
        }

        let real = number.as_f64()?;
        // The cast is exact: the number has no fraction and is in range.
        Some(match real.fract() == 0.0 && real.abs() < MAX_EXACT {
            true => Self::Integer(real as i128),
            false => Self::Real(real),
        })
    }

    /// Whether this number is a multiple of the other one.
    pub fn is_multiple_of(self, other: Self) -> bool {
        match (self, other) {
            (Self::Integer(one), Self::Integer(other)) => other != 0 && one % other == 0,
            (one, other) => one.to_f64() % other.to_f64() == 0.0,
        }
    }

    fn to_f64(self) -> f64 {
        match self {
            Self::Integer(integer) => integer as f64,
            Self::Real(real) => real,
        }
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Integer(one), Self::Integer(other)) => Some(one.cmp(other)),
            (one, other) => one.to_f64().partial_cmp(&other.to_f64()),
        }
    }
}

/// Replaces each integer in a value that is written as a decimal number.
pub(super) fn canonicalise(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            if let Some(Quantity::Integer(integer)) = Quantity::of(value)
                && let Some(number) = Number::from_i128(integer)
            {
                *value = number.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(canonicalise),
        Value::Object(members) => members.values_mut().for_each(canonicalise),
        _ => {}
    }
}
