//! Redaction of texts, and formatting of texts from a server for error messages.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::{MAX_EXCERPT, MAX_SEARCHED, REDACTED, WITHHELD};
use crate::models::SECRETS;

/// Minimum length, in bytes, of a part of a secret at the end of a text that counts as the secret.
const MIN_PART: usize = 8;

/// Maximum length, in bytes, of an encoded byte of a secret: `\u002f`.
const MAX_ENCODED_BYTE: usize = 6;

/// How the query of a URL starts: plain, percent-encoded, and JSON-escaped.
const QUERY_MARKS: [&str; 5] = ["?", "%3F", "%3f", "\\u003F", "\\u003f"];

/// Removes all secrets from a text: those of the request, the values of secret members in quoted
/// JSON, and the queries of URLs. Leaves out the middle of a text over [`MAX_SEARCHED`].
pub(crate) fn redact_text(text: &str, secrets: &[&str]) -> String {
    let text = match text.len() <= MAX_SEARCHED {
        true => redact_request_secrets(text, secrets),
        false => redact_both_ends(text, secrets),
    };
    let text = redact_url_queries(text);

    match quotes_secret_member(&text) {
        true => WITHHELD.to_owned(),
        false => text,
    }
}

/// Removes the secrets of the request from a text. Withholds all of it if it holds one of them
/// encoded.
pub(crate) fn redact_request_secrets(text: &str, secrets: &[&str]) -> String {
    let is_long_enough = |secret: &&&str| text.len() >= secret.len().min(MIN_PART);
    let secrets =
        || secrets.iter().filter(|secret| !secret.is_empty()).filter(is_long_enough).copied();

    let mut redacted = text.to_owned();
    for secret in secrets() {
        if redacted.contains(secret) {
            redacted = redacted.replace(secret, REDACTED);
        }
    }

    let holds_rest = secrets().next().is_some() && {
        let complete = trim_incomplete_escape(&redacted);
        ends_with_part_of_any(&redacted, secrets())
            || ends_with_part_of_any(complete, secrets())
            || holds_encoded(&redacted, complete, secrets)
    };

    if holds_rest { WITHHELD.to_owned() } else { redacted }
}

/// Whether a text, decoded, contains a secret or ends with the beginning of one. `complete` is the
/// text without an incomplete escape at its end.
fn holds_encoded<'a, I: Iterator<Item = &'a str>>(
    text: &str,
    complete: &str,
    secrets: impl Fn() -> I,
) -> bool {
    let holds = |decode: fn(&str) -> Cow<'_, str>| {
        let decoded = decode(text);
        secrets().any(|secret| decoded.contains(secret))
            || ends_with_part_of_any(&decoded, secrets())
            || ends_with_part_of_any(&decode(complete), secrets())
    };

    (text.contains('%') && holds(|text| percent_decode_str(text).decode_utf8_lossy()))
        || (text.contains('\\') && holds(decode_json_escapes))
}

/// Removes an escape from the end of a text that is cut off within it: `%7` or `\u00`.
fn trim_incomplete_escape(text: &str) -> &str {
    let rest = text.trim_end_matches(|c: char| c.is_ascii_hexdigit());
    let digits = text.len() - rest.len();

    let start = if rest.ends_with("\\u") && digits < 4 {
        rest.len() - 2
    } else if text.ends_with(['%', '\\']) {
        text.len() - 1
    } else if rest.ends_with('%') && digits == 1 {
        rest.len() - 1
    } else {
        text.len()
    };

    &text[..start]
}

/// Whether a text ends with the beginning of a secret, as a body that was cut off can do.
fn ends_with_part_of_any<'a>(text: &str, mut secrets: impl Iterator<Item = &'a str>) -> bool {
    // Stands for a character that is cut off.
    let text = text.trim_end_matches(char::REPLACEMENT_CHARACTER).as_bytes();

    secrets.any(|secret| {
        let secret = secret.as_bytes();
        let max_length = text.len().min(secret.len().saturating_sub(1));
        (MIN_PART..=max_length).any(|length| text.ends_with(&secret[..length]))
    })
}

