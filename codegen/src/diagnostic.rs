//! Errors about an input: the file, the location in it, what is wrong, and how to fix it.

use std::fmt;

use serde_saphyr::{DefaultMessageFormatter, MessageFormatter as _};

use crate::io::terminal::escape_control;

/// An error about an input file, with its location and a suggested fix.
///
/// Every stage reports errors with this type, so that a maintainer always gets the file, the
/// location in it, and the next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file or URL with the error, as the user named it.
    pub file: Option<String>,
    /// The location in the file.
    pub location: Option<Location>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// How to fix it.
    pub help: Option<String>,
    /// Additional lines, such as a diff.
    pub detail: Option<String>,
}

/// A location in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A line of a text file, from 1.
    Line(usize),
    /// A line and a column of a text file, both from 1.
    Column(usize, usize),
    /// A JSON pointer (RFC 6901).
    Pointer(String),
}

/// A result whose error is a [`Diagnostic`].
pub type Result<T> = std::result::Result<T, Diagnostic>;

impl Diagnostic {
    /// A diagnostic without a location.
    pub fn new(message: impl Into<String>) -> Self {
        Self { file: None, location: None, message: message.into(), help: None, detail: None }
    }

    /// A diagnostic at a JSON pointer.
    pub fn at(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { location: Some(Location::Pointer(pointer.into())), ..Self::new(message) }
    }

    /// A diagnostic at a line, from 1.
    pub fn at_line(line: usize, message: impl Into<String>) -> Self {
        Self { location: Some(Location::Line(line)), ..Self::new(message) }
    }

    /// A diagnostic for a JSON error. Its message starts with `summary`.
    pub fn from_json_error(error: &serde_json::Error, summary: &str) -> Self {
        // The message ends with the location, which the diagnostic has as a field.
        let text = error.to_string();
        let suffix = format!(" at line {} column {}", error.line(), error.column());
        let message = text.strip_suffix(&suffix).unwrap_or(&text);

        Self {
            location: Some(Location::Column(error.line(), error.column())),
            ..Self::new(format!("{summary}: {message}"))
        }
    }

    /// A diagnostic for a YAML error.
    pub fn from_yaml_error(error: &serde_saphyr::Error) -> Self {
        let location = error
            .location()
            .map(|location| Location::Column(location.line() as usize, location.column() as usize));
        let message = DefaultMessageFormatter.format_message(error.without_snippet());

        Self { location, ..Self::new(message) }
    }

    /// Sets the file, unless an inner stage has already set it.
    #[must_use]
    pub fn in_file(mut self, file: impl fmt::Display) -> Self {
        self.file.get_or_insert_with(|| file.to_string());
        self
    }

    /// Sets the suggested fix.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Line(line) => write!(f, "line {line}"),
            Location::Column(line, column) => write!(f, "line {line}, column {column}"),
            Location::Pointer(pointer) if pointer.is_empty() => f.write_str("the root"),
            Location::Pointer(pointer) => f.write_str(&escape_control(pointer, &[])),
        }
    }
}

/// Prints one line, and then the detail. Control characters are escaped, since names and values
/// come from the input.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}: ", escape_control(file, &[]))?;
        }

        if let Some(location) = &self.location {
            write!(f, "{location}: ")?;
        }

        f.write_str(&escape_control(&self.message, &[]))?;

        match &self.detail {
            Some(detail) => write!(f, "\n{}", escape_control(detail, &['\n', '\t'])),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Diagnostic {}

impl miette::Diagnostic for Diagnostic {
    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }
}

/// Escapes a segment of a JSON pointer.
pub fn pointer_segment(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// Reverses [`pointer_segment`].
pub fn unescaped_segment(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_escapes_control_characters_of_file_location_message_and_detail() {
        let mut diagnostic =
            Diagnostic::at("/a\nerror: b", "`\u{1b}[2J\r` is wrong").in_file("x\ty");
        assert_eq!(diagnostic.to_string(), "x\\ty: /a\\nerror: b: `\\u{1b}[2J\\r` is wrong");

        diagnostic.detail = Some("-\ta\n+\u{7}b".to_owned());
        assert!(diagnostic.to_string().ends_with(" is wrong\n-\ta\n+\\u{7}b"));
    }

    #[test]
    fn json_and_yaml_errors_print_their_line_once() {
        let yaml = serde_saphyr::from_str::<u8>("a:\n  - [1").expect_err("truncated YAML");
        let json = serde_json::from_str::<u8>("{").expect_err("truncated JSON");

        let diagnostics = [
            Diagnostic::from_yaml_error(&yaml),
            Diagnostic::from_json_error(&json, "not valid JSON"),
        ];
        for diagnostic in diagnostics {
            let text = diagnostic.to_string();
            assert!(text.starts_with("line ") && text.matches("line ").count() == 1, "{text}");
        }
    }
}
