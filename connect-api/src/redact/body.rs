//! Redaction of bodies: excerpts for error messages, and JSON values.

use serde_json::{Deserializer, Map, Number, Value};

use super::text::{names_secret_member, redact_request_secrets, redact_text};
use super::{MAX_EXCERPT, MAX_SEARCHED, REDACTED, WITHHELD};
use crate::json::path::{Location, parse_value};
use crate::models::SECRETS;

/// How much an excerpt shows after the position of an error, in bytes.
const AFTER_POSITION: usize = MAX_EXCERPT / 4;

/// Returns the beginning of a body. If it holds a secret and is JSON, returns the beginning of the JSON
/// without its secrets.
pub(crate) fn excerpt(body: &[u8], secrets: &[&str]) -> String {
    let start = &body[..body.len().min(MAX_SEARCHED)];
    let text = String::from_utf8_lossy(start);
    let mut excerpt = redact_unparsed(&text, secrets);

    if excerpt != text
        && let Some(value) = parse_value(start)
    {
        excerpt = print_redacted(value, secrets);
    }

    excerpt.chars().take(MAX_EXCERPT).collect()
}

/// Returns the text of a body around the location of an error, with secrets replaced. If a secret in
/// this text cannot be replaced, returns the JSON value at the location without its secrets.
pub(crate) fn excerpt_at(body: &[u8], location: &Location, secrets: &[&str]) -> String {
    // Below a secret member, each value is a part of the secret.
    if names_secret_member(&location.path) {
        return WITHHELD.to_owned();
    }

    let end = location.offset.saturating_add(AFTER_POSITION).max(MAX_EXCERPT).min(body.len());
    let Some(start) = start_of_shown_text(body, location.offset, end) else {
        return excerpt_of_value(body, location, secrets);
    };

    let redacted = redact_unparsed(&String::from_utf8_lossy(&body[start..end]), secrets);
    if redacted == WITHHELD {
        return excerpt_of_value(body, location, secrets);
    }

    match redacted.char_indices().rev().nth(MAX_EXCERPT - 1) {
        Some((index, _)) if index > 0 || start > 0 => format!("…{}", &redacted[index..]),
        _ if start > 0 => format!("…{redacted}"),
        _ => redacted,
    }
}

