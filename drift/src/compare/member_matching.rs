//! Finds the corresponding members of two unions.

use std::collections::{BTreeSet, HashMap, HashSet};

use connect_codegen::diagnostic::Result;

use super::context::Context;
use crate::model::{Member, Resolver, Schema, SchemaNode, SingleUnion};

/// The maximum number of pairs that are compared to find similar members. Beyond this number, only
/// members at the same position are compared.
const MAX_COMPARED_PAIRS: usize = 10_000;

/// Returns the index of the new member that corresponds to each old member: the one with the same
/// component name or content, or else with the same value of a constant property, or else a similar
/// one.
pub(super) fn match_members<'a>(
    context: &Context<'a>,
    old: &[Member<'a>],
    new: &[Member<'a>],
) -> Result<Vec<Option<usize>>> {
    let mut matching = Matching::new(Vec::new(), old.len(), new.len());
    let keys = |members: &[Member<'a>], key: fn(&SchemaNode<'a>) -> String| {
        members.iter().map(|member| Some(key(&member.node))).collect::<Vec<_>>()
    };

    for key in [SchemaNode::key, SchemaNode::text] {
        matching.match_by_key(&keys(old, key), &keys(new, key));
        if matching.is_complete() {
            return Ok(matching.partners);
        }
    }

    let old_tags = constant_properties(&context.base.resolver, old)?;
    let new_tags = constant_properties(&context.revision.resolver, new)?;
    matching.match_by_key(&old_tags, &new_tags);

    let inherited = BTreeSet::new();
    matching.match_similar(|old_index, new_index| {
        is_similar(context, &old[old_index].node, &new[new_index].node, &inherited)
    })?;

    Ok(matching.partners)
}

/// A matching of old elements to new ones.
pub(super) struct Matching {
    /// The index of the new element for each old one.
    pub partners: Vec<Option<usize>>,
    /// The indices of the new elements without a partner.
    unmatched: Vec<usize>,
}

impl Matching {
    /// Creates a matching in which the partners of the first old elements are known.
    pub fn new(known: Vec<Option<usize>>, old_count: usize, new_count: usize) -> Self {
        let mut matching = Self { partners: known, unmatched: (0..new_count).collect() };
        matching.partners.resize(old_count, None);
        matching.update_unmatched();

        matching
    }

    fn is_complete(&self) -> bool {
        self.unmatched.is_empty() || self.partners.iter().all(Option::is_some)
    }

    /// Matches elements with equal keys; elements that share a key are matched in order.
    pub fn match_by_key(&mut self, old: &[Option<String>], new: &[Option<String>]) {
        let mut indices_by_key: HashMap<&str, Vec<usize>> = HashMap::new();
        for index in self.unmatched.iter().rev() {
            if let Some(key) = &new[*index] {
                indices_by_key.entry(key).or_default().push(*index);
            }
        }

        let unmatched = self.partners.iter_mut().zip(old).filter(|(partner, _)| partner.is_none());
        for (partner, key) in unmatched {
            let key = key.as_deref().unwrap_or_default();
            *partner = indices_by_key.get_mut(key).and_then(Vec::pop);
        }

        self.update_unmatched();
    }

    /// Matches similar elements, those with the nearest positions first. The result is the same if
    /// old and new are swapped.
    pub fn match_similar(
        &mut self,
        mut is_similar: impl FnMut(usize, usize) -> Result<bool>,
    ) -> Result<()> {
        let old: Vec<usize> =
            (0..self.partners.len()).filter(|index| self.partners[*index].is_none()).collect();
        let new = &self.unmatched;

        let mut candidates: Vec<(usize, usize)> = match old.len() * new.len() > MAX_COMPARED_PAIRS {
            true => old.into_iter().zip(new.iter().copied()).collect(),
            false => old.iter().flat_map(|old| new.iter().map(|new| (*old, *new))).collect(),
        };
        candidates.sort_by_key(|(old, new)| (*old.max(new), *old.min(new)));

        let mut unmatched: HashSet<usize> = new.iter().copied().collect();
        for (old, new) in candidates {
            let is_open = self.partners[old].is_none() && unmatched.contains(&new);
            if is_open && is_similar(old, new)? {
                self.partners[old] = Some(new);
                unmatched.remove(&new);
            }
        }

        self.update_unmatched();
        Ok(())
    }

    fn update_unmatched(&mut self) {
        let matched: HashSet<usize> = self.partners.iter().copied().flatten().collect();
        self.unmatched.retain(|index| !matched.contains(index));
    }
}

fn constant_properties<'a>(
    resolver: &Resolver<'a>,
    members: &[Member<'a>],
) -> Result<Vec<Option<String>>> {
    members.iter().map(|member| constant_property(resolver, &member.node)).collect()
}

/// Returns the first property with only one possible value, which can identify a member.
fn constant_property<'a>(
    resolver: &Resolver<'a>,
    member: &SchemaNode<'a>,
) -> Result<Option<String>> {
    let schema = Schema::read(resolver, member, SingleUnion::Unwrap)?;
    for (name, schemas) in &schema.properties {
        let node = SchemaNode::from_parts(resolver, schemas.clone())?;
        let property = Schema::read(resolver, &node, SingleUnion::Unwrap)?;
        let values = property.values.as_ref().map(|(values, _)| &values[..]);
        if let Some([value]) = values {
            return Ok(Some(format!("{name}={value}")));
        }
    }

    Ok(None)
}

/// Whether two members are probably versions of one: their types are compatible, and they have most
/// properties in common, without the `inherited` ones. Two components are not similar if one of them
/// is in both documents.
pub(super) fn is_similar<'a>(
    context: &Context<'a>,
    old: &SchemaNode<'a>,
    new: &SchemaNode<'a>,
    inherited: &BTreeSet<&str>,
) -> Result<bool> {
    let (base, revision) = (&context.base.resolver, &context.revision.resolver);
    if let (Some(old), Some(new)) = (old.component(), new.component())
        && (revision.has_schema(&old) || base.has_schema(&new))
    {
        return Ok(false);
    }

    let old = Schema::read(base, old, SingleUnion::Unwrap)?;
    let new = Schema::read(revision, new, SingleUnion::Unwrap)?;
    let own_properties = |schema: &Schema<'a>| -> BTreeSet<&'a str> {
        schema.properties.keys().filter(|name| !inherited.contains(*name)).copied().collect()
    };
    let (old_properties, new_properties) = (own_properties(&old), own_properties(&new));
    let shared = old_properties.intersection(&new_properties).count();
    let total = old_properties.len().max(new_properties.len());

    let has_compatible_type = old.types.contains(new.types) || new.types.contains(old.types);
    // Nested unions may have no properties themselves; their members are compared later.
    let has_nested_union = !old.unions.is_empty() || !new.unions.is_empty();

    Ok(has_compatible_type && (has_nested_union || shared * 2 >= total))
}
