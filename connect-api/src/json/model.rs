//! What all models have in common: how an object is read and written.
//!
//! serde's derives would have each model bring its own visitors, its own search for names and, for
//! each member that is read leniently, two types more. Here a model is its list of members, and
//! the rest is said once.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};

use crate::json::lenient::{Lenient, Leniently};

/// An object with members of known names and types. [`model`] implements it.
pub(crate) trait Model: Sized {
    const NAME: &'static str;
    const MEMBERS: &'static [&'static str];

    /// The model, from the members of an object in any order.
    fn from_members<'de, A: MapAccess<'de>>(members: Members<A>) -> Result<Self, A::Error>;

    /// Writes the members that are set.
    fn put_members<M: SerializeMap>(&self, to: &mut Writer<M>);
}

/// Reads an object as a model.
pub(crate) fn read<'de, D: Deserializer<'de>, T: Model>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_struct(T::NAME, T::MEMBERS, Object(PhantomData))
}

/// Writes a model as an object.
pub(crate) fn write<T: Model, S: Serializer>(model: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut writer = Writer { map: serializer.serialize_map(None)?, result: Ok(()) };
    model.put_members(&mut writer);
    writer.result?;
    writer.map.end()
}

/// Writes the members of an object. It keeps the first fault, so that nobody asks after each.
pub(crate) struct Writer<M: SerializeMap> {
    map: M,
    result: Result<(), M::Error>,
}

impl<M: SerializeMap> Writer<M> {
    /// Writes a member, if it is set.
    pub(crate) fn put<T: Lenient>(&mut self, name: &'static str, value: &T) {
        if self.result.is_ok() {
            self.result = value.put(name, &mut self.map);
        }
    }
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Model> Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let name = Name { names: T::MEMBERS, next: 0 };
        T::from_members(Members { map, name, missing: None })
    }
}

/// The members of an object as they come.
pub(crate) struct Members<A> {
    map: A,
    name: Name,
    /// The first member that must not be missing and is.
    missing: Option<&'static str>,
}

impl<'de, A: MapAccess<'de>> Members<A> {
    /// Which member of the model is next; more than it has, if it is none of them.
    pub(crate) fn next(&mut self) -> Result<Option<usize>, A::Error> {
        self.map.next_key_seed(&mut self.name)
    }

    /// Reads the value of a member into its place.
    pub(crate) fn value<T: Lenient>(&mut self, place: &mut Option<T>) -> Result<(), A::Error> {
        let name = self.name.names.get(self.name.next.wrapping_sub(1)).copied();
        *place = Some(self.map.next_value_seed(Leniently::of(name.unwrap_or_default()))?);
        Ok(())
    }

    /// Passes over the value of a member that the model does not know.
    pub(crate) fn skip(&mut self) -> Result<(), A::Error> {
        self.map.next_value().map(|IgnoredAny| ())
    }

    /// Sees to a member that has not come: it can be missing, or it is a fault.
    pub(crate) fn complete<T: Lenient>(&mut self, place: &mut Option<T>, name: &'static str) {
        if place.is_none() {
            *place = T::missing();
            if place.is_none() {
                self.missing.get_or_insert(name);
            }
        }
    }

    /// The fault that a member is missing.
    pub(crate) fn fault(&self) -> A::Error {
        A::Error::missing_field(self.missing.unwrap_or_default())
    }
}

/// Finds a name among those of the members.
struct Name {
    names: &'static [&'static str],
    /// Where the search begins: most objects have their members in the same order.
    next: usize,
}

