//! The lines of a text at which JSON pointers point.

use std::collections::HashMap;

use connect_codegen::diagnostic::pointer_segment;
use granit_parser::{Event, Parser};

/// The line of each node of a JSON or YAML text, from 1, by JSON pointer. JSON is read as the YAML
/// that it is, so that one reader does for both. (But for keys of over 1,024 characters, which YAML
/// does not have: what follows one has the line of what is above it.)
pub(super) struct Lines(HashMap<String, usize>);

/// A node that is open while its children are read.
enum Open {
    /// A list, and the index of its next item.
    List(String, usize),
    /// A mapping that waits for a key.
    Keys(String),
    /// A mapping that has read a key, with the pointer of the value to come and the key's line.
    Value(String, String, usize),
}

impl Lines {
    /// Reads a text. Of one that is not valid, only what comes before the fault is known.
    pub(super) fn of(text: &str) -> Self {
        let mut lines = HashMap::from([(String::new(), 1)]);
        let mut open: Vec<Open> = Vec::new();
        for event in Parser::new_from_str(text) {
            let Ok((event, span)) = event else { break };
            let line = span.start.line();

            match event {
                Event::MappingStart(..) => {
                    let pointer = place(&mut open, line, &mut lines);
                    open.push(Open::Keys(pointer));
                }
                Event::SequenceStart(..) => {
                    let pointer = place(&mut open, line, &mut lines);
                    open.push(Open::List(pointer, 0));
                }
                Event::MappingEnd | Event::SequenceEnd => {
                    open.pop();
                }
                Event::Scalar(text, ..) => match open.pop() {
                    Some(Open::Keys(pointer)) => {
                        let child = format!("{pointer}/{}", pointer_segment(&text));
                        open.push(Open::Value(pointer, child, line));
                    }
                    other => {
                        open.extend(other);
                        place(&mut open, line, &mut lines);
                    }
                },
                Event::Alias(..) => {
                    place(&mut open, line, &mut lines);
                }
                _ => {}
            }
        }

        Self(lines)
    }

    /// The line of a pointer, or of the nearest that is above it.
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

/// The pointer of the node that begins here, whose line is noted: of a value, that of its key.
fn place(open: &mut Vec<Open>, line: usize, lines: &mut HashMap<String, usize>) -> String {
    let (pointer, line) = match open.pop() {
        None => (String::new(), line),
        Some(Open::List(list, index)) => {
            let pointer = format!("{list}/{index}");
            open.push(Open::List(list, index + 1));
            (pointer, line)
        }
        Some(Open::Value(mapping, child, line)) => {
            open.push(Open::Keys(mapping));
            (child, line)
        }
        // A key that is itself a list or a mapping, which no API document has.
        Some(Open::Keys(mapping)) => {
            let child = format!("{mapping}/");
            open.push(Open::Value(mapping, child.clone(), line));
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
    fn a_pointer_has_the_line_of_its_key() {
        let json = Lines::of(JSON);
        let places = [
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

        for (pointer, line) in places {
            assert!(json.0.contains_key(pointer), "{pointer}");
            assert_eq!(json.line(pointer), line, "{pointer}");
        }

        let yaml = Lines::of(YAML);
        for (pointer, line) in
            [("/paths", 2), ("/paths/~1a/get/tags/1", 7), ("/paths/~1a/get/x", 8)]
        {
            assert_eq!(yaml.line(pointer), line, "{pointer}");
        }

        assert_eq!(yaml.line("/paths/~1a/put"), 10);
    }

    #[test]
    fn a_pointer_to_nothing_has_the_line_above() {
        let lines = Lines::of(JSON);
        assert_eq!(lines.line("/paths/~1a~0b~1{c}/get/deprecated"), 4);
        assert_eq!(lines.line("/nowhere/at/all"), 1);
        assert_eq!(Lines::of("{\"a\":\n[1,\n").line("/a/0"), 1);
        assert_eq!(Lines::of("").line("/a"), 1);
    }

    #[test]
    fn whatever_is_json_is_read() {
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
            let lines = Lines::of(&text);
            let line = 1 + text[..text.find("\"b\"").expect("a key")].matches('\n').count();
            let short: String = text.chars().take(80).collect();
            assert_eq!(lines.0.get("/a/b"), Some(&line), "{short:?}");
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(Lines::of(&deep).line("/0/0"), 1);
    }
}
