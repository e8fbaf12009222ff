//! The public surface of a crate, read from its source: no compiler is asked, so that it is the
//! same with every toolchain. A line for each thing, made for snapshots; or a shape for each, made
//! for deciding whether a program that compiled still does.

mod modules;
mod print;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::TokenTree;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, ImplItem, Item, Token, Type, Visibility};

use self::modules::{Found, Modules, Place};
use self::print::Member;
use crate::diagnostic::Result;
use crate::io::files::{self, Files};

/// The macro of the crate that gives an open enum its conversions.
const OPEN_ENUM: &str = "open_enum";

/// The macro of the crate that has a struct read and written as an object.
const MODEL: &str = "model";

/// The macro of the crate that gives a struct with secrets its `Debug`.
const DISCREET: &str = "redacted_debug";

/// The macro of the crate that has a request sent.
const SENT: &str = "sent";

/// The root of a crate that holds generated code and nothing else.
const GENERATED_IN: &str =
    "pub struct Client; mod generated; pub use generated::{models, requests};";

/// The public surface of a crate: its public items by their public paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surface {
    items: BTreeMap<String, Entry>,
    /// What every open enum has, by the macro that gives it.
    pub open_enums: String,
    /// What every request has, by the macro that gives it.
    pub sent: String,
}

/// One public item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Entry {
    /// What it is, in a line.
    head: String,
    /// Fields or variants, in their order.
    parts: Vec<Member>,
    /// Methods and associated constants.
    functions: BTreeSet<Member>,
    /// The traits that it has, derived or implemented.
    traits: BTreeSet<String>,
}

impl Surface {
    /// Reads a crate from the folder of its `lib.rs`.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut files = Files::new();
        for path in files::list(folder)? {
            if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(folder).unwrap_or(&path).to_path_buf();
                files.insert(name, files::read(&path)?);
            }
        }

        Self::of(&files)
    }

    /// The surface of code that is generated: the client's methods, requests and models.
    pub fn of_generated(generated: &Files) -> Result<Self> {
        let below =
            |(path, code): (&PathBuf, &String)| (Path::new("generated").join(path), code.clone());
        let mut files: Files = generated.iter().map(below).collect();
        files.insert("lib.rs".into(), GENERATED_IN.into());
        Self::of(&files)
    }

    /// Reads a crate from its files, by path from the folder of its `lib.rs`.
    pub fn of(files: &Files) -> Result<Self> {
        let modules = Modules::read(files)?;
        let mut walk =
            Walk { modules: &modules, surface: Self::default(), exported: BTreeMap::new() };
        walk.module(&Vec::new(), "", 0);
        walk.impls();

        Ok(walk.surface)
    }

    /// The items for whose public path the choice holds, each a line and a line for each of its
    /// parts.
    pub fn section(&self, choose: impl Fn(&str) -> bool) -> String {
        let mut text = String::new();
        for (path, entry) in self.items.iter().filter(|(path, _)| choose(path)) {
            text.push_str(&format!("{path}: {}", entry.head));

            if !entry.traits.is_empty() {
                let traits: Vec<&str> = entry.traits.iter().map(String::as_str).collect();
                text.push_str(&format!(" | {}", traits.join(" + ")));
            }

            text.push('\n');
            for Member { line, .. } in entry.parts.iter().chain(&entry.functions) {
                text.push_str(&format!("  {line}\n"));
            }
        }

        text
    }

    /// All that a program can depend on, by path, each with its shape: `models::A` and
    /// `models::A: Clone`, a field `models::A::b`, a method `Client::c()`. A program that compiled
    /// still does if every path is still there with the same shape.
    pub fn shapes(&self) -> BTreeMap<String, String> {
        let mut shapes = BTreeMap::new();
        for (path, entry) in &self.items {
            shapes.insert(path.clone(), print::shape(&entry.head));
            shapes
                .extend(entry.traits.iter().map(|name| (format!("{path}: {name}"), String::new())));
            for Member { name, shape, .. } in entry.parts.iter().chain(&entry.functions) {
                shapes.insert(format!("{path}::{name}"), shape.clone());
            }
        }

        shapes
    }
}

/// The walk from the crate's root along all that is public.
struct Walk<'a> {
    modules: &'a Modules,
    surface: Surface,
    /// The public path of each item that has one.
    exported: BTreeMap<Place, String>,
}

