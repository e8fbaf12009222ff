//! The report formats. Each one is a function from a [`Review`] to a text; `shared`
//! contains what they have in common.

pub mod github;
pub mod html;
pub mod json;
mod line_index;
pub mod markdown;
pub(crate) mod shared;
pub mod text;

use std::fmt;
use std::str::FromStr;

use crate::review::Review;

/// The format of a report.
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
    /// A self-contained page.
    Html,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 5] = [Self::Text, Self::Markdown, Self::Json, Self::Github, Self::Html];

    /// Returns the name as it is written after `--format`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Json => "json",
            Self::Github => "github",
            Self::Html => "html",
        }
    }

    /// Renders a review. Only the text format uses `width`, in columns. It always contains colours;
    /// the caller removes them where the output does not support them.
    pub fn render(self, review: &Review, width: usize) -> String {
        match self {
            Self::Text => text::render(review, width),
            Self::Markdown => markdown::render(review, markdown::LENGTH_LIMIT),
            Self::Json => json::render(review),
            Self::Github => github::render(review),
            Self::Html => html::render(review),
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let format = Self::ALL.into_iter().find(|format| format.id() == text);
        format.ok_or_else(|| {
            format!("unknown format `{text}`: use one of {}", Self::ALL.map(Self::id).join(", "))
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn all_lists_every_format() {
        // A new format does not compile without an arm here. Add it to `ALL` at the same index.
        let index = |format| match format {
            Format::Text => 0,
            Format::Markdown => 1,
            Format::Json => 2,
            Format::Github => 3,
            Format::Html => 4,
        };

        assert_eq!(Format::ALL.map(index), [0, 1, 2, 3, 4]);
    }
}
