//! One of several: unions, and values that become one.

use std::collections::{BTreeSet, HashMap, HashSet};

use connect_codegen::diagnostic::Result;

use super::Sides;
use super::change::Change;
use super::graph::Step;
use super::schema::{Found, Single};
use crate::change_kind::ChangeKind;
use crate::model::{Api, Member, Node, Schema, SingleUnion, Union, sorted};

/// Compares the unions of which all hold; mostly there is one. Of several, those are one that have
/// most members in common.
pub(super) fn compare_all<'a>(
    sides: &Sides<'a>,
    found: &mut Found<'a>,
    old: &[Union<'a>],
    new: &[Union<'a>],
) -> Result<()> {
    let keys = |union: &Union| -> HashSet<String> {
        union.members.iter().map(|member| member.node.key()).collect()
    };
    let mut pairs: Vec<(usize, usize)> =
        (0..old.len()).flat_map(|a| (0..new.len()).map(move |b| (a, b))).collect();
    if pairs.len() > 1 {
        let keys_of: (Vec<_>, Vec<_>) =
            (old.iter().map(keys).collect(), new.iter().map(keys).collect());
        pairs.sort_by_cached_key(|(a, b)| {
            let shared = keys_of.0[*a].intersection(&keys_of.1[*b]).count();
            let other_kind = old[*a].fact.key != new[*b].fact.key;
            (std::cmp::Reverse(shared), other_kind, *a.max(b), *a.min(b))
        });
    }

    let (mut gone, mut come) = (vec![true; old.len()], vec![true; new.len()]);
    for (a, b) in pairs {
        if gone[a] && come[b] {
            (gone[a], come[b]) = (false, false);
            compare(sides, found, &old[a], &new[b])?;
        }
    }

    let class = ChangeKind::Unclassified;
    for (old, _) in old.iter().zip(gone).filter(|(_, gone)| *gone) {
        found.fact(class, Some(&old.fact), None, "is no longer one of several schemas");
    }

    for (new, _) in new.iter().zip(come).filter(|(_, come)| *come) {
        found.fact(class, None, Some(&new.fact), "is one of several schemas besides");
    }
    Ok(())
}

fn compare<'a>(
    sides: &Sides<'a>,
    found: &mut Found<'a>,
    old: &Union<'a>,
    new: &Union<'a>,
) -> Result<()> {
    // Field by field: a new field of the model does not compile until it is judged here.
    let Union { fact, members } = old;
    if fact.key != new.fact.key {
        let change = Change::new(ChangeKind::UnionKindChanged, found.sites(), "union");
        let change = change.was(fact.pointer(), fact.key).is(new.fact.pointer(), new.fact.key);
        let predicate =
            format!("is `{}` of its members, and no longer `{}`", new.fact.key, old.fact.key);
        found.add(change.says(predicate));
    }

    let matched = matched(sides, members, &new.members)?;
    let mut taken = vec![false; new.members.len()];
    let repeated = (copies(members), copies(&new.members));

    for (member, partner) in members.iter().zip(matched) {
        match partner {
            Some(at) => {
                taken[at] = true;
                let (old, new) = (member.node.parts.clone(), new.members[at].node.parts.clone());
                found.inside(old, new, Step::Member);
            }
            None if repeats(member, &repeated.1) => {}
            None => {
                let change =
                    Change::new(ChangeKind::UnionMemberRemoved, found.sites(), &member.node.key());
                let mut change = change.was(&*member.at, sorted(member.node.parts[0].value));
                change.revision_pointer = Some(new.fact.pointer());
                found.add(change.says(format!("no longer has {}", called(&member.node))));
            }
        }
    }

    let untaken = new.members.iter().zip(taken).filter(|(_, taken)| !taken);
    for (member, _) in untaken.filter(|(member, _)| !repeats(member, &repeated.0)) {
        let change = Change::new(ChangeKind::UnionMemberAdded, found.sites(), &member.node.key());
        let mut change = change.is(&*member.at, sorted(member.node.parts[0].value));
        change.pointer = Some(old.fact.pointer());
        found.add(change.says(format!("has {} as well", called(&member.node))));
    }

    Ok(())
}

/// What the members say, each in its words.
fn copies(members: &[Member]) -> HashSet<String> {
    members.iter().map(|member| member.node.written()).collect()
}

