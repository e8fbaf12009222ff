//! The command line: what it does, what it refuses, and that a refusal changes nothing.

mod drift;
mod inputs;
mod regen;
mod take_in;
mod urls;

use std::process::Command;

#[test]
fn alone_it_lists_the_tasks() {
    let done = Command::new(env!("CARGO_BIN_EXE_xtask")).output().expect("a process");
    assert!(done.status.success());

    let text = String::from_utf8(done.stdout).expect("text");
    for task in ["regen", "drift", "fetch", "import", "normalise", "bench"] {
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
        &["regen", "--url", "http://127.0.0.1:1/"],
        &["regen", "--bump"],
        &["drift", "extra"],
        &["drift", "--format", "pdf"],
        &["drift", "--fail-on", "everything"],
        &["drift", "--also", "json"],
        &["drift", "--also", "json="],
        &["drift", "--also", "pdf=x"],
        &["drift", "--revision", "http://user:hidden@:x/"],
        &["bench", "--runs", "0"],
        &["bench", "--peer", "nameless"],
        &["bench", "--peer", "../evil=."],
    ];

    for arguments in wrong {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        let done = command.args(arguments).output().expect("a process");
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");

        let stderr = String::from_utf8_lossy(&done.stderr);
        assert!(stderr.starts_with("error: ") && !stderr.contains("hidden"), "{stderr}");
    }
}
