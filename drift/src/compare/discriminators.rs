//! What tells the members of a union apart: a property, and its values.

use std::collections::{BTreeSet, HashMap};

use connect_codegen::diagnostic::{Result, unescaped_segment};
use serde_json::{Value, json};

use super::Sides;
use super::change::Change;
use super::graph::Step;
use super::schema::Found;
use super::unions::{self, Partners};
use crate::change_kind::ChangeKind;
use crate::compare::other_keywords::{self, ObjectKind};
use crate::model::{Api, Discriminator, Node, Schema, SingleUnion, Union};

/// What a schema says of how its members are told, and the unions that list them.
type Said<'s, 'a> = (&'s [Discriminator<'a>], &'s [Union<'a>]);

/// The union that a discriminator is for: that of the part that says it.
fn union_of<'s, 'a>(told: &Discriminator, unions: &'s [Union<'a>]) -> Option<&'s Union<'a>> {
    unions.iter().find(|union| union.fact.at == told.fact.at)
}

pub(super) fn compare<'a>(
    sides: &Sides<'a>,
    found: &mut Found<'a>,
    base: Said<'_, 'a>,
    revision: Said<'_, 'a>,
) -> Result<()> {
    for at in 0..base.0.len().max(revision.0.len()) {
        match (base.0.get(at), revision.0.get(at)) {
            (Some(old), Some(new)) => {
                let (was, is) = (union_of(old, base.1), union_of(new, revision.1));
                compare_one(sides, found, (old, was), (new, is))?;
            }
            (None, Some(new)) => {
                let predicate = format!("is told by its property `{}` now", new.property);
                found.fact(ChangeKind::DiscriminatorChanged, None, Some(&new.fact), &predicate);
            }
            (Some(old), None) => {
                let predicate = format!("is no longer told by its property `{}`", old.property);
                found.fact(ChangeKind::DiscriminatorChanged, Some(&old.fact), None, &predicate);
            }
            (None, None) => {}
        }
    }

    Ok(())
}

fn compare_one<'a>(
    sides: &Sides<'a>,
    found: &mut Found<'a>,
    (old, old_union): (&Discriminator<'a>, Option<&Union<'a>>),
    (new, new_union): (&Discriminator<'a>, Option<&Union<'a>>),
) -> Result<()> {
    // Field by field: a new field of the model does not compile until it is judged here.
    let Discriminator { property, mapping: _, fact, rest } = old;
    if *property != new.property {
        let (before, after) = (*property, new.property);
        let change = Change::new(ChangeKind::DiscriminatorChanged, found.sites(), "discriminator");
        let change = change.was(fact.pointer(), before).is(new.fact.pointer(), after);
        found.add(
            change.says(format!("is told by its property `{after}`, and no longer `{before}`")),
        );
    }

    let sites = (&fact.pointer().into(), &new.fact.pointer().into());
    other_keywords::compare(&mut found.changes, ObjectKind::Discriminator, sites, rest, &new.rest);
    let base = Side::of(&sides.base, old, old_union)?;
    let revision = Side::of(&sides.revision, new, new_union)?;

    compare_members(sides, found, &base, &revision)
}

/// One of those that are told apart.
struct Told<'a> {
    /// The component's name, if it is one. An inline schema cannot be told.
    name: Option<String>,
    /// Its schema, unless nothing in the document has the name.
    node: Option<Node<'a>>,
    /// The values that tell it: those that are mapped to it, else its name.
    tags: BTreeSet<String>,
}

/// A discriminator with those that it tells apart: the members of the union, and what else it names.
/// Without a union these are all components that have the schema for a part.
struct Side<'s, 'a> {
    told: Vec<Told<'a>>,
    discriminator: &'s Discriminator<'a>,
    union: Option<&'s Union<'a>>,
    /// The properties that all of them have from what they are parts of.
    inherited: BTreeSet<&'a str>,
}

