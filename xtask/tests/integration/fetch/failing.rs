//! Every failure says why, shows no token, and leaves the disk as it was.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use connect_codegen::diagnostic::Diagnostic;
use connect_codegen::workspace::{DOCUMENT, PROVENANCE};
use xtask::fetch::Fetch;
use xtask::store::store;

use super::{TOKEN, fetch, now};
use crate::support::server::Server;

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let file = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().expect("text");
        (name, fs::read(entry.path()).expect("a file"))
    };
    entries.map(file).collect()
}

/// Fetches and stores, which must fail.
pub fn fails(fetch: &Fetch) -> Diagnostic {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::write(folder.join(DOCUMENT), "the old document").expect("written");
    fs::write(folder.join(PROVENANCE), "the old record").expect("written");

    let before = contents(folder);
    let outcome =
        fetch.fetch().and_then(|fetched| store(&fetched.text, &fetched.record(now()), folder));
    let problem = outcome.expect_err("a failure");

    assert_eq!(contents(folder), before);

    for shown in [format!("{problem}"), format!("{problem:?}"), format!("{fetch:?}")] {
        assert!(!shown.contains(TOKEN), "{shown}");
        assert!(!shown.contains("secret-of"), "{shown}");
        assert!(!shown.contains(char::is_control), "{shown}");
    }

    let file = problem.file.as_deref().expect("the URL");
    assert!(file.starts_with(&fetch.url.origin().ascii_serialization()), "{file}");
    assert!(problem.help.is_some() || problem.message.contains("redirected"), "{problem:?}");

    problem
}

/// Fails on one answer, with a message that contains all of these.
pub fn fails_on(answer: Vec<u8>, told: &[&str]) -> Diagnostic {
    let problem = fails(&fetch(&Server::always(answer)));
    assert_tells(&problem, told);
    problem
}

pub fn assert_tells(problem: &Diagnostic, told: &[&str]) {
    for part in told {
        assert!(problem.message.contains(part), "no {part:?} in: {problem}");
    }
}
