//! Compares the allowed values: enums, limits, patterns, and defaults.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use super::change::Change;
use super::other_keywords::pair_differences;
use super::schema_diff::SchemaDiff;
use crate::change_kind::ChangeKind;
use crate::model::{Keyword, Limit, SchemaNode, canonical};

/// The values of an enum, with its keyword.
type Enum<'a> = (Vec<&'a Value>, Keyword<'a>);

/// The maximum number of enum values in a message.
const MAX_VALUES: usize = 3;

pub(super) fn compare_enum(diff: &mut SchemaDiff, base: Option<&Enum>, revision: Option<&Enum>) {
    let ((old_values, old), (new_values, new)) = match (base, revision) {
        (Some(old), Some(new)) => (old, new),
        (None, None) => return,
        (None, Some((_, new))) => {
            let predicate = "is now restricted to listed values";
            return diff.add_keyword_change(ChangeKind::EnumAdded, None, Some(new), predicate);
        }
        (Some((_, old)), None) => {
            let predicate = "is no longer restricted to listed values";
            return diff.add_keyword_change(ChangeKind::EnumDropped, Some(old), None, predicate);
        }
    };

    let removed = values_only_in(old_values, new_values);
    if !removed.is_empty() {
        let change = Change::new(ChangeKind::EnumValueRemoved, diff.pointers(), "enum")
            .with_old(old.pointer(), single_or_list(&removed))
            .with_new_pointer(new.pointer())
            .with_predicate(format!("no longer has the {}", format_values(&removed)));
        diff.add(change);
    }

    let added = values_only_in(new_values, old_values);
    if !added.is_empty() {
        let change = Change::new(ChangeKind::EnumValueAdded, diff.pointers(), "enum")
            .with_new(new.pointer(), single_or_list(&added))
            .with_old_pointer(old.pointer())
            .with_predicate(format!("has the new {}", format_values(&added)));
        diff.add(change);
    }
}

fn values_only_in<'a>(values: &[&'a Value], other: &[&Value]) -> Vec<&'a Value> {
    let text = |value: &Value| canonical(value).to_string();
    let other: HashSet<String> = other.iter().map(|value| text(value)).collect();
    values.iter().filter(|value| !other.contains(&text(value))).copied().collect()
}

/// Returns a single value unchanged, and several as a list.
fn single_or_list(values: &[&Value]) -> Value {
    match values {
        [only] => (*only).clone(),
        several => several.iter().copied().cloned().collect(),
    }
}

/// Formats the first values and counts the others.
fn format_values(values: &[&Value]) -> String {
    let shown = values.iter().take(MAX_VALUES).map(|value| match value {
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    });
    let shown = shown.collect::<Vec<_>>().join(", ");

    match values.len() {
        1 => format!("value {shown}"),
        count if count <= MAX_VALUES => format!("values {shown}"),
        count => format!("values {shown} and {} more", count - MAX_VALUES),
    }
}

/// Compares the `not` schemas. No rule covers their changes.
pub(super) fn compare_not(diff: &mut SchemaDiff, old: &[SchemaNode], new: &[SchemaNode]) {
    let (old_values, new_values) = (sorted_values(old), sorted_values(new));
    if old_values == new_values {
        return;
    }

    let located = |nodes: &[SchemaNode], values: &[Value]| {
        let pointer = nodes.first()?.pointer().to_string();
        Some((pointer, single_or_list(&values.iter().collect::<Vec<_>>())))
    };
    let change = Change::new(ChangeKind::Unclassified, diff.pointers(), "not")
        .with_values(located(old, &old_values), located(new, &new_values))
        .with_predicate("has a different `not`");
    diff.add(change);
}

fn sorted_values(nodes: &[SchemaNode]) -> Vec<Value> {
    let parts = nodes.iter().flat_map(|node| &node.parts);
    let mut values: Vec<Value> = parts.map(|part| canonical(part.value)).collect();
    values.sort_by_cached_key(Value::to_string);

    values
}

