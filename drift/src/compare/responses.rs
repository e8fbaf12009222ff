//! Compares the responses of an operation.

use connect_codegen::diagnostic::{Result, pointer_segment};

use super::change::{Change, Directions, Pointers};
use super::operation_context::OperationContext;
use super::other_keywords::{self, ObjectKind};
use super::{bodies, parameters};
use crate::change_kind::ChangeKind;
use crate::model::{Operation, Parameter, Response, canonical};

pub(super) fn compare<'a>(
    context: &mut OperationContext<'_, '_, 'a>,
    base: &Operation<'a>,
    revision: &Operation<'a>,
) -> Result<()> {
    let mut removed = statuses_only_in(base, revision);
    let mut added = statuses_only_in(revision, base);

    if let (Some(old), Some(new)) = (only_success(&removed), only_success(&added)) {
        compare_success_status(context, (base, old), (revision, new))?;
        removed.retain(|status| *status != old);
        added.retain(|status| *status != new);
    }

    let pointers = (&base.pointer, &revision.pointer);
    for status in removed {
        context.add(removed_status(pointers, base, status), Directions::RESPONSE);
    }
    for status in added {
        context.add(added_status(pointers, revision, status), Directions::RESPONSE);
    }

    for (status, old) in &base.responses {
        if let Some(new) = revision.responses.get(status) {
            compare_response(context, status, old, new)?;
        }
    }

    Ok(())
}

fn statuses_only_in<'a>(operation: &Operation<'a>, other: &Operation<'a>) -> Vec<&'a str> {
    let statuses = operation.responses.keys();
    statuses.filter(|status| !other.responses.contains_key(*status)).copied().collect()
}

/// Returns the success status of a list if there is exactly one.
fn only_success<'a>(statuses: &[&'a str]) -> Option<&'a str> {
    let mut success = statuses.iter().filter(|status| is_success(status));
    success.next().copied().filter(|_| success.next().is_none())
}

fn is_success(status: &str) -> bool {
    status.starts_with('2')
}

fn compare_success_status<'a>(
    context: &mut OperationContext<'_, '_, 'a>,
    (base, old): (&Operation<'a>, &'a str),
    (revision, new): (&Operation<'a>, &'a str),
) -> Result<()> {
    let pointers = (&base.pointer, &revision.pointer);
    let change = Change::new(ChangeKind::SuccessStatusChanged, pointers, "success")
        .with_old(entry_pointer(base, old), old)
        .with_new(entry_pointer(revision, new), new)
        .with_predicate(format!("succeeds with {new} instead of {old}"));
    context.add(change, Directions::RESPONSE);

    compare_response(context, new, &base.responses[old], &revision.responses[new])
}

fn removed_status(pointers: Pointers<'_>, base: &Operation, status: &str) -> Change {
    let kind = match status {
        "default" => ChangeKind::DefaultResponseRemoved,
        _ if is_success(status) => ChangeKind::SuccessStatusRemoved,
        _ => ChangeKind::ErrorStatusRemoved,
    };

    Change::new(kind, pointers, status)
        .with_old(entry_pointer(base, status), canonical(base.responses[status].value))
        .with_predicate(format!("no longer documents {}", describe_status(status)))
}

fn added_status(pointers: Pointers<'_>, revision: &Operation, status: &str) -> Change {
    let kind = match status {
        "default" => ChangeKind::DefaultResponseAdded,
        _ if is_success(status) => ChangeKind::SuccessStatusAdded,
        _ => ChangeKind::ErrorStatusAdded,
    };

    Change::new(kind, pointers, status)
        .with_new(entry_pointer(revision, status), canonical(revision.responses[status].value))
        .with_predicate(format!("now documents {}", describe_status(status)))
}

/// Returns the pointer of a response in its operation, even if it is a reference.
fn entry_pointer(operation: &Operation, status: &str) -> String {
    format!("{}/responses/{}", operation.pointer, pointer_segment(status))
}

fn describe_status(status: &str) -> String {
    match status {
        "default" => "a default response".to_owned(),
        status => format!("the status {status}"),
    }
}

