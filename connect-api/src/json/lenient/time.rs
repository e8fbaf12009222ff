//! Times in the formats that the API sends.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, Utc};

/// Parses a date and time, or only a date. Zone, seconds and fraction are optional; the default zone is
/// UTC.
pub(super) fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }

    let Some((date, clock)) = text.split_once(['T', 't', ' ']) else {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        return Some(date.and_time(NaiveTime::MIN).and_utc());
    };

    // ISO 8601 allows 24:00 for midnight at the end of a day.
    let (clock, days) = match clock.strip_prefix("24:00") {
        Some(rest) => (format!("00:00{rest}"), Days::new(1)),
        None => (clock.to_owned(), Days::new(0)),
    };
    let text = format!("{date} {}", clock.replace(['Z', 'z'], "+00"));
    let time = parse_zoned(&text).or_else(|| parse_local(&text))?;

    time.checked_add_days(days)
}

/// Parses a time with a zone. Unlike RFC 3339, ISO 8601 requires neither seconds nor a colon in the zone.
fn parse_zoned(text: &str) -> Option<DateTime<Utc>> {
    let formats = ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z"];
    let time = formats.iter().find_map(|format| DateTime::parse_from_str(text, format).ok())?;
    Some(time.to_utc())
}

/// Parses a time without a zone, as UTC.
fn parse_local(text: &str) -> Option<DateTime<Utc>> {
    let formats = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
    let time =
        formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
    Some(time.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zone_fraction_and_seconds_are_optional() {
        for text in [
            "2018-12-10T08:23:55.110Z",
            "2018-12-10t08:23:55.110z",
            "2018-12-10T08:23:55.110",
            "2018-12-10 08:23:55.11",
            "2018-12-10 08:23:55.11Z",
            "2018-12-10T08:23:55.110000",
            "2018-12-10T09:23:55.110+01:00",
            "2018-12-10T09:23:55.110+0100",
            "2018-12-10 09:23:55.110+01",
        ] {
            let time = parse_time(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(time.timestamp_millis(), 1_544_430_235_110, "{text}");
        }

        for (text, seconds) in [
            ("2018-12-10T08:23:55", 1_544_430_235),
            ("2018-12-10T08:23", 1_544_430_180),
            ("2018-12-10T08:23Z", 1_544_430_180),
            ("2018-12-10T10:23+02:00", 1_544_430_180),
            ("2018-12-10", 1_544_400_000),
            ("2018-12-09T24:00:00", 1_544_400_000),
            ("2018-12-09T24:00:00.000Z", 1_544_400_000),
            ("2018-12-09T24:00Z", 1_544_400_000),
            ("2018-12-10T02:00:00+02:00", 1_544_400_000),
        ] {
            assert_eq!(parse_time(text).map(|time| time.timestamp()), Some(seconds), "{text}");
        }

        let invalid =
            ["", "T", " ", "never", "2018-13-10T08:23:55Z", "2018-12-10T", "2018-12-10T08"];
        for text in invalid.into_iter().chain(["2018-12-10T25:00:00Z", "2018-12-10T24:00:00X", "ä"])
        {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }
}
