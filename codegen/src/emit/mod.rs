//! Emit: from the lowered document to the files of generated code.

mod docs;
mod enums;
mod examples;
mod models;
pub mod names;
mod requests;
mod secrets;
mod streams;
mod type_graph;
mod types;
mod unions;
mod wire;

use std::path::PathBuf;

use proc_macro2::TokenStream;
use quote::quote;

use self::examples::Examples;
use self::secrets::Secrets;
use self::types::Models;
use crate::diagnostic::{Diagnostic, Result};
use crate::io::files::Files;
use crate::lower::ir::Lowered;
use crate::policy::Resource;
use crate::workspace::REGEN_COMMAND;

/// Emits the folder of generated code: models, requests and wire functions, a file each for
/// every resource that has any.
pub fn emit(lowered: &Lowered) -> Result<Files> {
    names_are_free(lowered)?;
    let models = type_graph::read_models(lowered)?;
    streams::keys_are_used(lowered)?;

    let mut files = Files::new();
    let mut rooms = Rooms::default();
    for resource in &lowered.resources {
        let name = syn::parse_str::<syn::Ident>(&resource.name).map_err(|_| {
            Diagnostic::new(format!("`{}` cannot be the name of a Rust module", resource.name))
                .help("rename the resource in spec/policy.yaml")
        })?;
        let code = models_of(lowered, &models, resource)?;
        if !code.is_empty() {
            let used =
                imports(&code, &[("Tagged", quote! { use crate::json::tagged_union::Tagged; })]);
            put(
                &mut files,
                "models",
                resource,
                &quote! { #used #[allow(unused_imports, reason = "not every file uses another's models")] use super::*; #code },
            )?;
            rooms.models.push(name.clone());
        }

        let (requests, wire) = operations_of(lowered, &models, resource)?;
        if !requests.is_empty() {
            let used = imports(
                &requests,
                &[
                    ("Data", quote! { use crate::json::envelope::Data; }),
                    ("models", quote! { use crate::models; }),
                ],
            );

            put(
                &mut files,
                "requests",
                resource,
                &quote! {
                    use crate::http::call::Operation;
                    use crate::{CallOptions, Client};
                    #used
                    #requests
                },
            )?;

            let used = imports(
                &wire,
                &[
                    ("Data", quote! { use crate::json::envelope::Data; }),
                    ("models", quote! { use crate::models; }),
                    ("path_segment", quote! { use crate::http::params::path_segment; }),
                    ("QueryParam", quote! { use crate::http::params::QueryParam; }),
                ],
            );

            put(
                &mut files,
                "wire",
                resource,
                &quote! {
                    use reqwest::Request;
                    use crate::Error;
                    use crate::http::params::Wire;
                    #used
                    impl Wire { #wire }
                },
            )?;
            rooms.operations.push(name);
        }
    }

    rooms.put(&mut files, &secrets::in_bodies(lowered))?;
    Ok(files)
}

/// Refuses names that would come between the emitted code and what it uses.
fn names_are_free(lowered: &Lowered) -> Result<()> {
    let mut models = lowered.component_resources.iter();
    if let Some((name, _)) = models.find(|(name, _)| names::is_taken_in_models(name)) {
        return Err(Diagnostic::at(
            format!("/components/schemas/{name}"),
            format!("the generated code uses another `{name}`"),
        )
        .help("an enum or a union can be given another name in spec/policy.yaml, under `names`"));
    }

    for operation in &lowered.operations {
        let request = names::request(&operation.id).to_string();
        if names::is_client_method(&operation.id)
            || names::is_taken_in_requests(&request)
            || lowered.component_resources.iter().any(|(model, _)| *model == request)
        {
            return Err(Diagnostic::at(
                operation.pointer(),
                format!("neither the method `{}` nor the request `{request}` may have the name of anything else", operation.id),
            )
            .help("give the operation another id in spec/policy.yaml"));
        }
    }

    Ok(())
}

/// The resources that have files, for the `mod.rs` above them.
#[derive(Default)]
struct Rooms {
    models: Vec<syn::Ident>,
    operations: Vec<syn::Ident>,
}

impl Rooms {
    fn put(&self, files: &mut Files, secrets: &[&str]) -> Result<()> {
        let Self { models, operations } = self;
        let about = "What `cargo xtask regen` makes of the API's document.";

        render(
            files,
            "mod.rs".into(),
            about,
            &quote! { pub mod models; pub mod requests; mod wire; },
        )?;
        let about = "The models: what the API answers, and what it is told.";

        render(
            files,
            "models/mod.rs".into(),
            about,
            &quote! {
                #(mod #models;)*
                #(pub use #models::*;)*
                /// What no error shows of a body.
                pub(crate) const SECRETS: &[&str] = &[#(#secrets),*];
            },
        )?;
        let about = "The requests: one type for each operation, made by a method of the client.";

        render(
            files,
            "requests/mod.rs".into(),
            about,
            &quote! { #(mod #operations;)* #(pub use #operations::*;)* },
        )?;
        let about = "The wire layer: how the request of each operation is built.";

        render(
            files,
            "wire/mod.rs".into(),
            about,
            &quote! {
                #![allow(clippy::too_many_arguments, reason = "progenitor passes every parameter by position")]
                #(mod #operations;)*
            },
        )
    }
}

fn models_of(lowered: &Lowered, models: &Models, resource: &Resource) -> Result<TokenStream> {
    let examples = Examples { models, lowered };
    let mut tokens = TokenStream::new();
    for (name, _) in lowered.component_resources.iter().filter(|(_, filed)| *filed == resource.name)
    {
        if let Some(model) = models.get(name) {
            let built = lowered.request_models.contains(name);
            let example = examples.of_model(model);
            let secrets = Secrets::of(lowered, name);
            tokens.extend(models::model(model, built, &example, &secrets)?);
        } else if let Some(of) = lowered.enums.iter().find(|of| of.name == *name) {
            tokens.extend(enums::open_enum(of));
        } else if let Some(of) = lowered.unions.iter().find(|of| of.name == *name) {
            tokens.extend(unions::union(of, &examples.of_union(of)));
        } else {
            return Err(Diagnostic::at(
                format!("/components/schemas/{name}"),
                "progenitor makes no struct of this",
            )
            .help("only objects with properties, string enums and unions can be models"));
        }
    }

    Ok(tokens)
}

fn operations_of(
    lowered: &Lowered,
    models: &Models,
    resource: &Resource,
) -> Result<(TokenStream, TokenStream)> {
    let examples = Examples { models, lowered };
    let (mut requests, mut wire) = (TokenStream::new(), TokenStream::new());
    for operation in
        lowered.operations.iter().filter(|operation| operation.resource == resource.name)
    {
        requests.extend(requests::request(operation, &examples)?);
        wire.extend(wire::function(operation));
    }

    Ok((requests, wire))
}

/// The imports of those names that the tokens use.
fn imports(tokens: &TokenStream, known: &[(&str, TokenStream)]) -> TokenStream {
    let used = |name: &str| match name {
        "models" => begins_path(tokens, name),
        _ => uses(tokens, name),
    };
    known.iter().filter(|(name, _)| used(name)).map(|(_, import)| import.clone()).collect()
}

/// Whether a path in the tokens begins with an identifier, which may be a name elsewhere.
fn begins_path(tokens: &TokenStream, name: &str) -> bool {
    let tokens: Vec<proc_macro2::TokenTree> = tokens.clone().into_iter().collect();
    tokens.iter().enumerate().any(|(index, token)| match token {
        proc_macro2::TokenTree::Ident(ident) if ident == name => {
            let colon = |at: usize| tokens.get(at).is_some_and(|token| token.to_string() == ":");
            colon(index + 1) && colon(index + 2)
        }
        proc_macro2::TokenTree::Group(group) => begins_path(&group.stream(), name),
        _ => false,
    })
}

/// Whether an identifier occurs in tokens, at any depth.
fn uses(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => ident == name,
        proc_macro2::TokenTree::Group(group) => uses(&group.stream(), name),
        _ => false,
    })
}

fn put(files: &mut Files, folder: &str, resource: &Resource, tokens: &TokenStream) -> Result<()> {
    render(files, format!("{folder}/{}.rs", resource.name).into(), &resource.about, tokens)
}

/// A file: the command that makes it, what it holds, and its code.
fn render(files: &mut Files, path: PathBuf, about: &str, tokens: &TokenStream) -> Result<()> {
    let docs = docs::module_docs(about);
    let file: syn::File = syn::parse2(quote! { #docs #tokens }).map_err(|error| {
        Diagnostic::new(format!("the emitter made no Rust: {error}")).in_file(path.display())
    })?;
    let code = prettyplease::unparse(&file);
    let header = format!(
        "// @generated by `{REGEN_COMMAND}` from spec/connect-v1.openapi.json. Do not edit.\n\n"
    );
    files.insert(path, header + &code);

    Ok(())
}
