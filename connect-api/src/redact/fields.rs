//! Secrets of the API's own: signed URLs, keys and pin codes, which open something for whoever
//! reads them. `Debug` does not show them, nor do errors.

use std::borrow::Cow;
use std::fmt;

use crate::models::SECRETS;

/// What stands in the place of a secret.
const HIDDEN: &str = "***";

/// How a query begins: as it is, percent-encoded, or escaped as in JSON.
const QUERIES: [&str; 5] = ["?", "%3F", "%3f", "\\u003F", "\\u003f"];

/// Implements `Debug` for a struct with secrets. Of a secret field it shows only whether there is a
/// value: `redacted_debug! { Name { field, #[redacted] secret } }`.
macro_rules! redacted_debug {
    ($name:ident { $($(#[$mark:ident])? $field:ident),* $(,)? }) => {
        impl std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(
                        stringify!($field),
                        crate::redact::fields::debug_value!($($mark)? &self.$field),
                    ))*
                    .finish()
            }
        }
    };
}

/// A field as `Debug` shows it.
macro_rules! debug_value {
    (redacted $field:expr) => {
        &crate::redact::fields::hidden($field)
    };
    ($field:expr) => {
        $field
    };
}

pub(crate) use {debug_value, redacted_debug};

/// A secret, or an optional one, as `Debug` shows it.
pub(crate) fn hidden<'a>(secret: impl Into<Option<&'a String>>) -> fmt::Arguments<'static> {
    match secret.into() {
        Some(_) => format_args!("***"),
        None => format_args!("None"),
    }
}

/// A text that may be a body, or quote one, without the values of its secret members and without
/// the queries of the URLs in it, where signatures stand. A name that is itself written with
/// escapes, as `access\u005fkey`, is not recognised.
pub(crate) fn without_secrets(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for name in SECRETS {
        let values = values(&text, name);
        text = without(text, &values);
    }

    let queries = queries(&text);
    without(text, &queries)
}

/// A text without what stands at these places, which are in order.
fn without<'a>(text: Cow<'a, str>, places: &[(usize, usize)]) -> Cow<'a, str> {
    if places.is_empty() {
        return text;
    }

    let (mut shown, mut at) = (String::new(), 0);
    for (start, end) in places {
        shown.push_str(&text[at..*start]);
        shown.push_str(HIDDEN);
        at = *end;
    }

    shown.push_str(&text[at..]);
    Cow::Owned(shown)
}

/// Where the values of a JSON member stand, with their quotes; those that are `null` tell nothing.
/// The JSON may stand in a string, and that in another, so that its quotes are escaped.
fn values(text: &str, name: &str) -> Vec<(usize, usize)> {
    let quoted = format!("\"{name}");
    let mut values: Vec<(usize, usize)> = Vec::new();
    for (at, _) in text.match_indices(&quoted) {
        // What stands in another value is read with it.
        let is_new = values.last().is_none_or(|(_, end)| at >= *end);
        let close = text[at + quoted.len()..].trim_start_matches('\\').strip_prefix('"');
        let after = close.and_then(|after| after.trim_start().strip_prefix(':'));

        if let Some(value) = after.map(str::trim_start).filter(|_| is_new) {
            let length = value[..value_end(value.as_bytes())].trim_end().len();
            if &value[..length] != "null" {
                let start = text.len() - value.len();
                values.push((start, start + length));
            }
        }
    }

    values
}

/// How long the JSON value is that a text begins with; all of the text, if it is cut off.
fn value_end(text: &[u8]) -> usize {
    let (mut at, mut depth, mut slashes) = (0, 0_usize, 0);
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => at = string_end(text, at + 1, slashes) - 1,
            b'[' | b'{' => depth += 1,
            b']' | b'}' | b',' if depth == 0 => return at,
            b']' | b'}' => depth -= 1,
            _ => {}
        }

        slashes = if *byte == b'\\' { slashes + 1 } else { 0 };
        at += 1;
    }

    text.len()
}

/// The index after the closing quote of a string whose content starts at `at`, and whose quotes
/// have so many backslashes each.
fn string_end(text: &[u8], mut at: usize, quoting: usize) -> usize {
    let mut slashes = 0;
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'\\' => slashes += 1,
            // A string in a string has 2n + 1 backslashes for n before a quote: a quote of the content
            // has 2q + 1 if the string's own have q, and 2q + 2 more for each backslash before it.
            b'"' if (slashes + 1) % (2 * (quoting + 1)) != 0 => return at,
            _ => slashes = 0,
        }
    }

    at
}

