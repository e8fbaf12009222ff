//! Compares discriminators: the property that identifies union members, and its values.

use std::collections::{BTreeSet, HashMap};

use connect_codegen::diagnostic::{Result, unescaped_segment};
use serde_json::{Value, json};

use super::change::Change;
use super::context::Context;
use super::member_matching::{Matching, is_similar, match_members};
use super::other_keywords::{self, ObjectKind};
use super::schema_diff::{SchemaDiff, Step};
use crate::change_kind::ChangeKind;
use crate::model::{Discriminator, Resolver, Schema, SchemaNode, SingleUnion, Union};

/// The discriminators of a schema, and its unions.
type Discriminated<'s, 'a> = (&'s [Discriminator<'a>], &'s [Union<'a>]);

pub(super) fn compare<'a>(
    context: &Context<'a>,
    diff: &mut SchemaDiff<'a>,
    (old_discriminators, old_unions): Discriminated<'_, 'a>,
    (new_discriminators, new_unions): Discriminated<'_, 'a>,
) -> Result<()> {
    let kind = ChangeKind::DiscriminatorChanged;

    for index in 0..old_discriminators.len().max(new_discriminators.len()) {
        match (old_discriminators.get(index), new_discriminators.get(index)) {
            (Some(old), Some(new)) => {
                let old_union = find_union(old, old_unions);
                let new_union = find_union(new, new_unions);
                compare_discriminator(context, diff, (old, old_union), (new, new_union))?;
            }
            (None, Some(new)) => {
                let predicate = format!("now has the discriminator property `{}`", new.property);
                diff.add_keyword_change(kind, None, Some(&new.keyword), &predicate);
            }
            (Some(old), None) => {
                let predicate =
                    format!("no longer has the discriminator property `{}`", old.property);
                diff.add_keyword_change(kind, Some(&old.keyword), None, &predicate);
            }
            (None, None) => {}
        }
    }

    Ok(())
}

/// Returns the union of the schema object that contains a discriminator.
fn find_union<'s, 'a>(
    discriminator: &Discriminator,
    unions: &'s [Union<'a>],
) -> Option<&'s Union<'a>> {
    unions.iter().find(|union| union.keyword.object == discriminator.keyword.object)
}

fn compare_discriminator<'a>(
    context: &Context<'a>,
    diff: &mut SchemaDiff<'a>,
    (old, old_union): (&Discriminator<'a>, Option<&Union<'a>>),
    (new, new_union): (&Discriminator<'a>, Option<&Union<'a>>),
) -> Result<()> {
    // All fields are listed, so that a new field of the model cannot be forgotten here.
    let Discriminator { property, mapping: _, keyword, other_keywords } = old;
    let (before, after) = (*property, new.property);

    if before != after {
        let kind = ChangeKind::DiscriminatorChanged;
        let change = Change::new(kind, diff.pointers(), "discriminator")
            .with_old(keyword.pointer(), before)
            .with_new(new.keyword.pointer(), after)
            .with_predicate(format!(
                "has the discriminator property `{after}` instead of `{before}`"
            ));
        diff.add(change);
    }

    other_keywords::compare(
        &mut diff.changes,
        ObjectKind::Discriminator,
        (&keyword.pointer().into(), &new.keyword.pointer().into()),
        other_keywords,
        &new.other_keywords,
    );

    let base = Side::new(&context.base.resolver, old, old_union)?;
    let revision = Side::new(&context.revision.resolver, new, new_union)?;
    compare_members(context, diff, &base, &revision)
}

/// A schema that a discriminator identifies.
struct IdentifiedMember<'a> {
    /// The name of the component. A discriminator cannot identify an inline schema.
    name: Option<String>,
    /// The schema, or `None` if there is no component of this name.
    node: Option<SchemaNode<'a>>,
    /// The values that identify the member: those of the mapping, or else the name.
    values: BTreeSet<String>,
}

/// A discriminator of one document with its members: the members of the union, followed by other
/// components in the mapping. Without a union, the members are the subtypes of the schema.
struct Side<'s, 'a> {
    members: Vec<IdentifiedMember<'a>>,
    discriminator: &'s Discriminator<'a>,
    union: Option<&'s Union<'a>>,
    /// The properties that all subtypes inherit from the schema.
    inherited: BTreeSet<&'a str>,
}

