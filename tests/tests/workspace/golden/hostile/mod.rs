//! Hostile text in a document: it cannot leave a comment, a string or an identifier, and cannot
//! name a file.
//!
//! Each text at each location gives an error that names the location, or code that has the same
//! items as the code for a harmless text, compiles, and is documented without warnings.

mod inconsistent;
mod locations;
mod shape;
mod structure;

use connect_codegen::diagnostic::Result;
use connect_codegen::io::files::Files;
use connect_tests::scratch::ScratchWorkspace;
use locations::{LOCATIONS, Location};
use serde_json::{Value, json};
use shape::Shape;

use super::document::{Document, merge};

/// Texts with a meaning in comments, strings, identifiers, Markdown, paths or terminals.
fn texts() -> Vec<String> {
    let texts = include_str!("texts.json");
    let mut texts: Vec<String> = serde_json::from_str(texts).expect("a list of texts");
    texts.push("w".repeat(100_000));
    texts
}

/// The addition that has each of the texts at a location; the indices begin with `first_index`.
fn addition(location: &Location, first_index: usize, texts: &[&str]) -> Value {
    let mut addition = json!({});
    for (index, text) in texts.iter().enumerate() {
        merge(&mut addition, (location.addition)(first_index + index, text));
    }

    addition
}

fn generate(location: &Location, texts: &[&str]) -> Result<Files> {
    Document::with(addition(location, 0, texts)).generate()
}

/// Whether a text is accepted at a location; if not, the error must name a location in the document.
fn is_accepted(location: &Location, text: &str) -> bool {
    match generate(location, &[text]) {
        Ok(_) => true,
        Err(problem) => {
            let start: String = text.chars().take(40).collect();
            let is_located = problem.location.is_some();
            assert!(is_located, "{} {start:?}: error without a location: {problem}", location.name);
            false
        }
    }
}

/// Asserts that no character changes how an editor or a terminal shows the code.
fn assert_printable(files: &Files, description: &str) {
    for (path, code) in files {
        let unprintable = code.chars().find(|c| {
            (c.is_control() && *c != '\n')
                || matches!(c, '\u{200E}' | '\u{200F}' | '\u{61C}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}')
                || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{E0000}'..='\u{E007F}')
        });

        assert_eq!(unprintable, None, "{description}: {}", path.display());
    }
}

#[test]
fn hostile_text_changes_no_code() {
    let texts = texts();
    let (mut all, mut first_index) = (json!({}), 0);

    for location in LOCATIONS {
        let texts = texts.iter().map(String::as_str);
        let texts: Vec<&str> =
            texts.filter(|text| !location.can_reject || is_accepted(location, text)).collect();
        assert!(!texts.is_empty(), "{}: every text is rejected", location.name);

        let generate = |texts: &[&str]| {
            generate(location, texts)
                .unwrap_or_else(|problem| panic!("{}: {problem}", location.name))
        };
        let files = generate(&texts);
        assert_printable(&files, location.name);

        let harmless = generate(&vec![location.harmless; texts.len()]);
        let shape = |files| Shape::new(files, location.effect);
        shape(&files).assert_equals(&shape(&harmless), location.name);

        merge(&mut all, addition(location, first_index, &texts));
        first_index += texts.len();
    }

    // One crate for all locations, because a crate for each takes a minute to compile.
    let mut scratch = ScratchWorkspace::new(env!("CARGO_TARGET_TMPDIR"), "hostile");
    for (name, addition) in [("texts", all), ("unusual_names", structure::unusual_names())] {
        let files = Document::with(addition).generate();
        scratch.add_crate(name, &files.unwrap_or_else(|problem| panic!("{name}: {problem}")));
    }
    scratch.run_cargo(&["check", "doc"]);
}
