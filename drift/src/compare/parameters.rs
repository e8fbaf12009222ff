//! The parameters of an operation.

use std::collections::{HashMap, HashSet};

use connect_codegen::diagnostic::Result;

use super::change::{Change, Directions};
use super::object::certain_pairs;
use super::operation::Comparing;
use super::{bodies, operations};
use crate::change_kind::ChangeKind;
use crate::compare::other_keywords::{self, ObjectKind};
use crate::model::{Kinds, Node, Operation, Parameter, Schema, Serialization, SingleUnion, sorted};

/// Two lists of parameters, paired.
struct Paired<'o, 'a> {
    pairs: Vec<(&'o Parameter<'a>, &'o Parameter<'a>)>,
    gone: Vec<&'o Parameter<'a>>,
    new: Vec<&'o Parameter<'a>>,
}

pub(super) fn compare<'a>(
    comparing: &mut Comparing<'_, '_, 'a>,
    base: &Operation<'a>,
    revision: &Operation<'a>,
) -> Result<()> {
    let Paired { pairs, gone, new } = paired(comparing, base, revision);
    let sites = (&base.at, &revision.at);
    for old in gone {
        let class = match (old.location, old.required) {
            ("path", _) => ChangeKind::PathParameterRemoved,
            (_, true) => ChangeKind::RequiredParameterRemoved,
            (_, false) => ChangeKind::OptionalParameterRemoved,
        };
        let change = Change::new(class, sites, &key(old)).was(&*old.place, sorted(old.value));
        let predicate = format!("no longer has the {} parameter `{}`", word(old), old.name);
        comparing.add(change.says(predicate), Directions::REQUEST);
    }

    for new in new {
        let class = match (new.location, new.required) {
            ("path", _) => ChangeKind::PathParameterAdded,
            (_, true) => ChangeKind::RequiredParameterAdded,
            (_, false) => ChangeKind::OptionalParameterAdded,
        };
        let change = Change::new(class, sites, &key(new)).is(&*new.place, sorted(new.value));
        let predicate = format!("has the new {} parameter `{}`", word(new), new.name);
        comparing.add(change.says(predicate), Directions::REQUEST);
    }

    for (old, new) in pairs {
        compare_pair(comparing, old, new)?;
    }
    Ok(())
}

fn word(parameter: &Parameter) -> String {
    let required = if parameter.required { "required" } else { "optional" };
    format!("{required} {}", parameter.location)
}

fn key(parameter: &Parameter) -> String {
    match parameter.location {
        // The names of headers are not told apart by their case.
        "header" => format!("header {}", parameter.name.to_ascii_lowercase()),
        location => format!("{location} {}", parameter.name),
    }
}

