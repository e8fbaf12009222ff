//! A copy of the workspace to run on, and to hold against what it was.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use connect_codegen::openapi::document::{Provenance, sha256};
use connect_codegen::workspace::Layout;

/// A copy of all that the tasks read and write.
pub struct Workspace {
    folder: tempfile::TempDir,
    pub layout: Layout,
}

/// How a task ended.
pub struct Done {
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

    pub fn run(&self, arguments: &[&str]) -> Done {
        self.run_with(arguments, &[])
    }

    /// Runs with some variables of the environment set.
    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Done {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("--root").arg(self.folder.path()).args(arguments);

        for name in ["CONNECT_API_TOKEN", "CLICOLOR_FORCE", "NO_COLOR"] {
            command.env_remove(name);
        }

        command.envs(variables.iter().copied()).current_dir(self.folder.path());
        let done = command.output().expect("a process");

        Done {
            status: done.status.code().expect("an end of its own accord"),
            stdout: String::from_utf8(done.stdout).expect("text"),
            stderr: String::from_utf8(done.stderr).expect("text"),
        }
    }

    /// Every file and its bytes.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        visit(self.folder.path(), &mut |path| {
            found.insert(path.to_path_buf(), fs::read(path).expect("a file"));
        });
        found
    }

    /// Puts another upstream document there, and a record that fits it.
    pub fn upstream(&self, bytes: &[u8]) {
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

    /// Runs a task that must fail with one clear error that says all of `parts`, and that must
    /// leave every file as it was.
    #[track_caller]
    pub fn refuses(&self, arguments: &[&str], parts: &[&str]) -> Done {
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

fn visit(folder: &Path, found: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { visit(&path, found) } else { found(&path) }
    }
}

fn copy(from: &Path, to: &Path) {
    visit(from, &mut |path| {
        let target = to.join(path.strip_prefix(from).expect("below"));
        fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
        fs::copy(path, target).expect("a copy");
    });
}
