//! Items in a line each.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, Fields, ImplItem, Item, Meta, Signature, Visibility};

/// A field, a variant, a method or a constant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// What it is, in a line.
    pub line: String,
    /// Its name; a method's with parentheses, since a field can have the same.
    pub name: String,
    /// What programs depend on: its line without the names of arguments and what serde is told.
    pub shape: String,
}

/// An item in a line, and its fields, variants or methods in a line each.
pub fn item(item: &Item) -> (String, Vec<Member>) {
    match item {
        Item::Struct(of) => {
            let parts = fields(&of.fields, |vis| matches!(vis, Visibility::Public(_)));
            let hidden = of.fields.len() > parts.len();
            let kind =
                format!("struct{}{}", generics(&of.generics), if hidden { " {..}" } else { "" });
            (marked(&of.attrs, kind), parts)
        }
        Item::Enum(of) => {
            let variants = of.variants.iter().map(|variant| {
                let inner = fields(&variant.fields, |_| true);
                let with = |part: fn(&Member) -> &str| {
                    let inner = inner.iter().map(part).collect::<Vec<_>>().join(", ");
                    match &variant.fields {
                        Fields::Unit => variant.ident.to_string(),
                        Fields::Unnamed(_) => format!("{}({inner})", variant.ident),
                        Fields::Named(_) => format!("{} {{ {inner} }}", variant.ident),
                    }
                };

                let name = variant.ident.to_string();
                Member { line: with(|field| &field.line), name, shape: with(|field| &field.shape) }
            });

            (marked(&of.attrs, format!("enum{}", generics(&of.generics))), variants.collect())
        }
        Item::Trait(of) => {
            let methods = of.items.iter().filter_map(|item| match item {
                syn::TraitItem::Fn(method) => Some(self::method(&method.attrs, &method.sig)),
                _ => None,
            });
            (format!("trait{}", generics(&of.generics)), methods.collect())
        }
        Item::Const(of) => (format!("const {} = {}", ty(&of.ty), spaced(&of.expr)), vec![]),
        Item::Static(of) => (format!("static {}", ty(&of.ty)), vec![]),
        Item::Type(of) => (format!("type {} = {}", spaced(&of.ident), ty(&of.ty)), vec![]),
        Item::Fn(of) => (function(&of.attrs, &of.sig), vec![]),
        other => (spaced(other), vec![]),
    }
}

/// A line without the marks that make the compiler warn, and no more.
pub fn shape(line: &str) -> String {
    ["must_use", "deprecated"]
        .iter()
        .fold(line.to_owned(), |line, mark| line.replace(&format!("#[{mark}] "), ""))
}

/// A function of a type or trait.
pub fn method(attributes: &[Attribute], signature: &Signature) -> Member {
    let mut positional = signature.clone();
    for input in &mut positional.inputs {
        if let syn::FnArg::Typed(argument) = input {
            *argument.pat = syn::parse_quote!(_);
        }
    }

    Member {
        line: function(attributes, signature),
        name: format!("{}()", signature.ident),
        shape: shape(&function(attributes, &positional)),
    }
}

/// An associated constant.
pub fn constant(of: &syn::ImplItemConst) -> Member {
    let line = format!("const {}: {}", of.ident, ty(&of.ty));
    Member { name: of.ident.to_string(), shape: line.clone(), line }
}

