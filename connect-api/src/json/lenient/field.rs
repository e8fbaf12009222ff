//! The trait of field types, and optional fields.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, Visitor};
use serde::ser::{Serialize, SerializeMap};
use serde_json::Value;

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
