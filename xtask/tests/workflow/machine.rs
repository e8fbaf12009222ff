//! A simulated machine of the workflow: a copy of the repository, and programs on the path.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::workspace::{TaskOutput, Workspace};

/// A fake `cargo` that logs its arguments and runs only `xtask`.
const CARGO: &str = r#"#!/bin/sh
printf 'cargo %s\n' "$*" >> "$MACHINE/log"
[ "$1" = xtask ] || exit 0
shift
exec "$XTASK" --root "$ROOT" "$@"
"#;

/// A fake `gh` that logs its arguments, stores the last body, and fails for the commands in
/// `fails`.
const GH: &str = r#"#!/bin/sh
printf 'gh %s\n' "$*" >> "$MACHINE/log"
if grep -qxF "$1 $2" "$MACHINE/fails" 2>/dev/null; then
  echo "HTTP 502" >&2
  exit 1
fi
[ "$1 $2" != "issue list" ] || cat "$MACHINE/issues.json"
[ "$1 $2" != "pr list" ] || cat "$MACHINE/pulls.json"
while [ $# -gt 0 ]; do
  [ "$1" != --body-file ] || cp "$2" "$MACHINE/body.md"
  shift
done
"#;

/// The simulated machine.
pub struct Machine {
    pub workspace: Workspace,
    folder: tempfile::TempDir,
}

impl Machine {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let machine = Self { workspace: Workspace::new(), folder };
        machine.add_program("cargo", CARGO);
        machine.add_program("gh", GH);
        machine.write("issues.json", "[]");
        machine.write("pulls.json", "[]");

        machine
    }

    /// Adds a program at the front of the path.
    pub fn add_program(&self, name: &str, script: &str) {
        let path = self.path("bin").join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, script).expect("a program");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a program");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    /// Reads a file of the machine. A missing file is empty.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Returns the commands since the last call.
    pub fn take_log(&self) -> Vec<String> {
        let lines = self.read("log").lines().map(str::to_owned).collect();
        self.write("log", "");
        lines
    }

    /// Runs the script of this repository.
    pub fn script(&self, arguments: &[&str]) -> TaskOutput {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        let mut command = Command::new("python3");
        command.arg(root.join(".github/scripts/spec_drift.py")).args(arguments);
        self.run(command)
    }

    /// Runs git in the copy of the repository.
    pub fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(arguments);
        let output = self.run(command);

        assert_eq!(output.status, 0, "git {arguments:?}: {}", output.stderr);
        output.stdout
    }

    fn run(&self, mut command: Command) -> TaskOutput {
        let old = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{old}", self.path("bin").display());
        let root = self.workspace.layout.root();

        command
            .current_dir(root)
            .env("PATH", path)
            .env("MACHINE", self.folder.path())
            .env("ROOT", ".")
            .env("XTASK", env!("CARGO_BIN_EXE_xtask"))
            .env("GITHUB_OUTPUT", self.path("output"))
            .env("GITHUB_STEP_SUMMARY", self.path("summary"))
            .env("GITHUB_SERVER_URL", "https://github.example")
            .env("GITHUB_REPOSITORY", "o/r")
            .env("GITHUB_RUN_ID", "7")
            .env("GIT_CONFIG_GLOBAL", self.path("gitconfig"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("CONNECT_API_TOKEN");
        let output = command.output().expect("a process");

        TaskOutput {
            status: output.status.code().expect("an exit status"),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
        }
    }
}
