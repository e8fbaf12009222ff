//! Models: progenitor's structs, documented, open to new fields, and built where programs do so.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, format_ident, quote};
use syn::{Attribute, Expr, Field, Fields, Ident, ItemStruct, Lit, Meta, Type};

use super::engine::argument;
use super::secrets::Secrets;
use crate::diagnostic::{Diagnostic, Result};
use crate::emit::docs;

/// A model as it is emitted.
pub fn model(
    mut model: ItemStruct,
    built: bool,
    example: &TokenStream,
    secrets: &Secrets,
) -> Result<TokenStream> {
    let documented = said(&model.attrs).unwrap_or_else(|| "Not described upstream.".to_owned());
    let documented = docs::docs(&docs::plain(&documented));
    let name = model.ident.clone();
    let mut names: Vec<(Ident, String)> = Vec::new();
    let mut members = Vec::new();
    let Fields::Named(fields) = &mut model.fields else {
        unreachable!("the engine gives named fields")
    };

    for field in &mut fields.named {
        let name = field.ident.clone().expect("a named field");
        if names.iter().any(|(other, _)| *other == name) {
            return Err(Diagnostic::at(
                format!("/components/schemas/{}", model.ident),
                format!("two properties become the one field `{name}`"),
            ));
        }

        let rename = polish(field, &model.ident, built)?;
        let wire = match &rename {
            Some(Lit::Str(wire)) => wire.value(),
            _ => name.to_string(),
        };

        members.push(match rename {
            Some(wire) => quote! { #name = #wire },
            None => quote! { #name },
        });
        names.push((name, wire));
    }

    let fields = &fields.named;
    let default = fields.iter().all(|field| argument(&field.ty, "Option").is_some());
    let default = default.then(|| quote! { , Default });

    let building = match built {
        true => Some(building(&name, fields.iter())?),
        false => None,
    };
    let (debug, discreet) = secrets.debug(&name, &names);

    Ok(quote! {
        #documented
        ///
        #example
        #[derive(Clone #debug #default)]
        #[non_exhaustive]
        pub struct #name {
            #fields
        }
        crate::json::model::model! {
            #name { #(#members),* }
        }
        #discreet
        #building
    })
}

/// The name of what makes a model.
const CONSTRUCTOR: &str = "new";

/// A constructor of the required fields, and a setter for each of the others.
fn building<'a>(name: &Ident, fields: impl Iterator<Item = &'a Field>) -> Result<TokenStream> {
    let mut arguments = Vec::new();
    let mut values = Vec::new();
    let mut setters = Vec::new();

    for field in fields {
        let ident = field.ident.as_ref().expect("a named field");
        match argument(&field.ty, "Option") {
            None => {
                let (ty, convert) = accepted(&field.ty, ident);
                arguments.push(quote! { #ident: #ty });
                let same = *ident == convert.to_string();

                values.push(if same {
                    quote! { #ident }
                } else {
                    quote! { #ident: #convert }
                });
            }
            Some(_) if ident == CONSTRUCTOR => {
                let said = format!("the setter of `{ident}` would be the constructor");
                return Err(Diagnostic::at(format!("/components/schemas/{name}/properties"), said)
                    .help("teach codegen/src/emit/models.rs another name for one of them"));
            }
            Some(inner) => {
                let (ty, convert) = accepted(&inner, ident);
                let docs = format!(" Sets `{ident}`.");
                values.push(quote! { #ident: None });

                setters.push(quote! {
                    #[doc = #docs]
                    #[inline]
                    #[must_use]
                    pub fn #ident(mut self, #ident: #ty) -> Self {
                        self.#ident = Some(#convert);
                        self
                    }
                });
            }
        }
    }

    let docs = match arguments.len() {
        0 => " With no field set.",
        _ => " With the fields that the API requires.",
    };

    Ok(quote! {
        impl #name {
            #[doc = #docs]
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#values),* }
            }
            #(#setters)*
        }
    })
}

/// What a setter takes for a field of a type, and the expression that makes the field of it.
pub fn accepted(ty: &Type, value: &Ident) -> (TokenStream, TokenStream) {
    if is(ty, "String") {
        return (quote! { impl Into<String> }, quote! { #value.into() });
    }

    if let Some(item) = argument(ty, "Vec") {
        return if is(&item, "String") {
            (
                quote! { impl IntoIterator<Item = impl Into<String>> },
                quote! { #value.into_iter().map(Into::into).collect() },
            )
        } else {
            (quote! { impl IntoIterator<Item = #item> }, quote! { #value.into_iter().collect() })
        };
    }

    if let Some(inner) = argument(ty, "Box") {
        return (quote! { #inner }, quote! { Box::new(#value) });
    }
    (ty.to_token_stream(), value.to_token_stream())
}

/// Whether a type is the plain name.
pub fn is(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident(name))
}

/// Gives a field its documentation. What comes back is its name on the wire, if that is another.
fn polish(field: &mut Field, model: &Ident, built: bool) -> Result<Option<Lit>> {
    let described = match said(&field.attrs) {
        Some(text) => docs::plain(&text),
        None => match model_inside(&field.ty) {
            Some(model) => format!("See [`{model}`]."),
            None => "Not described upstream.".to_owned(),
        },
    };
    let mut rename = None;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        attribute
            .parse_nested_meta(|meta| {
                let value = if meta.input.peek(syn::Token![=]) {
                    Some(meta.value()?.parse::<Lit>()?)
                } else {
                    None
                };

                match meta.path.get_ident().map(Ident::to_string).as_deref() {
                    Some("rename") => rename = value,
                    // The macro `model!` reads what is missing, and leaves out what is not set.
                    Some("default") if value.is_none() => {}
                    Some("skip_serializing_if") => {}
                    // What is required and null is read as what is missing, but not written so.
                    Some("deserialize_with") if !built => {}
                    _ => return Err(meta.error("the macro `model!` knows nothing of it")),
                }

                Ok(())
            })
            .map_err(|error| {
                let field = field.ident.as_ref();
                let field = field.map(Ident::to_string).unwrap_or_default();

                Diagnostic::at(
                    format!("/components/schemas/{model}/properties"),
                    format!("the serde attribute of `{field}` is not understood: {error}"),
                )
            })?;
    }

    let attributes = docs::docs(&described);
    field.attrs =
        syn::parse::Parser::parse2(Attribute::parse_outer, attributes).expect("attributes of ours");

    Ok(rename)
}

/// The model (a name that is no Rust type of everybody's) that a type has innermost.
fn model_inside(ty: &Type) -> Option<Ident> {
    if let Some(inner) = ["Option", "Vec", "Box"].iter().find_map(|name| argument(ty, name)) {
        return model_inside(&inner);
    }
    match ty {
        Type::Path(path) if path.path.segments.len() > 1 => {
            // The name of a type of ours, where progenitor was told to take one.
            let ours = path.path.segments.first().is_some_and(|first| first.ident == "crate");
            path.path.segments.last().filter(|_| ours).map(|last| last.ident.clone())
        }
        Type::Path(path) => path
            .path
            .get_ident()
            .filter(|name| *name != "String" && name.to_string().starts_with(char::is_uppercase))
            .cloned(),
        _ => None,
    }
}

/// What progenitor took over from the document into an item's documentation.
fn said(attributes: &[Attribute]) -> Option<String> {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(lit) => match &lit.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    let text = lines.collect::<Vec<_>>().join("\n");

    // Without a description progenitor gives the name, in backticks.
    let only_name = text.starts_with('`') && text.ends_with('`') && !text.contains(' ');
    (!text.trim().is_empty() && !only_name).then_some(text)
}

/// The identifiers and types of a model's fields, for requests whose optional body they are.
pub fn fields(model: &ItemStruct) -> Vec<(Ident, Type, Option<String>)> {
    let fields = model.fields.iter();
    fields
        .map(|field| {
            let name = field.ident.clone().unwrap_or_else(|| format_ident!("unnamed"));
            (name, field.ty.clone(), said(&field.attrs))
        })
        .collect()
}
