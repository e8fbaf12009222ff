//! Every public item of the crate has a documentation example that uses it.
//!
//! The example of a method is on the method, on its type, on an `impl` of the type, or on the method
//! of the client that creates the type. The example of a type is on the type or on an `impl`. Constants
//! and aliases may be in any example. For items that a macro defines, the example is in the macro.
//! Whether the examples compile is tested by the documentation tests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use connect_codegen::public_api::PublicApi;
use connect_codegen::workspace::Layout;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{
    Attribute, Expr, ImplItem, ImplItemFn, Item, ItemImpl, Lit, Meta, ReturnType, TraitItem, Type,
    Visibility,
};

/// The examples of the crate, and the items that they are about.
#[derive(Default)]
struct Examples {
    /// Examples on a type, on a trait or on their `impl`s, by name of the type.
    of_types: BTreeMap<String, String>,
    /// Examples on a method, by names of the type and the method.
    of_methods: BTreeMap<(String, String), String>,
    /// All examples.
    all: String,
    /// Public methods, by names of the type and the method.
    methods: BTreeSet<(String, String)>,
    /// Names of the types and traits.
    types: BTreeSet<String>,
    /// Macros by name.
    macros: BTreeMap<String, MacroContent>,
    /// Expressions that have a type: method calls and variants, by name of the type.
    constructors: BTreeMap<String, Vec<String>>,
    /// Macro calls: name of the type that the macro defines something for, and name of the macro.
    macro_calls: Vec<(String, String)>,
}

/// The examples and the public methods in the rules of a macro.
#[derive(Clone, Default)]
struct MacroContent {
    examples: String,
    /// Name and return type.
    methods: Vec<(String, TokenStream)>,
}

impl MacroContent {
    fn read(&mut self, rules: TokenStream) {
        let tokens: Vec<TokenTree> = rules.into_iter().collect();
        for (index, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Literal(literal) => {
                    if let Ok(Lit::Str(text)) = syn::parse_str(&literal.to_string()) {
                        self.examples.push_str(&text.value());
                    }
                }
                TokenTree::Ident(name)
                    if name == "fn" && index > 0 && tokens[index - 1].to_string() == "pub" =>
                {
                    let output = tokens[index + 2..].iter().take_while(
                        |token| !matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace),
                    );
                    self.methods.push((tokens[index + 1].to_string(), output.cloned().collect()));
                }
                _ => {}
            }
        }
    }
}

/// The examples in the doc comments of an item.
fn examples_in(attributes: &[Attribute]) -> String {
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

    code_blocks(&docs)
}

