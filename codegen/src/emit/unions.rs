//! Adjacently tagged unions.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, names};
use crate::lower::ir::Union;

/// The enum of a union. The variant of a member without a documented tag keeps the received tag.
pub fn union(union: &Union, example: &TokenStream) -> TokenStream {
    let name = names::ident(&union.name);
    let description = union.description.as_deref().map(docs::plain);
    let description = description.unwrap_or_else(|| "One of several kinds of value.".to_owned());
    let docs = docs::docs(&format!("{description}\n\nJSON: `{{\"type\": …, \"value\": …}}`."));

    let variants = union.members.iter().map(|member| {
        let model = names::ident(&member.model);
        match &member.tag {
            Some(tag) => {
                let docs = docs::docs(&docs::code(tag));
                quote! { #docs #model(#model) }
            }
            None => quote! {
                /// Recognised by its shape: the API document lists no tag.
                #model {
                    /// The received tag.
                    tag: String,
                    /// The value.
                    value: #model,
                }
            },
        }
    });

    let catch_all = names::ident(names::CATCH_ALL);
    quote! {
        #docs
        ///
        #example
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            /// A member not listed in the API document, as received.
            #catch_all(serde_json::Value),
        }
    }
}
