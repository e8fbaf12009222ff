//! For each model a program that builds it, or that reads what was answered.

use heck::ToSnakeCase as _;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, ItemStruct, Type};

use super::values::{outside, shown};
use super::{Examples, fits, program};
use crate::emit::engine::argument;
use crate::emit::secrets::Secrets;
use crate::emit::{models, names};
use crate::lower::Union;

/// How many fields of an answer are read.
const READ: usize = 2;

impl Examples<'_> {
    /// The program of a model: it is built with all that it can hold, or some of it is read.
    pub fn of_model(&self, model: &ItemStruct) -> TokenStream {
        match self.lowered.built.iter().any(|built| model.ident == built) {
            true => self.built(model),
            false => self.read(model),
        }
    }

    fn built(&self, model: &ItemStruct) -> TokenStream {
        let (mut given, mut required, mut setters) = (Vec::new(), Vec::new(), Vec::new());
        let bodies = self.lowered.operations.iter().filter_map(|operation| operation.body.as_ref());
        let said =
            bodies.filter(|body| model.ident == body.model).find_map(|of| of.example.as_ref());

        for (field, ty, _) in models::fields(model) {
            let inner = argument(&ty, "Option");
            let said = shown(said, &field);

            let value = self.value(&ty, said, &field.to_string(), 1).unwrap_or_else(|| {
                let ty = argument(&ty, "Option").unwrap_or(ty);
                let ty = outside(argument(&ty, "Box").unwrap_or(ty), self.lowered);
                given.push(quote! { #field: #ty });
                quote! { #field }
            });

            match inner {
                None => required.push(value),
                Some(_) => setters.push(quote! { .#field(#value) }),
            }
        }

        let (name, variable) = (&model.ident, variable(&model.ident));
        let statement = quote! {
            let #variable = connect_api::models::#name::new(#(#required),*) #(#setters)*;
        };

        let frame = match given.is_empty() {
            true => quote! {},
            false => quote! { fn example(#(#given),*) {} },
        };

        program("", &frame, &[statement])
    }

    fn read(&self, model: &ItemStruct) -> TokenStream {
        let (name, variable) = (&model.ident, variable(&model.ident));
        // What is always there says most.
        let mut fields = models::fields(model);
        let name_of = model.ident.to_string();
        let secrets = Secrets::of(self.lowered, &name_of);
        fields.retain(|(field, ..)| !secrets.has(&field.to_string()));
        fields.sort_by_key(|(_, ty, _)| argument(ty, "Option").is_some());

        let reading = |count: usize| {
            let fields = fields.iter().take(count).map(|(field, ty, _)| match is_plain(ty) {
                true => ("{}", quote! { #variable.#field }),
                false => ("{:?}", quote! { #variable.#field }),
            });
            let (formats, values): (Vec<_>, Vec<_>) = fields.unzip();
            let format = formats.join(" ");
            quote! { println!(#format, #(#values),*); }
        };

        let statement = match (1..=READ).rev().map(reading).find(fits) {
            Some(statement) if !fields.is_empty() => statement,
            _ => quote! { println!("{:?}", #variable); },
        };

        program("", &quote! { fn example(#variable: connect_api::models::#name) {} }, &[statement])
    }

    /// The program of a union: it looks what there is.
    pub fn of_union(&self, of: &Union) -> TokenStream {
        let (name, variable) = (names::ident(&of.name), variable(&names::ident(&of.name)));
        let arms = of.members.iter().map(|member| {
            let model = names::ident(&member.model);
            match member.tag {
                Some(_) => quote! { #name::#model(value) => println!("{value:?}"), },
                None => quote! { #name::#model { tag, value } => println!("{tag}: {value:?}"), },
            }
        });

        let statements = [
            quote! { use connect_api::models::#name; },
            quote! { match #variable { #(#arms)* other => println!("{other:?}"), } },
        ];

        program("", &quote! { fn example(#variable: connect_api::models::#name) {} }, &statements)
    }
}

/// What a program calls a model: by the last word of its name, what it is for left out.
fn variable(model: &Ident) -> Ident {
    let name = model.to_string().to_snake_case();
    let mut words = name.rsplit('_');
    let last = words.next().unwrap_or_default();
    let word = if ["response", "request"].contains(&last) { words.next() } else { None };
    names::ident(word.unwrap_or(last))
}

/// Whether a type is shown as users read it.
fn is_plain(ty: &Type) -> bool {
    ["String", "bool", "i64", "f64"].iter().any(|name| models::is(ty, name))
}
