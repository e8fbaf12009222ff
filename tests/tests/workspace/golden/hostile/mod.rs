//! Whatever text a document holds, it cannot break out of a comment, a string or an identifier,
//! nor name a file. Each text at each place gives a problem that names the place, or code that
//! has the same items as that of a harmless text, compiles, and is clean when documented.

mod inconsistent;
mod places;
mod shape;
mod structure;

use connect_codegen::diagnostic::Result;
use connect_codegen::io::files::Files;
use places::{PLACES, Place};
use serde_json::json;
use shape::Shape;

use crate::golden::document::{Document, merge};
use connect_tests::scratch::Scratch;

/// Texts that mean something in a comment, in a string, in an identifier, in Markdown, in a path
/// or to whoever reads the code.
fn texts() -> Vec<String> {
    let texts = include_str!("texts.json");
    let mut texts: Vec<String> = serde_json::from_str(texts).expect("a list of texts");
    texts.push("w".repeat(100_000));
    texts
}

/// The code for a document with each of the texts at a place.
fn generate<'a>(place: &Place, texts: impl IntoIterator<Item = &'a str>) -> Result<Files> {
    let mut together = json!({});
    for (index, text) in texts.into_iter().enumerate() {
        merge(&mut together, (place.put)(index, text));
    }
    Document::with(together).generate()
}

/// The same of texts that have to fit.
fn generated<'a>(place: &Place, texts: impl IntoIterator<Item = &'a str>) -> Files {
    generate(place, texts).unwrap_or_else(|problem| panic!("{}: {problem}", place.name))
}

/// Whether a text can be a name at a place; if not, the problem names the place.
fn fits(place: &Place, text: &str) -> bool {
    match generate(place, [text]) {
        Ok(_) => true,
        Err(problem) => {
            let start: String = text.chars().take(40).collect();
            assert!(problem.location.is_some(), "{} {start:?}: {problem}", place.name);
            false
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
    let mut scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "hostile");
    let texts = texts();
    for place in PLACES {
        // Names are refused now and then, text never is.
        let texts = texts.iter().map(String::as_str);
        let texts: Vec<&str> = texts.filter(|text| !place.refuses || fits(place, text)).collect();
        assert!(!texts.is_empty(), "{}", place.name);

        let files = generated(place, texts.iter().copied());
        assert_harmless(&files, place.name);
        let harmless = generated(place, texts.iter().map(|_| place.harmless));
        Shape::of(&files, place.names).assert_is(&Shape::of(&harmless, place.names), place.name);
        scratch.add(place.name, &files);
    }

    let odd = Document::with(structure::odd_but_fine()).generate();
    scratch.add("odd_names", &odd.unwrap_or_else(|problem| panic!("{problem}")));
    scratch.run(&["check", "doc"]);
}
