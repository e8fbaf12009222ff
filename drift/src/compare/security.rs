//! With which credentials the API can be called, and how they are sent and got.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use serde_json::json;

use super::Sides;
use super::change::{Change, Directions};
use super::operation::Comparing;
use crate::change_kind::ChangeKind;
use crate::compare::other_keywords::{self, ObjectKind};
use crate::model::{Api, Flow, Scheme, Security, same, sorted};

/// A set of credentials: schemes by their names in the base, each with its scopes.
type Set<'s> = BTreeMap<&'s str, &'s BTreeSet<&'s str>>;

/// Compares which credentials an operation takes.
pub(super) fn compare(comparing: &mut Comparing, base: &Security, revision: &Security) {
    // Field by field: a new field of the model does not compile until it is judged here.
    let Security { alternatives: _, at: _ } = base;
    let sites = (&base.at, &revision.at);
    let sides = comparing.sides;
    let before = sets(base, |name| name);
    let after = sets(revision, |name| sides.renamed.get(name).copied().unwrap_or(name));
    let spelled = |security: &Security| json!(*security.alternatives);

    let whole = |class, predicate: &str| {
        let change = Change::new(class, sites, "security").says(predicate);
        change.was(&*base.at, spelled(base)).is(&*revision.at, spelled(revision))
    };
    let paired = paired(&before, &after);
    let is_known = |name: &str| sides.wanted.contains(name);

    let change = match (base.is_open(), revision.is_open()) {
        (false, true) => Some(whole(ChangeKind::SecurityRemoved, "wants no credentials any more")),
        (true, false) => {
            let class = match after.iter().any(|set| set.keys().all(|name| is_known(name))) {
                true => ChangeKind::KnownSecurityAdded,
                false => ChangeKind::SecurityAdded,
            };
            Some(whole(class, "wants credentials now"))
        }
        (false, false) if paired.is_empty() => {
            Some(whole(ChangeKind::SecurityChanged, "wants other credentials"))
        }
        _ => None,
    };

    if let Some(change) = change {
        return comparing.add(change, Directions::REQUEST);
    }

    let has =
        |at: usize, of: fn(&(usize, usize)) -> usize| paired.iter().any(|pair| of(pair) == at);
    for (_, set) in before.iter().enumerate().filter(|(at, _)| !has(*at, |pair| pair.0)) {
        let name = named(set.keys());
        let change = Change::new(ChangeKind::SecurityAlternativeRemoved, sites, &name);
        let change = change.was(&*base.at, json!(set)).says(format!("no longer takes {name}"));
        comparing.add(change, Directions::REQUEST);
    }

    for (_, set) in after.iter().enumerate().filter(|(at, _)| !has(*at, |pair| pair.1)) {
        let name = named(set.keys());
        let change = Change::new(ChangeKind::SecurityAlternativeAdded, sites, &name);
        let change = change.is(&*revision.at, json!(set)).says(format!("takes {name} as well"));
        comparing.add(change, Directions::REQUEST);
    }

    for (old, new) in paired.iter().map(|(old, new)| (&before[*old], &after[*new])) {
        let spare: Vec<_> = old.keys().filter(|name| !new.contains_key(*name)).collect();
        let more: Vec<_> = new.keys().filter(|name| !old.contains_key(*name)).collect();

        let (class, predicate) = match (&*spare, &*more) {
            ([], []) => {
                for (name, scopes) in old {
                    compare_scopes(comparing, sites, name, (scopes, new[name]));
                }
                continue;
            }
            (spare, []) => (
                ChangeKind::SecurityRemoved,
                format!("no longer wants {} beside {}", named(spare), named(new.keys())),
            ),
            (_, more) => {
                let class = match more.iter().all(|name| is_known(name)) {
                    true => ChangeKind::KnownSecurityAdded,
                    false => ChangeKind::SecurityAdded,
                };
                (class, format!("wants {} beside {}", named(more), named(old.keys())))
            }
        };
        let change = Change::new(class, sites, &named(old.keys())).says(predicate);
        let change = change.was(&*base.at, json!(old)).is(&*revision.at, json!(new));
        comparing.add(change, Directions::REQUEST);

        for (name, scopes) in old.iter().filter(|(name, _)| new.contains_key(*name)) {
            compare_scopes(comparing, sites, name, (scopes, new[name]));
        }
    }
}

