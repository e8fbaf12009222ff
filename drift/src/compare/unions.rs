//! Compares unions, and values that become a union or are no longer one.

use std::cmp::Reverse;
use std::collections::HashSet;

use connect_codegen::diagnostic::Result;

use super::change::Change;
use super::context::Context;
use super::member_matching::match_members;
use super::schema_diff::{SchemaDiff, Step};
use crate::change_kind::ChangeKind;
use crate::model::{Member, Schema, SchemaNode, SingleUnion, Union, canonical};

/// Compares the unions of two schemas, usually one each. Of several unions, those with the most
/// members in common correspond.
pub(super) fn compare_all<'a>(
    context: &Context<'a>,
    diff: &mut SchemaDiff<'a>,
    old: &[Union<'a>],
    new: &[Union<'a>],
) -> Result<()> {
    let mut old_matched = vec![false; old.len()];
    let mut new_matched = vec![false; new.len()];

    for (old_index, new_index) in pairs_by_similarity(old, new) {
        if !old_matched[old_index] && !new_matched[new_index] {
            (old_matched[old_index], new_matched[new_index]) = (true, true);
            compare(context, diff, &old[old_index], &new[new_index])?;
        }
    }

    let kind = ChangeKind::Unclassified;
    for (old, _) in old.iter().zip(old_matched).filter(|(_, matched)| !matched) {
        diff.add_keyword_change(kind, Some(&old.keyword), None, "no longer has one of its unions");
    }
    for (new, _) in new.iter().zip(new_matched).filter(|(_, matched)| !matched) {
        diff.add_keyword_change(kind, None, Some(&new.keyword), "has an additional union");
    }

    Ok(())
}

/// Returns all pairs of unions, most similar first.
fn pairs_by_similarity(old: &[Union], new: &[Union]) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = (0..old.len())
        .flat_map(|old_index| (0..new.len()).map(move |new_index| (old_index, new_index)))
        .collect();
    if pairs.len() <= 1 {
        return pairs;
    }

    let keys = |union: &Union| -> HashSet<String> {
        union.members.iter().map(|member| member.node.key()).collect()
    };
    let old_keys: Vec<_> = old.iter().map(keys).collect();
    let new_keys: Vec<_> = new.iter().map(keys).collect();

    pairs.sort_by_cached_key(|(old_index, new_index)| {
        let shared = old_keys[*old_index].intersection(&new_keys[*new_index]).count();
        let has_other_keyword = old[*old_index].keyword.key != new[*new_index].keyword.key;
        let position = (*old_index.max(new_index), *old_index.min(new_index));
        (Reverse(shared), has_other_keyword, position)
    });

    pairs
}

fn compare<'a>(
    context: &Context<'a>,
    diff: &mut SchemaDiff<'a>,
    old: &Union<'a>,
    new: &Union<'a>,
) -> Result<()> {
    // All fields are listed, so that a new field of the model cannot be forgotten here.
    let Union { keyword, members } = old;
    let (old_key, new_key) = (keyword.key, new.keyword.key);

    if old_key != new_key {
        let change = Change::new(ChangeKind::UnionKindChanged, diff.pointers(), "union")
            .with_old(keyword.pointer(), old_key)
            .with_new(new.keyword.pointer(), new_key)
            .with_predicate(format!("is a union by `{new_key}` instead of `{old_key}`"));
        diff.add(change);
    }

    let partners = match_members(context, members, &new.members)?;
    let mut matched = vec![false; new.members.len()];
    let (old_texts, new_texts) = (member_texts(members), member_texts(&new.members));

    for (member, partner) in members.iter().zip(partners) {
        match partner {
            Some(index) => {
                matched[index] = true;
                let (old, new) = (&member.node.parts, &new.members[index].node.parts);
                diff.add_nested(old.clone(), new.clone(), Step::Member);
            }
            None if is_repeated(member, &new_texts) => {}
            None => {
                let kind = ChangeKind::UnionMemberRemoved;
                let change = Change::new(kind, diff.pointers(), &member.node.key())
                    .with_old(&*member.pointer, canonical(member.node.parts[0].value))
                    .with_new_pointer(new.keyword.pointer())
                    .with_predicate(format!("no longer has the {}", member_name(&member.node)));
                diff.add(change);
            }
        }
    }

    let added = new.members.iter().zip(matched).filter(|(_, matched)| !matched);
    for (member, _) in added.filter(|(member, _)| !is_repeated(member, &old_texts)) {
        let change = Change::new(ChangeKind::UnionMemberAdded, diff.pointers(), &member.node.key())
            .with_new(&*member.pointer, canonical(member.node.parts[0].value))
            .with_old_pointer(old.keyword.pointer())
            .with_predicate(format!("has the new {}", member_name(&member.node)));
        diff.add(change);
    }

    Ok(())
}

