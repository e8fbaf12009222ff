//! Requests: for each operation a method of the client, and the type that it gives.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::examples::Examples;
use super::secrets::Secrets;
use super::types::{Scope, accepted, component, converted, spell};
use super::{docs, names, streams, wire};
use crate::diagnostic::{Diagnostic, Result};
use crate::lower::ir::{Body, Operation, Response};
use crate::lower::is_request_method;

/// The request type of an operation, and the method of the client that gives it.
pub fn request(operation: &Operation, examples: &Examples) -> Result<TokenStream> {
    let parts = Parts::of(operation, examples)?;
    let name = names::ident(&operation.id);
    let request = names::request(&operation.id);
    let docs = docs::docs(&described(operation));
    let example = examples.of_operation(operation);
    let errors = docs::docs(&errors(operation, &request));
    let about = docs::docs(&format!("A call of [`Client::{name}`]."));
    let Parts { fields, arguments, values, setters, passed } = &parts;
    let answer = response(&operation.response);
    let (id, method, path) = (&operation.id, &operation.method, &operation.path);
    let once = operation.once.then(|| quote! { .once() });
    let polled = operation.polled.then(|| quote! { .polled() });
    let own = ["client", "options"].map(str::to_owned).into_iter();
    let parameters = operation.parameters.iter().map(|parameter| parameter.name.clone());
    let body = operation.body.iter().map(|_| "body".to_owned());
    let shown = own.chain(parameters).chain(body).map(|name| (names::ident(&name), name));
    let secrets = Secrets::of(examples.lowered, &operation.id);
    let (debug, discreet) = secrets.debug(&request, &shown.collect::<Vec<_>>());
    let streams = streams::of(operation, examples.models, &examples.lowered.paging)?;

    Ok(quote! {
        impl Client {
            #docs
            ///
            #example
            ///
            #errors
            pub fn #name(&self, #(#arguments),*) -> #request {
                #request { client: self.clone(), options: CallOptions::new(), #(#values),* }
            }
        }
        #about
        #[derive(Clone #debug)]
        #[must_use = "a request does nothing until it is sent"]
        pub struct #request {
            client: Client,
            options: CallOptions,
            #(#fields),*
        }
        impl #request {
            pub(crate) const OPERATION: Operation = Operation::new(#id, #method, #path) #once #polled;
            #(#setters)*
            #[inline]
            pub(crate) fn request(&self) -> Result<reqwest::Request, crate::Error> {
                self.client.wire()?.#name(#(#passed),*)
            }
        }
        crate::http::call::sent! { #request.#answer }
        #discreet
        #streams
    })
}

/// The pieces of a request type.
#[derive(Default)]
struct Parts {
    fields: Vec<TokenStream>,
    arguments: Vec<TokenStream>,
    values: Vec<TokenStream>,
    setters: Vec<TokenStream>,
    passed: Vec<TokenStream>,
}