/// The names of schemes in a sentence.
fn named(names: impl IntoIterator<Item = impl std::fmt::Display>) -> String {
    let names = names.into_iter().map(|name| format!("`{name}`"));
    names.collect::<Vec<_>>().join(" and ")
}

/// The sets that are one: of the same schemes, else one of which wants less than the other. Whoever
/// sends more than is wanted is let in.
fn paired(before: &[Set], after: &[Set]) -> Vec<(usize, usize)> {
    let holds = |one: &Set, other: &Set| other.keys().all(|name| one.contains_key(name));
    let mut all: Vec<(usize, usize)> =
        (0..before.len()).flat_map(|a| (0..after.len()).map(move |b| (a, b))).collect();
    all.retain(|(a, b)| holds(&before[*a], &after[*b]) || holds(&after[*b], &before[*a]));

    // Neither order of the sets, nor which document is the base, decides.
    all.sort_by_key(|(a, b)| {
        let differ = before[*a].len().abs_diff(after[*b].len());
        (differ, *a.max(b), *a.min(b))
    });
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (a, b) in all {
        if !pairs.iter().any(|(old, new)| *old == a || *new == b) {
            pairs.push((a, b));
        }
    }

    pairs
}

/// The sets of credentials but the empty one, which says that none are wanted.
fn sets<'s>(security: &'s Security, name: impl Fn(&'s str) -> &'s str) -> Vec<Set<'s>> {
    let sets = security.alternatives.iter().filter(|set| !set.is_empty());
    sets.map(|set| set.iter().map(|(scheme, scopes)| (name(scheme), scopes)).collect()).collect()
}

fn compare_scopes(
    comparing: &mut Comparing,
    sites: (&Rc<str>, &Rc<str>),
    scheme: &str,
    (old, new): (&BTreeSet<&str>, &BTreeSet<&str>),
) {
    for scope in old.difference(new) {
        let change = Change::new(ChangeKind::SecurityScopeRemoved, sites, scheme);
        let change = change.was(&**sites.0, *scope);
        comparing
            .add(change.says(format!("no longer wants the scope `{scope}`")), Directions::REQUEST);
    }

    for scope in new.difference(old) {
        let change = Change::new(ChangeKind::SecurityScopeAdded, sites, scheme);
        let change = change.is(&**sites.1, *scope);
        comparing
            .add(change.says(format!("wants the scope `{scope}` as well")), Directions::REQUEST);
    }
}

/// The ways to authenticate that only have another name: what is written of one that is gone is
/// what is written of one that is new, and of no other.
pub(super) fn renamed_schemes<'a>(
    base: &Api<'a>,
    revision: &Api<'a>,
) -> BTreeMap<&'a str, &'a str> {
    let lone = |these: &Api<'a>, others: &Api<'a>| -> HashMap<String, Option<&'a str>> {
        let names: BTreeSet<&str> = others.schemes.iter().map(|scheme| scheme.name).collect();
        let mut lone: HashMap<String, Option<&'a str>> = HashMap::new();
        for scheme in these.schemes.iter().filter(|scheme| !names.contains(scheme.name)) {
            let written = sorted(scheme.value).to_string();
            lone.entry(written).and_modify(|twice| *twice = None).or_insert(Some(scheme.name));
        }

        lone
    };
    let (gone, new) = (lone(base, revision), lone(revision, base));
    let renamed = gone.iter().filter_map(|(written, old)| Some(((*new.get(written)?)?, (*old)?)));

    renamed.collect()
}

