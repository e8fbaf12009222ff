//! Redaction of response headers.

use reqwest::header::{CONTENT_LOCATION, HeaderMap, HeaderName, LINK, LOCATION, SET_COOKIE};

use super::text::redact_text;

/// Headers whose values are always treated as secrets.
const SECRET_HEADERS: [HeaderName; 4] = [SET_COOKIE, LOCATION, CONTENT_LOCATION, LINK];

/// Marks headers that hold a secret as sensitive, so that `Debug` does not show their values.
pub(crate) fn redact_headers(mut headers: HeaderMap, secrets: &[&str]) -> HeaderMap {
    for (name, value) in &mut headers {
        let text = String::from_utf8_lossy(value.as_bytes());
        if SECRET_HEADERS.contains(name) || redact_text(&text, secrets) != text {
            value.set_sensitive(true);
        }
    }

    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_with_a_secret_are_sensitive() {
        let headers = [
            ("location", "/next", true),
            ("set-cookie", "session=1", true),
            ("x-echo", "Bearer t0ken/1", true),
            ("x-encoded-echo", "Bearer t0ken%2F1", true),
            ("x-url", "https://h/a?signature", true),
            ("x-json", r#"{"access_key": "a"}"#, true),
            ("x-request-id", "1", false),
        ];
        let mut map = HeaderMap::new();
        for (name, value, _) in headers {
            map.insert(name, value.parse().unwrap());
        }

        let map = redact_headers(map, &["t0ken/1"]);
        for (name, value, is_sensitive) in headers {
            assert_eq!(map[name], value);
            assert_eq!(map[name].is_sensitive(), is_sensitive, "{name}");
        }
    }
}