/// Removes the secrets of the request from the beginning and the end of a text that is too long to
/// be searched as a whole. Leaves out its middle.
fn redact_both_ends(text: &str, secrets: &[&str]) -> String {
    let redact = |bytes: &[u8]| redact_request_secrets(&String::from_utf8_lossy(bytes), secrets);

    let bytes = text.as_bytes();
    let end_start = bytes.len() - MAX_SEARCHED / 2;
    let start = redact(&bytes[..MAX_SEARCHED / 2]);
    let end = redact(&bytes[end_start..]);

    // The end can begin within a secret, which is found only together with the bytes before it.
    let longest = secrets.iter().map(|secret| secret.len()).max().unwrap_or_default();
    let reach = MAX_ENCODED_BYTE * longest;
    let around = &bytes[end_start.saturating_sub(reach)..bytes.len().min(end_start + reach)];
    let is_cut_within_secret = redact(around) != String::from_utf8_lossy(around);

    if start == WITHHELD || end == WITHHELD || is_cut_within_secret {
        return WITHHELD.to_owned();
    }

    format!("{start}…{end}")
}

/// Decodes JSON escapes wherever they occur in a text: `\u002f` and `\/` become `/`.
fn decode_json_escapes(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }

    // UTF-16, because `\u` escapes are UTF-16 code units.
    let mut units = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        units.extend(before.encode_utf16());

        let digits = escape.strip_prefix('u').and_then(|rest| rest.get(..4));
        if let Some(unit) = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()) {
            units.push(unit);
            rest = &escape[5..];
        } else {
            let mut characters = escape.chars();
            if let Some(character) = characters.next() {
                units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
            }
            rest = characters.as_str();
        }
    }
    units.extend(rest.encode_utf16());

    Cow::Owned(String::from_utf16_lossy(&units))
}

/// Replaces the queries of the URLs in a text, up to the next character that no URL contains.
fn redact_url_queries(text: String) -> String {
    // No query starts without one of these characters. Most texts have none.
    if !text.bytes().any(|byte| matches!(byte, b'?' | b'%' | b'\\')) {
        return text;
    }

    text.split_inclusive(ends_url).map(redact_query).collect()
}

/// Replaces the query of the URL at the start of a text, if it has one.
fn redact_query(text: &str) -> Cow<'_, str> {
    let url = text.trim_end_matches(ends_url);
    let query = QUERY_MARKS.iter().filter_map(|mark| Some(url.find(mark)? + mark.len())).min();

    match query {
        Some(start) if start < url.len() => {
            format!("{}{REDACTED}{}", &text[..start], &text[url.len()..]).into()
        }
        _ => text.into(),
    }
}

/// Whether a character ends a URL in a text.
fn ends_url(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '<' | '>' | '`')
}

/// Whether a text names a secret member.
pub(crate) fn names_secret_member(text: &str) -> bool {
    let decoded = decode_json_escapes(text);
    SECRETS.iter().any(|name| text.contains(name) || decoded.contains(name))
}

/// Whether a text quotes JSON that has a secret member. A text that only mentions the name of the
/// member does not count: `pin_code is invalid`.
fn quotes_secret_member(text: &str) -> bool {
    let is_quoted = |name: &str| {
        let mut occurrences =
            text.match_indices(name).map(|(start, _)| &text[start + name.len()..]);
        occurrences.any(|rest| rest.starts_with(['"', '\\']))
    };

    text.contains(['"', '\\']) && SECRETS.iter().any(|name| is_quoted(name))
}

/// Formats a text from a server for an error message: on one line, without control characters,
/// and without its middle if it is long.
pub(crate) fn to_single_line(text: &str) -> String {
    const MAX_END: usize = MAX_EXCERPT / 4;

    let without_controls = |text: &str| -> String {
        text.chars().map(|c| if is_control(c) { ' ' } else { c }).collect()
    };
    if text.char_indices().nth(MAX_EXCERPT).is_none() {
        return without_controls(text);
    }

    let start = text.char_indices().nth(MAX_EXCERPT - MAX_END - 1).map_or(text.len(), |(i, _)| i);
    let end = text.char_indices().rev().nth(MAX_END - 1).map_or(0, |(i, _)| i);

    format!("{}…{}", without_controls(&text[..start]), without_controls(&text[end..]))
}

/// Formats a text of the account service for an error message, without the secrets of the request.
#[cfg(feature = "oauth")]
pub(crate) fn redact_to_single_line(text: &str, secrets: &[&str]) -> String {
    to_single_line(&redact_request_secrets(text, secrets))
}

