//! The cells of the page's Markdown tables. Swagger UI's line breaks are `<br>` in them.

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Result};

/// An empty line in a cell. It separates the parts of the cell.
pub const GAP: &str = "<br><br>";
/// A line break in a cell.
pub const BREAK: &str = "  <br>";

const EXAMPLE: &str = "<br><br>- Example Value<br>- Model<br><br>```<br>";
const EXAMPLE_END: &str = "<br>```";

/// Splits a row into its cells, and removes the escapes of `|`.
pub fn split_row<const N: usize>(line: usize, text: &str) -> Result<[String; N]> {
    let inner = text.strip_prefix('|').and_then(|text| text.strip_suffix('|'));
    let inner = inner.filter(|inner| !inner.ends_with('\\')).ok_or_else(|| {
        Diagnostic::at_line(line, format!("not a complete table row: {}", excerpt(text)))
    })?;

    let mut cells: Vec<String> = Vec::new();
    for piece in inner.split('|') {
        match cells.last_mut() {
            Some(cell) if cell.ends_with('\\') => {
                cell.pop();
                cell.push('|');
                cell.push_str(piece);
            }
            _ => cells.push(piece.to_owned()),
        }
    }

    cells.try_into().map_err(|cells: Vec<_>| {
        Diagnostic::at_line(line, format!("the row has {} cells, expected {N}", cells.len()))
    })
}

/// Parses a description.
pub fn parse_prose(line: usize, cell: &str) -> Result<String> {
    let text = cell.replace(BREAK, "\n");
    if text.contains("<br>") || text.contains("```") {
        let message = format!("expected only a description, found {}", excerpt(cell));
        return Err(Diagnostic::at_line(line, message));
    }

    Ok(text)
}

/// Splits a cell into the text before its example and the example, which `end` must follow.
pub fn split_example<'a>(
    line: usize,
    cell: &'a str,
    end: &str,
) -> Result<(&'a str, Option<Value>)> {
    let Some((before, example)) = cell.split_once(EXAMPLE) else {
        return Ok((cell, None));
    };

    let json = example.strip_suffix(end).and_then(|text| text.strip_suffix(EXAMPLE_END));
    let json = json
        .ok_or_else(|| Diagnostic::at_line(line, "the end of the example is missing"))?
        .replace("<br>", "\n");
    let value = serde_json::from_str(&json).map_err(|error| {
        Diagnostic::at_line(line, format!("the example is not valid JSON: {error}"))
    })?;

    Ok((before, Some(value)))
}

/// Parses the name of a parameter, a model or a property.
pub fn parse_name(line: usize, text: &str) -> Result<String> {
    if !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Ok(text.to_owned());
    }

    Err(Diagnostic::at_line(line, format!("not a name: {}", excerpt(text))))
}

/// The first characters of a text, quoted, for a message.
pub fn excerpt(text: &str) -> String {
    let mut characters = text.chars();
    let start: String = characters.by_ref().take(60).collect();
    let ellipsis = if characters.next().is_some() { "…" } else { "" };

    format!("`{start}{ellipsis}`")
}
