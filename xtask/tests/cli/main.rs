//! The command line: what it does, what it refuses, and that a refusal changes nothing.

mod inputs;
mod regen;
mod workspace;

use std::process::Command;

#[test]
fn alone_it_lists_the_tasks() {
    let done = Command::new(env!("CARGO_BIN_EXE_xtask")).output().expect("a process");
    assert!(done.status.success());
    let text = String::from_utf8(done.stdout).expect("text");
    for task in ["regen", "fetch", "import", "normalise", "bench"] {
        assert_eq!(text.matches(&format!("\n  {task} ")).count(), 1, "{text}");
    }
}

#[test]
fn what_is_no_task_is_refused() {
    let wrong = [
        &["regenerate"][..],
        &["regen", "--fetch", "--check"],
        &["import"],
        &["fetch", "--url"],
        &["regen", "extra"],
        &["bench", "--runs", "0"],
        &["bench", "--peer", "nameless"],
        &["bench", "--peer", "../evil=."],
    ];
    for arguments in wrong {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        let done = command.args(arguments).output().expect("a process");
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&done.stderr).starts_with("error: "), "{arguments:?}");
    }
}
