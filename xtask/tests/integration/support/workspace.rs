//! A copy of the workspace, in which a test runs tasks.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use connect_codegen::openapi::document::{Provenance, sha256};
use connect_codegen::workspace::Layout;

/// A copy of the files that the tasks read and write.
pub struct Workspace {
    folder: tempfile::TempDir,
    pub layout: Layout,
}

/// The exit status and output of a task.
pub struct TaskOutput {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Workspace {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        for part in ["spec", "connect-api/src/generated"] {
            copy(&root.join(part), &folder.path().join(part));
        }

        for file in ["CHANGELOG.md", "Cargo.lock", "Cargo.toml"] {
            fs::copy(root.join(file), folder.path().join(file)).expect("a copy");
        }

        let layout = Layout::new(folder.path());
        Self { folder, layout }
    }

    /// Runs a task.
    pub fn run(&self, arguments: &[&str]) -> TaskOutput {
        self.run_with(arguments, &[])
    }

    /// Runs a task with environment variables.
    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> TaskOutput {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("--root").arg(self.folder.path()).args(arguments);

        for name in ["CONNECT_API_TOKEN", "CLICOLOR_FORCE", "NO_COLOR"] {
            command.env_remove(name);
        }

        command.envs(variables.iter().copied()).current_dir(self.folder.path());
        let output = command.output().expect("a process");

        TaskOutput {
            status: output.status.code().expect("an exit status"),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
        }
    }

    /// Returns all files with their contents.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        visit(self.folder.path(), &mut |path| {
            files.insert(path.to_path_buf(), fs::read(path).expect("a file"));
        });
        files
    }

    /// Replaces the upstream document and its record.
    pub fn replace_upstream(&self, bytes: &[u8]) {
        let record = Provenance {
            source: "a test".to_owned(),
            retrieved_at: "2020-01-01T00:00:00Z".to_owned(),
            requested_version: None,
            sha256: sha256(bytes),
            command: "cargo xtask import page.md".to_owned(),
        };
        fs::write(self.layout.upstream(), bytes).expect("a document");
        let record = serde_json::to_vec(&record).expect("JSON");
        fs::write(self.layout.provenance(), record).expect("a record");
    }

    /// Runs a task that must fail with one error message that contains these parts, and must not
    /// change any file.
    #[track_caller]
    pub fn assert_fails(&self, arguments: &[&str], parts: &[&str]) -> TaskOutput {
        let before = self.files();
        let done = self.run(arguments);
        assert!(done.status >= 2, "{arguments:?}: {}: {}", done.status, done.stderr);
        assert!(done.stderr.starts_with("error: "), "{arguments:?}: {}", done.stderr);
        assert_eq!(done.stderr.matches("error: ").count(), 1, "{arguments:?}: {}", done.stderr);
        assert!(!done.stderr.contains("panicked"), "{arguments:?}: {}", done.stderr);

        for part in parts {
            assert!(done.stderr.contains(part), "{arguments:?}: {}: {part}", done.stderr);
        }

        assert!(self.files() == before, "{arguments:?} changed a file");
        done
    }
}

/// Calls `action` for each file below a folder.
fn visit(folder: &Path, action: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { visit(&path, action) } else { action(&path) }
    }
}

fn copy(from: &Path, to: &Path) {
    visit(from, &mut |path| {
        let target = to.join(path.strip_prefix(from).expect("below"));
        fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
        fs::copy(path, target).expect("a copy");
    });
}
