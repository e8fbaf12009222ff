//! Examples: in the documentation of each operation, model and union a program that uses it. Open
//! enums have theirs from the core's macro.
//!
//! What the document has as the example of a body is what the program sends; values of parameters
//! are from the policy. All else is made up of names: `cluster_id` is `"a cluster's id"`.

mod model;
mod operation;
mod values;

use proc_macro2::TokenStream;
use quote::quote;

use super::engine::Engine;
use crate::lower::Lowered;

/// The widest line of a program.
const WIDTH: usize = 88;

/// What examples are made of.
pub struct Examples<'a> {
    pub engine: &'a Engine,
    pub lowered: &'a Lowered,
}

/// The statements as a program in documentation, with a mark for what to do with it. The function
/// that they stand in, if they need one, does not show.
fn program(mark: &str, frame: &TokenStream, statements: &[TokenStream]) -> TokenStream {
    let mut lines = vec![format!("```{mark}")];
    let frame = spelled(frame).split_whitespace().collect::<Vec<_>>().join(" ");
    let frame = frame.trim_end_matches('}').replace("( ", "(").replace(", )", ")");

    if !frame.is_empty() {
        lines.push(format!("# {frame}"));
    }

    for statement in statements {
        let printed = spelled(&quote! { fn example() { #statement } });
        let inner = printed.lines().skip(1).take_while(|line| *line != "}");
        lines.extend(inner.map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned()));
    }

    if frame.contains("Result") {
        lines.push("# Ok(())".to_owned());
    }

    if !frame.is_empty() {
        lines.push("# }".to_owned());
    }

    lines.push("```".to_owned());
    let lines = lines.iter().map(|line| format!(" {line}"));
    quote! { #(#[doc = #lines])* }
}

/// Code as it is printed. What is no code, which no document can have us make, is nothing.
fn spelled(tokens: &TokenStream) -> String {
    syn::parse2(tokens.clone()).map(|file| prettyplease::unparse(&file)).unwrap_or_default()
}

/// Whether a statement is a line.
fn fits(statement: &TokenStream) -> bool {
    let printed = spelled(&quote! { fn example() { #statement } });
    printed.lines().count() == 3 && printed.lines().all(|line| line.len() <= WIDTH)
}

#[cfg(test)]
mod tests {
    use proc_macro2::Literal;
    use quote::ToTokens as _;

    use super::*;

    #[test]
    fn no_text_of_the_document_leaves_its_line() {
        for text in ["```", "a\nb", "\u{202E}", "\"); }", "# hidden"] {
            let text = Literal::string(text);
            let docs = program("no_run", &quote! {}, &[quote! { client.note(#text); }]);
            let item: syn::ItemStruct = syn::parse_quote! { #docs struct A; };
            let printed = spelled(&item.to_token_stream());
            let lines: Vec<&str> = printed.lines().collect();

            assert_eq!(lines.len(), 4, "{printed}");
            assert_eq!(lines[1], format!("/// client.note({docs});"));
            assert!(!lines[1].contains('\u{202E}'), "{printed}");
        }
    }
}
