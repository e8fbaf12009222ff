//! The streams of requests whose responses are pages of a list.

use proc_macro2::TokenStream;
use quote::quote;

use super::names;
use super::types::{Field, Models, Scope, component};
use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::lower::ir::{LoweredDocument, Operation, Parameter, Response};
use crate::lower::types::RustType;
use crate::policy::Paging;
use crate::workspace;

/// The macro call that adds the streams to a request, if its response is a page.
pub fn streams(
    operation: &Operation,
    models: &Models,
    paging: &Paging,
) -> Result<Option<TokenStream>> {
    let Some(item) = item(operation, paging) else { return Ok(None) };
    let key = match paging.keys.get(item) {
        Some(field) => Some(key(models, item, field)?),
        None => None,
    };

    let request = names::request(&operation.id);
    let page = names::ident(&paging.parameter);
    let item = component(item, Scope::Requests);
    Ok(Some(quote! { impl_pages! { #request.#page(#item #key) } }))
}

/// Rejects keys of models that are not the items of a paginated list.
pub fn check_keys(lowered: &LoweredDocument) -> Result<()> {
    let is_item = |model: &str| {
        lowered.operations.iter().any(|operation| item(operation, &lowered.paging) == Some(model))
    };

    match lowered.paging.keys.keys().find(|model| !is_item(model)) {
        None => Ok(()),
        Some(model) => {
            let pointer = format!("/paging/keys/{}", pointer_segment(model));
            let message = format!("`{model}` is not the item of a paginated list");
            Err(Diagnostic::at(pointer, message)
                .in_file(workspace::POLICY)
                .help("upstream has changed there: correct or remove the entry"))
        }
    }
}

/// The model of the items, if the response is a page and a parameter selects the page.
pub fn item<'a>(operation: &'a Operation, paging: &Paging) -> Option<&'a str> {
    let is_page = |parameter: &Parameter| parameter.name == paging.parameter && !parameter.required;
    if !operation.parameters.iter().any(is_page) {
        return None;
    }

    match &operation.response {
        Response::Page(model) => Some(model),
        _ => None,
    }
}

/// The field that identifies an item. Every item must have it.
fn key(models: &Models, model: &str, field: &str) -> Result<TokenStream> {
    let name = names::ident(field);
    let is_key = |field: &Field| field.name == name && field.ty == RustType::String;
    if models.fields(model).iter().any(is_key) {
        return Ok(quote! { , #name });
    }

    let pointer = format!("/components/schemas/{model}");
    let message = format!("`{field}` is not a required string, so it cannot identify an item");
    Err(Diagnostic::at(pointer, message).help("correct it in spec/policy.yaml, under `paging`"))
}
