//! The one place that writes: whole files, atomically, or (in check mode) nothing at all.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Result};
use crate::io::json::utf_8;

/// Files to be, by path relative to some folder.
pub type Files = BTreeMap<PathBuf, String>;

/// Whether to change the disk or only to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Bring the disk to the wanted state.
    Write,
    /// Leave the disk alone; a difference is a [`Diagnostic`].
    Check,
}

/// Brings the file at `path` to `contents`. A file that is right already is not touched. Gives how
/// many files have changed.
pub fn file(path: &Path, contents: &str, mode: Mode, mend: &str) -> Result<usize> {
    let current = match std::fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(io_problem(path, "cannot be read", &error)),
    };

    if current.as_deref() == Some(contents.as_bytes()) {
        return Ok(0);
    }
    match mode {
        Mode::Write => replace(path, contents.as_bytes()).map(|()| 1),
        Mode::Check => {
            let current = current.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            Err(stale(path, current.as_deref(), Some(contents), mend))
        }
    }
}

/// Makes `folder` hold exactly `files`: writes what differs, removes what is not among them. Gives
/// how many files have changed.
pub fn folder(folder: &Path, files: &Files, mode: Mode, mend: &str) -> Result<usize> {
    let mut changed = 0;
    for (path, contents) in files {
        changed += file(&folder.join(path), contents, mode, mend)?;
    }

    for path in listing(folder)? {
        let relative = path.strip_prefix(folder).expect("listed below the folder");
        if files.contains_key(relative) {
            continue;
        }

        match mode {
            Mode::Write => {
                std::fs::remove_file(&path)
                    .map_err(|error| io_problem(&path, "cannot be removed", &error))?;
                changed += 1;

                // And the folders that held nothing else; one that holds more cannot be removed.
                let above = relative.ancestors().skip(1).filter(|it| it.parent().is_some());
                let _ = above.map(|it| std::fs::remove_dir(folder.join(it))).all(|it| it.is_ok());
            }
            Mode::Check => {
                let current = std::fs::read_to_string(&path).unwrap_or_default();
                return Err(stale(&path, Some(&current), None, mend));
            }
        }
    }

    Ok(changed)
}

/// Replaces a file in one step: whoever reads it sees the old or the new bytes, never a part.
pub fn replace(path: &Path, contents: &[u8]) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        std::fs::create_dir_all(parent)?;

        let mut temporary = tempfile::Builder::new().prefix(".new-").tempfile_in(parent)?;
        temporary.write_all(contents)?;
        temporary.as_file().sync_all()?;

        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(path).map_or(0o644, |meta| meta.permissions().mode());
            temporary.as_file().set_permissions(std::fs::Permissions::from_mode(mode))?;
        }

        temporary.persist(path).map_err(|error| error.error)?;
        Ok(())
    };

    write().map_err(|error| io_problem(path, "cannot be written", &error))
}

/// Reads a text file.
pub fn read(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).map_err(|error| io_problem(path, "cannot be read", &error))?;
    utf_8(&bytes).map(str::to_owned).map_err(|problem| problem.in_file(path.display()))
}

/// Every file below a folder, sorted; none if there is no folder.
pub fn listing(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(io_problem(&folder, "cannot be listed", &error)),
        };

        for entry in entries {
            let entry = entry.map_err(|error| io_problem(&folder, "cannot be listed", &error))?;
            let kind = entry.file_type();
            let is_folder =
                kind.map_err(|error| io_problem(&folder, "cannot be listed", &error))?;
            if is_folder.is_dir() { open.push(entry.path()) } else { found.push(entry.path()) }
        }
    }

    found.sort();
    Ok(found)
}

fn stale(path: &Path, current: Option<&str>, wanted: Option<&str>, mend: &str) -> Diagnostic {
    let message = match (current, wanted) {
        (None, _) => "the file is missing",
        (_, None) => "the file should not exist",
        _ => "the file is stale",
    };
    let (current, wanted) = (current.unwrap_or_default(), wanted.unwrap_or_default());
    let diff = similar::TextDiff::from_lines(current, wanted);
    let diff = diff.unified_diff().header("on disk", "regenerated").to_string();
    let problem = Diagnostic::new(message).in_file(path.display()).help(format!("run `{mend}`"));

    Diagnostic { detail: Some(diff).filter(|diff| !diff.is_empty()), ..problem }
}

fn io_problem(path: &Path, what: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(format!("{what}: {error}")).in_file(path.display())
}