impl<'s, 'a> Side<'s, 'a> {
    fn new(
        resolver: &Resolver<'a>,
        discriminator: &'s Discriminator<'a>,
        union: Option<&'s Union<'a>>,
    ) -> Result<Self> {
        let mut members = MemberIndex::new(union);
        let values: Vec<(usize, &str)> = discriminator
            .mapping
            .iter()
            .map(|(value, target)| {
                let name = component_name(target.as_str().unwrap_or_default());
                (members.find_or_add(resolver, name), *value)
            })
            .collect();

        let mut inherited = BTreeSet::new();
        if union.is_none()
            && let Some(supertype) = discriminator.keyword.component()
        {
            for subtype in resolver.subtypes(&supertype) {
                members.find_or_add(resolver, (*subtype).to_owned());
            }
            inherited = property_names(resolver, &supertype)?;
        }

        let mut members = members.members;
        for (index, value) in values {
            members[index].values.insert(value.to_owned());
        }
        for member in members.iter_mut().filter(|member| member.values.is_empty()) {
            member.values.extend(member.name.clone());
        }

        Ok(Self { members, discriminator, union, inherited })
    }

    /// Returns the number of union members. They come first in `members`; added and removed ones are
    /// reported as changes of the union.
    fn union_member_count(&self) -> usize {
        self.union.map_or(0, |union| union.members.len())
    }

    fn pointer(&self) -> String {
        self.discriminator.keyword.pointer()
    }

    fn keys(&self, key: impl Fn(&IdentifiedMember<'a>) -> Option<String>) -> Vec<Option<String>> {
        self.members.iter().map(key).collect()
    }
}

/// The members of a discriminator while they are collected, with an index by name.
struct MemberIndex<'a> {
    members: Vec<IdentifiedMember<'a>>,
    index_by_name: HashMap<String, usize>,
}

impl<'a> MemberIndex<'a> {
    fn new(union: Option<&Union<'a>>) -> Self {
        let mut index = Self { members: Vec::new(), index_by_name: HashMap::new() };
        for member in union.map_or(&[][..], |union| &union.members) {
            let name = member.node.component();
            if let Some(name) = name.clone() {
                index.index_by_name.entry(name).or_insert(index.members.len());
            }

            let node = Some(member.node.clone());
            index.members.push(IdentifiedMember { name, node, values: BTreeSet::new() });
        }

        index
    }

    fn find_or_add(&mut self, resolver: &Resolver<'a>, name: String) -> usize {
        let members = &mut self.members;
        *self.index_by_name.entry(name.clone()).or_insert_with(|| {
            let node = resolver.schema(&name).map(|schema| SchemaNode { parts: vec![schema] });
            members.push(IdentifiedMember { name: Some(name), node, values: BTreeSet::new() });
            members.len() - 1
        })
    }
}

/// Returns the name at the end of a reference.
fn component_name(reference: &str) -> String {
    unescaped_segment(reference.rsplit('/').next().unwrap_or_default())
}

fn property_names<'a>(resolver: &Resolver<'a>, component: &str) -> Result<BTreeSet<&'a str>> {
    let Some(schema) = resolver.schema(component) else { return Ok(BTreeSet::new()) };
    let node = SchemaNode { parts: vec![schema] };
    let schema = Schema::read(resolver, &node, SingleUnion::Unwrap)?;

    Ok(schema.properties.into_keys().collect())
}

/// Returns the index of the new member that corresponds to each old member: as in the union, or else
/// with the same name or the same values, or else a similar subtype.
fn match_sides<'a>(
    context: &Context<'a>,
    base: &Side<'_, 'a>,
    revision: &Side<'_, 'a>,
) -> Result<Vec<Option<usize>>> {
    let known = match (base.union, revision.union) {
        (Some(old), Some(new)) => match_members(context, &old.members, &new.members)?,
        _ => Vec::new(),
    };
    let mut matching = Matching::new(known, base.members.len(), revision.members.len());

    let name = |member: &IdentifiedMember| member.name.clone();
    matching.match_by_key(&base.keys(name), &revision.keys(name));

    let values = |member: &IdentifiedMember| {
        (!member.values.is_empty()).then(|| json!(member.values).to_string())
    };
    matching.match_by_key(&base.keys(values), &revision.keys(values));

    if base.union.is_none() && revision.union.is_none() {
        let inherited = base.inherited.union(&revision.inherited).copied().collect();
        matching.match_similar(|old, new| {
            match (&base.members[old].node, &revision.members[new].node) {
                (Some(old), Some(new)) => is_similar(context, old, new, &inherited),
                _ => Ok(false),
            }
        })?;
    }

    Ok(matching.partners)
}

