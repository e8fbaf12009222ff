//! Text of the API document as Rust documentation. The text is escaped: no text of the document
//! becomes markup or code.

use proc_macro2::TokenStream;
use quote::quote;

use crate::io::terminal::is_bidi_control;

/// The documentation of an item without a description in the document.
pub const NOT_DESCRIBED: &str = "Not described in the API document.";

/// The widest line of documentation.
const WIDTH: usize = 96;

/// The beginning of an item of a list.
const BULLET: &str = "* ";

/// The documentation of an item, one attribute for each line, so that no text can end the comment
/// that contains it.
pub fn docs(text: &str) -> TokenStream {
    let lines = wrap(text);
    let lines =
        lines.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote! { #(#[doc = #lines])* }
}

/// The documentation of a module, inside the module.
pub fn module_docs(text: &str) -> TokenStream {
    let lines = wrap(text);
    let lines =
        lines.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote! { #(#![doc = #lines])* }
}

/// Escapes text, so that Markdown shows it unchanged. Balanced code spans are kept.
pub fn plain(text: &str) -> String {
    text.lines().map(escape_line).collect::<Vec<_>>().join("\n")
}

/// A value in a code span, which the value cannot end.
pub fn code(value: &str) -> String {
    let value: String =
        value.chars().map(|c| if c == '`' { ' ' } else { replace_invisible(c) }).collect();
    match value.trim() {
        "" => format!("`{value:?}`"),
        value => format!("`{value}`"),
    }
}

fn escape_line(line: &str) -> String {
    let line: String = line.trim().chars().map(replace_invisible).collect();
    let backticks = line.matches('`').count();
    let has_spans = backticks.is_multiple_of(2) && !line.contains("``");
    let mut escaped = String::new();

    for (index, part) in line.split('`').enumerate() {
        if index > 0 {
            escaped.push_str(if has_spans { "`" } else { "\\`" });
        }

        let is_code = has_spans && index % 2 == 1;
        for c in part.chars() {
            // rustdoc makes no link of a URL whose `//` is escaped.
            let is_url = c == '/' && escaped.ends_with(':');
            if !is_code && (is_url || is_markup(c)) {
                escaped.push('\\');
            }
            escaped.push(c);
        }
    }

    escape_line_start(escaped)
}

fn is_markup(c: char) -> bool {
    matches!(c, '\\' | '*' | '_' | '<' | '>' | '[' | ']' | '|' | '~' | '#' | '&')
}

/// Escapes the start of a line that would begin a list, a heading or a rule.
fn escape_line_start(line: String) -> String {
    match line.chars().next() {
        Some('-' | '+' | '=') => format!("\\{line}"),
        Some(c) if c.is_ascii_digit() => line.replacen(". ", "\\. ", 1),
        _ => line,
    }
}

/// Replaces control characters, and characters that are invisible or that change the direction of
/// text.
fn replace_invisible(c: char) -> char {
    match c {
        c if is_bidi_control(c) => '\u{FFFD}',
        '\u{200B}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}' => '\u{FFFD}',
        c if c.is_control() => ' ',
        c => c,
    }
}

/// Wraps paragraphs to [`WIDTH`], with empty lines between them. Items of a list follow each other.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut is_in_list = false;
    for paragraph in text.split("\n\n") {
        let is_item = paragraph.starts_with(BULLET);
        let continues_list = is_in_list && is_item;
        if !lines.is_empty() && !continues_list {
            lines.push(String::new());
        }
        wrap_paragraph(paragraph, &mut lines);
        is_in_list = is_item;
    }

    lines
}

fn wrap_paragraph(paragraph: &str, lines: &mut Vec<String>) {
    // Only indented lines belong to an item of a list.
    let indent = if paragraph.starts_with(BULLET) { "  " } else { "" };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_escapes_markdown() {
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
    fn value_does_not_end_its_code_span() {
        assert_eq!(code("a`b\n\u{202E}c"), "`a b \u{FFFD}c`");
        assert_eq!(code(""), "`\"\"`");
    }

    #[test]
    fn wrap_breaks_long_lines() {
        let text = "word ".repeat(100);
        assert!(wrap(&text).iter().all(|line| line.len() <= WIDTH));
    }

    #[test]
    fn wrap_keeps_the_items_of_a_list_together() {
        assert_eq!(wrap("a\n\n* b\n\n* c\n\nd"), ["a", "", "* b", "* c", "", "d"]);
    }
}