/// Whether a member without a name says only what another member says in the other document.
fn repeats(member: &Member, others: &HashSet<String>) -> bool {
    member.node.component().is_none() && others.contains(&member.node.written())
}

fn called(member: &Node) -> String {
    match member.component() {
        Some(name) => format!("the member `{name}`"),
        None => "a member without a name".to_owned(),
    }
}

/// The new member that each old one has become: of the same name or text; else told by the same
/// value of a property; else one that is like it.
pub(super) fn matched<'a>(
    sides: &Sides<'a>,
    old: &[Member<'a>],
    new: &[Member<'a>],
) -> Result<Vec<Option<usize>>> {
    let mut partners = Partners::new(Vec::new(), old.len(), new.len());
    let each = |members: &[Member<'a>], key: fn(&Node<'a>) -> String| -> Vec<Option<String>> {
        members.iter().map(|member| Some(key(&member.node))).collect()
    };

    for known in [Node::key, Node::written] {
        partners.pair(&each(old, known), &each(new, known));
        if partners.are_done() {
            return Ok(partners.of);
        }
    }

    let tags = |api: &Api<'a>, members: &[Member<'a>]| -> Result<Vec<Option<String>>> {
        members.iter().map(|member| tag(api, &member.node)).collect()
    };
    partners.pair(&tags(&sides.base, old)?, &tags(&sides.revision, new)?);
    let none = BTreeSet::new();
    partners.pair_alike(|a, b| alike(sides, &old[a].node, &new[b].node, &none))?;

    Ok(partners.of)
}

/// Which new member each old one has become, and which new ones have no old one yet.
pub(super) struct Partners {
    pub of: Vec<Option<usize>>,
    free: Vec<usize>,
}

/// How many pairs are tried in search of members that are alike. Beyond, places decide.
const TRIED: usize = 10_000;

impl Partners {
    /// Old and new ones, of which the partners of the first old ones are known.
    pub fn new(known: Vec<Option<usize>>, old: usize, new: usize) -> Self {
        let mut partners = Self { of: known, free: (0..new).collect() };
        partners.of.resize(old, None);
        partners.settle();
        partners
    }

    fn are_done(&self) -> bool {
        self.free.is_empty() || self.of.iter().all(Option::is_some)
    }

    /// Pairs those that have one key; of several that share it, in their order.
    pub fn pair(&mut self, old: &[Option<String>], new: &[Option<String>]) {
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for at in self.free.iter().rev() {
            if let Some(key) = &new[*at] {
                places.entry(key).or_default().push(*at);
            }
        }

        let open = self.of.iter_mut().zip(old).filter(|(partner, _)| partner.is_none());
        for (partner, key) in open {
            let key = key.as_deref().unwrap_or_default();
            *partner = places.get_mut(key).and_then(Vec::pop);
        }

        self.settle();
    }

    fn settle(&mut self) {
        let taken: HashSet<usize> = self.of.iter().copied().flatten().collect();
        self.free.retain(|at| !taken.contains(at));
    }

    /// Pairs those that are alike, the nearest places first, whichever side is the old one.
    pub fn pair_alike(
        &mut self,
        mut alike: impl FnMut(usize, usize) -> Result<bool>,
    ) -> Result<()> {
        let open: Vec<usize> = (0..self.of.len()).filter(|at| self.of[*at].is_none()).collect();
        let mut tried: Vec<(usize, usize)> = match open.len() * self.free.len() > TRIED {
            true => open.into_iter().zip(self.free.iter().copied()).collect(),
            false => open.iter().flat_map(|a| self.free.iter().map(|b| (*a, *b))).collect(),
        };

        tried.sort_by_key(|(a, b)| (a.max(b).to_owned(), a.min(b).to_owned()));
        let mut free: HashSet<usize> = self.free.iter().copied().collect();
        for (a, b) in tried {
            let both = self.of[a].is_none() && free.contains(&b);
            if both && alike(a, b)? {
                self.of[a] = Some(b);
                free.remove(&b);
            }
        }

        self.settle();
        Ok(())
    }
}

