//! Each public item of the crate, be it written or generated, has an example, its own or one that
//! shows it.
//!
//! A method's own, or one on its type, on its `impl` or on the method of the client that makes its
//! type, that calls it; a type's own, or one on its `impl`; a constant's or an alias's in any
//! example. What a macro makes has the example of the macro. That they compile is for the tests of
//! the documentation.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use connect_codegen::public_api::PublicApi;
use connect_codegen::workspace::Layout;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Attribute, Expr, ImplItem, Item, Lit, Meta, ReturnType, TraitItem, Type, Visibility};

/// The examples of the crate, by what they stand on.
#[derive(Default)]
struct Examples {
    /// On a type, a trait or one of its `impl`s.
    of_types: BTreeMap<String, String>,
    /// On a method, by type and method.
    of_methods: BTreeMap<(String, String), String>,
    /// All that there are.
    all: String,
    /// The public methods.
    methods: BTreeSet<(String, String)>,
    /// Types and traits, as against constants and aliases.
    types: BTreeSet<String>,
    /// What each macro makes.
    macros: BTreeMap<String, Made>,
    /// What gives each type: calls of methods, and variants.
    makers: BTreeMap<String, Vec<String>>,
    /// The calls of macros, by the type that they make something for.
    calls: Vec<(String, String)>,
}

/// What a macro makes: code in documentation, and public methods.
#[derive(Clone, Default)]
struct Made {
    code: String,
    /// Each with what it gives.
    methods: Vec<(String, TokenStream)>,
}

impl Made {
    fn read(&mut self, rules: TokenStream) {
        let tokens: Vec<TokenTree> = rules.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Literal(literal) => {
                    if let Ok(Lit::Str(text)) = syn::parse_str(&literal.to_string()) {
                        self.code.push_str(&text.value());
                    }
                }
                TokenTree::Ident(name)
                    if name == "fn" && at > 0 && tokens[at - 1].to_string() == "pub" =>
                {
                    let gives = tokens[at + 2..].iter().take_while(
                        |token| !matches!(token, TokenTree::Group(it) if it.delimiter() == Delimiter::Brace),
                    );
                    self.methods.push((tokens[at + 1].to_string(), gives.cloned().collect()));
                }
                _ => {}
            }
        }
    }
}

/// The code in documentation.
fn code(attributes: &[Attribute]) -> String {
    let mut docs = String::new();
    for attribute in attributes {
        if let Meta::NameValue(pair) = &attribute.meta
            && pair.path.is_ident("doc")
            && let Expr::Lit(literal) = &pair.value
            && let Lit::Str(text) = &literal.lit
        {
            docs.push_str(&text.value());
            docs.push('\n');
        }
    }

    blocks(&docs)
}

