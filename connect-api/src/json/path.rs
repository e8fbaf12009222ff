//! JSON that is no model: any value, and the place of what does not fit one.

/// Any JSON, by the one parser that `serde_json` has compiled.
pub(crate) fn value(text: &[u8]) -> Option<serde_json::Value> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Where a line and column (both from 1, the column in bytes) are in a text, in bytes.
pub(crate) fn offset(text: &[u8], line: usize, column: usize) -> usize {
    let mut before = 0;
    for _ in 1..line {
        let rest = text[before..].iter().position(|&byte| byte == b'\n');
        before += rest.map_or(0, |at| at + 1);
    }
    before.saturating_add(column).min(text.len())
}

/// The JSON path of what ends at a place, in bytes, of a text that is JSON up to there.
///
/// Found by reading the text rather than by decoding again through a tracking deserializer: that
/// would have every model compiled a second time, for the sake of the rare failure.
pub(crate) fn path_at(text: &[u8], end: usize) -> String {
    let mut stack = Vec::new();
    let mut at = 0;
    while at < end {
        match text[at] {
            // What has been opened and no further is itself what does not fit.
            b'{' | b'[' if at + 1 == end => {}
            b'{' => stack.push(Step::Key(None)),
            b'[' => stack.push(Step::Index(0)),
            b'}' | b']' => {
                stack.pop();
            }
            b',' => match stack.last_mut() {
                Some(Step::Key(key)) => *key = None,
                Some(Step::Index(index)) => *index += 1,
                None => {}
            },
            b'"' => {
                let close = string_end(text, at + 1).min(end);
                if let Some(Step::Key(key @ None)) = stack.last_mut() {
                    *key = Some(string(&text[at..close]));
                }

                at = close;
                continue;
            }
            _ => {}
        }

        at += 1;
    }

    let mut path = String::from("$");
    for step in stack {
        path += &match step {
            Step::Key(None) => continue,
            Step::Key(Some(key)) if is_plain(&key) => format!(".{key}"),
            Step::Key(Some(key)) => format!("[{key:?}]"),
            Step::Index(index) => format!("[{index}]"),
        };
    }

    path
}

enum Step {
    Key(Option<String>),
    Index(usize),
}

/// The index after the closing quote of a string whose content starts at `at`.
pub(crate) fn string_end(text: &[u8], mut at: usize) -> usize {
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }

    text.len()
}

/// What a string literal says, or at least what stands there.
fn string(literal: &[u8]) -> String {
    match value(literal) {
        Some(serde_json::Value::String(text)) => text,
        _ => String::from_utf8_lossy(literal).trim_matches('"').to_owned(),
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only decoding matters here")]
    struct Model {
        id: i64,
        inner: Option<Box<Model>>,
        list: Option<Vec<Model>>,
        map: Option<BTreeMap<String, i64>>,
    }

    fn path(text: &str) -> String {
        let error = serde_json::from_str::<Model>(text).unwrap_err();
        path_at(text.as_bytes(), offset(text.as_bytes(), error.line(), error.column()))
    }

    #[test]
    fn the_path_leads_to_what_does_not_fit() {
        assert_eq!(path(r#"{"id": "x"}"#), "$.id");
        assert_eq!(path("{\"id\": 1,\n \"inner\": {\"id\": null}}"), "$.inner.id");
        assert_eq!(path(r#"{"id": 1, "list": [{"id": 1}, {"id": 2.5}]}"#), "$.list[1].id");
        assert_eq!(path(r#"{"id": 1, "list": [{"id": 1}, {"inner": null}]}"#), "$.list[1]");
        assert_eq!(path(r#"{"id": 1, "map": {"a\"]b": 1, "c d": true}}"#), "$.map[\"c d\"]");
        assert_eq!(path(r#"{"list": []}"#), "$");
        assert_eq!(path(r#"{"id": [1, 2]}"#), "$.id");
        assert_eq!(path(r#"{"id": 1, "list": [[1], 2]}"#), "$.list[0]");
        assert_eq!(path(r#"{"id": 1, "list": {"a": 1}}"#), "$.list");
        assert_eq!(path(r#"{"id": 1, "map": [{"a": 1}]}"#), "$.map");
    }

    #[test]
    fn any_text_has_a_path() {
        for text in ["", "{", "[[[", "\"", "{\"a", "}}]", "{\"a\\", "nonsense", "\u{0}"] {
            for column in 0..10 {
                for line in [1, 7] {
                    let end = offset(text.as_bytes(), line, column);
                    assert!(path_at(text.as_bytes(), end).starts_with('$'));
                }
            }
        }
    }
}
