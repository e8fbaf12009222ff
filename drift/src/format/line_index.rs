//! Maps JSON pointers to the lines of a text.

use std::collections::HashMap;

use connect_codegen::diagnostic::pointer_segment;
use granit_parser::{Event, Parser};

/// The line number, counted from 1, of each node of a JSON or YAML text, by JSON pointer.
///
/// JSON is parsed as YAML, so one parser is enough for both. The only exception is a key of
/// more than 1,024 characters, which YAML does not allow: nodes after it get the line of their
/// nearest ancestor.
pub(super) struct LineIndex(HashMap<String, usize>);

/// A node whose children are being read.
enum OpenNode {
    /// A list with its pointer and the index of its next item.
    List(String, usize),
    /// A mapping, with its pointer, before a key.
    MappingKey(String),
    /// A mapping after a key: its pointer, the pointer of the value, and the line of the key.
    MappingValue(String, String, usize),
}

impl LineIndex {
    /// Builds the index of a text. For an invalid text, it covers only the part before the error.
    pub(super) fn new(text: &str) -> Self {
        let mut lines = HashMap::from([(String::new(), 1)]);
        let mut open: Vec<OpenNode> = Vec::new();

        for event in Parser::new_from_str(text) {
            let Ok((event, span)) = event else { break };
            let line = span.start.line();

            match event {
                Event::MappingStart(..) => {
                    let pointer = start_node(&mut open, line, &mut lines);
                    open.push(OpenNode::MappingKey(pointer));
                }
                Event::SequenceStart(..) => {
                    let pointer = start_node(&mut open, line, &mut lines);
                    open.push(OpenNode::List(pointer, 0));
                }
                Event::MappingEnd | Event::SequenceEnd => {
                    open.pop();
                }
                Event::Scalar(text, ..) => match open.pop() {
                    Some(OpenNode::MappingKey(pointer)) => {
                        let child = format!("{pointer}/{}", pointer_segment(&text));
                        open.push(OpenNode::MappingValue(pointer, child, line));
                    }
                    other => {
                        open.extend(other);
                        start_node(&mut open, line, &mut lines);
                    }
                },
                Event::Alias(..) => {
                    start_node(&mut open, line, &mut lines);
                }
                _ => {}
            }
        }

        Self(lines)
    }

    /// Returns the line of a pointer, or of its nearest known ancestor.
    pub(super) fn line(&self, pointer: &str) -> usize {
        let mut pointer = pointer;
        loop {
            if let Some(line) = self.0.get(pointer) {
                return *line;
            }
            match pointer.rfind('/') {
                Some(end) => pointer = &pointer[..end],
                None => return 1,
            }
        }
    }
}

/// Records the line of a node that starts, and returns its pointer. The line of a mapping value is
/// that of its key.
fn start_node(open: &mut Vec<OpenNode>, line: usize, lines: &mut HashMap<String, usize>) -> String {
    let (pointer, line) = match open.pop() {
        None => (String::new(), line),
        Some(OpenNode::List(list, index)) => {
            let pointer = format!("{list}/{index}");
            open.push(OpenNode::List(list, index + 1));
            (pointer, line)
        }
        Some(OpenNode::MappingValue(mapping, child, key_line)) => {
            open.push(OpenNode::MappingKey(mapping));
            (child, key_line)
        }
        // A key that is itself a list or a mapping, which no API document has.
        Some(OpenNode::MappingKey(mapping)) => {
            let child = format!("{mapping}/");
            open.push(OpenNode::MappingValue(mapping, child.clone(), line));
            (child, line)
        }
    };
    lines.insert(pointer.clone(), line);

    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r##"{
  "paths": {
    "/a~b/{c}": {
      "get": {"tags": ["one",
        "two\ud83d\ude00"]}, "x\"y": null
    }
  },
  "empty": {}, "list": [[1], [
    2]]
}
"##;

    const YAML: &str = "openapi: 3.0.0 # a comment\npaths:\n  /a:\n    get: &get\n      tags:\n      - one\n      - two\n      x: >\n        three\n    put: *get\n";

    #[test]
    fn line_of_existing_pointer_is_that_of_its_key() {
        let json = LineIndex::new(JSON);
        let expected = [
            ("", 1),
            ("/paths", 2),
            ("/paths/~1a~0b~1{c}", 3),
            ("/paths/~1a~0b~1{c}/get", 4),
            ("/paths/~1a~0b~1{c}/get/tags/0", 4),
            ("/paths/~1a~0b~1{c}/get/tags/1", 5),
            ("/paths/~1a~0b~1{c}/x\"y", 5),
            ("/empty", 8),
            ("/list/1/0", 9),
        ];

        for (pointer, line) in expected {
            assert!(json.0.contains_key(pointer), "{pointer}");
            assert_eq!(json.line(pointer), line, "{pointer}");
        }

        let yaml = LineIndex::new(YAML);
        for (pointer, line) in
            [("/paths", 2), ("/paths/~1a/get/tags/1", 7), ("/paths/~1a/get/x", 8)]
        {
            assert_eq!(yaml.line(pointer), line, "{pointer}");
        }

        assert_eq!(yaml.line("/paths/~1a/put"), 10);
    }

    #[test]
    fn line_of_missing_pointer_is_that_of_its_ancestor() {
        let index = LineIndex::new(JSON);
        assert_eq!(index.line("/paths/~1a~0b~1{c}/get/deprecated"), 4);
        assert_eq!(index.line("/nowhere/at/all"), 1);
        assert_eq!(LineIndex::new("{\"a\":\n[1,\n").line("/a/0"), 1);
        assert_eq!(LineIndex::new("").line("/a"), 1);
    }

    #[test]
    fn index_covers_all_json_syntax() {
        let long = "k".repeat(5_000);
        let texts = [
            "{\n\t\"a\":{\n\t\t\"b\":1}}".to_owned(),
            "{\"x\":\"\\/\\u0000\\ud83d\\ude00\",\n\"a\" :\n{\"b\":1}}".to_owned(),
            "\u{feff}{\"x\":\"# no comment: [\", \n\"a\":{\n\"b\":-1e+9}}".to_owned(),
            "{\"x\":[\"---\",\"*a\",\"&b\",\"!c\",\"%d\",\"\"],\n\"a\":\n{\"b\":{}}}".to_owned(),
            format!("{{\"x\":\"{long}\",\n\"a\":\n{{\"b\":[]}}}}"),
            "{\"a\":1,\r\n\"a\":{\r\n\"b\":true}}".to_owned(),
        ];

        for text in texts {
            let index = LineIndex::new(&text);
            let line = 1 + text[..text.find("\"b\"").expect("the key `b`")].matches('\n').count();
            let excerpt: String = text.chars().take(80).collect();
            assert_eq!(index.0.get("/a/b"), Some(&line), "{excerpt:?}");
        }
    }

    #[test]
    fn deep_nesting_does_not_overflow_the_stack() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(LineIndex::new(&deep).line("/0/0"), 1);
    }
}