impl<'de> DeserializeSeed<'de> for &mut Name {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for &mut Name {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<usize, E> {
        let (before, after) = self.names.split_at(self.next);
        let later = after.iter().position(|name| *name == text).map(|at| at + self.next);
        let found = later.or_else(|| before.iter().position(|name| *name == text));
        self.next = found.map_or(self.next, |at| at + 1);
        Ok(found.unwrap_or(self.names.len()))
    }
}

/// Makes a model of a struct: `model! { Name { member, other = "its name on the wire" } }`.
macro_rules! model {
    ($name:ident { $($member:ident $(= $wire:literal)?),* $(,)? }) => {
        impl crate::json::model::Model for $name {
            const NAME: &'static str = stringify!($name);
            const MEMBERS: &'static [&'static str] =
                &[$(crate::json::model::wire_name!($member $($wire)?)),*];

            fn from_members<'de, A: serde::de::MapAccess<'de>>(
                mut members: crate::json::model::Members<A>,
            ) -> Result<Self, A::Error> {
                #[allow(non_camel_case_types, reason = "named as the members are")]
                enum Member { $($member),* }
                const ALL: &[Member] = &[$(Member::$member),*];
                // One value to drop on each way out: the code of many would grow as their square.
                #[allow(non_camel_case_types, reason = "named as the members are")]
                struct Places<$($member),*> { $($member: Option<$member>),* }
                let mut places = Places { $($member: None),* };
                while let Some(at) = members.next()? {
                    match ALL.get(at) {
                        $(Some(Member::$member) => members.value(&mut places.$member),)*
                        None => members.skip(),
                    }?;
                }
                $(members.complete(
                    &mut places.$member,
                    crate::json::model::wire_name!($member $($wire)?),
                );)*
                match places {
                    Places { $($member: Some($member)),* } => Ok(Self { $($member),* }),
                    _ => Err(members.fault()),
                }
            }

            fn put_members<M: serde::ser::SerializeMap>(&self, to: &mut crate::json::model::Writer<M>) {
                $(to.put(crate::json::model::wire_name!($member $($wire)?), &self.$member);)*
            }
        }

        impl crate::json::lenient::Lenient for $name {}

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

/// The name of a member on the wire.
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
        assert_eq!(part.is_ok(), same, "text and value are read alike");
        part.map_err(|error| error.to_string())
    }

    #[test]
    fn members_come_in_any_order_with_others_among_them() {
        let part = read(json!({
            "other": {"id": 1}, "names": ["a"], "more": {"b": 1}, "inner": null, "id": "x", "type": 3.0
        }));
        let part = part.unwrap();
        assert_eq!((part.id.as_str(), part.type_, part.names.len()), ("x", Some(3), 1));
        assert_eq!((part.more.len(), part.inner.is_none()), (1, true));

        let backwards = r#"{"more": {}, "names": [], "type": 1, "id": "x", "more": {"a": 1}}"#;
        let part: Part = serde_json::from_str(backwards).unwrap();
        assert_eq!(part.more.len(), 1, "of two of a name the last counts");

        let escaped: Part =
            serde_json::from_str(r#"{"\u0069d": "x", "names": [], "more": {}}"#).unwrap();
        assert_eq!(escaped.id, "x");
    }

    #[test]
    fn what_is_null_or_missing_is_a_fault_only_where_it_must_not_be() {
        let part = read(json!({"id": "x", "names": null, "more": null})).unwrap();
        assert!(part.names.is_empty() && part.more.is_empty() && part.type_.is_none());

        for (json, fault) in [
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
            assert!(error.contains(fault), "{error}");
        }
    }

    #[test]
    fn a_word_that_makes_no_sense_is_left_out_where_nothing_need_be() {
        for word in [json!("three"), json!(3.5), json!(true), json!([1, {"a": 2}]), json!({})] {
            let json = json!({"id": "x", "type": word, "names": [null, "a"], "more": {}});
            let part = read(json).unwrap();
            assert_eq!((part.type_, &part.names[..]), (None, &["a".to_owned()][..]), "{word}");
        }

        let part = read(json!({"id": 7, "type": "3", "names": [1], "more": {}})).unwrap();
        assert_eq!((part.id.as_str(), part.type_, part.names[0].as_str()), ("7", Some(3), "1"));
    }

    #[test]
    fn what_is_not_set_is_not_written() {
        let mut json = json!({"id": "x", "names": [], "more": {}});
        assert_eq!(serde_json::to_value(read(json.clone()).unwrap()).unwrap(), json);

        json["type"] = json!(1);
        json["inner"] = json!({"id": "y", "type": 2, "names": ["a"], "more": {"b": null}});
        let text = serde_json::to_string(&read(json.clone()).unwrap()).unwrap();

        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json);
        assert!(text.starts_with(r#"{"id":"x","type":1,"names":[]"#), "in the model's order");
    }
}
