//! Requests: for each operation a method of the client, and the type that the method returns.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::examples::Examples;
use super::paging;
use super::secrets::Secrets;
use super::types::{Field, Scope, accepted, component, converted, initial_value, spell};
use super::{docs, names};
use crate::diagnostic::{Diagnostic, Result};
use crate::lower::ir::{Body, Location, LoweredDocument, Operation, Parameter, Response};
use crate::lower::is_request_method;

/// The code of one operation.
pub struct Request {
    /// The method of the client.
    pub method: TokenStream,
    /// The request type and its methods.
    pub ty: TokenStream,
}

/// Emits the method and the request type of an operation.
pub fn request(operation: &Operation, examples: &Examples) -> Result<Request> {
    let parts = Parts::new(operation, examples)?;
    Ok(Request {
        method: client_method(operation, examples, &parts),
        ty: request_type(operation, examples, &parts)?,
    })
}

fn client_method(operation: &Operation, examples: &Examples, parts: &Parts) -> TokenStream {
    let (name, request) = (names::ident(&operation.id), names::request(&operation.id));
    let docs = docs::docs(&description(operation));
    let example = examples.operation_example(operation);
    let Parts { arguments, values, .. } = parts;

    quote! {
        #docs
        ///
        #example
        pub fn #name(&self, #(#arguments),*) -> #request {
            #request { client: self.clone(), options: CallOptions::new(), #(#values),* }
        }
    }
}

