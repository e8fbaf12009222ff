//! Both files are replaced, or none.

use std::fs;
use std::path::Path;
use std::time::Duration;

use connect_codegen::openapi::document::Provenance;
use connect_codegen::workspace::{DOCUMENT, PROVENANCE};
use xtask::store::{Stored, store};

use super::{OPENAPI, SWAGGER, fetched, now};

fn record(folder: &Path) -> Provenance {
    let text = fs::read_to_string(folder.join(PROVENANCE)).expect("a record");
    assert!(text.starts_with("{\n  \"source\"") && text.ends_with("}\n"), "{text}");
    serde_json::from_str(&text).expect("a record")
}

fn names(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    let names = fs::read_dir(folder).expect("a folder").map(name);
    let mut names: Vec<_> = names.map(|it| it.into_string().expect("text")).collect();
    names.sort();
    names
}

#[test]
fn the_document_and_its_record_are_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = &folder.path().join("spec/upstream");

    for document in [SWAGGER, OPENAPI] {
        let fetched = fetched(document);
        assert_eq!(store(&fetched.text, &fetched.record(now()), folder), Ok(Stored::Replaced));

        let bytes = fs::read(folder.join(DOCUMENT)).expect("a document");
        assert_eq!(bytes, fetched.text.as_bytes());

        let record = record(folder);
        record.verify(&bytes).expect("the recorded bytes");
        assert_eq!(record.source, fetched.served.url);
        assert_eq!(record.retrieved_at, "2023-11-14T22:13:20Z");
        assert_eq!(record.requested_version.as_deref(), Some("3.0.0"));
        assert_eq!(record.command, fetched.command);
        assert_eq!(names(folder), [DOCUMENT, PROVENANCE]);
    }
}

#[test]
fn the_same_document_from_the_same_source_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let mut fetched = fetched(OPENAPI);
    store(&fetched.text, &fetched.record(now()), folder).expect("stored");

    let later = now() + Duration::from_secs(1);
    assert_eq!(store(&fetched.text, &fetched.record(later), folder), Ok(Stored::Unchanged));
    assert_eq!(record(folder).retrieved_at, "2023-11-14T22:13:20Z");

    fetched.served.url.push_str("&elsewhere");
    assert_eq!(store(&fetched.text, &fetched.record(later), folder), Ok(Stored::Replaced));
    assert_eq!(record(folder).retrieved_at, "2023-11-14T22:13:21Z");
}

#[test]
fn a_record_that_is_broken_is_made_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let fetched = fetched(OPENAPI);
    store(&fetched.text, &fetched.record(now()), folder).expect("stored");

    let good = record(folder);
    let lying = Provenance { sha256: "0".repeat(64), ..good.clone() };

    for broken in ["{".to_owned(), serde_json::to_string(&lying).expect("text")] {
        fs::write(folder.join(PROVENANCE), broken).expect("written");
        assert_eq!(store(&fetched.text, &fetched.record(now()), folder), Ok(Stored::Replaced));
        assert_eq!(record(folder), good);
    }
}

#[test]
fn a_record_that_cannot_be_written_leaves_the_old_document() {
    let fetched = fetched(OPENAPI);
    for old in [Some("the old document"), None] {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();

        // No file can take the place of a folder.
        fs::create_dir(folder.join(PROVENANCE)).expect("a folder");

        if let Some(old) = old {
            fs::write(folder.join(DOCUMENT), old).expect("written");
        }

        let problem = store(&fetched.text, &fetched.record(now()), folder)
            .expect_err("a folder is in the way");
        assert!(problem.file.expect("a file").ends_with(PROVENANCE));

        let document = folder.join(DOCUMENT);
        assert_eq!(fs::read_to_string(document).ok().as_deref(), old);
        assert_eq!(names(folder).len(), 1 + usize::from(old.is_some()));
    }
}

#[test]
fn a_document_that_cannot_be_read_stops_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::create_dir(folder.join(DOCUMENT)).expect("a folder");

    let problem = {
        let fetched = fetched(OPENAPI);
        store(&fetched.text, &fetched.record(now()), folder)
    }
    .expect_err("a folder is in the way");

    assert!(problem.file.expect("a file").ends_with(DOCUMENT));
    assert_eq!(names(folder), [DOCUMENT]);
}
