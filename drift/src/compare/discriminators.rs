//! What tells the members of a union apart: a property, and its values.

use std::collections::BTreeMap;

use connect_codegen::problem::unescaped_segment;

use super::Sides;
use super::change::Change;
use super::graph::Step;
use super::schema::Found;
use crate::class::Class;
use crate::model::{Api, Discriminator, Union};

type Told<'s, 'a> = (Option<&'s Discriminator<'a>>, Option<&'s Union<'a>>);

pub(super) fn compare<'a>(
    sides: &Sides<'a>,
    found: &mut Found<'a>,
    base: Told<'_, 'a>,
    revision: Told<'_, 'a>,
) {
    let (old, new) = match (base.0, revision.0) {
        (None, None) => return,
        (None, Some(new)) => {
            let predicate = format!("is told by its property `{}` now", new.property);
            return found.fact(Class::DiscriminatorChanged, None, Some(&new.fact), &predicate);
        }
        (Some(old), None) => {
            let predicate = format!("is no longer told by its property `{}`", old.property);
            return found.fact(Class::DiscriminatorChanged, Some(&old.fact), None, &predicate);
        }
        (Some(old), Some(new)) => (old, new),
    };
    if old.property != new.property {
        let (before, after) = (old.property, new.property);
        let change = Change::new(Class::DiscriminatorChanged, found.sites(), "discriminator");
        let change = change.was(old.fact.pointer(), before).is(new.fact.pointer(), after);
        found.add(
            change.says(format!("is told by its property `{after}`, and no longer `{before}`")),
        );
    }
    super::rest::compare(
        &mut found.changes,
        (&old.fact.pointer().into(), &new.fact.pointer().into()),
        &old.rest,
        &new.rest,
    );
    compare_tags(sides, found, (old, base.1), (new, revision.1));
}

/// Compares which value tells which member, by the members' names. Without a union the members are
/// those that the mapping names, and the components that have the schema for a part.
fn compare_tags<'a>(
    sides: &Sides<'a>,
    found: &mut Found<'a>,
    (old, old_union): (&Discriminator<'a>, Option<&Union<'a>>),
    (new, new_union): (&Discriminator<'a>, Option<&Union<'a>>),
) {
    let before = tags(&sides.base, old, old_union);
    let after = tags(&sides.revision, new, new_union);
    for (member, tag) in &before {
        match after.get(member) {
            Some(now) if now == tag => {}
            Some(now) => {
                let change = Change::new(Class::DiscriminatorMappingChanged, found.sites(), member);
                let change = change
                    .was(old.fact.pointer(), tag.as_str())
                    .is(new.fact.pointer(), now.as_str());
                found.add(
                    change.says(format!("tells `{member}` by `{now}`, and no longer by `{tag}`")),
                );
            }
            None if old_union.is_none() && !after.values().any(|now| now == tag) => {
                let change = Change::new(Class::UnionMemberRemoved, found.sites(), member);
                let change = change.was(old.fact.pointer(), tag.as_str());
                found.add(change.says(format!("no longer has the member `{member}`")));
            }
            None => {}
        }
    }
    for (member, tag) in after.iter().filter(|(member, _)| !before.contains_key(*member)) {
        if new_union.is_none() && !before.values().any(|was| was == tag) {
            let change = Change::new(Class::UnionMemberAdded, found.sites(), member);
            let change = change.is(new.fact.pointer(), tag.as_str());
            found.add(change.says(format!("has the member `{member}` as well")));
        }
    }
    if old_union.is_none() && new_union.is_none() {
        for member in before.keys().filter(|member| after.contains_key(*member)) {
            let parts = (sides.base.component(member), sides.revision.component(member));
            if let (Some(base), Some(revision)) = parts {
                found.inside(vec![base], vec![revision], Step::Member);
            }
        }
    }
}

/// The value that tells each member, by the member's name: as mapped, else the name itself.
fn tags(api: &Api, told: &Discriminator, union: Option<&Union>) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    for (tag, target) in &told.mapping {
        let target = target.as_str().unwrap_or_default();
        let name = target.rsplit('/').next().unwrap_or_default();
        tags.insert(unescaped_segment(name), (*tag).to_owned());
    }
    let named: Vec<String> = match union {
        Some(union) => union.members.iter().filter_map(|member| member.node.component()).collect(),
        None => {
            let teller = told.fact.at.rsplit('/').next().unwrap_or_default();
            let heirs = api.heirs(&unescaped_segment(teller)).iter();
            heirs.map(|name| (*name).to_owned()).collect()
        }
    };
    for name in named {
        tags.entry(name.clone()).or_insert(name);
    }
    tags
}