pub(super) fn compare_defaults(diff: &mut SchemaDiff, old: &[Keyword], new: &[Keyword]) {
    for (old, new) in pair_differences(old, new) {
        let text = |keyword: &Keyword| keyword.value.to_string();
        let predicate = describe_replacement("default", old.map(text), new.map(text));
        diff.add_keyword_change(ChangeKind::DefaultChanged, old, new, &predicate);
    }
}

pub(super) fn compare_patterns(diff: &mut SchemaDiff, old: &[Keyword], new: &[Keyword]) {
    for (old, new) in pair_differences(old, new) {
        let kind = match (old, new) {
            (Some(_), Some(_)) => ChangeKind::PatternChanged,
            (Some(_), None) => ChangeKind::PatternRemoved,
            (None, _) => ChangeKind::PatternAdded,
        };
        let text = |keyword: &Keyword| keyword.value.as_str().unwrap_or_default().to_owned();
        let predicate = describe_replacement("pattern", old.map(text), new.map(text));
        diff.add_keyword_change(kind, old, new, &predicate);
    }
}

/// Returns the predicate for an added, removed or replaced keyword.
fn describe_replacement(noun: &str, old: Option<String>, new: Option<String>) -> String {
    match (old, new) {
        (Some(old), Some(new)) => format!("has the {noun} `{new}` instead of `{old}`"),
        (Some(old), None) => format!("no longer has the {noun} `{old}`"),
        (None, new) => format!("now has the {noun} `{}`", new.unwrap_or_default()),
    }
}

pub(super) fn compare_limits(diff: &mut SchemaDiff, base: &[Limit], revision: &[Limit]) {
    let removed = limits_only_in(base, revision);
    let added = limits_only_in(revision, base);
    let kinds: BTreeSet<&str> = removed.keys().chain(added.keys()).copied().collect();

    for kind in kinds {
        let removed = removed.get(kind).map_or(&[][..], Vec::as_slice);
        let added = added.get(kind).map_or(&[][..], Vec::as_slice);
        for index in 0..removed.len().max(added.len()) {
            let (old, new) = (removed.get(index).copied(), added.get(index).copied());
            compare_limit(diff, kind, old, new);
        }
    }
}

/// Returns the limits without an equal limit in the other document, by kind. Several limits of one
/// kind are possible for `multipleOf` only.
fn limits_only_in<'l, 'a>(
    limits: &'l [Limit<'a>],
    other: &[Limit],
) -> BTreeMap<&'static str, Vec<&'l Limit<'a>>> {
    let mut unmatched: BTreeMap<&'static str, Vec<&Limit>> = BTreeMap::new();
    for limit in limits {
        let is_equal = |other: &Limit| {
            other.kind == limit.kind && other.compare_strictness(limit) == Some(Ordering::Equal)
        };
        if !other.iter().any(is_equal) {
            unmatched.entry(limit.kind).or_default().push(limit);
        }
    }

    for limits in unmatched.values_mut() {
        limits.sort_by_key(|limit| limit.to_string());
    }
    unmatched
}

fn compare_limit(diff: &mut SchemaDiff, kind: &str, old: Option<&Limit>, new: Option<&Limit>) {
    let change_kind = match (old, new) {
        (Some(old), Some(new)) => match new.compare_strictness(old) {
            Some(Ordering::Greater) => ChangeKind::LimitTightened,
            Some(_) => ChangeKind::LimitLoosened,
            None => ChangeKind::LimitChanged,
        },
        (Some(_), None) => ChangeKind::LimitLoosened,
        (None, Some(_)) => ChangeKind::LimitTightened,
        (None, None) => return,
    };

    // The name of the old limit is repeated only if it differs.
    let old_text = old.map(|old| match new {
        Some(new) if old.exclusive == new.exclusive => old.keyword.value.to_string(),
        _ => old.to_string(),
    });
    let predicate = describe_replacement("limit", old_text, new.map(Limit::to_string));

    let located = |limit: &Limit| {
        // All fields are listed, so that a new field of the model cannot be forgotten here.
        let Limit { kind: _, exclusive: _, keyword } = limit;
        (keyword.pointer(), limit.value())
    };
    let change = Change::new(change_kind, diff.pointers(), kind)
        .with_values(old.map(located), new.map(located))
        .with_predicate(predicate);
    diff.add(change);
}
