//! Open enums: the documented values as variants, and a catch-all for every other value.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, names};
use crate::lower::ir::Enum;

/// An open enum.
pub fn open_enum(open_enum: &Enum) -> TokenStream {
    let name = names::ident(&open_enum.name);
    let description = open_enum.description.as_deref().map(docs::plain);
    let mut description = description.unwrap_or_else(|| docs::NOT_DESCRIBED.to_owned());
    if let Some(count) = open_enum.count {
        let listed = open_enum.values.len();
        description
            .push_str(&format!("\n\nThe service has {count} values, of which {listed} are known."));
    }

    let docs = docs::docs(&description);
    let variants = names::variants(&open_enum.values);
    let values = open_enum.values.iter().map(|value| docs::docs(&docs::code(value)));
    let catch_all = names::ident(names::CATCH_ALL);

    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#values #variants,)*
            /// A value not listed in the API document.
            #catch_all(String),
        }
    }
}