/// Whether a character controls a terminal: a control character, or one that changes the direction
/// of the text after it.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "umapi-SE/CRET1234|main";

    #[test]
    fn verbatim_secret_is_replaced() {
        let text = format!("<ä{TOKEN}/{TOKEN}ä>");
        assert_eq!(redact_request_secrets(&text, &[TOKEN]), "<ä***/***ä>");
        assert_eq!(redact_request_secrets("a b c", &["a", "c"]), "*** b ***");
    }

    #[test]
    fn text_with_an_encoded_secret_is_withheld() {
        for encoded in [
            "umapi-SE%2FCRET1234%7Cmain",
            "umapi-SE%2fCRET1234|main",
            "umapi%2DSE/CRET1234%7cmain",
            r"umapi-SE\/CRET1234|main",
            r"\u0075mapi-SE\u002FCRET1234\u007cmain",
        ] {
            let text = format!("<ä{encoded}/ä>");
            assert_eq!(redact_request_secrets(&text, &[TOKEN]), WITHHELD, "{encoded}");
        }

        for (secret, encoded) in [
            ("ä b", "%C3%A4%20b"),
            ("ä b", r"\u00e4 b"),
            ("\u{1f600}", r"\ud83d\ude00"),
            (r#"a\"b"#, r#"a\\\"b"#),
            (r"a\b", r"a\\b"),
            ("a%41", "a%2541"),
        ] {
            assert_eq!(redact_request_secrets(encoded, &[secret]), WITHHELD, "{encoded}");
        }
    }

    #[test]
    fn text_that_ends_with_a_part_of_a_secret_is_withheld() {
        for text in ["umapi-SE", "a umapi-SE%2FCRET", "umapi-SE/CRET1234", r"umapi-SE\/CRET"] {
            assert_eq!(redact_request_secrets(text, &[TOKEN]), WITHHELD, "{text}");
        }

        for text in ["umapi-SE\u{fffd}", "umapi-SE%C3", r"umapi-SE\ud83d", r"umapi-SE\ud83d\ude"] {
            let secret = "umapi-SEä";
            let other = "umapi-SE\u{1f600}";
            assert_eq!(redact_request_secrets(text, &[secret, other]), WITHHELD, "{text}");
        }

        let other = "umapi-SE or another";
        assert_eq!(redact_request_secrets(other, &[TOKEN]), other);
    }

    #[test]
    fn text_that_ends_within_an_escape_of_a_secret_is_withheld() {
        for text in [
            "umapi-SE/CRET1234%",
            "umapi-SE/CRET1234%7",
            "umapi-SE%2FCRET1234%",
            "umapi-SE%2FCRET1234%7",
            r"umapi-SE\u002FCRET1234\",
            r"umapi-SE\u002FCRET1234\u",
            r"umapi-SE\u002FCRET1234\u00",
            r"umapi-SE/CRET1234\u00",
            r"umapi-SE/CRET1234\u007",
            r"umapi-SE\/CRET1234\u007",
        ] {
            assert_eq!(redact_request_secrets(text, &[TOKEN]), WITHHELD, "{text}");
        }

        let encoders: [fn(u8) -> String; 2] =
            [|byte| format!("%{byte:02X}"), |byte| format!("\\u{byte:04x}")];
        for encode in encoders {
            let encoded: String = TOKEN.bytes().map(encode).collect();
            let part = encode(b'x').len() * MIN_PART;
            for length in part..=encoded.len() {
                assert_eq!(redact_request_secrets(&encoded[..length], &[TOKEN]), WITHHELD);
            }
        }
    }

    #[test]
    fn text_without_secrets_is_unchanged() {
        for text in ["", "umapi-", "umapi-S%2", "100%", "%%%2", r"\", r"\u00", r"\u+123", "&amp"] {
            assert_eq!(redact_text(text, &[TOKEN, ""]), text);
        }

        let message = "pin_code is invalid: `access_key` must be set";
        assert_eq!(redact_text(message, &[]), message);
    }

    #[test]
    fn no_text_reveals_a_secret() {
        let parts = ["umapi-", "SE", "/", "ä", "%", "2F", "\\", "u00", "&", "#x2f;", "|", "€", "+"];
        for _ in 0..20_000 {
            let text: String = (0..8).map(|_| parts[fastrand::usize(..parts.len())]).collect();
            let secret: String = (0..3).map(|_| parts[fastrand::usize(..parts.len())]).collect();
            let redacted = redact_request_secrets(&text, &[&secret]);

            let is_redacted = redacted.contains(REDACTED) || redacted == WITHHELD;
            assert!(is_redacted || !text.contains(&secret), "{secret} in {text}");
            assert!(!redacted.contains(&secret), "{secret} in {text}: {redacted}");
        }
    }

    #[test]
    fn quoted_json_with_a_secret_member_is_withheld() {
        for text in [
            r#"upstream said {"access_key":"S3CRET"}"#,
            r#"{\"pin_code\": 1234}"#,
            r#""{\\\"pin_code\\\":\\\"12\\\"}",1"#,
            r#"{"access_key":"S3CR"#,
        ] {
            assert_eq!(redact_text(text, &[]), WITHHELD, "{text}");
        }
    }

    #[test]
    fn query_of_a_url_is_replaced_in_any_encoding() {
        for (text, redacted) in [
            (r#"{"data":"https://h/a?X-Sig=s3cret&b"}"#, r#"{"data":"https://h/a?***"}"#),
            ("see https://h/a?b=%3Fc and /d?e, f", "see https://h/a?*** and /d?*** f"),
            (r#""https:\/\/h\/a\u003fs\u0026t""#, r#""https:\/\/h\/a\u003f***""#),
            ("to=https%3A%2F%2Fh%2F%3Fs%3Dt>", "to=https%3A%2F%2Fh%2F%3F***>"),
            ("What? No?", "What? No?"),
            ("ä?ö", "ä?***"),
        ] {
            assert_eq!(redact_text(text, &[]), redacted);
        }
    }

    #[test]
    fn long_text_is_searched_at_both_ends_only() {
        let middle = "\\".repeat(16 << 20);
        let text = format!("ä{TOKEN} /a?S3CRET {middle} /a?S3CRET {TOKEN}ö");
        let start = std::time::Instant::now();
        let redacted = redact_text(&text, &[TOKEN]);

        assert!(start.elapsed() < std::time::Duration::from_secs(20));
        assert!(redacted.starts_with(r"ä*** /a?*** \\"), "{}", to_single_line(&redacted));
        assert!(redacted.ends_with(r"\\ /a?*** ***ö"), "{}", to_single_line(&redacted));
        assert!(redacted.contains(r"\…\") && redacted.len() <= MAX_SEARCHED);

        let query = format!("https://h/a?{}S3CRET", "x".repeat(MAX_SEARCHED));
        assert_eq!(redact_text(&query, &[]), "https://h/a?***");
        let member = format!(r#"{{"pin_code": "{}S3CRET"#, "x".repeat(MAX_SEARCHED));
        assert_eq!(redact_text(&member, &[]), WITHHELD);
    }

    #[test]
    fn secret_across_a_cut_of_a_long_text_is_withheld() {
        let half = MAX_SEARCHED / 2;
        let encoded = "umapi%2DSE%2FCRET1234%7Cmain";
        for token in [TOKEN, encoded] {
            for length in 0..=token.len() {
                let at_start = "x".repeat(half - length) + token + &"y".repeat(MAX_SEARCHED);
                let at_end = "x".repeat(MAX_SEARCHED) + token + &"y".repeat(half - length);
                let short = "x".repeat(half - length)
                    + token
                    + &"y".repeat(half - token.len() + length + 1);

                for text in [at_start, at_end, short] {
                    let redacted = redact_text(&text, &[TOKEN]);
                    let shows_part = ["umapi-SE", "umapi%2DSE", "CRET1234"]
                        .iter()
                        .any(|part| redacted.contains(part));
                    assert!(!shows_part, "{length}: {}", to_single_line(&redacted));
                }
            }
        }
    }

    #[cfg(feature = "oauth")]
    #[test]
    fn message_of_the_account_service_has_no_secret_and_no_control_character() {
        let message = redact_to_single_line("no\x1b[31m s/cret\r\n", &["s/cret"]);
        assert_eq!(message, "no [31m ***  ");
        assert_eq!(redact_to_single_line("the code s%2Fcret", &["s/cret"]), WITHHELD);
        assert_eq!(redact_to_single_line(&"ä".repeat(1000), &[""]).chars().count(), MAX_EXCERPT);
    }

    #[test]
    fn message_is_on_one_line_and_short() {
        assert_eq!(to_single_line("Bad\r\nluck\u{1b}[31m \u{202e}\u{61c}ä"), "Bad  luck [31m   ä");
        assert_eq!(to_single_line(&"ä".repeat(MAX_EXCERPT)), "ä".repeat(MAX_EXCERPT));

        let long = to_single_line(&format!("begin{}end", "ä".repeat(1_000_000)));
        assert_eq!(long.chars().count(), MAX_EXCERPT);
        assert!(long.starts_with("beginä") && long.contains('…') && long.ends_with("äend"));
    }
}
