//! Compares security: the required credentials of operations, and the security schemes.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::json;

use super::change::{Change, Directions, Pointers};
use super::context::Context;
use super::operation_context::OperationContext;
use super::other_keywords::{self, ObjectKind};
use crate::change_kind::ChangeKind;
use crate::model::{OauthFlow, Security, SecurityScheme, canonical, is_equivalent};

/// A set of credentials: security schemes by their names in the base, with their scopes.
type CredentialSet<'s> = BTreeMap<&'s str, &'s BTreeSet<&'s str>>;

/// Compares the credentials that an operation accepts.
pub(super) fn compare(context: &mut OperationContext, base: &Security, revision: &Security) {
    // All fields are listed, so that a new field of the model cannot be forgotten here.
    let Security { alternatives: _, pointer } = base;
    let pointers = (pointer, &revision.pointer);
    let documents = context.documents;

    let base_name = |name| documents.renamed_schemes.get(name).copied().unwrap_or(name);
    let (before, after) =
        (credential_sets(base, |name| name), credential_sets(revision, base_name));
    let pairs = match_sets(&before, &after);
    let is_known = |name: &str| documents.required_schemes.contains(name);

    let replacement = match (base.allows_anonymous(), revision.allows_anonymous()) {
        (false, true) => Some((ChangeKind::SecurityRemoved, "no longer requires credentials")),
        (true, false) => {
            let has_known_set = after.iter().any(|set| set.keys().all(|name| is_known(name)));
            Some((added_kind(has_known_set), "now requires credentials"))
        }
        (false, false) if pairs.is_empty() => {
            Some((ChangeKind::SecurityChanged, "requires different credentials"))
        }
        _ => None,
    };
    if let Some((kind, predicate)) = replacement {
        let change = Change::new(kind, pointers, "security")
            .with_old(&**pointer, json!(*base.alternatives))
            .with_new(&*revision.pointer, json!(*revision.alternatives))
            .with_predicate(predicate);
        return context.add(change, Directions::REQUEST);
    }

    compare_alternatives(context, pointers, (&before, &after), &pairs);
    for (old_index, new_index) in pairs {
        compare_set(context, pointers, &before[old_index], &after[new_index]);
    }
}

/// Returns the change kind for additional required credentials.
fn added_kind(is_known: bool) -> ChangeKind {
    match is_known {
        true => ChangeKind::KnownSecurityAdded,
        false => ChangeKind::SecurityAdded,
    }
}

/// Returns the accepted sets, without the empty one, which allows anonymous calls.
fn credential_sets<'s>(
    security: &'s Security,
    name: impl Fn(&'s str) -> &'s str,
) -> Vec<CredentialSet<'s>> {
    let sets = security.alternatives.iter().filter(|set| !set.is_empty());
    sets.map(|set| set.iter().map(|(scheme, scopes)| (name(scheme), scopes)).collect()).collect()
}

/// Matches sets of which one contains the schemes of the other; equal ones first. A client may send
/// more credentials than required.
fn match_sets(before: &[CredentialSet], after: &[CredentialSet]) -> Vec<(usize, usize)> {
    let contains = |one: &CredentialSet, other: &CredentialSet| {
        other.keys().all(|name| one.contains_key(name))
    };
    let mut candidates: Vec<(usize, usize)> = (0..before.len())
        .flat_map(|old| (0..after.len()).map(move |new| (old, new)))
        .filter(|(old, new)| {
            contains(&before[*old], &after[*new]) || contains(&after[*new], &before[*old])
        })
        .collect();

    // The result is the same if the documents are swapped.
    candidates.sort_by_key(|(old, new)| {
        let difference = before[*old].len().abs_diff(after[*new].len());
        (difference, *old.max(new), *old.min(new))
    });

    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (old, new) in candidates {
        let is_matched = pairs.iter().any(|pair| pair.0 == old || pair.1 == new);
        if !is_matched {
            pairs.push((old, new));
        }
    }

    pairs
}

