//! Safe output of untrusted text to a terminal.

/// Escapes the characters that change how a terminal shows a text, except those in `allowed`.
///
/// These are the control characters (line breaks, cursor movements, colours) and the Unicode
/// characters that override the writing direction, with which a text can look like another one.
pub fn escape_control(text: &str, allowed: &[char]) -> String {
    let mut escaped = String::with_capacity(text.len());

    for c in text.chars() {
        if (c.is_control() || is_bidi_control(c)) && !allowed.contains(&c) {
            escaped.extend(c.escape_default());
        } else {
            escaped.push(c);
        }
    }

    escaped
}

/// Whether a character marks, embeds, overrides or isolates a writing direction.
pub fn is_bidi_control(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_bidi_characters_are_escaped_unless_allowed() {
        assert_eq!(escape_control("a\n\u{1b}[31mü", &[]), "a\\n\\u{1b}[31mü");
        assert_eq!(escape_control("\u{202e}a\u{2069}", &[]), "\\u{202e}a\\u{2069}");
        assert_eq!(escape_control("\u{200f}\u{61c}", &[]), "\\u{200f}\\u{61c}");
        assert_eq!(escape_control("a\n\tb\r", &['\n', '\t']), "a\n\tb\\r");
    }
}
