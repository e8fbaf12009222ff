//! What is inside a value: properties, the values of maps, the items of lists.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use connect_codegen::diagnostic::Result;
use serde_json::Value;

use super::Sides;
use super::change::{Change, Directions};
use super::graph::{Edge, Step};
use super::schema::Found;
use crate::change_kind::ChangeKind;
use crate::model::{Api, Fact, Node, Part, Schema, same, sorted};

type Properties<'a> = BTreeMap<&'a str, Vec<Part<'a>>>;
type Required<'a> = BTreeMap<&'a str, Rc<str>>;

pub(super) fn compare_properties<'a>(
    sides: &Sides<'a>,
    found: &mut Found<'a>,
    (base, required): (&Properties<'a>, &Required<'a>),
    revision: &Schema<'a>,
) -> Result<()> {
    let mut renames = renames(base, &revision.properties);
    let mut taken: HashSet<&str> = HashSet::new();
    for (name, old) in base {
        let renamed = renames.remove(name);
        let Some(new) = revision.properties.get(renamed.unwrap_or(name)) else {
            let needed = (required.contains_key(name), revision.required.contains_key(name));
            removed(sides, found, name, old, needed)?;
            continue;
        };

        let new_name = renamed.unwrap_or(name);
        taken.insert(new_name);
        let hidden = hidden(&sides.base, old)?.both(hidden(&sides.revision, new)?);
        let was = required.get(name);
        let is = revision.required.get(new_name);

        if renamed.is_some() {
            let class = match was.is_some() || is.is_some() {
                true => ChangeKind::RequiredPropertyRenamed,
                false => ChangeKind::OptionalPropertyRenamed,
            };
            let change = Change::new(class, found.sites(), name);
            let change = change.was(&*old[0].at, *name).is(&*new[0].at, new_name);
            let predicate = format!("calls its property `{new_name}`, and no longer `{name}`");
            found.add(change.says(predicate).hiding(hidden));
        }

        compare_required(found, new_name, (old, was), (new, is), hidden);
        let strict = was.is_some() && is.is_some();
        let step = Step::Property(new_name.to_owned());
        let (base, revision) = (old.clone(), new.clone());
        found.edges.push(Edge { base, revision, step, strict, hidden });
    }

    for (name, new) in revision.properties.iter().filter(|(name, _)| !taken.contains(*name)) {
        let needed = (required.contains_key(name), revision.required.contains_key(name));
        added(sides, found, name, new, needed)?;
    }

    compare_unlisted(found, (base, required), revision);
    Ok(())
}

fn compare_required(
    found: &mut Found,
    name: &str,
    (old, was): (&[Part], Option<&Rc<str>>),
    (new, is): (&[Part], Option<&Rc<str>>),
    hidden: Directions,
) {
    let (class, word) = match (was, is) {
        (None, Some(_)) => (ChangeKind::PropertyBecameRequired, "required"),
        (Some(_), None) => (ChangeKind::PropertyBecameOptional, "optional"),
        _ => return,
    };
    let change = Change::new(class, found.sites(), name);
    let change = change.was(&*old[0].at, was.is_some()).is(&*new[0].at, is.is_some());
    found
        .add(change.says(format!("has the property `{name}`, which is {word} now")).hiding(hidden));
}

/// Names that are required and about which nothing else is said.
fn compare_unlisted<'a>(
    found: &mut Found<'a>,
    (base, required): (&Properties<'a>, &Required<'a>),
    revision: &Schema<'a>,
) {
    let unlisted = |name: &str| !base.contains_key(name) && !revision.properties.contains_key(name);
    for (name, _) in required.iter().filter(|(name, _)| unlisted(name)) {
        if !revision.required.contains_key(name) {
            let change = Change::new(ChangeKind::PropertyBecameOptional, found.sites(), name);
            let change = change.was(format!("{}/required", found.sites.0), *name);
            found.add(change.says(format!("no longer requires `{name}`")));
        }
    }

    for (name, _) in revision.required.iter().filter(|(name, _)| unlisted(name)) {
        if !required.contains_key(name) {
            let change = Change::new(ChangeKind::PropertyBecameRequired, found.sites(), name);
            let change = change.is(format!("{}/required", found.sites.1), *name);
            found.add(change.says(format!("requires `{name}` now")));
        }
    }
}

