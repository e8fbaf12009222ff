//! Compares the content of values: properties of objects, values of maps, items of lists.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use connect_codegen::diagnostic::Result;
use serde_json::Value;

use super::change::{Change, Directions};
use super::context::Context;
use super::renames::{Named, find_renames};
use super::schema_diff::{NestedPair, SchemaDiff, Step};
use crate::change_kind::ChangeKind;
use crate::model::{Keyword, Located, Resolver, Schema, SchemaNode, canonical};

type Properties<'a> = BTreeMap<&'a str, Vec<Located<'a>>>;
type Required<'a> = BTreeMap<&'a str, Rc<str>>;

/// A property of one document.
#[derive(Clone, Copy)]
struct Property<'s, 'a> {
    name: &'a str,
    schemas: &'s [Located<'a>],
    is_required: bool,
    /// The directions in which the property is not transmitted.
    hidden: Directions,
}

impl<'s, 'a> Property<'s, 'a> {
    fn new(
        resolver: &Resolver<'a>,
        name: &'a str,
        schemas: &'s [Located<'a>],
        required: &Required<'a>,
    ) -> Result<Self> {
        let is_required = required.contains_key(name);
        let hidden = hidden_directions(resolver, schemas)?;
        Ok(Self { name, schemas, is_required, hidden })
    }

    fn pointer(self) -> &'s str {
        &self.schemas[0].pointer
    }

    fn value(self) -> Value {
        canonical(self.schemas[0].value)
    }
}

pub(super) fn compare_properties<'a>(
    context: &Context<'a>,
    diff: &mut SchemaDiff<'a>,
    (properties, required): (&Properties<'a>, &Required<'a>),
    revision: &Schema<'a>,
) -> Result<()> {
    let (base_resolver, revision_resolver) = (&context.base.resolver, &context.revision.resolver);
    let renames = find_property_renames(properties, &revision.properties);
    let mut matched: HashSet<&str> = HashSet::new();

    for (name, schemas) in properties {
        let old = Property::new(base_resolver, name, schemas, required)?;
        let new_name = renames.get(name).unwrap_or(name);

        match revision.properties.get(new_name) {
            Some(schemas) => {
                let new = Property::new(revision_resolver, new_name, schemas, &revision.required)?;
                matched.insert(new_name);
                compare_property(diff, old, new);
            }
            None => {
                let still_required = revision.required.contains_key(name);
                diff.add(removed_property(diff, old, still_required));
            }
        }
    }

    for (name, schemas) in &revision.properties {
        if !matched.contains(name) {
            let new = Property::new(revision_resolver, name, schemas, &revision.required)?;
            let has_default = has_default(revision_resolver, schemas)?;
            let was_required = required.contains_key(name);
            diff.add(added_property(diff, new, was_required, has_default));
        }
    }

    compare_undescribed(diff, (properties, required), revision);
    Ok(())
}

fn compare_property<'a>(diff: &mut SchemaDiff<'a>, old: Property<'_, 'a>, new: Property<'_, 'a>) {
    let hidden = old.hidden.intersection(new.hidden);

    if old.name != new.name {
        let kind = match old.is_required || new.is_required {
            true => ChangeKind::RequiredPropertyRenamed,
            false => ChangeKind::OptionalPropertyRenamed,
        };
        let change = Change::new(kind, diff.pointers(), old.name)
            .with_old(old.pointer(), old.name)
            .with_new(new.pointer(), new.name)
            .with_predicate(format!("renames the property `{}` to `{}`", old.name, new.name));
        diff.add(change.with_hidden(hidden));
    }

    if old.is_required != new.is_required {
        let (kind, word) = match new.is_required {
            true => (ChangeKind::PropertyBecameRequired, "required"),
            false => (ChangeKind::PropertyBecameOptional, "optional"),
        };
        let change = Change::new(kind, diff.pointers(), new.name)
            .with_old(old.pointer(), old.is_required)
            .with_new(new.pointer(), new.is_required)
            .with_predicate(format!("has the property `{}`, which is now {word}", new.name));
        diff.add(change.with_hidden(hidden));
    }

    diff.nested.push(NestedPair {
        base: old.schemas.to_vec(),
        revision: new.schemas.to_vec(),
        step: Step::Property(new.name.to_owned()),
        is_required: old.is_required && new.is_required,
        hidden,
    });
}