/// The property of one value by which a member can be told, with its value.
fn tag<'a>(api: &Api<'a>, member: &Node<'a>) -> Result<Option<String>> {
    let schema = Schema::read(api, member, SingleUnion::Open)?;
    for (name, parts) in &schema.properties {
        let property = Schema::read(api, &Node::all(api, parts.clone())?, SingleUnion::Open)?;
        if let Some(([value], _)) =
            property.values.as_ref().map(|(values, fact)| (&values[..], fact))
        {
            return Ok(Some(format!("{name}={value}")));
        }
    }

    Ok(None)
}

/// Whether two members are one that changed: of types that fit, objects with most properties in
/// common, not counting what each inherits. Two components that have both stayed, or of which one
/// has, are two.
pub(super) fn alike<'a>(
    sides: &Sides<'a>,
    old: &Node<'a>,
    new: &Node<'a>,
    inherited: &BTreeSet<&str>,
) -> Result<bool> {
    if let (Some(old), Some(new)) = (old.component(), new.component())
        && (sides.revision.has_component(&old) || sides.base.has_component(&new))
    {
        return Ok(false);
    }

    let old = Schema::read(&sides.base, old, SingleUnion::Open)?;
    let new = Schema::read(&sides.revision, new, SingleUnion::Open)?;
    let own = |schema: &Schema<'a>| -> BTreeSet<&'a str> {
        schema.properties.keys().filter(|name| !inherited.contains(*name)).copied().collect()
    };
    let (before, after) = (own(&old), own(&new));
    let shared = before.intersection(&after).count();
    let most = before.len().max(after.len());
    let fit = old.kinds.holds(new.kinds) || new.kinds.holds(old.kinds);

    // Of a union inside the union, the members tell what they have in common.
    let nested = !old.unions.is_empty() || !new.unions.is_empty();
    Ok(fit && (nested || shared * 2 >= most))
}

/// Compares a value that is one of several in one document with the one that it is in the other;
/// false if that is all there is to compare.
pub(super) fn compare_single<'a>(
    sides: &Sides<'a>,
    found: &mut Found<'a>,
    single: Single<'_, 'a>,
    union: &Union<'a>,
) -> Result<bool> {
    if union.members.iter().all(only_limits) {
        match single {
            Single::Base(..) => {
                found.fact(
                    ChangeKind::LimitTightened,
                    None,
                    Some(&union.fact),
                    "wants some properties together now",
                );
            }
            Single::Revision(..) => {
                found.fact(
                    ChangeKind::LimitLoosened,
                    Some(&union.fact),
                    None,
                    "no longer wants some properties together",
                );
            }
        }

        return Ok(true);
    }

    let (schema, node, api) = match single {
        Single::Base(schema, node) => (schema, node, &sides.revision),
        Single::Revision(schema, node) => (schema, node, &sides.base),
    };
    let same = union.members.iter().find(|member| member.node.key() == node.key());
    let mut meets = same.is_some();

    for member in union.members.iter().filter(|_| same.is_none()) {
        meets |= Schema::read(api, &member.node, SingleUnion::Open)?.kinds.meets(schema.kinds);
    }

    let places = found.places.clone();
    let class = match single {
        Single::Base(..) => ChangeKind::BecameUnion,
        Single::Revision(..) => ChangeKind::NoLongerUnion,
    };

    let (value, other) = (sorted(node.parts[0].value), sorted(union.fact.value));
    let change = Change::new(class, (&places.0, &places.1), "union");

    let change = match single {
        Single::Base(..) => change.was(&*places.0, value).is(union.fact.pointer(), other),
        Single::Revision(..) => change.was(union.fact.pointer(), other).is(&*places.1, value),
    };

    let predicate = match class {
        ChangeKind::BecameUnion => "is one of several schemas now",
        _ => "is no longer one of several schemas",
    };
    let class = if meets { class } else { ChangeKind::TypeChanged };
    found.add(Change { class, ..change.says(predicate) });

    if let Some(member) = same {
        let (base, revision) = match single {
            Single::Base(..) => (node, &member.node),
            Single::Revision(..) => (&member.node, node),
        };
        found.inside(base.parts.clone(), revision.parts.clone(), Step::Member);
    }

    Ok(false)
}

/// Whether a member says no more than which properties must be there.
fn only_limits(member: &Member) -> bool {
    let limits = ["required", "not", "title", "description"];
    let mut parts = member.node.parts.iter().filter_map(|part| part.value.as_object());
    parts.all(|members| {
        members.contains_key("required") && members.keys().all(|key| limits.contains(&key.as_str()))
    })
}
