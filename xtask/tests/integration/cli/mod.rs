//! The command line. A task that fails changes no file.

mod adopt;
mod drift;
mod inputs;
mod regen;
mod urls;

use std::process::Command;

#[test]
fn no_arguments_list_the_tasks() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).output().expect("a process");
    assert!(output.status.success());

    let text = String::from_utf8(output.stdout).expect("text");
    for task in ["regen", "drift", "fetch", "import", "normalise", "bench"] {
        assert_eq!(text.matches(&format!("\n  {task} ")).count(), 1, "{text}");
    }
}

#[test]
fn invalid_command_line_is_rejected() {
    let invalid = [
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

    for arguments in invalid {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        let output = command.args(arguments).output().expect("a process");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");

        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.starts_with("error: ") && !stderr.contains("hidden"), "{stderr}");
    }
}
