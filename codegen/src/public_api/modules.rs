//! The modules of a crate, and what a path in one of them leads to.

use std::collections::BTreeMap;
use std::path::Path;

use syn::{Item, Meta, UseTree, Visibility};

use crate::diagnostic::{Diagnostic, Result};
use crate::io::files::Files;

/// The modules of a crate, by path from its root.
pub struct Modules {
    modules: BTreeMap<Vec<String>, Vec<Item>>,
}

/// Where an item is defined: its module and its name.
pub type Place = (Vec<String>, String);

/// What a path leads to.
pub enum Found {
    /// A module of this crate.
    Module(Vec<String>),
    /// An item of this crate.
    Item(Place),
}

/// One name (or, without a name, all names) that a `use` brings in.
pub struct Import {
    pub path: Vec<String>,
    pub name: Option<String>,
}

impl Modules {
    /// Reads the modules from the files beside and below a `lib.rs`.
    pub fn read(files: &Files) -> Result<Self> {
        let mut modules = Self { modules: BTreeMap::new() };
        modules.file(files, Path::new("lib.rs"), Path::new(""), Vec::new())?;
        Ok(modules)
    }

    fn file(&mut self, files: &Files, file: &Path, folder: &Path, at: Vec<String>) -> Result<()> {
        let fault = |fault: String| Diagnostic::new(fault).in_file(file.display());
        let text = files.get(file).ok_or_else(|| fault("there is no such file".to_owned()))?;
        let parsed = syn::parse_file(text).map_err(|error| fault(error.to_string()))?;
        self.module(files, parsed.items, folder, at)
    }

    fn module(
        &mut self,
        files: &Files,
        items: Vec<Item>,
        folder: &Path,
        at: Vec<String>,
    ) -> Result<()> {
        for item in &items {
            let Item::Mod(module) = item else { continue };
            if module.attrs.iter().any(is_for_tests) {
                continue;
            }

            let name = module.ident.to_string();
            let inner_folder = folder.join(&name);
            let inner: Vec<String> = at.iter().cloned().chain([name.clone()]).collect();

            match &module.content {
                Some((_, items)) => self.module(files, items.clone(), &inner_folder, inner)?,
                None => {
                    let beside = folder.join(format!("{name}.rs"));
                    let is_beside = files.contains_key(&beside);
                    let file = if is_beside { beside } else { inner_folder.join("mod.rs") };
                    self.file(files, &file, &inner_folder, inner)?;
                }
            }
        }

        self.modules.insert(at, items);
        Ok(())
    }

    /// All modules with their items.
    pub fn all(&self) -> impl Iterator<Item = (&Vec<String>, &Vec<Item>)> {
        self.modules.iter()
    }

    /// The items of a module.
    pub fn items(&self, at: &[String]) -> &[Item] {
        self.modules.get(at).map_or(&[], Vec::as_slice)
    }

    /// The item at a place.
    pub fn item(&self, (module, name): &Place) -> Option<&Item> {
        self.items(module).iter().find(|item| named(item).is_some_and(|(_, found)| found == *name))
    }

    /// What a path in a module leads to, if that is in this crate.
    pub fn resolve(&self, at: &[String], path: &[String]) -> Option<Found> {
        self.resolve_within(at, path, 8)
    }

    fn resolve_within(&self, at: &[String], path: &[String], steps: usize) -> Option<Found> {
        let steps = steps.checked_sub(1)?;
        let Some((first, rest)) = path.split_first() else {
            return Some(Found::Module(at.to_vec()));
        };
        let parent = at.len().saturating_sub(1);

        match first.as_str() {
            "crate" => return self.resolve_within(&[], rest, steps),
            "self" => return self.resolve_within(at, rest, steps),
            "super" => return self.resolve_within(&at[..parent], rest, steps),
            _ => {}
        }

        let inner: Vec<String> = at.iter().cloned().chain([first.clone()]).collect();
        if self.modules.contains_key(&inner) {
            return self.resolve_within(&inner, rest, steps);
        }

        let place = (at.to_vec(), first.clone());
        if rest.is_empty() && self.item(&place).is_some() {
            return Some(Found::Item(place));
        }

        let uses = self.items(at).iter().filter_map(|item| match item {
            Item::Use(item) => Some(imports(&item.tree)),
            _ => None,
        });

        uses.flatten().find_map(|import| match &import.name {
            Some(name) if name == first && import.path != path => {
                let path: Vec<String> = import.path.iter().chain(rest).cloned().collect();
                self.resolve_within(at, &path, steps)
            }
            None => match self.resolve_within(at, &import.path, steps)? {
                Found::Module(module) if module != at => self.resolve_within(&module, path, steps),
                _ => None,
            },
            _ => None,
        })
    }
}

/// The names that a `use` brings in.
pub fn imports(tree: &UseTree) -> Vec<Import> {
    let below = |name: &syn::Ident, tree: &UseTree| {
        let mut inner = imports(tree);
        inner.iter_mut().for_each(|import| import.path.insert(0, name.to_string()));
        inner
    };

    match tree {
        UseTree::Path(path) => below(&path.ident, &path.tree),
        UseTree::Group(group) => group.items.iter().flat_map(imports).collect(),
        UseTree::Glob(_) => vec![Import { path: Vec::new(), name: None }],
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            vec![Import { path: vec![name.clone()], name: Some(name) }]
        }
        UseTree::Rename(rename) => vec![Import {
            path: vec![rename.ident.to_string()],
            name: Some(rename.rename.to_string()),
        }],
    }
}

/// The visibility and the name of an item that has both.
pub fn named(item: &Item) -> Option<(&Visibility, String)> {
    let (vis, name) = match item {
        Item::Struct(item) => (&item.vis, &item.ident),
        Item::Enum(item) => (&item.vis, &item.ident),
        Item::Trait(item) => (&item.vis, &item.ident),
        Item::Type(item) => (&item.vis, &item.ident),
        Item::Const(item) => (&item.vis, &item.ident),
        Item::Static(item) => (&item.vis, &item.ident),
        Item::Union(item) => (&item.vis, &item.ident),
        Item::Fn(item) => (&item.vis, &item.sig.ident),
        _ => return None,
    };

    Some((vis, name.to_string()))
}

/// The names of a path's segments.
pub fn segments(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

fn is_for_tests(attribute: &syn::Attribute) -> bool {
    matches!(&attribute.meta, Meta::List(list) if list.path.is_ident("cfg") && list.tokens.to_string() == "test")
}
