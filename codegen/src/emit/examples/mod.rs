//! Examples in the documentation of each operation, model and union.
//!
//! The example of a body comes from the document, and values of parameters from the policy. Other
//! values are derived from names: `cluster_id` is `"a cluster's id"`.
//!
//! Macros of `connect-api` write the other examples: `open_enum!` those of open enums, `impl_send!`
//! and `impl_pages!` those of the methods that requests have in common.

mod model;
mod operation;
mod values;

use proc_macro2::TokenStream;
use quote::quote;

use super::types::Models;
use crate::lower::ir::LoweredDocument;

/// The widest line of an example.
const WIDTH: usize = 88;

/// The document that the examples are made from.
pub struct Examples<'a> {
    pub models: &'a Models,
    pub lowered: &'a LoweredDocument,
}

/// The function around the statements of an example. rustdoc hides it.
struct WrapperFn {
    /// The signature, without a body.
    signature: TokenStream,
    /// Whether the function returns a `Result`, so that statements can use `?`.
    returns_result: bool,
}

impl WrapperFn {
    /// A function without a return value.
    fn new(signature: TokenStream) -> Self {
        Self { signature, returns_result: false }
    }

    /// The signature and the opening brace, on one line.
    fn opening_line(&self) -> String {
        let signature = &self.signature;
        let printed = print_item(&quote! { #signature {} });
        let line = printed.split_whitespace().collect::<Vec<_>>().join(" ");

        // A long list of parameters is printed over several lines, with a trailing comma.
        let line = line.replace("( ", "(").replace(", )", ")");
        line.strip_suffix('}').unwrap_or(&line).to_owned()
    }
}

/// Formats statements as an example in documentation. `fence_attribute` tells rustdoc how to test the
/// example. `wrapper_fn` is the function around the statements, if they need one.
fn program(
    fence_attribute: &str,
    wrapper_fn: Option<&WrapperFn>,
    statements: &[TokenStream],
) -> TokenStream {
    let mut lines = vec![format!("```{fence_attribute}")];
    if let Some(wrapper_fn) = wrapper_fn {
        lines.push(format!("# {}", wrapper_fn.opening_line()));
    }

    for statement in statements {
        let printed = print_item(&quote! { fn example() { #statement } });
        let inner = printed.lines().skip(1).take_while(|line| *line != "}");
        lines.extend(inner.map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned()));
    }

    if let Some(wrapper_fn) = wrapper_fn {
        if wrapper_fn.returns_result {
            lines.push("# Ok(())".to_owned());
        }
        lines.push("# }".to_owned());
    }
    lines.push("```".to_owned());

    let lines = lines.iter().map(|line| format!(" {line}"));
    quote! { #(#[doc = #lines])* }
}

/// Formats an item. Returns an empty string if the tokens are not an item, which no document can
/// cause.
fn print_item(tokens: &TokenStream) -> String {
    syn::parse2(tokens.clone()).map(|file| prettyplease::unparse(&file)).unwrap_or_default()
}

fn fits_on_one_line(statement: &TokenStream) -> bool {
    let printed = print_item(&quote! { fn example() { #statement } });
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
            let docs = program("no_run", None, &[quote! { client.note(#text); }]);
            let item: syn::ItemStruct = syn::parse_quote! { #docs struct A; };
            let printed = print_item(&item.to_token_stream());
            let lines: Vec<&str> = printed.lines().collect();

            assert_eq!(lines.len(), 4, "{printed}");
            assert_eq!(lines[1], format!("/// client.note({text});"));
            assert!(!lines[1].contains('\u{202E}'), "{printed}");
        }
    }
}