/// Compares which sets are accepted.
fn compare_alternatives(
    context: &mut OperationContext,
    pointers: Pointers<'_>,
    (before, after): (&[CredentialSet], &[CredentialSet]),
    pairs: &[(usize, usize)],
) {
    for (index, set) in before.iter().enumerate() {
        if !pairs.iter().any(|(old, _)| *old == index) {
            let names = join_names(set.keys());
            let kind = ChangeKind::SecurityAlternativeRemoved;
            let change = Change::new(kind, pointers, &names)
                .with_old(&**pointers.0, json!(set))
                .with_predicate(format!("no longer accepts {names}"));
            context.add(change, Directions::REQUEST);
        }
    }

    for (index, set) in after.iter().enumerate() {
        if !pairs.iter().any(|(_, new)| *new == index) {
            let names = join_names(set.keys());
            let kind = ChangeKind::SecurityAlternativeAdded;
            let change = Change::new(kind, pointers, &names)
                .with_new(&**pointers.1, json!(set))
                .with_predicate(format!("also accepts {names}"));
            context.add(change, Directions::REQUEST);
        }
    }
}

/// Compares two corresponding sets.
fn compare_set(
    context: &mut OperationContext,
    pointers: Pointers<'_>,
    old: &CredentialSet,
    new: &CredentialSet,
) {
    let removed: Vec<_> = old.keys().filter(|name| !new.contains_key(*name)).collect();
    let added: Vec<_> = new.keys().filter(|name| !old.contains_key(*name)).collect();

    let change = match (&*removed, &*added) {
        ([], []) => None,
        (removed, []) => {
            let (removed, rest) = (join_names(removed), join_names(new.keys()));
            let predicate = format!("no longer requires {removed} in addition to {rest}");
            Some((ChangeKind::SecurityRemoved, predicate))
        }
        (_, added) => {
            let is_known =
                added.iter().all(|name| context.documents.required_schemes.contains(**name));
            let (added, rest) = (join_names(added), join_names(old.keys()));
            let predicate = format!("now requires {added} in addition to {rest}");
            Some((added_kind(is_known), predicate))
        }
    };
    if let Some((kind, predicate)) = change {
        let change = Change::new(kind, pointers, &join_names(old.keys()))
            .with_old(&**pointers.0, json!(old))
            .with_new(&**pointers.1, json!(new))
            .with_predicate(predicate);
        context.add(change, Directions::REQUEST);
    }

    for (name, old_scopes) in old {
        if let Some(new_scopes) = new.get(name) {
            compare_scopes(context, pointers, name, (old_scopes, new_scopes));
        }
    }
}

/// Joins the names of security schemes for a message.
fn join_names(names: impl IntoIterator<Item = impl std::fmt::Display>) -> String {
    let names = names.into_iter().map(|name| format!("`{name}`"));
    names.collect::<Vec<_>>().join(" and ")
}

fn compare_scopes(
    context: &mut OperationContext,
    pointers: Pointers<'_>,
    scheme: &str,
    (old, new): (&BTreeSet<&str>, &BTreeSet<&str>),
) {
    for scope in old.difference(new) {
        let change = Change::new(ChangeKind::SecurityScopeRemoved, pointers, scheme)
            .with_old(&**pointers.0, *scope)
            .with_predicate(format!("no longer requires the scope `{scope}`"));
        context.add(change, Directions::REQUEST);
    }

    for scope in new.difference(old) {
        let change = Change::new(ChangeKind::SecurityScopeAdded, pointers, scheme)
            .with_new(&**pointers.1, *scope)
            .with_predicate(format!("requires the additional scope `{scope}`"));
        context.add(change, Directions::REQUEST);
    }
}

/// Compares the security schemes. Each change comes with the name of the scheme in the base, or in
/// the revision if the scheme is new.
pub(super) fn compare_schemes(documents: &Context) -> Vec<(String, Change)> {
    let root: Rc<str> = "".into();
    let base_name = |new: &SecurityScheme| documents.renamed_schemes.get(new.name).copied();
    let revision_by_base_name: BTreeMap<String, &SecurityScheme> = documents
        .revision
        .security_schemes
        .iter()
        .map(|new| (base_name(new).unwrap_or(new.name).to_owned(), new))
        .collect();

    let mut changes = Vec::new();
    for old in &documents.base.security_schemes {
        let scheme_changes = match revision_by_base_name.get(old.name) {
            Some(new) => compare_scheme(old, new),
            None => vec![
                Change::new(ChangeKind::SecuritySchemeRemoved, (&root, &root), old.name)
                    .with_old(&*old.pointer, canonical(old.value))
                    .with_predicate("was removed"),
            ],
        };
        changes.extend(scheme_changes.into_iter().map(|change| (old.name.to_owned(), change)));
    }

    let base_names: BTreeSet<&str> =
        documents.base.security_schemes.iter().map(|scheme| scheme.name).collect();
    for new in &documents.revision.security_schemes {
        if !base_names.contains(new.name) && base_name(new).is_none() {
            let change = Change::new(ChangeKind::SecuritySchemeAdded, (&root, &root), new.name)
                .with_new(&*new.pointer, canonical(new.value))
                .with_predicate("was added");
            changes.push((new.name.to_owned(), change));
        }
    }

    changes
}

