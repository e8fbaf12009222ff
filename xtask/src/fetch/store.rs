//! Puts a fetched document and its record in the place of the old ones: both or neither.

use std::io::ErrorKind;
use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};
use connect_codegen::document::{Provenance, Upstream, sha256};
use connect_codegen::problem::{Problem, Result};
use connect_codegen::write::replace;

use super::Fetched;

/// The document's file name.
pub const DOCUMENT: &str = "connect-v1.json";
/// The file name of the record of where the document came from.
pub const PROVENANCE: &str = "connect-v1.provenance.json";

/// What [`store`] had to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// The document or its source is new.
    Replaced,
    /// The same document from the same source was there already; nothing was touched.
    Unchanged,
}

/// Replaces the document in `folder` and its record.
///
/// Each file is replaced in one step. Between the two, only the death of the process can leave a
/// new document beside an old record; the hash in the record gives that away.
pub fn store(fetched: &Fetched, folder: &Path, now: DateTime<Utc>) -> Result<Stored> {
    Upstream::parse(&fetched.text).map_err(|problem| problem.in_file(&fetched.url))?;
    let document = folder.join(DOCUMENT);
    let record = folder.join(PROVENANCE);
    let old = match std::fs::read(&document) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => {
            return Err(
                Problem::new(format!("cannot be read: {error}")).in_file(document.display())
            );
        }
    };
    if old.as_deref() == Some(fetched.text.as_bytes()) && is_recorded(fetched, &record) {
        return Ok(Stored::Unchanged);
    }
    let provenance = Provenance {
        source: fetched.url.clone(),
        retrieved_at: now.to_rfc3339_opts(SecondsFormat::Secs, true),
        requested_version: fetched.requested_version.clone(),
        sha256: sha256(fetched.text.as_bytes()),
        command: fetched.command.clone(),
    };
    let provenance = serde_json::to_string_pretty(&provenance)
        .map_err(|error| Problem::new(format!("cannot be written: {error}")))?;
    replace(&document, fetched.text.as_bytes())?;
    replace(&record, format!("{provenance}\n").as_bytes())
        .map_err(|problem| put_back(&document, old.as_deref(), problem))?;
    Ok(Stored::Replaced)
}

/// Whether the record at `path` is one of this very document. A record that cannot be read is
/// not, and gets replaced.
fn is_recorded(fetched: &Fetched, path: &Path) -> bool {
    let record = std::fs::read(path).ok();
    let record = record.and_then(|bytes| serde_json::from_slice::<Provenance>(&bytes).ok());
    record.is_some_and(|record| {
        record.source == fetched.url && record.verify(fetched.text.as_bytes()).is_ok()
    })
}

fn put_back(document: &Path, old: Option<&[u8]>, problem: Problem) -> Problem {
    let done = match old {
        Some(bytes) => replace(document, bytes),
        None => std::fs::remove_file(document).map_err(|error| Problem::new(error.to_string())),
    };
    match done {
        Ok(()) => problem,
        Err(second) => Problem {
            message: format!(
                "{}; then {} could not be put back: {second}",
                problem.message, DOCUMENT
            ),
            ..problem
        },
    }
}
