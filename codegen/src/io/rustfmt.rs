//! Formats generated code with rustfmt.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use super::files::{self, Files};
use crate::diagnostic::{Diagnostic, Result};

/// The root of the files: rustfmt follows its modules to all other files.
const ROOT: &str = "mod.rs";

/// The settings of the workspace.
const CONFIG: &str = include_str!("../../../rustfmt.toml");

/// The edition of the workspace.
const EDITION: &str = "2024";

/// Formats the files of a module, given by their paths from its folder.
pub fn format(sources: &Files) -> Result<Files> {
    let folder = tempfile::tempdir()
        .map_err(|error| Diagnostic::new(format!("cannot create a temporary folder: {error}")))?;
    let folder = folder.path();

    write_scratch(&folder.join("rustfmt.toml"), CONFIG)?;
    for (path, code) in sources {
        write_scratch(&folder.join(path), code)?;
    }
    run(folder)?;

    let formatted = sources.keys().map(|path| Ok((path.clone(), files::read(&folder.join(path))?)));
    formatted.collect()
}

/// Writes a file of the temporary folder. It needs no atomic replacement, which would flush each file
/// to disk.
fn write_scratch(path: &Path, text: &str) -> Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).and_then(|()| std::fs::write(path, text)).map_err(|error| {
        Diagnostic::new(format!("cannot be written: {error}")).in_file(path.display())
    })
}

fn run(folder: &Path) -> Result<()> {
    let output = Command::new("rustfmt")
        .args(["--edition", EDITION, ROOT])
        .current_dir(folder)
        .output()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => Diagnostic::new("rustfmt is not installed")
                .help("run `rustup component add rustfmt`"),
            _ => Diagnostic::new(format!("cannot run rustfmt: {error}")),
        })?;
    if output.status.success() {
        return Ok(());
    }

    // With rustup, a toolchain without the component fails in this way too.
    let message = String::from_utf8_lossy(&output.stderr);
    Err(Diagnostic::new(format!("rustfmt failed: {}", message.trim()))
        .help("if the component is missing, run `rustup component add rustfmt`"))
}