impl<'s, 'a> Side<'s, 'a> {
    fn of(
        api: &Api<'a>,
        discriminator: &'s Discriminator<'a>,
        union: Option<&'s Union<'a>>,
    ) -> Result<Self> {
        let members = union.map_or(&[][..], |union| &union.members).iter();
        let mut told: Vec<Told<'a>> = members
            .map(|member| Told {
                name: member.node.component(),
                node: Some(member.node.clone()),
                tags: BTreeSet::new(),
            })
            .collect();

        let mut places = HashMap::new();
        for (at, of) in told.iter().enumerate() {
            of.name.iter().for_each(|name| _ = places.entry(name.clone()).or_insert(at));
        }

        let mut place = |name: String| {
            *places.entry(name.clone()).or_insert_with(|| {
                let node = api.component(&name).map(|part| Node { parts: vec![part] });
                told.push(Told { name: Some(name), node, tags: BTreeSet::new() });
                told.len() - 1
            })
        };

        let mapped: Vec<(usize, &str)> = discriminator
            .mapping
            .iter()
            .map(|(tag, target)| (place(last(target.as_str().unwrap_or_default())), *tag))
            .collect();
        let mut inherited = BTreeSet::new();
        if union.is_none()
            && let Some(teller) = discriminator.fact.component()
        {
            api.heirs(&teller).iter().for_each(|heir| _ = place((*heir).to_owned()));
            if let Some(part) = api.component(&teller) {
                let schema = Schema::read(api, &Node { parts: vec![part] }, SingleUnion::Open)?;
                inherited = schema.properties.into_keys().collect();
            }
        }

        for (at, tag) in mapped {
            told[at].tags.insert(tag.to_owned());
        }

        for of in told.iter_mut().filter(|of| of.tags.is_empty()) {
            of.tags.extend(of.name.clone());
        }
        Ok(Self { told, discriminator, union, inherited })
    }

    /// How many are members of the union, whose coming and going is a change of the union.
    fn united(&self) -> usize {
        self.union.map_or(0, |union| union.members.len())
    }

    fn pointer(&self) -> String {
        self.discriminator.fact.pointer()
    }

    fn each(&self, key: impl Fn(&Told<'a>) -> Option<String>) -> Vec<Option<String>> {
        self.told.iter().map(key).collect()
    }
}

/// The name at the end of a reference.
fn last(reference: &str) -> String {
    unescaped_segment(reference.rsplit('/').next().unwrap_or_default())
}

/// Which of the revision each of the base is: as in the union, else by name, by what tells it, or,
/// of components that inherit, by what it is like.
fn partners<'a>(
    sides: &Sides<'a>,
    base: &Side<'_, 'a>,
    revision: &Side<'_, 'a>,
) -> Result<Vec<Option<usize>>> {
    let mut partners = match (base.union, revision.union) {
        (Some(old), Some(new)) => {
            let known = unions::matched(sides, &old.members, &new.members)?;
            Partners::new(known, base.told.len(), revision.told.len())
        }
        _ => Partners::new(Vec::new(), base.told.len(), revision.told.len()),
    };
    let name = |of: &Told| of.name.clone();
    let tags = |of: &Told| Some(json!(of.tags).to_string()).filter(|_| !of.tags.is_empty());
    partners.pair(&base.each(name), &revision.each(name));
    partners.pair(&base.each(tags), &revision.each(tags));

    if base.union.is_none() && revision.union.is_none() {
        let inherited = base.inherited.union(&revision.inherited).copied().collect();
        partners.pair_alike(|old, new| match (&base.told[old].node, &revision.told[new].node) {
            (Some(old), Some(new)) => unions::alike(sides, old, new, &inherited),
            _ => Ok(false),
        })?;
    }

    Ok(partners.of)
}

