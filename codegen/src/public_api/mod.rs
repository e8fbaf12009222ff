//! The public API of a crate, read from its source.
//!
//! No compiler runs, so the result does not depend on the toolchain. There are two forms: a text with
//! one line per item, for snapshots, and a signature per item, for deciding whether programs that
//! depend on the crate still compile.

mod modules;
mod print;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::TokenTree;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, ImplItem, Item, Token, Type, Visibility};

use self::modules::{ItemPath, Modules, Target};
use self::print::Member;
use crate::diagnostic::Result;
use crate::io::files::{self, Files};

/// The crate's macro that implements the conversions of an open enum.
const OPEN_ENUM_MACRO: &str = "open_enum";

/// The crate's macro that implements `Deserialize` and `Serialize` for a model.
const MODEL_MACRO: &str = "model";

/// The crate's macro that implements JSON and a redacted `Debug` for a model with secrets.
const SECRET_MODEL_MACRO: &str = "secret_model";

/// The crate's macro that implements the JSON of a union.
const TAGGED_UNION_MACRO: &str = "tagged_union";

/// The crate's macro that implements a redacted `Debug`.
const REDACTED_DEBUG_MACRO: &str = "redacted_debug";

/// The crate's macro that implements `send` for a request.
const REQUEST_MACRO: &str = "impl_send";

/// The root of a crate that contains only generated code.
const GENERATED_CRATE_ROOT: &str =
    "pub struct Client; mod generated; pub use generated::{models, requests};";

/// How deep modules are followed. Re-exports of modules can form a circle.
const MAX_MODULE_DEPTH: usize = 16;

/// The public items of a crate, by their public paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicApi {
    items: BTreeMap<String, Entry>,
    /// The methods and traits that the macro for open enums implements.
    pub open_enum_members: String,
    /// The methods and traits that the macro for requests implements.
    pub request_members: String,
}

/// A public item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Entry {
    /// The item in one line.
    declaration: String,
    /// Fields or variants, in source order.
    parts: Vec<Member>,
    /// Methods and associated constants.
    functions: BTreeSet<Member>,
    /// Derived and implemented traits.
    traits: BTreeSet<String>,
}

impl PublicApi {
    /// Reads a crate from the folder of its `lib.rs`.
    ///
    /// # Errors
    ///
    /// Fails if a source file cannot be read or parsed.
    pub fn read_crate(folder: &Path) -> Result<Self> {
        let mut sources = Files::new();
        for path in files::list(folder)? {
            if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(folder).unwrap_or(&path).to_path_buf();
                sources.insert(name, files::read(&path)?);
            }
        }

        Self::from_sources(&sources)
    }

    /// Reads generated code: the client's methods, the requests and the models.
    ///
    /// # Errors
    ///
    /// Fails if a file cannot be parsed.
    pub fn from_generated(generated: &Files) -> Result<Self> {
        let in_crate =
            |(path, code): (&PathBuf, &String)| (Path::new("generated").join(path), code.clone());
        let mut sources: Files = generated.iter().map(in_crate).collect();
        sources.insert("lib.rs".into(), GENERATED_CRATE_ROOT.into());

        Self::from_sources(&sources)
    }

    /// Reads a crate from its source files, by path relative to the folder of its `lib.rs`.
    fn from_sources(sources: &Files) -> Result<Self> {
        let modules = Modules::parse(sources)?;
        let mut collector =
            Collector { modules: &modules, api: Self::default(), public_paths: BTreeMap::new() };
        collector.visit_module(&[], "", 0);
        collector.visit_implementations();

        Ok(collector.api)
    }

    /// The items whose public path passes the filter: one line per item, and one per member.
    pub fn to_text(&self, filter: impl Fn(&str) -> bool) -> String {
        let mut text = String::new();

        for (path, entry) in self.items.iter().filter(|(path, _)| filter(path)) {
            text.push_str(&format!("{path}: {}", entry.declaration));

            if !entry.traits.is_empty() {
                let traits: Vec<&str> = entry.traits.iter().map(String::as_str).collect();
                text.push_str(&format!(" | {}", traits.join(" + ")));
            }

            text.push('\n');
            for Member { line, .. } in entry.members() {
                text.push_str(&format!("  {line}\n"));
            }
        }

        text
    }

    /// The signatures of everything that a program can depend on, by path: an item `models::A`, a
    /// trait `models::A: Clone`, a field `models::A::b`, a method `Client::c()`. A program still
    /// compiles if each path still has the same signature.
    pub fn signatures(&self) -> BTreeMap<String, String> {
        let mut signatures = BTreeMap::new();

        for (path, entry) in &self.items {
            signatures.insert(path.clone(), print::without_lints(&entry.declaration));

            let traits = entry.traits.iter();
            signatures.extend(traits.map(|name| (format!("{path}: {name}"), String::new())));

            for Member { name, signature, .. } in entry.members() {
                signatures.insert(format!("{path}::{name}"), signature.clone());
            }
        }

        signatures
    }
}

