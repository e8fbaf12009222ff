//! What a member of a model can hold, and how it is read: leniently, where real answers write it
//! otherwise than documented.
//!
//! A plain value (text, a number, a time, an enum's value) is read however it is written, as far as
//! that makes sense; where it makes none and the member is optional, there is nothing, and a trace
//! of it at `debug`. Lists and maps that must be there can be `null`, and so can what is in them,
//! which is passed over. An object that does not fit stays a fault: a stream of JSON cannot be read
//! on from the middle of one.

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

pub(crate) use list::{push, trim};
pub(crate) use scalar::{
    Scalar, member, read as read_word, read_optional as read_optional_word, text,
};

/// What a member of a model can hold. `name` is the member's, for what is logged.
pub(crate) trait Lenient: DeserializeOwned + Serialize {
    /// Reads a value, as it is documented or as real answers write it.
    fn read<'de, D: Deserializer<'de>>(deserializer: D, _: &'static str) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }

    /// Reads a value that need not be there.
    fn read_optional<'de, D: Deserializer<'de>>(
        deserializer: D,
        name: &'static str,
    ) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_option(Optional(Leniently::of(name)))
    }

    /// What is there when the member is missing; nothing if it must not be.
    fn missing() -> Option<Self> {
        None
    }

    /// Writes the member, if there is anything to write.
    fn put<M: SerializeMap>(&self, name: &'static str, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry(name, self)
    }
}

impl Lenient for Value {}

/// Reads a value leniently, of a member of this name.
pub(crate) struct Leniently<T>(&'static str, PhantomData<T>);

impl<T> Leniently<T> {
    pub(crate) fn of(name: &'static str) -> Self {
        Self(name, PhantomData)
    }
}

impl<'de, T: Lenient> DeserializeSeed<'de> for Leniently<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer, self.0)
    }
}

/// A value or `null`.
struct Optional<T>(Leniently<T>);

impl<'de, T: Lenient> Visitor<'de> for Optional<T> {
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
        deserializer.deserialize_option(Items(name, PhantomData))
    }
}

/// A list, or `null`; without the items that are `null`.
struct Items<T>(&'static str, PhantomData<T>);

impl<'de, T: Lenient> Visitor<'de> for Items<T> {
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
        while let Some(item) = list.next_element_seed(Leniently::<Option<T>>::of(self.0))? {
            item.into_iter().for_each(|item| push(&mut items, item));
        }

        trim(&mut items);
        Ok(items)
    }
}

impl<T: Lenient> Lenient for BTreeMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        name: &'static str,
    ) -> Result<Self, D::Error> {
        deserializer.deserialize_option(Entries(name, PhantomData))
    }
}

/// A map, or `null`; without the entries whose value is `null`.
struct Entries<T>(&'static str, PhantomData<T>);

impl<'de, T: Lenient> Visitor<'de> for Entries<T> {
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
            if let Some(value) = map.next_value_seed(Leniently::<Option<T>>::of(self.0))? {
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
            _ => scalar::odd(name, "an object"),
        })
    }
}
