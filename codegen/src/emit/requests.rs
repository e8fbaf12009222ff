//! Requests: for each operation a method of the client, and the type that it gives.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, Type};

use super::engine::{Engine, Function, argument};
use super::examples::Examples;
use super::secrets::Secrets;
use super::{docs, models, names, short, streams};
use crate::diagnostic::{Diagnostic, Result};
use crate::lower::{Body, Operation, is_request_method};

/// The function of the wire layer that builds the request.
pub fn wire_function(operation: &Operation, function: &Function) -> TokenStream {
    let name = names::ident(&operation.id);
    let docs = format!(" `{} {}`", operation.method, operation.path);
    let inputs = function.inputs.iter().map(|(name, ty)| quote! { #name: #ty });
    let body = &function.body;

    quote! {
        #[doc = #docs]
        #[inline]
        pub(crate) fn #name(&self, #(#inputs),*) -> Result<Request, Error> {
            #(#body)*
        }
    }
}

/// The request type of an operation, and the method of the client that gives it.
pub fn request(
    operation: &Operation,
    function: &Function,
    examples: &Examples,
) -> Result<TokenStream> {
    let parts = Parts::of(operation, function, examples)?;
    let name = names::ident(&operation.id);
    let request = names::request(&operation.id);
    let docs = docs::docs(&described(operation));
    let example = examples.of_operation(operation, function);
    let errors = docs::docs(&errors(operation, &request));
    let about = docs::docs(&format!("A call of [`Client::{name}`]."));
    let Parts { fields, arguments, values, setters, passed } = &parts;
    let answer = answer(&function.output);
    let (id, method, path) = (&operation.id, &operation.method, &operation.path);
    let once = operation.once.then(|| quote! { .once() });
    let polled = operation.polled.then(|| quote! { .polled() });
    let own = ["client", "options"].map(str::to_owned).into_iter();
    let parameters = operation.parameters.iter().map(|parameter| parameter.name.clone());
    let body = operation.body.iter().map(|_| "body".to_owned());
    let shown = own.chain(parameters).chain(body).map(|name| (names::ident(&name), name));
    let secrets = Secrets::of(examples.lowered, &operation.id);
    let (debug, discreet) = secrets.debug(&request, &shown.collect::<Vec<_>>());
    let streams = streams::of(operation, function, examples.engine, &examples.lowered.paging)?;

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
    fn of(operation: &Operation, function: &Function, examples: &Examples) -> Result<Self> {
        let mut parts = Self::default();
        for parameter in &operation.parameters {
            let name = names::ident(&parameter.name);
            let (_, ty) =
                function.inputs.iter().find(|(input, _)| *input == name).ok_or_else(|| {
                    Diagnostic::at(
                        operation.pointer(),
                        format!(
                            "progenitor does not know `{}` of `{}`",
                            parameter.name, operation.id
                        ),
                    )
                })?;

            let owned = owned(argument(ty, "Option").as_ref().unwrap_or(ty));
            let (accepted, converted) = models::accepted(&owned, &name);

            if parameter.required {
                parts.fields.push(quote! { #name: #owned });
                parts.arguments.push(quote! { #name: #accepted });
                parts.values.push(quote! { #name: #converted });
            } else {
                parts.fields.push(quote! { #name: Option<#owned> });
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

        parts.passed = function.inputs.iter().map(|(name, ty)| passed(name, ty)).collect();
        Ok(parts)
    }

    /// A required body is one argument, its model; the fields of an optional one are setters.
    fn body(&mut self, operation: &Operation, body: &Body, examples: &Examples) -> Result<()> {
        let engine = examples.engine;
        let model = names::ident(&body.model);
        self.fields.push(quote! { body: Data<models::#model> });

        if body.required {
            self.arguments.push(quote! { body: models::#model });
            self.values.push(quote! { body: Data { data: body } });
            return Ok(());
        }

        self.values.push(quote! { body: Data { data: models::#model::default() } });
        let found = engine.models.iter().find(|item| item.ident == model);
        for (name, ty, said) in found.map(models::fields).unwrap_or_default() {
            let inner = argument(&ty, "Option").ok_or_else(|| {
                Diagnostic::at(
                    operation.pointer(),
                    format!("the optional body of `{}` requires its field `{name}`", operation.id),
                )
            })?;

            if operation.parameters.iter().any(|parameter| name == parameter.name.as_str()) {
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

            let inner = in_models(&inner, engine);
            let (accepted, converted) = models::accepted(&inner, &name);
            let example = examples.of_setter(operation, body, &name, &inner);

            self.setter(
                &name,
                said.as_deref(),
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

/// The call of the core that opens an answer of a type, with the model in it.
fn answer(output: &Type) -> TokenStream {
    let in_envelope = argument(output, "Data");
    let listed = in_envelope.as_ref().and_then(|data| argument(data, "Vec"));

    let (kind, model) = match (listed, in_envelope, argument(output, "Page")) {
        (Some(item), ..) => ("list", item),
        (None, Some(one), _) => ("one", one),
        (None, None, Some(item)) => ("page", item),
        (None, None, None) if is_unit(output) => return quote! { nothing() },
        (None, None, None) => ("whole", output.clone()),
    };
    let (kind, model) = (names::ident(kind), short(model));
    quote! { #kind(#model) }
}

/// Whether an answer has nothing to say.
pub fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(unit) if unit.elems.is_empty())
}

/// The type that a request keeps for an argument of the wire layer.
pub fn owned(ty: &Type) -> Type {
    match ty {
        Type::Reference(reference) => match reference.elem.as_ref() {
            inner if models::is(inner, "str") => syn::parse_quote!(String),
            inner => inner.clone(),
        },
        other => other.clone(),
    }
}

/// What is passed to the wire layer for an argument.
fn passed(name: &Ident, ty: &Type) -> TokenStream {
    match (ty, argument(ty, "Option")) {
        (_, Some(Type::Reference(inner))) if models::is(&inner.elem, "str") => {
            quote! { self.#name.as_deref() }
        }
        (_, Some(Type::Reference(_))) => quote! { self.#name.as_ref() },
        (Type::Reference(_), None) => quote! { &self.#name },
        _ => quote! { self.#name },
    }
}

/// A field's type as seen from outside the module of the models.
fn in_models(ty: &Type, engine: &Engine) -> Type {
    struct Qualify<'a>(&'a Engine);

    impl syn::visit_mut::VisitMut for Qualify<'_> {
        fn visit_path_mut(&mut self, path: &mut syn::Path) {
            syn::visit_mut::visit_path_mut(self, path);
            if let Some(name) = path
                .get_ident()
                .filter(|name| self.0.models.iter().any(|model| model.ident == **name))
            {
                *path = syn::parse_quote!(models::#name);
            }
        }
    }

    let mut ty = ty.clone();
    syn::visit_mut::VisitMut::visit_type_mut(&mut Qualify(engine), &mut ty);

    ty
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
