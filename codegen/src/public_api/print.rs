//! Formats items and members, each in one line.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, Fields, ImplItem, Item, Meta, Signature, Visibility};

/// A field, a variant, a method or a constant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// The member in one line.
    pub line: String,
    /// The name. A method's name ends in `()`, since a field can have the same name.
    pub name: String,
    /// The signature that programs depend on: the line without argument names, serde attributes and
    /// lints.
    pub signature: String,
}

/// Formats an item, and its fields, variants or methods.
pub fn format_item(item: &Item) -> (String, Vec<Member>) {
    match item {
        Item::Struct(item) => {
            let parts = format_fields(&item.fields, |vis| matches!(vis, Visibility::Public(_)));
            let has_private_fields = item.fields.len() > parts.len();
            let suffix = if has_private_fields { " {..}" } else { "" };
            let kind = format!("struct{}{suffix}", format_tokens(&item.generics));
            (with_attributes(&item.attrs, kind), parts)
        }
        Item::Enum(item) => {
            let kind = format!("enum{}", format_tokens(&item.generics));
            let variants = item.variants.iter().map(format_variant).collect();
            (with_attributes(&item.attrs, kind), variants)
        }
        Item::Trait(item) => {
            let methods = item.items.iter().filter_map(|item| match item {
                syn::TraitItem::Fn(method) => Some(format_method(&method.attrs, &method.sig)),
                _ => None,
            });
            (format!("trait{}", format_tokens(&item.generics)), methods.collect())
        }
        Item::Const(item) => {
            let value = format_tokens(&item.expr);
            (format!("const {} = {value}", format_type(&item.ty)), vec![])
        }
        Item::Static(item) => (format!("static {}", format_type(&item.ty)), vec![]),
        Item::Type(item) => (format!("type {} = {}", item.ident, format_type(&item.ty)), vec![]),
        Item::Fn(item) => (format_function(&item.attrs, &item.sig), vec![]),
        other => (format_tokens(other), vec![]),
    }
}

fn format_variant(variant: &syn::Variant) -> Member {
    let fields = format_fields(&variant.fields, |_| true);
    let with_fields = |part: fn(&Member) -> &str| {
        let fields = fields.iter().map(part).collect::<Vec<_>>().join(", ");
        match &variant.fields {
            Fields::Unit => variant.ident.to_string(),
            Fields::Unnamed(_) => format!("{}({fields})", variant.ident),
            Fields::Named(_) => format!("{} {{ {fields} }}", variant.ident),
        }
    };

    Member {
        line: with_fields(|field| &field.line),
        name: variant.ident.to_string(),
        signature: with_fields(|field| &field.signature),
    }
}

/// Removes the attributes that only cause warnings.
pub fn without_lints(line: &str) -> String {
    ["must_use", "deprecated"]
        .iter()
        .fold(line.to_owned(), |line, attribute| line.replace(&format!("#[{attribute}] "), ""))
}

/// Formats a function of a type or a trait.
pub fn format_method(attributes: &[Attribute], signature: &Signature) -> Member {
    let mut unnamed = signature.clone();
    for input in &mut unnamed.inputs {
        if let syn::FnArg::Typed(argument) = input {
            *argument.pat = syn::parse_quote!(_);
        }
    }

    Member {
        line: format_function(attributes, signature),
        name: format!("{}()", signature.ident),
        signature: without_lints(&format_function(attributes, &unnamed)),
    }
}

/// Formats an associated constant.
pub fn format_constant(constant: &syn::ImplItemConst) -> Member {
    let line = format!("const {}: {}", constant.ident, format_type(&constant.ty));
    Member { name: constant.ident.to_string(), signature: line.clone(), line }
}