/// Where queries stand, without what they begin with: up to what no URL holds.
fn queries(text: &str) -> Vec<(usize, usize)> {
    let ends =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '<' | '>' | '`');
    let (mut queries, mut at) = (Vec::new(), 0);
    for word in text.split_inclusive(ends) {
        let url = word.trim_end_matches(ends);
        let begins = QUERIES.iter().filter_map(|mark| Some(url.find(mark)? + mark.len()));
        if let Some(start) = begins.min().filter(|start| *start < url.len()) {
            queries.push((at + start, at + url.len()));
        }

        at += word.len();
    }

    queries
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Clone)]
    struct Job {
        name: String,
        key: String,
        url: Option<String>,
    }

    redacted_debug! { Job { name, #[redacted] key, #[redacted] url } }

    #[test]
    fn debug_says_of_a_secret_only_whether_it_is_there() {
        let mut job = Job { name: "a".into(), key: "s3cret".into(), url: None };
        assert_eq!(format!("{job:?}"), r#"Job { name: "a", key: ***, url: None }"#);
        job.url = Some("https://h/?s3cret".into());
        assert_eq!(format!("{job:?}"), r#"Job { name: "a", key: ***, url: *** }"#);
        assert!(!format!("{job:#?}").contains("s3cret"));
    }

    #[test]
    fn the_value_of_a_secret_member_is_not_shown_whatever_it_is() {
        for (body, shown) in [
            (r#"{"upload_url": "https://h/a?b", "a": 1}"#, r#"{"upload_url": ***, "a": 1}"#),
            (r#"{"a":{"access_key":"a\"b]"}}"#, r#"{"a":{"access_key":***}}"#),
            (r#"[{"pin_code" : 1234 }]"#, r#"[{"pin_code" : *** }]"#),
            (r#"{"pin_code":["12",{"a":[3]}],"b":2}"#, r#"{"pin_code":***,"b":2}"#),
            (r#"{"access_key":"s3cr"#, r#"{"access_key":***"#),
            (r#"{"access_key":"a\"#, r#"{"access_key":***"#),
            (r#"{"access_key":[["s3cr"#, r#"{"access_key":***"#),
            (
                r#"{"access_key":null,"upload_url":null}"#,
                r#"{"access_key":null,"upload_url":null}"#,
            ),
            (r#"{"access_key":"a","pin_code":"b"}"#, r#"{"access_key":***,"pin_code":***}"#),
            (r#"["access_key", "pin_code"]"#, r#"["access_key", "pin_code"]"#),
            (r#"{"access_key""#, r#"{"access_key""#),
            (r#"access_key":"a", my_pin_code":"b""#, r#"access_key":"a", my_pin_code":"b""#),
            (r#"{\"access_key\":\"a\\\"b\\\\\",\"c\":1}"#, r#"{\"access_key\":***,\"c\":1}"#),
            (r#"{\"access_key\": {\"a\": \"}\"}, \"b\"}"#, r#"{\"access_key\": ***, \"b\"}"#),
            (r#""{\\\"pin_code\\\":\\\"12\\\"}",1"#, r#""{\\\"pin_code\\\":***}",1"#),
            (r#""{\"pin_code\":\"12", "b""#, r#""{\"pin_code\":***, "b""#),
            (r#"{\"pin_code\":null}"#, r#"{\"pin_code\":null}"#),
        ] {
            assert_eq!(without_secrets(body), shown);
        }
    }

    #[test]
    fn a_body_that_is_quoted_hides_as_much_as_one_that_is_not() {
        let parts = ["\\", "\"", "a", ",", "}", "[", "\n", "ä"];
        for at in 0..10_000 {
            let secret: String = (0..6).map(|_| parts[fastrand::usize(..parts.len())]).collect();
            let mut body = json!({"access_key": secret, "b": "c"}).to_string();
            let mut shown = r#"{"access_key":***,"b":"c"}"#.to_owned();

            for _ in 0..at % 4 {
                body = json!([body, "d"]).to_string();
                shown = json!([shown, "d"]).to_string();
            }

            assert_eq!(without_secrets(&body), shown, "{body}");
        }
    }

    #[test]
    fn the_query_of_a_url_is_not_shown_however_it_is_spelled() {
        for (text, shown) in [
            (r#"{"data":"https://h/a?X-Sig=s3cret&b"}"#, r#"{"data":"https://h/a?***"}"#),
            ("see https://h/a?b=%3Fc and /d?e, f", "see https://h/a?*** and /d?*** f"),
            (r#""https:\/\/h\/a\u003fs\u0026t""#, r#""https:\/\/h\/a\u003f***""#),
            ("to=https%3A%2F%2Fh%2F%3Fs%3Dt>", "to=https%3A%2F%2Fh%2F%3F***>"),
            ("What? No?", "What? No?"),
            ("ä?ö", "ä?***"),
        ] {
            assert_eq!(without_secrets(text), shown);
        }
    }

    #[test]
    fn a_long_text_is_read_in_time() {
        for part in [
            "?",
            "? ",
            "%3F",
            "\"access_key\":[",
            "\"access_key\":1,",
            "\"access_key\" ",
            "\"access_key\\",
            "\\\"access_key\\\":\\\"",
            "\\",
        ] {
            let text = part.repeat((1 << 20) / part.len());
            let start = std::time::Instant::now();
            assert!(without_secrets(&text).len() <= text.len() * 2, "{part}");
            assert!(start.elapsed() < std::time::Duration::from_secs(20), "{part}");
        }
    }
}
