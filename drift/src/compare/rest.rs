//! What an object says that has no rule of its own: words, extensions, and what nobody knows.

use std::rc::Rc;

use super::change::Change;
use crate::class::Class;
use crate::model::{Fact, same};

/// What each key is, where it is not an extension.
const KEYS: [(&str, Class); 14] = [
    ("description", Class::DocumentationChanged),
    ("summary", Class::DocumentationChanged),
    ("title", Class::DocumentationChanged),
    ("example", Class::DocumentationChanged),
    ("examples", Class::DocumentationChanged),
    ("externalDocs", Class::DocumentationChanged),
    ("contact", Class::DocumentationChanged),
    ("license", Class::DocumentationChanged),
    ("termsOfService", Class::DocumentationChanged),
    ("tags", Class::DocumentationChanged),
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
pub(super) fn compare(
    changes: &mut Vec<Change>,
    sites: (&Rc<str>, &Rc<str>),
    base: &[Fact],
    revision: &[Fact],
) {
    for old in base {
        let new = revision.iter().find(|new| new.key == old.key);
        if !new.is_some_and(|new| same(old.value, new.value)) {
            changes.push(change(sites, Some(old), new));
        }
    }
    for new in revision.iter().filter(|new| !base.iter().any(|old| old.key == new.key)) {
        changes.push(change(sites, None, Some(new)));
    }
}

/// Compares what is said a second time and otherwise, where one document may hold copies.
pub(super) fn compare_overruled(
    changes: &mut Vec<Change>,
    sites: (&Rc<str>, &Rc<str>),
    base: &[Fact],
    revision: &[Fact],
) {
    let lacks = |facts: &[Fact], fact: &Fact| {
        !facts.iter().any(|other| other.key == fact.key && same(other.value, fact.value))
    };
    let gone = base.iter().filter(|old| lacks(revision, old));
    changes.extend(gone.map(|old| change(sites, Some(old), None)));
    let added = revision.iter().filter(|new| lacks(base, new));
    changes.extend(added.map(|new| change(sites, None, Some(new))));
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