/// A function without its body.
fn function(attributes: &[Attribute], signature: &Signature) -> String {
    let printed = pretty(quote! { #signature {} });
    marked(attributes, printed.trim_end_matches("{}").trim_end().to_owned())
}

/// A type.
pub fn ty(ty: &syn::Type) -> String {
    let printed = pretty(quote! { type T = #ty; });
    printed.trim_start_matches("type T = ").trim_end_matches(';').to_owned()
}

/// The derived traits of an item.
pub fn derives(item: &Item) -> BTreeSet<String> {
    let attributes = match item {
        Item::Struct(of) => &of.attrs,
        Item::Enum(of) => &of.attrs,
        _ => return BTreeSet::new(),
    };
    let mut found = BTreeSet::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        // A derive that cannot be read derives nothing that could be named.
        let _ = attribute.parse_nested_meta(|meta| {
            found.insert(trait_name(&meta.path));
            Ok(())
        });
    }

    found
}

/// A trait by its last name, with its arguments.
pub fn trait_name(path: &syn::Path) -> String {
    path.segments.last().map(spaced).unwrap_or_default()
}

/// The name and the pairs `part = value` in a call of a macro: `Name { part = value, … }`.
pub fn pairs(tokens: &TokenStream) -> Option<(String, BTreeMap<String, String>)> {
    let mut tokens = tokens.clone().into_iter();
    let name = tokens.next()?.to_string();
    let Some(TokenTree::Group(group)) = tokens.next() else { return None };
    let inside: Vec<String> = group.stream().into_iter().map(|token| token.to_string()).collect();

    let pairs = inside.split(|token| token == ",").filter_map(|pair| match pair {
        // A mark such as `#[redacted]` may stand before the name.
        [variant, _, value] | [_, _, variant, _, value] => Some((variant.clone(), value.clone())),
        _ => None,
    });

    Some((name, pairs.collect()))
}

/// What the last rule of a macro makes, in a line each: its repetitions left out, since they only
/// fill bodies.
pub fn transcribed(rules: &TokenStream) -> String {
    let groups = rules.clone().into_iter().filter_map(|token| match token {
        TokenTree::Group(group) => Some(group.stream()),
        _ => None,
    });
    let Some(body) = groups.last() else { return String::new() };
    let Ok(file) = syn::parse2::<syn::File>(once(body)) else { return String::new() };
    let mut lines = BTreeSet::new();

    for item in file.items {
        let Item::Impl(block) = item else { continue };
        if let Some((_, name, _)) = &block.trait_ {
            lines.insert(format!("impl {}\n", trait_name(name)));
        }

        for item in &block.items {
            if let ImplItem::Fn(function_) = item
                && matches!(function_.vis, Visibility::Public(_))
            {
                lines.insert(format!("{}\n", function(&function_.attrs, &function_.sig)));
            }
        }
    }

    lines.into_iter().collect()
}

/// The body of a rule with its variables as plain names and without its repetitions.
fn once(body: TokenStream) -> TokenStream {
    let mut tokens = body.into_iter().peekable();
    let mut plain = TokenStream::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(dollar) if dollar.as_char() == '$' => {
                if let Some(TokenTree::Group(_)) = tokens.peek() {
                    // The repetition, its separator and its operator.
                    let _ = tokens
                        .by_ref()
                        .find(|token| matches!(token, TokenTree::Punct(end) if "*+?".contains(end.as_char())));
                }
            }
            TokenTree::Group(group) => {
                let inside = once(group.stream());
                plain
                    .extend([TokenTree::Group(proc_macro2::Group::new(group.delimiter(), inside))]);
            }
            token => plain.extend([token]),
        }
    }

    plain
}

fn fields(fields: &Fields, visible: impl Fn(&Visibility) -> bool) -> Vec<Member> {
    let shown = fields.iter().filter(|field| visible(&field.vis));
    shown
        .map(|field| {
            let serde = field.attrs.iter().filter(|attribute| attribute.path().is_ident("serde"));
            let serde: String = serde
                .filter_map(|attribute| match &attribute.meta {
                    Meta::List(list) => Some(format!(" #[{}]", spaced(&list.tokens))),
                    _ => None,
                })
                .collect();

            let (name, shape) = match &field.ident {
                Some(name) => (name.to_string(), format!("{name}: {}", ty(&field.ty))),
                None => (String::new(), ty(&field.ty)),
            };

            Member { line: format!("{shape}{serde}"), name, shape }
        })
        .collect()
}

/// What is said of an item that its users must heed.
fn marked(attributes: &[Attribute], what: String) -> String {
    let marks = ["non_exhaustive", "must_use", "deprecated"];
    let marks = attributes.iter().filter_map(|attribute| {
        marks.iter().find(|mark| attribute.path().is_ident(mark)).map(|mark| format!("#[{mark}] "))
    });
    marks.collect::<String>() + &what
}

fn generics(generics: &syn::Generics) -> String {
    spaced(generics)
}

/// Code that is a whole item, in one line.
fn pretty(item: TokenStream) -> String {
    match syn::parse2::<syn::File>(item.clone()) {
        Ok(file) => one_line(&prettyplease::unparse(&file)),
        Err(_) => item.to_string(),
    }
}

/// Code of any kind, in one line.
fn spaced(code: &impl ToTokens) -> String {
    let mut line = code.to_token_stream().to_string();
    for (from, to) in
        [(" :: ", "::"), (" < ", "<"), (" >", ">"), (" ,", ","), ("& ", "&"), ("< ", "<")]
    {
        line = line.replace(from, to);
    }

    line
}

fn one_line(code: &str) -> String {
    let mut line = code.split_whitespace().collect::<Vec<_>>().join(" ");
    for (from, to) in [("( ", "("), (", )", ")"), (" )", ")"), ("< ", "<"), (", >", ">")] {
        line = line.replace(from, to);
    }
    line
}
