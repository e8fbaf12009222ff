//! Compares the type of a value: types, formats and `null`.

use std::cmp::Ordering;
use std::rc::Rc;

use super::change::Change;
use super::other_keywords::pair_differences;
use super::schema_diff::SchemaDiff;
use crate::change_kind::ChangeKind;
use crate::model::{Keyword, Schema, TypeSet};

/// Compares types and formats. Returns whether the rest of the schemas can be compared.
pub(super) fn compare(
    diff: &mut SchemaDiff,
    (types, type_keyword, formats): (TypeSet, Option<&Keyword>, &[Keyword]),
    revision: &Schema,
) -> bool {
    if types == revision.types {
        for (old, new) in pair_differences(formats, &revision.formats) {
            compare_format(diff, types, old, new);
        }
        return true;
    }

    let kind = match (revision.types.contains(types), types.contains(revision.types)) {
        (true, _) => ChangeKind::TypeWidened,
        (_, true) => ChangeKind::TypeNarrowed,
        _ => ChangeKind::TypeChanged,
    };

    // If a reference now leads elsewhere, the reference changed and not the component.
    let location = |keyword: Option<&Keyword>, reference: &Rc<str>, schema: &Rc<str>| {
        let keyword = keyword.filter(|_| reference == schema);
        keyword.map_or_else(|| reference.to_string(), Keyword::pointer)
    };
    let (references, schemas) = (&diff.reference_pointers, &diff.schema_pointers);
    let old = location(type_keyword, &references.0, &schemas.0);
    let new = location(revision.type_keyword.as_ref(), &references.1, &schemas.1);

    let change = Change::new(kind, (&references.0, &references.1), "type")
        .with_old(old, types.to_string())
        .with_new(new, revision.types.to_string())
        .with_predicate(format!("has the type {} instead of {types}", revision.types));
    diff.add(change);

    false
}

/// The number of bits of the Rust type for the formats of numbers.
const NUMBER_BITS: [(&str, u8); 2] = [("int32", 32), ("float", 32)];

/// The number of bits of the Rust type for all other numbers.
const DEFAULT_NUMBER_BITS: u8 = 64;

/// The formats of strings with a Rust type of their own.
const TYPED_FORMATS: [&str; 1] = ["date-time"];

fn compare_format(
    diff: &mut SchemaDiff,
    types: TypeSet,
    old: Option<&Keyword>,
    new: Option<&Keyword>,
) {
    let name = |keyword: Option<&Keyword>| {
        keyword.and_then(|keyword| keyword.value.as_str()).unwrap_or_default().to_owned()
    };
    let (before, after) = (name(old), name(new));

    let predicate = match (before.as_str(), after.as_str()) {
        ("", after) => format!("now has the format `{after}`"),
        (before, "") => format!("no longer has the format `{before}`"),
        (before, after) => format!("has the format `{after}` instead of `{before}`"),
    };
    diff.add_keyword_change(format_change_kind(types, &before, &after), old, new, &predicate);
}

/// Returns the change kind for a change of format; an empty name stands for no format.
fn format_change_kind(types: TypeSet, before: &str, after: &str) -> ChangeKind {
    let is_typed = |format: &str| types == TypeSet::STRING && TYPED_FORMATS.contains(&format);
    let bits = |format: &str| {
        let known = NUMBER_BITS.iter().find(|(name, _)| *name == format);
        known.map_or(DEFAULT_NUMBER_BITS, |(_, bits)| *bits)
    };

    match (is_typed(before), is_typed(after)) {
        (false, true) if before.is_empty() => ChangeKind::TypeNarrowed,
        (true, false) if after.is_empty() => ChangeKind::TypeWidened,
        (true, _) | (_, true) => ChangeKind::TypeChanged,
        _ if types == TypeSet::INTEGER || types == TypeSet::NUMBER => {
            match bits(before).cmp(&bits(after)) {
                Ordering::Less => ChangeKind::NumberWidened,
                Ordering::Equal => ChangeKind::FormatChanged,
                Ordering::Greater => ChangeKind::NumberNarrowed,
            }
        }
        _ => ChangeKind::FormatChanged,
    }
}

pub(super) fn compare_nullable(
    diff: &mut SchemaDiff,
    old: Option<&Keyword>,
    new: Option<&Keyword>,
) {
    let (kind, predicate) = match (old, new) {
        (None, Some(_)) => (ChangeKind::BecameNullable, "is now nullable"),
        (Some(_), None) => (ChangeKind::BecameNotNullable, "is no longer nullable"),
        _ => return,
    };
    diff.add_keyword_change(kind, old, new, predicate);
}
