//! Adjacently tagged unions: `{"type": …, "value": …}`.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A tagged value as it was received.
pub(crate) struct Tagged(Value);

#[derive(Serialize)]
struct TaggedValue<'a, T> {
    #[serde(rename = "type")]
    tag: &'a str,
    value: &'a T,
}

impl Tagged {
    /// Decodes the value, if the tag is the given one. Returns `None` if the value is invalid.
    pub(crate) fn read_as<T: DeserializeOwned>(&self, tag: &str) -> Option<T> {
        self.read_any().filter(|(received, _)| received == tag).map(|(_, value)| value)
    }

    /// Returns the tag and decodes the value. Returns `None` if the value is invalid.
    pub(crate) fn read_any<T: DeserializeOwned>(&self) -> Option<(String, T)> {
        let tag = self.0.get("type")?.as_str()?.to_owned();
        Some((tag, T::deserialize(self.0.get("value")?).ok()?))
    }

    /// Returns the whole JSON value.
    pub(crate) fn into_inner(self) -> Value {
        self.0
    }

    /// Encodes a tag and its value.
    pub(crate) fn write<T: Serialize, S: Serializer>(
        tag: &str,
        value: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        TaggedValue { tag, value }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Tagged {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self)
    }
}

/// Implements the JSON of a union. A variant with a tag holds the value; an untagged one, which is
/// recognised by its shape, also holds the received tag:
/// `tagged_union! { Name { Variant = "tag" } untagged { Other } }`.
macro_rules! tagged_union {
    (
        $name:ident { $($variant:ident = $tag:literal),* $(,)? }
        $(untagged { $($untagged:ident),* $(,)? })?
    ) => {
        impl From<crate::json::tagged_union::Tagged> for $name {
            #[inline]
            fn from(tagged: crate::json::tagged_union::Tagged) -> Self {
                $(
                    if let Some(value) = tagged.read_as($tag) {
                        return Self::$variant(value);
                    }
                )*
                $($(
                    if let Some((tag, value)) = tagged.read_any() {
                        return Self::$untagged { tag, value };
                    }
                )*)?
                Self::Unlisted(tagged.into_inner())
            }
        }

        impl crate::json::lenient::field::Lenient for $name {}

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let tagged: crate::json::tagged_union::Tagged =
                    serde::Deserialize::deserialize(deserializer)?;
                Ok(Self::from(tagged))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use crate::json::tagged_union::Tagged;

                match self {
                    $(Self::$variant(value) => Tagged::write($tag, value, serializer),)*
                    $($(Self::$untagged { tag, value } => Tagged::write(tag, value, serializer),)*)?
                    Self::Unlisted(value) => serde::Serialize::serialize(value, serializer),
                }
            }
        }
    };
}

pub(crate) use tagged_union;
