//! Timed builds.

use std::fs::File;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use connect_codegen::diagnostic::{Diagnostic, Result};

use super::scratch::Scratch;

/// The command to time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `cargo check`.
    Check,
    /// `cargo build --release`.
    Release,
}

impl Kind {
    /// Returns the arguments of cargo.
    fn arguments(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Release => "build --release",
        }
    }
}

/// Environment variables that would change the build. They are removed.
const REMOVED_VARIABLES: [&str; 6] = [
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
];

/// Rebuilds a crate and returns the duration. The dependencies are not rebuilt.
pub fn build(scratch: &Scratch, name: &str, kind: Kind) -> Result<Duration> {
    let root = scratch.folder.join(name).join("src/lib.rs");
    let file = File::options().append(true).open(&root);
    file.and_then(|file| file.set_modified(SystemTime::now())).map_err(|error| {
        let message = format!("cannot change the modification time: {error}");
        Diagnostic::new(message).in_file(root.display())
    })?;

    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);

    command
        .args(kind.arguments().split(' '))
        .args(["--lib", "--package", name, "--target-dir", "target"])
        .current_dir(&scratch.folder)
        // An incremental build would reuse most of the work.
        .env("CARGO_INCREMENTAL", "0");

    for variable in REMOVED_VARIABLES {
        command.env_remove(variable);
    }

    let failure =
        |reason: &str| Diagnostic::new(format!("`cargo {}` of {name} {reason}", kind.arguments()));
    let start = Instant::now();
    let output = command.output();
    let duration = start.elapsed();

    let output = output.map_err(|error| failure(&format!("did not start: {error}")))?;
    let stderr = String::from_utf8_lossy(&output.stderr);

    if !output.status.success() {
        return Err(failure(&format!("failed:\n{stderr}")));
    }

    let progress_lines = [format!("Checking {name} "), format!("Compiling {name} ")];
    if !progress_lines.iter().any(|line| stderr.contains(line)) {
        return Err(failure("did not rebuild the crate"));
    }

    Ok(duration)
}
