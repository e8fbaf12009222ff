//! Reading and writing of files. The generator writes all its files with this module:
//! whole files, each replaced atomically, or none in check mode.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Result};
use crate::io::json::decode_utf8;

/// The contents of files, by path relative to a folder.
pub type Files = BTreeMap<PathBuf, String>;

/// Whether to write files or only to compare them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Write the files that differ.
    Write,
    /// Write nothing. A difference is an error.
    Check,
}

/// Writes a file unless it has these contents already. Returns how many files changed: 0 or 1.
///
/// # Errors
///
/// Fails if the file cannot be read or written and, in check mode, if it differs. That error
/// recommends `command`, which regenerates the file.
pub fn write(path: &Path, contents: &str, mode: Mode, command: &str) -> Result<usize> {
    let current = read_if_exists(path)?;
    if current.as_deref() == Some(contents.as_bytes()) {
        return Ok(0);
    }

    match mode {
        Mode::Write => replace(path, contents.as_bytes()).map(|()| 1),
        Mode::Check => {
            let current = current.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            Err(out_of_date(path, current.as_deref(), Some(contents), command))
        }
    }
}

/// Makes a folder contain exactly these files: writes the files that differ, and removes all
/// others. Returns how many files changed.
///
/// # Errors
///
/// As [`write()`]. In check mode, a file that would be removed is an error too.
pub fn sync_folder(folder: &Path, files: &Files, mode: Mode, command: &str) -> Result<usize> {
    let mut changed = 0;
    for (path, contents) in files {
        changed += write(&folder.join(path), contents, mode, command)?;
    }

    for path in list(folder)? {
        let relative = path.strip_prefix(folder).expect("listed below the folder");
        if files.contains_key(relative) {
            continue;
        }

        match mode {
            Mode::Write => {
                remove_with_empty_parents(folder, relative)?;
                changed += 1;
            }
            Mode::Check => {
                let current = std::fs::read_to_string(&path).unwrap_or_default();
                return Err(out_of_date(&path, Some(&current), None, command));
            }
        }
    }

    Ok(changed)
}

/// Removes a file, and the folders between it and `folder` that are empty afterwards.
fn remove_with_empty_parents(folder: &Path, relative: &Path) -> Result<()> {
    let path = folder.join(relative);
    std::fs::remove_file(&path).map_err(|error| io_error(&path, "cannot be removed", &error))?;

    for parent in relative.ancestors().skip(1).filter(|parent| parent.parent().is_some()) {
        // Fails on a folder that is not empty, and then all folders above it are not empty either.
        if std::fs::remove_dir(folder.join(parent)).is_err() {
            break;
        }
    }

    Ok(())
}

/// Replaces a file atomically: another process reads the old or the new bytes, never a mixture.
///
/// # Errors
///
/// Fails if the file cannot be written.
pub fn replace(path: &Path, contents: &[u8]) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        std::fs::create_dir_all(parent)?;

        let mut temporary = tempfile::Builder::new().prefix(".new-").tempfile_in(parent)?;
        temporary.write_all(contents)?;
        temporary.as_file().sync_all()?;

        // A temporary file is readable only by its owner; the replaced file's mode is kept.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(path).map_or(0o644, |meta| meta.permissions().mode());
            temporary.as_file().set_permissions(std::fs::Permissions::from_mode(mode))?;
        }

        temporary.persist(path).map_err(|error| error.error)?;
        Ok(())
    };

    write().map_err(|error| io_error(path, "cannot be written", &error))
}

/// Reads a UTF-8 text file.
///
/// # Errors
///
/// Fails if the file cannot be read or is not UTF-8.
pub fn read(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).map_err(|error| io_error(path, "cannot be read", &error))?;
    decode_utf8(&bytes).map(str::to_owned).map_err(|diagnostic| diagnostic.in_file(path.display()))
}

/// Reads a file, or returns `None` if it does not exist.
///
/// # Errors
///
/// Fails if the file exists and cannot be read.
pub fn read_if_exists(path: &Path) -> Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error(path, "cannot read", &error)),
    }
}

/// Lists all files below a folder, sorted. The list is empty if the folder does not exist.
///
/// # Errors
///
/// Fails if a folder cannot be read.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut pending = vec![folder.to_path_buf()];

    while let Some(folder) = pending.pop() {
        let list_error = |error: std::io::Error| io_error(&folder, "cannot be listed", &error);
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(list_error(error)),
        };

        for entry in entries {
            let entry = entry.map_err(list_error)?;
            let is_folder = entry.file_type().map_err(list_error)?.is_dir();
            if is_folder { pending.push(entry.path()) } else { files.push(entry.path()) }
        }
    }

    files.sort();
    Ok(files)
}

fn out_of_date(
    path: &Path,
    current: Option<&str>,
    expected: Option<&str>,
    command: &str,
) -> Diagnostic {
    let message = match (current, expected) {
        (None, _) => "the generated file is missing",
        (_, None) => "the file is not generated and should not exist",
        _ => "the generated file is out of date",
    };

    let (current, expected) = (current.unwrap_or_default(), expected.unwrap_or_default());
    let diff = similar::TextDiff::from_lines(current, expected);
    let diff = diff.unified_diff().header("on disk", "regenerated").to_string();
    let diagnostic =
        Diagnostic::new(message).in_file(path.display()).help(format!("run `{command}`"));

    Diagnostic { detail: Some(diff).filter(|diff| !diff.is_empty()), ..diagnostic }
}

fn io_error(path: &Path, failure: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(format!("{failure}: {error}")).in_file(path.display())
}
