//! The types that a value may have.

use connect_codegen::diagnostic::{Diagnostic, Result};
use serde_json::Value;

use super::Schema;
use crate::model::fact::Fact;
use crate::model::number::Quantity;
use crate::model::{list, text};

/// A set of types. An integer is a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Kinds(u8);

/// The types by name. `file` is a string of bytes in Swagger 2.0.
const NAMES: [(&str, Kinds); 7] = [
    ("string", Kinds::STRING),
    ("integer", Kinds::INTEGER),
    ("number", Kinds::NUMBER),
    ("boolean", Kinds::BOOLEAN),
    ("array", Kinds::ARRAY),
    ("object", Kinds::OBJECT),
    ("file", Kinds::STRING),
];

impl Kinds {
    /// Texts.
    pub const STRING: Self = Self(1);
    /// Whole numbers.
    pub const INTEGER: Self = Self(2);
    /// Numbers.
    pub const NUMBER: Self = Self(2 | 4);
    /// `true` and `false`.
    pub const BOOLEAN: Self = Self(8);
    /// Lists.
    pub const ARRAY: Self = Self(16);
    /// Objects.
    pub const OBJECT: Self = Self(32);
    /// Everything: nothing is said.
    pub const ANY: Self = Self(u8::MAX);

    /// The types that `type` says, and whether null is one of them.
    pub(super) fn read(fact: &Fact) -> Result<(Self, bool)> {
        let at = fact.pointer();
        let names: Vec<&str> = match fact.value {
            Value::Array(names) => {
                names.iter().map(|name| text(name, &at)).collect::<Result<_>>()?
            }
            name if name.is_string() => vec![text(name, &at)?],
            other => list(other, &at).map(|_| Vec::new())?,
        };

        let mut kinds = Self::default();
        for name in names.iter().filter(|name| **name != "null") {
            let known = NAMES.iter().find(|(known, _)| known == name);
            let (_, kind) =
                known.ok_or_else(|| Diagnostic::at(&*at, format!("`{name}` is not a type")))?;
            kinds.0 |= kind.0;
        }

        Ok((kinds, names.contains(&"null")))
    }

    /// The types that are said, else those that the other keywords make sense for.
    pub(super) fn or_implied(self, schema: &Schema) -> Self {
        if schema.kind.is_some() {
            return self;
        }

        if !schema.properties.is_empty()
            || !schema.required.is_empty()
            || !schema.additional.is_empty()
        {
            return Self::OBJECT;
        }

        if !schema.items.is_empty() {
            return Self::ARRAY;
        }
        match &schema.values {
            Some((values, _)) => values
                .iter()
                .fold(Self::default(), |kinds, value| Self(kinds.0 | Self::of(value).0)),
            None => Self::ANY,
        }
    }

    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::default(),
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(_) => match Quantity::of(value) {
                Some(Quantity::Whole(_)) => Self::INTEGER,
                _ => Self::NUMBER,
            },
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        }
    }

    /// Whether it allows all that the other does.
    pub fn holds(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What both allow.
    pub(super) fn met(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether both allow some type.
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl std::fmt::Display for Kinds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if *self == Self::ANY {
            return f.write_str("anything");
        }

        if *self == Self::default() {
            return f.write_str("nothing");
        }

        let names = NAMES.iter().filter(|(name, kind)| {
            *name != "file"
                && self.holds(*kind)
                && !(*name == "integer" && self.holds(Self::NUMBER))
        });

        f.write_str(&names.map(|(name, _)| *name).collect::<Vec<_>>().join(" or "))
    }
}
