//! Values that are one word: text, numbers, booleans, times, an enum's values.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};

use super::time::time;

/// What one word can be.
pub(crate) trait Scalar: Sized {
    /// What is documented to stand there.
    const EXPECTED: &'static str;

    /// The value, if a word of JSON makes sense as one.
    fn from_word(word: Unexpected<'_>) -> Option<Self>;

    /// Reads a word: `optional` is the name of the member, if nothing need be there.
    fn read_any<'de, D: Deserializer<'de>>(
        deserializer: D,
        optional: Option<&'static str>,
    ) -> Result<Option<Self>, D::Error> {
        let mut value = None;
        let mut take = |word: Unexpected<'_>| {
            value = Self::from_word(word);
            value.is_some()
        };

        let take: &mut dyn FnMut(Unexpected<'_>) -> bool = &mut take;
        deserializer.deserialize_any(Reader { optional, expected: Self::EXPECTED, take })?;

        Ok(value)
    }
}

/// Makes a word what a member of a model can hold.
macro_rules! member {
    ($($word:ty),*) => {$(
        impl crate::json::lenient::Lenient for $word {
            fn read<'de, D: serde::Deserializer<'de>>(
                deserializer: D,
                _: &'static str,
            ) -> Result<Self, D::Error> {
                crate::json::lenient::read_word(deserializer)
            }

            fn read_optional<'de, D: serde::Deserializer<'de>>(
                deserializer: D,
                name: &'static str,
            ) -> Result<Option<Self>, D::Error> {
                crate::json::lenient::read_optional_word(deserializer, name)
            }
        }
    )*};
}

member!(String, bool, f64, i64, DateTime<Utc>);

pub(crate) use member;

/// Reads a word that must be there and make sense.
pub(crate) fn read<'de, D: Deserializer<'de>, T: Scalar>(deserializer: D) -> Result<T, D::Error> {
    T::read_any(deserializer, None)?.ok_or_else(|| D::Error::custom(T::EXPECTED))
}

/// Reads a word that need not be there, of a member of this name.
pub(crate) fn read_optional<'de, D: Deserializer<'de>, T: Scalar>(
    deserializer: D,
    name: &'static str,
) -> Result<Option<T>, D::Error> {
    T::read_any(deserializer, Some(name))
}

/// Nothing, instead of what does not fit. Of the value nothing shows: it is the service's.
#[cold]
pub(super) fn odd<T>(name: &'static str, expected: &'static str) -> Option<T> {
    tracing::debug!(member = name, expected, "a value that does not fit is left out");
    None
}

/// Hands a word to who can make sense of it: to anybody, so that it is compiled once for all kinds
/// of words; but for texts, which are most of what is read.
struct Reader<'t, F: ?Sized> {
    /// The name of the member, if nothing need be there.
    optional: Option<&'static str>,
    expected: &'static str,
    take: &'t mut F,
}

impl<F: FnMut(Unexpected<'_>) -> bool + ?Sized> Reader<'_, F> {
    #[inline]
    fn word<E: Error>(self, word: Unexpected<'_>) -> Result<(), E> {
        match (self.take)(word) {
            true => Ok(()),
            false => self.other(word),
        }
    }

    /// What is no word, or one that makes no sense.
    #[cold]
    fn other<E: Error>(self, word: Unexpected<'_>) -> Result<(), E> {
        match (self.optional, word) {
            (Some(_), Unexpected::Unit) => Ok(()),
            (Some(name), _) => {
                odd::<()>(name, self.expected);
                Ok(())
            }
            (None, Unexpected::Float(_) | Unexpected::Str(_)) => {
                Err(E::invalid_value(word, &self.expected))
            }
            (None, _) => Err(E::invalid_type(word, &self.expected)),
        }
    }
}

impl<'de, F: FnMut(Unexpected<'_>) -> bool + ?Sized> Visitor<'de> for Reader<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_bool<E: Error>(self, word: bool) -> Result<(), E> {
        self.word(Unexpected::Bool(word))
    }

    fn visit_i64<E: Error>(self, word: i64) -> Result<(), E> {
        self.word(Unexpected::Signed(word))
    }

    fn visit_u64<E: Error>(self, word: u64) -> Result<(), E> {
        self.word(Unexpected::Unsigned(word))
    }

    fn visit_f64<E: Error>(self, word: f64) -> Result<(), E> {
        self.word(Unexpected::Float(word))
    }

    #[inline]
    fn visit_str<E: Error>(self, word: &str) -> Result<(), E> {
        self.word(Unexpected::Str(word))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.other(Unexpected::Unit)
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.other(Unexpected::Unit)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        // To its end, so that a fault stands where the list does and not within it.
        while let Some(IgnoredAny) = list.next_element()? {}
        self.other(Unexpected::Seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((IgnoredAny, IgnoredAny)) = map.next_entry()? {}
        self.other(Unexpected::Map)
    }
}

/// A word as text: an id that is written as a number is still an id.
#[inline]
pub(crate) fn text<T>(word: Unexpected<'_>, make: impl FnOnce(&str) -> T) -> Option<T> {
    match word {
        Unexpected::Str(text) => Some(make(text)),
        word => written(word).map(|text| make(&text)),
    }
}

#[cold]
fn written(word: Unexpected<'_>) -> Option<String> {
    Some(match word {
        Unexpected::Bool(word) => word.to_string(),
        Unexpected::Signed(word) => word.to_string(),
        Unexpected::Unsigned(word) => word.to_string(),
        Unexpected::Float(word) => serde_json::Value::from(word).to_string(),
        _ => return None,
    })
}

impl Scalar for String {
    const EXPECTED: &'static str = "a string";

