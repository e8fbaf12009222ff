//! Bodies of requests and responses, and the responses themselves.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use connect_codegen::diagnostic::Result;
use serde_json::Value;

use super::change::{Change, Directions};
use super::operation::Comparing;
use crate::change_kind::ChangeKind;
use crate::compare::other_keywords::{self, ObjectKind};
use crate::model::{
    Body, Encoding, Media, Operation, Serialization, essence, is_form, is_json, is_query_form,
    same, sorted,
};

pub(super) fn compare_bodies<'a>(
    comparing: &mut Comparing<'_, '_, 'a>,
    base: &Operation<'a>,
    revision: &Operation<'a>,
) -> Result<()> {
    let sites = (&base.at, &revision.at);
    let word = |body: &Body| if body.required { "required" } else { "optional" };

    let (old, new) = match (&base.body, &revision.body) {
        (None, None) => return Ok(()),
        (None, Some(new)) => {
            let class = if new.required {
                ChangeKind::RequiredBodyAdded
            } else {
                ChangeKind::OptionalBodyAdded
            };
            let change = Change::new(class, sites, "requestBody").is(&*new.at, sorted(new.value));
            let predicate = format!("has a request body now, which is {}", word(new));
            comparing.add(change.says(predicate), Directions::REQUEST);
            return Ok(());
        }
        (Some(old), None) => {
            let class = if old.required {
                ChangeKind::RequiredBodyRemoved
            } else {
                ChangeKind::OptionalBodyRemoved
            };
            let change = Change::new(class, sites, "requestBody").was(&*old.at, sorted(old.value));
            let predicate = format!("no longer has a request body, which was {}", word(old));
            comparing.add(change.says(predicate), Directions::REQUEST);
            return Ok(());
        }
        (Some(old), Some(new)) => (old, new),
    };

    // Field by field: a new field of the model does not compile until it is judged here.
    let Body { at, required, content, value: _, rest } = old;
    let sites = (at, &new.at);
    if *required != new.required {
        let class = match new.required {
            true => ChangeKind::BodyBecameRequired,
            false => ChangeKind::BodyBecameOptional,
        };
        let change = Change::new(class, sites, "required");
        let change = change.was(&**at, *required).is(&*new.at, new.required);
        let predicate = format!("has a request body that is {} now", word(new));
        comparing.add(change.says(predicate), Directions::REQUEST);
    }

    let label = format!("the request body of {}", comparing.name());
    let mut changes = Vec::new();
    other_keywords::compare(&mut changes, ObjectKind::Body, sites, rest, &new.rest);
    comparing.add_all(&label, changes, Directions::REQUEST);

    compare_content(comparing, &label, sites, (content, &new.content), Directions::REQUEST)
}

/// Compares what can be sent, in each media type.
pub(super) fn compare_content<'a>(
    comparing: &mut Comparing<'_, '_, 'a>,
    label: &str,
    sites: (&Rc<str>, &Rc<str>),
    (base, revision): (&[Media<'a>], &[Media<'a>]),
    directions: Directions,
) -> Result<()> {
    let places = |media: &[Media]| -> HashMap<String, usize> {
        let places = media.iter().enumerate().rev();
        let loose = places.clone().map(|(at, media)| (essence(media.name), at));
        loose.chain(places.map(|(at, media)| (media.name.to_owned(), at))).collect()
    };
    let (before, after) = (places(base), places(revision));
    let partner = |media: &Media, places: &HashMap<String, usize>| {
        places.get(media.name).or_else(|| places.get(&essence(media.name))).copied()
    };
    let mut pairs: Vec<(&Media, &Media)> = Vec::new();
    let mut gone: Vec<&Media> = Vec::new();

    for old in base {
        match partner(old, &after) {
            Some(at) => pairs.push((old, &revision[at])),
            None => gone.push(old),
        }
    }

    let mut new: Vec<&Media> =
        revision.iter().filter(|new| partner(new, &before).is_none()).collect();
    if let ([old], [come]) = (&*gone, &*new)
        && renamed(old, come)
    {
        pairs.push((old, come));
        (gone, new) = (Vec::new(), Vec::new());
    }

    compare_media_types(comparing, label, sites, base, (&gone, &new), directions);

    for (old, new) in pairs {
        compare_media(comparing, label, old, new, directions)?;
    }
    Ok(())
}

/// Whether one media type is another under a new name: of the same syntax, and all else is equal.
fn renamed(old: &Media, new: &Media) -> bool {
    is_json(old.name) == is_json(new.name) && same(old.value, new.value)
}

/// Where a media type is said, and what is said there.
fn place<'m, 'a>(media: &'m Media<'a>) -> (&'m str, &'a Value) {
    match &media.listed {
        Some(part) => (&part.at, part.value),
        None => (&media.at, media.value),
    }
}

