//! One workspace of throw-away crates, so that all generated code is compiled by one cargo.

use std::path::{Path, PathBuf};
use std::process::Command;

use connect_codegen::io::files::{self, Files, Mode};

/// A workspace of crates: the core of `connect-api`, each with generated code of its own.
pub struct Scratch {
    root: PathBuf,
    files: Files,
    members: Vec<String>,
}

impl Scratch {
    /// The workspace of a name in a folder for what is temporary, without crates.
    pub fn new(temporary: &str, name: &str) -> Self {
        let root = Path::new(temporary).join(name);
        Self { root, files: Files::new(), members: Vec::new() }
    }

    /// Adds a crate of the core and this generated code.
    pub fn add(&mut self, name: &str, generated: &Files) {
        let folder = PathBuf::from(name);
        for (path, text) in core() {
            self.files.insert(folder.join("src").join(path), text);
        }

        for (path, code) in generated {
            self.files.insert(folder.join("src/generated").join(path), code.clone());
        }

        let manifest = read(&workspace().join("connect-api/Cargo.toml"));
        let renamed = manifest.replace("name = \"connect-api\"", &format!("name = {name:?}"));
        assert_ne!(renamed, manifest, "the manifest names the crate");

        // Neither tests nor examples are here, nor what they need.
        let tables = renamed.split("\n[");
        let is_kept = |table: &&str| {
            !table.starts_with("dev-dependencies]") && !table.starts_with("[example]]")
        };
        let renamed = tables.filter(is_kept).collect::<Vec<_>>().join("\n[");
        self.files.insert(folder.join("Cargo.toml"), renamed);
        self.members.push(name.to_owned());
    }

    /// Has cargo do tasks (`check`, `doc`) for all crates; whatever the compiler says is a failure.
    pub fn run(mut self, tasks: &[&str]) {
        let manifest = read(&workspace().join("Cargo.toml"));
        let lines = manifest.lines().map(|line| match line {
            line if line.starts_with("members = ") => format!("members = {:?}", self.members),
            line => line.to_owned(),
        });

        // The crates of the workspace itself are not here.
        let lines: Vec<String> = lines.filter(|line| !line.contains("path = ")).collect();
        self.files.insert("Cargo.toml".into(), lines.join("\n"));
        self.files.insert("Cargo.lock".into(), read(&workspace().join("Cargo.lock")));

        // What is the same as the last time is not written, hence not compiled again.
        files::sync_folder(&self.root, &self.files, Mode::Write, "")
            .expect("the files are written");
        tasks.iter().for_each(|task| self.cargo(task));
    }

    fn cargo(&self, task: &str) {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args([task, "--workspace", "--offline", "--quiet", "--no-default-features"]);

        if task == "doc" {
            cargo.args(["--no-deps", "--document-private-items"]);
        }

        // Beside the root, which holds exactly the files; one, so that what all crates depend on
        // is compiled once.
        cargo.env("CARGO_TARGET_DIR", self.root.with_file_name("scratch.target"));
        // A small document does not use all of the core.
        cargo.env("RUSTFLAGS", "-D warnings -A dead_code").env("RUSTDOCFLAGS", "-D warnings");
        cargo.env_remove("CARGO_ENCODED_RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTDOCFLAGS");

        let done = cargo.current_dir(&self.root).output().expect("cargo runs");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "cargo {task} in {}:\n{said}", self.root.display());
    }
}

/// Replaces `fleet`, which uses operations that small documents do not have. Generated code calls its
/// macro.
const FLEET_STUB: &str = r#"//! A stub.
/// A public item, so that the crate can re-export all public items.
#[derive(Debug)]
pub struct Watch;
#[allow(unused_macros, reason = "not every document has actions")]
macro_rules! awaited { ($request:ident) => {}; }
#[allow(unused_imports, reason = "not every document has actions")]
pub(crate) use awaited;
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

/// The hand-written part of the crate, without what is for certain operations only.
fn core() -> Files {
    let folder = workspace().join("connect-api/src");
    let mut files = Files::new();
    let mut open = vec![folder.clone()];

    while let Some(inner) = open.pop() {
        for entry in std::fs::read_dir(inner).expect("the crate's sources") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(&folder).expect("below the folder").to_path_buf();

            if path.is_dir() && !name.starts_with("generated") && !name.starts_with("fleet") {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.insert(name, read(&path));
            }
        }
    }

    for (path, stub) in [("fleet/mod.rs", FLEET_STUB), ("error/action.rs", ACTION_ERROR_STUB)] {
        files.insert(PathBuf::from(path), stub.to_owned());
    }

    files
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    files::read(path).unwrap_or_else(|problem| panic!("{problem}"))
}
