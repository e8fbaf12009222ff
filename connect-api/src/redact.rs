//! Keeps the token out of errors, should an answer repeat it.

use std::borrow::Cow;

use reqwest::header::HeaderMap;

/// How much of a body an error shows.
const EXCERPT: usize = 200;

/// A text, without the token should it repeat it.
pub(crate) fn redact<'t>(text: &'t str, token: Option<&str>) -> Cow<'t, str> {
    let Some(token) = token.filter(|token| !token.is_empty()) else { return text.into() };
    match text.replace(token, "***") {
        redacted if redacted == text => text.into(),
        redacted => redacted.into(),
    }
}

/// Every string of a JSON value, without the token.
pub(crate) fn redact_strings(value: &mut serde_json::Value, token: Option<&str>) {
    match value {
        serde_json::Value::String(text) => {
            if let Cow::Owned(redacted) = redact(text, token) {
                *text = redacted;
            }
        }
        serde_json::Value::Array(values) => {
            values.iter_mut().for_each(|value| redact_strings(value, token));
        }
        serde_json::Value::Object(members) => {
            members.values_mut().for_each(|value| redact_strings(value, token));
        }
        _ => {}
    }
}

/// Headers of which those that repeat the token do not show.
pub(crate) fn redact_headers(mut headers: HeaderMap, token: Option<&str>) -> HeaderMap {
    for value in headers.values_mut() {
        let text = String::from_utf8_lossy(value.as_bytes());
        if matches!(redact(&text, token), Cow::Owned(_)) {
            value.set_sensitive(true);
        }
    }
    headers
}

/// The beginning of a body, without the token should the body repeat it.
pub(crate) fn excerpt(body: &[u8], token: Option<&str>) -> String {
    // The token may straddle the end of the excerpt, so it goes before the cut.
    let longest = EXCERPT * 4 + token.map_or(0, str::len);
    let text = String::from_utf8_lossy(&body[..body.len().min(longest)]);
    redact(&text, token).chars().take(EXCERPT).collect()
}
