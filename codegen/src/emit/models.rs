//! Models: documented structs that can gain fields, with a constructor and setters where programs
//! build them.

use proc_macro2::TokenStream;
use quote::quote;

use super::secrets::Secrets;
use super::types::{Field, Model, Scope, accepted, converted, initial_value, spell};
use super::{docs, names};
use crate::diagnostic::{Diagnostic, Result};
use crate::lower::types::RustType;

/// The name of the constructor of a model.
const CONSTRUCTOR: &str = "new";

/// A model as it is emitted. `is_built` says whether programs construct it.
pub fn model(
    model: &Model,
    is_built: bool,
    example: &TokenStream,
    secrets: &Secrets,
) -> Result<TokenStream> {
    let documented =
        docs::docs(&docs::plain(model.description.as_deref().unwrap_or(docs::NOT_DESCRIBED)));
    let name = names::ident(&model.name);

    if is_built && let Some(field) = model.fields.iter().find(|field| is_required_null(field)) {
        let message = format!("`{}` is required and can be null in a request body", field.name);
        return Err(Diagnostic::at(properties_pointer(model), message));
    }

    let fields = model.fields.iter().map(|field| {
        let (name, docs) = (&field.name, docs::docs(&field_docs(field)));
        let ty = spell(&field.ty, Scope::Models);
        quote! { #docs pub #name: #ty }
    });
    let default = model.fields.iter().all(|field| field.ty.is_option());
    let default = default.then(|| quote! { , Default });
    let building = if is_built { Some(building(model)?) } else { None };
    let has_secrets = model.fields.iter().any(|field| secrets.contains(&field.json_name));
    let debug = (!has_secrets).then(|| quote! { , Debug });

    Ok(quote! {
        #documented
        ///
        #example
        #[derive(Clone #debug #default)]
        #[non_exhaustive]
        pub struct #name {
            #(#fields,)*
        }
        #building
    })
}

/// A constructor with the required fields, and a setter for each of the others.
fn building(model: &Model) -> Result<TokenStream> {
    let name = names::ident(&model.name);
    let (required, optional): (Vec<_>, Vec<_>) =
        model.fields.iter().partition(|field| !field.ty.is_option());
    if let Some(field) = optional.iter().find(|field| field.name == CONSTRUCTOR) {
        let message = format!("the setter of `{}` has the name of the constructor", field.name);
        return Err(Diagnostic::at(properties_pointer(model), message)
            .help("change codegen/src/emit/models.rs to give one of them another name"));
    }

    let arguments = required.iter().map(|field| {
        let (name, ty) = (&field.name, accepted(&field.ty, Scope::Models));
        quote! { #name: #ty }
    });
    let values = model.fields.iter().map(|field| {
        let name = &field.name;
        let value = converted(&field.ty, name);
        match &field.ty {
            RustType::Option(_) => quote! { #name: None },
            _ => initial_value(name, &value),
        }
    });
    let docs = match required.len() {
        0 => " Creates the model with no field set.",
        _ => " Creates the model with its required fields.",
    };
    let arguments: Vec<_> = arguments.collect();
    let setters = optional.iter().map(|field| setter(field));

    Ok(quote! {
        impl #name {
            #[doc = #docs]
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#values),* }
            }
            #(#setters)*
        }
    })
}

fn setter(field: &Field) -> TokenStream {
    let name = &field.name;
    let inner = field.ty.without_option();
    let (ty, value) = (accepted(inner, Scope::Models), converted(inner, name));
    let docs = format!(" Sets `{name}`.");

    quote! {
        #[doc = #docs]
        #[inline]
        #[must_use]
        pub fn #name(mut self, #name: #ty) -> Self {
            self.#name = Some(#value);
            self
        }
    }
}

fn field_docs(field: &Field) -> String {
    match (&field.description, field.ty.component()) {
        (Some(description), _) => docs::plain(description),
        (None, Some(component)) => format!("See [`{component}`]."),
        (None, None) => docs::NOT_DESCRIBED.to_owned(),
    }
}

/// Whether a field must be present and can be null. A response may omit it, because null decodes like
/// an absent field; a request may not.
fn is_required_null(field: &Field) -> bool {
    field.required && field.ty.is_option()
}

fn properties_pointer(model: &Model) -> String {
    format!("/components/schemas/{}/properties", model.name)
}
