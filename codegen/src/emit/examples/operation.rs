//! For each operation a program that calls it, with all that it can be told.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;
use syn::{Ident, Type};

use super::values::{outside, shown};
use super::{Examples, fits, program};
use crate::emit::engine::{Function, argument};
use crate::emit::names;
use crate::emit::requests::{is_unit, owned};
use crate::lower::{Body, Operation};

/// The page that a program asks for.
const SECOND_PAGE: u64 = 2;

impl Examples<'_> {
    /// The program that calls an operation, as documentation.
    pub fn of_operation(&self, operation: &Operation, function: &Function) -> TokenStream {
        let mut given = quote! {};
        let mut statements = Vec::new();
        let (mut arguments, mut options) = (Vec::new(), Vec::new());

        for parameter in &operation.parameters {
            let name = names::ident(&parameter.name);
            let input = function.inputs.iter().find(|(input, _)| *input == name);

            let Some(ty) =
                input.map(|(_, ty)| owned(argument(ty, "Option").as_ref().unwrap_or(ty)))
            else {
                continue;
            };

            let said = match parameter.example.clone() {
                Some(example) => Some(Value::String(example)),
                None => {
                    (parameter.name == self.lowered.paging.parameter).then(|| SECOND_PAGE.into())
                }
            };
            let value = self.value(&ty, said.as_ref(), &parameter.name, 0);

            match value {
                Some(value) if parameter.required => arguments.push(value),
                Some(value) => options.push(quote! { .#name(#value) }),
                None if parameter.required => {
                    given.extend(quote! { #name: #ty, });
                    arguments.push(quote! { #name });
                }
                None => {}
            }
        }

        if let Some(body) = &operation.body {
            let said = body.example.as_ref();
            if !body.required {
                options.extend(self.setters(&body.model, said));
            } else if let Some(model) = self.model(&body.model, said, 0) {
                statements.push(quote! { let body = #model; });
                arguments.push(quote! { body });
            } else {
                let model = names::ident(&body.model);
                given.extend(quote! { body: connect_api::models::#model });
                arguments.push(quote! { body });
            }
        }

        let name = names::ident(&operation.id);
        let call = quote! { client.#name(#(#arguments),*) };

        let answer = match is_unit(&function.output) {
            true => quote! {},
            false => quote! { let answer = },
        };
        let whole = quote! { #answer #call #(#options)*.send().await?; };
        if options.is_empty() || fits(&whole) {
            statements.push(whole);
        } else {
            statements.push(quote! { let request = #call; });
            statements.push(quote! { #answer request #(#options)*.send().await?; });
        }

        let frame = quote! {
            async fn example(client: connect_api::Client, #given) -> Result<(), connect_api::Error> {}
        };
        program("no_run", &frame, &statements)
    }

    /// The program that sets one field of an optional body; nothing for one that the operation's own
    /// program sets. What an action needs of all that can be set, no document says.
    pub fn of_setter(
        &self,
        operation: &Operation,
        body: &Body,
        field: &Ident,
        ty: &Type,
    ) -> TokenStream {
        let value = |said| self.value(ty, said, &field.to_string(), 1);
        let said = shown(body.example.as_ref(), field);
        if said.is_some() && value(said).is_some() {
            return quote! {};
        }

        let request = names::request(&operation.id);
        let (given, value) = match value(None) {
            Some(value) => (quote! {}, value),
            None => {
                let ty = outside(ty.clone(), self.lowered);
                (quote! { , #field: #ty }, quote! { #field })
            }
        };

        let frame = quote! { fn example(request: connect_api::requests::#request #given) {} };
        let example = program("", &frame, &[quote! { let request = request.#field(#value); }]);

        quote! {
            ///
            #example
        }
    }
}