/// Returns the start of the text that decides what an excerpt shows up to an end: the excerpt, and
/// before it the rest of the string in which it starts. Returns `None` if the excerpt starts within
/// the value of a secret member. The body is valid JSON up to the offset.
fn start_of_shown_text(body: &[u8], offset: usize, end: usize) -> Option<usize> {
    let is_first_of_character = |index: &usize| body[*index] & 0b1100_0000 != 0b1000_0000;
    let mut shown_from =
        (0..end).rev().filter(is_first_of_character).nth(MAX_EXCERPT - 1).unwrap_or(0);

    // Separators belong to the whole object, not to the member after them.
    while shown_from < offset
        && matches!(body[shown_from], b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t')
    {
        shown_from += 1;
    }

    let first = Location::at_offset(body, shown_from + 1);
    if names_secret_member(&first.path) {
        return None;
    }

    // The start of a string that is cut, which can be a name.
    let is_quote =
        |index: &usize| body[*index] == b'"' && (*index == 0 || body[index - 1] != b'\\');
    let quote = (0..shown_from).rev().find(is_quote).unwrap_or(0);

    Some(first.value_start.min(quote).max(end.saturating_sub(MAX_SEARCHED)))
}

/// Returns the beginning of the JSON value at a location without its secrets.
fn excerpt_of_value(body: &[u8], location: &Location, secrets: &[&str]) -> String {
    match value_at(body, location.value_start) {
        Some(value) => print_redacted(value, secrets).chars().take(MAX_EXCERPT).collect(),
        None => WITHHELD.to_owned(),
    }
}

/// Redacts a text as a whole, or withholds it if it names a secret member.
fn redact_unparsed(text: &str, secrets: &[&str]) -> String {
    match names_secret_member(text) {
        true => WITHHELD.to_owned(),
        false => redact_text(text, secrets),
    }
}

/// Parses the JSON value that starts at a position of a body, if it is short enough.
fn value_at(body: &[u8], start: usize) -> Option<Value> {
    let end = start.saturating_add(MAX_SEARCHED).min(body.len());
    let mut values = Deserializer::from_slice(body.get(start..end)?).into_iter();
    values.next()?.ok()
}

/// Whether a message quotes a value of a secret member of a JSON body. It is `true` if the body names
/// such a member and is not JSON.
pub(crate) fn quotes_secret_value(message: &str, body: &[u8]) -> bool {
    names_secret_member(&String::from_utf8_lossy(body))
        && parse_value(body).is_none_or(|value| quotes_secret_in(message, &value, false))
}

/// Whether a message quotes a value of a secret member below a JSON value, or that value itself.
fn quotes_secret_in(message: &str, value: &Value, is_secret: bool) -> bool {
    // Messages quote strings as `Debug` does.
    let quotes = |text: &str| {
        let is_quoted = || message.contains(text) || message.contains(&format!("{text:?}"));
        is_secret && !text.is_empty() && is_quoted()
    };

    match value {
        Value::String(text) => quotes(text),
        Value::Number(number) => is_secret && quotes(&number.to_string()),
        Value::Array(items) => items.iter().any(|item| quotes_secret_in(message, item, is_secret)),
        Value::Object(members) => members.iter().any(|(name, value)| {
            let is_secret = is_secret || SECRETS.contains(&name.as_str());
            quotes(name) || quotes_secret_in(message, value, is_secret)
        }),
        Value::Null | Value::Bool(_) => false,
    }
}

fn print_redacted(mut value: Value, secrets: &[&str]) -> String {
    redact_json(&mut value, secrets);

    // Again, since the JSON can hold a secret that none of its values holds.
    redact_request_secrets(&value.to_string(), secrets)
}

/// Removes all secrets from a JSON value: from its strings, numbers and names, and the values of
/// secret members.
pub(crate) fn redact_json(value: &mut Value, secrets: &[&str]) {
    match value {
        Value::String(text) => *text = redact_text(text, secrets),
        Value::Array(items) => items.iter_mut().for_each(|item| redact_json(item, secrets)),
        Value::Object(members) => *members = redact_members(std::mem::take(members), secrets),
        Value::Number(number) if holds_secret(number, secrets) => *value = REDACTED.into(),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether the text of a number contains a secret.
fn holds_secret(number: &Number, secrets: &[&str]) -> bool {
    let is_in_number = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    let mut numeric =
        secrets.iter().filter(|secret| !secret.is_empty() && secret.bytes().all(is_in_number));

    numeric.any(|secret| number.to_string().contains(secret))
}

fn redact_members(members: Map<String, Value>, secrets: &[&str]) -> Map<String, Value> {
    let redact_member = |(name, mut value): (String, Value)| {
        if !SECRETS.contains(&name.as_str()) {
            redact_json(&mut value, secrets);
        } else if !value.is_null() {
            value = REDACTED.into();
        }

        (redact_text(&name, secrets), value)
    };

    members.into_iter().map(redact_member).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TOKEN: &str = "umapi-SE/CRET1234|main";

    #[test]
    fn names_and_strings_of_json_are_redacted() {
        let mut value = json!({"a": {TOKEN: [TOKEN, 1]}, TOKEN: null, "/a?S3CRET": "/b?S3CRET"});
        redact_json(&mut value, &[TOKEN]);
        assert_eq!(value, json!({"a": {"***": ["***", 1]}, "***": null, "/a?***": "/b?***"}));
    }

    #[test]
    fn numbers_of_json_that_contain_a_secret_are_redacted() {
        let mut value = json!({"a": [123_456, 1_234_567, -1.5, 12], "b": {"c": 99_123_456_u64}});
        redact_json(&mut value, &[TOKEN, "", "123456"]);
        assert_eq!(value, json!({"a": ["***", "***", -1.5, 12], "b": {"c": "***"}}));
    }

    #[test]
    fn values_of_secret_members_are_redacted_in_json() {
        for (body, redacted) in [
            (r#"{"a": 1, "upload_url": "https://h/a?b"}"#, r#"{"a":1,"upload_url":"***"}"#),
            (r#"{"a":{"access_key":"a\"b]"}}"#, r#"{"a":{"access_key":"***"}}"#),
            (r#"[{"pin_code" : 1234 }]"#, r#"[{"pin_code":"***"}]"#),
            (r#"{"b":2,"pin_code":["12",{"a":[3]}]}"#, r#"{"b":2,"pin_code":"***"}"#),
            (r#"{"pin\u005fcode":"12"}"#, r#"{"pin_code":"***"}"#),
            (r#"{"access_key":null}"#, r#"{"access_key":null}"#),
            (r#"{"a":"x","a":"y","pin_code":1}"#, r#"{"a":"y","pin_code":"***"}"#),
        ] {
            assert_eq!(excerpt(body.as_bytes(), &[]), redacted);
        }
    }

    #[test]
    fn quoted_json_with_a_secret_member_is_withheld_at_any_depth() {
        let parts = ["\\", "\"", "a", ",", "}", "[", "\n", "ä"];
        for round in 0..1_000 {
            let secret: String = (0..6).map(|_| parts[fastrand::usize(..parts.len())]).collect();
            let mut body = json!({"access_key": format!("S3CRET{secret}"), "b": "c"}).to_string();
            for _ in 0..round % 4 {
                body = json!([body, "d"]).to_string();
            }

            let excerpt = excerpt(body.as_bytes(), &[]);
            assert!(!excerpt.contains("S3CRET"), "{body}: {excerpt}");
        }

        let body = json!([json!({"access_key": "S3CRET"}).to_string(), "d"]).to_string();
        assert_eq!(excerpt(body.as_bytes(), &[]), json!([WITHHELD, "d"]).to_string());
    }

    #[test]
    fn text_that_is_not_json_and_names_a_secret_member_is_withheld() {
        for body in [
            r#"{"access_key":"s3cr"#,
            r#"{"access_key":[["s3cr"#,
            r#"{"access\u005fkey":"s3cr"#,
            r#"<p>{"access_key": "s3cret"}</p>"#,
            "access_key=s3cret",
        ] {
            assert_eq!(excerpt(body.as_bytes(), &[]), WITHHELD, "{body}");
        }
    }

    #[test]
    fn body_without_secrets_is_shown_as_received() {
        for body in [r#"{"b": 1.0, "a": [ ]}"#, "<p>100% \\/ &amp; %7C</p>", "[", ""] {
            assert_eq!(excerpt(body.as_bytes(), &[TOKEN]), body);
        }
    }

    #[test]
    fn excerpt_shows_no_part_of_the_token() {
        for before in 0..MAX_EXCERPT {
            let body = "x".repeat(before) + TOKEN;
            let shown = excerpt(body.as_bytes(), &[TOKEN]);
            assert_eq!(shown.trim_matches('x'), &REDACTED[..(MAX_EXCERPT - before).min(3)]);
        }

        let many = TOKEN.repeat(MAX_SEARCHED / TOKEN.len() + 1);
        assert!(!excerpt(many.as_bytes(), &[TOKEN]).contains("umapi"));

        let number = json!({"a": "/b?c", "token": 12_345_678}).to_string();
        assert_eq!(excerpt(number.as_bytes(), &["12345678"]), r#"{"a":"/b?***","token":"***"}"#);
    }

    #[test]
    fn excerpt_around_an_error_shows_no_part_of_a_secret() {
        let key = "k".repeat(3 * MAX_EXCERPT);
        let body = format!(r#"{{"access_key": "{key}", "wrong": [7], "token": "{TOKEN}"}}"#);
        for offset in 0..=body.len() {
            let location = Location::at_offset(body.as_bytes(), offset);
            let shown = excerpt_at(body.as_bytes(), &location, &[TOKEN]);

            assert!(!shown.contains("kkk") && !shown.contains("umapi-SE"), "{offset}: {shown}");
            assert!(shown.chars().count() <= MAX_EXCERPT + 1, "{offset}: {shown}");
        }

        let location = Location::at_offset(body.as_bytes(), body.find("7]").unwrap());
        assert_eq!(location.path, "$.wrong");
        assert_eq!(excerpt_at(body.as_bytes(), &location, &[TOKEN]), "[7]");
    }

    #[test]
    fn excerpt_around_an_error_shows_the_text_before_it() {
        let body = format!(r#"{}{{"a": 1, "wrong": [7]}}"#, "ä".repeat(MAX_SEARCHED));
        let location = Location::at_offset(body.as_bytes(), body.len() - 1);
        let shown = excerpt_at(body.as_bytes(), &location, &[TOKEN]);
        assert!(shown.starts_with("…ä") && shown.ends_with(r#"ä{"a": 1, "wrong": [7]}"#));
        assert_eq!(shown.chars().count(), MAX_EXCERPT + 1);

        let short = r#"{"a": 1}"#;
        let location = Location::at_offset(short.as_bytes(), short.len());
        assert_eq!(excerpt_at(short.as_bytes(), &location, &[]), short);
    }

    #[test]
    fn excerpt_around_an_error_ignores_secrets_outside_of_it() {
        let printer = r#"{"preview_url": "https://h/a?S3CRET", "pin_code": "S3CRET"}"#;
        let before = json!(names()).to_string();

        for (separator, token) in [(", ", TOKEN), (",", "umapi-SE%2FCRET1234%7Cmain")] {
            let body = format!(
                r#"{{"data": [{printer}{separator}"{token}"{separator}{before}{separator}{{"wrong": [7]}}]}}"#
            );
            let location = Location::at_offset(body.as_bytes(), body.find("7]").unwrap());
            let shown = excerpt_at(body.as_bytes(), &location, &[TOKEN]);

            assert_eq!(shown.chars().count(), MAX_EXCERPT + 1, "{shown}");
            assert!(shown.contains(r#""name 19"]"#), "{shown}");
            assert!(shown.ends_with(r#"{"wrong": [7]}]}"#), "{shown}");
        }
    }

    #[test]
    fn excerpt_around_an_error_replaces_queries_and_tokens_in_it() {
        let body = format!(r#"{{"a": "https://h/a?S3CRET", "b": "{TOKEN}", "wrong": [7]}}"#);
        let location = Location::at_offset(body.as_bytes(), body.find("7]").unwrap());
        let shown = excerpt_at(body.as_bytes(), &location, &[TOKEN]);
        assert_eq!(shown, r#"{"a": "https://h/a?***", "b": "***", "wrong": [7]}"#);
    }

    #[test]
    fn excerpt_around_an_error_shows_no_secret_wherever_it_starts() {
        let long = "S3CRET".repeat(MAX_EXCERPT);
        let values = json!(vec!["S3CRET"; MAX_EXCERPT]);
        for secret in [
            format!(r#""access_key": "{long}""#),
            format!(r#""pin\u005fcode" : {values}"#),
            format!(r#""pin_code": {{"a": 1, "b": [{values}, {{"c": {values}}}]}}"#),
            format!(r#""pin_code"{}: "S3CRET""#, " ".repeat(MAX_EXCERPT)),
            format!(r#""a": "/b?{long}""#),
            format!(r#""a": {}"#, json!(json!({"access_key": long}).to_string())),
            r#""access_key": "S3CRET", "download_url":"S3CRET""#.to_owned(),
        ] {
            let body = format!(r#"{{{secret}, "x": [{{"wrong": [7], "y": {}}}]}}"#, json!(names()));
            for offset in 0..=body.len() {
                let location = Location::at_offset(body.as_bytes(), offset);
                let shown = excerpt_at(body.as_bytes(), &location, &[TOKEN]);
                assert!(!shown.contains("S3C") && !shown.contains("CRET"), "{offset}: {shown}");
            }
        }
    }

    fn names() -> Vec<String> {
        (0..20).map(|index| format!("name {index}")).collect()
    }

    #[test]
    fn large_body_is_searched_in_bounded_time() {
        for part in ["?", "? ", "%3F", "\"access_key\":[", "{\"pin_code\":\"", "\\", "%25", "[0,"] {
            let body = part.repeat((16 << 20) / part.len());
            let start = std::time::Instant::now();
            excerpt(body.as_bytes(), &[TOKEN]);
            let location = Location { path: "$".to_owned(), value_start: 0, offset: body.len() };
            excerpt_at(body.as_bytes(), &location, &[TOKEN]);
            assert!(start.elapsed() < std::time::Duration::from_secs(20), "{part}");
        }
    }
}
