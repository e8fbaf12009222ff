//! Open enums: the documented values as variants, any other kept as it came.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, names};
use crate::lower::ir::Enum;

/// The enum as it is emitted; what is the same for all of them is a macro of the core.
pub fn open_enum(of: &Enum) -> TokenStream {
    let name = names::ident(&of.name);
    let mut said = of
        .description
        .as_deref()
        .map(docs::plain)
        .unwrap_or_else(|| "Not described upstream.".to_owned());

    if let Some(count) = of.count {
        said.push_str(&format!(
            "\n\nThe service has {count} values; these {} are known.",
            of.values.len()
        ));
    }

    let docs = docs::docs(&said);
    let variants = names::variants(&of.values);
    let values = &of.values;
    let shown = values.iter().map(|value| docs::docs(&docs::code(value)));
    let catch_all = names::ident(names::CATCH_ALL);

    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#shown #variants,)*
            /// A value that the document does not list, as it came.
            #catch_all(String),
        }
        crate::json::open_enum::open_enum! {
            #name { #(#variants = #values),* }
        }
    }
}