fn removed<'a>(
    sides: &Sides<'a>,
    found: &mut Found,
    name: &str,
    old: &[Part<'a>],
    (was, is): (bool, bool),
) -> Result<()> {
    // A name can be required without a word about its property.
    let (class, predicate) = match (was, is) {
        (true, false) => {
            (ChangeKind::RequiredPropertyRemoved, "no longer has the required property")
        }
        (false, false) => {
            (ChangeKind::OptionalPropertyRemoved, "no longer has the optional property")
        }
        (true, true) => (ChangeKind::TypeWidened, "no longer says of which type is the property"),
        (false, true) => (ChangeKind::PropertyBecameRequired, "requires, and no longer describes,"),
    };
    let change = Change::new(class, found.sites(), name);
    let change = change.was(&*old[0].at, sorted(old[0].value));
    let change = change.says(format!("{predicate} `{name}`"));
    found.add(change.hiding(hidden(&sides.base, old)?));

    Ok(())
}

fn added<'a>(
    sides: &Sides<'a>,
    found: &mut Found,
    name: &str,
    new: &[Part<'a>],
    (was, is): (bool, bool),
) -> Result<()> {
    let node = Node::all(&sides.revision, new.to_vec())?;
    let defaulted = node.parts.iter().any(|part| part.value.get("default").is_some());

    let (class, predicate) = match (was, is) {
        (false, true) if defaulted => {
            (ChangeKind::DefaultedPropertyAdded, "has the new required, but defaulted property")
        }
        (false, true) => (ChangeKind::RequiredPropertyAdded, "has the new required property"),
        (false, false) => (ChangeKind::OptionalPropertyAdded, "has the new optional property"),
        (true, true) => (ChangeKind::TypeNarrowed, "says now of which type is the property"),
        (true, false) => (ChangeKind::PropertyBecameOptional, "describes, and no longer requires,"),
    };
    let change = Change::new(class, found.sites(), name);
    let change = change.is(&*new[0].at, sorted(new[0].value));
    let change = change.says(format!("{predicate} `{name}`"));
    found.add(change.hiding(hidden(&sides.revision, new)?));

    Ok(())
}

/// The directions in which a property does not travel, by `readOnly` and `writeOnly`.
fn hidden<'a>(api: &Api<'a>, parts: &[Part<'a>]) -> Result<Directions> {
    let node = Node::all(api, parts.to_vec())?;
    let on = Some(&Value::Bool(true));
    let says = |key: &str| node.parts.iter().any(|part| part.value.get(key) == on);

    Ok(match (says("readOnly"), says("writeOnly")) {
        (true, false) => Directions::REQUEST,
        (false, true) => Directions::RESPONSE,
        _ => Directions::NONE,
    })
}

/// Properties that are certainly the same under another name: the name is only spelled otherwise,
/// or one is gone and one is new, of which the same is said in words.
fn renames<'a>(base: &Properties<'a>, revision: &Properties<'a>) -> HashMap<&'a str, &'a str> {
    let lacks = |others: &Properties, name: &str| !others.contains_key(name);
    let gone = base.iter().filter(|(name, _)| lacks(revision, name));
    let new = revision.iter().filter(|(name, _)| lacks(base, name));
    let named = |(name, parts): (&&'a str, &Vec<Part<'a>>)| (*name, parts[0].value);
    certain_pairs(&gone.map(named).collect::<Vec<_>>(), &new.map(named).collect::<Vec<_>>())
}

/// A name without what people spell in several ways: case, and what parts its words.
fn letters(name: &str) -> String {
    let parts = |c: char| c == '_' || c == '-' || c.is_whitespace();
    let mut letters = String::with_capacity(name.len());
    let mut rest = name;

    while let Some(next) = rest.chars().next() {
        let after = rest.trim_start_matches(parts);
        let around = (letters.chars().next_back(), after.chars().next());

        // At an end and between digits it says more than that: `+1` is not `-1`, `1_1` not `11`.
        let parted = after.len() < rest.len()
            && matches!(around, (Some(one), Some(other)) if one.is_alphanumeric()
                && other.is_alphanumeric()
                && (one.is_alphabetic() || other.is_alphabetic()));

        match parted {
            true => rest = after,
            false => {
                letters.extend(next.to_lowercase());
                rest = &rest[next.len_utf8()..];
            }
        }
    }

    letters
}