impl Walk<'_> {
    fn module(&mut self, at: &[String], public: &str, depth: usize) {
        let modules = self.modules;
        // A crate's modules may re-export each other in a circle.
        if depth > 16 {
            return;
        }

        for item in modules.items(at) {
            match item {
                Item::Mod(module) if is_public(&module.vis) => {
                    let name = module.ident.to_string();
                    let inner: Vec<String> = at.iter().cloned().chain([name.clone()]).collect();
                    self.module(&inner, &join(public, &name), depth + 1);
                }
                Item::Use(item) if is_public(&item.vis) => {
                    for import in modules::imports(&item.tree) {
                        self.import(at, &import, public, depth);
                    }
                }
                item => {
                    if let Some((vis, name)) = modules::named(item)
                        && is_public(vis)
                    {
                        self.item(&(at.to_vec(), name.clone()), item, &join(public, &name));
                    }
                }
            }
        }
    }

    fn import(&mut self, at: &[String], import: &modules::Import, public: &str, depth: usize) {
        let name = import.name.as_deref();
        match (self.modules.resolve(at, &import.path), name) {
            (Some(Found::Module(module)), None) => self.module(&module, public, depth + 1),
            (Some(Found::Module(module)), Some(name)) => {
                self.module(&module, &join(public, name), depth + 1);
            }
            (Some(Found::Item(place)), Some(name)) => {
                if let Some(item) = self.modules.item(&place) {
                    self.item(&place, item, &join(public, name));
                }
            }
            _ => {
                let name = name.unwrap_or("*");
                let head = format!("use {}", import.path.join("::"));
                self.surface.items.insert(join(public, name), Entry { head, ..Entry::default() });
            }
        }
    }

    fn item(&mut self, place: &Place, item: &Item, public: &str) {
        let (head, parts) = print::item(item);
        let entry = Entry { head, parts, traits: print::derives(item), ..Entry::default() };
        self.surface.items.insert(public.to_owned(), entry);
        self.exported.insert(place.clone(), public.to_owned());
    }

    fn impls(&mut self) {
        let modules = self.modules;
        for (at, items) in modules.all() {
            for item in items {
                match item {
                    Item::Impl(block) => self.implementation(at, block),
                    Item::Macro(call) if is_call(call, OPEN_ENUM) => {
                        self.called(at, call, &["open"]);
                    }
                    Item::Macro(call) if is_call(call, MODEL) => {
                        self.called(at, call, &["Deserialize", "Serialize"]);
                    }
                    Item::Macro(call) if is_call(call, DISCREET) => {
                        self.called(at, call, &["Debug"]);
                    }
                    Item::Macro(call) if is_call(call, SENT) => self.sent(at, call),
                    Item::Macro(rules) if defines(rules, OPEN_ENUM) => {
                        self.surface.open_enums = print::transcribed(&rules.mac.tokens);
                    }
                    Item::Macro(rules) if defines(rules, SENT) => {
                        self.surface.sent = print::transcribed(&rules.mac.tokens);
                    }
                    Item::Macro(call) => self.given_by_macro(at, &call.mac),
                    _ => {}
                }
            }
        }
    }

    fn entry(&mut self, at: &[String], path: &[String]) -> Option<&mut Entry> {
        let Found::Item(place) = self.modules.resolve(at, path)? else { return None };
        self.surface.items.get_mut(self.exported.get(&place)?)
    }

    fn implementation(&mut self, at: &[String], block: &syn::ItemImpl) {
        let Type::Path(of) = block.self_ty.as_ref() else { return };
        let Some(entry) = self.entry(at, &modules::segments(&of.path)) else { return };

        match &block.trait_ {
            Some((_, name, _)) => {
                entry.traits.insert(print::trait_name(name));
            }
            None => entry.functions.extend(block.items.iter().filter_map(|item| match item {
                ImplItem::Fn(function) if is_public(&function.vis) => {
                    Some(print::method(&function.attrs, &function.sig))
                }
                ImplItem::Const(constant) if is_public(&constant.vis) => {
                    Some(print::constant(constant))
                }
                _ => None,
            })),
        }
    }

    /// What another macro gives to the type that its call names first; the macro says what that is.
    fn given_by_macro(&mut self, at: &[String], call: &syn::Macro) {
        let Some(TokenTree::Ident(of)) = call.tokens.clone().into_iter().next() else { return };
        let Some(name) = call.path.segments.last().map(|name| format!("{}!", name.ident)) else {
            return;
        };
        let Some(entry) = self.entry(at, &[of.to_string()]) else { return };
        let line = format!("{name} {{ {} }}", call.tokens);
        entry.functions.insert(Member { shape: line.clone(), line, name });
    }

    /// Of what each request has the answer is its own, and stands for all of it.
    fn sent(&mut self, at: &[String], call: &syn::ItemMacro) {
        let Ok(Sent { request, kind, model }) = call.mac.parse_body() else { return };
        let Some(entry) = self.entry(at, &[request.to_string()]) else { return };
        let model = model.as_ref().map(print::ty).unwrap_or_default();
        let shape = format!("{kind}({model})");
        let name = "send()".to_owned();

        entry.functions.insert(Member { line: format!("send() gives {shape}"), name, shape });
    }

    /// What an item is on the wire stands in the call of its macro: the values of an open enum
    /// beside its variants, and the names of a model's members where they are others.
    fn called(&mut self, at: &[String], call: &syn::ItemMacro, traits: &[&str]) {
        let Some((name, values)) = print::pairs(&call.mac.tokens) else { return };
        let Some(entry) = self.entry(at, &[name]) else { return };
        entry.traits.extend(traits.iter().map(|name| (*name).to_owned()));

        for part in &mut entry.parts {
            if let Some(value) = values.get(&part.name) {
                part.line.push_str(&format!(" = {value}"));
            }
        }
    }
}

/// A call of the macro that has a request sent: `GetCluster.one(models::Cluster)`.
struct Sent {
    request: Ident,
    kind: Ident,
    model: Option<Type>,
}

impl Parse for Sent {
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

fn defines(item: &syn::ItemMacro, name: &str) -> bool {
    item.ident.as_ref().is_some_and(|own| own == name)
}

fn is_call(item: &syn::ItemMacro, name: &str) -> bool {
    item.ident.is_none() && item.mac.path.segments.last().is_some_and(|last| last.ident == name)
}

fn is_public(vis: &Visibility) -> bool {
    matches!(vis, Visibility::Public(_))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}::{name}") }
}
