//! Sets of JSON types.

use connect_codegen::diagnostic::{Diagnostic, Result};
use serde_json::Value;

use crate::model::keyword::Keyword;
use crate::model::number::Quantity;
use crate::model::value::{expect_list, expect_string};

/// A set of types. An integer is also a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct TypeSet(u8);

/// The types by name. In Swagger 2.0, `file` is a binary string.
const NAMES: [(&str, TypeSet); 7] = [
    ("string", TypeSet::STRING),
    ("integer", TypeSet::INTEGER),
    ("number", TypeSet::NUMBER),
    ("boolean", TypeSet::BOOLEAN),
    ("array", TypeSet::ARRAY),
    ("object", TypeSet::OBJECT),
    ("file", TypeSet::STRING),
];

impl TypeSet {
    /// No type.
    pub const NONE: Self = Self(0);
    /// Strings.
    pub const STRING: Self = Self(1);
    /// Integers.
    pub const INTEGER: Self = Self(2);
    /// Numbers, including integers.
    pub const NUMBER: Self = Self(2 | 4);
    /// `true` and `false`.
    pub const BOOLEAN: Self = Self(8);
    /// Lists.
    pub const ARRAY: Self = Self(16);
    /// Objects.
    pub const OBJECT: Self = Self(32);
    /// All types.
    pub const ANY: Self = Self(u8::MAX);

    /// Reads the keyword `type`. The second value tells whether `null` is allowed.
    pub(super) fn read(keyword: &Keyword) -> Result<(Self, bool)> {
        let pointer = keyword.pointer();
        let names: Vec<&str> = match keyword.value {
            Value::Array(names) => {
                names.iter().map(|name| expect_string(name, &pointer)).collect::<Result<_>>()?
            }
            Value::String(name) => vec![name],
            other => expect_list(other, &pointer).map(|_| Vec::new())?,
        };

        let mut types = Self::NONE;
        for name in names.iter().filter(|name| **name != "null") {
            let known = NAMES.iter().find(|(known, _)| known == name);
            let (_, named) = known
                .ok_or_else(|| Diagnostic::at(&*pointer, format!("`{name}` is not a type")))?;
            types = types.union(*named);
        }

        Ok((types, names.contains(&"null")))
    }

    /// Returns the type of a value; `null` has none.
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::NONE,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(_) => match Quantity::of(value) {
                Some(Quantity::Integer(_)) => Self::INTEGER,
                _ => Self::NUMBER,
            },
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        }
    }

    /// Whether the set contains all types of another set.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether both sets have a type in common.
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Returns the types that both sets contain.
    pub(super) fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns the types that either set contains.
    pub(super) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl std::fmt::Display for TypeSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if *self == Self::ANY {
            return f.write_str("anything");
        }
        if *self == Self::NONE {
            return f.write_str("nothing");
        }

        let names = NAMES.iter().filter(|(name, types)| {
            let is_alias = *name == "file";
            // `number` includes `integer`.
            let is_implied = *name == "integer" && self.contains(Self::NUMBER);
            self.contains(*types) && !is_alias && !is_implied
        });
        f.write_str(&names.map(|(name, _)| *name).collect::<Vec<_>>().join(" or "))
    }
}
