//! What some requests can do beyond being sent: give a list page by page, and wait for the end of an
//! action. A line for each: the rest is written by hand, in the crate.

use proc_macro2::TokenStream;
use quote::quote;

use super::names;
use super::types::{Field, Models};
use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::lower::ir::{Lowered, Operation, Parameter, Response};
use crate::lower::types::RustType;
use crate::policy::Paging;
use crate::workspace;

/// The lines that give a request its streams.
pub fn of(operation: &Operation, models: &Models, paging: &Paging) -> Result<TokenStream> {
    let request = names::request(&operation.id);
    let awaited =
        operation.awaited.then(|| quote! { crate::fleet::awaited! { #request } }).into_iter();

    let paged = item(operation, paging).map(|item| -> Result<TokenStream> {
        let page = names::ident(&paging.parameter);
        let key = match paging.keys.get(item) {
            Some(field) => Some(key(models, item, field)?),
            None => None,
        };

        let item = names::ident(item);
        Ok(quote! { crate::paging::stream::paged! { #request.#page: models::#item #key } })
    });
    let paged = paged.transpose()?;

    Ok(quote! { #(#awaited)* #paged })
}

/// Refuses keys of models that no list in pages is made of.
pub fn keys_are_used(lowered: &Lowered) -> Result<()> {
    let items: Vec<&str> = lowered
        .operations
        .iter()
        .filter_map(|operation| item(operation, &lowered.paging))
        .collect();

    match lowered.paging.keys.keys().find(|model| !items.contains(&model.as_str())) {
        None => Ok(()),
        Some(model) => {
            let place = format!("/paging/keys/{}", pointer_segment(model));
            Err(Diagnostic::at(place, format!("no list of `{model}` comes in pages"))
                .in_file(workspace::POLICY)
                .help("upstream has changed there: correct or remove the entry"))
        }
    }
}

/// The model of the items, if the operation gives a list whose pages can be asked for.
fn item<'a>(operation: &'a Operation, paging: &Paging) -> Option<&'a str> {
    let is_page = |name: &str| name == paging.parameter;
    let has_page = |parameter: &Parameter| is_page(&parameter.name) && !parameter.required;
    if !operation.parameters.iter().any(has_page) {
        return None;
    }

    match &operation.response {
        Response::Page(model) => Some(model),
        _ => None,
    }
}

/// The field that tells items apart, which each of them must have.
fn key(models: &Models, model: &str, field: &str) -> Result<TokenStream> {
    let name = names::ident(field);
    let is_key = |field: &Field| field.name == name && field.ty == RustType::String;

    match models.fields(model).iter().any(is_key) {
        true => Ok(quote! { , #name }),
        false => Err(Diagnostic::at(
            format!("/components/schemas/{model}"),
            format!("`{field}` is no required string, so that it does not tell items apart"),
        )
        .help("correct it in spec/policy.yaml, under `paging`")),
    }
}
