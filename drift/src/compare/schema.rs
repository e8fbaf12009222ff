//! Two schemas: what differs in what they say themselves, and which schemas inside them belong
//! together.

use std::rc::Rc;

use connect_codegen::diagnostic::Result;

use super::change::{Change, Directions};
use super::graph::{Edge, Step};
use super::{Sides, discriminators, object, types, unions, values};
use crate::change_kind::ChangeKind;
use crate::compare::other_keywords::{self, ObjectKind};
use crate::model::{Fact, Kinds, Node, Part, Schema, SingleUnion};

/// What comparing two schemas gives.
pub(super) struct Found<'a> {
    /// Where the schemas are written.
    pub sites: (Rc<str>, Rc<str>),
    /// The places that are compared: of what refers to a component, if not both refer to one.
    pub places: (Rc<str>, Rc<str>),
    pub changes: Vec<Change>,
    pub edges: Vec<Edge<'a>>,
}

impl<'a> Found<'a> {
    pub fn sites(&self) -> (&Rc<str>, &Rc<str>) {
        (&self.sites.0, &self.sites.1)
    }

    pub fn add(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Adds a change of what a fact says, or of whether it says anything.
    pub fn fact(
        &mut self,
        class: ChangeKind,
        old: Option<&Fact>,
        new: Option<&Fact>,
        predicate: &str,
    ) {
        let change = Change::of(class, self.sites(), old, new);
        self.add(change.says(predicate));
    }

    /// Has two schemas compared whose values are there whenever the outer value is.
    pub fn inside(&mut self, base: Vec<Part<'a>>, revision: Vec<Part<'a>>, step: Step) {
        let hidden = Directions::NONE;
        self.edges.push(Edge { base, revision, step, strict: true, hidden });
    }
}

/// Compares two schemas; `places` are those that led to them first.
pub(super) fn compare<'a>(
    sides: &Sides<'a>,
    base: &Node<'a>,
    revision: &Node<'a>,
    places: (Rc<str>, Rc<str>),
) -> Result<Found<'a>> {
    let (b, r) = read(sides, base, revision)?;
    let sites_of = (base.at().clone(), revision.at().clone());
    let refers = base.component().is_some() || revision.component().is_some();
    let elsewhere = refers && sides.one(base, revision).is_none();

    let mut found = Found {
        places: if elsewhere { places } else { sites_of.clone() },
        sites: sites_of,
        changes: Vec::new(),
        edges: Vec::new(),
    };

    // Field by field: a new field of the model does not compile until it is judged here.
    let Schema {
        kinds,
        kind,
        formats,
        nullable,
        values,
        defaults,
        patterns,
        limits,
        properties,
        required,
        additional,
        items,
        not,
        unions,
        discriminators,
        read_only,
        write_only,
        deprecated,
        rest,
    } = &b;

    let mut turned = |old: &Option<Fact>,
                      new: &Option<Fact>,
                      on: (ChangeKind, &str),
                      off: (ChangeKind, &str)| match (old, new) {
        (None, Some(_)) => found.fact(on.0, None, new.as_ref(), on.1),
        (Some(_), None) => found.fact(off.0, old.as_ref(), None, off.1),
        _ => {}
    };

    turned(
        read_only,
        &r.read_only,
        (ChangeKind::BecameReadOnly, "is read-only now"),
        (ChangeKind::BecameNotReadOnly, "is no longer read-only"),
    );

    turned(
        write_only,
        &r.write_only,
        (ChangeKind::RequiredBecameWriteOnly, "is write-only now"),
        (ChangeKind::BecameNotWriteOnly, "is no longer write-only"),
    );

    turned(
        deprecated,
        &r.deprecated,
        (ChangeKind::SchemaDeprecated, "is deprecated now"),
        (ChangeKind::SchemaReactivated, "is no longer deprecated"),
    );
    let said = (rest.values().flatten(), r.rest.values().flatten());
    let sites = (base.at(), revision.at());
    other_keywords::compare(&mut found.changes, ObjectKind::Schema, sites, said.0, said.1);
    values::compare_not(&mut found, not, &r.not);
    values::compare_defaults(&mut found, defaults, &r.defaults);
    types::compare_nullable(&mut found, nullable.as_ref(), r.nullable.as_ref());

    // What stands in the way of comparing further is one cause; but what is said beside a union
    // holds for all of its members.
    let beside = !properties.is_empty() && !r.properties.is_empty();
    match (&**unions, &*r.unions) {
        ([old, ..], []) => {
            let single = Single::Revision(&r, revision);
            if !unions::compare_single(sides, &mut found, single, old)? && !beside {
                return Ok(found);
            }
        }
        ([], [new, ..]) => {
            let single = Single::Base(&b, base);
            if !unions::compare_single(sides, &mut found, single, new)? && !beside {
                return Ok(found);
            }
        }
        (old, new) => unions::compare_all(sides, &mut found, old, new)?,
    }

    discriminators::compare(
        sides,
        &mut found,
        (discriminators, unions),
        (&r.discriminators, &r.unions),
    )?;

    if !types::compare(&mut found, (*kinds, kind.as_ref(), formats), &r) {
        return Ok(found);
    }

    values::compare_enum(&mut found, values.as_ref(), r.values.as_ref());
    values::compare_patterns(&mut found, patterns, &r.patterns);
    values::compare_limits(&mut found, limits, &r.limits);
    object::compare_properties(sides, &mut found, (properties, required), &r)?;

    let is_plain = *kinds == Kinds::OBJECT && unions.is_empty() && r.unions.is_empty();
    let listed = (!is_plain || !properties.is_empty(), !is_plain || !r.properties.is_empty());
    object::compare_additional(&mut found, listed, additional, &r.additional);
    object::compare_items(&mut found, items, &r.items);

    Ok(found)
}

/// The side that is no union, where the other one is.
pub(super) enum Single<'s, 'a> {
    Base(&'s Schema<'a>, &'s Node<'a>),
    Revision(&'s Schema<'a>, &'s Node<'a>),
}

/// Reads both. A union of one is that one, unless the other is a union as well.
fn read<'a>(
    sides: &Sides<'a>,
    base: &Node<'a>,
    revision: &Node<'a>,
) -> Result<(Schema<'a>, Schema<'a>)> {
    let mut b = Schema::read(&sides.base, base, SingleUnion::Keep)?;
    let mut r = Schema::read(&sides.revision, revision, SingleUnion::Keep)?;
    if !b.unions.is_empty() && r.unions.is_empty() {
        b = Schema::read(&sides.base, base, SingleUnion::Open)?;
    }

    if !r.unions.is_empty() && b.unions.is_empty() {
        r = Schema::read(&sides.revision, revision, SingleUnion::Open)?;
    }
    Ok((b, r))
}
