//! The generated code for small documents: one construct each, hostile text, and stale rules.

mod document;
mod hostile;
mod quirks;

use connect_codegen::io::rustfmt;
use connect_tests::scratch::ScratchWorkspace;
use document::{Document, merge};
use serde_json::json;

#[test]
fn generated_code_of_each_construct_matches_its_snapshot() {
    insta::glob!("../../../documents", "*.yaml", |path| {
        let text = std::fs::read_to_string(path).expect("read the document");
        let files = Document::parse(&text)
            .generate()
            .and_then(|files| rustfmt::format(&files))
            .unwrap_or_else(|problem| panic!("{}: {problem}", path.display()));

        insta::with_settings!({
            prepend_module_to_snapshot => false,
            omit_expression => true,
            description => text,
        }, {
            insta::assert_snapshot!("construct", document::construct_files(&files));
        });
    });
}

/// Compiles and documents one crate with all constructs, because a crate for each takes a minute.
#[test]
fn generated_code_of_all_constructs_compiles() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/documents");
    let mut all = json!({});

    for entry in std::fs::read_dir(folder).expect("list tests/documents") {
        let path = entry.expect("read a folder entry").path();
        let name = path.file_stem().expect("a file name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("read the document");
        merge(&mut all, document::renamed_addition(&text, &name));
    }

    let files = Document::with(all).generate().unwrap_or_else(|problem| panic!("{problem}"));
    let mut scratch = ScratchWorkspace::new(env!("CARGO_TARGET_TMPDIR"), "golden");
    scratch.add_crate("constructs", &files);
    scratch.run_cargo(&["check", "doc"]);
}