/// Pairs by place in the path, by name and location, by name alone (moved), and by what is certain
/// (renamed).
fn paired<'o, 'a>(
    comparing: &mut Comparing<'_, '_, 'a>,
    base: &'o Operation<'a>,
    revision: &'o Operation<'a>,
) -> Paired<'o, 'a> {
    let mut pairs = Vec::new();
    let (mut gone, mut new): (Vec<_>, Vec<_>) =
        (base.parameters.iter().collect(), revision.parameters.iter().collect());

    let mut pair = |gone: &mut Vec<&'o Parameter<'a>>,
                    new: &mut Vec<&'o Parameter<'a>>,
                    partner: &dyn Fn(&Parameter) -> String,
                    name: &dyn Fn(&Parameter) -> String| {
        let mut places: HashMap<String, &'o Parameter<'a>> =
            new.iter().rev().map(|new| (name(new), *new)).collect();
        let start = pairs.len();

        gone.retain(|old| match places.remove(&partner(old)) {
            Some(new) => {
                pairs.push((*old, new));
                false
            }
            None => true,
        });
        let taken: HashSet<*const Parameter> =
            pairs[start..].iter().map(|(_, new)| std::ptr::from_ref(*new)).collect();
        new.retain(|new| !taken.contains(&std::ptr::from_ref(*new)));

        pairs[start..].to_vec()
    };
    let (before, after) = (operations::template(base.path), operations::template(revision.path));

    let positions: HashMap<&str, &str> = match before.len() == after.len() {
        true => before.into_iter().zip(after).collect(),
        false => HashMap::new(),
    };

    let in_path = |old: &Parameter| match positions.get(old.name) {
        Some(name) if old.location == "path" => format!("path {name}"),
        _ => key(old),
    };

    for (old, new) in pair(&mut gone, &mut new, &in_path, &key) {
        if old.location == "path" && old.name != new.name {
            let sites = (&base.path_at, &revision.path_at);
            let change = Change::new(ChangeKind::PathParameterRenamed, sites, old.name);
            let change = change.was(&*base.path_at, old.name).is(&*revision.path_at, new.name);
            let predicate =
                format!("calls its path parameter `{}`, and no longer `{}`", new.name, old.name);
            comparing.add(change.says(predicate), Directions::REQUEST);
        }
    }

    let name = |parameter: &Parameter| parameter.name.to_owned();
    for (old, new) in pair(&mut gone, &mut new, &name, &name) {
        let change = Change::new(ChangeKind::ParameterMoved, (&old.at, &new.at), &key(old));
        let change = change.was(&*old.at, old.location).is(&*new.at, new.location);

        let predicate = format!(
            "takes `{}` in its {}, and no longer in its {}",
            old.name, new.location, old.location
        );
        comparing.add(change.says(predicate), Directions::REQUEST);
    }

    let named = |list: &[&'o Parameter<'a>]| {
        let named = list.iter().filter(|parameter| parameter.location != "path");
        named.map(|parameter| (parameter.name, parameter.value)).collect::<Vec<_>>()
    };
    let renames = certain_pairs(&named(&gone), &named(&new));

    let renamed = |old: &Parameter| match renames.get(old.name) {
        Some(name) => format!("{} {name}", old.location),
        None => String::new(),
    };
    let plain = |new: &Parameter| format!("{} {}", new.location, new.name);
    for (old, new) in pair(&mut gone, &mut new, &renamed, &plain) {
        let class = match old.required || new.required {
            true => ChangeKind::RequiredParameterRenamed,
            false => ChangeKind::OptionalParameterRenamed,
        };
        let change = Change::new(class, (&old.at, &new.at), "name");
        let change = change.was(&*old.at, old.name).is(&*new.at, new.name);
        let predicate = format!("calls its parameter `{}`, and no longer `{}`", new.name, old.name);
        comparing.add(change.says(predicate), Directions::REQUEST);
    }

    Paired { pairs, gone, new }
}

fn compare_pair<'a>(
    comparing: &mut Comparing<'_, '_, 'a>,
    old: &Parameter<'a>,
    new: &Parameter<'a>,
) -> Result<()> {
    // Field by field: a new field of the model does not compile until it is judged here.
    let Parameter {
        name: _,
        location: _,
        at,
        place: _,
        required: _,
        deprecated: _,
        schema: _,
        content: _,
        serialization: _,
        value: _,
        rest,
    } = old;
    let sites = (at, &new.at);
    let name = new.name;
    let switch = |class, was: bool, is: bool, predicate: String| {
        Change::new(class, sites, "").was(&*old.at, was).is(&*new.at, is).says(predicate)
    };

    if old.required != new.required {
        let (class, word) = match new.required {
            true => (ChangeKind::ParameterBecameRequired, "required"),
            false => (ChangeKind::ParameterBecameOptional, "optional"),
        };
        let predicate = format!("has the parameter `{name}`, which is {word} now");
        comparing.add(switch(class, old.required, new.required, predicate), Directions::REQUEST);
    }

    if old.deprecated != new.deprecated {
        let (class, word) = match new.deprecated {
            true => (ChangeKind::ParameterDeprecated, "deprecated now"),
            false => (ChangeKind::ParameterReactivated, "no longer deprecated"),
        };
        let predicate = format!("has the parameter `{name}`, which is {word}");
        comparing
            .add(switch(class, old.deprecated, new.deprecated, predicate), Directions::REQUEST);
    }

    let label = format!("the parameter `{name}` of {}", comparing.name());
    let mut changes = Vec::new();
    other_keywords::compare(&mut changes, ObjectKind::Parameter, sites, rest, &new.rest);
    compare_value(comparing, &label, &mut changes, (old, new), Directions::REQUEST)?;
    comparing.add_all(&label, changes, Directions::REQUEST);

    Ok(())
}

