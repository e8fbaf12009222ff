//! Keywords without a comparison rule of their own: documentation, extensions, and unknown ones.

use std::collections::BTreeMap;

use super::change::{Change, Pointers};
use crate::change_kind::ChangeKind::{
    self, CallbackChanged, DocumentationChanged, ExtensionChanged, Unclassified, VersionChanged,
};
use crate::model::{Keyword, canonical, is_equivalent};

/// The kind of object that contains a keyword. A keyword has a meaning in some kinds only.
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
    MediaType,
    Response,
    Schema,
    Discriminator,
    SecurityScheme,
    OauthFlow,
    Server,
    ServerVariable,
}

/// The change kind of each known keyword, and the objects in which it is known.
const KEYWORDS: [(&str, ChangeKind, &[ObjectKind]); 14] = {
    use ObjectKind::*;

    [
        (
            "description",
            DocumentationChanged,
            &[
                Info,
                Path,
                Operation,
                Parameter,
                Header,
                Body,
                Response,
                Schema,
                SecurityScheme,
                Server,
                ServerVariable,
            ],
        ),
        ("summary", DocumentationChanged, &[Info, Path, Operation]),
        ("title", DocumentationChanged, &[Info, Schema]),
        ("example", DocumentationChanged, &[Parameter, Header, MediaType, Schema]),
        ("examples", DocumentationChanged, &[Parameter, Header, MediaType, Response, Schema]),
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

/// Returns the change kind of a keyword.
fn change_kind(object: ObjectKind, key: &str) -> ChangeKind {
    let known =
        KEYWORDS.iter().find(|(known, _, objects)| *known == key && objects.contains(&object));
    match known {
        Some((_, kind, _)) => *kind,
        None if key.starts_with("x-") => ExtensionChanged,
        // A path without operations is documentation.
        None if object == ObjectKind::Paths => DocumentationChanged,
        None => Unclassified,
    }
}

/// Compares keywords by key.
pub(super) fn compare<'f, 'a: 'f>(
    changes: &mut Vec<Change>,
    object: ObjectKind,
    pointers: Pointers<'_>,
    base: impl IntoIterator<Item = &'f Keyword<'a>>,
    revision: impl IntoIterator<Item = &'f Keyword<'a>>,
) {
    let mut by_key: BTreeMap<&str, (Vec<&Keyword>, Vec<&Keyword>)> = BTreeMap::new();
    for keyword in base {
        by_key.entry(keyword.key).or_default().0.push(keyword);
    }
    for keyword in revision {
        by_key.entry(keyword.key).or_default().1.push(keyword);
    }

    for (key, (base, revision)) in by_key {
        for (old, new) in pair_differences(base, revision) {
            let predicate = match (old, new) {
                (None, _) => format!("has a new `{key}`"),
                (_, None) => format!("no longer has a `{key}`"),
                _ => format!("has a different `{key}`"),
            };
            let change = Change::of_keyword(change_kind(object, key), pointers, old, new);
            changes.push(change.with_predicate(predicate));
        }
    }
}

/// Returns the keywords whose values are in one document only, in pairs: a removed value usually
/// became the added one. The order of the keywords does not matter.
pub(super) fn pair_differences<'f, 'a>(
    base: impl IntoIterator<Item = &'f Keyword<'a>>,
    revision: impl IntoIterator<Item = &'f Keyword<'a>>,
) -> Vec<(Option<&'f Keyword<'a>>, Option<&'f Keyword<'a>>)> {
    let mut added: Vec<&Keyword> = revision.into_iter().collect();
    let mut removed: Vec<&Keyword> = Vec::new();
    for old in base {
        match added.iter().position(|new| is_equivalent(old.value, new.value)) {
            Some(index) => _ = added.swap_remove(index),
            None => removed.push(old),
        }
    }

    let sort = |keywords: &mut Vec<&Keyword>| {
        if keywords.len() > 1 {
            keywords.sort_by_cached_key(|keyword| canonical(keyword.value).to_string());
        }
    };
    sort(&mut removed);
    sort(&mut added);

    let count = removed.len().max(added.len());
    (0..count).map(|index| (removed.get(index).copied(), added.get(index).copied())).collect()
}
