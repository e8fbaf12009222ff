//! What an object says that has no rule of its own: words, extensions, and what nobody knows.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::change::Change;
use crate::change_kind::ChangeKind::{
    self, CallbackChanged, DocumentationChanged, ExtensionChanged, Unclassified, VersionChanged,
};
use crate::model::{Fact, same, sorted};

/// What kind of object says something: a word has its meaning in some only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ObjectKind {
    Document,
    Info,
    Paths,
    Path,
    Operation,
    Parameter,
    Header,
    Body,
    Media,
    Response,
    Schema,
    Discriminator,
    Scheme,
    Flow,
    Server,
    Variable,
}

/// What each key is in some kinds of objects, where it is not an extension.
const KEYS: [(&str, ChangeKind, &[ObjectKind]); 14] = {
    use ObjectKind::*;

    [
        (
            "description",
            DocumentationChanged,
            &[
                Info, Path, Operation, Parameter, Header, Body, Response, Schema, Scheme, Server,
                Variable,
            ],
        ),
        ("summary", DocumentationChanged, &[Info, Path, Operation]),
        ("title", DocumentationChanged, &[Info, Schema]),
        ("example", DocumentationChanged, &[Parameter, Header, Media, Schema]),
        ("examples", DocumentationChanged, &[Parameter, Header, Media, Response, Schema]),
        ("externalDocs", DocumentationChanged, &[Document, Operation, Schema]),
        ("contact", DocumentationChanged, &[Info]),
        ("license", DocumentationChanged, &[Info]),
        ("termsOfService", DocumentationChanged, &[Info]),
        ("links", DocumentationChanged, &[Response]),
        ("version", VersionChanged, &[Info]),
        ("callbacks", CallbackChanged, &[Operation]),
        ("webhooks", CallbackChanged, &[Document]),
        ("x-webhooks", CallbackChanged, &[Document]),
    ]
};

/// The class of a change of what stands under a key.
fn class(holder: ObjectKind, key: &str) -> ChangeKind {
    let known = KEYS.iter().find(|(known, _, holders)| *known == key && holders.contains(&holder));
    match known {
        Some((_, class, _)) => *class,
        None if key.starts_with("x-") => ExtensionChanged,
        // A path without operations is a word.
        None if holder == ObjectKind::Paths => DocumentationChanged,
        None => Unclassified,
    }
}

/// Compares what stands under each key.
pub(super) fn compare<'f, 'a: 'f>(
    changes: &mut Vec<Change>,
    holder: ObjectKind,
    sites: (&Rc<str>, &Rc<str>),
    base: impl IntoIterator<Item = &'f Fact<'a>>,
    revision: impl IntoIterator<Item = &'f Fact<'a>>,
) {
    let mut keys: BTreeMap<&str, (Vec<&Fact>, Vec<&Fact>)> = BTreeMap::new();
    base.into_iter().for_each(|fact| keys.entry(fact.key).or_default().0.push(fact));
    revision.into_iter().for_each(|fact| keys.entry(fact.key).or_default().1.push(fact));

    for (key, (base, revision)) in keys {
        for (old, new) in differing(base, revision) {
            let predicate = match (old, new) {
                (None, _) => format!("has a new `{key}`"),
                (_, None) => format!("has no `{key}` any more"),
                _ => format!("has another `{key}`"),
            };
            changes.push(Change::of(class(holder, key), sites, old, new).says(predicate));
        }
    }
}

/// What is said in one document and not in the other, in whichever order: paired, since what is gone
/// has mostly become what is new.
pub(super) fn differing<'f, 'a>(
    base: impl IntoIterator<Item = &'f Fact<'a>>,
    revision: impl IntoIterator<Item = &'f Fact<'a>>,
) -> Vec<(Option<&'f Fact<'a>>, Option<&'f Fact<'a>>)> {
    let mut new: Vec<&Fact> = revision.into_iter().collect();
    let mut gone: Vec<&Fact> = Vec::new();
    for old in base {
        match new.iter().position(|new| same(old.value, new.value)) {
            Some(at) => _ = new.swap_remove(at),
            None => gone.push(old),
        }
    }

    let order = |facts: &mut Vec<&Fact>| {
        if facts.len() > 1 {
            facts.sort_by_cached_key(|fact| sorted(fact.value).to_string());
        }
    };
    order(&mut gone);
    order(&mut new);

    let count = gone.len().max(new.len());
    (0..count).map(|at| (gone.get(at).copied(), new.get(at).copied())).collect()
}
