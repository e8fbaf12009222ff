//! Recognises renamed properties and parameters.

use std::collections::HashMap;

use serde_json::Value;

use crate::model::is_equivalent;

/// A named property or parameter.
pub(super) type Named<'a, 'v> = (&'a str, &'v Value);

/// Returns the renames that are certain, old names to new ones: names with another spelling, and the
/// only removed and the only added element if they have the same documented content.
pub(super) fn find_renames<'a>(
    removed: &[Named<'a, '_>],
    added: &[Named<'a, '_>],
) -> HashMap<&'a str, &'a str> {
    let (old_spellings, new_spellings) = (group_by_spelling(removed), group_by_spelling(added));
    let mut renames = HashMap::new();

    for (spelling, names) in &old_spellings {
        if let (&[old], Some(&[new])) = (&**names, new_spellings.get(spelling).map(Vec::as_slice)) {
            renames.insert(old, new);
        }
    }

    if let ([(old_name, old)], [(new_name, new)]) = (removed, added) {
        let description = old.get("description").and_then(Value::as_str).unwrap_or_default();
        if !description.is_empty() && is_equal_without_name(old, new) {
            renames.insert(*old_name, *new_name);
        }
    }

    renames
}

fn group_by_spelling<'a>(names: &[Named<'a, '_>]) -> HashMap<String, Vec<&'a str>> {
    let mut groups: HashMap<String, Vec<&'a str>> = HashMap::new();
    for (name, _) in names {
        groups.entry(canonical_spelling(name)).or_default().push(name);
    }

    groups
}

/// Returns a name in lower case and without word separators, so that `job_name`, `job-name` and
/// `jobName` are equal.
fn canonical_spelling(name: &str) -> String {
    let is_separator = |c: char| c == '_' || c == '-' || c.is_whitespace();
    let mut spelling = String::with_capacity(name.len());
    let mut rest = name;

    while let Some(next) = rest.chars().next() {
        let after = rest.trim_start_matches(is_separator);
        let has_separator = after.len() < rest.len();
        let neighbours = (spelling.chars().next_back(), after.chars().next());

        // A separator at an end or between digits is significant: `+1` is not `-1`, `1_1` not `11`.
        let separates_words = matches!(neighbours, (Some(before), Some(after))
            if before.is_alphanumeric()
                && after.is_alphanumeric()
                && (before.is_alphabetic() || after.is_alphabetic()));

        if has_separator && separates_words {
            rest = after;
        } else {
            spelling.extend(next.to_lowercase());
            rest = &rest[next.len_utf8()..];
        }
    }

    spelling
}

fn is_equal_without_name(old: &Value, new: &Value) -> bool {
    let without_name = |value: &Value| {
        let mut value = value.clone();
        value.as_object_mut().map(|members| members.swap_remove("name"));
        value
    };

    is_equivalent(&without_name(old), &without_name(new))
}
