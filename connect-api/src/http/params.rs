//! What the wire layer, which progenitor makes, builds its requests with.

use chrono::{DateTime, SecondsFormat, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Request;
use serde::ser::{Serialize, SerializeSeq as _, Serializer};

use crate::error::{ConfigurationError, Error, error_chain};

/// Builds the request of each operation. Named as progenitor names its client's parts.
pub(crate) struct Wire {
    pub(crate) baseurl: String,
    pub(crate) client: reqwest::Client,
}

impl Wire {
    /// The request, or why it cannot be built: a value in it cannot be sent.
    pub(crate) fn built(request: reqwest::Result<Request>) -> Result<Request, Error> {
        request.map_err(|error| ConfigurationError::new(error_chain(&error.without_url())).into())
    }
}

/// All but RFC 3986's unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A value as one segment of a path, so that no value can change the route.
///
/// `.` and `..` climb the path however they are encoded, and an empty segment is another route.
pub(crate) fn path_segment(name: &str, value: &str) -> Result<String, Error> {
    if matches!(value, "" | "." | "..") {
        let fault = format!("`{name}` is {value:?}, which cannot be part of a route");
        return Err(Error::Configuration(ConfigurationError::new(fault)));
    }
    Ok(utf8_percent_encode(value, SEGMENT).to_string())
}

/// A query parameter: a pair for each value that it has.
pub(crate) struct QueryParam<'a, T> {
    name: &'a str,
    value: &'a T,
}

impl<'a, T> QueryParam<'a, T> {
    pub(crate) fn new(name: &'a str, value: &'a T) -> Self {
        Self { name, value }
    }
}

impl<T: QueryValue> Serialize for QueryParam<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut values = Vec::new();
        self.value.put(&mut values);
        let mut pairs = serializer.serialize_seq(Some(values.len()))?;

        for value in values {
            pairs.serialize_element(&(self.name, value))?;
        }
        pairs.end()
    }
}

/// What a query parameter can hold: nothing, a value, or many.
pub(crate) trait QueryValue {
    fn put(&self, values: &mut Vec<String>);
}

impl<T: QueryValue> QueryValue for Option<T> {
    fn put(&self, values: &mut Vec<String>) {
        self.iter().for_each(|value| value.put(values));
    }
}

impl<T: ToString> QueryValue for &Vec<T> {
    fn put(&self, values: &mut Vec<String>) {
        values.extend(self.iter().map(ToString::to_string));
    }
}

impl QueryValue for &str {
    fn put(&self, values: &mut Vec<String>) {
        values.push((*self).to_owned());
    }
}

impl QueryValue for &DateTime<Utc> {
    fn put(&self, values: &mut Vec<String>) {
        values.push(self.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    }
}

impl QueryValue for i64 {
    fn put(&self, values: &mut Vec<String>) {
        values.push(self.to_string());
    }
}

impl QueryValue for f64 {
    fn put(&self, values: &mut Vec<String>) {
        values.push(self.to_string());
    }
}

impl QueryValue for bool {
    fn put(&self, values: &mut Vec<String>) {
        values.push(self.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_changes_the_route() {
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
    fn a_time_in_a_query_is_written_as_in_a_body() {
        let time: DateTime<Utc> = "2024-02-29T23:59:59.5+01:00".parse().unwrap();
        let mut values = Vec::new();
        (&time).put(&mut values);
        assert_eq!(values, ["2024-02-29T22:59:59.500Z"]);
        assert_eq!(serde_json::to_value(time).unwrap(), *values[0]);
    }

    #[test]
    fn what_no_encoding_saves_is_refused() {
        for id in ["", ".", ".."] {
            assert!(matches!(path_segment("id", id), Err(Error::Configuration(_))), "{id:?}");
        }
    }
}
