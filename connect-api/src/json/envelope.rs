//! The envelopes of bodies: `{"data": …}`.
//!
//! Answers are read leniently: one object where a list is documented is a list of one, and the
//! other way round, because real answers are of both kinds. So is a list without its envelope.

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, Error};
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::Value;

use crate::json::lenient::{push, trim};
use crate::models::{PaginationLinks, ResponseMeta};

/// The envelope of a request's body.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Data<T> {
    pub(crate) data: T,
}

/// The envelope of an answer. Its `data` can be missing where the document promises it: a print
/// that awaits approval is answered so.
pub(crate) struct Answer<C: Content> {
    pub(crate) data: Option<C::Data>,
    pub(crate) meta: Option<ResponseMeta>,
    pub(crate) links: Option<PaginationLinks>,
}

/// What an envelope can hold. It is read into its place, since models are large.
pub(crate) trait Content {
    type Data;

    /// Reads the `data`; none if it says that there is none.
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &mut Option<Self::Data>,
    ) -> Result<(), D::Error>;

    /// Reads a body that is a list without an envelope; none if that cannot be.
    fn bare<'de, A: SeqAccess<'de>>(_: A, _: &mut Option<Self::Data>) -> Result<(), A::Error> {
        Ok(())
    }
}

/// One object, also from a list of one; none from nothing: `null`, an empty list, an empty text.
pub(crate) struct One<T>(PhantomData<T>);

/// A list, also from one object, or from `null`.
pub(crate) struct Many<T>(PhantomData<T>);

/// Whatever there is, but `null`.
pub(crate) struct Any<T>(PhantomData<T>);

impl<C: Content> Answer<C> {
    pub(crate) fn empty() -> Self {
        Self { data: None, meta: None, links: None }
    }

    /// Reads an envelope into this one.
    pub(crate) fn read<'de, D: Deserializer<'de>>(
        &mut self,
        deserializer: D,
    ) -> Result<(), D::Error> {
        deserializer.deserialize_struct("Answer", MEMBERS, Envelope(self))
    }
}

/// The members of an envelope that are read.
const MEMBERS: &[&str] = &["data", "meta", "links"];

struct Envelope<'a, C: Content>(&'a mut Answer<C>);

impl<'de, C: Content> Visitor<'de> for Envelope<'_, C> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object with `data`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(answer) = self;
        while let Some(name) = map.next_key()? {
            match name {
                Member::Data => map.next_value_seed(Read::<C>(&mut answer.data))?,
                Member::Meta => answer.meta = beside(map.next_value()?),
                Member::Links => answer.links = beside(map.next_value()?),
                Member::Other => _ = map.next_value::<IgnoredAny>()?,
            }
        }

        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        C::bare(list, &mut self.0.data)?;
        match self.0.data {
            None => Err(A::Error::invalid_type(Unexpected::Seq, &self)),
            Some(_) => Ok(()),
        }
    }
}

/// What stands beside the data, as far as it fits: it must not cost the answer.
fn beside<T: DeserializeOwned>(value: Value) -> Option<T> {
    T::deserialize(value).ok()
}

enum Member {
    Data,
    Meta,
    Links,
    Other,
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(MemberName)
    }
}

struct MemberName;

impl Visitor<'_> for MemberName {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Member, E> {
        Ok(match name {
            "data" => Member::Data,
            "meta" => Member::Meta,
            "links" => Member::Links,
            _ => Member::Other,
        })
    }
}

/// The place of the content, where a seed is asked for.
struct Read<'a, C: Content>(&'a mut Option<C::Data>);

impl<'de, C: Content> DeserializeSeed<'de> for Read<'_, C> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        C::read(deserializer, self.0)
    }
}

impl<T: DeserializeOwned> Content for Any<T> {
    type Data = T;

    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &mut Option<T>,
    ) -> Result<(), D::Error> {
        *place = Option::deserialize(deserializer)?;
        Ok(())
    }
}

impl<T: DeserializeOwned> Content for One<T> {
    type Data = T;

    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &mut Option<T>,
    ) -> Result<(), D::Error> {
        *place = None;
        deserializer.deserialize_any(Item(place))
    }
}

