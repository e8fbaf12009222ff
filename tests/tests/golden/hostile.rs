//! Whatever text a document holds, it cannot break out of a comment, a string or an identifier,
//! nor name a file. Each text at each place gives a problem that names the place, or code that
//! has the same items as that of a harmless text, compiles, and is clean when documented.

mod places;
mod shape;

use std::collections::BTreeMap;

use connect_codegen::write::Files;
use places::{PLACES, Place};
use serde_json::{Value, json};
use shape::Shape;

use crate::document::Document;
use crate::scratch::Scratch;

/// Texts that mean something in a comment, in a string, in an identifier, in Markdown, in a path
/// or to whoever reads the code.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "*/",
        "/*",
        "\"#",
        "\"##",
        "'",
        "\\",
        "\\\"",
        "{}",
        "{0}",
        "%s",
        "`",
        "``",
        "```",
        "```rust\npanic!()\n```",
        "two\nlines",
        "two\r\nlines",
        "carriage\rreturn",
        "nul\0",
        "tab\t",
        "\u{b}\u{c}\u{1b}[31m",
        "\u{7f}\u{85}",
        "\u{202E}lave",
        "\u{2066}a\u{2069}",
        "\u{200F}",
        "\u{FEFF}bom",
        "\u{2028}line\u{2029}paragraph",
        "\u{E0001}",
        "    let code = 1;",
        "\tlet code = 1;",
        "#![deny(warnings)]",
        "#[cfg(x)]",
        "<script>alert(1)</script>",
        "<!-- comment",
        "[link](x)",
        "[Foo]",
        "[`Foo`]",
        "[foo]: http://example.com",
        "[^1]",
        "http://example.com",
        "&amp;",
        "| a | b |",
        "---",
        "===",
        "> quote",
        "- item",
        "1. item",
        "1) item",
        "~~~",
        "$x$",
        "crate::Foo",
        "r#type",
        "../../evil",
        "/etc/passwd",
        "a/b",
        "a\\b",
        ".",
        "..",
        "",
        " ",
        "a~1b~0c",
        "\"; mod evil; //",
        "} } mod evil { {",
        "Foo; mod x",
        "String",
        "Option",
        "Self",
        "self",
        "type",
        "crate",
        "super",
        "_",
        "__",
        "r#_",
        "é",
        "ñandú",
        "日本",
        "🦀",
        "x y",
        "a-b",
        "2d",
        "url",
        "request",
        "client",
        "send",
        "body",
        "value",
        "unknown",
        "new",
        "clone",
        "into",
        "wire",
        "include_str!(\"x\")",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("w".repeat(100_000));
    texts
}

/// Generates the document with a text at a place, and asserts what has to hold.
fn hold(place: &Place, index: usize, text: &str, shape: &Shape) -> Option<Value> {
    let addition = (place.put)(index, text);
    let start: String = text.chars().take(40).collect();
    match Document::with(addition.clone()).generate() {
        Err(problem) => {
            let what = format!("{} {start:?}: {problem}", place.name);
            assert!(place.refuses, "{what}");
            assert!(problem.place.is_some(), "names no place: {what}");
            assert!(problem.message.len() < 1_000, "{what}");
            None
        }
        Ok(files) => {
            assert_harmless(&files, &format!("{} {start:?}", place.name));
            let got = Shape::of(&files, place.names);
            assert_eq!(got, *shape, "{} {start:?}", place.name);
            Some(addition)
        }
    }
}

/// No character in the files that an editor would obey rather than show.
fn assert_harmless(files: &Files, what: &str) {
    for (path, code) in files {
        let odd = code.chars().find(|c| {
            (c.is_control() && *c != '\n')
                || matches!(c, '\u{200E}' | '\u{200F}' | '\u{61C}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}')
                || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{E0000}'..='\u{E007F}')
        });
        assert_eq!(odd, None, "{what}: {}", path.display());
    }
}

#[test]
fn no_text_is_more_than_text() {
    let mut scratch = Scratch::new("hostile");
    let texts = texts();
    let mut accepted = BTreeMap::new();
    for place in PLACES {
        let mut together = json!({});
        let mut count = 0;
        for (index, text) in texts.iter().enumerate() {
            let benign = Document::with((place.put)(index, place.harmless)).generate();
            let benign = benign.unwrap_or_else(|problem| panic!("{}: {problem}", place.name));
            if let Some(addition) = hold(place, index, text, &Shape::of(&benign, place.names)) {
                crate::document::merge(&mut together, addition);
                count += 1;
            }
        }
        let files = Document::with(together)
            .generate()
            .unwrap_or_else(|problem| panic!("{}: {problem}", place.name));
        scratch.add(place.name, &files);
        accepted.insert(place.name, count);
    }
    // Text is never refused, only names are.
    for place in PLACES.iter().filter(|place| !place.refuses) {
        assert_eq!(accepted[place.name], texts.len(), "{}", place.name);
    }
    scratch.check();
}
