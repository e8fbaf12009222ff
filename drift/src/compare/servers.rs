//! Where the API is served.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::change::{Change, Directions};
use super::operation::Comparing;
use super::rest::{self, Holder};
use crate::class::Class;
use crate::model::{Server, Servers, same, sorted};

pub(super) fn compare(comparing: &mut Comparing, base: &Servers, revision: &Servers) {
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
    rest::compare(&mut changes, Holder::Server, sites, &old.rest, &new.rest);
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
