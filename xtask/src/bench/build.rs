//! One timed build of one crate.

use std::fs::File;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use connect_codegen::diagnostic::{Diagnostic, Result};

use super::scratch::Scratch;

/// What is timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `cargo check`.
    Check,
    /// `cargo build --release`.
    Release,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Release => "build --release",
        }
    }
}

/// What would make the same command do something else here than elsewhere.
const UNSET: [&str; 6] = [
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
];

/// Builds a crate anew, and only it if its dependencies are built, and says how long it took.
pub fn build(scratch: &Scratch, name: &str, kind: Kind) -> Result<Duration> {
    let root = scratch.folder.join(name).join("src/lib.rs");
    let touched = File::options().append(true).open(&root);
    touched.and_then(|file| file.set_modified(SystemTime::now())).map_err(|error| {
        Diagnostic::new(format!("cannot be touched: {error}")).in_file(root.display())
    })?;

    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);

    command
        .args(kind.name().split(' '))
        .args(["--lib", "--package", name, "--target-dir", "target"])
        .current_dir(&scratch.folder)
        // An incremental build would find most of the work done.
        .env("CARGO_INCREMENTAL", "0");

    for variable in UNSET {
        command.env_remove(variable);
    }

    let failed = |said: &str| Diagnostic::new(format!("`cargo {}` of {name} {said}", kind.name()));
    let start = Instant::now();
    let output = command.output();
    let took = start.elapsed();
    let output = output.map_err(|error| failed(&format!("does not start: {error}")))?;
    let said = String::from_utf8_lossy(&output.stderr);

    if !output.status.success() {
        return Err(failed(&format!("fails:\n{said}")));
    }

    let doing = [format!("Checking {name} "), format!("Compiling {name} ")];
    if !doing.iter().any(|doing| said.contains(doing)) {
        return Err(failed("built nothing, so there is nothing to time"));
    }

    Ok(took)
}
