//! The envelopes of bodies: `{"data": …}`.
//!
//! Answers are read leniently: one object where a list is documented is a list of one, and the
//! other way round, because real answers are of both kinds.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize as Derive, Serialize};

use crate::models::{PaginationLinks, ResponseMeta};

/// The envelope of a request's body.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Data<T> {
    pub(crate) data: T,
}

/// The envelope of an answer. Its `data` can be missing where the document promises it: a print
/// that awaits approval is answered so.
#[derive(Derive)]
pub(crate) struct Answer<T> {
    #[serde(default = "none")]
    pub(crate) data: Option<T>,
}

/// The envelope of a page.
#[derive(Derive)]
#[serde(bound = "T: serde::Deserialize<'de>")]
pub(crate) struct PageAnswer<T> {
    #[serde(default = "none", deserialize_with = "present")]
    pub(crate) data: Option<Many<T>>,
    pub(crate) meta: Option<ResponseMeta>,
    pub(crate) links: Option<PaginationLinks>,
}

/// One object, also from a list of one.
pub(crate) struct One<T>(pub(crate) T);

/// A list, also from one object, or from `null`.
pub(crate) struct Many<T>(pub(crate) Vec<T>);

fn none<T>() -> Option<T> {
    None
}

/// Reads a field that is there, be it `null`.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Items(PhantomData)).map(Self)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for One<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Item(PhantomData)).map(Self)
    }
}

struct Item<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Item<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("one object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<T, A::Error> {
        let item = list.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        match list.next_element::<IgnoredAny>()? {
            None => Ok(item),
            Some(_) => Err(A::Error::invalid_length(2, &self)),
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
        let mut items = Vec::with_capacity(list.size_hint().unwrap_or(0));
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(items)
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

    #[test]
    fn one_object_from_a_list_of_one() {
        for json in [r#"{"data": {"note": "a"}}"#, r#"{"data": [{"note": "a"}], "other": 1}"#] {
            let answer: Answer<One<ClusterNote>> = serde_json::from_str(json).unwrap();
            assert_eq!(answer.data.unwrap().0.note, "a");
        }
        for json in ["{}", r#"{"data": null}"#] {
            let answer: Answer<One<ClusterNote>> = serde_json::from_str(json).unwrap();
            assert!(answer.data.is_none());
        }
        for json in
            [r#"{"data": []}"#, r#"{"data": [{"note": "a"}, {"note": "b"}]}"#, r#"{"data": 1}"#]
        {
            assert!(serde_json::from_str::<Answer<One<ClusterNote>>>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_list_from_one_object_or_null() {
        for (json, notes) in [
            (r#"{"data": [{"note": "a"}, {"note": "b"}]}"#, vec!["a", "b"]),
            (r#"{"data": {"note": "a"}}"#, vec!["a"]),
            (r#"{"data": null}"#, vec![]),
        ] {
            let page: Page<ClusterNote> = serde_json::from_str(json).unwrap();
            let items: Vec<&str> = page.items.iter().map(|item| item.note.as_str()).collect();
            assert_eq!(items, notes);
        }
        let error = serde_json::from_str::<Page<ClusterNote>>("{}").unwrap_err();
        assert!(error.to_string().starts_with("missing field `data`"), "{error}");
    }
}
