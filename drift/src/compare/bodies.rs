//! Compares bodies of requests and responses.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use connect_codegen::diagnostic::Result;
use serde_json::Value;

use super::change::{Change, Directions, Pointers};
use super::operation_context::OperationContext;
use super::other_keywords::{self, ObjectKind};
use crate::change_kind::ChangeKind;
use crate::model::{
    Body, Encoding, MediaType, Operation, Serialization, canonical, essence, is_equivalent,
    is_form, is_json, is_query_form,
};

/// Compares the request bodies of two operations.
pub(super) fn compare_request_bodies<'a>(
    context: &mut OperationContext<'_, '_, 'a>,
    base: &Operation<'a>,
    revision: &Operation<'a>,
) -> Result<()> {
    let pointers = (&base.pointer, &revision.pointer);
    match (&base.body, &revision.body) {
        (None, None) => Ok(()),
        (None, Some(new)) => {
            context.add(added_body(pointers, new), Directions::REQUEST);
            Ok(())
        }
        (Some(old), None) => {
            context.add(removed_body(pointers, old), Directions::REQUEST);
            Ok(())
        }
        (Some(old), Some(new)) => compare_request_body(context, old, new),
    }
}

fn added_body(pointers: Pointers<'_>, new: &Body) -> Change {
    let kind = match new.required {
        true => ChangeKind::RequiredBodyAdded,
        false => ChangeKind::OptionalBodyAdded,
    };

    Change::new(kind, pointers, "requestBody")
        .with_new(&*new.pointer, canonical(new.value))
        .with_predicate(format!("has a new {} request body", describe(new)))
}

fn removed_body(pointers: Pointers<'_>, old: &Body) -> Change {
    let kind = match old.required {
        true => ChangeKind::RequiredBodyRemoved,
        false => ChangeKind::OptionalBodyRemoved,
    };

    Change::new(kind, pointers, "requestBody")
        .with_old(&*old.pointer, canonical(old.value))
        .with_predicate(format!("no longer has its {} request body", describe(old)))
}

fn describe(body: &Body) -> &'static str {
    if body.required { "required" } else { "optional" }
}

fn compare_request_body<'a>(
    context: &mut OperationContext<'_, '_, 'a>,
    old: &Body<'a>,
    new: &Body<'a>,
) -> Result<()> {
    // All fields are listed, so that a new field of the model cannot be forgotten here.
    let Body { pointer, required, content, value: _, other_keywords } = old;
    let pointers = (pointer, &new.pointer);

    if *required != new.required {
        let kind = match new.required {
            true => ChangeKind::BodyBecameRequired,
            false => ChangeKind::BodyBecameOptional,
        };
        let change = Change::new(kind, pointers, "required")
            .with_old(&**pointer, *required)
            .with_new(&*new.pointer, new.required)
            .with_predicate(format!("has a request body that is now {}", describe(new)));
        context.add(change, Directions::REQUEST);
    }

    let label = format!("the request body of {}", context.name());
    let mut changes = Vec::new();
    let kind = ObjectKind::Body;
    other_keywords::compare(&mut changes, kind, pointers, other_keywords, &new.other_keywords);
    context.add_all(&label, changes, Directions::REQUEST);

    compare_content(context, &label, pointers, (content, &new.content), Directions::REQUEST)
}

/// Compares the content of two bodies in all media types.
pub(super) fn compare_content<'a>(
    context: &mut OperationContext<'_, '_, 'a>,
    label: &str,
    pointers: Pointers<'_>,
    (base, revision): (&[MediaType<'a>], &[MediaType<'a>]),
    directions: Directions,
) -> Result<()> {
    let MediaTypeMatching { pairs, removed, added } = match_media_types(base, revision);

    // The client of this project uses JSON; without JSON, assume that it uses the first media type.
    let used = base.iter().find(|media_type| is_json(media_type.name)).or(base.first());
    let is_request = directions == Directions::REQUEST;
    for old in removed {
        let is_used = used.is_some_and(|used| std::ptr::eq(used, old));
        let change = removed_media_type(pointers, old, is_used, is_request);
        context.add_all(label, vec![change], directions);
    }
    for new in added {
        let change = added_media_type(pointers, new, is_request);
        context.add_all(label, vec![change], directions);
    }

    for (old, new) in pairs {
        compare_media_type(context, label, old, new, directions);
    }
    Ok(())
}

/// The corresponding media types of two bodies, and the remaining ones.
struct MediaTypeMatching<'m, 'a> {
    pairs: Vec<(&'m MediaType<'a>, &'m MediaType<'a>)>,
    removed: Vec<&'m MediaType<'a>>,
    added: Vec<&'m MediaType<'a>>,
}

/// Matches media types by name, first with and then without parameters. A single removed and a single
/// added media type match if they have equal content and are both JSON, or both not.
fn match_media_types<'m, 'a>(
    base: &'m [MediaType<'a>],
    revision: &'m [MediaType<'a>],
) -> MediaTypeMatching<'m, 'a> {
    let (base_names, revision_names) = (index_by_name(base), index_by_name(revision));
    let find = |media_type: &MediaType, names: &HashMap<String, usize>| {
        names.get(media_type.name).or_else(|| names.get(&essence(media_type.name))).copied()
    };

    let (mut pairs, mut removed) = (Vec::new(), Vec::new());
    for old in base {
        match find(old, &revision_names) {
            Some(index) => pairs.push((old, &revision[index])),
            None => removed.push(old),
        }
    }
    let mut added: Vec<&MediaType> =
        revision.iter().filter(|new| find(new, &base_names).is_none()).collect();

    if let ([old], [new]) = (&*removed, &*added)
        && is_json(old.name) == is_json(new.name)
        && is_equivalent(old.value, new.value)
    {
        pairs.push((old, new));
        (removed, added) = (Vec::new(), Vec::new());
    }

    MediaTypeMatching { pairs, removed, added }
}