/// Compares what a parameter or a header holds, and how that is written.
pub(super) fn compare_value<'a>(
    comparing: &mut Comparing<'_, '_, 'a>,
    label: &str,
    changes: &mut Vec<Change>,
    (old, new): (&Parameter<'a>, &Parameter<'a>),
    directions: Directions,
) -> Result<()> {
    let sites = (&old.at, &new.at);
    for (class, predicate) in written(comparing, old, new)? {
        let change = Change::new(class, sites, "");
        let change = change.was(&*old.at, sorted(old.value)).is(&*new.at, sorted(new.value));
        changes.push(change.says(predicate));
    }

    if is_by_content(old) && is_by_content(new) {
        let content = (&*old.content, &*new.content);
        return bodies::compare_content(comparing, label, sites, content, directions);
    }

    let says = |node: &&Node| !node.is_anything();
    match (value(old).filter(says), value(new).filter(says)) {
        (Some(base), Some(revision)) => {
            let strict = old.required && new.required || directions == Directions::HEADER;
            comparing.schemas(label, (base, revision), directions, strict);
        }
        (None, Some(node)) => {
            let change = Change::new(ChangeKind::TypeNarrowed, sites, "schema");
            let change = change.is(&**node.at(), sorted(node.parts[0].value));
            changes.push(change.says("has a schema now"));
        }
        (Some(node), None) => {
            let change = Change::new(ChangeKind::TypeWidened, sites, "schema");
            let change = change.was(&**node.at(), sorted(node.parts[0].value));
            changes.push(change.says("no longer has a schema"));
        }
        (None, None) => {}
    }

    Ok(())
}

/// Whether the value is written in a media type.
fn is_by_content(parameter: &Parameter) -> bool {
    parameter.schema.is_none() && !parameter.content.is_empty()
}

/// What the value is, by whichever way it is written.
fn value<'p, 'a>(parameter: &'p Parameter<'a>) -> Option<&'p Node<'a>> {
    parameter.schema.as_ref().or_else(|| parameter.content.first()?.schema.as_ref())
}

/// In which ways a value is written otherwise: only lists and objects know more than one, and what
/// has moved is written as its new place wants it.
fn written<'a>(
    comparing: &Comparing<'_, '_, 'a>,
    old: &Parameter<'a>,
    new: &Parameter<'a>,
) -> Result<Vec<(ChangeKind, &'static str)>> {
    let otherwise = (ChangeKind::ParameterSerializationChanged, "is written another way now");
    match (is_by_content(old), is_by_content(new)) {
        _ if old.location != new.location => return Ok(Vec::new()),
        (true, true) => return Ok(Vec::new()),
        (false, false) => {}
        _ => return Ok(vec![otherwise]),
    }

    // Field by field: a new field of the model does not compile until it is judged here.
    let Serialization { style, explode, reserved, empty } = old.serialization;
    let is = new.serialization;
    let mut ways = Vec::new();

    let mut turned = |was: bool, is: bool, on: &'static str, off: &'static str| match (was, is) {
        (false, true) => ways.push((ChangeKind::ParameterSerializationLoosened, on)),
        (true, false) => ways.push((ChangeKind::ParameterSerializationTightened, off)),
        _ => {}
    };

    turned(
        reserved,
        is.reserved,
        "may hold reserved characters as they are now",
        "may no longer hold reserved characters as they are",
    );
    turned(empty, is.empty, "may come without a value now", "may no longer come without a value");
    let many = |kinds: Kinds| kinds.meets(Kinds::ARRAY) || kinds.meets(Kinds::OBJECT);
    let mut either = false;

    for (api, parameter) in [(&comparing.sides.base, old), (&comparing.sides.revision, new)] {
        if let Some(node) = &parameter.schema {
            let schema = Schema::read(api, node, SingleUnion::Open)?;
            either |= schema.kinds != Kinds::ANY && many(schema.kinds);
        }
    }

    if either && (style, explode) != (is.style, is.explode) {
        ways.push(otherwise);
    }
    Ok(ways)
}
