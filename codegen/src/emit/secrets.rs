//! Secrets: structs whose `Debug` does not show them, and their names for the errors.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use crate::lower::ir::Lowered;
use crate::policy::Secret;

/// The secrets of one model or operation.
pub struct Secrets<'a> {
    secrets: &'a [Secret],
    of: &'a str,
}

impl<'a> Secrets<'a> {
    /// Those of the model or operation of this name.
    pub fn of(lowered: &'a Lowered, of: &'a str) -> Self {
        Self { secrets: &lowered.secrets, of }
    }

    /// How a struct gets its `Debug`: what is derived and what is called, one of them. The fields
    /// each with their name in the document.
    pub fn debug(
        &self,
        name: &Ident,
        fields: &[(Ident, String)],
    ) -> (Option<TokenStream>, TokenStream) {
        let (hidden, shown): (Vec<_>, Vec<_>) = fields.iter().partition(|(_, wire)| self.has(wire));
        if hidden.is_empty() {
            return (Some(quote! { , Debug }), TokenStream::new());
        }

        let [hidden, shown] = [hidden, shown].map(|of| of.into_iter().map(|(field, _)| field));
        let call = quote! {
            crate::redact::fields::redacted_debug! { #name { #(#shown),* } hides { #(#hidden),* } }
        };

        (None, call)
    }

    /// Whether a field or parameter of this name in the document is one.
    pub fn has(&self, name: &str) -> bool {
        let of = |at: &str| at.split_once('.') == Some((self.of, name));
        self.secrets.iter().any(|secret| of(&secret.at))
    }
}

/// The names that secrets have in bodies.
pub fn in_bodies(lowered: &Lowered) -> Vec<&str> {
    let of_models = lowered.secrets.iter().filter_map(|secret| {
        let (model, name) = secret.at.split_once('.')?;
        lowered.component_resources.iter().any(|(filed, _)| filed == model).then_some(name)
    });
    let mut names: Vec<&str> = of_models.collect();
    names.sort_unstable();
    names.dedup();

    names
}
