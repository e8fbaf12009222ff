//! The envelope of bodies: `{"data": …, "meta": …, "links": …}`.
//!
//! Responses are decoded leniently, since the API sends variants of the documented bodies: one object
//! instead of a list, a list with one object instead of the object, and a list without an envelope.

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, Error};
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::Value;

use crate::json::lenient::list::{push_item, shrink_short_list};
use crate::models::{PaginationLinks, ResponseMeta};

/// The envelope of a request body.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Data<T> {
    pub(crate) data: T,
}

/// The envelope of a response body. `data` can be missing even where the API document requires it: the
/// response to a print that awaits approval has none.
pub(crate) struct Envelope<C: Content> {
    pub(crate) data: Option<C::Data>,
    pub(crate) meta: Option<ResponseMeta>,
    pub(crate) links: Option<PaginationLinks>,
}

/// The content of an envelope. It is decoded into a slot, since models are too large to be moved often.
pub(crate) trait Content {
    type Data;

    /// Decodes the value of `data`. Leaves the slot empty if the value means that there is no data.
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        slot: &mut Option<Self::Data>,
    ) -> Result<(), D::Error>;

    /// Decodes a body that is a list without an envelope. Leaves the slot empty if that is not supported.
    fn read_bare_list<'de, A: SeqAccess<'de>>(
        _: A,
        _: &mut Option<Self::Data>,
    ) -> Result<(), A::Error> {
        Ok(())
    }
}

/// One object, or a list with one object. `null`, an empty list and an empty string mean no data.
pub(crate) struct One<T>(PhantomData<T>);

/// A list, or one object instead. `null` and an empty string mean an empty list.
pub(crate) struct Many<T>(PhantomData<T>);

/// Any value. `null` means no data.
pub(crate) struct AnyData<T>(PhantomData<T>);

impl<C: Content> Envelope<C> {
    pub(crate) fn empty() -> Self {
        Self { data: None, meta: None, links: None }
    }

    /// Decodes an envelope into this one.
    pub(crate) fn read<'de, D: Deserializer<'de>>(
        &mut self,
        deserializer: D,
    ) -> Result<(), D::Error> {
        deserializer.deserialize_struct("Envelope", MEMBERS, EnvelopeVisitor(self))
    }
}

/// The members of an envelope that are decoded.
const MEMBERS: &[&str] = &["data", "meta", "links"];

struct EnvelopeVisitor<'a, C: Content>(&'a mut Envelope<C>);

impl<'de, C: Content> Visitor<'de> for EnvelopeVisitor<'_, C> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object with `data`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(envelope) = self;
        while let Some(member) = map.next_key()? {
            match member {
                Member::Data => map.next_value_seed(ContentSeed::<C>(&mut envelope.data))?,
                Member::Meta => envelope.meta = decode_or_ignore(map.next_value()?),
                Member::Links => envelope.links = decode_or_ignore(map.next_value()?),
                Member::Other => _ = map.next_value::<IgnoredAny>()?,
            }
        }

        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        C::read_bare_list(list, &mut self.0.data)?;
        match self.0.data {
            None => Err(A::Error::invalid_type(Unexpected::Seq, &self)),
            Some(_) => Ok(()),
        }
    }
}

/// Decodes `meta` or `links`. An invalid value is ignored, because the data must not be lost.
fn decode_or_ignore<T: DeserializeOwned>(value: Value) -> Option<T> {
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
        deserializer.deserialize_identifier(MemberVisitor)
    }
}

struct MemberVisitor;

impl Visitor<'_> for MemberVisitor {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the name of a member")
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

/// Decodes the content into a slot.
struct ContentSeed<'a, C: Content>(&'a mut Option<C::Data>);

impl<'de, C: Content> DeserializeSeed<'de> for ContentSeed<'_, C> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        C::read(deserializer, self.0)
    }
}

