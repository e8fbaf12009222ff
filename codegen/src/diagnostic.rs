//! What is wrong with an input: where, what, and what to do about it.

use std::fmt;

use serde_saphyr::{DefaultMessageFormatter, MessageFormatter as _};

/// One clear error about an input. Every stage reports with this type, so that a maintainer
/// always learns the file, the place in it, and the next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file (or URL) that is at fault, as the user named it.
    pub file: Option<String>,
    /// The place inside it.
    pub place: Option<Place>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Lines that show what is wrong, a difference for one.
    pub detail: Option<String>,
}

/// A place inside a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
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
    /// A problem without a place yet.
    pub fn new(message: impl Into<String>) -> Self {
        Self { file: None, place: None, message: message.into(), help: None, detail: None }
    }

    /// A problem at a JSON pointer.
    pub fn at(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: Some(Place::Pointer(pointer.into())), ..Self::new(message) }
    }

    /// A problem at a line, from 1.
    pub fn line(line: usize, message: impl Into<String>) -> Self {
        Self { place: Some(Place::Line(line)), ..Self::new(message) }
    }

    /// What is wrong with a JSON text, which is not `what` it should be: the place is the problem's,
    /// no longer the message's.
    pub fn json(error: &serde_json::Error, what: &str) -> Self {
        let text = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let message = text.strip_suffix(&place).unwrap_or(&text);

        Self {
            place: Some(Place::Column(error.line(), error.column())),
            ..Self::new(format!("{what}: {message}"))
        }
    }

    /// What is wrong with a YAML text; here too the place is the problem's alone.
    pub fn yaml(error: &serde_saphyr::Error) -> Self {
        let place =
            error.location().map(|at| Place::Column(at.line() as usize, at.column() as usize));
        let message = DefaultMessageFormatter.format_message(error.without_snippet());
        Self { place, ..Self::new(message) }
    }

    /// Names the file, unless an inner stage has already named one.
    #[must_use]
    pub fn in_file(mut self, file: impl fmt::Display) -> Self {
        self.file.get_or_insert_with(|| file.to_string());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A text of which no character moves the cursor or colours the screen: names come from inputs.
struct Shown<'t>(&'t str, &'t [char]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text, allowed) = self;
        text.chars().try_for_each(|c| match c.is_control() && !allowed.contains(&c) {
            true => write!(f, "{}", c.escape_default()),
            false => write!(f, "{c}"),
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Line(line) => write!(f, "line {line}"),
            Place::Column(line, column) => write!(f, "line {line}, column {column}"),
            Place::Pointer(pointer) if pointer.is_empty() => f.write_str("the root"),
            Place::Pointer(pointer) => Shown(pointer, &[]).fmt(f),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}: ", Shown(file, &[]))?;
        }

        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }

        Shown(&self.message, &[]).fmt(f)?;
        match &self.detail {
            Some(detail) => write!(f, "\n{}", Shown(detail, &['\n', '\t'])),
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

/// Escapes one segment of a JSON pointer.
pub fn pointer_segment(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// One segment of a JSON pointer as it was before it was escaped.
pub fn unescaped_segment(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_input_breaks_the_line_or_the_terminal() {
        let mut problem = Diagnostic::at("/a\nerror: b", "`\u{1b}[2J\r` is wrong").in_file("x\ty");
        assert_eq!(problem.to_string(), "x\\ty: /a\\nerror: b: `\\u{1b}[2J\\r` is wrong");
        problem.detail = Some("-\ta\n+\u{7}b".to_owned());
        assert!(problem.to_string().ends_with(" is wrong\n-\ta\n+\\u{7}b"));
    }

    #[test]
    fn the_place_in_a_text_is_said_once() {
        let yaml = serde_saphyr::from_str::<u8>("a:\n  - [1").expect_err("YAML that ends early");
        let json = serde_json::from_str::<u8>("{").expect_err("JSON that ends early");

        for problem in [Diagnostic::yaml(&yaml), Diagnostic::json(&json, "not valid JSON")] {
            let said = problem.to_string();
            assert!(said.starts_with("line ") && said.matches("line ").count() == 1, "{said}");
        }
    }
}