fn member_texts(members: &[Member]) -> HashSet<String> {
    members.iter().map(|member| member.node.text()).collect()
}

/// Whether a member is an inline copy of a member of the other document.
fn is_repeated(member: &Member, other_texts: &HashSet<String>) -> bool {
    member.node.component().is_none() && other_texts.contains(&member.node.text())
}

fn member_name(member: &SchemaNode) -> String {
    match member.component() {
        Some(name) => format!("member `{name}`"),
        None => "unnamed member".to_owned(),
    }
}

/// The schema that is not a union, if the other one is.
#[derive(Clone, Copy)]
pub(super) enum NonUnion<'s, 'a> {
    Base(&'s Schema<'a>, &'s SchemaNode<'a>),
    Revision(&'s Schema<'a>, &'s SchemaNode<'a>),
}

/// Compares a union with a schema that is not one. Returns whether the rest of the schemas can be
/// compared.
pub(super) fn compare_with_non_union<'a>(
    context: &Context<'a>,
    diff: &mut SchemaDiff<'a>,
    other: NonUnion<'_, 'a>,
    union: &Union<'a>,
) -> Result<bool> {
    if union.members.iter().all(only_requires_properties) {
        compare_required_combinations(diff, other, union);
        return Ok(true);
    }

    let (schema, node, union_resolver) = match other {
        NonUnion::Base(schema, node) => (schema, node, &context.revision.resolver),
        NonUnion::Revision(schema, node) => (schema, node, &context.base.resolver),
    };
    let same_member = union.members.iter().find(|member| member.node.key() == node.key());

    // Without a member of a compatible type, the type changed.
    let mut is_compatible = same_member.is_some();
    if !is_compatible {
        for member in &union.members {
            let member = Schema::read(union_resolver, &member.node, SingleUnion::Unwrap)?;
            is_compatible |= member.types.intersects(schema.types);
        }
    }

    let (kind, predicate) = match other {
        NonUnion::Base(..) => (ChangeKind::BecameUnion, "is now a union"),
        NonUnion::Revision(..) => (ChangeKind::NoLongerUnion, "is no longer a union"),
    };
    let kind = if is_compatible { kind } else { ChangeKind::TypeChanged };

    let pointers = (&diff.reference_pointers.0, &diff.reference_pointers.1);
    let value = canonical(node.parts[0].value);
    let (union_pointer, union_value) = (union.keyword.pointer(), canonical(union.keyword.value));
    let change = Change::new(kind, pointers, "union").with_predicate(predicate);
    let change = match other {
        NonUnion::Base(..) => {
            change.with_old(&**pointers.0, value).with_new(union_pointer, union_value)
        }
        NonUnion::Revision(..) => {
            change.with_old(union_pointer, union_value).with_new(&**pointers.1, value)
        }
    };
    diff.add(change);

    if let Some(member) = same_member {
        let (base, revision) = match other {
            NonUnion::Base(..) => (node, &member.node),
            NonUnion::Revision(..) => (&member.node, node),
        };
        diff.add_nested(base.parts.clone(), revision.parts.clone(), Step::Member);
    }

    Ok(false)
}

/// Compares a union whose members only define which properties are required together.
fn compare_required_combinations(diff: &mut SchemaDiff, other: NonUnion, union: &Union) {
    let keyword = Some(&union.keyword);
    match other {
        NonUnion::Base(..) => {
            let predicate = "now requires some properties together";
            diff.add_keyword_change(ChangeKind::LimitTightened, None, keyword, predicate);
        }
        NonUnion::Revision(..) => {
            let predicate = "no longer requires some properties together";
            diff.add_keyword_change(ChangeKind::LimitLoosened, keyword, None, predicate);
        }
    }
}

/// Whether a member only defines required properties.
fn only_requires_properties(member: &Member) -> bool {
    const ALLOWED_KEYS: [&str; 4] = ["required", "not", "title", "description"];

    let mut parts = member.node.parts.iter().filter_map(|part| part.value.as_object());
    parts.all(|members| {
        members.contains_key("required")
            && members.keys().all(|key| ALLOWED_KEYS.contains(&key.as_str()))
    })
}