/// Compares the ways to authenticate; each change with the name of the way in the base, or in the
/// revision if it is new.
pub(super) fn compare_schemes(sides: &Sides) -> Vec<(String, Change)> {
    let root: Rc<str> = "".into();
    let mut changes = Vec::new();
    let known: BTreeSet<&str> = sides.base.schemes.iter().map(|scheme| scheme.name).collect();
    let old_name = |new: &Scheme| sides.renamed.get(new.name).copied();

    let by_name: BTreeMap<String, &Scheme> = sides
        .revision
        .schemes
        .iter()
        .map(|new| (old_name(new).unwrap_or(new.name).to_owned(), new))
        .collect();

    for old in &sides.base.schemes {
        let mut add = |change: Change| changes.push((old.name.to_owned(), change));
        match by_name.get(old.name) {
            Some(new) => {
                if old.name != new.name {
                    let change =
                        Change::new(ChangeKind::SecuritySchemeRenamed, (&old.at, &new.at), "");
                    let change = change.was(&*old.at, old.name).is(&*new.at, new.name);
                    add(change.says(format!("is called `{}` now", new.name)));
                }

                compare_scheme(old, new).into_iter().for_each(add);
            }
            None => {
                let change =
                    Change::new(ChangeKind::SecuritySchemeRemoved, (&root, &root), old.name);
                add(change.was(&*old.at, sorted(old.value)).says("is gone"));
            }
        }
    }

    for new in &sides.revision.schemes {
        if !known.contains(new.name) && old_name(new).is_none() {
            let change = Change::new(ChangeKind::SecuritySchemeAdded, (&root, &root), new.name);
            let change = change.is(&*new.at, sorted(new.value)).says("is new");
            changes.push((new.name.to_owned(), change));
        }
    }

    changes
}

fn compare_scheme(old: &Scheme, new: &Scheme) -> Vec<Change> {
    // Field by field: a new field of the model does not compile until it is judged here.
    let Scheme { name: _, at, sent, provider, flows, value: _, rest } = old;
    let sites = (at, &new.at);
    let mut changes = Vec::new();

    if *sent != new.sent {
        let change = Change::new(ChangeKind::SecuritySchemeChanged, sites, "sent");
        let change = change.was(&**at, json!(sent)).is(&*new.at, json!(new.sent));
        changes.push(change.says("sends its credentials another way now"));
    }

    let (was, is) = (provider.as_ref(), new.provider.as_ref());
    if was.map(|fact| fact.value) != is.map(|fact| fact.value) {
        let change = Change::of(ChangeKind::SecurityUrlChanged, sites, was, is);
        changes.push(change.says("has another `openIdConnectUrl`"));
    }

    other_keywords::compare(&mut changes, ObjectKind::Scheme, sites, rest, &new.rest);

    for (name, flow) in flows {
        match new.flows.get(name) {
            Some(new) => changes.extend(compare_flow(flow, new)),
            None => {
                let change = Change::new(ChangeKind::OauthFlowRemoved, sites, name);
                let change = change.was(&*flow.at, sorted(flow.value));
                changes.push(change.says(format!("no longer has the flow `{name}`")));
            }
        }
    }

    for (name, flow) in new.flows.iter().filter(|(name, _)| !flows.contains_key(*name)) {
        let change = Change::new(ChangeKind::OauthFlowAdded, sites, name);
        let change = change.is(&*flow.at, sorted(flow.value));
        changes.push(change.says(format!("has the new flow `{name}`")));
    }

    changes
}

fn compare_flow(old: &Flow, new: &Flow) -> Vec<Change> {
    // Field by field: a new field of the model does not compile until it is judged here.
    let Flow { at, urls, scopes, value: _, rest } = old;
    let sites = (at, &new.at);
    let mut changes = Vec::new();
    other_keywords::compare(&mut changes, ObjectKind::Flow, sites, rest, &new.rest);

    let keys: BTreeSet<&str> = urls.iter().chain(&new.urls).map(|url| url.key).collect();
    for key in keys {
        let was = urls.iter().find(|url| url.key == key);
        let is = new.urls.iter().find(|url| url.key == key);

        if was.map(|url| url.value) != is.map(|url| url.value) {
            let change = Change::of(ChangeKind::SecurityUrlChanged, sites, was, is);
            changes.push(change.says(format!("has another `{key}`")));
        }
    }

    for (scope, was) in scopes {
        match new.scopes.get(scope) {
            Some(is) if same(was.value, is.value) => {}
            Some(is) => {
                let change =
                    Change::of(ChangeKind::DocumentationChanged, sites, Some(was), Some(is));
                changes.push(change.says(format!("says otherwise what the scope `{scope}` is")));
            }
            None => {
                let change = Change::of(ChangeKind::OauthScopeRemoved, sites, Some(was), None);
                changes.push(change.says(format!("no longer has the scope `{scope}`")));
            }
        }
    }

    for (scope, is) in new.scopes.iter().filter(|(scope, _)| !scopes.contains_key(*scope)) {
        let change = Change::of(ChangeKind::OauthScopeAdded, sites, None, Some(is));
        changes.push(change.says(format!("has the new scope `{scope}`")));
    }

    changes
}