/// Compares names that are required although neither document describes a property of that name.
fn compare_undescribed<'a>(
    diff: &mut SchemaDiff<'a>,
    (properties, required): (&Properties<'a>, &Required<'a>),
    revision: &Schema<'a>,
) {
    let is_undescribed =
        |name: &&&str| !properties.contains_key(*name) && !revision.properties.contains_key(*name);

    for name in required.keys().filter(is_undescribed) {
        if !revision.required.contains_key(name) {
            let pointer = format!("{}/required", diff.schema_pointers.0);
            let change = Change::new(ChangeKind::PropertyBecameOptional, diff.pointers(), name)
                .with_old(pointer, *name)
                .with_predicate(format!("no longer requires `{name}`"));
            diff.add(change);
        }
    }

    for name in revision.required.keys().filter(is_undescribed) {
        if !required.contains_key(name) {
            let pointer = format!("{}/required", diff.schema_pointers.1);
            let change = Change::new(ChangeKind::PropertyBecameRequired, diff.pointers(), name)
                .with_new(pointer, *name)
                .with_predicate(format!("now requires `{name}`"));
            diff.add(change);
        }
    }
}

fn removed_property(diff: &SchemaDiff, old: Property, still_required: bool) -> Change {
    // A property can be required without being described.
    let (kind, predicate) = match (old.is_required, still_required) {
        (true, false) => {
            (ChangeKind::RequiredPropertyRemoved, "no longer has the required property")
        }
        (false, false) => {
            (ChangeKind::OptionalPropertyRemoved, "no longer has the optional property")
        }
        (true, true) => (ChangeKind::TypeWidened, "no longer describes the property"),
        (false, true) => {
            (ChangeKind::PropertyBecameRequired, "requires, but no longer describes, the property")
        }
    };

    Change::new(kind, diff.pointers(), old.name)
        .with_old(old.pointer(), old.value())
        .with_predicate(format!("{predicate} `{}`", old.name))
        .with_hidden(old.hidden)
}

fn added_property(
    diff: &SchemaDiff,
    new: Property,
    was_required: bool,
    has_default: bool,
) -> Change {
    let name = new.name;
    let (kind, predicate) = match (was_required, new.is_required) {
        (false, true) if has_default => (
            ChangeKind::DefaultedPropertyAdded,
            format!("has the new required property `{name}` with a default"),
        ),
        (false, true) => {
            (ChangeKind::RequiredPropertyAdded, format!("has the new required property `{name}`"))
        }
        (false, false) => {
            (ChangeKind::OptionalPropertyAdded, format!("has the new optional property `{name}`"))
        }
        (true, true) => (ChangeKind::TypeNarrowed, format!("now describes the property `{name}`")),
        (true, false) => (
            ChangeKind::PropertyBecameOptional,
            format!("describes, but no longer requires, the property `{name}`"),
        ),
    };

    Change::new(kind, diff.pointers(), name)
        .with_new(new.pointer(), new.value())
        .with_predicate(predicate)
        .with_hidden(new.hidden)
}

fn has_default<'a>(resolver: &Resolver<'a>, schemas: &[Located<'a>]) -> Result<bool> {
    let node = SchemaNode::from_parts(resolver, schemas.to_vec())?;
    Ok(node.parts.iter().any(|part| part.value.get("default").is_some()))
}

/// Returns the directions in which a property is not transmitted, according to `readOnly` and
/// `writeOnly`.
fn hidden_directions<'a>(resolver: &Resolver<'a>, schemas: &[Located<'a>]) -> Result<Directions> {
    let node = SchemaNode::from_parts(resolver, schemas.to_vec())?;
    let is_set =
        |key: &str| node.parts.iter().any(|part| part.value.get(key) == Some(&Value::Bool(true)));

    Ok(match (is_set("readOnly"), is_set("writeOnly")) {
        (true, false) => Directions::REQUEST,
        (false, true) => Directions::RESPONSE,
        _ => Directions::NONE,
    })
}

fn find_property_renames<'a>(
    base: &Properties<'a>,
    revision: &Properties<'a>,
) -> HashMap<&'a str, &'a str> {
    find_renames(&properties_only_in(base, revision), &properties_only_in(revision, base))
}

fn properties_only_in<'a>(
    properties: &Properties<'a>,
    other: &Properties<'a>,
) -> Vec<Named<'a, 'a>> {
    let unmatched = properties.iter().filter(|(name, _)| !other.contains_key(*name));
    unmatched.map(|(name, schemas)| (*name, schemas[0].value)).collect()
}