    #[inline]
    fn from_word(word: Unexpected<'_>) -> Option<Self> {
        text(word, str::to_owned)
    }

    fn read_any<'de, D: Deserializer<'de>>(
        deserializer: D,
        optional: Option<&'static str>,
    ) -> Result<Option<Self>, D::Error> {
        let mut value = None;
        let take = &mut |word: Unexpected<'_>| {
            value = Self::from_word(word);
            value.is_some()
        };

        deserializer.deserialize_any(Reader { optional, expected: Self::EXPECTED, take })?;
        Ok(value)
    }
}

impl Scalar for bool {
    const EXPECTED: &'static str = "a boolean";

    fn from_word(word: Unexpected<'_>) -> Option<Self> {
        match word {
            Unexpected::Bool(word) => Some(word),
            Unexpected::Str(text) => text.trim().to_ascii_lowercase().parse().ok(),
            _ => None,
        }
    }
}

impl Scalar for f64 {
    const EXPECTED: &'static str = "a number";

    fn from_word(word: Unexpected<'_>) -> Option<Self> {
        #[allow(clippy::cast_precision_loss, reason = "as close as a fraction can be")]
        match word {
            Unexpected::Float(word) => Some(word),
            Unexpected::Signed(word) => Some(word as f64),
            Unexpected::Unsigned(word) => Some(word as f64),
            Unexpected::Str(text) => text.trim().parse().ok().filter(|word: &f64| word.is_finite()),
            _ => None,
        }
    }
}

/// A whole number however it is written. One that 64 bits cannot hold becomes the nearest that
/// they can: a count at the edge must not cost the answer.
impl Scalar for i64 {
    const EXPECTED: &'static str = "a whole number";

    fn from_word(word: Unexpected<'_>) -> Option<Self> {
        match word {
            Unexpected::Signed(word) => Some(word),
            Unexpected::Unsigned(word) => Some(i64::try_from(word).unwrap_or(i64::MAX)),
            #[allow(clippy::cast_possible_truncation, reason = "whole, and the cast saturates")]
            Unexpected::Float(word) => (word.fract() == 0.0).then_some(word as i64),
            Unexpected::Str(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

impl Scalar for DateTime<Utc> {
    const EXPECTED: &'static str = "an ISO 8601 time";

    fn from_word(word: Unexpected<'_>) -> Option<Self> {
        match word {
            Unexpected::Str(text) => time(text.trim()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::json::lenient::Lenient;

    fn read<T: Lenient>(json: &str) -> Result<T, serde_json::Error> {
        T::read(&mut serde_json::Deserializer::from_str(json), "here")
    }

    #[test]
    fn whole_numbers() {
        for (json, number) in [
            ("3", 3),
            ("3.0", 3),
            ("-3.0", -3),
            ("3e2", 300),
            ("\" 3\"", 3),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            ("18446744073709551615", i64::MAX),
            ("9223372036854776000", i64::MAX),
            ("-9223372036854776000", i64::MIN),
            ("1e300", i64::MAX),
        ] {
            assert_eq!(read::<i64>(json).unwrap(), number, "{json}");
        }

        for json in ["3.5", "\"3.5\"", "\"\"", "true", "[]", "{\"a\": [1]}"] {
            assert!(read::<i64>(json).is_err(), "{json}");
            assert_eq!(read::<Option<i64>>(json).unwrap(), None, "{json}");
        }

        assert!(read::<i64>("null").is_err());
        assert_eq!(read::<Option<i64>>("null").unwrap(), None);
    }

    #[test]
    fn other_words() {
        for (json, text) in [("\"a\"", "a"), ("5", "5"), ("-5", "-5"), ("5.5", "5.5")] {
            assert_eq!(read::<String>(json).unwrap(), text);
        }

        assert_eq!(read::<String>("true").unwrap(), "true");
        assert_eq!(read::<Option<String>>("[\"a\"]").unwrap(), None);

        for json in ["4.5", "\"4.5\""] {
            assert_eq!(read::<f64>(json).unwrap(), 4.5);
        }

        for json in ["\"NaN\"", "\"inf\"", "\"\"", "false"] {
            assert!(read::<f64>(json).is_err(), "{json}");
        }

        assert!(read::<bool>("\"True\"").unwrap() && !read::<bool>("false").unwrap());
        assert_eq!(read::<Option<bool>>("1").unwrap(), None);
        assert!(read::<Option<DateTime<Utc>>>("\"2018-12-10\"").unwrap().is_some());

        for json in ["\"\"", "1544400000", "{}"] {
            assert!(read::<Option<DateTime<Utc>>>(json).unwrap().is_none(), "{json}");
            assert!(read::<DateTime<Utc>>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn lists_and_maps_pass_over_what_is_null() {
        assert_eq!(read::<Vec<i64>>("[1.0, null, 2]").unwrap(), [1, 2]);
        assert_eq!(read::<Option<Vec<String>>>("[null]").unwrap(), Some(vec![]));
        assert!(read::<Vec<i64>>("null").unwrap().is_empty());
        assert_eq!(read::<Option<Vec<i64>>>("null").unwrap(), None);
        assert!(read::<Vec<i64>>("{}").is_err());

        let map = read::<BTreeMap<String, i64>>(r#"{"a": 1.0, "b": null}"#).unwrap();
        assert_eq!(map.into_iter().collect::<Vec<_>>(), [("a".to_owned(), 1)]);
        assert!(read::<BTreeMap<String, i64>>("null").unwrap().is_empty());
    }

    #[test]
    fn a_fault_stands_where_the_word_stands() {
        let error = read::<i64>("\n  \"x\"").unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid value: string \"x\", expected a whole number at line 2 column 5"
        );
    }
}
