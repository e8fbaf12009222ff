//! Times as real answers write them.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, Utc};

/// A time with or without zone, fraction or seconds, or only a date; without a zone it is in UTC.
pub(super) fn time(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }

    let Some((date, clock)) = text.split_once(['T', 't', ' ']) else {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        return Some(date.and_time(NaiveTime::MIN).and_utc());
    };

    // ISO 8601 calls midnight the end of a day, too.
    let (clock, days) = match clock.strip_prefix("24:00") {
        Some(rest) => (format!("00:00{rest}"), Days::new(1)),
        None => (clock.to_owned(), Days::new(0)),
    };
    let text = format!("{date} {}", clock.replace(['Z', 'z'], "+00"));

    // RFC 3339 wants a colon in the zone and seconds; ISO 8601 neither.
    let zoned = ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z"];
    let zoned = zoned.iter().find_map(|form| DateTime::parse_from_str(&text, form).ok());

    let time = zoned.map(|time| time.to_utc()).or_else(|| {
        let local = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
        local
            .iter()
            .find_map(|form| Some(NaiveDateTime::parse_from_str(&text, form).ok()?.and_utc()))
    })?;

    time.checked_add_days(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_with_and_without_zone_fraction_and_seconds() {
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
            let time = time(text).unwrap_or_else(|| panic!("{text}"));
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
            assert_eq!(time(text).map(|time| time.timestamp()), Some(seconds), "{text}");
        }

        let odd = ["", "T", " ", "never", "2018-13-10T08:23:55Z", "2018-12-10T", "2018-12-10T08"];
        for text in odd.into_iter().chain(["2018-12-10T25:00:00Z", "2018-12-10T24:00:00X", "ä"]) {
            assert_eq!(time(text), None, "{text}");
        }
    }
}
