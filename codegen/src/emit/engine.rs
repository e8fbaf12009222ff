//! progenitor, and what is taken from what it makes.
//!
//! It makes the models, and for each operation a function that builds and sends the request. We
//! take the models and the building; sending is the business of the crate's own core, whose
//! retries, tokens and errors progenitor's runtime has no room for.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Once;

use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use progenitor_impl::{GenerationSettings, Generator, TypeImpl};
use quote::ToTokens as _;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Expr, FnArg, GenericArgument, Ident, ImplItem, ImplItemFn, Item, ItemStruct, Pat,
    PathArguments, Stmt, Type,
};

use crate::diagnostic::{Diagnostic, Result};
use crate::lower::Lowered;

/// What progenitor made.
pub struct Engine {
    /// The models.
    pub models: Vec<ItemStruct>,
    /// The functions that build requests, by operation id.
    pub functions: BTreeMap<String, Function>,
}

/// A function that builds the request of one operation.
pub struct Function {
    /// Its arguments: name and type, as progenitor orders them.
    pub inputs: Vec<(Ident, Type)>,
    /// The type of a successful answer's body.
    pub output: Type,
    /// The statements that make the URL, then the expression that builds the request.
    pub body: Vec<Stmt>,
}

/// Runs progenitor on the view that was made for it.
pub fn run(lowered: &Lowered) -> Result<Engine> {
    let mut settings = GenerationSettings::new();
    settings.with_map_type("::std::collections::BTreeMap");

    for (name, rust) in &lowered.replacements {
        settings.with_replacement(name, rust, std::iter::empty::<TypeImpl>());
    }

    let tokens = generate(&settings, &lowered.view)?;
    let mut file: syn::File = syn::parse2(tokens)
        .map_err(|error| Diagnostic::new(format!("progenitor made no Rust: {error}")))?;
    Plain.visit_file_mut(&mut file);

    take(file)
}

thread_local! {
    /// Whether a panic of this thread is caught, so that nobody has to read of it.
    static CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// What progenitor makes of a document. It asserts what it takes for granted; a document must
/// never make us panic.
pub fn generate(settings: &GenerationSettings, api: &OpenAPI) -> Result<TokenStream> {
    static HOOK: Once = Once::new();

    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !CAUGHT.get() {
                usual(panic);
            }
        }));
    });
    CAUGHT.set(true);
    let made = std::panic::catch_unwind(|| Generator::new(settings).generate_tokens(api));
    CAUGHT.set(false);

    match made {
        Ok(Ok(tokens)) => Ok(tokens),
        Ok(Err(error)) => Err(Diagnostic::new(format!("progenitor refuses the document: {error}"))),
        Err(panic) => {
            let said = panic.downcast_ref::<String>().cloned();
            let said = said.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Err(Diagnostic::new(format!("progenitor gives up: {}", said.unwrap_or_default())))
        }
    }
}

fn take(file: syn::File) -> Result<Engine> {
    let mut engine = Engine { models: Vec::new(), functions: BTreeMap::new() };
    for item in file.items {
        match item {
            Item::Mod(module) if module.ident == "types" => {
                for item in module.content.into_iter().flat_map(|(_, items)| items) {
                    match item {
                        Item::Struct(model) if matches!(model.fields, syn::Fields::Named(_)) => {
                            engine.models.push(model);
                        }
                        Item::Mod(module) if module.ident == "error" => {}
                        // Derived instead; the conversions are for progenitor's own builders.
                        Item::Impl(_) => {}
                        other => return Err(unexpected(&other.to_token_stream())),
                    }
                }
            }
            Item::Impl(block) if block.trait_.is_none() => {
                for item in block.items {
                    if let ImplItem::Fn(function) = item
                        && function.sig.asyncness.is_some()
                    {
                        engine.functions.insert(function.sig.ident.to_string(), taken(function)?);
                    }
                }
            }
            _ => {}
        }
    }

    Ok(engine)
}

