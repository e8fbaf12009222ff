//! The types that the emitter prints: models with their fields, and how each type is spelled.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::names;
use crate::lower::types::RustType;

/// A generated struct.
#[derive(Debug, Clone)]
pub struct Model {
    /// The name of the struct.
    pub name: String,
    /// The description in the document.
    pub description: Option<String>,
    /// The fields, sorted by name.
    pub fields: Vec<Field>,
}

/// A field of a model.
#[derive(Debug, Clone)]
pub struct Field {
    /// The name of the field in Rust.
    pub name: Ident,
    /// The name of the member in JSON.
    pub json_name: String,
    /// The description in the document.
    pub description: Option<String>,
    /// The type.
    pub ty: RustType,
    /// Whether the member must be present.
    pub required: bool,
}

impl Field {
    /// Whether the member has another name in JSON than in Rust.
    pub fn is_renamed(&self) -> bool {
        self.name != self.json_name.as_str()
    }
}

/// All models of a document.
#[derive(Debug, Clone, Default)]
pub struct Models(Vec<Model>);

impl Models {
    /// Collects models.
    pub fn new(models: Vec<Model>) -> Self {
        Self(models)
    }

    /// The model of a name.
    pub fn get(&self, name: &str) -> Option<&Model> {
        self.0.iter().find(|model| model.name == name)
    }

    /// The fields of a model, none if there is no such model.
    pub fn fields(&self, name: &str) -> &[Field] {
        self.get(name).map_or(&[], |model| &model.fields)
    }
}

/// The code in which a type is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A file of the models.
    Models,
    /// A file of the requests, which imports the module `models`.
    Requests,
    /// A program that uses the crate.
    Program,
}

/// A type, as it is spelled in a scope.
pub fn spell(ty: &RustType, scope: Scope) -> TokenStream {
    // Programs find these crates through the re-exports of the generated crate.
    let krate = match scope {
        Scope::Program => quote! { connect_api:: },
        Scope::Models | Scope::Requests => quote! {},
    };

    match ty {
        RustType::String => quote! { String },
        RustType::Bool => quote! { bool },
        RustType::Integer => quote! { i64 },
        RustType::Float => quote! { f64 },
        RustType::DateTime => quote! { #krate chrono::DateTime<#krate chrono::Utc> },
        RustType::JsonValue => quote! { #krate serde_json::Value },
        RustType::JsonObject => {
            quote! { #krate serde_json::Map<String, #krate serde_json::Value> }
        }
        RustType::Map(values) => {
            let values = spell(values, scope);
            quote! { std::collections::BTreeMap<String, #values> }
        }
        RustType::List(items) => {
            let items = spell(items, scope);
            quote! { Vec<#items> }
        }
        RustType::Option(inner) => {
            let inner = spell(inner, scope);
            quote! { Option<#inner> }
        }
        RustType::Boxed(inner) => {
            let inner = spell(inner, scope);
            quote! { Box<#inner> }
        }
        RustType::Component(name) => component(name, scope),
    }
}

/// The name of a model, enum or union, as it is spelled in a scope.
pub fn component(name: &str, scope: Scope) -> TokenStream {
    let name = names::ident(name);
    match scope {
        Scope::Models => quote! { #name },
        Scope::Requests => quote! { models::#name },
        Scope::Program => quote! { connect_api::models::#name },
    }
}

/// The type that a setter or a constructor accepts for a value of a type.
pub fn accepted(ty: &RustType, scope: Scope) -> TokenStream {
    match ty {
        RustType::String => quote! { impl Into<String> },
        RustType::List(items) if **items == RustType::String => {
            quote! { impl IntoIterator<Item = impl Into<String>> }
        }
        RustType::List(items) => {
            let items = spell(items, scope);
            quote! { impl IntoIterator<Item = #items> }
        }
        RustType::Boxed(inner) => spell(inner, scope),
        ty => spell(ty, scope),
    }
}

/// The expression that converts an accepted value to the type.
pub fn converted(ty: &RustType, value: &Ident) -> TokenStream {
    match ty {
        RustType::String => quote! { #value.into() },
        RustType::List(items) if **items == RustType::String => {
            quote! { #value.into_iter().map(Into::into).collect() }
        }
        RustType::List(_) => quote! { #value.into_iter().collect() },
        RustType::Boxed(_) => quote! { Box::new(#value) },
        _ => quote! { #value },
    }
}

/// The initial value of a field, abbreviated if the expression is the name of the field.
pub fn initial_value(name: &Ident, value: &TokenStream) -> TokenStream {
    match *name == value.to_string() {
        true => quote! { #name },
        false => quote! { #name: #value },
    }
}