/// Indexes media types by name, with and without parameters. Exact names take precedence, and of
/// equal names the first one.
fn index_by_name(media_types: &[MediaType]) -> HashMap<String, usize> {
    let entries = media_types.iter().enumerate().rev();
    let essences = entries.clone().map(|(index, it)| (essence(it.name), index));
    let names = entries.map(|(index, it)| (it.name.to_owned(), index));
    essences.chain(names).collect()
}

/// Returns the location and the value of a media type: its entry in a list, or its content.
fn located<'m, 'a>(media_type: &'m MediaType<'a>) -> (&'m str, &'a Value) {
    match &media_type.list_entry {
        Some(entry) => (&entry.pointer, entry.value),
        None => (&media_type.pointer, media_type.value),
    }
}

fn removed_media_type(
    pointers: Pointers<'_>,
    old: &MediaType,
    is_used: bool,
    is_request: bool,
) -> Change {
    let kind = match (is_request, is_used) {
        (true, true) => ChangeKind::RequestMediaTypeRemoved,
        (true, false) => ChangeKind::SpareRequestMediaTypeRemoved,
        (false, true) => ChangeKind::ResponseMediaTypeRemoved,
        (false, false) => ChangeKind::SpareResponseMediaTypeRemoved,
    };
    let (pointer, value) = located(old);

    Change::new(kind, pointers, old.name)
        .with_old(pointer, canonical(value))
        .with_predicate(format!("no longer has the media type `{}`", old.name))
}

fn added_media_type(pointers: Pointers<'_>, new: &MediaType, is_request: bool) -> Change {
    let kind = match is_request {
        true => ChangeKind::RequestMediaTypeAdded,
        false => ChangeKind::ResponseMediaTypeAdded,
    };
    let (pointer, value) = located(new);

    Change::new(kind, pointers, new.name)
        .with_new(pointer, canonical(value))
        .with_predicate(format!("has the new media type `{}`", new.name))
}

fn compare_media_type<'a>(
    context: &mut OperationContext<'_, '_, 'a>,
    label: &str,
    old: &MediaType<'a>,
    new: &MediaType<'a>,
    directions: Directions,
) {
    // All fields are listed, so that a new field of the model cannot be forgotten here.
    let MediaType { name, pointer, schema, encodings: _, value: _, list_entry: _, other_keywords } =
        old;
    let pointers = (pointer, &new.pointer);
    let mut changes = Vec::new();

    if !name.eq_ignore_ascii_case(new.name) {
        let change = Change::new(ChangeKind::MediaTypeRenamed, pointers, "")
            .with_old(located(old).0, *name)
            .with_new(located(new).0, new.name)
            .with_predicate(format!("has the media type `{}` instead of `{name}`", new.name));
        changes.push(change);
    }

    compare_encodings(&mut changes, pointers, old, new);
    let kind = ObjectKind::MediaType;
    other_keywords::compare(&mut changes, kind, pointers, other_keywords, &new.other_keywords);

    match (schema, &new.schema) {
        (Some(base), Some(revision)) => {
            context.add_schemas(label, (base, revision), directions, true);
        }
        (None, Some(_)) => {
            let change = Change::new(ChangeKind::BodySchemaAdded, pointers, "schema")
                .with_new(format!("{}/schema", new.pointer), schema_value(new))
                .with_predicate("now has a schema");
            changes.push(change);
        }
        (Some(_), None) => {
            let change = Change::new(ChangeKind::BodySchemaRemoved, pointers, "schema")
                .with_old(format!("{}/schema", old.pointer), schema_value(old))
                .with_predicate("no longer has a schema");
            changes.push(change);
        }
        (None, None) => {}
    }

    context.add_all(label, changes, directions);
}

fn schema_value(media_type: &MediaType) -> Value {
    media_type.value.get("schema").map(canonical).unwrap_or_default()
}

/// Compares the encodings of form fields, field by field.
fn compare_encodings(
    changes: &mut Vec<Change>,
    pointers: Pointers<'_>,
    old: &MediaType,
    new: &MediaType,
) {
    if !is_form(old.name) && !is_form(new.name) {
        return;
    }

    // The serialization matters in query-encoded forms only.
    let is_query = is_query_form(old.name) || is_query_form(new.name);
    let fields: BTreeSet<&str> =
        old.encodings.keys().chain(new.encodings.keys()).copied().collect();

    for field in fields {
        let (old, new) = (old.encodings.get(field), new.encodings.get(field));
        let is_equal = keyword_values(old) == keyword_values(new)
            && (!is_query || serialization(old) == serialization(new));
        if is_equal {
            continue;
        }

        let located =
            |encoding: &Encoding| (encoding.pointer.to_string(), canonical(encoding.value));
        let change = Change::new(ChangeKind::BodyEncodingChanged, pointers, field)
            .with_values(old.map(located), new.map(located))
            .with_predicate(format!("encodes the field `{field}` differently"));
        changes.push(change);
    }
}

fn serialization<'a>(encoding: Option<&Encoding<'a>>) -> Serialization<'a> {
    match encoding {
        // All fields are listed, so that a new field of the model cannot be forgotten here.
        Some(Encoding { pointer: _, value: _, serialization, other_keywords: _ }) => *serialization,
        None => Serialization::default_for_form_field(),
    }
}

fn keyword_values<'a>(encoding: Option<&Encoding<'a>>) -> BTreeMap<&'a str, Value> {
    let keywords = encoding.into_iter().flat_map(|encoding| &encoding.other_keywords);
    keywords.map(|keyword| (keyword.key, canonical(keyword.value))).collect()
}
