//! A scratch workspace in which tests compile generated code.
//!
//! Every scratch workspace has the same target folder, so that the dependencies of the crates are
//! compiled once for all tests. Cargo's lock on that folder makes concurrent tests take turns.

use std::path::{Path, PathBuf};
use std::process::Command;

use connect_codegen::io::files::{self, Files, Mode};

/// A workspace of crates that each have the core of `connect-api` and other generated code.
pub struct ScratchWorkspace {
    root: PathBuf,
    files: Files,
    members: Vec<String>,
}

impl ScratchWorkspace {
    /// Describes an empty workspace in the folder `name` of a temporary folder.
    ///
    /// The temporary folder is the caller's `CARGO_TARGET_TMPDIR`, which is the same for all crates.
    pub fn new(temporary_folder: &str, name: &str) -> Self {
        let root = Path::new(temporary_folder).join(name);
        Self { root, files: Files::new(), members: Vec::new() }
    }

    /// Adds a crate that consists of the core and this generated code.
    pub fn add_crate(&mut self, name: &str, generated: &Files) {
        let folder = PathBuf::from(name);
        for (path, text) in core() {
            self.files.insert(folder.join("src").join(path), text);
        }

        for (path, code) in generated {
            self.files.insert(folder.join("src/generated").join(path), code.clone());
        }

        self.files.insert(folder.join("Cargo.toml"), manifest(name));
        self.members.push(name.to_owned());
    }

    /// Runs cargo commands (`check`, `doc`) for all crates.
    ///
    /// # Panics
    ///
    /// If a command fails; the message contains its output. Warnings are errors.
    pub fn run_cargo(mut self, commands: &[&str]) {
        let manifest = read(&workspace().join("Cargo.toml"));
        let members = format!("members = {:?}", self.members);
        let manifest: Vec<&str> = manifest
            .lines()
            .map(|line| if line.starts_with("members = ") { &members } else { line })
            // The scratch workspace does not contain the crates of the workspace itself.
            .filter(|line| !line.contains("path = "))
            .collect();

        self.files.insert("Cargo.toml".into(), manifest.join("\n"));
        self.files.insert("Cargo.lock".into(), read(&workspace().join("Cargo.lock")));

        // Unchanged files are not written again, so that cargo does not compile them again.
        files::sync_folder(&self.root, &self.files, Mode::Write, "").expect("write the workspace");

        for command in commands {
            self.run_cargo_command(command);
        }
    }

    fn run_cargo_command(&self, command: &str) {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args([command, "--workspace", "--offline", "--quiet", "--no-default-features"]);

        if command == "doc" {
            cargo.args(["--no-deps", "--document-private-items"]);
        }

        // Next to the root, because the root holds exactly the files of the workspace.
        cargo.env("CARGO_TARGET_DIR", self.root.with_file_name("scratch.target"));
        // Nobody debugs these crates or edits them between two compilations.
        cargo.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_INCREMENTAL", "0");
        // The code for a small document does not use all of the core.
        cargo.env("RUSTFLAGS", "-D warnings -A dead_code").env("RUSTDOCFLAGS", "-D warnings");
        cargo.env_remove("CARGO_ENCODED_RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTDOCFLAGS");

        let output = cargo.current_dir(&self.root).output().expect("run cargo");
        let errors = String::from_utf8_lossy(&output.stderr);
        let root = self.root.display();
        assert!(output.status.success(), "`cargo {command}` failed in {root}:\n{errors}");
    }
}

/// The manifest of `connect-api` under another name, without tests, examples and their dependencies.
fn manifest(name: &str) -> String {
    let manifest = read(&workspace().join("connect-api/Cargo.toml"));
    let renamed = manifest.replace("name = \"connect-api\"", &format!("name = {name:?}"));
    assert_ne!(renamed, manifest, "connect-api/Cargo.toml: the package name was not found");

    let is_kept =
        |table: &&str| !table.starts_with("dev-dependencies]") && !table.starts_with("[example]]");
    renamed.split("\n[").filter(is_kept).collect::<Vec<_>>().join("\n[")
}

/// Replaces the module `fleet`, which uses operations that small documents do not have. Generated
/// code may call its macro.
const FLEET_STUB: &str = r#"//! A stub.
/// A public item, so that the crate can re-export all public items.
#[derive(Debug)]
pub struct Watch;
#[allow(unused_macros, reason = "not every document has actions")]
macro_rules! impl_wait { ($request:ident) => {}; }
#[allow(unused_imports, reason = "not every document has actions")]
pub(crate) use impl_wait;
"#;

/// Replaces `error/action.rs`, which uses a model that small documents do not have.
const ACTION_ERROR_STUB: &str = r#"//! A stub.
/// An error that never occurs.
#[derive(Debug)]
pub struct ActionError;
impl ActionError {
    pub(crate) fn is_failed(&self) -> bool { true }
}
impl std::fmt::Display for ActionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("a stub") }
}
impl std::error::Error for ActionError {}
"#;

/// The hand-written sources of `connect-api`, with stubs for what needs particular operations.
fn core() -> Files {
    let folder = workspace().join("connect-api/src");
    let mut files = Files::new();
    let mut pending = vec![folder.clone()];

    while let Some(inner) = pending.pop() {
        for entry in std::fs::read_dir(inner).expect("list the sources of connect-api") {
            let path = entry.expect("read a folder entry").path();
            let name = path.strip_prefix(&folder).expect("a path below the folder").to_path_buf();

            if path.is_dir() && !name.starts_with("generated") && !name.starts_with("fleet") {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.insert(name, read(&path));
            }
        }
    }

    files.insert("fleet/mod.rs".into(), FLEET_STUB.to_owned());
    files.insert("error/action.rs".into(), ACTION_ERROR_STUB.to_owned());
    files
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    files::read(path).unwrap_or_else(|error| panic!("{error}"))
}
