//! A separate process for a test that changes or measures a whole process: its environment, its
//! global logger, or its memory.

use std::process::{Command, Output};

/// The variable that marks the child process; its value is for the test to use.
const ISOLATED: &str = "CONNECT_API_ISOLATED_TEST";

/// The value that [`run`] was given, if this is the child process.
pub fn case() -> Option<String> {
    std::env::var(ISOLATED).ok()
}

/// Runs one test of this program in a process of its own, with `configure` applied to the command.
/// Panics unless the test passes there.
///
/// `test` is the full name of the test, without the name of the program.
pub fn run(test: &str, case: &str, configure: impl FnOnce(&mut Command)) -> Output {
    let program = std::env::current_exe().expect("the path of this program");
    let mut command = Command::new(program);

    command.args(["--include-ignored", "--exact", test]).env(ISOLATED, case);
    configure(&mut command);

    let output = command.output().expect("the test program starts");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);

    assert!(
        output.status.success() && stdout.contains("1 passed"),
        "{test} ({case}):\n{stdout}\n{stderr}"
    );

    output
}