impl<T: DeserializeOwned> Content for AnyData<T> {
    type Data = T;

    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        slot: &mut Option<T>,
    ) -> Result<(), D::Error> {
        *slot = Option::deserialize(deserializer)?;
        Ok(())
    }
}

impl<T: DeserializeOwned> Content for One<T> {
    type Data = T;

    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        slot: &mut Option<T>,
    ) -> Result<(), D::Error> {
        *slot = None;
        deserializer.deserialize_any(OneVisitor(slot))
    }
}

impl<T: DeserializeOwned> Content for Many<T> {
    type Data = Vec<T>;

    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        slot: &mut Option<Vec<T>>,
    ) -> Result<(), D::Error> {
        *slot = Some(deserializer.deserialize_any(ManyVisitor(PhantomData))?);
        Ok(())
    }

    fn read_bare_list<'de, A: SeqAccess<'de>>(
        list: A,
        slot: &mut Option<Vec<T>>,
    ) -> Result<(), A::Error> {
        *slot = Some(ManyVisitor(PhantomData).visit_seq(list)?);
        Ok(())
    }
}

struct OneVisitor<'a, T>(&'a mut Option<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneVisitor<'_, T> {
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

struct ManyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ManyVisitor<T> {
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
            item.into_iter().for_each(|item| push_item(&mut items, item));
        }

        shrink_short_list(&mut items);
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

    fn read_one(json: &str) -> Result<Option<String>, serde_json::Error> {
        let mut envelope = Envelope::<One<ClusterNote>>::empty();
        envelope.read(&mut serde_json::Deserializer::from_str(json))?;
        Ok(envelope.data.map(|note| note.note))
    }

    fn read_many(json: &str) -> Result<Page<ClusterNote>, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn one_object_is_read_from_an_object_or_a_list_of_one() {
        for json in [
            r#"{"data": {"note": "a"}}"#,
            r#"{"data": [{"note": "a"}], "other": 1}"#,
            r#"{"links": [], "meta": 7, "data": {"note": "a"}}"#,
        ] {
            assert_eq!(read_one(json).unwrap().as_deref(), Some("a"), "{json}");
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
            assert!(read_one(json).is_err(), "{json}");
        }
    }

    #[test]
    fn missing_null_and_empty_data_are_no_data() {
        for json in
            ["{}", r#"{"data": null}"#, r#"{"data": []}"#, r#"{"data": [null]}"#, r#"{"data": ""}"#]
        {
            assert_eq!(read_one(json).unwrap(), None, "{json}");
        }
    }

    #[test]
    fn list_is_read_from_one_object_null_or_a_list_without_envelope() {
        for (json, notes) in [
            (r#"{"data": [{"note": "a"}, {"note": "b"}]}"#, vec!["a", "b"]),
            (r#"{"data": [{"note": "a"}, null], "meta": [], "links": ""}"#, vec!["a"]),
            (r#"{"data": {"note": "a"}}"#, vec!["a"]),
            (r#"{"data": null}"#, vec![]),
            (r#"{"data": ""}"#, vec![]),
            (r#"[{"note": "a"}, {"note": "b"}, {"note": "c"}]"#, vec!["a", "b", "c"]),
            ("[]", vec![]),
        ] {
            let page = read_many(json).unwrap();
            let items: Vec<&str> = page.items.iter().map(|item| item.note.as_str()).collect();
            assert_eq!(items, notes);
            assert!(page.meta.is_none() && page.links.is_none(), "{json}");
        }

        assert!(read_many(r#"{"data": "a"}"#).is_err());
        let error = read_many("{}").unwrap_err();
        assert!(error.to_string().starts_with("missing field `data`"), "{error}");

        let full = r#"{"meta": {"page": {"total_pages": 3}}, "data": [], "links": {"next": "x"}}"#;
        let page = read_many(full).unwrap();
        assert_eq!(page.total_pages(), Some(3));
        assert_eq!(page.links.unwrap().next.as_deref(), Some("x"));
    }
}
