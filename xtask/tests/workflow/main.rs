//! The script of the nightly workflow: with the real command, a real repository and a service on
//! loopback; only `gh` is not the real one.
//!
//! It takes Python 3 and git. Where one is missing, the tests are reported as ignored, with the
//! reason; with `CONNECT_TOOLS=required` that is a failure.

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

/// The variable that makes the tools a must.
const REQUIRED: &str = "CONNECT_TOOLS";

type Test = fn();

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let required = std::env::var_os(REQUIRED).is_some_and(|it| it == "required");

    let missing = ["python3", "git"].into_iter().find(|tool| {
        let mut command = Command::new(tool);
        !command.arg("--version").stdout(Stdio::null()).status().is_ok_and(|it| it.success())
    });

    if let Some(tool) = missing {
        eprintln!("NOT RUN, for want of {tool}: the tests of the workflow's script");
    }

    let tests = [compare::TESTS, issue::TESTS, log::TESTS, pull_request::TESTS].concat();
    let trial = |(name, test): (&str, Test)| match missing {
        None => Trial::test(name, move || {
            test();
            Ok(())
        }),
        Some(tool) => Trial::test(name, move || Err(format!("there is no {tool}").into()))
            .with_ignored_flag(!required),
    };

    libtest_mimic::run(&arguments, tests.into_iter().map(trial).collect()).exit_code()
}
