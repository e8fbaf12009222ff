//! What an object says that has no rule of its own: words, extensions, and what nobody knows.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::change::Change;
use crate::class::Class;
use crate::model::{Fact, same, sorted};

/// What each key is, where it is not an extension.
const KEYS: [(&str, Class); 13] = [
    ("description", Class::DocumentationChanged),
    ("summary", Class::DocumentationChanged),
    ("title", Class::DocumentationChanged),
    ("example", Class::DocumentationChanged),
    ("examples", Class::DocumentationChanged),
    ("externalDocs", Class::DocumentationChanged),
    ("contact", Class::DocumentationChanged),
    ("license", Class::DocumentationChanged),
    ("termsOfService", Class::DocumentationChanged),
    ("links", Class::DocumentationChanged),
    ("version", Class::VersionChanged),
    ("callbacks", Class::CallbackChanged),
    ("webhooks", Class::CallbackChanged),
];

/// The class of a change of what stands under a key.
fn class(key: &str) -> Class {
    match KEYS.iter().find(|(known, _)| *known == key) {
        Some((_, class)) => *class,
        None if key == "x-webhooks" => Class::CallbackChanged,
        None if key.starts_with("x-") => Class::ExtensionChanged,
        None => Class::Unclassified,
    }
}

/// Compares what stands under each key.
pub(super) fn compare<'f, 'a: 'f>(
    changes: &mut Vec<Change>,
    sites: (&Rc<str>, &Rc<str>),
    base: impl IntoIterator<Item = &'f Fact<'a>>,
    revision: impl IntoIterator<Item = &'f Fact<'a>>,
) {
    let mut new: BTreeMap<&str, &Fact> =
        revision.into_iter().map(|fact| (fact.key, fact)).collect();
    for old in base {
        let new = new.remove(old.key);
        if !new.is_some_and(|new| same(old.value, new.value)) {
            changes.push(change(sites, Some(old), new));
        }
    }
    changes.extend(new.into_values().map(|new| change(sites, None, Some(new))));
}

/// Compares what is said a second time and otherwise, where one document may hold copies.
pub(super) fn compare_overruled<'f, 'a>(
    changes: &mut Vec<Change>,
    sites: (&Rc<str>, &Rc<str>),
    base: &'f [Fact<'a>],
    revision: &'f [Fact<'a>],
) {
    let said = |fact: &Fact| format!("{} {}", fact.key, sorted(fact.value));
    let by_words = |facts: &'f [Fact<'a>]| -> BTreeMap<String, &'f Fact<'a>> {
        facts.iter().rev().map(|fact| (said(fact), fact)).collect()
    };
    let (before, after) = (by_words(base), by_words(revision));
    let gone = before.iter().filter(|(words, _)| !after.contains_key(*words));
    changes.extend(gone.map(|(_, old)| change(sites, Some(old), None)));
    let added = after.iter().filter(|(words, _)| !before.contains_key(*words));
    changes.extend(added.map(|(_, new)| change(sites, None, Some(new))));
}

fn change(sites: (&Rc<str>, &Rc<str>), old: Option<&Fact>, new: Option<&Fact>) -> Change {
    let key = old.or(new).map_or("", |fact| fact.key);
    let predicate = match (old, new) {
        (None, _) => format!("has a new `{key}`"),
        (_, None) => format!("has no `{key}` any more"),
        _ => format!("has another `{key}`"),
    };
    Change::of(class(key), sites, old, new).says(predicate)
}
