//! Scalars: texts, numbers, booleans, times, and the values of enums.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};

use super::time::parse_time;

/// A type that is decoded from a JSON scalar: a string, a number or a boolean.
pub(crate) trait Scalar: Sized {
    /// The expected value, for error messages.
    const EXPECTED: &'static str;

    /// Converts a JSON scalar. Returns `None` if it is invalid for this type.
    fn from_scalar(scalar: Unexpected<'_>) -> Option<Self>;

    /// Decodes a scalar. `optional` is the name of the member, if the scalar may be missing or invalid.
    fn read_any<'de, D: Deserializer<'de>>(
        deserializer: D,
        optional: Option<&'static str>,
    ) -> Result<Option<Self>, D::Error> {
        let mut value = None;
        let mut convert = |scalar: Unexpected<'_>| {
            value = Self::from_scalar(scalar);
            value.is_some()
        };

        let convert: &mut dyn FnMut(Unexpected<'_>) -> bool = &mut convert;
        let visitor = ScalarVisitor { optional, expected: Self::EXPECTED, convert };
        deserializer.deserialize_any(visitor)?;

        Ok(value)
    }
}

/// Implements [`Lenient`](super::field::Lenient) for types that are [`Scalar`].
macro_rules! lenient_scalar {
    ($($scalar:ty),*) => {$(
        impl crate::json::lenient::field::Lenient for $scalar {
            fn read<'de, D: serde::Deserializer<'de>>(
                deserializer: D,
                _: &'static str,
            ) -> Result<Self, D::Error> {
                crate::json::lenient::scalar::read_scalar(deserializer)
            }

            fn read_optional<'de, D: serde::Deserializer<'de>>(
                deserializer: D,
                name: &'static str,
            ) -> Result<Option<Self>, D::Error> {
                crate::json::lenient::scalar::read_optional_scalar(deserializer, name)
            }
        }
    )*};
}

lenient_scalar!(String, bool, f64, i64, DateTime<Utc>);

pub(crate) use lenient_scalar;

/// Decodes a required scalar.
pub(crate) fn read_scalar<'de, D: Deserializer<'de>, T: Scalar>(
    deserializer: D,
) -> Result<T, D::Error> {
    T::read_any(deserializer, None)?.ok_or_else(|| D::Error::custom(T::EXPECTED))
}

/// Decodes an optional scalar of a member. An invalid scalar decodes to `None`.
pub(crate) fn read_optional_scalar<'de, D: Deserializer<'de>, T: Scalar>(
    deserializer: D,
    name: &'static str,
) -> Result<Option<T>, D::Error> {
    T::read_any(deserializer, Some(name))
}

/// Logs that an optional member is invalid, and returns `None` for it. Does not log the value, which can
/// be confidential.
#[cold]
pub(super) fn ignore_invalid<T>(name: &'static str, expected: &'static str) -> Option<T> {
    tracing::debug!(member = name, expected, "ignored an optional member with an invalid value");
    None
}

/// Passes a scalar to a closure that converts it. With a `dyn` closure, the visitor is compiled once for
/// all types. Strings have a visitor of their own, since they are by far the most frequent.
struct ScalarVisitor<'t, F: ?Sized> {
    /// The name of the member, if the scalar may be missing or invalid.
    optional: Option<&'static str>,
    expected: &'static str,
    /// Converts and stores the scalar. Returns whether it is valid.
    convert: &'t mut F,
}

impl<F: FnMut(Unexpected<'_>) -> bool + ?Sized> ScalarVisitor<'_, F> {
    #[inline]
    fn visit<E: Error>(self, scalar: Unexpected<'_>) -> Result<(), E> {
        match (self.convert)(scalar) {
            true => Ok(()),
            false => self.visit_invalid(scalar),
        }
    }

    /// Handles an invalid scalar, and any value that is not a scalar.
    #[cold]
    fn visit_invalid<E: Error>(self, value: Unexpected<'_>) -> Result<(), E> {
        match (self.optional, value) {
            (Some(_), Unexpected::Unit) => Ok(()),
            (Some(name), _) => {
                ignore_invalid::<()>(name, self.expected);
                Ok(())
            }
            (None, Unexpected::Float(_) | Unexpected::Str(_)) => {
                Err(E::invalid_value(value, &self.expected))
            }
            (None, _) => Err(E::invalid_type(value, &self.expected)),
        }
    }
}

impl<'de, F: FnMut(Unexpected<'_>) -> bool + ?Sized> Visitor<'de> for ScalarVisitor<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.visit(Unexpected::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.visit(Unexpected::Signed(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.visit(Unexpected::Unsigned(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.visit(Unexpected::Float(value))
    }

    #[inline]
    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.visit(Unexpected::Str(value))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.visit_invalid(Unexpected::Unit)
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.visit_invalid(Unexpected::Unit)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        // Read to the end of the list: the error then has that position, and not one inside the list.
        while let Some(IgnoredAny) = list.next_element()? {}
        self.visit_invalid(Unexpected::Seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((IgnoredAny, IgnoredAny)) = map.next_entry()? {}
        self.visit_invalid(Unexpected::Map)
    }
}

