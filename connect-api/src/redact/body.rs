//! Redaction of bodies: excerpts for error messages, and JSON values.

use serde_json::{Deserializer, Map, Value};

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

/// Returns the text of a body around the location of an error. If that text holds a secret, returns
/// the JSON value at the location without its secrets.
pub(crate) fn excerpt_at(body: &[u8], location: &Location, secrets: &[&str]) -> String {
    // Below a secret member, each value is a part of the secret.
    if names_secret_member(&location.path) {
        return WITHHELD.to_owned();
    }

    let end = location.offset.saturating_add(AFTER_POSITION).max(MAX_EXCERPT).min(body.len());
    let start = end.saturating_sub(MAX_SEARCHED);
    let text = String::from_utf8_lossy(&body[start..end]);
    let redacted = redact_unparsed(&text, secrets);

    if redacted != text
        && let Some(value) = value_at(body, location.value_start)
    {
        return print_redacted(value, secrets).chars().take(MAX_EXCERPT).collect();
    }

    match redacted.char_indices().rev().nth(MAX_EXCERPT - 1) {
        Some((index, _)) if index > 0 || start > 0 => format!("…{}", &redacted[index..]),
        _ => redacted,
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

fn print_redacted(mut value: Value, secrets: &[&str]) -> String {
    redact_json(&mut value, secrets);

    // Again, since a secret can be a number.
    redact_request_secrets(&value.to_string(), secrets)
}

/// Removes all secrets from a JSON value: from its strings and names, and the values of secret
/// members.
pub(crate) fn redact_json(value: &mut Value, secrets: &[&str]) {
    match value {
        Value::String(text) => *text = redact_text(text, secrets),
        Value::Array(items) => items.iter_mut().for_each(|item| redact_json(item, secrets)),
        Value::Object(members) => *members = redact_members(std::mem::take(members), secrets),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
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
        assert_eq!(excerpt(number.as_bytes(), &["12345678"]), r#"{"a":"/b?***","token":***}"#);
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