fn compare_members<'a>(
    context: &Context<'a>,
    diff: &mut SchemaDiff<'a>,
    base: &Side<'_, 'a>,
    revision: &Side<'_, 'a>,
) -> Result<()> {
    let has_union = base.union.is_some() || revision.union.is_some();
    let partners = match_sides(context, base, revision)?;

    for (index, old) in base.members.iter().enumerate() {
        match partners[index].map(|index| &revision.members[index]) {
            Some(new) => {
                compare_values(diff, (base, old), (revision, new));
                if let (false, Some(old), Some(new)) = (has_union, &old.node, &new.node) {
                    diff.add_nested(old.parts.clone(), new.parts.clone(), Step::Member);
                }
            }
            None if base.union.is_none() => {
                let name = old.name.as_deref().unwrap_or_default();
                let change = Change::new(ChangeKind::UnionMemberRemoved, diff.pointers(), name)
                    .with_old(base.pointer(), single_or_list(&old.values))
                    .with_predicate(format!("no longer has the member `{name}`"));
                diff.add(change);
            }
            None if index >= base.union_member_count() => {
                let kind = ChangeKind::DiscriminatorValueRemoved;
                add_value_changes(diff, (base, revision), old, kind, &old.values);
            }
            None => {}
        }
    }

    let matched: BTreeSet<usize> = partners.into_iter().flatten().collect();
    let added = revision.members.iter().enumerate().filter(|(index, _)| !matched.contains(index));
    for (index, new) in added {
        if revision.union.is_none() {
            let name = new.name.as_deref().unwrap_or_default();
            let change = Change::new(ChangeKind::UnionMemberAdded, diff.pointers(), name)
                .with_new(revision.pointer(), single_or_list(&new.values))
                .with_predicate(format!("has the new member `{name}`"));
            diff.add(change);
        } else if index >= revision.union_member_count() {
            let kind = ChangeKind::DiscriminatorValueAdded;
            add_value_changes(diff, (base, revision), new, kind, &new.values);
        }
    }

    Ok(())
}

/// Returns a single value unchanged, and several as a list.
fn single_or_list(values: &BTreeSet<String>) -> Value {
    match values.iter().collect::<Vec<_>>()[..] {
        [only] => json!(only),
        _ => json!(values),
    }
}

/// Compares the values that identify a member. A removed value counts as replaced by an added one.
fn compare_values<'a>(
    diff: &mut SchemaDiff<'a>,
    (base, old): (&Side<'_, 'a>, &IdentifiedMember<'a>),
    (revision, new): (&Side<'_, 'a>, &IdentifiedMember<'a>),
) {
    let removed: Vec<&String> = old.values.difference(&new.values).collect();
    let added: Vec<&String> = new.values.difference(&old.values).collect();
    let name = old.name.as_deref().unwrap_or_default();

    for (before, after) in removed.iter().zip(&added) {
        let change = Change::new(ChangeKind::DiscriminatorMappingChanged, diff.pointers(), name)
            .with_old(base.pointer(), before.as_str())
            .with_new(revision.pointer(), after.as_str())
            .with_predicate(format!("identifies `{name}` by `{after}` instead of `{before}`"));
        diff.add(change);
    }

    let replaced = removed.len().min(added.len());
    let (sides, removed) = ((base, revision), removed.into_iter().skip(replaced));
    add_value_changes(diff, sides, old, ChangeKind::DiscriminatorValueRemoved, removed);
    let added = added.into_iter().skip(replaced);
    add_value_changes(diff, sides, new, ChangeKind::DiscriminatorValueAdded, added);
}

/// Adds the changes of values that only one document has for a member.
fn add_value_changes<'v>(
    diff: &mut SchemaDiff,
    (base, revision): (&Side, &Side),
    member: &IdentifiedMember,
    kind: ChangeKind,
    values: impl IntoIterator<Item = &'v String>,
) {
    let name = member.name.as_deref().unwrap_or_default();
    for value in values {
        let change = Change::new(kind, diff.pointers(), name);
        let change = match kind {
            ChangeKind::DiscriminatorValueRemoved => change
                .with_old(base.pointer(), value.as_str())
                .with_new_pointer(revision.pointer())
                .with_predicate(format!("no longer identifies `{name}` by `{value}`")),
            _ => change
                .with_new(revision.pointer(), value.as_str())
                .with_old_pointer(base.pointer())
                .with_predicate(format!("also identifies `{name}` by `{value}`")),
        };
        diff.add(change);
    }
}