impl Entry {
    fn members(&self) -> impl Iterator<Item = &Member> {
        self.parts.iter().chain(&self.functions)
    }
}

/// Collects the public items, by following public modules and re-exports from the crate's root.
struct Collector<'a> {
    modules: &'a Modules,
    api: PublicApi,
    /// The public path of each item that has one.
    public_paths: BTreeMap<ItemPath, String>,
}

impl Collector<'_> {
    fn visit_module(&mut self, module: &[String], public_path: &str, depth: usize) {
        if depth > MAX_MODULE_DEPTH {
            return;
        }

        let modules = self.modules;
        for item in modules.items(module) {
            match item {
                Item::Mod(inner) if is_public(&inner.vis) => {
                    let name = inner.ident.to_string();
                    let path = modules::child(module, &name);
                    self.visit_module(&path, &join(public_path, &name), depth + 1);
                }
                Item::Use(item) if is_public(&item.vis) => {
                    for import in modules::list_imports(&item.tree) {
                        self.visit_import(module, &import, public_path, depth);
                    }
                }
                item => {
                    if let Some((visibility, name)) = modules::visibility_and_name(item)
                        && is_public(visibility)
                    {
                        let public_path = join(public_path, &name);
                        self.add_item((module.to_vec(), name), item, &public_path);
                    }
                }
            }
        }
    }

    fn visit_import(
        &mut self,
        module: &[String],
        import: &modules::Import,
        public_path: &str,
        depth: usize,
    ) {
        let name = import.name.as_deref();

        match (self.modules.resolve(module, &import.path), name) {
            (Some(Target::Module(target)), None) => {
                self.visit_module(&target, public_path, depth + 1);
            }
            (Some(Target::Module(target)), Some(name)) => {
                self.visit_module(&target, &join(public_path, name), depth + 1);
            }
            (Some(Target::Item(path)), Some(name)) => {
                if let Some(item) = self.modules.item(&path) {
                    self.add_item(path, item, &join(public_path, name));
                }
            }
            // A re-export from another crate.
            _ => {
                let declaration = format!("use {}", import.path.join("::"));
                self.api.items.insert(
                    join(public_path, name.unwrap_or("*")),
                    Entry { declaration, ..Entry::default() },
                );
            }
        }
    }

    fn add_item(&mut self, path: ItemPath, item: &Item, public_path: &str) {
        let (declaration, parts) = print::format_item(item);
        let traits = print::derived_traits(item);
        let entry = Entry { declaration, parts, traits, ..Entry::default() };

        self.api.items.insert(public_path.to_owned(), entry);
        self.public_paths.insert(path, public_path.to_owned());
    }

    /// Adds the methods and traits of `impl` blocks and of macro calls to their items.
    fn visit_implementations(&mut self) {
        let modules = self.modules;
        for (module, items) in modules.iter() {
            for item in items {
                match item {
                    Item::Impl(block) => self.visit_impl(module, block),
                    Item::Macro(item) => self.visit_macro_item(module, item),
                    _ => {}
                }
            }
        }
    }

    fn visit_macro_item(&mut self, module: &[String], item: &syn::ItemMacro) {
        if is_macro_definition_of(item, OPEN_ENUM_MACRO) {
            self.api.open_enum_members = print::list_macro_members(&item.mac.tokens);
        } else if is_macro_definition_of(item, REQUEST_MACRO) {
            self.api.request_members = print::list_macro_members(&item.mac.tokens);
        } else if is_macro_call_of(item, OPEN_ENUM_MACRO) {
            self.visit_macro_call(module, item, &["open"]);
        } else if is_macro_call_of(item, MODEL_MACRO) {
            self.visit_macro_call(module, item, &["Deserialize", "Serialize"]);
        } else if is_macro_call_of(item, SECRET_MODEL_MACRO) {
            self.visit_macro_call(module, item, &["Debug", "Deserialize", "Serialize"]);
        } else if is_macro_call_of(item, REDACTED_DEBUG_MACRO) {
            self.visit_macro_call(module, item, &["Debug"]);
        } else if is_macro_call_of(item, TAGGED_UNION_MACRO) {
            let traits = ["Deserialize<'de>", "From<Tagged>", "Lenient", "Serialize"];
            self.visit_macro_call(module, item, &traits);
        } else if is_macro_call_of(item, REQUEST_MACRO) {
            self.visit_request_macro(module, item);
        } else {
            self.visit_other_macro_call(module, &item.mac);
        }
    }

    fn entry(&mut self, module: &[String], path: &[String]) -> Option<&mut Entry> {
        let Target::Item(path) = self.modules.resolve(module, path)? else { return None };
        self.api.items.get_mut(self.public_paths.get(&path)?)
    }

    fn visit_impl(&mut self, module: &[String], block: &syn::ItemImpl) {
        let Type::Path(self_type) = block.self_ty.as_ref() else { return };
        let Some(entry) = self.entry(module, &modules::segments(&self_type.path)) else { return };

        match &block.trait_ {
            Some((_, name, _)) => {
                entry.traits.insert(print::format_trait(name));
            }
            None => entry.functions.extend(block.items.iter().filter_map(|item| match item {
                ImplItem::Fn(function) if is_public(&function.vis) => {
                    Some(print::format_method(&function.attrs, &function.sig))
                }
                ImplItem::Const(constant) if is_public(&constant.vis) => {
                    Some(print::format_constant(constant))
                }
                _ => None,
            })),
        }
    }

    /// Adds a call of a macro that is not analysed to the type that its first token names.
    fn visit_other_macro_call(&mut self, module: &[String], call: &syn::Macro) {
        let Some(TokenTree::Ident(type_name)) = call.tokens.clone().into_iter().next() else {
            return;
        };
        let Some(macro_name) = call.path.segments.last() else { return };
        let Some(entry) = self.entry(module, &[type_name.to_string()]) else { return };

        let name = format!("{}!", macro_name.ident);
        let line = format!("{name} {{ {} }}", call.tokens);
        entry.functions.insert(Member { signature: line.clone(), line, name });
    }

    /// Adds `send()` with its response type. The other methods are the same for every request.
    fn visit_request_macro(&mut self, module: &[String], call: &syn::ItemMacro) {
        let Ok(RequestMacroCall { request, kind, model }) = call.mac.parse_body() else { return };
        let Some(entry) = self.entry(module, &[request.to_string()]) else { return };

        let model = model.as_ref().map(print::format_type).unwrap_or_default();
        let signature = format!("{kind}({model})");
        let line = format!("send() gives {signature}");
        entry.functions.insert(Member { line, name: "send()".to_owned(), signature });
    }

    /// Adds the traits that a macro implements, and the wire names in its call: the values of an
    /// open enum, and the names of a model's members where they differ.
    fn visit_macro_call(&mut self, module: &[String], call: &syn::ItemMacro, traits: &[&str]) {
        let Some((name, wire_names)) = print::parse_pairs(&call.mac.tokens) else { return };
        let Some(entry) = self.entry(module, &[name]) else { return };
        entry.traits.extend(traits.iter().map(|name| (*name).to_owned()));

        for part in &mut entry.parts {
            if let Some(wire_name) = wire_names.get(&part.name) {
                part.line.push_str(&format!(" = {wire_name}"));
            }
        }
    }
}

/// A call of the macro that implements `send` for a request: `GetCluster.one(models::Cluster)`.
struct RequestMacroCall {
    request: Ident,
    kind: Ident,
    model: Option<Type>,
}

impl Parse for RequestMacroCall {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let request = input.parse()?;
        input.parse::<Token![.]>()?;
        let kind = input.parse()?;

        let model;
        syn::parenthesized!(model in input);
        let model = if model.is_empty() { None } else { Some(model.parse()?) };

        Ok(Self { request, kind, model })
    }
}

fn is_macro_definition_of(item: &syn::ItemMacro, name: &str) -> bool {
    item.ident.as_ref().is_some_and(|ident| ident == name)
}

fn is_macro_call_of(item: &syn::ItemMacro, name: &str) -> bool {
    item.ident.is_none() && item.mac.path.segments.last().is_some_and(|last| last.ident == name)
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}::{name}") }
}
