//! What a member of a model can hold, and how it is read: leniently, where real answers write it
//! otherwise than documented.
//!
//! Those are whole numbers (written `3.0`), times (written without a zone), and required lists and
//! maps (`null`), at any depth.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, Unexpected, Visitor};
use serde::ser::{Serialize, SerializeMap};
use serde_json::{Map, Value};

/// What a member of a model can hold.
pub(crate) trait Lenient: DeserializeOwned + Serialize {
    /// Reads a value, as it is documented or as real answers write it.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
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

impl Lenient for bool {}
impl Lenient for f64 {}
impl Lenient for String {}
impl Lenient for Value {}

/// A value that is read leniently.
pub(crate) struct Leniently<T>(pub(crate) T);

impl<'de, T: Lenient> Deserialize<'de> for Leniently<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}

impl Lenient for i64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_i64(WholeNumber)
    }
}

impl Lenient for DateTime<Utc> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Time)
    }
}

impl<T: Lenient> Lenient for Option<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map(|Leniently(value)| value))
    }

    fn missing() -> Option<Self> {
        Some(None)
    }

    fn put<M: SerializeMap>(&self, name: &'static str, map: &mut M) -> Result<(), M::Error> {
        self.as_ref().map_or(Ok(()), |value| value.put(name, map))
    }
}

impl<T: Lenient> Lenient for Box<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Box::new)
    }
}

impl<T: Lenient> Lenient for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list: Option<Vec<Leniently<T>>> = Option::deserialize(deserializer)?;
        Ok(list.unwrap_or_default().into_iter().map(|Leniently(value)| value).collect())
    }
}

impl<T: Lenient> Lenient for BTreeMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map: Option<BTreeMap<String, Leniently<T>>> = Option::deserialize(deserializer)?;
        let map = map.unwrap_or_default().into_iter();
        Ok(map.map(|(key, Leniently(value))| (key, value)).collect())
    }
}

impl Lenient for Map<String, Value> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(Self::new()),
            Value::Object(map) => Ok(map),
            _ => Err(D::Error::invalid_type(Unexpected::Other("another value"), &"an object")),
        }
    }
}

/// A whole number however it is written. One that 64 bits cannot hold becomes the nearest that
/// they can: a count at the edge must not cost the answer.
struct WholeNumber;

impl Visitor<'_> for WholeNumber {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<i64, E> {
        Ok(number)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<i64, E> {
        Ok(i64::try_from(number).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<i64, E> {
        if number.fract() == 0.0 {
            #[allow(clippy::cast_possible_truncation, reason = "whole, and the cast saturates")]
            Ok(number as i64)
        } else {
            Err(E::invalid_value(Unexpected::Float(number), &self))
        }
    }
}

/// A time with or without zone or fraction, or only a date; without a zone it is in UTC.
struct Time;

impl Visitor<'_> for Time {
    type Value = DateTime<Utc>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an ISO 8601 time")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<DateTime<Utc>, E> {
        time(text.trim()).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    // RFC 3339 wants a colon in the zone; ISO 8601 does not.
    let zoned = ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z"];
    if let Some(time) = zoned.iter().find_map(|form| DateTime::parse_from_str(text, form).ok()) {
        return Some(time.to_utc());
    }
    let local = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"];
    let local = local.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let date = || Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN));
    local.or_else(date).map(|time| time.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: Lenient>(json: &str) -> Result<T, serde_json::Error> {
        T::read(&mut serde_json::Deserializer::from_str(json))
    }

    #[test]
    fn whole_numbers() {
        for (json, number) in [
            ("3", 3),
            ("3.0", 3),
            ("-3.0", -3),
            ("3e2", 300),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            ("18446744073709551615", i64::MAX),
            ("9223372036854776000", i64::MAX),
            ("-9223372036854776000", i64::MIN),
            ("1e300", i64::MAX),
        ] {
            assert_eq!(read::<i64>(json).unwrap(), number, "{json}");
        }
        for json in ["3.5", "\"3\"", "true", "null", "[]"] {
            assert!(read::<i64>(json).is_err(), "{json}");
        }
        assert_eq!(read::<Option<i64>>("null").unwrap(), None);
        assert_eq!(read::<BTreeMap<String, i64>>(r#"{"a": 1.0}"#).unwrap()["a"], 1);
        assert!(read::<BTreeMap<String, i64>>("null").unwrap().is_empty());
        assert_eq!(read::<Vec<i64>>("[1.0, 2]").unwrap(), [1, 2]);
        assert!(read::<Vec<i64>>("null").unwrap().is_empty());
    }

    #[test]
    fn times() {
        let same = [
            "2018-12-10T08:23:55.110Z",
            "2018-12-10T08:23:55.110",
            "2018-12-10 08:23:55.11",
            "2018-12-10T08:23:55.110000",
            "2018-12-10T09:23:55.110+01:00",
            "2018-12-10T09:23:55.110+0100",
            "2018-12-10 09:23:55.110+01",
        ];
        for text in same {
            let time: DateTime<Utc> = read(&format!("{text:?}")).unwrap();
            assert_eq!(
                time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
                same[0],
                "{text}"
            );
        }
        assert_eq!(time("2018-12-10T08:23:55").unwrap().timestamp(), 1_544_430_235);
        assert_eq!(time("2018-12-10").unwrap().timestamp(), 1_544_400_000);
        for text in ["", "never", "2018-13-10T08:23:55Z", "2018-12-10T08:23"] {
            assert!(time(text).is_none(), "{text}");
        }
    }
}
