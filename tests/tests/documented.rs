//! Each public item of the crate that people wrote has an example, its own or one that shows it.
//!
//! A method's own, or one on its type or on its `impl` that calls it; a type's own, or one on its
//! `impl`; a constant's or an alias's in any example. That they compile is for the tests of the
//! documentation. What is generated has its examples from the generator.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use connect_codegen::layout::Layout;
use connect_codegen::surface::Surface;
use syn::{Attribute, Expr, ImplItem, Item, Lit, Meta, TraitItem, Type, Visibility};

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
    let blocks = docs.split("```").skip(1).step_by(2);
    blocks.filter(|block| !block.starts_with("console") && !block.starts_with("text")).collect()
}

impl Examples {
    fn read(folder: &Path) -> Self {
        let mut examples = Self::default();
        let mut open = vec![folder.to_path_buf()];
        while let Some(next) = open.pop() {
            for entry in std::fs::read_dir(next).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() && !path.ends_with("generated") {
                    open.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let text = std::fs::read_to_string(&path).expect("a source");
                    let file = syn::parse_file(&text).expect("Rust");
                    examples.all.push_str(&code(&file.attrs));
                    file.items.iter().for_each(|item| examples.item(item));
                }
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

    fn item(&mut self, item: &Item) {
        match item {
            Item::Struct(item) => {
                self.types.insert(item.ident.to_string());
                self.on_type(item.ident.to_string(), &item.attrs);
            }
            Item::Enum(item) => {
                self.types.insert(item.ident.to_string());
                self.on_type(item.ident.to_string(), &item.attrs);
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
                    }
                }
            }
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
        !self.of_methods[method].is_empty()
            || calls.iter().any(|call| self.of_types[of].contains(call))
    }
}

#[test]
fn each_item_of_the_crate_has_an_example_that_shows_it() {
    let folder = Layout::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .root()
        .join("connect-api/src");
    let surface = Surface::read(&folder).expect("the crate's surface");
    let examples = Examples::read(&folder);
    let (mut count, mut missing) = (0, Vec::new());
    let mut hold = |name: &str, is_shown: bool| {
        count += 1;
        if !is_shown {
            missing.push(name.to_owned());
        }
    };
    for (path, shape) in surface.shapes() {
        // Models and requests are generated, and what others wrote has its examples elsewhere.
        if path.contains("::") || path.contains(": ") || shape.starts_with("use ") {
            continue;
        }
        if ["models", "requests"].contains(&path.as_str()) {
            continue;
        }
        if !examples.types.contains(&path) {
            hold(&path, examples.all.contains(&path));
            continue;
        }
        hold(&path, !examples.of_types[&path].is_empty());
        for method in examples.methods.iter().filter(|(of, _)| *of == path) {
            hold(&format!("{path}::{}", method.1), examples.show_method(method));
        }
    }
    println!("{count} items, {} without an example", missing.len());
    assert!(count > 120, "the walk finds them: {count}");
    assert!(missing.is_empty(), "without an example:\n{}", missing.join("\n"));
}
