//! UTF-8 decoding, and JSON values with unique object keys.

use std::fmt;
use std::result::Result as StdResult;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::diagnostic::{Diagnostic, Result};

/// Decodes a UTF-8 text.
///
/// # Errors
///
/// Returns the line of the first invalid byte.
pub fn decode_utf8(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|error| {
        let (valid, rest) = bytes.split_at(error.valid_up_to());
        let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count();
        let message = format!("invalid UTF-8: byte {:#04x}", rest[0]);

        Diagnostic::at_line(line, message).help("save the text as UTF-8")
    })
}

/// A value whose objects have unique keys. Deserializing an object with a duplicate key fails.
///
/// JSON allows duplicate keys, but parsers disagree on which of the values they keep.
#[derive(Debug, Clone)]
pub struct UniqueKeys(pub Value);

impl<'de> Deserialize<'de> for UniqueKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> StdResult<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor).map(Self)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> StdResult<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> StdResult<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> StdResult<Value, E> {
        Ok(value.into())
    }

    fn visit_i128<E: Error>(self, value: i128) -> StdResult<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u128<E: Error>(self, value: u128) -> StdResult<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_f64<E: Error>(self, value: f64) -> StdResult<Value, E> {
        let number = Number::from_f64(value);
        number.map(Value::Number).ok_or_else(|| E::custom(format!("{value} is not a JSON number")))
    }

    fn visit_str<E>(self, value: &str) -> StdResult<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> StdResult<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> StdResult<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> StdResult<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> StdResult<Value, D::Error> {
        inner.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> StdResult<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(UniqueKeys(value)) = list.next_element()? {
            values.push(value);
        }

        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> StdResult<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = object.next_key::<String>()? {
            let UniqueKeys(value) = object.next_value()?;
            if members.insert(key.clone(), value).is_some() {
                return Err(A::Error::custom(format!("duplicate key `{key}` in an object")));
            }
        }

        Ok(Value::Object(members))
    }
}