fn compare_media_types(
    comparing: &mut Comparing,
    label: &str,
    sites: (&Rc<str>, &Rc<str>),
    base: &[Media],
    (gone, new): (&[&Media], &[&Media]),
    directions: Directions,
) {
    // Clients of this project speak JSON; where there is none, the first stands for what is spoken.
    let spoken = base.iter().find(|media| is_json(media.name)).or(base.first());
    let is_request = directions == Directions::REQUEST;
    for old in gone {
        let is_spoken = spoken.is_some_and(|spoken| std::ptr::eq(spoken, *old));
        let class = match (is_request, is_spoken) {
            (true, true) => ChangeKind::RequestMediaTypeRemoved,
            (true, false) => ChangeKind::SpareRequestMediaTypeRemoved,
            (false, true) => ChangeKind::ResponseMediaTypeRemoved,
            (false, false) => ChangeKind::SpareResponseMediaTypeRemoved,
        };

        let (at, value) = place(old);
        let change = Change::new(class, sites, old.name).was(at, sorted(value));
        let change = change.says(format!("no longer comes as `{}`", old.name));
        comparing.add_all(label, vec![change], directions);
    }

    for new in new {
        let class = match is_request {
            true => ChangeKind::RequestMediaTypeAdded,
            false => ChangeKind::ResponseMediaTypeAdded,
        };
        let (at, value) = place(new);
        let change = Change::new(class, sites, new.name).is(at, sorted(value));
        let change = change.says(format!("can come as `{}`", new.name));
        comparing.add_all(label, vec![change], directions);
    }
}

fn compare_media<'a>(
    comparing: &mut Comparing<'_, '_, 'a>,
    label: &str,
    old: &Media<'a>,
    new: &Media<'a>,
    directions: Directions,
) -> Result<()> {
    // Field by field: a new field of the model does not compile until it is judged here.
    let Media { name, at, schema: of, encodings: _, value: _, listed: _, rest } = old;
    let sites = (at, &new.at);
    let mut changes = Vec::new();

    if !name.eq_ignore_ascii_case(new.name) {
        let change = Change::new(ChangeKind::MediaTypeRenamed, sites, "");
        let change = change.was(place(old).0, old.name).is(place(new).0, new.name);
        changes
            .push(change.says(format!("comes as `{}`, and no longer as `{}`", new.name, old.name)));
    }

    compare_encodings(&mut changes, sites, old, new);
    other_keywords::compare(&mut changes, ObjectKind::Media, sites, rest, &new.rest);

    match (of, &new.schema) {
        (Some(base), Some(revision)) => {
            comparing.schemas(label, (base, revision), directions, true);
        }
        (None, Some(_)) => {
            let change = Change::new(ChangeKind::BodySchemaAdded, sites, "schema");
            let change = change.is(format!("{}/schema", new.at), schema(new));
            changes.push(change.says("has a schema now"));
        }
        (Some(_), None) => {
            let change = Change::new(ChangeKind::BodySchemaRemoved, sites, "schema");
            let change = change.was(format!("{}/schema", old.at), schema(old));
            changes.push(change.says("no longer has a schema"));
        }
        (None, None) => {}
    }

    comparing.add_all(label, changes, directions);
    Ok(())
}

fn written<'a>(encoding: Option<&Encoding<'a>>) -> Serialization<'a> {
    match encoding {
        // Field by field: a new field of the model does not compile until it is judged here.
        Some(Encoding { at: _, value: _, serialization, rest: _ }) => *serialization,
        None => Serialization::of_field(),
    }
}

/// Compares how the fields of a form are written, each by itself.
fn compare_encodings(
    changes: &mut Vec<Change>,
    sites: (&Rc<str>, &Rc<str>),
    old: &Media,
    new: &Media,
) {
    if !is_form(old.name) && !is_form(new.name) {
        return;
    }

    let is_query = is_query_form(old.name) || is_query_form(new.name);
    let fields: BTreeSet<&str> =
        old.encodings.keys().chain(new.encodings.keys()).copied().collect();

    for field in fields {
        let (was, is) = (old.encodings.get(field), new.encodings.get(field));
        let rest = |encoding: Option<&Encoding<'_>>| {
            let rest = encoding.into_iter().flat_map(|encoding| &encoding.rest);
            rest.map(|fact| (fact.key.to_owned(), sorted(fact.value))).collect::<BTreeMap<_, _>>()
        };

        if rest(was) == rest(is) && (!is_query || written(was) == written(is)) {
            continue;
        }

        let mut change = Change::new(ChangeKind::BodyEncodingChanged, sites, field);
        if let Some(was) = was {
            change = change.was(&*was.at, sorted(was.value));
        }

        if let Some(is) = is {
            change = change.is(&*is.at, sorted(is.value));
        }

        changes.push(
            change.says(format!("has the field `{field}`, which is written another way now")),
        );
    }
}

fn schema(media: &Media) -> Value {
    media.value.get("schema").map(sorted).unwrap_or_default()
}
