//! Text of the document as Rust documentation: whatever it says, it stays text.

use proc_macro2::TokenStream;
use quote::quote;

/// The documentation of what the document does not describe.
pub const NOT_DESCRIBED: &str = "Not described in the API document.";

/// The widest line of documentation.
const WIDTH: usize = 96;

/// Documentation of an item: each paragraph wrapped, each line an attribute of its own, so that
/// no text can end the comment that it is printed as.
pub fn docs(text: &str) -> TokenStream {
    let lines = lines(text);
    let lines =
        lines.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote! { #(#[doc = #lines])* }
}

/// As [`docs`], of the module that holds it.
pub fn module_docs(text: &str) -> TokenStream {
    let lines = lines(text).into_iter().map(|line| format!(" {line}"));
    quote! { #(#![doc = #lines])* }
}

/// Text of the document as Markdown that shows it as it is. Balanced code spans stay.
pub fn plain(text: &str) -> String {
    text.lines().map(plain_line).collect::<Vec<_>>().join("\n")
}

/// A value of the document as code: in a span that it cannot end.
pub fn code(value: &str) -> String {
    let value: String = value.chars().map(|c| if c == '`' { ' ' } else { harmless(c) }).collect();
    match value.trim() {
        "" => format!("`{value:?}`"),
        value => format!("`{value}`"),
    }
}

fn plain_line(line: &str) -> String {
    let line: String = line.trim().chars().map(harmless).collect();
    let ticks = line.matches('`').count();
    let spans = ticks.is_multiple_of(2) && !line.contains("``");
    let mut escaped = String::new();

    for (index, part) in line.split('`').enumerate() {
        if index > 0 {
            escaped.push_str(if spans { "`" } else { "\\`" });
        }

        let code = spans && index % 2 == 1;
        part.chars().for_each(|c| {
            // Without its mark an address is no link.
            let address = c == '/' && escaped.ends_with(':');
            if !code
                && (address
                    || matches!(
                        c,
                        '\\' | '*' | '_' | '<' | '>' | '[' | ']' | '|' | '~' | '#' | '&'
                    ))
            {
                escaped.push('\\');
            }

            escaped.push(c);
        });
    }

    // A bullet, a number or a rule at the start of a line would make a list or a heading.
    match escaped.chars().next() {
        Some('-' | '+' | '=') => format!("\\{escaped}"),
        Some(c) if c.is_ascii_digit() => escaped.replacen(". ", "\\. ", 1),
        _ => escaped,
    }
}

/// Control characters and those that are not seen or that change the direction or the lines of
/// text are shown, not obeyed.
fn harmless(c: char) -> char {
    match c {
        '\u{202A}'..='\u{202E}'
        | '\u{2066}'..='\u{2069}'
        | '\u{200E}'
        | '\u{200F}'
        | '\u{061C}'
        | '\u{200B}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{FEFF}'
        | '\u{E0000}'..='\u{E007F}' => '\u{FFFD}',
        c if c.is_control() => ' ',
        c => c,
    }
}

/// Paragraphs wrapped to [`WIDTH`], separated by empty lines.
fn lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split("\n\n") {
        if !lines.is_empty() {
            lines.push(String::new());
        }

        // The lines after the first of a list's item belong to it only if they are indented.
        let indent = if paragraph.starts_with("* ") { "  " } else { "" };
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.len() + 1 + word.len() > WIDTH {
                lines.push(std::mem::replace(&mut line, indent.to_owned()));
            }

            if !line.is_empty() && line != indent {
                line.push(' ');
            }

            line.push_str(word);
        }

        lines.push(line);
    }

    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_of_the_document_is_text() {
        assert_eq!(plain("a *b* <c> [d](e)"), "a \\*b\\* \\<c\\> \\[d\\](e)");
        assert_eq!(plain("http://a.b/c"), "http:\\//a.b/c");
        assert_eq!(plain("    fn main() {}"), "fn main() {}");
        assert_eq!(plain("```rust"), "\\`\\`\\`rust");
        assert_eq!(plain("as `code_here`, or `"), "as \\`code\\_here\\`, or \\`");
        assert_eq!(plain("as `code_here`"), "as `code_here`");
        assert_eq!(plain("\u{202E}evil\u{0}"), "\u{FFFD}evil ");
        assert_eq!(plain("# Heading\n- item\n1. one"), "\\# Heading\n\\- item\n1\\. one");
    }

    #[test]
    fn no_value_ends_its_span() {
        assert_eq!(code("a`b\n\u{202E}c"), "`a b \u{FFFD}c`");
        assert_eq!(code(""), "`\"\"`");
    }

    #[test]
    fn no_line_is_longer_than_a_word_allows() {
        let text = "word ".repeat(100);
        assert!(lines(&text).iter().all(|line| line.len() <= WIDTH));
    }
}
