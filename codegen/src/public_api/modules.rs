//! The modules of a crate, and the resolution of paths in them.

use std::collections::BTreeMap;
use std::path::Path;

use syn::{Item, Meta, UseTree, Visibility};

use crate::diagnostic::{Diagnostic, Result};
use crate::io::files::Files;

/// How many steps the resolution of a path may take. Re-exports can form a circle.
const MAX_RESOLUTION_STEPS: usize = 8;

/// The modules of a crate with their items, by path from the root.
pub struct Modules {
    modules: BTreeMap<Vec<String>, Vec<Item>>,
}

/// The module and the name of an item's definition.
pub type ItemPath = (Vec<String>, String);

/// The target of a path.
pub enum Target {
    /// A module of this crate.
    Module(Vec<String>),
    /// An item of this crate.
    Item(ItemPath),
}

/// A name that a `use` imports. Without a name, it imports everything.
pub struct Import {
    pub path: Vec<String>,
    pub name: Option<String>,
}

impl Modules {
    /// Parses the modules of a crate, from its `lib.rs`.
    pub fn parse(sources: &Files) -> Result<Self> {
        let mut modules = Self { modules: BTreeMap::new() };
        modules.parse_file(sources, Path::new("lib.rs"), Path::new(""), Vec::new())?;

        Ok(modules)
    }

    fn parse_file(
        &mut self,
        sources: &Files,
        file: &Path,
        folder: &Path,
        module: Vec<String>,
    ) -> Result<()> {
        let error = |message: String| Diagnostic::new(message).in_file(file.display());
        let text =
            sources.get(file).ok_or_else(|| error("the module's file is missing".to_owned()))?;
        let parsed = syn::parse_file(text).map_err(|syntax| error(syntax.to_string()))?;

        self.add_module(sources, parsed.items, folder, module)
    }

    /// Adds a module and its inner modules. `folder` contains the files of the inner modules.
    fn add_module(
        &mut self,
        sources: &Files,
        items: Vec<Item>,
        folder: &Path,
        module: Vec<String>,
    ) -> Result<()> {
        for item in &items {
            let Item::Mod(inner) = item else { continue };
            if inner.attrs.iter().any(is_cfg_test) {
                continue;
            }

            let name = inner.ident.to_string();
            let inner_folder = folder.join(&name);
            let inner_path = child(&module, &name);

            match &inner.content {
                Some((_, items)) => {
                    self.add_module(sources, items.clone(), &inner_folder, inner_path)?;
                }
                None => {
                    let own_file = folder.join(format!("{name}.rs"));
                    let file = if sources.contains_key(&own_file) {
                        own_file
                    } else {
                        inner_folder.join("mod.rs")
                    };
                    self.parse_file(sources, &file, &inner_folder, inner_path)?;
                }
            }
        }

        self.modules.insert(module, items);
        Ok(())
    }

    /// All modules with their items.
    pub fn iter(&self) -> impl Iterator<Item = (&Vec<String>, &Vec<Item>)> {
        self.modules.iter()
    }

    /// The items of a module.
    pub fn items(&self, module: &[String]) -> &[Item] {
        self.modules.get(module).map_or(&[], Vec::as_slice)
    }

    /// The item at a path.
    pub fn item(&self, (module, name): &ItemPath) -> Option<&Item> {
        self.items(module)
            .iter()
            .find(|item| visibility_and_name(item).is_some_and(|(_, item_name)| item_name == *name))
    }

    /// Resolves a path in a module. `None` if it refers to another crate.
    pub fn resolve(&self, module: &[String], path: &[String]) -> Option<Target> {
        self.resolve_within(module, path, MAX_RESOLUTION_STEPS)
    }

    fn resolve_within(&self, module: &[String], path: &[String], steps: usize) -> Option<Target> {
        let steps = steps.checked_sub(1)?;
        let Some((first, rest)) = path.split_first() else {
            return Some(Target::Module(module.to_vec()));
        };

        let parent = module.len().saturating_sub(1);
        match first.as_str() {
            "crate" => return self.resolve_within(&[], rest, steps),
            "self" => return self.resolve_within(module, rest, steps),
            "super" => return self.resolve_within(&module[..parent], rest, steps),
            _ => {}
        }

        let inner = child(module, first);
        if self.modules.contains_key(&inner) {
            return self.resolve_within(&inner, rest, steps);
        }

        let item_path = (module.to_vec(), first.clone());
        if rest.is_empty() && self.item(&item_path).is_some() {
            return Some(Target::Item(item_path));
        }

        self.resolve_import(module, path, steps)
    }

    /// Resolves a path whose first segment is imported by a `use`.
    fn resolve_import(&self, module: &[String], path: &[String], steps: usize) -> Option<Target> {
        let (first, rest) = path.split_first()?;
        let imports = self.items(module).iter().filter_map(|item| match item {
            Item::Use(item) => Some(list_imports(&item.tree)),
            _ => None,
        });

        imports.flatten().find_map(|import| match &import.name {
            Some(name) if name == first && import.path != path => {
                let path: Vec<String> = import.path.iter().chain(rest).cloned().collect();
                self.resolve_within(module, &path, steps)
            }
            None => match self.resolve_within(module, &import.path, steps)? {
                Target::Module(target) if target != module => {
                    self.resolve_within(&target, path, steps)
                }
                _ => None,
            },
            _ => None,
        })
    }
}

/// The path of a module inside another one.
pub fn child(module: &[String], name: &str) -> Vec<String> {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

/// The names that a `use` imports.
pub fn list_imports(tree: &UseTree) -> Vec<Import> {
    match tree {
        UseTree::Path(path) => {
            let mut imports = list_imports(&path.tree);
            for import in &mut imports {
                import.path.insert(0, path.ident.to_string());
            }
            imports
        }
        UseTree::Group(group) => group.items.iter().flat_map(list_imports).collect(),
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

/// The visibility and the name of an item, if it has both.
pub fn visibility_and_name(item: &Item) -> Option<(&Visibility, String)> {
    let (visibility, name) = match item {
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

    Some((visibility, name.to_string()))
}

/// The names of a path's segments.
pub fn segments(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

fn is_cfg_test(attribute: &syn::Attribute) -> bool {
    match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    }
}
