//! Compares the parameters of an operation.

use std::collections::HashMap;

use connect_codegen::diagnostic::Result;

use super::bodies;
use super::change::{Change, Directions, Pointers};
use super::operation_context::OperationContext;
use super::operation_matching::path_parameter_names;
use super::other_keywords::{self, ObjectKind};
use super::renames::find_renames;
use crate::change_kind::ChangeKind;
use crate::model::{
    Operation, Parameter, Schema, SchemaNode, Serialization, SingleUnion, TypeSet, canonical,
};

pub(super) fn compare<'a>(
    context: &mut OperationContext<'_, '_, 'a>,
    base: &Operation<'a>,
    revision: &Operation<'a>,
) -> Result<()> {
    let ParameterMatching { pairs, removed, added } = match_parameters(context, base, revision);
    let pointers = (&base.pointer, &revision.pointer);
    for old in removed {
        context.add(removed_parameter(pointers, old), Directions::REQUEST);
    }
    for new in added {
        context.add(added_parameter(pointers, new), Directions::REQUEST);
    }

    for (old, new) in pairs {
        compare_pair(context, old, new)?;
    }
    Ok(())
}

fn removed_parameter(pointers: Pointers<'_>, old: &Parameter) -> Change {
    let kind = match (old.location, old.required) {
        ("path", _) => ChangeKind::PathParameterRemoved,
        (_, true) => ChangeKind::RequiredParameterRemoved,
        (_, false) => ChangeKind::OptionalParameterRemoved,
    };

    Change::new(kind, pointers, &key(old))
        .with_old(&*old.entry_pointer, canonical(old.value))
        .with_predicate(format!("no longer has the {} parameter `{}`", describe(old), old.name))
}

fn added_parameter(pointers: Pointers<'_>, new: &Parameter) -> Change {
    let kind = match (new.location, new.required) {
        ("path", _) => ChangeKind::PathParameterAdded,
        (_, true) => ChangeKind::RequiredParameterAdded,
        (_, false) => ChangeKind::OptionalParameterAdded,
    };

    Change::new(kind, pointers, &key(new))
        .with_new(&*new.entry_pointer, canonical(new.value))
        .with_predicate(format!("has the new {} parameter `{}`", describe(new), new.name))
}

fn describe(parameter: &Parameter) -> String {
    let required = if parameter.required { "required" } else { "optional" };
    format!("{required} {}", parameter.location)
}

/// Returns the identity of a parameter.
fn key(parameter: &Parameter) -> String {
    match parameter.location {
        // Header names are case-insensitive.
        "header" => format!("header {}", parameter.name.to_ascii_lowercase()),
        location => format!("{location} {}", parameter.name),
    }
}

/// The corresponding parameters of two operations, and the remaining ones.
struct ParameterMatching<'o, 'a> {
    pairs: Vec<(&'o Parameter<'a>, &'o Parameter<'a>)>,
    removed: Vec<&'o Parameter<'a>>,
    added: Vec<&'o Parameter<'a>>,
}

impl<'o, 'a> ParameterMatching<'o, 'a> {
    /// Matches the remaining parameters with equal keys, and returns the new pairs.
    fn match_by_key(
        &mut self,
        old_key: impl Fn(&Parameter) -> String,
        new_key: impl Fn(&Parameter) -> String,
    ) -> Vec<(&'o Parameter<'a>, &'o Parameter<'a>)> {
        // Of several new parameters with one key, the first one counts.
        let mut index_by_key: HashMap<String, usize> = HashMap::new();
        for (index, new) in self.added.iter().enumerate() {
            index_by_key.entry(new_key(new)).or_insert(index);
        }

        let mut pairs = Vec::new();
        let mut is_matched = vec![false; self.added.len()];
        self.removed.retain(|old| match index_by_key.remove(&old_key(old)) {
            Some(index) => {
                is_matched[index] = true;
                pairs.push((*old, self.added[index]));
                false
            }
            None => true,
        });

        let mut is_matched = is_matched.into_iter();
        self.added.retain(|_| !is_matched.next().unwrap_or_default());
        self.pairs.extend(&pairs);

        pairs
    }
}