/// Pairs names that are gone with names that are new, where that is certain.
pub(super) fn certain_pairs<'a>(
    gone: &[(&'a str, &Value)],
    new: &[(&'a str, &Value)],
) -> HashMap<&'a str, &'a str> {
    let spelled = |names: &[(&'a str, &Value)]| {
        let mut spelled: HashMap<String, Vec<&'a str>> = HashMap::new();
        for (name, _) in names {
            spelled.entry(letters(name)).or_default().push(name);
        }
        spelled
    };
    let (before, after) = (spelled(gone), spelled(new));
    let mut pairs = HashMap::new();

    for (letters, names) in &before {
        if let (&[old], Some(&[new])) = (&**names, after.get(letters).map(Vec::as_slice)) {
            pairs.insert(old, new);
        }
    }

    if let ([(old_name, old)], [(new_name, new)]) = (gone, new) {
        let words = old.get("description").and_then(Value::as_str).unwrap_or_default();
        if !words.is_empty() && same_but_name(old, new) {
            pairs.insert(*old_name, *new_name);
        }
    }

    pairs
}

/// Whether two schemas, or two parameters that are called otherwise, are the same.
fn same_but_name(old: &Value, new: &Value) -> bool {
    let unnamed = |value: &Value| {
        let mut value = value.clone();
        value.as_object_mut().map(|members| members.swap_remove("name"));
        value
    };
    same(&unnamed(old), &unnamed(new))
}

/// Compares what an object may hold beside its properties, and whether it has any of these.
pub(super) fn compare_additional<'a>(
    found: &mut Found<'a>,
    listed: (bool, bool),
    old: &[Fact<'a>],
    new: &[Fact<'a>],
) {
    let (before, after) = (Listed::of(old), Listed::of(new));
    // Without properties, and if it may have any, an object is a map.
    let is_map = |has: bool, of: &Listed| !has && !matches!(of, Listed::All);

    let shape = match (is_map(listed.0, &before), is_map(listed.1, &after)) {
        (true, false) => {
            Some((ChangeKind::PropertiesListed, "has listed properties, and is no map now"))
        }
        (false, true) => {
            Some((ChangeKind::PropertiesUnlisted, "has no listed properties, and is a map now"))
        }
        _ => None,
    };

    if let Some((class, predicate)) = shape.filter(|_| listed.0 != listed.1) {
        let change = Change::new(class, found.sites(), "properties");
        let (base, revision) = (found.sites.0.to_string(), found.sites.1.to_string());
        let change = change.was(base, listed.0).is(revision, listed.1);
        found.add(change.says(predicate));
    }

    let (class, predicate) = match (before, after) {
        (Listed::Values(old), Listed::Values(new)) => return found.inside(old, new, Step::Values),
        // Programs put values of any type into a map, and nothing into what their struct lacks.
        (Listed::Some, Listed::Values(_)) if listed == (false, false) => {
            (ChangeKind::TypeNarrowed, "says of which type its values are now")
        }
        (_, Listed::Values(_)) => (
            ChangeKind::AdditionalPropertiesAdded,
            "has values of a type beside its properties now",
        ),
        (Listed::Values(_), Listed::Some) => (
            ChangeKind::TypeWidened,
            "no longer says of which type the values are that it does not list",
        ),
        (Listed::Values(_), Listed::All) => {
            (ChangeKind::AdditionalPropertiesRemoved, "has no more properties than these now")
        }
        (Listed::All, Listed::Some) => {
            (ChangeKind::AdditionalPropertiesAdded, "may have more properties now")
        }
        (Listed::Some, Listed::All) => {
            (ChangeKind::AdditionalPropertiesRemoved, "has no more properties than these now")
        }
        (Listed::All, Listed::All) | (Listed::Some, Listed::Some) => return,
    };
    found.fact(class, old.first(), new.first(), predicate);
}

/// Which of the properties that an object may have are listed.
enum Listed<'a> {
    /// All.
    All,
    /// Some; of the others nothing is said.
    Some,
    /// Some; the others have values of a type.
    Values(Vec<Part<'a>>),
}

impl<'a> Listed<'a> {
    fn of(additional: &[Fact<'a>]) -> Self {
        if additional.iter().any(|fact| fact.value == &Value::Bool(false)) {
            return Self::All;
        }

        let part = |fact: &Fact<'a>| Part::new(fact.value, fact.pointer().into());
        match additional {
            [] => Self::Some,
            schemas => Self::Values(schemas.iter().map(part).collect()),
        }
    }
}

pub(super) fn compare_items<'a>(found: &mut Found<'a>, old: &[Part<'a>], new: &[Part<'a>]) {
    match (old, new) {
        ([], []) => {}
        ([], [new, ..]) => {
            let change = Change::new(ChangeKind::TypeNarrowed, found.sites(), "items");
            let change = change.is(&*new.at, sorted(new.value));
            found.add(change.says("says of which type its items are now"));
        }
        ([old, ..], []) => {
            let change = Change::new(ChangeKind::TypeWidened, found.sites(), "items");
            let change = change.was(&*old.at, sorted(old.value));
            found.add(change.says("no longer says of which type its items are"));
        }
        (old, new) => found.inside(old.to_vec(), new.to_vec(), Step::Items),
    }
}
