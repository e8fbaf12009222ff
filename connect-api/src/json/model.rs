//! Decoding and encoding of models: JSON objects with known members.
//!
//! The derives of serde would generate visitors and a search for names for each model, and two more types
//! for each field that is decoded leniently. Here, a model is a list of its members, and the code is
//! shared. That reduces the compile time.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};

use crate::json::lenient::field::{Lenient, LenientSeed};

/// An object with known members. Implemented by [`model`].
pub(crate) trait Model: Sized {
    const NAME: &'static str;
    const MEMBERS: &'static [&'static str];

    /// Decodes the model from the members of an object, in any order.
    fn from_members<'de, A: MapAccess<'de>>(members: Members<A>) -> Result<Self, A::Error>;

    /// Encodes the members that are set.
    fn put_members<M: SerializeMap>(&self, writer: &mut Writer<M>);
}

/// Decodes an object as a model.
pub(crate) fn read<'de, D: Deserializer<'de>, T: Model>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_struct(T::NAME, T::MEMBERS, ModelVisitor(PhantomData))
}

/// Encodes a model as an object.
pub(crate) fn write<T: Model, S: Serializer>(model: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut writer = Writer { map: serializer.serialize_map(None)?, result: Ok(()) };
    model.put_members(&mut writer);
    writer.result?;
    writer.map.end()
}

/// Encodes the members of an object. Keeps the first error, so callers need not check each member.
pub(crate) struct Writer<M: SerializeMap> {
    map: M,
    result: Result<(), M::Error>,
}

impl<M: SerializeMap> Writer<M> {
    /// Encodes a member, if it is set.
    pub(crate) fn put<T: Lenient>(&mut self, name: &'static str, value: &T) {
        if self.result.is_ok() {
            self.result = value.put(name, &mut self.map);
        }
    }
}

struct ModelVisitor<T>(PhantomData<T>);

impl<'de, T: Model> Visitor<'de> for ModelVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let finder = NameFinder { names: T::MEMBERS, next: 0 };
        T::from_members(Members { map, finder, missing: None })
    }
}

/// The members of an object, in the order in which they are received.
pub(crate) struct Members<A> {
    map: A,
    finder: NameFinder,
    /// The first required member that is missing.
    missing: Option<&'static str>,
}

impl<'de, A: MapAccess<'de>> Members<A> {
    /// Reads the next name. Returns its index in the model, or the number of members if the name is
    /// unknown.
    pub(crate) fn next(&mut self) -> Result<Option<usize>, A::Error> {
        self.map.next_key_seed(&mut self.finder)
    }

    /// Decodes the value of a member into its slot.
    pub(crate) fn value<T: Lenient>(&mut self, slot: &mut Option<T>) -> Result<(), A::Error> {
        let name = self.finder.last_found().unwrap_or_default();
        *slot = Some(self.map.next_value_seed(LenientSeed::new(name))?);
        Ok(())
    }

    /// Skips the value of an unknown member.
    pub(crate) fn skip(&mut self) -> Result<(), A::Error> {
        self.map.next_value().map(|IgnoredAny| ())
    }

    /// Sets the default of a member that was not received, or notes that a required one is missing.
    pub(crate) fn complete<T: Lenient>(&mut self, slot: &mut Option<T>, name: &'static str) {
        if slot.is_none() {
            *slot = T::missing();
            if slot.is_none() {
                self.missing.get_or_insert(name);
            }
        }
    }

    /// Returns the error for the missing member.
    pub(crate) fn missing_error(&self) -> A::Error {
        A::Error::missing_field(self.missing.unwrap_or_default())
    }
}

/// Finds the index of a name.
struct NameFinder {
    names: &'static [&'static str],
    /// Where the search starts: after the last name, since most objects have the model's order.
    next: usize,
}

impl NameFinder {
    /// Returns the name that was found last.
    fn last_found(&self) -> Option<&'static str> {
        self.names.get(self.next.checked_sub(1)?).copied()
    }
}

impl<'de> DeserializeSeed<'de> for &mut NameFinder {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for &mut NameFinder {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<usize, E> {
        let (before, after) = self.names.split_at(self.next);
        let index_after = after.iter().position(|name| *name == text).map(|i| i + self.next);
        let index = index_after.or_else(|| before.iter().position(|name| *name == text));
        self.next = index.map_or(self.next, |index| index + 1);

        Ok(index.unwrap_or(self.names.len()))
    }
}

/// Implements [`Model`] and the traits of serde for a struct:
/// `model! { Name { member, other = "its name in JSON" } }`.
macro_rules! model {
    ($name:ident { $($member:ident $(= $wire:literal)?),* $(,)? }) => {
        impl crate::json::model::Model for $name {
            const NAME: &'static str = stringify!($name);
            const MEMBERS: &'static [&'static str] =
                &[$(crate::json::model::wire_name!($member $($wire)?)),*];

            fn from_members<'de, A: serde::de::MapAccess<'de>>(
                mut members: crate::json::model::Members<A>,
            ) -> Result<Self, A::Error> {
                #[allow(non_camel_case_types, reason = "named after the members")]
                enum Member { $($member),* }
                const ALL: &[Member] = &[$(Member::$member),*];
                // One struct instead of many variables: the code that drops them on each error would
                // grow with the square of their number.
                #[allow(non_camel_case_types, reason = "named after the members")]
                struct Slots<$($member),*> { $($member: Option<$member>),* }
                let mut slots = Slots { $($member: None),* };

                while let Some(index) = members.next()? {
                    match ALL.get(index) {
                        $(Some(Member::$member) => members.value(&mut slots.$member),)*
                        None => members.skip(),
                    }?;
                }
                $(members.complete(
                    &mut slots.$member,
                    crate::json::model::wire_name!($member $($wire)?),
                );)*

                match slots {
                    Slots { $($member: Some($member)),* } => Ok(Self { $($member),* }),
                    _ => Err(members.missing_error()),
                }
            }

            fn put_members<M: serde::ser::SerializeMap>(&self, writer: &mut crate::json::model::Writer<M>) {
                $(writer.put(crate::json::model::wire_name!($member $($wire)?), &self.$member);)*
            }
        }

        impl crate::json::lenient::field::Lenient for $name {}

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::json::model::read(deserializer)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                crate::json::model::write(self, serializer)
            }
        }
    };
}

