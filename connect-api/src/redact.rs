//! Keeps the token out of errors, should an answer repeat it, and the words of others short.

use std::borrow::Cow;

use reqwest::header::HeaderMap;

/// How much an error shows of a body, and of each text that someone else has written.
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

/// The words of someone else as an error shows them: on one line, with nothing that a terminal
/// would obey, and without their middle if they are long.
pub(crate) fn brief(text: &str) -> String {
    const TAIL: usize = EXCERPT / 4;
    let is_whole = text.char_indices().nth(EXCERPT).is_none();
    let plain = |text: &str| -> String {
        text.chars().map(|char| if obeyed(char) { ' ' } else { char }).collect()
    };
    if is_whole {
        return plain(text);
    }
    let end = text.char_indices().nth(EXCERPT - TAIL - 1).map_or(text.len(), |(at, _)| at);
    let tail = text.char_indices().rev().nth(TAIL - 1).map_or(0, |(at, _)| at);
    format!("{}…{}", plain(&text[..end]), plain(&text[tail..]))
}

/// Whether a character is an order rather than a sign: a control, or one that turns the direction
/// of what follows.
fn obeyed(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_say_is_short_and_on_one_line() {
        assert_eq!(brief("Bad\r\nluck\u{1b}[31m \u{202e}ä"), "Bad  luck [31m  ä");
        assert_eq!(brief(&"ä".repeat(EXCERPT)), "ä".repeat(EXCERPT));
        let long = brief(&format!("begin{}end", "ä".repeat(1_000_000)));
        assert_eq!(long.chars().count(), EXCERPT);
        assert!(long.starts_with("beginä") && long.contains('…') && long.ends_with("äend"));
    }
}
