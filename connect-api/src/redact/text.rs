//! Keeps secrets out of errors, should an answer repeat them, however it spells them; and the words of
//! others short.

use std::borrow::Cow;

use reqwest::header::{CONTENT_LOCATION, HeaderMap, HeaderName, LINK, LOCATION, SET_COOKIE};
use serde_json::Value;

use crate::models::SECRETS;
use crate::redact::fields::without_secrets;

/// How much an error shows of a body, and of each text that someone else has written.
const EXCERPT: usize = 200;
/// How much of a body is looked at for that, in bytes.
const LOOKED_AT: usize = 64 << 10;
/// So many bytes of a secret at the end of a text are the secret, cut off.
const TELLING: usize = 8;
/// Headers that hold or name what opens something.
const TELLING_HEADERS: [HeaderName; 4] = [SET_COOKIE, LOCATION, CONTENT_LOCATION, LINK];
/// No escape is this long, in bytes.
const ESCAPE: usize = 12;

/// A text, without the secrets that it repeats: as they are, percent-encoded, escaped as in JSON
/// or as in HTML, or a part of each.
pub(crate) fn redact<S: AsRef<str>>(
    text: &str,
    secrets: impl IntoIterator<Item = S>,
) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for secret in secrets {
        if let Some(redacted) = without(&text, secret.as_ref()) {
            text = Cow::Owned(redacted);
        }
    }

    text
}

/// What someone else has written, without the token and the secrets in it.
fn harmless(text: &str, token: Option<&str>) -> String {
    without_secrets(&redact(text, token)).into_owned()
}

/// As much of both ends of what someone else has written as [`brief`] may need, without the token and
/// the secrets in it: to look for them in a long text takes long.
pub(crate) fn harmless_ends(text: &str, token: Option<&str>) -> String {
    if text.len() <= LOOKED_AT {
        return harmless(text, token);
    }

    let head = String::from_utf8_lossy(&text.as_bytes()[..LOOKED_AT / 2]);
    let tail = String::from_utf8_lossy(&text.as_bytes()[text.len() - LOOKED_AT / 2..]);

    // The token end by end, so that it is found where the head cuts it off; the secrets in both, so
    // that of a long one the tail is hidden too.
    let text = format!("{}…{}", redact(&head, token), redact(&tail, token));
    without_secrets(&text).into_owned()
}

/// A JSON value of which every string, every name and every secret member is [`harmless`].
pub(crate) fn redact_strings(value: &mut Value, token: Option<&str>) {
    match value {
        Value::String(text) => *text = harmless(text, token),
        Value::Array(values) => values.iter_mut().for_each(|value| redact_strings(value, token)),
        Value::Object(members) => {
            let named = std::mem::take(members).into_iter().map(|(name, mut value)| {
                match SECRETS.contains(&name.as_str()) && !value.is_null() {
                    true => value = "***".into(),
                    false => redact_strings(&mut value, token),
                }
                (harmless(&name, token), value)
            });
            *members = named.collect();
        }
        _ => {}
    }
}

/// Headers of which those that repeat a secret, or may hold another, do not show.
pub(crate) fn redact_headers<S: AsRef<str>>(
    mut headers: HeaderMap,
    secrets: impl IntoIterator<Item = S> + Clone,
) -> HeaderMap {
    for (name, value) in &mut headers {
        let text = String::from_utf8_lossy(value.as_bytes());
        let is_telling = TELLING_HEADERS.contains(name)
            || matches!(redact(&text, secrets.clone()), Cow::Owned(_))
            || matches!(without_secrets(&text), Cow::Owned(_));
        if is_telling {
            value.set_sensitive(true);
        }
    }

    headers
}

/// The beginning of a body, without what is secret in it, and without the token should the body
/// repeat it.
pub(crate) fn excerpt(body: &[u8], token: Option<&str>) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(LOOKED_AT)]);
    without_secrets(&redact(&text, token)).chars().take(EXCERPT).collect()
}

