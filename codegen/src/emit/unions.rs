//! Adjacently tagged unions.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, names};
use crate::lower::ir::Union;

/// The union as it is emitted. A member whose tag is not attested keeps the tag that came.
pub fn union(of: &Union, example: &TokenStream) -> TokenStream {
    let name = names::ident(&of.name);
    let said = of
        .description
        .as_deref()
        .map(docs::plain)
        .unwrap_or_else(|| "One of several kinds of value.".to_owned());

    let docs = docs::docs(&format!("{said}\n\nOn the wire: `{{\"type\": …, \"value\": …}}`."));
    let mut variants = Vec::new();
    let mut read = Vec::new();
    let mut read_untagged = Vec::new();
    let mut write = Vec::new();

    for member in &of.members {
        let model = names::ident(&member.model);
        match &member.tag {
            Some(tag) => {
                let said = docs::docs(&docs::code(tag));
                variants.push(quote! { #said #model(#model) });
                read.push(quote! { if let Some(value) = tagged.read_as(#tag) { return Self::#model(value); } });
                write
                    .push(quote! { Self::#model(value) => Tagged::write(#tag, value, serializer) });
            }
            None => {
                variants.push(quote! {
                    /// Known by its shape: no tag is documented, so the one that came is kept.
                    #model {
                        /// The tag that came.
                        tag: String,
                        /// The value.
                        value: #model,
                    }
                });
                read_untagged.push(quote! {
                    if let Some((tag, value)) = tagged.read_any() { return Self::#model { tag, value }; }
                });
                write.push(
                    quote! { Self::#model { tag, value } => Tagged::write(tag, value, serializer) },
                );
            }
        }
    }

    let catch_all = names::ident(names::CATCH_ALL);
    quote! {
        #docs
        ///
        #example
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            /// A member that the document does not list, whole and as it came.
            #catch_all(serde_json::Value),
        }
        impl From<Tagged> for #name {
            #[inline]
            fn from(tagged: Tagged) -> Self {
                #(#read)*
                #(#read_untagged)*
                Self::#catch_all(tagged.into_inner())
            }
        }
        impl crate::json::lenient::Lenient for #name {}
        impl<'de> serde::Deserialize<'de> for #name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Tagged::deserialize(deserializer).map(Self::from)
            }
        }
        impl serde::Serialize for #name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    #(#write,)*
                    Self::#catch_all(value) => value.serialize(serializer),
                }
            }
        }
    }
}
