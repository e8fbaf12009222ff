//! Where the API is served, and with which credentials it can be called.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::json;

use super::change::{Change, Directions};
use super::operation::Comparing;
use super::rest;
use crate::class::Class;
use crate::model::{Api, Flow, Scheme, Security, Server, Servers, same, sorted};

pub(super) fn compare_servers(comparing: &mut Comparing, base: &Servers, revision: &Servers) {
    let sites = (&base.at, &revision.at);
    let url = |server: Option<&Server>| server.map(|server| server.url.to_string());
    let (old, new) = (url(base.list.first()), url(revision.list.first()));
    if old != new {
        let change = Change::new(Class::ServerChanged, sites, "default");
        let named = |url: Option<String>| url.unwrap_or_else(|| "no server".to_owned());
        let predicate =
            format!("is served at {}, and no longer at {}", named(new.clone()), named(old.clone()));
        let change = change.was(&*base.at, old).is(&*revision.at, new);
        comparing.add(change.says(predicate), Directions::REQUEST);
    }
    let others = |servers: &Servers| -> BTreeSet<String> {
        servers.list.iter().skip(1).map(|server| server.url.to_string()).collect()
    };
    let all = |servers: &Servers| -> BTreeSet<String> {
        servers.list.iter().map(|server| server.url.to_string()).collect()
    };
    for gone in others(base).difference(&all(revision)) {
        let change = Change::new(Class::ServerRemoved, sites, gone).was(&*base.at, gone.as_str());
        comparing.add(change.says(format!("is no longer served at {gone}")), Directions::REQUEST);
    }
    for new in others(revision).difference(&all(base)) {
        let change = Change::new(Class::ServerAdded, sites, new).is(&*revision.at, new.as_str());
        comparing.add(change.says(format!("is served at {new} as well")), Directions::REQUEST);
    }
    for old in base.list.iter() {
        let Some(new) = revision.list.iter().find(|new| new.url == old.url) else { continue };
        compare_server(comparing, sites, old, new);
    }
}

fn compare_server(
    comparing: &mut Comparing,
    sites: (&Rc<str>, &Rc<str>),
    old: &Server,
    new: &Server,
) {
    let mut changes = Vec::new();
    rest::compare(&mut changes, sites, &old.rest, &new.rest);
    let differ = match (old.variables, new.variables) {
        (Some(old), Some(new)) => !same(old, new),
        (old, new) => old.is_some() != new.is_some(),
    };
    if differ {
        let change = Change::new(Class::ServerChanged, sites, "variables");
        let change = change.was(&**sites.0, old.variables.map(sorted));
        let change = change.is(&**sites.1, new.variables.map(sorted));
        changes.push(change.says("is served at a URL with other variables"));
    }
    let label = comparing.name().to_owned();
    comparing.add_all(&label, changes, Directions::REQUEST);
}

pub(super) fn compare_security(comparing: &mut Comparing, base: &Security, revision: &Security) {
    let sites = (&base.at, &revision.at);
    let spelled = |security: &Security| json!(*security.alternatives);
    let whole = |class| {
        let change = Change::new(class, sites, "security");
        change.was(&*base.at, spelled(base)).is(&*revision.at, spelled(revision))
    };
    match (base.is_open(), revision.is_open()) {
        (true, true) => return,
        (false, true) => {
            let change = whole(Class::SecurityRemoved);
            return comparing
                .add(change.says("wants no credentials any more"), Directions::REQUEST);
        }
        (true, false) => {
            let known = |names: &BTreeMap<&str, _>| {
                names.keys().all(|name| comparing.sides.wanted.contains(*name))
            };
            let class = match revision.alternatives.iter().any(known) {
                true => Class::KnownSecurityAdded,
                false => Class::SecurityAdded,
            };
            return comparing.add(whole(class).says("wants credentials now"), Directions::REQUEST);
        }
        (false, false) => {}
    }
    let partner = |set: &BTreeMap<&str, BTreeSet<&str>>, others: &Security| {
        others.alternatives.iter().position(|other| other.keys().eq(set.keys()))
    };
    let gone: Vec<_> =
        base.alternatives.iter().filter(|set| partner(set, revision).is_none()).collect();
    let new: Vec<_> =
        revision.alternatives.iter().filter(|set| partner(set, base).is_none()).collect();
    if gone.len() == base.alternatives.len() {
        return comparing.add(
            whole(Class::SecurityChanged).says("wants other credentials"),
            Directions::REQUEST,
        );
    }
    let named = |set: &BTreeMap<&str, _>| set.keys().copied().collect::<Vec<_>>().join(" and ");
    for set in gone {
        let name = named(set);
        let change = Change::new(Class::SecurityAlternativeRemoved, sites, &name);
        let change = change.was(&*base.at, json!(set));
        comparing.add(change.says(format!("no longer takes `{name}`")), Directions::REQUEST);
    }
    for set in new {
        let name = named(set);
        let change = Change::new(Class::SecurityAlternativeAdded, sites, &name);
        let change = change.is(&*revision.at, json!(set));
        comparing.add(change.says(format!("takes `{name}` as well")), Directions::REQUEST);
    }
    for old in base.alternatives.iter() {
        let Some(at) = partner(old, revision) else { continue };
        for (name, scopes) in old {
            compare_scopes(comparing, sites, name, (scopes, &revision.alternatives[at][name]));
        }
    }
}