/// The Rust code blocks of a text.
fn code_blocks(text: &str) -> String {
    let blocks = text.split("```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'));
    let is_rust = |info: &str| ["", "rust", "no_run", "should_panic"].contains(&info.trim());
    blocks.filter(|(info, _)| is_rust(info)).map(|(_, code)| code).collect()
}

/// The first word of a macro call, which is the name of a type, and the name of the macro.
fn macro_call(call: &syn::Macro) -> Option<(String, String)> {
    let first = call.tokens.clone().into_iter().next()?.to_string();
    Some((first, call.path.segments.last()?.ident.to_string()))
}

impl Examples {
    fn read(folder: &Path) -> Self {
        let mut examples = Self::default();
        let mut pending = vec![folder.to_path_buf()];
        while let Some(next) = pending.pop() {
            for entry in std::fs::read_dir(next).expect("list a source folder") {
                let path = entry.expect("read a folder entry").path();
                if path.is_dir() {
                    pending.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let text = std::fs::read_to_string(&path).expect("read a source file");
                    let file = syn::parse_file(&text).expect("Rust");
                    examples.all.push_str(&examples_in(&file.attrs));
                    file.items.iter().for_each(|item| examples.add_item(item));
                }
            }
        }

        for (name, called) in std::mem::take(&mut examples.macro_calls) {
            let Some(MacroContent { examples: code, methods }) =
                examples.macros.get(&called).cloned()
            else {
                continue;
            };
            // The macro inserts the name of the type into its example, so the name is in it.
            let code = code_blocks(&code);
            let code = if code.is_empty() { code } else { code + &name };
            examples.of_types.entry(name.clone()).or_default().push_str(&code);

            for (method, output) in methods {
                examples.add_constructors(output, &[format!(".{method}(")]);
                examples.methods.insert((name.clone(), method));
            }
        }

        examples
    }

    fn add_type(&mut self, name: String, attributes: &[Attribute]) {
        let code = examples_in(attributes);
        self.all.push_str(&code);
        self.of_types.entry(name).or_default().push_str(&code);
    }

    fn add_method(&mut self, type_name: &str, name: String, attributes: &[Attribute]) {
        let code = examples_in(attributes);
        self.all.push_str(&code);
        self.methods.insert((type_name.to_owned(), name.clone()));
        self.of_methods.entry((type_name.to_owned(), name)).or_default().push_str(&code);
    }

    /// Records expressions as constructors of all types that the tokens name.
    fn add_constructors(&mut self, types: TokenStream, expressions: &[String]) {
        for token in types {
            match token {
                TokenTree::Group(group) => self.add_constructors(group.stream(), expressions),
                TokenTree::Ident(name) => {
                    let constructors = self.constructors.entry(name.to_string()).or_default();
                    constructors.extend_from_slice(expressions);
                }
                _ => {}
            }
        }
    }

    /// Whether an example of a type contains its name or a constructor.
    fn has_type_example(&self, name: &str) -> bool {
        let own = &self.of_types[name];
        let mut constructors = self.constructors.get(name).into_iter().flatten();
        own.contains(name) || constructors.any(|constructor| own.contains(constructor))
    }

    fn add_item(&mut self, item: &Item) {
        match item {
            Item::Struct(item) => {
                self.types.insert(item.ident.to_string());
                self.add_type(item.ident.to_string(), &item.attrs);
            }
            Item::Enum(item) => {
                self.types.insert(item.ident.to_string());
                self.add_type(item.ident.to_string(), &item.attrs);

                for variant in &item.variants {
                    let name = format!("{}::{}", item.ident, variant.ident);
                    self.add_constructors(variant.fields.to_token_stream(), &[name]);
                }
            }
            Item::Trait(item) => {
                self.types.insert(item.ident.to_string());
                self.add_type(item.ident.to_string(), &item.attrs);

                for inner in &item.items {
                    if let TraitItem::Fn(method) = inner {
                        let name = method.sig.ident.to_string();
                        self.add_method(&item.ident.to_string(), name, &method.attrs);
                    }
                }
            }
            Item::Impl(item) if item.trait_.is_none() => self.add_impl(item),
            Item::Macro(item) => match &item.ident {
                Some(name) => {
                    self.macros.entry(name.to_string()).or_default().read(item.mac.tokens.clone());
                }
                None => self.macro_calls.extend(macro_call(&item.mac)),
            },
            _ => {}
        }
    }

    fn add_impl(&mut self, item: &ItemImpl) {
        let Type::Path(path) = item.self_ty.as_ref() else { return };
        let type_name = path.path.segments.last().expect("a name").ident.to_string();
        self.add_type(type_name.clone(), &item.attrs);

        for inner in &item.items {
            match inner {
                ImplItem::Fn(method) if matches!(method.vis, Visibility::Public(_)) => {
                    self.add_inherent_method(&type_name, method);
                }
                ImplItem::Macro(called) => {
                    let name = called.mac.path.segments.last().expect("a name of a macro");
                    self.macro_calls.push((type_name.clone(), name.ident.to_string()));
                }
                _ => {}
            }
        }
    }

    fn add_inherent_method(&mut self, type_name: &str, method: &ImplItemFn) {
        let name = &method.sig.ident;
        self.add_method(type_name, name.to_string(), &method.attrs);
        let calls = [format!(".{name}("), format!("::{name}(")];
        self.add_constructors(method.sig.output.to_token_stream(), &calls);

        // The example of a method of the client is also one of the request that it returns.
        if let ReturnType::Type(_, output) = &method.sig.output
            && let Type::Path(output) = output.as_ref()
            && let Some(request) = output.path.get_ident().filter(|_| type_name == "Client")
        {
            self.add_type(request.to_string(), &method.attrs);
        }
    }

    /// Whether an example of the method or of its type calls the method.
    fn has_method_example(&self, method: &(String, String)) -> bool {
        let (type_name, name) = method;
        let calls = [
            format!(".{name}("),
            format!("::{name}("),
            format!(".{name}::<"),
            format!("fn {name}<"),
        ];

        let own = self.of_methods.get(method).map(String::as_str).unwrap_or_default();
        calls.iter().any(|call| own.contains(call) || self.of_types[type_name].contains(call))
    }
}

#[test]
fn every_public_item_has_an_example() {
    let folder = Layout::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .root()
        .join("connect-api/src");
    let api = PublicApi::read_crate(&folder).expect("the crate's public API");
    let examples = Examples::read(&folder);
    let (mut count, mut missing) = (0, Vec::new());

    let mut check = |name: &str, has_example: bool| {
        count += 1;
        if !has_example {
            missing.push(name.to_owned());
        }
    };

    for (path, signature) in api.signatures() {
        // Implementations of other traits, and re-exports of other crates.
        if path.contains(": ") || signature.starts_with("use ") {
            continue;
        }

        let mut path = path.as_str();
        for module in ["models::", "requests::"] {
            path = path.strip_prefix(module).unwrap_or(path);
        }

        // Fields and variants; methods are checked with their type below.
        if path.contains("::") {
            continue;
        }

        let path = path.to_owned();
        if !examples.types.contains(&path) {
            check(&path, examples.all.contains(&path));
            continue;
        }

        check(&path, examples.has_type_example(&path));
        for method in examples.methods.iter().filter(|(type_name, _)| *type_name == path) {
            check(&format!("{path}::{}", method.1), examples.has_method_example(method));
        }
    }

    println!("{count} items, {} without an example", missing.len());
    assert!(count > 400, "only {count} public items");
    assert!(missing.is_empty(), "add a documentation example to:\n{}", missing.join("\n"));
}
