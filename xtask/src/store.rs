//! Puts a new upstream document and its record in the place of the old ones: both or neither.

use std::io::ErrorKind;
use std::path::Path;

use connect_codegen::diagnostic::{Diagnostic, Result};
use connect_codegen::io::files::replace;
use connect_codegen::openapi::document::{Provenance, Upstream};
use connect_codegen::workspace::{DOCUMENT, PROVENANCE};

/// What [`store`] had to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// The document or its source is new.
    Replaced,
    /// The same document from the same source was there already; nothing was touched.
    Unchanged,
}

/// Replaces the upstream document in `folder` and its record.
///
/// Each file is replaced in one step. Between the two, only the death of the process can leave a
/// new document beside an old record; the hash in the record gives that away.
pub fn store(text: &str, record: &Provenance, folder: &Path) -> Result<Stored> {
    Upstream::parse(text).map_err(|problem| problem.in_file(&record.source))?;
    record.verify(text.as_bytes()).map_err(|problem| problem.in_file(&record.source))?;
    let (document, beside) = (folder.join(DOCUMENT), folder.join(PROVENANCE));

    let old = match std::fs::read(&document) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => {
            return Err(
                Diagnostic::new(format!("cannot be read: {error}")).in_file(document.display())
            );
        }
    };

    if old.as_deref() == Some(text.as_bytes()) && is_recorded(record, &beside) {
        return Ok(Stored::Unchanged);
    }

    let record = serde_json::to_string_pretty(record)
        .map_err(|error| Diagnostic::new(format!("cannot be written: {error}")))?;
    replace(&document, text.as_bytes())?;
    replace(&beside, format!("{record}\n").as_bytes())
        .map_err(|problem| put_back(&document, old.as_deref(), problem))?;

    Ok(Stored::Replaced)
}

/// Whether the record at `path` says the same but for the time. One that cannot be read does
/// not, and gets replaced.
fn is_recorded(record: &Provenance, path: &Path) -> bool {
    let old = std::fs::read(path).ok();
    let old = old.and_then(|bytes| serde_json::from_slice::<Provenance>(&bytes).ok());
    old.is_some_and(|old| {
        Provenance { retrieved_at: record.retrieved_at.clone(), ..old } == *record
    })
}

fn put_back(document: &Path, old: Option<&[u8]>, problem: Diagnostic) -> Diagnostic {
    let done = match old {
        Some(bytes) => replace(document, bytes),
        None => std::fs::remove_file(document).map_err(|error| Diagnostic::new(error.to_string())),
    };

    match done {
        Ok(()) => problem,
        Err(second) => Diagnostic {
            message: format!(
                "{}; then {} could not be put back: {second}",
                problem.message,
                document.display()
            ),
            ..problem
        },
    }
}
