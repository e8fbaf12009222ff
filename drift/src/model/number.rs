//! Numbers as they are meant: whole ones exact, however large and however spelled.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// How much a number is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Quantity {
    /// A whole number, `3.0` too.
    Whole(i128),
    /// Any other.
    Real(f64),
}

/// From here on, each `f64` is whole, and some do not fit into an `i128`.
const VAST: f64 = 1e36;

impl Quantity {
    /// What a value amounts to, if it is a number.
    pub fn of(value: &Value) -> Option<Self> {
        let Value::Number(number) = value else { return None };
        if let Some(whole) = number.as_i128() {
            return Some(Self::Whole(whole));
        }

        let real = number.as_f64()?;
        // The cast is exact: the number has no fraction and is in range.
        Some(match real.fract() == 0.0 && real.abs() < VAST {
            true => Self::Whole(real as i128),
            false => Self::Real(real),
        })
    }

    /// Whether the number is the other one some times over.
    pub fn is_multiple_of(self, other: Self) -> bool {
        match (self, other) {
            (Self::Whole(one), Self::Whole(other)) => other != 0 && one % other == 0,
            (one, other) => one.rounded() % other.rounded() == 0.0,
        }
    }

    fn rounded(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            Self::Real(real) => real,
        }
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Whole(one), Self::Whole(other)) => Some(one.cmp(other)),
            (one, other) => one.rounded().partial_cmp(&other.rounded()),
        }
    }
}

/// Spells each number within a value in one way.
pub(super) fn spell(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            if let Some(Quantity::Whole(whole)) = Quantity::of(value)
                && let Some(spelled) = Number::from_i128(whole)
            {
                *value = spelled.into();
            }
        }
        Value::Array(members) => members.iter_mut().for_each(spell),
        Value::Object(members) => members.values_mut().for_each(spell),
        _ => {}
    }
}