fn compare_scopes(
    comparing: &mut Comparing,
    sites: (&Rc<str>, &Rc<str>),
    scheme: &str,
    (old, new): (&BTreeSet<&str>, &BTreeSet<&str>),
) {
    for scope in old.difference(new) {
        let change = Change::new(Class::SecurityScopeRemoved, sites, scheme);
        let change = change.was(&**sites.0, *scope);
        comparing
            .add(change.says(format!("no longer wants the scope `{scope}`")), Directions::REQUEST);
    }
    for scope in new.difference(old) {
        let change = Change::new(Class::SecurityScopeAdded, sites, scheme);
        let change = change.is(&**sites.1, *scope);
        comparing
            .add(change.says(format!("wants the scope `{scope}` as well")), Directions::REQUEST);
    }
}

/// Compares the ways to authenticate; each change with the name of the way.
pub(super) fn compare_schemes(base: &Api, revision: &Api) -> Vec<(String, Change)> {
    let root: Rc<str> = "".into();
    let mut changes = Vec::new();
    let known: BTreeSet<&str> = base.schemes.iter().map(|scheme| scheme.name).collect();
    let by_name: BTreeMap<&str, &Scheme> =
        revision.schemes.iter().map(|scheme| (scheme.name, scheme)).collect();
    for old in &base.schemes {
        match by_name.get(old.name) {
            Some(new) => {
                let found = compare_scheme(old, new);
                changes.extend(found.into_iter().map(|change| (old.name.to_owned(), change)));
            }
            None => {
                let change = Change::new(Class::SecuritySchemeRemoved, (&root, &root), old.name);
                let change = change.was(&*old.at, sorted(old.value)).says("is gone");
                changes.push((old.name.to_owned(), change));
            }
        }
    }
    for new in &revision.schemes {
        if !known.contains(new.name) {
            let change = Change::new(Class::SecuritySchemeAdded, (&root, &root), new.name);
            let change = change.is(&*new.at, sorted(new.value)).says("is new");
            changes.push((new.name.to_owned(), change));
        }
    }
    changes
}

fn compare_scheme(old: &Scheme, new: &Scheme) -> Vec<Change> {
    let sites = (&old.at, &new.at);
    let mut changes = Vec::new();
    if old.sent != new.sent {
        let change = Change::new(Class::SecuritySchemeChanged, sites, "sent");
        let change = change.was(&*old.at, json!(old.sent)).is(&*new.at, json!(new.sent));
        changes.push(change.says("sends its credentials another way now"));
    }
    let (was, is) = (old.provider.as_ref(), new.provider.as_ref());
    if was.map(|fact| fact.value) != is.map(|fact| fact.value) {
        let change = Change::of(Class::SecurityUrlChanged, sites, was, is);
        changes.push(change.says("has another `openIdConnectUrl`"));
    }
    rest::compare(&mut changes, sites, &old.rest, &new.rest);
    for (name, flow) in &old.flows {
        match new.flows.get(name) {
            Some(new) => changes.extend(compare_flow(flow, new)),
            None => {
                let change = Change::new(Class::OauthFlowRemoved, sites, name);
                let change = change.was(&*flow.at, sorted(flow.value));
                changes.push(change.says(format!("no longer has the flow `{name}`")));
            }
        }
    }
    for (name, flow) in new.flows.iter().filter(|(name, _)| !old.flows.contains_key(*name)) {
        let change = Change::new(Class::OauthFlowAdded, sites, name);
        let change = change.is(&*flow.at, sorted(flow.value));
        changes.push(change.says(format!("has the new flow `{name}`")));
    }
    changes
}

fn compare_flow(old: &Flow, new: &Flow) -> Vec<Change> {
    let sites = (&old.at, &new.at);
    let mut changes = Vec::new();
    rest::compare(&mut changes, sites, &old.rest, &new.rest);
    let keys: BTreeSet<&str> = old.urls.iter().chain(&new.urls).map(|url| url.key).collect();
    for key in keys {
        let was = old.urls.iter().find(|url| url.key == key);
        let is = new.urls.iter().find(|url| url.key == key);
        if was.map(|url| url.value) != is.map(|url| url.value) {
            let change = Change::of(Class::SecurityUrlChanged, sites, was, is);
            changes.push(change.says(format!("has another `{key}`")));
        }
    }
    for (scope, was) in &old.scopes {
        match new.scopes.get(scope) {
            Some(is) if same(was.value, is.value) => {}
            Some(is) => {
                let change = Change::of(Class::DocumentationChanged, sites, Some(was), Some(is));
                changes.push(change.says(format!("says otherwise what the scope `{scope}` is")));
            }
            None => {
                let change = Change::of(Class::OauthScopeRemoved, sites, Some(was), None);
                changes.push(change.says(format!("no longer has the scope `{scope}`")));
            }
        }
    }
    for (scope, is) in new.scopes.iter().filter(|(scope, _)| !old.scopes.contains_key(*scope)) {
        let change = Change::of(Class::OauthScopeAdded, sites, None, Some(is));
        changes.push(change.says(format!("has the new scope `{scope}`")));
    }
    changes
}