impl<T: DeserializeOwned> Content for Many<T> {
    type Data = Vec<T>;

    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &mut Option<Vec<T>>,
    ) -> Result<(), D::Error> {
        *place = Some(deserializer.deserialize_any(Items(PhantomData))?);
        Ok(())
    }

    fn bare<'de, A: SeqAccess<'de>>(list: A, place: &mut Option<Vec<T>>) -> Result<(), A::Error> {
        *place = Some(Items(PhantomData).visit_seq(list)?);
        Ok(())
    }
}

struct Item<'a, T>(&'a mut Option<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Item<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("one object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        *self.0 = Some(T::deserialize(MapAccessDeserializer::new(map))?);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Some(item) = list.next_element()? else { return Ok(()) };
        match list.next_element::<IgnoredAny>()? {
            None => *self.0 = item,
            Some(_) => return Err(A::Error::invalid_length(2, &self)),
        }
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        match text {
            "" => Ok(()),
            text => Err(E::invalid_type(Unexpected::Str(text), &self)),
        }
    }
}

struct Items<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object or a list of objects")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vec<T>, A::Error> {
        Ok(vec![T::deserialize(MapAccessDeserializer::new(map))?])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element::<Option<T>>()? {
            item.into_iter().for_each(|item| push(&mut items, item));
        }

        trim(&mut items);
        Ok(items)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<T>, E> {
        match text {
            "" => Ok(Vec::new()),
            text => Err(E::invalid_type(Unexpected::Str(text), &self)),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Page;
    use crate::models::ClusterNote;

    fn one(json: &str) -> Result<Option<String>, serde_json::Error> {
        let mut answer = Answer::<One<ClusterNote>>::empty();
        answer.read(&mut serde_json::Deserializer::from_str(json))?;
        Ok(answer.data.map(|note| note.note))
    }

    fn many(json: &str) -> Result<Page<ClusterNote>, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn one_object_from_a_list_of_one() {
        for json in [
            r#"{"data": {"note": "a"}}"#,
            r#"{"data": [{"note": "a"}], "other": 1}"#,
            r#"{"links": [], "meta": 7, "data": {"note": "a"}}"#,
        ] {
            assert_eq!(one(json).unwrap().as_deref(), Some("a"), "{json}");
        }

        for json in [
            r#"{"data": [{"note": "a"}, {"note": "b"}]}"#,
            r#"{"data": 1}"#,
            r#"{"data": "a"}"#,
            r#"{"data": {}}"#,
            r#"[{"note": "a"}]"#,
            "[]",
            "7",
            "\"a\"",
        ] {
            assert!(one(json).is_err(), "{json}");
        }
    }

    #[test]
    fn nothing_in_each_way_to_say_it() {
        for json in
            ["{}", r#"{"data": null}"#, r#"{"data": []}"#, r#"{"data": [null]}"#, r#"{"data": ""}"#]
        {
            assert_eq!(one(json).unwrap(), None, "{json}");
        }
    }

    #[test]
    fn a_list_from_one_object_or_null_or_without_an_envelope() {
        for (json, notes) in [
            (r#"{"data": [{"note": "a"}, {"note": "b"}]}"#, vec!["a", "b"]),
            (r#"{"data": [{"note": "a"}, null], "meta": [], "links": ""}"#, vec!["a"]),
            (r#"{"data": {"note": "a"}}"#, vec!["a"]),
            (r#"{"data": null}"#, vec![]),
            (r#"{"data": ""}"#, vec![]),
            (r#"[{"note": "a"}, {"note": "b"}, {"note": "c"}]"#, vec!["a", "b", "c"]),
            ("[]", vec![]),
        ] {
            let page = many(json).unwrap();
            let items: Vec<&str> = page.items.iter().map(|item| item.note.as_str()).collect();
            assert_eq!(items, notes);
            assert!(page.meta.is_none() && page.links.is_none(), "{json}");
        }

        assert!(many(r#"{"data": "a"}"#).is_err());
        let error = many("{}").unwrap_err();
        assert!(error.to_string().starts_with("missing field `data`"), "{error}");

        let full = r#"{"meta": {"page": {"total_pages": 3}}, "data": [], "links": {"next": "x"}}"#;
        let page = many(full).unwrap();
        assert_eq!(page.total_pages(), Some(3));
        assert_eq!(page.links.unwrap().next.as_deref(), Some("x"));
    }
}
