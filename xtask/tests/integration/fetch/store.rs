//! Storing the document and its record: both files are replaced, or none.

use std::fs;
use std::path::Path;
use std::time::Duration;

use connect_codegen::openapi::document::Provenance;
use connect_codegen::workspace::{DOCUMENT, PROVENANCE};
use xtask::store::{StoreOutcome, store};

use super::{OPENAPI, SWAGGER, fetched, now};

fn record(folder: &Path) -> Provenance {
    let text = fs::read_to_string(folder.join(PROVENANCE)).expect("a record");
    assert!(text.starts_with("{\n  \"source\"") && text.ends_with("}\n"), "{text}");
    serde_json::from_str(&text).expect("a record")
}

fn names(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    let names = fs::read_dir(folder).expect("a folder").map(name);
    let mut names: Vec<_> = names.map(|name| name.into_string().expect("text")).collect();
    names.sort();
    names
}

#[test]
fn document_and_record_are_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = &folder.path().join("spec/upstream");

    for document in [SWAGGER, OPENAPI] {
        let fetched = fetched(document);
        assert_eq!(
            store(&fetched.text, &fetched.record(now()), folder),
            Ok(StoreOutcome::Replaced)
        );

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
fn same_document_from_same_source_is_unchanged() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let mut fetched = fetched(OPENAPI);
    store(&fetched.text, &fetched.record(now()), folder).expect("stored");

    let later = now() + Duration::from_secs(1);
    assert_eq!(store(&fetched.text, &fetched.record(later), folder), Ok(StoreOutcome::Unchanged));
    assert_eq!(record(folder).retrieved_at, "2023-11-14T22:13:20Z");

    fetched.served.url.push_str("&elsewhere");
    assert_eq!(store(&fetched.text, &fetched.record(later), folder), Ok(StoreOutcome::Replaced));
    assert_eq!(record(folder).retrieved_at, "2023-11-14T22:13:21Z");
}

#[test]
fn invalid_record_is_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let fetched = fetched(OPENAPI);
    store(&fetched.text, &fetched.record(now()), folder).expect("stored");

    let valid = record(folder);
    let wrong_hash = Provenance { sha256: "0".repeat(64), ..valid.clone() };

    for invalid in ["{".to_owned(), serde_json::to_string(&wrong_hash).expect("text")] {
        fs::write(folder.join(PROVENANCE), invalid).expect("written");
        assert_eq!(
            store(&fetched.text, &fetched.record(now()), folder),
            Ok(StoreOutcome::Replaced)
        );
        assert_eq!(record(folder), valid);
    }
}

#[test]
fn old_document_is_restored_if_record_cannot_be_written() {
    let fetched = fetched(OPENAPI);
    for old in [Some("the old document"), None] {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();

        // A file cannot replace a folder.
        fs::create_dir(folder.join(PROVENANCE)).expect("a folder");

        if let Some(old) = old {
            fs::write(folder.join(DOCUMENT), old).expect("written");
        }

        let error = store(&fetched.text, &fetched.record(now()), folder).expect_err("an error");
        assert!(error.file.expect("a file").ends_with(PROVENANCE));

        let document = folder.join(DOCUMENT);
        assert_eq!(fs::read_to_string(document).ok().as_deref(), old);
        assert_eq!(names(folder).len(), 1 + usize::from(old.is_some()));
    }
}

#[test]
fn unreadable_old_document_is_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::create_dir(folder.join(DOCUMENT)).expect("a folder");

    let error = {
        let fetched = fetched(OPENAPI);
        store(&fetched.text, &fetched.record(now()), folder)
    }
    .expect_err("an error");

    assert!(error.file.expect("a file").ends_with(DOCUMENT));
    assert_eq!(names(folder), [DOCUMENT]);
}
