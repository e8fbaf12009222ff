//! Assertions about failed fetches: the error has a reason, no token and no control characters, and
//! no file changes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use connect_codegen::diagnostic::Diagnostic;
use connect_codegen::workspace::{DOCUMENT, PROVENANCE};
use xtask::fetch::Fetch;
use xtask::store::store;

use super::{TOKEN, fetch, now};
use crate::support::server::Server;

/// The names and contents of the files in a folder.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let file = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().expect("text");
        (name, fs::read(entry.path()).expect("a file"))
    };
    entries.map(file).collect()
}

/// Fetches and stores a document, and returns the error. Panics if that succeeds.
pub fn expect_error(fetch: &Fetch) -> Diagnostic {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::write(folder.join(DOCUMENT), "the old document").expect("written");
    fs::write(folder.join(PROVENANCE), "the old record").expect("written");

    let before = contents(folder);
    let outcome =
        fetch.fetch().and_then(|fetched| store(&fetched.text, &fetched.record(now()), folder));
    let error = outcome.expect_err("a failure");

    assert_eq!(contents(folder), before);

    for text in [format!("{error}"), format!("{error:?}"), format!("{fetch:?}")] {
        assert!(!text.contains(TOKEN), "{text}");
        assert!(!text.contains("secret-of"), "{text}");
        assert!(!text.contains(char::is_control), "{text}");
    }

    let file = error.file.as_deref().expect("the URL");
    assert!(file.starts_with(&fetch.url.origin().ascii_serialization()), "{file}");
    assert!(error.help.is_some() || error.message.contains("redirect"), "{error:?}");

    error
}

/// Returns the error for a response, and checks that its message contains these parts.
pub fn expect_response_error(response: Vec<u8>, parts: &[&str]) -> Diagnostic {
    let error = expect_error(&fetch(&Server::always(response)));
    assert_message(&error, parts);
    error
}

/// Checks that the message of an error contains these parts.
pub fn assert_message(error: &Diagnostic, parts: &[&str]) {
    for part in parts {
        assert!(error.message.contains(part), "{part:?} is missing in: {error}");
    }
}