/// Formats a function without its body.
fn format_function(attributes: &[Attribute], signature: &Signature) -> String {
    let printed = format_as_file(quote! { #signature {} });
    with_attributes(attributes, printed.trim_end_matches("{}").trim_end().to_owned())
}

/// Formats a type.
pub fn format_type(ty: &syn::Type) -> String {
    let printed = format_as_file(quote! { type T = #ty; });
    printed.trim_start_matches("type T = ").trim_end_matches(';').to_owned()
}

/// The traits that an item derives.
pub fn derived_traits(item: &Item) -> BTreeSet<String> {
    let attributes = match item {
        Item::Struct(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        _ => return BTreeSet::new(),
    };

    let mut traits = BTreeSet::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        // An invalid derive is an error of the compiler, not of this module.
        let _ = attribute.parse_nested_meta(|meta| {
            traits.insert(format_trait(&meta.path));
            Ok(())
        });
    }

    traits
}

/// Formats the last segment of a trait's path, with its generic arguments.
pub fn format_trait(path: &syn::Path) -> String {
    path.segments.last().map(format_tokens).unwrap_or_default()
}

/// Parses the argument of a macro call of the form `Name { part = value, … }`.
pub fn parse_pairs(tokens: &TokenStream) -> Option<(String, BTreeMap<String, String>)> {
    let mut tokens = tokens.clone().into_iter();
    let name = tokens.next()?.to_string();
    let Some(TokenTree::Group(group)) = tokens.next() else { return None };
    let inner_tokens: Vec<String> =
        group.stream().into_iter().map(|token| token.to_string()).collect();

    let pairs = inner_tokens.split(|token| token == ",").filter_map(|pair| match pair {
        // An attribute such as `#[redacted]` may come before the name.
        [variant, _, value] | [_, _, variant, _, value] => Some((variant.clone(), value.clone())),
        _ => None,
    });

    Some((name, pairs.collect()))
}

/// The traits and public methods that the last rule of a macro generates, one per line. Repetitions
/// are skipped: they are only in the bodies of methods.
pub fn list_macro_members(rules: &TokenStream) -> String {
    let groups = rules.clone().into_iter().filter_map(|token| match token {
        TokenTree::Group(group) => Some(group.stream()),
        _ => None,
    });
    let Some(body) = groups.last() else { return String::new() };
    let Ok(file) = syn::parse2::<syn::File>(without_repetitions(body)) else {
        return String::new();
    };

    let mut lines = BTreeSet::new();

    for item in file.items {
        let Item::Impl(block) = item else { continue };
        if let Some((_, name, _)) = &block.trait_ {
            lines.insert(format!("impl {}\n", format_trait(name)));
        }

        for item in &block.items {
            if let ImplItem::Fn(function) = item
                && matches!(function.vis, Visibility::Public(_))
            {
                lines.insert(format!("{}\n", format_function(&function.attrs, &function.sig)));
            }
        }
    }

    lines.into_iter().collect()
}

/// The body of a macro rule without its repetitions, and with its variables as plain identifiers.
fn without_repetitions(body: TokenStream) -> TokenStream {
    let mut tokens = body.into_iter().peekable();
    let mut plain = TokenStream::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(dollar) if dollar.as_char() == '$' => {
                if let Some(TokenTree::Group(_)) = tokens.peek() {
                    // Skips the repetition, its separator and its operator.
                    let _ = tokens.by_ref().find(is_repetition_operator);
                }
            }
            TokenTree::Group(group) => {
                let inner = without_repetitions(group.stream());
                let group = proc_macro2::Group::new(group.delimiter(), inner);
                plain.extend([TokenTree::Group(group)]);
            }
            token => plain.extend([token]),
        }
    }

    plain
}

fn is_repetition_operator(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(operator) if "*+?".contains(operator.as_char()))
}

fn format_fields(fields: &Fields, is_visible: impl Fn(&Visibility) -> bool) -> Vec<Member> {
    let shown = fields.iter().filter(|field| is_visible(&field.vis));
    shown
        .map(|field| {
            let serde = field.attrs.iter().filter(|attribute| attribute.path().is_ident("serde"));
            let serde: String = serde
                .filter_map(|attribute| match &attribute.meta {
                    Meta::List(list) => Some(format!(" #[{}]", format_tokens(&list.tokens))),
                    _ => None,
                })
                .collect();

            let (name, signature) = match &field.ident {
                Some(name) => (name.to_string(), format!("{name}: {}", format_type(&field.ty))),
                None => (String::new(), format_type(&field.ty)),
            };

            Member { line: format!("{signature}{serde}"), name, signature }
        })
        .collect()
}

/// Prepends the attributes that matter to users of an item.
fn with_attributes(attributes: &[Attribute], declaration: String) -> String {
    let names = ["non_exhaustive", "must_use", "deprecated"];
    let shown = attributes.iter().filter_map(|attribute| {
        let name = names.iter().find(|name| attribute.path().is_ident(name));
        name.map(|name| format!("#[{name}] "))
    });

    shown.collect::<String>() + &declaration
}

/// Formats code that is a whole item, in one line.
fn format_as_file(item: TokenStream) -> String {
    match syn::parse2::<syn::File>(item.clone()) {
        Ok(file) => join_lines(&prettyplease::unparse(&file)),
        Err(_) => item.to_string(),
    }
}

/// Formats any code in one line.
fn format_tokens(code: &impl ToTokens) -> String {
    let mut line = code.to_token_stream().to_string();
    for (from, to) in
        [(" :: ", "::"), (" < ", "<"), (" >", ">"), (" ,", ","), ("& ", "&"), ("< ", "<")]
    {
        line = line.replace(from, to);
    }

    line
}

fn join_lines(code: &str) -> String {
    let mut line = code.split_whitespace().collect::<Vec<_>>().join(" ");
    for (from, to) in [("( ", "("), (", )", ")"), (" )", ")"), ("< ", "<"), (", >", ">")] {
        line = line.replace(from, to);
    }
    line
}
