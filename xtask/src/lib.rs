//! The maintainers' tasks, as a library: what the commands do, without their command line.

pub mod bench;
pub mod bump;
pub mod drift;
pub mod fetch;
pub mod store;
pub mod take_in;

use connect_codegen::diagnostic::Diagnostic;

/// Tells a problem, and what to do about it, on the standard error.
pub fn tell(problem: &Diagnostic) {
    eprintln!("error: {problem}");
    if let Some(help) = &problem.help {
        eprintln!("help: {help}");
    }
}