fn compare_scheme(old: &SecurityScheme, new: &SecurityScheme) -> Vec<Change> {
    // All fields are listed, so that a new field of the model cannot be forgotten here.
    let SecurityScheme { name, pointer, transport, openid_url, flows, value: _, other_keywords } =
        old;
    let pointers = (pointer, &new.pointer);
    let mut changes = Vec::new();

    if *name != new.name {
        let change = Change::new(ChangeKind::SecuritySchemeRenamed, pointers, "")
            .with_old(&**pointer, *name)
            .with_new(&*new.pointer, new.name)
            .with_predicate(format!("was renamed to `{}`", new.name));
        changes.push(change);
    }

    if *transport != new.transport {
        let change = Change::new(ChangeKind::SecuritySchemeChanged, pointers, "transport")
            .with_old(&**pointer, json!(transport))
            .with_new(&*new.pointer, json!(new.transport))
            .with_predicate("sends its credentials differently");
        changes.push(change);
    }

    let (before, after) = (openid_url.as_ref(), new.openid_url.as_ref());
    if before.map(|url| url.value) != after.map(|url| url.value) {
        let change = Change::of_keyword(ChangeKind::SecurityUrlChanged, pointers, before, after)
            .with_predicate("has a different `openIdConnectUrl`");
        changes.push(change);
    }

    let kind = ObjectKind::SecurityScheme;
    other_keywords::compare(&mut changes, kind, pointers, other_keywords, &new.other_keywords);

    for (name, flow) in flows {
        match new.flows.get(name) {
            Some(new) => changes.extend(compare_flow(flow, new)),
            None => {
                let change = Change::new(ChangeKind::OauthFlowRemoved, pointers, name)
                    .with_old(&*flow.pointer, canonical(flow.value))
                    .with_predicate(format!("no longer has the flow `{name}`"));
                changes.push(change);
            }
        }
    }
    for (name, flow) in new.flows.iter().filter(|(name, _)| !flows.contains_key(*name)) {
        let change = Change::new(ChangeKind::OauthFlowAdded, pointers, name)
            .with_new(&*flow.pointer, canonical(flow.value))
            .with_predicate(format!("has the new flow `{name}`"));
        changes.push(change);
    }

    changes
}

fn compare_flow(old: &OauthFlow, new: &OauthFlow) -> Vec<Change> {
    // All fields are listed, so that a new field of the model cannot be forgotten here.
    let OauthFlow { pointer, urls, scopes, value: _, other_keywords } = old;
    let pointers = (pointer, &new.pointer);
    let mut changes = Vec::new();
    let kind = ObjectKind::OauthFlow;
    other_keywords::compare(&mut changes, kind, pointers, other_keywords, &new.other_keywords);

    let url_keys: BTreeSet<&str> = urls.iter().chain(&new.urls).map(|url| url.key).collect();
    for key in url_keys {
        let before = urls.iter().find(|url| url.key == key);
        let after = new.urls.iter().find(|url| url.key == key);
        if before.map(|url| url.value) != after.map(|url| url.value) {
            let kind = ChangeKind::SecurityUrlChanged;
            let change = Change::of_keyword(kind, pointers, before, after);
            changes.push(change.with_predicate(format!("has a different `{key}`")));
        }
    }

    let names: BTreeSet<&str> = scopes.keys().chain(new.scopes.keys()).copied().collect();
    for name in names {
        let (before, after) = (scopes.get(name), new.scopes.get(name));
        let (kind, predicate) = match (before, after) {
            (Some(before), Some(after)) if is_equivalent(before.value, after.value) => continue,
            (Some(_), Some(_)) => (
                ChangeKind::DocumentationChanged,
                format!("describes the scope `{name}` differently"),
            ),
            (Some(_), None) => {
                (ChangeKind::OauthScopeRemoved, format!("no longer has the scope `{name}`"))
            }
            (None, _) => (ChangeKind::OauthScopeAdded, format!("has the new scope `{name}`")),
        };
        let change = Change::of_keyword(kind, pointers, before, after);
        changes.push(change.with_predicate(predicate));
    }

    changes
}
