//! Replaces the upstream document and its record together.

use std::path::Path;

use connect_codegen::diagnostic::{Diagnostic, Result};
use connect_codegen::io::files::{read_if_exists, replace};
use connect_codegen::openapi::document::{Provenance, Upstream};
use connect_codegen::workspace::{DOCUMENT, PROVENANCE};

/// The outcome of [`store`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreOutcome {
    /// The document or its source changed.
    Replaced,
    /// The same document from the same source was already stored. No file was changed.
    Unchanged,
}

/// Replaces the upstream document in `folder` and its record.
///
/// Each file is replaced atomically, and the document is restored if the record cannot be written.
/// If the process is killed between the two, the hash in the record does not match the document.
pub fn store(text: &str, record: &Provenance, folder: &Path) -> Result<StoreOutcome> {
    Upstream::parse(text).map_err(|error| error.in_file(&record.source))?;
    record.verify(text.as_bytes()).map_err(|error| error.in_file(&record.source))?;

    let (document_path, record_path) = (folder.join(DOCUMENT), folder.join(PROVENANCE));
    let old = read_if_exists(&document_path)?;

    if old.as_deref() == Some(text.as_bytes()) && is_recorded(record, &record_path) {
        return Ok(StoreOutcome::Unchanged);
    }

    let record = serde_json::to_string_pretty(record)
        .map_err(|error| Diagnostic::new(format!("cannot write the record: {error}")))?;
    replace(&document_path, text.as_bytes())?;
    replace(&record_path, format!("{record}\n").as_bytes())
        .map_err(|error| restore_document(&document_path, old.as_deref(), error))?;

    Ok(StoreOutcome::Replaced)
}

/// Whether the stored record is equal except for the time. A record that cannot be read is not
/// equal, so it is replaced.
fn is_recorded(record: &Provenance, path: &Path) -> bool {
    let old = std::fs::read(path).ok();
    let old = old.and_then(|bytes| serde_json::from_slice::<Provenance>(&bytes).ok());
    old.is_some_and(|old| {
        Provenance { retrieved_at: record.retrieved_at.clone(), ..old } == *record
    })
}

/// Restores the old document after an error. Adds a second error to the message if that fails, too.
fn restore_document(document: &Path, old: Option<&[u8]>, error: Diagnostic) -> Diagnostic {
    let result = match old {
        Some(bytes) => replace(document, bytes),
        None => std::fs::remove_file(document).map_err(|error| Diagnostic::new(error.to_string())),
    };
    let Err(second) = result else { return error };

    let path = document.display();
    let message = format!("{}; {path} could not be restored: {second}", error.message);
    Diagnostic { message, ..error }
}