fn request_type(operation: &Operation, examples: &Examples, parts: &Parts) -> Result<TokenStream> {
    let (name, request) = (names::ident(&operation.id), names::request(&operation.id));
    let docs = docs::docs(&format!("A call of [`Client::{name}`]."));
    let Parts { fields, setters, .. } = parts;

    let (id, method, path) = (&operation.id, &operation.method, &operation.path);
    let not_idempotent = operation.once.then(|| quote! { .not_idempotent() });
    let polled = operation.polled.then(|| quote! { .polled() });
    let build = build_request(operation);

    let redacted = redacted_debug(operation, &Secrets::new(examples.lowered, &operation.id));
    let debug = redacted.is_none().then(|| quote! { , Debug });
    let response = response(&operation.response);
    let pages = paging::streams(operation, examples.models, &examples.lowered.paging)?;
    let wait = operation.awaited.then(|| quote! { impl_wait! { #request } });

    Ok(quote! {
        #docs
        #[derive(Clone #debug)]
        #[must_use = "a request does nothing until it is sent"]
        pub struct #request {
            client: Client,
            options: CallOptions,
            #(#fields),*
        }
        impl #request {
            pub(crate) const OPERATION: Operation =
                Operation::new(#id, #method, #path) #not_idempotent #polled;
            #(#setters)*
            #[inline]
            fn request(&self) -> Result<reqwest::Request, Error> {
                #build
            }
        }
        impl_send! { #request.#response }
        #redacted
        #wait
        #pages
    })
}

/// The expression that builds the HTTP request: the segments of the path in their order, the query
/// sorted by name as progenitor sorts it, then the body.
fn build_request(operation: &Operation) -> TokenStream {
    let names_in = |location: Location| {
        let parameters = operation.parameters.iter();
        let parameters = parameters.filter(move |parameter| parameter.location == location);
        parameters.map(|parameter| (&parameter.name, names::ident(&parameter.name)))
    };

    let segments = names_in(Location::Path).map(|(name, field)| {
        quote! { .segment(#name, &self.#field)? }
    });
    let mut query: Vec<_> = names_in(Location::Query).collect();
    query.sort();
    let query = query.iter().map(|(name, field)| quote! { .query(#name, &self.#field) });
    let body = operation.body.iter().map(|_| quote! { .json(&self.body) });

    quote! {
        RequestBuilder::new(&self.client, &Self::OPERATION)?
            #(#segments)* #(#query)* #(#body)* .build()
    }
}

/// The `Debug` of a request with secrets.
fn redacted_debug(operation: &Operation, secrets: &Secrets) -> Option<TokenStream> {
    if !operation.parameters.iter().any(|parameter| secrets.contains(&parameter.name)) {
        return None;
    }

    let request = names::request(&operation.id);
    let parameters = operation.parameters.iter().map(|parameter| {
        let name = names::ident(&parameter.name);
        match secrets.contains(&parameter.name) {
            true => quote! { #[redacted] #name },
            false => quote! { #name },
        }
    });
    let body = operation.body.iter().map(|_| quote! { body });
    let fields = parameters.chain(body);
    Some(quote! { redacted_debug! { #request { client, options, #(#fields),* } } })
}

/// The parts of a request type and of its constructor.
#[derive(Default)]
struct Parts {
    /// The fields of the type.
    fields: Vec<TokenStream>,
    /// The arguments of the client's method.
    arguments: Vec<TokenStream>,
    /// The initial values of the fields.
    values: Vec<TokenStream>,
    /// The setters of the type.
    setters: Vec<TokenStream>,
}

impl Parts {
    fn new(operation: &Operation, examples: &Examples) -> Result<Self> {
        let mut parts = Self::default();
        for parameter in &operation.parameters {
            parts.add_parameter(parameter);
        }
        if let Some(body) = &operation.body {
            parts.add_body(operation, body, examples)?;
        }

        Ok(parts)
    }

    /// A required parameter is an argument, an optional one has a setter.
    fn add_parameter(&mut self, parameter: &Parameter) {
        let name = names::ident(&parameter.name);
        let ty = spell(&parameter.ty, Scope::Requests);
        let accepted = accepted(&parameter.ty, Scope::Requests);
        let converted = converted(&parameter.ty, &name);

        if parameter.required {
            self.fields.push(quote! { #name: #ty });
            self.arguments.push(quote! { #name: #accepted });
            self.values.push(initial_value(&name, &converted));
        } else {
            self.fields.push(quote! { #name: Option<#ty> });
            self.values.push(quote! { #name: None });
            self.setters.push(setter(
                &name,
                parameter.description.as_deref(),
                None,
                &accepted,
                quote! { self.#name = Some(#converted); },
            ));
        }
    }

    /// A required body is an argument. Each field of an optional body has a setter.
    fn add_body(&mut self, operation: &Operation, body: &Body, examples: &Examples) -> Result<()> {
        let model = component(&body.model, Scope::Requests);
        self.fields.push(quote! { body: Data<#model> });
        if body.required {
            self.arguments.push(quote! { body: #model });
            self.values.push(quote! { body: Data { data: body } });
            return Ok(());
        }

        self.values.push(quote! { body: Data { data: #model::default() } });
        for field in examples.models.fields(&body.model) {
            check_body_field(operation, body, field)?;

            let (name, ty) = (&field.name, field.ty.without_option());
            let converted = converted(ty, name);
            self.setters.push(setter(
                name,
                field.description.as_deref(),
                examples.setter_example(operation, body, field),
                &accepted(ty, Scope::Requests),
                quote! { self.body.data.#name = Some(#converted); },
            ));
        }

        Ok(())
    }
}

/// Rejects a field of an optional body that cannot have a setter.
fn check_body_field(operation: &Operation, body: &Body, field: &Field) -> Result<()> {
    let (id, name) = (&operation.id, &field.name);
    if !field.ty.is_option() {
        let message = format!("the optional body of `{id}` requires its field `{name}`");
        return Err(Diagnostic::at(operation.pointer(), message));
    }

    if operation.parameters.iter().any(|parameter| *name == parameter.name.as_str()) {
        let message = format!("`{name}` of `{id}` is both a parameter and a field of the body");
        return Err(Diagnostic::at(operation.pointer(), message));
    }

    if is_request_method(&name.to_string()) {
        let pointer = format!("/components/schemas/{}/properties", body.model);
        let message = format!(
            "every request has a method `{name}`; `{id}` cannot have a setter of the same name"
        );
        return Err(Diagnostic::at(pointer, message));
    }

    Ok(())
}

fn setter(
    name: &Ident,
    description: Option<&str>,
    example: Option<TokenStream>,
    accepted: &TokenStream,
    assignment: TokenStream,
) -> TokenStream {
    let docs = description.map_or_else(|| format!("Sets `{name}`."), docs::plain);
    let docs = docs::docs(&docs);
    let example = example.map(|example| {
        quote! {
            ///
            #example
        }
    });

    quote! {
        #docs
        #example
        #[inline]
        pub fn #name(mut self, #name: #accepted) -> Self {
            #assignment
            self
        }
    }
}

/// The arguments of the macro `impl_send!`: the kind of the response body, and its model.
fn response(response: &Response) -> TokenStream {
    let (kind, model) = match response {
        Response::Empty => return quote! { empty() },
        Response::One(model) => ("one", component(model, Scope::Requests)),
        Response::List(model) => ("list", component(model, Scope::Requests)),
        Response::Page(model) => ("page", component(model, Scope::Requests)),
        Response::Bare(ty) => ("bare", spell(ty, Scope::Requests)),
    };
    let kind = names::ident(kind);
    quote! { #kind(#model) }
}

/// The documentation of the client's method.
fn description(operation: &Operation) -> String {
    let mut text = docs::plain(&operation.description);
    text.push_str(&format!("\n\n`{} {}`", operation.method, operation.path));
    if !operation.success_description.is_empty() {
        text.push_str(&format!(" → {}", docs::plain(&operation.success_description)));
    }

    let required = operation.parameters.iter().filter(|parameter| parameter.required);
    let arguments = required.map(|parameter| (parameter.name.as_str(), &parameter.description));
    let body = operation.body.iter().filter(|body| body.required);
    let body = body.map(|body| ("body", &body.description));

    for (name, description) in arguments.chain(body) {
        let description = description.as_deref().unwrap_or(docs::NOT_DESCRIBED);
        text.push_str(&format!("\n\n* `{name}`: {}", docs::plain(description)));
    }

    let errors: Vec<String> = operation.errors.iter().map(u16::to_string).collect();
    match errors.split_last() {
        None => {}
        Some((status, [])) => text.push_str(&format!("\n\nDocumented error: {status}.")),
        Some((last, rest)) => {
            text.push_str(&format!("\n\nDocumented errors: {} and {last}.", rest.join(", ")));
        }
    }

    text
}

/// The imports of a file with the requests of these operations.
pub fn imports(operations: &[&Operation], lowered: &LoweredDocument) -> TokenStream {
    let any = |is_used: &dyn Fn(&Operation) -> bool| {
        operations.iter().any(|operation| is_used(operation))
    };
    let has_secrets = |operation: &Operation| {
        let secrets = Secrets::new(lowered, &operation.id);
        operation.parameters.iter().any(|parameter| secrets.contains(&parameter.name))
    };
    let names_models = |operation: &Operation| {
        operation.body.is_some()
            || operation.response.component().is_some()
            || operation.parameters.iter().any(|parameter| parameter.ty.component().is_some())
    };

    let optional = [
        (any(&|operation| operation.body.is_some()), quote! { use crate::json::envelope::Data; }),
        (
            any(&|operation| paging::item(operation, &lowered.paging).is_some()),
            quote! { use crate::paging::stream::impl_pages; },
        ),
        (any(&|operation| operation.awaited), quote! { use crate::fleet::impl_wait; }),
        (any(&has_secrets), quote! { use crate::redact::fields::redacted_debug; }),
    ];
    let optional = optional.into_iter().filter(|(is_used, _)| *is_used).map(|(_, import)| import);
    let models = any(&names_models).then(|| quote! { , models });

    quote! {
        use crate::http::call::impl_send;
        use crate::http::operation::Operation;
        use crate::http::request_builder::RequestBuilder;
        #(#optional)*
        use crate::{CallOptions, Client, Error #models};
    }
}
