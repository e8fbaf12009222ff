//! The values of path and query parameters.

use chrono::{DateTime, SecondsFormat, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::{ConfigurationError, Error};

/// All characters but the unreserved ones of RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes a value as one segment of a path, so no value changes the route.
///
/// `.` and `..` climb the path however they are encoded, and an empty segment is another route.
pub(crate) fn path_segment(name: &str, value: &str) -> Result<String, Error> {
    if matches!(value, "" | "." | "..") {
        let message =
            format!("invalid value {value:?} for `{name}`: it must not be empty, `.` or `..`");
        return Err(Error::Configuration(ConfigurationError::new(message)));
    }

    Ok(utf8_percent_encode(value, SEGMENT).to_string())
}

/// The value of a query parameter: none, one or several.
pub(crate) trait QueryValue {
    /// Adds a pair of name and text for each value.
    fn add_to(&self, name: &'static str, query: &mut Vec<(&'static str, String)>);
}

impl<T: QueryValue> QueryValue for Option<T> {
    fn add_to(&self, name: &'static str, query: &mut Vec<(&'static str, String)>) {
        self.iter().for_each(|value| value.add_to(name, query));
    }
}

impl<T: ToString> QueryValue for Vec<T> {
    fn add_to(&self, name: &'static str, query: &mut Vec<(&'static str, String)>) {
        query.extend(self.iter().map(|value| (name, value.to_string())));
    }
}

impl QueryValue for String {
    fn add_to(&self, name: &'static str, query: &mut Vec<(&'static str, String)>) {
        query.push((name, self.clone()));
    }
}

impl QueryValue for DateTime<Utc> {
    fn add_to(&self, name: &'static str, query: &mut Vec<(&'static str, String)>) {
        query.push((name, self.to_rfc3339_opts(SecondsFormat::AutoSi, true)));
    }
}

impl QueryValue for i64 {
    fn add_to(&self, name: &'static str, query: &mut Vec<(&'static str, String)>) {
        query.push((name, self.to_string()));
    }
}

impl QueryValue for f64 {
    fn add_to(&self, name: &'static str, query: &mut Vec<(&'static str, String)>) {
        query.push((name, self.to_string()));
    }
}

impl QueryValue for bool {
    fn add_to(&self, name: &'static str, query: &mut Vec<(&'static str, String)>) {
        query.push((name, self.to_string()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_segment_keeps_the_route() {
        for id in ["a/b", "a\\b", "..%2f", "a?b#c", "ä", "a b", "%2e%2e", "{x}", "a;b", "\t"] {
            let url = format!("https://h/v1/clusters/{}/status", path_segment("id", id).unwrap());
            let url = reqwest::Url::parse(&url).unwrap();
            let segments: Vec<&str> = url.path_segments().unwrap().collect();

            assert_eq!(segments.len(), 4, "{id}: {url}");
            let decoded = percent_encoding::percent_decode_str(segments[2]).decode_utf8().unwrap();
            assert_eq!(decoded, id);
            assert_eq!((url.query(), url.fragment()), (None, None));
        }
    }

    #[test]
    fn path_segment_rejects_what_changes_the_route_in_any_encoding() {
        for id in ["", ".", ".."] {
            assert!(matches!(path_segment("id", id), Err(Error::Configuration(_))), "{id:?}");
        }
    }

    #[test]
    fn time_has_the_same_format_in_query_and_body() {
        let time: DateTime<Utc> = "2024-02-29T23:59:59.5+01:00".parse().unwrap();
        let mut query = Vec::new();
        time.add_to("since", &mut query);

        assert_eq!(query, [("since", "2024-02-29T22:59:59.500Z".to_owned())]);
        assert_eq!(serde_json::to_value(time).unwrap(), *query[0].1);
    }
}
