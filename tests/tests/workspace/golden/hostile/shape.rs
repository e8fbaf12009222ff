//! The shape of generated code: its files and its tokens, without what text may change.

use std::collections::BTreeMap;
use std::path::PathBuf;

use connect_codegen::io::files::Files;
use proc_macro2::{Delimiter, Literal, TokenStream, TokenTree};

/// What the text of a place becomes in the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Nothing: comments and strings only.
    Nothing,
    /// The name of something: identifiers can differ, one for one.
    Identifiers,
}

/// The tokens of each file with each string and comment emptied.
#[derive(Debug, PartialEq, Eq)]
pub struct Shape(BTreeMap<PathBuf, String>);

impl Shape {
    /// The shape of files.
    pub fn of(files: &Files, names: Names) -> Self {
        let shape = |(path, code): (&PathBuf, &String)| {
            let tokens: TokenStream =
                code.parse().unwrap_or_else(|error| panic!("{}: {error}\n{code}", path.display()));
            let mut text = String::new();
            write(tokens, names, &mut text);
            (path.clone(), text)
        };

        Self(files.iter().map(shape).collect())
    }

    /// Asserts that the shape is another, and shows the first place at which it is not.
    pub fn assert_is(&self, wanted: &Self, what: &str) {
        assert!(self.0.keys().eq(wanted.0.keys()), "{what}: other files");
        for ((path, got), wanted) in self.0.iter().zip(wanted.0.values()) {
            let same = got.bytes().zip(wanted.bytes()).take_while(|(one, other)| one == other);
            let at = same.count().saturating_sub(100);

            let excerpt = |text: &str| {
                String::from_utf8_lossy(text.as_bytes().get(at..).unwrap_or_default())
                    .chars()
                    .take(300)
                    .collect::<String>()
            };

            assert!(
                got == wanted,
                "{what}: {}:\n{}\n{}",
                path.display(),
                excerpt(got),
                excerpt(wanted)
            );
        }
    }
}

fn write(tokens: TokenStream, names: Names, text: &mut String) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if let (TokenTree::Punct(mark), Some(TokenTree::Group(attribute))) = (&token, tokens.peek())
            && mark.as_char() == '#'
            && is_text_only(&attribute.stream())
        {
            tokens.next();
            continue;
        }

        // The name on the wire, which only some names need beside them.
        if let (TokenTree::Punct(mark), Some(TokenTree::Literal(name))) = (&token, tokens.peek())
            && names == Names::Identifiers
            && mark.as_char() == '='
            && is_string(name)
        {
            tokens.next();
            continue;
        }

        match token {
            // The formatter puts long arms of a match in braces, and commas where lines end.
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                write(group.stream(), names, text);
            }
            TokenTree::Punct(comma) if comma.as_char() == ',' => {}
            TokenTree::Group(group) => {
                text.push_str(&format!("{:?}(", group.delimiter()));
                write(group.stream(), names, text);
                text.push(')');
            }
            TokenTree::Literal(literal) if is_string(&literal) => text.push_str("\"\""),
            TokenTree::Ident(_) if names == Names::Identifiers => text.push_str(" name"),
            token => text.push_str(&format!(" {token}")),
        }
    }
}

fn is_string(literal: &Literal) -> bool {
    literal.to_string().contains('"')
}

/// Whether an attribute is documentation.
fn is_text_only(attribute: &TokenStream) -> bool {
    let tokens: Vec<String> =
        attribute.clone().into_iter().map(|token| token.to_string()).collect();
    matches!(tokens.as_slice(), [doc, equals, _] if doc == "doc" && equals == "=")
}