/// Matches parameters by name and location, where path parameters are matched by position; then by
/// name alone (moved), and by content (renamed). Adds the changes of name and location.
fn match_parameters<'o, 'a>(
    context: &mut OperationContext<'_, '_, 'a>,
    base: &'o Operation<'a>,
    revision: &'o Operation<'a>,
) -> ParameterMatching<'o, 'a> {
    let mut matching = ParameterMatching {
        pairs: Vec::new(),
        removed: base.parameters.iter().collect(),
        added: revision.parameters.iter().collect(),
    };

    let new_path_names = corresponding_path_names(base, revision);
    let key_in_revision = |old: &Parameter| match new_path_names.get(old.name) {
        Some(name) if old.location == "path" => format!("path {name}"),
        _ => key(old),
    };
    for (old, new) in matching.match_by_key(key_in_revision, key) {
        if old.location == "path" && old.name != new.name {
            let pointers = (&base.path_pointer, &revision.path_pointer);
            let change = renamed_path_parameter(pointers, old, new);
            context.add(change, Directions::REQUEST);
        }
    }

    let name = |parameter: &Parameter| parameter.name.to_owned();
    for (old, new) in matching.match_by_key(name, name) {
        context.add(moved_parameter(old, new), Directions::REQUEST);
    }

    let removed = names_outside_path(&matching.removed);
    let renames = find_renames(&removed, &names_outside_path(&matching.added));
    let new_name = |old: &Parameter| match renames.get(old.name) {
        Some(name) => format!("{} {name}", old.location),
        None => String::new(),
    };
    let exact_name = |new: &Parameter| format!("{} {}", new.location, new.name);
    for (old, new) in matching.match_by_key(new_name, exact_name) {
        context.add(renamed_parameter(old, new), Directions::REQUEST);
    }

    matching
}

/// Returns the name in the revision of each path parameter, by its name in the base.
fn corresponding_path_names<'a>(
    base: &Operation<'a>,
    revision: &Operation<'a>,
) -> HashMap<&'a str, &'a str> {
    let (old, new) = (path_parameter_names(base.path), path_parameter_names(revision.path));
    match old.len() == new.len() {
        true => old.into_iter().zip(new).collect(),
        false => HashMap::new(),
    }
}

fn names_outside_path<'a>(parameters: &[&Parameter<'a>]) -> Vec<(&'a str, &'a serde_json::Value)> {
    let parameters = parameters.iter().filter(|parameter| parameter.location != "path");
    parameters.map(|parameter| (parameter.name, parameter.value)).collect()
}

fn renamed_path_parameter(pointers: Pointers<'_>, old: &Parameter, new: &Parameter) -> Change {
    Change::new(ChangeKind::PathParameterRenamed, pointers, old.name)
        .with_old(&**pointers.0, old.name)
        .with_new(&**pointers.1, new.name)
        .with_predicate(format!("renames the path parameter `{}` to `{}`", old.name, new.name))
}

fn moved_parameter(old: &Parameter, new: &Parameter) -> Change {
    Change::new(ChangeKind::ParameterMoved, (&old.pointer, &new.pointer), &key(old))
        .with_old(&*old.pointer, old.location)
        .with_new(&*new.pointer, new.location)
        .with_predicate(format!(
            "takes `{}` in the {} instead of the {}",
            old.name, new.location, old.location
        ))
}

fn renamed_parameter(old: &Parameter, new: &Parameter) -> Change {
    let kind = match old.required || new.required {
        true => ChangeKind::RequiredParameterRenamed,
        false => ChangeKind::OptionalParameterRenamed,
    };

    Change::new(kind, (&old.pointer, &new.pointer), "name")
        .with_old(&*old.pointer, old.name)
        .with_new(&*new.pointer, new.name)
        .with_predicate(format!("renames the parameter `{}` to `{}`", old.name, new.name))
}

fn compare_pair<'a>(
    context: &mut OperationContext<'_, '_, 'a>,
    old: &Parameter<'a>,
    new: &Parameter<'a>,
) -> Result<()> {
    // All fields are listed, so that a new field of the model cannot be forgotten here.
    let Parameter {
        name: _,
        location: _,
        pointer,
        entry_pointer: _,
        required,
        deprecated,
        schema: _,
        content: _,
        serialization: _,
        value: _,
        other_keywords,
    } = old;
    let pointers = (pointer, &new.pointer);
    let name = new.name;
    let flag_change = |kind, old: bool, new: bool, state: &str| {
        Change::new(kind, pointers, "")
            .with_old(&**pointers.0, old)
            .with_new(&**pointers.1, new)
            .with_predicate(format!("has the parameter `{name}`, which is {state}"))
    };

    if *required != new.required {
        let (kind, state) = match new.required {
            true => (ChangeKind::ParameterBecameRequired, "now required"),
            false => (ChangeKind::ParameterBecameOptional, "now optional"),
        };
        context.add(flag_change(kind, *required, new.required, state), Directions::REQUEST);
    }

    if *deprecated != new.deprecated {
        let (kind, state) = match new.deprecated {
            true => (ChangeKind::ParameterDeprecated, "now deprecated"),
            false => (ChangeKind::ParameterReactivated, "no longer deprecated"),
        };
        context.add(flag_change(kind, *deprecated, new.deprecated, state), Directions::REQUEST);
    }

    let label = format!("the parameter `{name}` of {}", context.name());
    let mut changes = Vec::new();
    let kind = ObjectKind::Parameter;
    other_keywords::compare(&mut changes, kind, pointers, other_keywords, &new.other_keywords);
    compare_value(context, &label, &mut changes, (old, new), Directions::REQUEST)?;
    context.add_all(&label, changes, Directions::REQUEST);

    Ok(())
}

