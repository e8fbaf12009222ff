//! Compares the servers of an operation.

use std::collections::BTreeSet;

use super::change::{Change, Directions, Pointers};
use super::operation_context::OperationContext;
use super::other_keywords::{self, ObjectKind};
use crate::change_kind::ChangeKind;
use crate::model::{Server, Servers};

pub(super) fn compare(context: &mut OperationContext, base: &Servers, revision: &Servers) {
    // All fields are listed, so that a new field of the model cannot be forgotten here.
    let Servers { list, pointer } = base;
    let pointers = (pointer, &revision.pointer);
    let (old_default, new_default) = (default_url(base), default_url(revision));

    if old_default != new_default {
        let change = Change::new(ChangeKind::ServerChanged, pointers, "default")
            .with_old(&**pointer, old_default)
            .with_new(&*revision.pointer, new_default)
            .with_predicate(format!("has the server {new_default} instead of {old_default}"));
        context.add(change, Directions::REQUEST);
    }

    let (before, after) = (all_urls(base), all_urls(revision));
    for removed in before.difference(&after).filter(|url| **url != old_default) {
        let change = Change::new(ChangeKind::ServerRemoved, pointers, removed)
            .with_old(&**pointer, *removed)
            .with_predicate(format!("no longer has the server {removed}"));
        context.add(change, Directions::REQUEST);
    }
    for added in after.difference(&before).filter(|url| **url != new_default) {
        let change = Change::new(ChangeKind::ServerAdded, pointers, added)
            .with_new(&*revision.pointer, *added)
            .with_predicate(format!("has the additional server {added}"));
        context.add(change, Directions::REQUEST);
    }

    for old in list.iter() {
        if let Some(new) = revision.list.iter().find(|new| new.url == old.url) {
            compare_server(context, pointers, old, new);
        }
    }
}

/// Returns the URL of the default server.
pub(super) fn default_url<'s>(servers: &'s Servers) -> &'s str {
    servers.list.first().map_or("/", |server| display_url(&server.url))
}

/// Returns a URL as it is shown; the empty one, which is that of the document, as `/`.
fn display_url(url: &str) -> &str {
    if url.is_empty() { "/" } else { url }
}

fn all_urls<'s>(servers: &'s Servers) -> BTreeSet<&'s str> {
    let urls = servers.list.iter().flat_map(|server| {
        let alternatives = server.alternative_urls.iter().map(String::as_str);
        alternatives.chain([&*server.url])
    });
    urls.map(display_url).collect()
}

fn compare_server(
    context: &mut OperationContext,
    pointers: Pointers<'_>,
    old: &Server,
    new: &Server,
) {
    // All fields are listed, so that a new field of the model cannot be forgotten here.
    let Server { url: _, alternative_urls: _, variables, other_keywords } = old;
    let mut changes = Vec::new();
    let kind = ObjectKind::Server;
    other_keywords::compare(&mut changes, kind, pointers, other_keywords, &new.other_keywords);

    let names: BTreeSet<&str> = variables.keys().chain(new.variables.keys()).copied().collect();
    for name in names {
        let old = variables.get(name).into_iter().flatten();
        let new = new.variables.get(name).into_iter().flatten();
        other_keywords::compare(&mut changes, ObjectKind::ServerVariable, pointers, old, new);
    }

    let label = context.name().to_owned();
    context.add_all(&label, changes, Directions::REQUEST);
}