impl Parts {
    fn of(operation: &Operation, examples: &Examples) -> Result<Self> {
        let mut parts = Self::default();
        for parameter in &operation.parameters {
            let name = names::ident(&parameter.name);
            let ty = spell(&parameter.ty, Scope::Requests);
            let accepted = accepted(&parameter.ty, Scope::Requests);
            let converted = converted(&parameter.ty, &name);

            if parameter.required {
                parts.fields.push(quote! { #name: #ty });
                parts.arguments.push(quote! { #name: #accepted });
                parts.values.push(quote! { #name: #converted });
            } else {
                parts.fields.push(quote! { #name: Option<#ty> });
                parts.values.push(quote! { #name: None });

                parts.setter(
                    &name,
                    parameter.description.as_deref(),
                    &quote! {},
                    &accepted,
                    quote! { self.#name = Some(#converted); },
                );
            }
        }

        if let Some(body) = &operation.body {
            parts.body(operation, body, examples)?;
        }

        parts.passed = wire::ordered(operation).into_iter().map(wire::passed).collect();
        parts.passed.extend(operation.body.iter().map(|_| quote! { &self.body }));
        Ok(parts)
    }

    /// A required body is one argument, its model; the fields of an optional one are setters.
    fn body(&mut self, operation: &Operation, body: &Body, examples: &Examples) -> Result<()> {
        let model = names::ident(&body.model);
        self.fields.push(quote! { body: Data<models::#model> });

        if body.required {
            self.arguments.push(quote! { body: models::#model });
            self.values.push(quote! { body: Data { data: body } });
            return Ok(());
        }

        self.values.push(quote! { body: Data { data: models::#model::default() } });
        for field in examples.models.fields(&body.model) {
            let name = &field.name;
            if !field.ty.is_option() {
                return Err(Diagnostic::at(
                    operation.pointer(),
                    format!("the optional body of `{}` requires its field `{name}`", operation.id),
                ));
            }

            if operation.parameters.iter().any(|parameter| *name == parameter.name.as_str()) {
                return Err(Diagnostic::at(
                    operation.pointer(),
                    format!(
                        "`{name}` of `{}` is both parameter and field of the body",
                        operation.id
                    ),
                ));
            }

            if is_request_method(&name.to_string()) {
                return Err(Diagnostic::at(
                    format!("/components/schemas/{}/properties", body.model),
                    format!(
                        "every request has a `{name}` of its own; `{}` sets the fields of its optional body",
                        operation.id
                    ),
                ));
            }

            let inner = field.ty.without_option();
            let (accepted, converted) = (accepted(inner, Scope::Requests), converted(inner, name));
            let example = examples.of_setter(operation, body, field);

            self.setter(
                name,
                field.description.as_deref(),
                &example,
                &accepted,
                quote! { self.body.data.#name = Some(#converted); },
            );
        }

        Ok(())
    }

    fn setter(
        &mut self,
        name: &Ident,
        said: Option<&str>,
        example: &TokenStream,
        accepted: &TokenStream,
        set: TokenStream,
    ) {
        let docs = said.map_or_else(|| format!("Sets `{name}`."), docs::plain);
        let docs = docs::docs(&docs);

        self.setters.push(quote! {
            #docs
            #example
            #[inline]
            pub fn #name(mut self, #name: #accepted) -> Self {
                #set
                self
            }
        });
    }
}

/// The arguments of the macro `sent!`: how the response is read, and the model in it.
fn response(response: &Response) -> TokenStream {
    let (kind, model) = match response {
        Response::Empty => return quote! { nothing() },
        Response::One(model) => ("one", component(model, Scope::Requests)),
        Response::List(model) => ("list", component(model, Scope::Requests)),
        Response::Page(model) => ("page", component(model, Scope::Requests)),
        Response::Whole(ty) => ("whole", spell(ty, Scope::Requests)),
    };
    let kind = names::ident(kind);
    quote! { #kind(#model) }
}

fn described(operation: &Operation) -> String {
    let mut said = docs::plain(&operation.description);
    said.push_str(&format!("\n\n`{} {}`", operation.method, operation.path));

    if !operation.success.is_empty() {
        said.push_str(&format!(" → {}", docs::plain(&operation.success)));
    }

    for parameter in operation.parameters.iter().filter(|parameter| parameter.required) {
        let what = parameter.description.as_deref().unwrap_or("not described upstream");
        said.push_str(&format!("\n\n* `{}`: {}", parameter.name, docs::plain(what)));
    }

    if let Some(body) = operation.body.as_ref().filter(|body| body.required) {
        let what = body.description.as_deref().unwrap_or("not described upstream");
        said.push_str(&format!("\n\n* `body`: {}", docs::plain(what)));
    }

    said
}

fn errors(operation: &Operation, request: &Ident) -> String {
    let errors: Vec<String> = operation.errors.iter().map(u16::to_string).collect();
    let errors = match errors.split_last() {
        None => "none".to_owned(),
        Some((one, [])) => one.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    };

    format!(
        "# Errors\n\n[`{request}::send`] gives an [`Error`](crate::Error); the API documents the statuses {errors}."
    )
}