/// The name of a member in JSON.
macro_rules! wire_name {
    ($member:ident) => {
        stringify!($member)
    };
    ($member:ident $wire:literal) => {
        $wire
    };
}

/// As [`model`], for a struct with secrets: `Debug` redacts the members that are marked with
/// `#[redacted]`.
macro_rules! secret_model {
    ($name:ident { $($(#[$mark:ident])? $member:ident $(= $wire:literal)?),* $(,)? }) => {
        crate::json::model::model! { $name { $($member $(= $wire)?),* } }
        crate::redact::fields::redacted_debug! { $name { $($(#[$mark])? $member),* } }
    };
}

pub(crate) use {model, secret_model, wire_name};

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    #[derive(Debug)]
    struct Part {
        id: String,
        type_: Option<i64>,
        names: Vec<String>,
        more: Map<String, Value>,
        inner: Option<Box<Part>>,
    }

    model! { Part { id, type_ = "type", names, more, inner } }

    fn read(json: Value) -> Result<Part, String> {
        let part = serde_json::from_str::<Part>(&json.to_string());
        let same = serde_json::from_value::<Part>(json).is_ok();
        assert_eq!(part.is_ok(), same, "`from_str` and `from_value` agree");
        part.map_err(|error| error.to_string())
    }

    #[test]
    fn members_are_read_in_any_order_and_unknown_ones_skipped() {
        let part = read(json!({
            "other": {"id": 1}, "names": ["a"], "more": {"b": 1}, "inner": null, "id": "x", "type": 3.0
        }));
        let part = part.unwrap();
        assert_eq!((part.id.as_str(), part.type_, part.names.len()), ("x", Some(3), 1));
        assert_eq!((part.more.len(), part.inner.is_none()), (1, true));

        let backwards = r#"{"more": {}, "names": [], "type": 1, "id": "x", "more": {"a": 1}}"#;
        let part: Part = serde_json::from_str(backwards).unwrap();
        assert_eq!(part.more.len(), 1, "the last of two members with the same name wins");

        let escaped: Part =
            serde_json::from_str(r#"{"\u0069d": "x", "names": [], "more": {}}"#).unwrap();
        assert_eq!(escaped.id, "x");
    }

    #[test]
    fn null_and_missing_members_are_errors_only_if_required() {
        let part = read(json!({"id": "x", "names": null, "more": null})).unwrap();
        assert!(part.names.is_empty() && part.more.is_empty() && part.type_.is_none());

        for (json, message) in [
            (json!({"id": "x", "more": {}}), "missing field `names`"),
            (json!({"names": [], "more": {}}), "missing field `id`"),
            (json!({"id": null, "names": [], "more": {}}), "invalid type: null"),
            (json!({"id": ["x"], "names": []}), "expected a string"),
            (json!({"id": "x", "names": "a"}), "expected a"),
            (json!({"id": "x", "inner": {"id": "y"}}), "missing field `names`"),
            (json!({"id": "x", "inner": [], "names": []}), "expected Part"),
            (json!(["x", 3, [], {}, null]), "expected Part"),
            (json!("x"), "expected Part"),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn invalid_optional_scalar_decodes_to_none() {
        for scalar in [json!("three"), json!(3.5), json!(true), json!([1, {"a": 2}]), json!({})] {
            let json = json!({"id": "x", "type": scalar, "names": [null, "a"], "more": {}});
            let part = read(json).unwrap();
            assert_eq!((part.type_, &part.names[..]), (None, &["a".to_owned()][..]), "{scalar}");
        }

        let part = read(json!({"id": 7, "type": "3", "names": [1], "more": {}})).unwrap();
        assert_eq!((part.id.as_str(), part.type_, part.names[0].as_str()), ("7", Some(3), "1"));
    }

    #[test]
    fn unset_members_are_not_encoded() {
        let mut json = json!({"id": "x", "names": [], "more": {}});
        assert_eq!(serde_json::to_value(read(json.clone()).unwrap()).unwrap(), json);

        json["type"] = json!(1);
        json["inner"] = json!({"id": "y", "type": 2, "names": ["a"], "more": {"b": null}});
        let text = serde_json::to_string(&read(json.clone()).unwrap()).unwrap();

        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json);
        assert!(
            text.starts_with(r#"{"id":"x","type":1,"names":[]"#),
            "members are in the order of the model"
        );
    }
}
