//! The answers of an operation.

use connect_codegen::diagnostic::{Result, pointer_segment};

use super::change::{Change, Directions};
use super::operation::Comparing;
use super::{bodies, parameters};
use crate::change_kind::ChangeKind;
use crate::compare::other_keywords::{self, ObjectKind};
use crate::model::{Operation, Parameter, Response, sorted};

pub(super) fn compare<'a>(
    comparing: &mut Comparing<'_, '_, 'a>,
    base: &Operation<'a>,
    revision: &Operation<'a>,
) -> Result<()> {
    let sites = (&base.at, &revision.at);
    let lone = |these: &Operation<'a>, others: &Operation<'a>| -> Vec<&'a str> {
        let statuses = these.responses.keys().filter(|key| !others.responses.contains_key(*key));
        statuses.copied().collect()
    };

    let (mut gone, mut new) = (lone(base, revision), lone(revision, base));
    let success = |list: &[&'a str]| {
        let mut found = list.iter().filter(|status| status.starts_with('2'));
        found.next().copied().filter(|_| found.next().is_none())
    };

    if let (Some(old), Some(come)) = (success(&gone), success(&new)) {
        let (was, is) = (&base.responses[old], &revision.responses[come]);
        let change = Change::new(ChangeKind::SuccessStatusChanged, sites, "success");
        let change = change.was(place(base, old), old).is(place(revision, come), come);
        let predicate = format!("succeeds with {come}, and no longer with {old}");
        comparing.add(change.says(predicate), Directions::RESPONSE);
        compare_response(comparing, come, was, is)?;
        gone.retain(|status| *status != old);
        new.retain(|status| *status != come);
    }

    for status in gone {
        let old = &base.responses[status];
        let class = match status {
            "default" => ChangeKind::DefaultResponseRemoved,
            _ if status.starts_with('2') => ChangeKind::SuccessStatusRemoved,
            _ => ChangeKind::ErrorStatusRemoved,
        };

        let change = Change::new(class, sites, status);
        let change = change.was(place(base, status), sorted(old.value));
        let change = change.says(format!("no longer documents {}", called(status)));
        comparing.add(change, Directions::RESPONSE);
    }

    for status in new {
        let come = &revision.responses[status];
        let class = match status {
            "default" => ChangeKind::DefaultResponseAdded,
            _ if status.starts_with('2') => ChangeKind::SuccessStatusAdded,
            _ => ChangeKind::ErrorStatusAdded,
        };

        let change = Change::new(class, sites, status);
        let change = change.is(place(revision, status), sorted(come.value));
        let change = change.says(format!("documents {} now", called(status)));
        comparing.add(change, Directions::RESPONSE);
    }

    for (status, old) in &base.responses {
        if let Some(new) = revision.responses.get(status) {
            compare_response(comparing, status, old, new)?;
        }
    }

    Ok(())
}

/// Where an operation lists an answer, wherever that is written.
fn place(operation: &Operation, status: &str) -> String {
    format!("{}/responses/{}", operation.at, pointer_segment(status))
}

fn called(status: &str) -> String {
    match status {
        "default" => "an answer for all other statuses".to_owned(),
        status => format!("the status {status}"),
    }
}

fn compare_response<'a>(
    comparing: &mut Comparing<'_, '_, 'a>,
    status: &str,
    old: &Response<'a>,
    new: &Response<'a>,
) -> Result<()> {
    // Field by field: a new field of the model does not compile until it is judged here.
    let Response { at, content, headers, value: _, rest } = old;
    let sites = (at, &new.at);
    let label = format!("the response {status} of {}", comparing.name());
    let mut changes = Vec::new();
    other_keywords::compare(&mut changes, ObjectKind::Response, sites, rest, &new.rest);

    match (content.is_empty(), new.content.is_empty()) {
        (true, false) => {
            let change = Change::new(ChangeKind::ResponseBodyAdded, sites, "content");
            changes.push(change.is(&*new.at, sorted(new.value)).says("has a body now"));
        }
        (false, true) => {
            let change = Change::new(ChangeKind::ResponseBodyRemoved, sites, "content");
            changes.push(change.was(&*old.at, sorted(old.value)).says("no longer has a body"));
        }
        _ => {
            let content = (&**content, &*new.content);
            bodies::compare_content(comparing, &label, sites, content, Directions::RESPONSE)?;
        }
    }

    for (name, header) in headers {
        match new.headers.get(name) {
            Some(revision) => compare_header(comparing, &label, &mut changes, header, revision)?,
            None => {
                let change = Change::new(ChangeKind::HeaderRemoved, sites, name);
                let change = change.was(&*header.at, sorted(header.value));
                changes.push(change.says(format!("no longer has the header `{}`", header.name)));
            }
        }
    }

    for (name, header) in new.headers.iter().filter(|(name, _)| !headers.contains_key(*name)) {
        let change = Change::new(ChangeKind::HeaderAdded, sites, name);
        let change = change.is(&*header.at, sorted(header.value));
        changes.push(change.says(format!("has the new header `{}`", header.name)));
    }

    comparing.add_all(&label, changes, Directions::RESPONSE);
    Ok(())
}

fn compare_header<'a>(
    comparing: &mut Comparing<'_, '_, 'a>,
    response: &str,
    changes: &mut Vec<Change>,
    old: &Parameter<'a>,
    new: &Parameter<'a>,
) -> Result<()> {
    // Field by field: a new field of the model does not compile until it is judged here.
    let Parameter {
        name: _,
        location: _,
        at,
        place: _,
        required: _,
        deprecated: _,
        schema: _,
        content: _,
        serialization: _,
        value: _,
        rest,
    } = old;
    let sites = (at, &new.at);
    let label = format!("the header `{}` in {response}", new.name);

    if old.required != new.required {
        let (class, word) = match new.required {
            true => (ChangeKind::HeaderBecameRequired, "required"),
            false => (ChangeKind::HeaderBecameOptional, "optional"),
        };
        let change = Change::new(class, sites, "required");
        let change = change.was(&*old.at, old.required).is(&*new.at, new.required);
        changes.push(change.says(format!("has the header `{}`, which is {word} now", new.name)));
    }

    let mut inside = Vec::new();
    if old.deprecated != new.deprecated {
        let (class, word) = match new.deprecated {
            true => (ChangeKind::SchemaDeprecated, "is deprecated now"),
            false => (ChangeKind::SchemaReactivated, "is no longer deprecated"),
        };
        let change = Change::new(class, sites, "deprecated");
        let change = change.was(&*old.at, old.deprecated).is(&*new.at, new.deprecated);
        inside.push(change.says(word));
    }

    other_keywords::compare(&mut inside, ObjectKind::Header, sites, rest, &new.rest);
    parameters::compare_value(comparing, &label, &mut inside, (old, new), Directions::HEADER)?;
    comparing.add_all(&label, inside, Directions::HEADER);

    Ok(())
}