/// Compares the unlisted properties of an object; `has_properties` tells for each document whether
/// the object has listed ones.
pub(super) fn compare_additional<'a>(
    diff: &mut SchemaDiff<'a>,
    has_properties: (bool, bool),
    old: &[Keyword<'a>],
    new: &[Keyword<'a>],
) {
    let (before, after) = (Unlisted::new(old), Unlisted::new(new));
    compare_map_shape(diff, has_properties, &before, &after);

    let (kind, predicate) = match (before, after) {
        (Unlisted::Typed(old), Unlisted::Typed(new)) => {
            diff.add_nested(old, new, Step::Values);
            return;
        }
        // Programs put values of any type into a map, but nothing into a struct without the field.
        (Unlisted::Untyped, Unlisted::Typed(_)) if has_properties == (false, false) => {
            (ChangeKind::TypeNarrowed, "now defines the type of its values")
        }
        (_, Unlisted::Typed(_)) => (
            ChangeKind::AdditionalPropertiesAdded,
            "now allows unlisted properties of a defined type",
        ),
        (Unlisted::Typed(_), Unlisted::Untyped) => {
            (ChangeKind::TypeWidened, "no longer defines the type of unlisted properties")
        }
        (Unlisted::Forbidden, Unlisted::Untyped) => {
            (ChangeKind::AdditionalPropertiesAdded, "now allows unlisted properties")
        }
        (Unlisted::Typed(_) | Unlisted::Untyped, Unlisted::Forbidden) => {
            (ChangeKind::AdditionalPropertiesRemoved, "no longer allows unlisted properties")
        }
        (Unlisted::Forbidden, Unlisted::Forbidden) | (Unlisted::Untyped, Unlisted::Untyped) => {
            return;
        }
    };
    diff.add_keyword_change(kind, old.first(), new.first(), predicate);
}

/// Compares whether an object is a map: it allows unlisted properties and has no listed ones.
fn compare_map_shape(
    diff: &mut SchemaDiff,
    has_properties: (bool, bool),
    before: &Unlisted,
    after: &Unlisted,
) {
    let is_map = |has_properties: bool, unlisted: &Unlisted| {
        !has_properties && !matches!(unlisted, Unlisted::Forbidden)
    };

    let (kind, predicate) =
        match (is_map(has_properties.0, before), is_map(has_properties.1, after)) {
            (true, false) => {
                (ChangeKind::PropertiesListed, "now has listed properties: a map becomes a struct")
            }
            (false, true) => (
                ChangeKind::PropertiesUnlisted,
                "no longer has listed properties: a struct becomes a map",
            ),
            _ => return,
        };

    if has_properties.0 != has_properties.1 {
        let change = Change::new(kind, diff.pointers(), "properties")
            .with_old(&*diff.schema_pointers.0, has_properties.0)
            .with_new(&*diff.schema_pointers.1, has_properties.1)
            .with_predicate(predicate);
        diff.add(change);
    }
}

/// The unlisted properties of an object.
enum Unlisted<'a> {
    /// Unlisted properties are forbidden.
    Forbidden,
    /// Unlisted properties of any type are allowed.
    Untyped,
    /// Unlisted properties of the given schemas are allowed.
    Typed(Vec<Located<'a>>),
}

impl<'a> Unlisted<'a> {
    fn new(additional: &[Keyword<'a>]) -> Self {
        if additional.iter().any(|keyword| keyword.value == &Value::Bool(false)) {
            return Self::Forbidden;
        }

        match additional {
            [] => Self::Untyped,
            keywords => Self::Typed(
                keywords
                    .iter()
                    .map(|keyword| Located::new(keyword.value, keyword.pointer()))
                    .collect(),
            ),
        }
    }
}

pub(super) fn compare_items<'a>(
    diff: &mut SchemaDiff<'a>,
    old: &[Located<'a>],
    new: &[Located<'a>],
) {
    match (old, new) {
        ([], []) => {}
        ([], [new, ..]) => {
            let change = Change::new(ChangeKind::TypeNarrowed, diff.pointers(), "items")
                .with_new(&*new.pointer, canonical(new.value))
                .with_predicate("now defines the type of its items");
            diff.add(change);
        }
        ([old, ..], []) => {
            let change = Change::new(ChangeKind::TypeWidened, diff.pointers(), "items")
                .with_old(&*old.pointer, canonical(old.value))
                .with_predicate("no longer defines the type of its items");
            diff.add(change);
        }
        (old, new) => diff.add_nested(old.to_vec(), new.to_vec(), Step::Items),
    }
}
