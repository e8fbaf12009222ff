//! Where the API is served.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::change::{Change, Directions};
use super::operation::Comparing;
use crate::change_kind::ChangeKind;
use crate::compare::other_keywords::{self, ObjectKind};
use crate::model::{Server, Servers};

pub(super) fn compare(comparing: &mut Comparing, base: &Servers, revision: &Servers) {
    // Field by field: a new field of the model does not compile until it is judged here.
    let Servers { list, at } = base;
    let sites = (at, &revision.at);
    let (old, new) = (named_default(base), named_default(revision));

    if old != new {
        let change = Change::new(ChangeKind::ServerChanged, sites, "default");
        let change = change.was(&**at, old).is(&*revision.at, new);
        let predicate = format!("is served at {new}, and no longer at {old}");
        comparing.add(change.says(predicate), Directions::REQUEST);
    }

    let (before, after) = (all(base), all(revision));
    // The default has been told of.
    for gone in before.difference(&after).filter(|gone| **gone != old) {
        let change = Change::new(ChangeKind::ServerRemoved, sites, gone).was(&**at, *gone);
        comparing.add(change.says(format!("is no longer served at {gone}")), Directions::REQUEST);
    }

    for come in after.difference(&before).filter(|come| **come != new) {
        let change = Change::new(ChangeKind::ServerAdded, sites, come).is(&*revision.at, *come);
        comparing.add(change.says(format!("is served at {come} as well")), Directions::REQUEST);
    }

    for old in list.iter() {
        let Some(new) = revision.list.iter().find(|new| new.url == old.url) else { continue };
        compare_server(comparing, sites, old, new);
    }
}

/// What a URL is called; that of the document itself is `/`.
fn named(url: &str) -> &str {
    if url.is_empty() { "/" } else { url }
}

/// What the URL is called that is used where nobody chooses.
pub(super) fn named_default<'s>(servers: &'s Servers) -> &'s str {
    servers.list.first().map_or("/", |server| named(&server.url))
}

/// All URLs at which the API can be called.
fn all<'s>(servers: &'s Servers) -> BTreeSet<&'s str> {
    let urls = servers.list.iter().flat_map(|server| {
        let others = server.others.iter().map(|other| named(other));
        others.chain([named(&server.url)])
    });
    urls.collect()
}

fn compare_server(
    comparing: &mut Comparing,
    sites: (&Rc<str>, &Rc<str>),
    old: &Server,
    new: &Server,
) {
    // Field by field: a new field of the model does not compile until it is judged here.
    let Server { url: _, others: _, variables, rest } = old;
    let mut changes = Vec::new();
    other_keywords::compare(&mut changes, ObjectKind::Server, sites, rest, &new.rest);

    let mut words: BTreeMap<&str, [&[_]; 2]> = BTreeMap::new();
    variables.iter().for_each(|(name, said)| words.entry(name).or_default()[0] = said);
    new.variables.iter().for_each(|(name, said)| words.entry(name).or_default()[1] = said);

    for [old, new] in words.into_values() {
        other_keywords::compare(&mut changes, ObjectKind::Variable, sites, old, new);
    }

    let label = comparing.name().to_owned();
    comparing.add_all(&label, changes, Directions::REQUEST);
}
