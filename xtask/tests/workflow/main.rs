//! The script of the nightly workflow, with the real `xtask` and git repositories, a server on this
//! machine, and a fake `gh`.
//!
//! The tests need Python 3 and git. Without them they are reported as ignored, with the reason, or
//! as failed if `CONNECT_TOOLS` is `required`.

mod compare;
mod issue;
mod log;
mod machine;
mod pull_request;

#[allow(dead_code, reason = "the other tests use more of it")]
#[path = "../integration/support/mod.rs"]
mod support;

use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Trial};

/// The variable with which a missing tool is a failure.
const TOOLS_VARIABLE: &str = "CONNECT_TOOLS";

type Test = fn();

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let required = std::env::var_os(TOOLS_VARIABLE).is_some_and(|value| value == "required");

    let missing = ["python3", "git"].into_iter().find(|tool| {
        let mut command = Command::new(tool);
        !command
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    });

    if let Some(tool) = missing {
        eprintln!("NOT RUN: the tests of the workflow's script need {tool}");
    }

    let tests = [compare::TESTS, issue::TESTS, log::TESTS, pull_request::TESTS].concat();
    let trial = |(name, test): (&str, Test)| match missing {
        None => Trial::test(name, move || {
            test();
            Ok(())
        }),
        Some(tool) => Trial::test(name, move || Err(format!("{tool} is not installed").into()))
            .with_ignored_flag(!required),
    };

    libtest_mimic::run(&arguments, tests.into_iter().map(trial).collect()).exit_code()
}