/// Compares the value of a parameter or a header, and its serialization.
pub(super) fn compare_value<'a>(
    context: &mut OperationContext<'_, '_, 'a>,
    label: &str,
    changes: &mut Vec<Change>,
    (old, new): (&Parameter<'a>, &Parameter<'a>),
    directions: Directions,
) -> Result<()> {
    let pointers = (&old.pointer, &new.pointer);
    for (kind, predicate) in compare_serialization(context, old, new)? {
        let change = Change::new(kind, pointers, "")
            .with_old(&*old.pointer, canonical(old.value))
            .with_new(&*new.pointer, canonical(new.value));
        changes.push(change.with_predicate(predicate));
    }

    if has_media_type(old) && has_media_type(new) {
        let content = (&*old.content, &*new.content);
        return bodies::compare_content(context, label, pointers, content, directions);
    }

    let located = |node: &SchemaNode| (node.pointer().to_string(), canonical(node.parts[0].value));
    match (value_schema(old), value_schema(new)) {
        (Some(base), Some(revision)) => {
            let is_required = old.required && new.required || directions == Directions::HEADER;
            context.add_schemas(label, (base, revision), directions, is_required);
        }
        (None, None) => {}
        (old, new) => {
            let (kind, predicate) = match new {
                Some(_) => (ChangeKind::TypeNarrowed, "now has a schema"),
                None => (ChangeKind::TypeWidened, "no longer has a schema"),
            };
            let change = Change::new(kind, pointers, "schema")
                .with_values(old.map(located), new.map(located))
                .with_predicate(predicate);
            changes.push(change);
        }
    }

    Ok(())
}

/// Whether the value is serialized in a media type.
fn has_media_type(parameter: &Parameter) -> bool {
    parameter.schema.is_none() && !parameter.content.is_empty()
}

/// Returns the schema of the value, unless it allows any value.
fn value_schema<'p, 'a>(parameter: &'p Parameter<'a>) -> Option<&'p SchemaNode<'a>> {
    let in_media_type = || parameter.content.first()?.schema.as_ref();
    let schema = parameter.schema.as_ref().or_else(in_media_type);
    schema.filter(|schema| !schema.allows_anything())
}

/// Compares the serialization of two parameters. It matters for lists and objects only. A parameter
/// that moved has the serialization of its new location.
fn compare_serialization<'a>(
    context: &OperationContext<'_, '_, 'a>,
    old: &Parameter<'a>,
    new: &Parameter<'a>,
) -> Result<Vec<(ChangeKind, &'static str)>> {
    let changed = (ChangeKind::ParameterSerializationChanged, "is serialized differently");
    match (has_media_type(old), has_media_type(new)) {
        _ if old.location != new.location => return Ok(Vec::new()),
        (true, true) => return Ok(Vec::new()),
        (false, false) => {}
        _ => return Ok(vec![changed]),
    }

    // All fields are listed, so that a new field of the model cannot be forgotten here.
    let Serialization { style, explode, allow_reserved, allow_empty } = old.serialization;
    let after = new.serialization;
    let mut changes = Vec::new();

    let permissions = [
        (
            (allow_reserved, after.allow_reserved),
            "may now contain unescaped reserved characters",
            "may no longer contain unescaped reserved characters",
        ),
        ((allow_empty, after.allow_empty), "may now be empty", "may no longer be empty"),
    ];
    for (permission, granted, revoked) in permissions {
        match permission {
            (false, true) => changes.push((ChangeKind::ParameterSerializationLoosened, granted)),
            (true, false) => changes.push((ChangeKind::ParameterSerializationTightened, revoked)),
            _ => {}
        }
    }

    let mut is_list_or_object = false;
    let (base, revision) = (&context.documents.base, &context.documents.revision);
    for (api, parameter) in [(base, old), (revision, new)] {
        if let Some(node) = &parameter.schema {
            let schema = Schema::read(&api.resolver, node, SingleUnion::Unwrap)?;
            is_list_or_object |= schema.types != TypeSet::ANY
                && (schema.types.intersects(TypeSet::ARRAY)
                    || schema.types.intersects(TypeSet::OBJECT));
        }
    }
    if is_list_or_object && (style, explode) != (after.style, after.explode) {
        changes.push(changed);
    }

    Ok(changes)
}