fn compare_members<'a>(
    sides: &Sides<'a>,
    found: &mut Found<'a>,
    base: &Side<'_, 'a>,
    revision: &Side<'_, 'a>,
) -> Result<()> {
    let listed = base.union.is_some() || revision.union.is_some();
    let partners = partners(sides, base, revision)?;
    for (at, old) in base.told.iter().enumerate() {
        match partners[at].map(|at| &revision.told[at]) {
            Some(new) => {
                compare_tags(found, (base, old), (revision, new));
                if let (false, Some(old), Some(new)) = (listed, &old.node, &new.node) {
                    found.inside(old.parts.clone(), new.parts.clone(), Step::Member);
                }
            }
            None if base.union.is_none() => {
                let name = old.name.as_deref().unwrap_or_default();
                let change = Change::new(ChangeKind::UnionMemberRemoved, found.sites(), name);
                let change = change.was(base.pointer(), several(&old.tags));
                found.add(change.says(format!("no longer has the member `{name}`")));
            }
            None if at >= base.united() => gone(found, base, revision, old, &old.tags),
            None => {}
        }
    }

    let taken: BTreeSet<usize> = partners.into_iter().flatten().collect();
    for (at, new) in revision.told.iter().enumerate().filter(|(at, _)| !taken.contains(at)) {
        if revision.union.is_none() {
            let name = new.name.as_deref().unwrap_or_default();
            let change = Change::new(ChangeKind::UnionMemberAdded, found.sites(), name);
            let change = change.is(revision.pointer(), several(&new.tags));
            found.add(change.says(format!("has the member `{name}` as well")));
        } else if at >= revision.united() {
            come(found, base, revision, new, &new.tags);
        }
    }

    Ok(())
}

/// One value as it is, several as a list.
fn several(tags: &BTreeSet<String>) -> Value {
    match tags.iter().collect::<Vec<_>>()[..] {
        [only] => json!(only),
        _ => json!(tags),
    }
}

/// Compares the values that tell one member. What is gone has become what is new, if there are both.
fn compare_tags<'a>(
    found: &mut Found<'a>,
    (base, old): (&Side<'_, 'a>, &Told<'a>),
    (revision, new): (&Side<'_, 'a>, &Told<'a>),
) {
    let lost: Vec<&String> = old.tags.difference(&new.tags).collect();
    let won: Vec<&String> = new.tags.difference(&old.tags).collect();
    let name = old.name.as_deref().unwrap_or_default();

    for (was, is) in lost.iter().zip(&won) {
        let change = Change::new(ChangeKind::DiscriminatorMappingChanged, found.sites(), name);
        let change = change.was(base.pointer(), was.as_str()).is(revision.pointer(), is.as_str());
        found.add(change.says(format!("tells `{name}` by `{is}`, and no longer by `{was}`")));
    }

    let paired = lost.len().min(won.len());
    gone(found, base, revision, old, lost.into_iter().skip(paired));
    come(found, base, revision, new, won.into_iter().skip(paired));
}

fn gone<'t>(
    found: &mut Found,
    base: &Side,
    revision: &Side,
    told: &Told,
    tags: impl IntoIterator<Item = &'t String>,
) {
    let name = told.name.as_deref().unwrap_or_default();
    for tag in tags {
        let change = Change::new(ChangeKind::DiscriminatorValueRemoved, found.sites(), name);
        let mut change = change.was(base.pointer(), tag.as_str());
        change.revision_pointer = Some(revision.pointer());
        found.add(change.says(format!("no longer tells `{name}` by `{tag}`")));
    }
}

fn come<'t>(
    found: &mut Found,
    base: &Side,
    revision: &Side,
    told: &Told,
    tags: impl IntoIterator<Item = &'t String>,
) {
    let name = told.name.as_deref().unwrap_or_default();
    for tag in tags {
        let change = Change::new(ChangeKind::DiscriminatorValueAdded, found.sites(), name);
        let mut change = change.is(revision.pointer(), tag.as_str());
        change.pointer = Some(base.pointer());
        found.add(change.says(format!("tells `{name}` by `{tag}` as well")));
    }
}
