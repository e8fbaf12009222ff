//! Lenient decoding of the fields of models, for responses that differ from the API document.
//!
//! - A scalar (text, number, boolean, time, value of an enum) is read in any format that can be
//!   converted.
//! - An invalid optional scalar decodes to `None`, and is logged at `debug`.
//! - A required list or map can be `null`. `null` items are skipped.
//! - An invalid object is an error, since the rest of the response cannot be read after it.

mod list;
mod scalar;
mod time;

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize as _, DeserializeOwned, DeserializeSeed, Deserializer, Error};
use serde::de::{MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::{Serialize, SerializeMap};
use serde_json::{Map, Value};

pub(crate) use list::{push_item, shrink_short_list};
pub(crate) use scalar::{Scalar, from_text, lenient_scalar, read_optional_scalar, read_scalar};

/// The type of a field of a model. `name` is the name of the member, for the log.
pub(crate) trait Lenient: DeserializeOwned + Serialize {
    /// Decodes a required value.
    fn read<'de, D: Deserializer<'de>>(deserializer: D, _: &'static str) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }

    /// Decodes an optional value.
    fn read_optional<'de, D: Deserializer<'de>>(
        deserializer: D,
        name: &'static str,
    ) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_option(OptionVisitor(LenientSeed::new(name)))
    }

    /// Returns the value for a missing member, or `None` if the member is required.
    fn missing() -> Option<Self> {
        None
    }

    /// Encodes the member, if it is set.
    fn put<M: SerializeMap>(&self, name: &'static str, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry(name, self)
    }
}

impl Lenient for Value {}

/// Decodes the value of a member with [`Lenient::read`].
pub(crate) struct LenientSeed<T>(&'static str, PhantomData<T>);

impl<T> LenientSeed<T> {
    pub(crate) fn new(name: &'static str) -> Self {
        Self(name, PhantomData)
    }
}

impl<'de, T: Lenient> DeserializeSeed<'de> for LenientSeed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer, self.0)
    }
}

/// Decodes a value or `null`.
struct OptionVisitor<T>(LenientSeed<T>);

impl<'de, T: Lenient> Visitor<'de> for OptionVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        self.0.deserialize(deserializer).map(Some)
    }
}

impl<T: Lenient> Lenient for Option<T> {
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        name: &'static str,
    ) -> Result<Self, D::Error> {
        T::read_optional(deserializer, name)
    }

    fn missing() -> Option<Self> {
        Some(None)
    }

    fn put<M: SerializeMap>(&self, name: &'static str, map: &mut M) -> Result<(), M::Error> {
        self.as_ref().map_or(Ok(()), |value| value.put(name, map))
    }
}

impl<T: Lenient> Lenient for Box<T> {
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        name: &'static str,
    ) -> Result<Self, D::Error> {
        T::read(deserializer, name).map(Box::new)
    }
}

impl<T: Lenient> Lenient for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        name: &'static str,
    ) -> Result<Self, D::Error> {
        deserializer.deserialize_option(ListVisitor(name, PhantomData))
    }
}

/// Decodes a list or `null`, and skips `null` items.
struct ListVisitor<T>(&'static str, PhantomData<T>);

impl<'de, T: Lenient> Visitor<'de> for ListVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_none<E: Error>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_unit<E: Error>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(LenientSeed::<Option<T>>::new(self.0))? {
            item.into_iter().for_each(|item| push_item(&mut items, item));
        }

        shrink_short_list(&mut items);
        Ok(items)
    }
}

impl<T: Lenient> Lenient for BTreeMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        name: &'static str,
    ) -> Result<Self, D::Error> {
        deserializer.deserialize_option(MapVisitor(name, PhantomData))
    }
}

/// Decodes a map or `null`, and skips entries whose value is `null`.
struct MapVisitor<T>(&'static str, PhantomData<T>);

impl<'de, T: Lenient> Visitor<'de> for MapVisitor<T> {
    type Value = BTreeMap<String, T>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(BTreeMap::new())
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(BTreeMap::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some(key) = map.next_key()? {
            if let Some(value) = map.next_value_seed(LenientSeed::<Option<T>>::new(self.0))? {
                entries.insert(key, value);
            }
        }

        Ok(entries)
    }
}

impl Lenient for Map<String, Value> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, _: &'static str) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(Self::new()),
            Value::Object(map) => Ok(map),
            _ => Err(D::Error::invalid_type(Unexpected::Other("another value"), &"an object")),
        }
    }

    fn read_optional<'de, D: Deserializer<'de>>(
        deserializer: D,
        name: &'static str,
    ) -> Result<Option<Self>, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::Null => None,
            Value::Object(map) => Some(map),
            _ => scalar::ignore_invalid(name, "an object"),
        })
    }
}