/// What a body has around a place, given in bytes, without what [`excerpt`] leaves out.
pub(crate) fn excerpt_at(body: &[u8], at: usize, token: Option<&str>) -> String {
    let end = at.saturating_add(EXCERPT / 4).max(EXCERPT).min(body.len());
    // What begins before this and is still secret where the excerpt begins would be very long.
    let text = String::from_utf8_lossy(&body[end.saturating_sub(LOOKED_AT)..end]);
    let text = redact(&text, token);
    let text = without_secrets(&text);

    match text.char_indices().rev().nth(EXCERPT - 1) {
        Some((start, _)) if start > 0 || end > LOOKED_AT => format!("…{}", &text[start..]),
        _ => text.into_owned(),
    }
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

/// As [`brief`], without the secrets.
#[cfg(feature = "oauth")]
pub(crate) fn presentable(text: &str, secrets: &[&str]) -> String {
    let text: String = text.chars().filter(|char| !char.is_control()).collect();
    brief(&redact(&text, secrets))
}

/// A text with `***` wherever the secret stands; none if it stands nowhere.
fn without(text: &str, secret: &str) -> Option<String> {
    let mut redacted = String::new();
    let (mut copied, mut at) = (0, 0);
    while !secret.is_empty() && at < text.len() {
        match spelled(&text.as_bytes()[at..], secret.as_bytes()) {
            Some(length) => {
                redacted.push_str(&text[copied..at]);
                redacted.push_str("***");
                at += length;
                copied = at;
            }
            None => at += 1,
        }
    }

    redacted.push_str(&text[copied..]);
    (copied > 0).then_some(redacted)
}

/// How long the secret is where a text begins with it, each byte in whatever spelling.
fn spelled(text: &[u8], secret: &[u8]) -> Option<usize> {
    if text.starts_with(secret) {
        return Some(secret.len());
    }

    let (mut at, mut left) = (0, secret);
    while let Some(&next) = left.first() {
        let rest = &text[at..];
        if let Some((length, meant)) = escape(rest, left) {
            at += length;
            left = &left[meant..];
        } else if rest.first().is_some_and(|&byte| byte == next || (byte == b'+' && next == b' ')) {
            at += 1;
            left = &left[1..];
        } else {
            let is_cut =
                rest.is_empty() || (rest.len() < ESCAPE && matches!(rest[0], b'%' | b'\\' | b'&'));
            let is_telling = secret.len() - left.len() >= TELLING;
            return (is_cut && is_telling).then_some(text.len());
        }
    }

    Some(at)
}

/// How long the escape is that a text begins with, if it stands for the beginning of the secret,
/// and for how many bytes of it.
fn escape(text: &[u8], secret: &[u8]) -> Option<(usize, usize)> {
    let (length, char) = match text.first()? {
        b'%' => return percent(text, secret[0]),
        b'\\' => {
            // One that is itself escaped has more backslashes.
            let slashes = text.iter().take(ESCAPE).take_while(|&&byte| byte == b'\\').count();
            match text.get(slashes) {
                Some(b'u') => (slashes + 5, hex(text.get(slashes + 1..slashes + 5)?)?),
                Some(byte @ (b'/' | b'"')) => (slashes + 1, u32::from(*byte)),
                _ if slashes > 1 => (2, u32::from(b'\\')),
                _ => return None,
            }
        }
        b'&' => {
            let end = text.iter().take(ESCAPE).position(|&byte| byte == b';')?;
            let char = match &text[1..end] {
                b"amp" => u32::from(b'&'),
                b"apos" => u32::from(b'\''),
                b"gt" => u32::from(b'>'),
                b"lt" => u32::from(b'<'),
                b"quot" => u32::from(b'"'),
                [b'#', b'x' | b'X', digits @ ..] => hex(digits)?,
                [b'#', digits @ ..] => std::str::from_utf8(digits).ok()?.parse().ok()?,
                _ => return None,
            };

            (end + 1, char)
        }
        _ => return None,
    };
    let mut bytes = [0; 4];
    let meant = char::from_u32(char)?.encode_utf8(&mut bytes).as_bytes();

    secret.starts_with(meant).then_some((length, meant.len()))
}

/// As [`escape`], of a byte that is percent-encoded, perhaps more than once.
fn percent(text: &[u8], byte: u8) -> Option<(usize, usize)> {
    let mut at = 1;
    loop {
        let digits = text.get(at..at + 2)?;
        if hex(digits)? == u32::from(byte) {
            return Some((at + 2, 1));
        }

        if digits != b"25" {
            return None;
        }

        at += 2;
    }
}

fn hex(digits: &[u8]) -> Option<u32> {
    let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_hex)?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TOKEN: &str = "umapi-SE/CRET1234|main";

    #[test]
    fn a_secret_is_found_however_it_is_spelled() {
        for spelling in [
            TOKEN,
            "umapi-SE%2FCRET1234%7Cmain",
            "umapi-SE%2fCRET1234|main",
            "umapi%2DSE/CRET1234%7cmain",
            "umapi-SE%252FCRET1234%25257Cmain",
            r"umapi-SE\/CRET1234|main",
            r"umapi-SE\\/CRET1234|main",
            r"\u0075mapi-SE\u002FCRET1234\u007cmain",
            "umapi-SE&#47;CRET1234&#x7c;main",
        ] {
            let text = format!("<ä{spelling}/{spelling}ä>");
            assert_eq!(redact(&text, [TOKEN]), "<ä***/***ä>", "{spelling}");
        }

        for (secret, spelling) in [
            ("ä b", "%C3%A4+b"),
            ("ä b", r"\u00e4%20b"),
            (r#"a\"b"#, r#"a\\\"b"#),
            (r"a\b", r"a\\b"),
            (r"a\\b", r"a\\b"),
            ("a%41", "a%2541"),
            ("a&b<c", "a&amp;b&lt;c"),
        ] {
            assert_eq!(redact(spelling, [secret]), "***", "{spelling}");
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in ["", "umapi-", "umapi-S%2", "100%", "%%%2", r"\", r"\u00", "&amp", "&#x110000;"]
        {
            assert!(matches!(redact(text, [TOKEN, ""]), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn a_secret_that_is_cut_off_is_one() {
        for text in ["umapi-SE", "umapi-SE%2FCRET", "umapi-SE/CRET1234%7", r"umapi-SE/CRET1234\u00"]
        {
            assert_eq!(redact(text, [TOKEN]), "***", "{text}");
        }
        assert_eq!(redact("umapi-SE or another", [TOKEN]), "umapi-SE or another");
    }

    #[test]
    fn any_text_can_be_looked_at() {
        let parts = ["umapi-", "SE", "/", "ä", "%", "2F", "\\", "u00", "&", "#x2f;", "|", "€", "+"];
        for _ in 0..20_000 {
            let text: String = (0..8).map(|_| parts[fastrand::usize(..parts.len())]).collect();
            let secret: String = (0..3).map(|_| parts[fastrand::usize(..parts.len())]).collect();
            let shown = redact(&text, [&secret]);
            assert!(shown.contains("***") || !text.contains(&secret), "{secret} in {text}");
        }
    }

    #[test]
    fn a_long_text_of_escapes_is_read_in_time() {
        for part in ["\\", "%", "%25", "&"] {
            let text = part.repeat(1 << 20);
            let start = std::time::Instant::now();
            assert_eq!(redact(&text, [TOKEN]).len(), text.len());
            assert!(start.elapsed() < std::time::Duration::from_secs(20), "{part}");
        }
    }

    #[test]
    fn names_in_json_are_text_too() {
        let mut value = json!({"a": {TOKEN: [TOKEN, 1]}, TOKEN: null});
        redact_strings(&mut value, Some(TOKEN));
        assert_eq!(value, json!({"a": {"***": ["***", 1]}, "***": null}));
    }

    #[test]
    fn of_a_long_text_only_the_ends_are_looked_at_and_show_no_secret() {
        let middle = "\\".repeat(1 << 20);
        let text = format!(r#"ä{TOKEN} "pin_code": "S3CRET", {middle} /a?S3CRET {TOKEN}ö"#);
        let shown = harmless_ends(&text, Some(TOKEN));

        assert!(shown.starts_with(r#"ä*** "pin_code": ***, \\"#), "{}", brief(&shown));
        assert!(shown.ends_with(r"\\ /a?*** ***ö"), "{}", brief(&shown));
        assert!(shown.contains(r"\…\") && shown.len() <= LOOKED_AT);

        let long = |begin| harmless_ends(&format!("{begin}{}S3CRET", "x".repeat(LOOKED_AT)), None);
        assert_eq!(long(r#"{"pin_code": ""#), r#"{"pin_code": ***"#);
        assert_eq!(long("https://h/a?"), "https://h/a?***");

        let cut = "x".repeat(LOOKED_AT / 2 - TELLING) + TOKEN + &"y".repeat(LOOKED_AT);
        assert!(!harmless_ends(&cut, Some(TOKEN)).contains(&TOKEN[..TELLING]));
    }

    #[test]
    fn an_excerpt_shows_no_part_of_the_token() {
        for before in 0..EXCERPT {
            let body = "x".repeat(before) + TOKEN;
            assert_eq!(excerpt(body.as_bytes(), Some(TOKEN)).trim_matches('x'), {
                &"***"[..(EXCERPT - before).min(3)]
            });
        }

        let many = TOKEN.repeat(LOOKED_AT / TOKEN.len() + 1);
        assert!(!excerpt(many.as_bytes(), Some(TOKEN)).contains("umapi"));
    }

    #[test]
    fn an_excerpt_around_a_place_shows_it_and_no_part_of_a_secret() {
        let key = "k".repeat(3 * EXCERPT);
        let body = format!(r#"{{"access_key": "{key}", "wrong": [7], "token": "{TOKEN}"}}"#);
        for at in 0..=body.len() {
            let shown = excerpt_at(body.as_bytes(), at, Some(TOKEN));
            let told = shown.contains("kkk") || shown.contains(&TOKEN[..TELLING]);
            assert!(!told, "{at}: {shown}");
            assert!(shown.chars().count() <= EXCERPT + 1, "{at}: {shown}");
        }

        let at = body.find('[').unwrap();
        assert!(
            excerpt_at(body.as_bytes(), at, None).contains(r#""access_key": ***, "wrong": [7]"#)
        );

        let long = "ä".repeat(LOOKED_AT) + &body;
        let shown = excerpt_at(long.as_bytes(), long.len() - 1, Some(TOKEN));
        assert!(shown.starts_with("…ä") && shown.ends_with(r#""wrong": [7], "token": "***"}"#));

        let short = r#"{"a": 1}"#;
        assert_eq!(excerpt_at(short.as_bytes(), short.len(), None), short);
    }

    #[cfg(feature = "oauth")]
    #[test]
    fn someone_elses_words_hold_no_secret_and_fit_a_line() {
        let text = presentable("no\x1b[31m s/cret\r\n s%2Fcret s\0/cret", &["s/cret"]);
        assert_eq!(text, "no[31m *** *** ***");
        assert_eq!(presentable(&"ä".repeat(1000), &[""]).chars().count(), EXCERPT);
    }

    #[test]
    fn what_others_say_is_short_and_on_one_line() {
        assert_eq!(brief("Bad\r\nluck\u{1b}[31m \u{202e}ä"), "Bad  luck [31m  ä");
        assert_eq!(brief(&"ä".repeat(EXCERPT)), "ä".repeat(EXCERPT));
        let long = brief(&format!("begin{}end", "ä".repeat(1_000_000)));
        assert_eq!(long.chars().count(), EXCERPT);
        assert!(long.starts_with("beginä") && long.contains('…') && long.ends_with("äend"));
    }
}
