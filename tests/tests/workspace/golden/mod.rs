//! One construct of a document at a time: what is made of it, that it compiles, and that no text
//! in it can do harm.

mod document;
mod hostile;
mod quirks;

use connect_tests::scratch::Scratch;
use document::Document;

#[test]
fn each_construct_has_its_code() {
    insta::glob!("../../../documents", "*.yaml", |path| {
        let text = std::fs::read_to_string(path).expect("a document");
        let files = Document::read(&text)
            .generate()
            .unwrap_or_else(|problem| panic!("{}: {problem}", path.display()));
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            omit_expression => true,
            description => text,
        }, {
            insta::assert_snapshot!("construct", document::of_the_construct(&files));
        });
    });
}

#[test]
fn all_of_it_compiles() {
    let mut scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "golden");
    for entry in
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/documents")).expect("documents")
    {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a document");
        scratch.add(&name, &Document::read(&text).generate().expect("code"));
    }

    scratch.run(&["check", "doc"]);
}
