//! Emits the generated code from the lowered document.
//!
//! Each resource has a file of models, one of trait implementations for them, and one of requests.

mod docs;
mod enums;
mod examples;
mod impls;
mod models;
pub mod names;
mod paging;
pub(crate) mod progenitor_guard;
mod progenitor_types;
mod requests;
mod secrets;
mod source_text;
mod types;
mod unions;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use self::examples::Examples;
use self::secrets::Secrets;
use self::source_text::MacroCall;
use self::types::Models;
use crate::diagnostic::{Diagnostic, Result};
use crate::io::files::Files;
use crate::lower::ir::{LoweredDocument, Operation};
use crate::policy::Resource;

/// Emits the folder of generated code. The files are not formatted yet.
pub fn emit(lowered: &LoweredDocument) -> Result<Files> {
    check_names(lowered)?;
    paging::check_keys(lowered)?;

    let models = progenitor_types::read_models(lowered)?;
    let mut emitter = Emitter { lowered, models: &models, files: Files::new() };
    let mut with_models = Vec::new();
    let mut with_requests = Vec::new();

    for resource in &lowered.resources {
        let module = syn::parse_str::<Ident>(&resource.name).map_err(|_| {
            Diagnostic::new(format!("`{}` cannot be the name of a Rust module", resource.name))
                .help("rename the resource in spec/policy.yaml")
        })?;

        if emitter.add_models(resource)? {
            with_models.push(module.clone());
        }
        if emitter.add_requests(resource)? {
            with_requests.push(module);
        }
    }

    emitter.add_modules(&with_models, &with_requests)?;
    Ok(emitter.files)
}

/// Rejects names that the generated code uses for something else.
fn check_names(lowered: &LoweredDocument) -> Result<()> {
    let mut components = lowered.component_resources.iter();
    if let Some((name, _)) = components.find(|(name, _)| names::is_reserved_in_models(name)) {
        let message = format!("the generated code uses the name `{name}` for something else");
        return Err(Diagnostic::at(format!("/components/schemas/{name}"), message).help(
            "an enum or a union can be given another name in spec/policy.yaml, under `names`",
        ));
    }

    for operation in &lowered.operations {
        let request = names::request(&operation.id).to_string();
        let is_component = lowered.component_resources.iter().any(|(name, _)| *name == request);
        if names::is_client_method(&operation.id)
            || names::is_reserved_in_requests(&request)
            || is_component
        {
            let message = format!(
                "the name of the method `{}` or of the request `{request}` is already used",
                operation.id
            );
            return Err(Diagnostic::at(operation.pointer(), message)
                .help("give the operation another id in spec/policy.yaml"));
        }
    }

    Ok(())
}

/// Collects the files of generated code.
struct Emitter<'a> {
    lowered: &'a LoweredDocument,
    models: &'a Models,
    files: Files,
}

