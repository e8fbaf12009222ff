//! Parses the `Retry-After` header.

use std::time::{Duration, UNIX_EPOCH};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// Returns the delay that a response requests with `Retry-After`, in seconds or until a date.
///
/// `now` is the time since the epoch. It is used only if the response has no `Date` header, because
/// the clocks of the server and of this machine can differ.
pub(crate) fn retry_after(headers: &HeaderMap, now: Duration) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let value = text(RETRY_AFTER)?;

    if let Some(until) = parse_date(value) {
        return Some(until.saturating_sub(text(DATE).and_then(parse_date).unwrap_or(now)));
    }

    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }

    parse_decimal_seconds(value)
}

/// Parses an HTTP date as the time since the epoch.
fn parse_date(text: &str) -> Option<Duration> {
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// Parses decimal seconds, such as `1.5`, and rounds them up to whole seconds.
///
/// A number too large for `Duration` becomes the longest duration, so it still counts as a delay.
fn parse_decimal_seconds(text: &str) -> Option<Duration> {
    // `f64` also parses `1e3` and `inf`, which the header does not allow.
    let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds = text.parse::<f64>().ok().filter(|_| is_decimal)?.ceil();

    Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(784_111_777);

    #[test]
    fn retry_after_parses_seconds_and_dates() {
        for (value, seconds) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:49:07 GMT", Some(0)),
            ("1.5", Some(2)),
            ("0.0", Some(0)),
            ("soon", None),
            ("-1", None),
            ("1e3", None),
            ("inf", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            assert_eq!(retry_after(&headers, NOW), seconds.map(Duration::from_secs), "{value}");
        }
    }

    #[test]
    fn retry_after_date_is_relative_to_the_date_header() {
        let headers = HeaderMap::from_iter([
            (RETRY_AFTER, "Sun, 06 Nov 1994 08:49:47 GMT".parse().unwrap()),
            (DATE, "Sun, 06 Nov 1994 08:49:44 GMT".parse().unwrap()),
        ]);

        assert_eq!(retry_after(&headers, NOW), Some(Duration::from_secs(3)));
    }

    #[test]
    fn retry_after_beyond_the_range_of_u64_is_the_longest_duration() {
        let headers =
            HeaderMap::from_iter([(RETRY_AFTER, "99999999999999999999".parse().unwrap())]);
        assert_eq!(retry_after(&headers, NOW), Some(Duration::MAX));
    }
}
