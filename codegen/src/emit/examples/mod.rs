//! Examples in the documentation of each operation, model and union.
//!
//! The example of a body comes from the document, and values of parameters from the policy. Other
//! values are derived from names: `cluster_id` is `"a cluster's id"`. Open enums have an example
//! from the macro `open_enum!` of the generated crate.

mod model;
mod operation;
mod values;

use proc_macro2::TokenStream;
use quote::quote;

use super::types::Models;
use crate::lower::ir::Lowered;

/// The widest line of an example.
const WIDTH: usize = 88;

/// The document that the examples are made from.
pub struct Examples<'a> {
    pub models: &'a Models,
    pub lowered: &'a Lowered,
}

/// Statements as an example in documentation. `mark` tells rustdoc how to test the example, and
/// `frame` is the function around the statements, if they need one; rustdoc hides it.
fn program(mark: &str, frame: &TokenStream, statements: &[TokenStream]) -> TokenStream {
    let mut lines = vec![format!("```{mark}")];
    let frame = print(frame).split_whitespace().collect::<Vec<_>>().join(" ");
    let frame = frame.trim_end_matches('}').replace("( ", "(").replace(", )", ")");
    if !frame.is_empty() {
        lines.push(format!("# {frame}"));
    }

    for statement in statements {
        let printed = print(&quote! { fn example() { #statement } });
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

/// Formats an item. Tokens that are not an item, which no document can cause, are left out.
fn print(tokens: &TokenStream) -> String {
    syn::parse2(tokens.clone()).map(|file| prettyplease::unparse(&file)).unwrap_or_default()
}

fn fits_on_one_line(statement: &TokenStream) -> bool {
    let printed = print(&quote! { fn example() { #statement } });
    printed.lines().count() == 3 && printed.lines().all(|line| line.len() <= WIDTH)
}

#[cfg(test)]
mod tests {
    use proc_macro2::Literal;
    use quote::ToTokens as _;

    use super::*;

    #[test]
    fn text_of_the_document_stays_on_its_line() {
        for text in ["```", "a\nb", "\u{202E}", "\"); }", "# hidden"] {
            let text = Literal::string(text);
            let docs = program("no_run", &quote! {}, &[quote! { client.note(#text); }]);
            let item: syn::ItemStruct = syn::parse_quote! { #docs struct A; };
            let printed = print(&item.to_token_stream());
            let lines: Vec<&str> = printed.lines().collect();

            assert_eq!(lines.len(), 4, "{printed}");
            assert_eq!(lines[1], format!("/// client.note({text});"));
            assert!(!lines[1].contains('\u{202E}'), "{printed}");
        }
    }
}