impl<'a> Emitter<'a> {
    fn examples(&self) -> Examples<'a> {
        Examples { models: self.models, lowered: self.lowered }
    }

    /// Adds the models of a resource and their trait implementations, if the resource has models.
    fn add_models(&mut self, resource: &Resource) -> Result<bool> {
        let lowered = self.lowered;
        let components = lowered.component_resources.iter();
        let components = components.filter(|(_, owner)| *owner == resource.name);
        let components: Vec<&str> = components.map(|(name, _)| name.as_str()).collect();
        if components.is_empty() {
            return Ok(false);
        }

        let (mut code, mut calls) = (TokenStream::new(), Vec::new());
        for name in &components {
            let (item, call) = self.component(name)?;
            code.extend(item);
            calls.push(call);
        }

        let imports = self.foreign_components(&components);
        let imports = match imports.len() {
            0 => quote! {},
            _ => quote! { use super::{#(#imports),*}; },
        };
        self.add(
            format!("models/{}.rs", resource.name),
            &resource.about,
            &quote! { #imports #code },
        )?;

        let about = format!("Trait implementations of the models in `models::{}`.", resource.name);
        let imports = imports_of_calls(&components, &calls);
        let path = PathBuf::from(format!("impls/{}.rs", resource.name));
        self.files.insert(path, source_text::format_macro_calls(&about, &imports, &calls));

        Ok(true)
    }

    /// The type of a component, and the macro call that implements its traits.
    fn component(&self, name: &str) -> Result<(TokenStream, MacroCall)> {
        let lowered = self.lowered;
        if let Some(model) = self.models.get(name) {
            let is_built = lowered.request_models.iter().any(|built| built == name);
            let example = self.examples().model_example(model);
            let secrets = Secrets::new(lowered, name);
            let code = models::model(model, is_built, &example, &secrets)?;
            return Ok((code, impls::model_call(model, &secrets)));
        }

        if let Some(open_enum) = lowered.enums.iter().find(|open_enum| open_enum.name == name) {
            return Ok((enums::open_enum(open_enum), impls::enum_call(open_enum)));
        }

        if let Some(union) = lowered.unions.iter().find(|union| union.name == name) {
            let example = self.examples().union_example(union);
            return Ok((unions::union(union, &example), impls::union_call(union)));
        }

        let pointer = format!("/components/schemas/{name}");
        Err(Diagnostic::at(pointer, "progenitor generates no struct for this component")
            .help("only objects with properties, string enums and unions can be models"))
    }

    /// The components of other files that the fields of these components refer to.
    fn foreign_components(&self, components: &[&str]) -> BTreeSet<Ident> {
        let fields = components.iter().flat_map(|name| self.models.fields(name));
        let in_fields = fields.filter_map(|field| field.ty.component());
        let unions = self.lowered.unions.iter();
        let unions = unions.filter(|union| components.contains(&union.name.as_str()));
        let in_unions = unions.flat_map(|union| &union.members).map(|member| &*member.model);

        let used = in_fields.chain(in_unions).filter(|name| !components.contains(name));
        used.map(names::ident).collect()
    }

    /// Adds the requests of a resource, if it has operations.
    fn add_requests(&mut self, resource: &Resource) -> Result<bool> {
        let operations = self.lowered.operations.iter();
        let operations: Vec<&Operation> =
            operations.filter(|operation| operation.resource == resource.name).collect();
        if operations.is_empty() {
            return Ok(false);
        }

        let (mut methods, mut types) = (TokenStream::new(), TokenStream::new());
        for operation in &operations {
            let request = requests::request(operation, &self.examples())?;
            methods.extend(request.method);
            types.extend(request.ty);
        }

        let imports = requests::imports(&operations, self.lowered);
        self.add(
            format!("requests/{}.rs", resource.name),
            &resource.about,
            &quote! { #imports impl Client { #methods } #types },
        )?;

        Ok(true)
    }

    /// Adds the `mod.rs` of each folder.
    fn add_modules(&mut self, models: &[Ident], requests: &[Ident]) -> Result<()> {
        self.add(
            "mod.rs".to_owned(),
            "The code that `cargo xtask regen` generates from the API document.",
            &quote! { mod impls; pub mod models; pub mod requests; },
        )?;

        let secrets = secrets::in_bodies(self.lowered);
        self.add(
            "models/mod.rs".to_owned(),
            "The models: the bodies of requests and responses.",
            &quote! {
                #(mod #models;)*
                #(pub use #models::*;)*
                /// The names of the members of bodies that errors redact.
                pub(crate) const SECRETS: &[&str] = &[#(#secrets),*];
            },
        )?;

        self.add(
            "impls/mod.rs".to_owned(),
            "Trait implementations of the models: JSON, conversions and redacted `Debug`.",
            &quote! { #(mod #models;)* },
        )?;

        self.add(
            "requests/mod.rs".to_owned(),
            "The requests: one type for each operation, returned by a method of the client.\n\n\
             # Errors\n\n\
             Sending a request returns an [`Error`](crate::Error) if it fails. The documentation \
             of each method of the client lists the error statuses that the API documents.",
            &quote! { #(mod #requests;)* #(pub use #requests::*;)* },
        )
    }

    fn add(&mut self, path: String, about: &str, items: &TokenStream) -> Result<()> {
        let code = source_text::format_file(Path::new(&path), about, items)?;
        self.files.insert(path.into(), code);
        Ok(())
    }
}

/// The imports of a file of macro calls: the types, and the macros.
fn imports_of_calls(components: &[&str], calls: &[MacroCall]) -> Vec<String> {
    let macros: BTreeSet<&str> = calls.iter().map(|call| call.name).collect();
    let macros = macros.into_iter().map(|name| match name {
        "model" | "secret_model" => format!("crate::json::model::{name}"),
        name => format!("crate::json::{name}::{name}"),
    });

    let types = components.iter().map(|name| names::ident(name).to_string());
    let types = types.collect::<Vec<_>>().join(", ");
    macros.chain([format!("crate::models::{{{types}}}")]).collect()
}
