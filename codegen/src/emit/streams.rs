//! What some requests can do beyond being sent: give a list page by page, and wait for the end of an
//! action. A line for each: the rest is written by hand, in the crate.

use proc_macro2::TokenStream;
use quote::quote;

use super::engine::{Engine, Function, argument};
use super::{models, names};
use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::lower::{Lowered, Operation};
use crate::policy::Paging;
use crate::workspace;

/// The lines that give a request its streams.
pub fn of(
    operation: &Operation,
    function: &Function,
    engine: &Engine,
    paging: &Paging,
) -> Result<TokenStream> {
    let request = names::request(&operation.id);
    let awaited =
        operation.awaited.then(|| quote! { crate::fleet::awaited! { #request } }).into_iter();

    let paged = item(operation, function, paging).map(|item| -> Result<TokenStream> {
        let page = names::ident(&paging.parameter);
        let key = match paging.keys.get(&item) {
            Some(field) => Some(key(engine, &item, field)?),
            None => None,
        };

        let item = names::ident(&item);
        Ok(quote! { crate::paging::stream::paged! { #request.#page: models::#item #key } })
    });
    let paged = paged.transpose()?;

    Ok(quote! { #(#awaited)* #paged })
}

/// Refuses keys of models that no list in pages is made of.
pub fn keys_are_used(lowered: &Lowered, engine: &Engine) -> Result<()> {
    let items: Vec<String> = lowered
        .operations
        .iter()
        .filter_map(|operation| {
            let function = engine.functions.get(&names::ident(&operation.id).to_string())?;
            item(operation, function, &lowered.paging)
        })
        .collect();

    match lowered.paging.keys.keys().find(|model| !items.contains(model)) {
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
fn item(operation: &Operation, function: &Function, paging: &Paging) -> Option<String> {
    let asks = |name: &str| name == paging.parameter;
    operation.parameters.iter().find(|parameter| asks(&parameter.name) && !parameter.required)?;

    match argument(&function.output, "Page")? {
        syn::Type::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
        _ => None,
    }
}

/// The field that tells items apart, which each of them must have.
fn key(engine: &Engine, model: &str, field: &str) -> Result<TokenStream> {
    let name = names::ident(field);
    let found = engine.models.iter().find(|item| item.ident == model);
    let fields = found.map(models::fields).unwrap_or_default();

    match fields.iter().any(|(own, ty, _)| *own == name && models::is(ty, "String")) {
        true => Ok(quote! { , #name }),
        false => Err(Diagnostic::at(
            format!("/components/schemas/{model}"),
            format!("`{field}` is no required string, so that it does not tell items apart"),
        )
        .help("correct it in spec/policy.yaml, under `paging`")),
    }
}
