//! The shape of generated code: its files and tokens, without the parts that text may change.

use std::collections::BTreeMap;
use std::path::PathBuf;

use connect_codegen::io::files::Files;
use proc_macro2::{Delimiter, Literal, TokenStream, TokenTree};

/// Which part of the generated code a text becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Comments and strings.
    TextOnly,
    /// Identifiers too: each can differ, but their number and positions are the same.
    Identifiers,
}

/// The tokens of each file, with empty strings and without comments.
#[derive(Debug, PartialEq, Eq)]
pub struct Shape(BTreeMap<PathBuf, String>);

impl Shape {
    /// Reads the shape of generated files.
    pub fn new(files: &Files, effect: Effect) -> Self {
        let shape = |(path, code): (&PathBuf, &String)| {
            let tokens: TokenStream =
                code.parse().unwrap_or_else(|error| panic!("{}: {error}\n{code}", path.display()));
            let mut text = String::new();
            write(tokens, effect, &mut text);
            (path.clone(), text)
        };

        Self(files.iter().map(shape).collect())
    }

    /// Asserts that two shapes are equal; the message shows the first difference.
    pub fn assert_equals(&self, expected: &Self, description: &str) {
        assert!(self.0.keys().eq(expected.0.keys()), "{description}: the files differ");

        for ((path, actual), expected) in self.0.iter().zip(expected.0.values()) {
            let equal =
                actual.bytes().zip(expected.bytes()).take_while(|(left, right)| left == right);
            let start = equal.count().saturating_sub(100);
            let excerpt = |text: &str| -> String {
                let rest = text.as_bytes().get(start..).unwrap_or_default();
                String::from_utf8_lossy(rest).chars().take(300).collect()
            };

            let (path, left, right) = (path.display(), excerpt(actual), excerpt(expected));
            assert!(actual == expected, "{description}: {path}:\n{left}\n{right}");
        }
    }
}

/// Writes tokens to `text`, without those that may differ.
fn write(tokens: TokenStream, effect: Effect, text: &mut String) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if let (TokenTree::Punct(mark), Some(TokenTree::Group(attribute))) = (&token, tokens.peek())
            && mark.as_char() == '#'
            && is_doc_comment(&attribute.stream())
        {
            tokens.next();
            continue;
        }

        // The name in JSON, which is only written where it differs from the identifier.
        if let (TokenTree::Punct(mark), Some(TokenTree::Literal(name))) = (&token, tokens.peek())
            && effect == Effect::Identifiers
            && mark.as_char() == '='
            && is_string(name)
        {
            tokens.next();
            continue;
        }

        match token {
            // The formatter adds braces to long match arms, and commas at the ends of lines.
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                write(group.stream(), effect, text);
            }
            TokenTree::Punct(comma) if comma.as_char() == ',' => {}
            TokenTree::Group(group) => {
                text.push_str(&format!("{:?}(", group.delimiter()));
                write(group.stream(), effect, text);
                text.push(')');
            }
            TokenTree::Literal(literal) if is_string(&literal) => text.push_str("\"\""),
            TokenTree::Ident(_) if effect == Effect::Identifiers => text.push_str(" name"),
            token => text.push_str(&format!(" {token}")),
        }
    }
}

fn is_string(literal: &Literal) -> bool {
    literal.to_string().contains('"')
}

/// Whether the content of an attribute is `doc = "…"`.
fn is_doc_comment(attribute: &TokenStream) -> bool {
    let tokens: Vec<String> =
        attribute.clone().into_iter().map(|token| token.to_string()).collect();
    matches!(tokens.as_slice(), [doc, equals, _] if doc == "doc" && equals == "=")
}
