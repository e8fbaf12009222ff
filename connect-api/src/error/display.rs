//! Parts of error messages.

use std::fmt;

/// Displays the number of attempts in parentheses, if there was more than one.
pub(super) struct Attempts(pub(super) usize);

impl fmt::Display for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 | 1 => Ok(()),
            attempts => write!(f, " (after {attempts} attempts)"),
        }
    }
}

/// Formats an error and all its sources on one line, separated by colons.
pub(crate) fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();

    while let Some(error) = source {
        text.push_str(&format!(": {error}"));
        source = error.source();
    }

    text
}
