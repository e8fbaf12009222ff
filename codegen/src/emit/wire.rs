//! The functions that build the requests.

use proc_macro2::TokenStream;
use quote::quote;

use super::names;
use super::types::{Scope, spell};
use crate::lower::ir::{Location, Operation, Parameter};
use crate::lower::types::RustType;

pub fn function(operation: &Operation) -> TokenStream {
    let name = names::ident(&operation.id);
    let docs = format!(" `{} {}`", operation.method, operation.path);
    let inputs = ordered(operation).into_iter().map(|parameter| {
        let name = names::ident(&parameter.name);
        let ty = spell(&parameter.ty, Scope::Requests);
        let ty = match &parameter.ty {
            RustType::String => quote! { &str },
            RustType::Bool | RustType::Integer | RustType::Float => ty,
            _ => quote! { &#ty },
        };
        match parameter.required {
            true => quote! { #name: #ty },
            false => quote! { #name: Option<#ty> },
        }
    });
    let body = operation.body.iter().map(|body| {
        let model = names::ident(&body.model);
        quote! { body: &Data<models::#model> }
    });
    let mut format = "{}".to_owned();
    for (index, part) in operation.path.split('{').enumerate() {
        match part.split_once('}') {
            Some((_, rest)) if index > 0 => {
                format.push_str("{}");
                format.push_str(rest);
            }
            _ => format.push_str(part),
        }
    }
    let path: Vec<_> =
        operation.parameters.iter().filter(|p| p.location == Location::Path).collect();
    let segments = path.iter().map(|p| {
        let name = names::ident(&p.name);
        let label = name.to_string();
        match p.ty {
            RustType::String => quote! { let #name = path_segment(#label, #name)?; },
            _ => quote! { let #name = path_segment(#label, &#name.to_string())?; },
        }
    });
    let args = path.iter().map(|p| names::ident(&p.name));
    let query = ordered(operation).into_iter().filter(|p| p.location == Location::Query).map(|p| {
        let name = names::ident(&p.name);
        let api = &p.name;
        quote! { .query(&QueryParam::new(#api, &#name)) }
    });
    let json = operation.body.iter().map(|_| quote! { .json(&body) });
    let method = names::ident(&operation.method.to_ascii_lowercase());
    quote! {
        #[doc = #docs]
        #[inline]
        pub(crate) fn #name(&self, #(#inputs,)* #(#body)*) -> Result<Request, Error> {
            #(#segments)*
            let url = format!(#format, self.baseurl #(, #args)*);
            Self::built(self.client.#method(url) #(#json)* #(#query)* .build())
        }
    }
}

pub fn ordered(operation: &Operation) -> Vec<&Parameter> {
    let mut parameters: Vec<_> = operation.parameters.iter().collect();
    parameters.sort_by_key(|p| match p.location {
        Location::Path => (0, String::new()),
        Location::Query => (1, p.name.clone()),
    });
    parameters
}

pub fn passed(parameter: &Parameter) -> TokenStream {
    let name = names::ident(&parameter.name);
    match (&parameter.ty, parameter.required) {
        (RustType::Bool | RustType::Integer | RustType::Float, _) => quote! { self.#name },
        (RustType::String, false) => quote! { self.#name.as_deref() },
        (_, false) => quote! { self.#name.as_ref() },
        (_, true) => quote! { &self.#name },
    }
}
