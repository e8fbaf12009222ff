//! The maintainers' tasks as a library: what the commands do, without their command line.

pub mod adopt;
pub mod bench;
pub mod bump;
pub mod drift;
pub mod fetch;
pub mod store;

use connect_codegen::diagnostic::Diagnostic;

/// Prints an error and its help text to the standard error.
pub fn print_error(error: &Diagnostic) {
    eprintln!("error: {error}");
    if let Some(help) = &error.help {
        eprintln!("help: {help}");
    }
}
