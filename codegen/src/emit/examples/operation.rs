//! An example for each operation: a program that calls it with all its parameters.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::values::member;
use super::{Examples, WrapperFn, fits_on_one_line, program};
use crate::emit::names;
use crate::emit::types::{Field, Scope, component, spell};
use crate::lower::ir::{Body, Operation, Parameter, Response};

/// The page number in examples.
const PAGE: u64 = 2;

/// The parts of a program that calls an operation.
#[derive(Default)]
struct ExampleCall {
    /// Further parameters of the function around the program.
    parameters: TokenStream,
    /// The statements before the call.
    statements: Vec<TokenStream>,
    /// The arguments of the method.
    arguments: Vec<TokenStream>,
    /// The setters of the request.
    setters: Vec<TokenStream>,
}

impl Examples<'_> {
    /// The example of an operation.
    pub fn operation_example(&self, operation: &Operation) -> TokenStream {
        let mut example = ExampleCall::default();
        for parameter in &operation.parameters {
            self.add_parameter(&mut example, parameter);
        }
        if let Some(body) = &operation.body {
            self.add_body(&mut example, body);
        }

        let ExampleCall { parameters, mut statements, arguments, setters } = example;
        let name = names::ident(&operation.id);
        let method_call = quote! { client.#name(#(#arguments),*) };
        let binding = match operation.response {
            Response::Empty => quote! {},
            _ => quote! { let response = },
        };

        let chain = quote! { #binding #method_call #(#setters)*.send().await?; };
        if setters.is_empty() || fits_on_one_line(&chain) {
            statements.push(chain);
        } else {
            statements.push(quote! { let request = #method_call; });
            statements.push(quote! { #binding request #(#setters)*.send().await?; });
        }

        let signature = quote! {
            async fn example(client: connect_api::Client, #parameters) -> Result<(), connect_api::Error>
        };
        let wrapper_fn = WrapperFn { signature, returns_result: true };
        program("no_run", Some(&wrapper_fn), &statements)
    }

    fn add_parameter(&self, example: &mut ExampleCall, parameter: &Parameter) {
        let name = names::ident(&parameter.name);
        let is_page = parameter.name == self.lowered.paging.parameter;
        let documented = match &parameter.example {
            Some(example) => Some(Value::String(example.clone())),
            None => is_page.then(|| PAGE.into()),
        };

        match self.value(&parameter.ty, documented.as_ref(), &parameter.name, 0) {
            Some(value) if parameter.required => example.arguments.push(value),
            Some(value) => example.setters.push(quote! { .#name(#value) }),
            None if parameter.required => {
                let ty = spell(&parameter.ty, Scope::Program);
                example.parameters.extend(quote! { #name: #ty, });
                example.arguments.push(quote! { #name });
            }
            None => {}
        }
    }

    fn add_body(&self, example: &mut ExampleCall, body: &Body) {
        let documented = body.example.as_ref();
        if !body.required {
            example.setters.extend(self.setters(&body.model, documented));
            return;
        }

        match self.model(&body.model, documented, 0) {
            Some(model) => example.statements.push(quote! { let body = #model; }),
            None => {
                let path = component(&body.model, Scope::Program);
                example.parameters.extend(quote! { body: #path });
            }
        }
        example.arguments.push(quote! { body });
    }

    /// The example of a setter for a field of an optional body.
    ///
    /// Returns `None` if the operation's example already sets the field. One example does not set more
    /// fields, because the document does not say which fields go together.
    pub fn setter_example(
        &self,
        operation: &Operation,
        body: &Body,
        field: &Field,
    ) -> Option<TokenStream> {
        let (name, ty) = (&field.name, field.ty.without_option());
        let value = |documented| self.value(ty, documented, &name.to_string(), 1);
        let documented = member(body.example.as_ref(), name);
        if documented.is_some() && value(documented).is_some() {
            return None;
        }

        let request = names::request(&operation.id);
        let (parameter, value) = match value(None) {
            Some(value) => (quote! {}, value),
            None => {
                let ty = spell(ty, Scope::Program);
                (quote! { , #name: #ty }, quote! { #name })
            }
        };

        let wrapper_fn = WrapperFn::new(quote! {
            fn example(request: connect_api::requests::#request #parameter)
        });
        Some(program("", Some(&wrapper_fn), &[quote! { let request = request.#name(#value); }]))
    }
}
