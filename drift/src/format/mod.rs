//! The five shapes of a report. Each is a function from a [`Review`] to a text; what they share is
//! in `words`.

pub mod github;
pub mod html;
pub mod json;
mod locate;
pub mod markdown;
pub mod text;
pub(crate) mod words;

use std::fmt;
use std::str::FromStr;

use crate::review::Review;

/// The shape of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For a terminal: coloured with ANSI sequences, wrapped.
    Text,
    /// For a pull request or an issue on GitHub.
    Markdown,
    /// For programs; `drift/report.schema.json` describes it.
    Json,
    /// Annotations of GitHub Actions, with file and line.
    Github,
    /// One page that needs nothing else.
    Html,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [Self::Text, Self::Markdown, Self::Json, Self::Github, Self::Html];

    /// The name, as `--format` takes it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Json => "json",
            Self::Github => "github",
            Self::Html => "html",
        }
    }

    /// Renders a review. Only text knows a width, in columns; it is coloured always, and who
    /// prints it takes the colours out where they have no place.
    pub fn render(self, review: &Review, width: usize) -> String {
        match self {
            Self::Text => text::render(review, width),
            Self::Markdown => markdown::render(review, markdown::LIMIT),
            Self::Json => json::render(review),
            Self::Github => github::render(review),
            Self::Html => html::render(review),
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|format| format.id() == text);
        known
            .ok_or_else(|| format!("`{text}` is not one of {}", Self::ALL.map(Self::id).join(", ")))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