/// The blocks of code in a text.
fn blocks(text: &str) -> String {
    let blocks = text.split("```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'));
    let compiles = |mark: &str| ["", "rust", "no_run", "should_panic"].contains(&mark.trim());
    blocks.filter(|(mark, _)| compiles(mark)).map(|(_, code)| code).collect()
}

/// The name of a macro, and the type that its call names first.
fn call(call: &syn::Macro) -> Option<(String, String)> {
    let first = call.tokens.clone().into_iter().next()?.to_string();
    Some((first, call.path.segments.last()?.ident.to_string()))
}

impl Examples {
    fn read(folder: &Path) -> Self {
        let mut examples = Self::default();
        let mut open = vec![folder.to_path_buf()];
        while let Some(next) = open.pop() {
            for entry in std::fs::read_dir(next).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    open.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let text = std::fs::read_to_string(&path).expect("a source");
                    let file = syn::parse_file(&text).expect("Rust");
                    examples.all.push_str(&code(&file.attrs));
                    file.items.iter().for_each(|item| examples.item(item));
                }
            }
        }

        for (of, called) in std::mem::take(&mut examples.calls) {
            let Some(Made { code, methods }) = examples.macros.get(&called).cloned() else {
                continue;
            };
            // Its own name stands in the code wherever the macro has put it.
            let code = blocks(&code);
            let code = if code.is_empty() { code } else { code + &of };
            examples.of_types.entry(of.clone()).or_default().push_str(&code);

            for (name, gives) in methods {
                examples.gives(gives, &[format!(".{name}(")]);
                examples.methods.insert((of.clone(), name));
            }
        }

        examples
    }

    fn on_type(&mut self, name: String, attributes: &[Attribute]) {
        let code = code(attributes);
        self.all.push_str(&code);
        self.of_types.entry(name).or_default().push_str(&code);
    }

    fn on_method(&mut self, of: &str, name: String, attributes: &[Attribute]) {
        let code = code(attributes);
        self.all.push_str(&code);
        self.methods.insert((of.to_owned(), name.clone()));
        self.of_methods.entry((of.to_owned(), name)).or_default().push_str(&code);
    }

    /// Takes down what gives the types that are named here.
    fn gives(&mut self, types: TokenStream, by: &[String]) {
        for token in types {
            match token {
                TokenTree::Group(group) => self.gives(group.stream(), by),
                TokenTree::Ident(name) => {
                    self.makers.entry(name.to_string()).or_default().extend_from_slice(by);
                }
                _ => {}
            }
        }
    }

    /// Whether an example of a type names it, or what gives it.
    fn show_type(&self, name: &str) -> bool {
        let own = &self.of_types[name];
        let makers = self.makers.get(name).into_iter().flatten();
        own.contains(name) || makers.into_iter().any(|maker| own.contains(maker))
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Struct(item) => {
                self.types.insert(item.ident.to_string());
                self.on_type(item.ident.to_string(), &item.attrs);
            }
            Item::Enum(item) => {
                self.types.insert(item.ident.to_string());
                self.on_type(item.ident.to_string(), &item.attrs);

                for variant in &item.variants {
                    let name = format!("{}::{}", item.ident, variant.ident);
                    self.gives(variant.fields.to_token_stream(), &[name]);
                }
            }
            Item::Trait(item) => {
                self.types.insert(item.ident.to_string());
                self.on_type(item.ident.to_string(), &item.attrs);

                for inner in &item.items {
                    if let TraitItem::Fn(method) = inner {
                        let name = method.sig.ident.to_string();
                        self.on_method(&item.ident.to_string(), name, &method.attrs);
                    }
                }
            }
            Item::Impl(item) if item.trait_.is_none() => {
                let Type::Path(path) = item.self_ty.as_ref() else { return };
                let of = path.path.segments.last().expect("a name").ident.to_string();
                self.on_type(of.clone(), &item.attrs);

                for inner in &item.items {
                    if let ImplItem::Fn(method) = inner
                        && matches!(method.vis, Visibility::Public(_))
                    {
                        self.on_method(&of, method.sig.ident.to_string(), &method.attrs);
                        let name = &method.sig.ident;
                        let calls = [format!(".{name}("), format!("::{name}(")];
                        self.gives(method.sig.output.to_token_stream(), &calls);

                        if let ReturnType::Type(_, made) = &method.sig.output
                            && let Type::Path(made) = made.as_ref()
                            && let Some(made) = made.path.get_ident().filter(|_| of == "Client")
                        {
                            self.on_type(made.to_string(), &method.attrs);
                        }
                    } else if let ImplItem::Macro(called) = inner
                        && let Some(name) = called.mac.path.segments.last()
                    {
                        self.calls.push((of.clone(), name.ident.to_string()));
                    }
                }
            }
            Item::Macro(item) => match &item.ident {
                Some(name) => {
                    self.macros.entry(name.to_string()).or_default().read(item.mac.tokens.clone());
                }
                None => self.calls.extend(call(&item.mac)),
            },
            _ => {}
        }
    }

    /// Whether the method has an example, or is called in one of its type's.
    fn show_method(&self, method: &(String, String)) -> bool {
        let (of, name) = method;
        let calls = [
            format!(".{name}("),
            format!("::{name}("),
            format!(".{name}::<"),
            format!("fn {name}<"),
        ];

        let own = self.of_methods.get(method).map(String::as_str).unwrap_or_default();
        calls.iter().any(|call| own.contains(call) || self.of_types[of].contains(call))
    }
}

#[test]
fn each_item_of_the_crate_has_an_example_that_shows_it() {
    let folder = Layout::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .root()
        .join("connect-api/src");
    let api = PublicApi::read_crate(&folder).expect("the crate's public API");
    let examples = Examples::read(&folder);
    let (mut count, mut missing) = (0, Vec::new());

    let mut hold = |name: &str, is_shown: bool| {
        count += 1;
        if !is_shown {
            missing.push(name.to_owned());
        }
    };

    for (path, signature) in api.signatures() {
        // What others wrote has its examples elsewhere.
        if path.contains(": ") || signature.starts_with("use ") {
            continue;
        }

        let mut path = path.as_str();
        for module in ["models::", "requests::"] {
            path = path.strip_prefix(module).unwrap_or(path);
        }

        // Fields and variants; and methods, which have their turn with their type.
        if path.contains("::") {
            continue;
        }

        let path = path.to_owned();
        if !examples.types.contains(&path) {
            hold(&path, examples.all.contains(&path));
            continue;
        }

        hold(&path, examples.show_type(&path));
        for method in examples.methods.iter().filter(|(of, _)| *of == path) {
            hold(&format!("{path}::{}", method.1), examples.show_method(method));
        }
    }

    println!("{count} items, {} without an example", missing.len());
    assert!(count > 400, "the walk finds them: {count}");
    assert!(missing.is_empty(), "without an example:\n{}", missing.join("\n"));
}