fn compare_response<'a>(
    context: &mut OperationContext<'_, '_, 'a>,
    status: &str,
    old: &Response<'a>,
    new: &Response<'a>,
) -> Result<()> {
    // All fields are listed, so that a new field of the model cannot be forgotten here.
    let Response { pointer, content, headers: _, value: _, other_keywords } = old;
    let pointers = (pointer, &new.pointer);
    let label = format!("the response {status} of {}", context.name());
    let mut changes = Vec::new();
    let kind = ObjectKind::Response;
    other_keywords::compare(&mut changes, kind, pointers, other_keywords, &new.other_keywords);

    match (content.is_empty(), new.content.is_empty()) {
        (true, false) => {
            let change = Change::new(ChangeKind::ResponseBodyAdded, pointers, "content")
                .with_new(&*new.pointer, canonical(new.value))
                .with_predicate("now has a body");
            changes.push(change);
        }
        (false, true) => {
            let change = Change::new(ChangeKind::ResponseBodyRemoved, pointers, "content")
                .with_old(&*old.pointer, canonical(old.value))
                .with_predicate("no longer has a body");
            changes.push(change);
        }
        _ => {
            let content = (&**content, &*new.content);
            bodies::compare_content(context, &label, pointers, content, Directions::RESPONSE)?;
        }
    }

    compare_headers(context, &label, &mut changes, old, new)?;
    context.add_all(&label, changes, Directions::RESPONSE);

    Ok(())
}

fn compare_headers<'a>(
    context: &mut OperationContext<'_, '_, 'a>,
    label: &str,
    changes: &mut Vec<Change>,
    old: &Response<'a>,
    new: &Response<'a>,
) -> Result<()> {
    let pointers = (&old.pointer, &new.pointer);

    for (name, header) in &old.headers {
        if let Some(revision) = new.headers.get(name) {
            compare_header(context, label, changes, header, revision)?;
            continue;
        }

        let change = Change::new(ChangeKind::HeaderRemoved, pointers, name)
            .with_old(&*header.pointer, canonical(header.value))
            .with_predicate(format!("no longer has the header `{}`", header.name));
        changes.push(change);
    }

    for (name, header) in &new.headers {
        if !old.headers.contains_key(name) {
            let change = Change::new(ChangeKind::HeaderAdded, pointers, name)
                .with_new(&*header.pointer, canonical(header.value))
                .with_predicate(format!("has the new header `{}`", header.name));
            changes.push(change);
        }
    }

    Ok(())
}

/// Compares a header. Whether it is required is a change of the response, all else of the header.
fn compare_header<'a>(
    context: &mut OperationContext<'_, '_, 'a>,
    response_label: &str,
    response_changes: &mut Vec<Change>,
    old: &Parameter<'a>,
    new: &Parameter<'a>,
) -> Result<()> {
    // `parameters` lists all fields of a parameter, so that a new one cannot be forgotten.
    let Parameter { pointer, required, deprecated, other_keywords, .. } = old;
    let pointers = (pointer, &new.pointer);
    let label = format!("the header `{}` in {response_label}", new.name);

    if *required != new.required {
        let (kind, word) = match new.required {
            true => (ChangeKind::HeaderBecameRequired, "required"),
            false => (ChangeKind::HeaderBecameOptional, "optional"),
        };
        let change = Change::new(kind, pointers, "required")
            .with_old(&**pointer, *required)
            .with_new(&*new.pointer, new.required)
            .with_predicate(format!("has the header `{}`, which is now {word}", new.name));
        response_changes.push(change);
    }

    let mut changes = Vec::new();
    if *deprecated != new.deprecated {
        let (kind, predicate) = match new.deprecated {
            true => (ChangeKind::SchemaDeprecated, "is now deprecated"),
            false => (ChangeKind::SchemaReactivated, "is no longer deprecated"),
        };
        let change = Change::new(kind, pointers, "deprecated")
            .with_old(&**pointer, *deprecated)
            .with_new(&*new.pointer, new.deprecated)
            .with_predicate(predicate);
        changes.push(change);
    }

    let kind = ObjectKind::Header;
    other_keywords::compare(&mut changes, kind, pointers, other_keywords, &new.other_keywords);
    parameters::compare_value(context, &label, &mut changes, (old, new), Directions::HEADER)?;
    context.add_all(&label, changes, Directions::HEADER);

    Ok(())
}
