//! An example for each model and union: a program that builds it, or that reads a response.

use heck::ToSnakeCase as _;
use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::values::member;
use super::{Examples, WrapperFn, fits_on_one_line, program};
use crate::emit::names;
use crate::emit::secrets::Secrets;
use crate::emit::types::{Field, Model, Scope, component, spell};
use crate::lower::ir::Union;
use crate::lower::types::RustType;

/// The largest number of fields that the example of a response reads.
const MAX_READ: usize = 2;

impl Examples<'_> {
    /// The example of a model: a program that sets all its fields, or one that reads some of them.
    pub fn model_example(&self, model: &Model) -> TokenStream {
        match self.lowered.request_models.contains(&model.name) {
            true => self.build(model),
            false => self.read(model),
        }
    }

    fn build(&self, model: &Model) -> TokenStream {
        let (mut parameters, mut required, mut setters) = (Vec::new(), Vec::new(), Vec::new());
        let bodies = self.lowered.operations.iter().filter_map(|operation| operation.body.as_ref());
        let documented =
            bodies.filter(|body| body.model == model.name).find_map(|body| body.example.as_ref());

        for field in &model.fields {
            let name = &field.name;
            let documented = member(documented, name);
            let value = self.value(&field.ty, documented, &name.to_string(), 1);

            // A value without a literal becomes a parameter of the example function.
            let value = value.unwrap_or_else(|| {
                let ty = match field.ty.without_option() {
                    RustType::Boxed(inner) => inner,
                    ty => ty,
                };
                let ty = spell(ty, Scope::Program);
                parameters.push(quote! { #name: #ty });
                quote! { #name }
            });

            match field.ty.is_option() {
                true => setters.push(quote! { .#name(#value) }),
                false => required.push(value),
            }
        }

        let (path, variable) = (component(&model.name, Scope::Program), variable(&model.name));
        let statement = quote! { let #variable = #path::new(#(#required),*) #(#setters)*; };
        let needs_wrapper = !parameters.is_empty();
        let wrapper_fn =
            needs_wrapper.then(|| WrapperFn::new(quote! { fn example(#(#parameters),*) }));

        program("", wrapper_fn.as_ref(), &[statement])
    }

    fn read(&self, model: &Model) -> TokenStream {
        let variable = variable(&model.name);
        let secrets = Secrets::new(self.lowered, &model.name);
        let mut fields: Vec<&Field> = model.fields.iter().collect();
        fields.retain(|field| !secrets.contains(&field.json_name));
        // Fields that are always present come first.
        fields.sort_by_key(|field| field.ty.is_option());

        let print = |count: usize| {
            let fields = fields.iter().take(count).map(|field| {
                let name = &field.name;
                let format = if is_printed_plainly(&field.ty) { "{}" } else { "{:?}" };
                (format, quote! { #variable.#name })
            });
            let (formats, values): (Vec<_>, Vec<_>) = fields.unzip();
            let format = formats.join(" ");
            quote! { println!(#format, #(#values),*); }
        };

        let statement = match (1..=MAX_READ).rev().map(print).find(fits_on_one_line) {
            Some(statement) if !fields.is_empty() => statement,
            _ => quote! { println!("{:?}", #variable); },
        };

        let path = component(&model.name, Scope::Program);
        let wrapper_fn = WrapperFn::new(quote! { fn example(#variable: #path) });
        program("", Some(&wrapper_fn), &[statement])
    }

    /// The example of a union: a program that matches its variants.
    pub fn union_example(&self, union: &Union) -> TokenStream {
        let (name, variable) = (names::ident(&union.name), variable(&union.name));
        let arms = union.members.iter().map(|member| {
            let model = names::ident(&member.model);
            match member.tag {
                Some(_) => quote! { #name::#model(value) => println!("{value:?}"), },
                None => quote! { #name::#model { tag, value } => println!("{tag}: {value:?}"), },
            }
        });

        let path = component(&union.name, Scope::Program);
        let statements = [
            quote! { use #path; },
            quote! { match #variable { #(#arms)* other => println!("{other:?}"), } },
        ];

        let wrapper_fn = WrapperFn::new(quote! { fn example(#variable: #path) });
        program("", Some(&wrapper_fn), &statements)
    }
}

/// The name of a variable for a model: the last word of its name that is not `request` or `response`.
fn variable(model: &str) -> Ident {
    let name = model.to_snake_case();
    let mut words = name.rsplit('_');
    let last = words.next().unwrap_or_default();
    let word = if ["response", "request"].contains(&last) { words.next() } else { None };
    names::ident(word.unwrap_or(last))
}

/// Whether `Display` prints a value of the type.
fn is_printed_plainly(ty: &RustType) -> bool {
    matches!(ty, RustType::String | RustType::Bool | RustType::Integer | RustType::Float)
}
