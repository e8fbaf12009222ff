//! JSON without a model: parses any value, and locates an error in a body.

use serde_json::Value;

/// Parses any JSON value. Uses `FromStr`, which is compiled in `serde_json` already.
pub(crate) fn parse_value(text: &[u8]) -> Option<Value> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// The location of an error in a JSON body.
pub(crate) struct Location {
    /// The JSON path of the invalid value, as in `$.data[3].printer_count`.
    pub(crate) path: String,
    /// The offset of the value's first byte.
    pub(crate) value_start: usize,
    /// The offset at which the error was found: usually the end of the value.
    pub(crate) offset: usize,
}

impl Location {
    /// Returns the location of a decoding error in the body.
    pub(crate) fn of_error(error: &serde_json::Error, body: &[u8]) -> Self {
        Self::at_offset(body, offset(body, error.line(), error.column()))
    }

    /// Returns the location for an offset. The body is valid JSON up to there.
    ///
    /// Scans the body, since to decode it again with a path-tracking deserializer would compile each
    /// model a second time, for a rare error.
    pub(crate) fn at_offset(body: &[u8], offset: usize) -> Self {
        let steps = steps_to(body, offset);
        let path = std::iter::once("$".to_owned()).chain(steps.iter().map(Step::path)).collect();
        let value_start = steps.iter().rev().find_map(Step::value_start).unwrap_or(0);

        Self { path, value_start, offset }
    }
}

/// Converts a line and a column (both from 1, the column in bytes) to an offset.
fn offset(text: &[u8], line: usize, column: usize) -> usize {
    let mut line_start = 0;
    for _ in 1..line {
        let line_end = text[line_start..].iter().position(|&byte| byte == b'\n');
        line_start += line_end.map_or(0, |index| index + 1);
    }

    line_start.saturating_add(column).min(text.len())
}

/// A step of a path into an object or an array that is open.
enum Step {
    /// Without a name while none has been read.
    Member {
        name: Option<String>,
        value_start: usize,
    },
    Item {
        index: usize,
        value_start: usize,
    },
}

impl Step {
    /// Returns the step as it is written in a path.
    fn path(&self) -> String {
        match self {
            Self::Member { name: None, .. } => String::new(),
            Self::Member { name: Some(name), .. } if is_identifier(name) => format!(".{name}"),
            Self::Member { name: Some(name), .. } => format!("[{name:?}]"),
            Self::Item { index, .. } => format!("[{index}]"),
        }
    }

    fn value_start(&self) -> Option<usize> {
        match self {
            Self::Member { name: None, .. } => None,
            Self::Member { value_start, .. } | Self::Item { value_start, .. } => Some(*value_start),
        }
    }
}

/// Returns the steps to the value that ends at an offset.
fn steps_to(text: &[u8], end: usize) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut index = 0;

    while index < end {
        let next = index + 1;
        match text[index] {
            // An array or object of which nothing more was read is the invalid value itself.
            b'{' | b'[' if next == end => {}
            b'{' => steps.push(Step::Member { name: None, value_start: next }),
            b'[' => steps.push(Step::Item { index: 0, value_start: next }),
            b'}' | b']' => _ = steps.pop(),
            b':' => {
                if let Some(Step::Member { value_start, .. }) = steps.last_mut() {
                    *value_start = next;
                }
            }
            b',' => match steps.last_mut() {
                Some(Step::Member { name, .. }) => *name = None,
                Some(Step::Item { index, value_start }) => {
                    *index += 1;
                    *value_start = next;
                }
                None => {}
            },
            b'"' => {
                let close = string_end(text, next).min(end);
                if let Some(Step::Member { name: name @ None, value_start }) = steps.last_mut() {
                    *name = Some(decode_string(&text[index..close]));
                    *value_start = close;
                }

                index = close;
                continue;
            }
            _ => {}
        }

        index = next;
    }

    steps
}

/// Returns the index after the closing quote of the string whose content starts at an index.
fn string_end(text: &[u8], content: usize) -> usize {
    let mut index = content;
    while index < text.len() {
        match text[index] {
            b'\\' => index += 2,
            b'"' => return index + 1,
            _ => index += 1,
        }
    }

    text.len()
}

/// Decodes a string literal, or returns it without its quotes if it is invalid.
fn decode_string(literal: &[u8]) -> String {
    match parse_value(literal) {
        Some(Value::String(text)) => text,
        _ => String::from_utf8_lossy(literal).trim_matches('"').to_owned(),
    }
}

fn is_identifier(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
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

    /// The path of the invalid value, and the text from its start.
    fn locate(text: &str) -> (String, &str) {
        let error = serde_json::from_str::<Model>(text).unwrap_err();
        let location = Location::of_error(&error, text.as_bytes());
        (location.path, text[location.value_start..].trim_start())
    }

    #[test]
    fn location_is_that_of_the_invalid_value() {
        for (text, path, value) in [
            (r#"{"id": "x"}"#, "$.id", r#""x"}"#),
            ("{\"id\": 1,\n \"inner\": {\"id\": null}}", "$.inner.id", "null}}"),
            (r#"{"id": 1, "list": [{"id": 1}, {"id": 2.5}]}"#, "$.list[1].id", "2.5}]}"),
            (
                r#"{"id": 1, "list": [{"id": 1}, {"inner": null}]}"#,
                "$.list[1]",
                r#"{"inner": null}]}"#,
            ),
            (r#"{"id": 1, "map": {"a\"]b": 1, "c d": true}}"#, "$.map[\"c d\"]", "true}}"),
            (r#"{"list": []}"#, "$", r#"{"list": []}"#),
            (r#"{"id": [1, 2]}"#, "$.id", "[1, 2]}"),
            (r#"{"id": 1, "list": [[1], 2]}"#, "$.list[0]", "[1], 2]}"),
            (r#"{"id": 1, "list": {"a": 1}}"#, "$.list", r#"{"a": 1}}"#),
            (r#"{"id": 1, "map": [{"a": 1}]}"#, "$.map", r#"[{"a": 1}]}"#),
        ] {
            assert_eq!(locate(text), (path.to_owned(), value), "{text}");
        }
    }

    #[test]
    fn any_text_and_offset_have_a_location() {
        for text in ["", "{", "[[[", "\"", "{\"a", "}}]", "{\"a\\", "nonsense", "\u{0}"] {
            for column in 0..10 {
                for line in [1, 7] {
                    let offset = offset(text.as_bytes(), line, column);
                    let location = Location::at_offset(text.as_bytes(), offset);
                    assert!(location.path.starts_with('$') && location.value_start <= text.len());
                }
            }
        }
    }
}