fn taken(function: ImplItemFn) -> Result<Function> {
    let tokens = function.to_token_stream();
    let inputs: Vec<(Ident, Type)> = function
        .sig
        .inputs
        .iter()
        .filter_map(|input| match input {
            FnArg::Typed(typed) => match typed.pat.as_ref() {
                Pat::Ident(name) => Some((name.ident.clone(), (*typed.ty).clone())),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        })
        .collect();

    let output = match &function.sig.output {
        syn::ReturnType::Type(_, result) => {
            argument(result, "Result").and_then(|value| argument(&value, "ResponseValue"))
        }
        syn::ReturnType::Default => None,
    };
    let mut body = Vec::new();
    for statement in function.block.stmts {
        let Stmt::Local(mut local) = statement else { continue };
        let name = match &local.pat {
            Pat::Ident(name) => name.ident.to_string(),
            _ => continue,
        };

        if name == "url" {
            for (input, ty) in inputs
                .iter()
                .filter(|(input, _)| super::uses(&local.to_token_stream(), &input.to_string()))
            {
                let label = input.to_string();
                let text: Expr = match ty {
                    Type::Reference(of) if super::models::is(&of.elem, "str") => {
                        syn::parse_quote! { #input }
                    }
                    _ => syn::parse_quote! { &#input.to_string() },
                };

                body.push(syn::parse_quote! { let #input = path_segment(#label, #text)?; });
            }

            body.push(Stmt::Local(local));
        } else if name == "request"
            && let Some(init) = local.init.take()
        {
            let mut request = *init.expr;
            Building.visit_expr_mut(&mut request);

            // progenitor's own error has no room in ours: `build()?` becomes `built(build())`.
            let Expr::Try(request) = request else { return Err(unexpected(&tokens)) };
            let request = request.expr;
            body.push(Stmt::Expr(syn::parse_quote! { Self::built(#request) }, None));
        }
    }

    match (output, body.last()) {
        (Some(output), Some(Stmt::Expr(..))) => Ok(Function { inputs, output, body }),
        _ => Err(unexpected(&tokens)),
    }
}

/// The first type argument of `name<…>`.
pub fn argument(of: &Type, name: &str) -> Option<Type> {
    arguments(of, name)?.next()
}

fn arguments<'t>(of: &'t Type, name: &str) -> Option<impl Iterator<Item = Type> + 't> {
    let Type::Path(path) = of else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };

    Some(arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(argument) => Some(argument.clone()),
        _ => None,
    }))
}

fn unexpected(tokens: &proc_macro2::TokenStream) -> Diagnostic {
    let text: String = tokens.to_string().chars().take(200).collect();
    Diagnostic::new(format!("progenitor made something that the emitter does not know: {text}"))
        .help("hold codegen/src/emit/engine.rs against the version of progenitor in Cargo.lock")
}

/// Takes from the building of a request what the core does for every request alike.
struct Building;

impl VisitMut for Building {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        while let Expr::MethodCall(call) = expr
            && (call.method == "headers" || call.method == "header")
        {
            *expr = (*call.receiver).clone();
        }

        visit_mut::visit_expr_mut(self, expr);
    }
}

/// Spells types as a person would: no path to what the prelude has, no lifetime that is elided.
struct Plain;

impl VisitMut for Plain {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        path.leading_colon = None;
        let names: Vec<String> =
            path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();

        let skip = match names.as_slice() {
            ["std", "option" | "vec" | "string" | "boxed", _] => 2,
            ["progenitor_client", "QueryParam", _] | ["types", _] => 1,
            ["chrono", "offset", "Utc"] => {
                *path = syn::parse_quote!(chrono::Utc);
                0
            }
            _ => 0,
        };

        if skip > 0 {
            path.segments = std::mem::take(&mut path.segments).into_iter().skip(skip).collect();
        }
    }

    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        reference.lifetime = None;
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        // `encode_path(&id.to_string())` becomes `id`, which is made a segment before.
        if let Expr::Call(call) = expr
            && let Expr::Path(function) = call.func.as_ref()
            && function.path.is_ident("encode_path")
            && let Some(Expr::Reference(reference)) = call.args.first()
            && let Expr::MethodCall(to_string) = reference.expr.as_ref()
        {
            *expr = (*to_string.receiver).clone();
        }

        visit_mut::visit_expr_mut(self, expr);
    }

    fn visit_macro_mut(&mut self, mac: &mut syn::Macro) {
        // The URL is a `format!`, whose arguments are tokens until someone parses them.
        type Arguments = syn::punctuated::Punctuated<Expr, syn::Token![,]>;

        if let Ok(mut arguments) = mac.parse_body_with(Arguments::parse_terminated) {
            arguments.iter_mut().for_each(|argument| self.visit_expr_mut(argument));
            arguments.pop_punct();
            mac.tokens = arguments.to_token_stream();
        }

        visit_mut::visit_macro_mut(self, mac);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_progenitor_takes_for_granted_is_a_problem_and_no_panic() {
        let api = serde_json::json!({
            "openapi": "3.0.3",
            "info": { "title": "t", "version": "1" },
            "paths": { "/{id}": { "get": {
                "operationId": "get",
                "parameters": [{ "name": "id", "in": "path", "schema": { "type": "string" } }],
                "responses": { "204": { "description": "" } },
            } } },
        });
        let api = serde_json::from_value(api).unwrap();
        let problem = generate(&GenerationSettings::new(), &api).unwrap_err();

        assert!(problem.message.starts_with("progenitor gives up: "), "{problem}");
    }
}
