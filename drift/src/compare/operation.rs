//! Compares two corresponding operations.

use connect_codegen::diagnostic::Result;

use super::change::{Change, Directions};
use super::operation_context::OperationContext;
use super::operation_matching::{complete_url, unnamed_path};
use super::other_keywords::{self, ObjectKind};
use super::{bodies, parameters, responses, security, servers};
use crate::change_kind::ChangeKind;
use crate::model::Operation;

pub(super) fn compare<'a>(
    context: &mut OperationContext<'_, '_, 'a>,
    base: &Operation<'a>,
    revision: &Operation<'a>,
) -> Result<()> {
    // All fields are listed, so that a new field of the model cannot be forgotten here.
    let Operation {
        method: _,
        path: _,
        pointer: _,
        path_pointer: _,
        id: _,
        tags: _,
        deprecated: _,
        parameters: _,
        body: _,
        responses: _,
        security,
        servers,
        value: _,
        other_keywords: _,
        other_path_keywords: _,
    } = base;

    // The server and the path can change together while the complete URL stays the same.
    let is_base_path_moved = base.method == revision.method
        && unnamed_path(base.path) != unnamed_path(revision.path)
        && complete_url(base) == complete_url(revision);
    match is_base_path_moved {
        true => add_base_path_moved(context, base, revision),
        false => {
            compare_route(context, base, revision);
            servers::compare(context, servers, &revision.servers);
        }
    }

    compare_id(context, base, revision);
    compare_tags(context, base, revision);
    compare_deprecated(context, base, revision);
    compare_other_keywords(context, base, revision);

    security::compare(context, security, &revision.security);
    parameters::compare(context, base, revision)?;
    bodies::compare_request_bodies(context, base, revision)?;
    responses::compare(context, base, revision)
}

fn add_base_path_moved(context: &mut OperationContext, base: &Operation, revision: &Operation) {
    let (old, new) = (&base.servers, &revision.servers);
    let change = Change::new(ChangeKind::BasePathMoved, (&old.pointer, &new.pointer), "url")
        .with_old(&*old.pointer, servers::default_url(old))
        .with_new(&*new.pointer, servers::default_url(new))
        .with_predicate("has the same URL, divided differently between server and path");
    context.add(change, Directions::REQUEST);
}

fn compare_route(context: &mut OperationContext, base: &Operation, revision: &Operation) {
    let change = if base.method != revision.method {
        let pointers = (&base.pointer, &revision.pointer);
        Change::new(ChangeKind::OperationMethodChanged, pointers, "method")
            .with_old(&*base.pointer, base.name())
            .with_new(&*revision.pointer, revision.name())
            .with_predicate(format!("is now {}", revision.name()))
    } else if unnamed_path(base.path) != unnamed_path(revision.path) {
        let pointers = (&base.path_pointer, &revision.path_pointer);
        Change::new(ChangeKind::OperationMoved, pointers, "path")
            .with_old(&*base.path_pointer, base.path)
            .with_new(&*revision.path_pointer, revision.path)
            .with_predicate(format!("is now at {}", revision.path))
    } else {
        return;
    };

    context.add(change, Directions::REQUEST);
}

fn compare_id(context: &mut OperationContext, base: &Operation, revision: &Operation) {
    let id = |operation: &Operation| -> String {
        let id = operation.id.as_ref().and_then(|keyword| keyword.value.as_str());
        id.unwrap_or_default().to_owned()
    };
    let (old, new) = (id(base), id(revision));

    let (kind, predicate) = match (&base.id, &revision.id) {
        (Some(_), Some(_)) if old != new => {
            (ChangeKind::OperationIdChanged, format!("has the id `{new}` instead of `{old}`"))
        }
        (None, Some(_)) => (ChangeKind::OperationIdAdded, format!("now has the id `{new}`")),
        (Some(_), None) => {
            (ChangeKind::OperationIdRemoved, format!("no longer has the id `{old}`"))
        }
        _ => return,
    };
    let pointers = (&base.pointer, &revision.pointer);
    let change = Change::of_keyword(kind, pointers, base.id.as_ref(), revision.id.as_ref());
    context.add(change.with_predicate(predicate), Directions::REQUEST);
}

fn compare_tags(context: &mut OperationContext, base: &Operation, revision: &Operation) {
    let pointers = (&base.pointer, &revision.pointer);

    for tag in base.tags.difference(&revision.tags) {
        let change = Change::new(ChangeKind::OperationTagRemoved, pointers, tag)
            .with_old(format!("{}/tags", base.pointer), *tag)
            .with_predicate(format!("no longer has the tag `{tag}`"));
        context.add(change, Directions::REQUEST);
    }

    for tag in revision.tags.difference(&base.tags) {
        let change = Change::new(ChangeKind::OperationTagAdded, pointers, tag)
            .with_new(format!("{}/tags", revision.pointer), *tag)
            .with_predicate(format!("has the new tag `{tag}`"));
        context.add(change, Directions::REQUEST);
    }
}

fn compare_deprecated(context: &mut OperationContext, base: &Operation, revision: &Operation) {
    if base.deprecated == revision.deprecated {
        return;
    }

    let (kind, predicate) = match revision.deprecated {
        true => (ChangeKind::OperationDeprecated, "is now deprecated"),
        false => (ChangeKind::OperationReactivated, "is no longer deprecated"),
    };
    let change = Change::new(kind, (&base.pointer, &revision.pointer), "deprecated")
        .with_old(&*base.pointer, base.deprecated)
        .with_new(&*revision.pointer, revision.deprecated)
        .with_predicate(predicate);
    context.add(change, Directions::REQUEST);
}

/// Compares the keywords of the operation and of its path that have no rule of their own.
fn compare_other_keywords(context: &mut OperationContext, base: &Operation, revision: &Operation) {
    let mut changes = Vec::new();
    other_keywords::compare(
        &mut changes,
        ObjectKind::Operation,
        (&base.pointer, &revision.pointer),
        &base.other_keywords,
        &revision.other_keywords,
    );
    other_keywords::compare(
        &mut changes,
        ObjectKind::Path,
        (&base.path_pointer, &revision.path_pointer),
        &base.other_path_keywords,
        &revision.other_path_keywords,
    );

    let label = context.name().to_owned();
    context.add_all(&label, changes, Directions::REQUEST);
}