/// Converts a scalar to a text, and the text to a value. A number becomes its text, since the API writes
/// some ids as numbers.
#[inline]
pub(crate) fn from_text<T>(scalar: Unexpected<'_>, convert: impl FnOnce(&str) -> T) -> Option<T> {
    match scalar {
        Unexpected::Str(text) => Some(convert(text)),
        other => format_scalar(other).map(|text| convert(&text)),
    }
}

#[cold]
fn format_scalar(scalar: Unexpected<'_>) -> Option<String> {
    Some(match scalar {
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Signed(value) => value.to_string(),
        Unexpected::Unsigned(value) => value.to_string(),
        Unexpected::Float(value) => serde_json::Value::from(value).to_string(),
        _ => return None,
    })
}

impl Scalar for String {
    const EXPECTED: &'static str = "a string";

    #[inline]
    fn from_scalar(scalar: Unexpected<'_>) -> Option<Self> {
        from_text(scalar, str::to_owned)
    }

    // As the provided method, without `dyn`.
    fn read_any<'de, D: Deserializer<'de>>(
        deserializer: D,
        optional: Option<&'static str>,
    ) -> Result<Option<Self>, D::Error> {
        let mut value = None;
        let convert = &mut |scalar: Unexpected<'_>| {
            value = Self::from_scalar(scalar);
            value.is_some()
        };

        let visitor = ScalarVisitor { optional, expected: Self::EXPECTED, convert };
        deserializer.deserialize_any(visitor)?;

        Ok(value)
    }
}

impl Scalar for bool {
    const EXPECTED: &'static str = "a boolean";

    fn from_scalar(scalar: Unexpected<'_>) -> Option<Self> {
        match scalar {
            Unexpected::Bool(value) => Some(value),
            Unexpected::Str(text) => text.trim().to_ascii_lowercase().parse().ok(),
            _ => None,
        }
    }
}

impl Scalar for f64 {
    const EXPECTED: &'static str = "a number";

    fn from_scalar(scalar: Unexpected<'_>) -> Option<Self> {
        #[allow(clippy::cast_precision_loss, reason = "the nearest `f64` is good enough")]
        match scalar {
            Unexpected::Float(value) => Some(value),
            Unexpected::Signed(value) => Some(value as f64),
            Unexpected::Unsigned(value) => Some(value as f64),
            Unexpected::Str(text) => {
                text.trim().parse().ok().filter(|value: &f64| value.is_finite())
            }
            _ => None,
        }
    }
}

/// An integer, also if it is written with a fraction of zero or as a string. A number that exceeds 64
/// bits is limited to their range, so that it does not fail the response.
impl Scalar for i64 {
    const EXPECTED: &'static str = "a whole number";

    fn from_scalar(scalar: Unexpected<'_>) -> Option<Self> {
        match scalar {
            Unexpected::Signed(value) => Some(value),
            Unexpected::Unsigned(value) => Some(i64::try_from(value).unwrap_or(i64::MAX)),
            #[allow(
                clippy::cast_possible_truncation,
                reason = "an integer, and the cast saturates"
            )]
            Unexpected::Float(value) => (value.fract() == 0.0).then_some(value as i64),
            Unexpected::Str(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

impl Scalar for DateTime<Utc> {
    const EXPECTED: &'static str = "an ISO 8601 time";

    fn from_scalar(scalar: Unexpected<'_>) -> Option<Self> {
        match scalar {
            Unexpected::Str(text) => parse_time(text.trim()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::json::lenient::field::Lenient;

    fn read<T: Lenient>(json: &str) -> Result<T, serde_json::Error> {
        T::read(&mut serde_json::Deserializer::from_str(json), "member")
    }

    #[test]
    fn integer_is_read_from_numbers_and_strings() {
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
    fn text_number_boolean_and_time_are_read_from_scalars() {
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
    fn lists_and_maps_skip_null() {
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
    fn error_position_is_that_of_the_scalar() {
        let error = read::<i64>("\n  \"x\"").unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid value: string \"x\", expected a whole number at line 2 column 5"
        );
    }
}
