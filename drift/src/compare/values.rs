//! Which values a schema allows: enums, limits, patterns, and what an omitted value means.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::schema::Found;
use crate::class::Class;
use crate::model::{Fact, Node, Quantity, same, sorted};

use super::change::Change;

type Values<'a> = (Vec<&'a Value>, Fact<'a>);

pub(super) fn compare_enum(found: &mut Found, base: Option<&Values>, revision: Option<&Values>) {
    let (old, new) = match (base, revision) {
        (Some(old), Some(new)) => (old, new),
        (None, Some((_, new))) => {
            return found.fact(Class::EnumAdded, None, Some(new), "allows only some values now");
        }
        (Some((_, old)), None) => {
            return found.fact(Class::EnumDropped, Some(old), None, "allows all values now");
        }
        (None, None) => return,
    };
    let gone = lacking(&old.0, &new.0);
    if !gone.is_empty() {
        let predicate = format!("no longer has {}", named(&gone));
        let change = Change::new(Class::EnumValueRemoved, found.sites(), "enum");
        let mut change = change.was(old.1.pointer(), values(&gone)).says(predicate);
        change.revision_pointer = Some(new.1.pointer());
        found.add(change);
    }
    let added = lacking(&new.0, &old.0);
    if !added.is_empty() {
        let predicate = format!("has the new {}", named(&added));
        let change = Change::new(Class::EnumValueAdded, found.sites(), "enum");
        let mut change = change.is(new.1.pointer(), values(&added)).says(predicate);
        change.pointer = Some(old.1.pointer());
        found.add(change);
    }
}

/// The values that the others lack.
fn lacking<'a>(these: &[&'a Value], others: &[&Value]) -> Vec<&'a Value> {
    let spelled = |value: &Value| sorted(value).to_string();
    let others: HashSet<String> = others.iter().map(|value| spelled(value)).collect();
    these.iter().filter(|value| !others.contains(&spelled(value))).copied().collect()
}

/// One value as it is, several as a list.
fn values(values: &[&Value]) -> Value {
    match values {
        [only] => (*only).clone(),
        several => several.iter().copied().cloned().collect(),
    }
}

/// The first values, and how many there are beside.
fn named(values: &[&Value]) -> String {
    const SHOWN: usize = 3;
    let shown = values.iter().take(SHOWN).map(|value| match value {
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    });
    let shown = shown.collect::<Vec<_>>().join(", ");
    match values.len() {
        1 => format!("value {shown}"),
        count if count <= SHOWN => format!("values {shown}"),
        count => format!("values {shown} and {} more", count - SHOWN),
    }
}

/// What a value must not be: no rule knows what a change of it means.
pub(super) fn compare_not(found: &mut Found, old: &[Node], new: &[Node]) {
    let written = |nodes: &[Node]| -> Vec<Value> {
        nodes.iter().flat_map(|node| &node.parts).map(|part| sorted(part.value)).collect()
    };
    let (was, is) = (written(old), written(new));
    if was.len() == is.len() && was.iter().zip(&is).all(|(was, is)| same(was, is)) {
        return;
    }
    let mut change = Change::new(Class::Unclassified, found.sites(), "not");
    if let Some(old) = old.first() {
        change = change.was(&**old.at(), values(&was.iter().collect::<Vec<_>>()));
    }
    if let Some(new) = new.first() {
        change = change.is(&**new.at(), values(&is.iter().collect::<Vec<_>>()));
    }
    found.add(change.says("says otherwise what it is not"));
}

pub(super) fn compare_default(found: &mut Found, old: Option<&Fact>, new: Option<&Fact>) {
    let predicate = match (old, new) {
        (Some(old), Some(new)) if same(old.value, new.value) => return,
        (None, None) => return,
        (None, Some(new)) => format!("has the default `{}` now", new.value),
        (Some(old), None) => format!("no longer has the default `{}`", old.value),
        (Some(old), Some(new)) => {
            format!("has the default `{}`, and no longer `{}`", new.value, old.value)
        }
    };
    found.fact(Class::DefaultChanged, old, new, &predicate);
}

pub(super) fn compare_pattern(found: &mut Found, old: Option<&Fact>, new: Option<&Fact>) {
    let (class, predicate) = match (old, new) {
        (Some(old), Some(new)) if same(old.value, new.value) => return,
        (None, None) => return,
        (None, Some(new)) => (Class::PatternAdded, format!("has the pattern `{}` now", word(new))),
        (Some(old), None) => {
            (Class::PatternRemoved, format!("no longer has the pattern `{}`", word(old)))
        }
        (Some(_), Some(new)) => {
            (Class::PatternChanged, format!("has the pattern `{}` now", word(new)))
        }
    };
    found.fact(class, old, new, &predicate);
}

fn word<'a>(fact: &Fact<'a>) -> &'a str {
    fact.value.as_str().unwrap_or_default()
}

pub(super) fn compare_limits(found: &mut Found, base: &[Fact], revision: &[Fact]) {
    let keys: BTreeSet<&str> = base.iter().chain(revision).map(|fact| fact.key).collect();
    for key in keys {
        let of = |facts: &'_ [Fact]| facts.iter().position(|fact| fact.key == key);
        let (old, new) = (of(base).map(|at| &base[at]), of(revision).map(|at| &revision[at]));
        let (class, predicate) = match (old, new) {
            (Some(old), Some(new)) if same(old.value, new.value) => continue,
            (None, None) => continue,
            (None, Some(new)) => {
                (Class::LimitTightened, format!("has the limit `{key}: {}` now", new.value))
            }
            (Some(old), None) => {
                (Class::LimitLoosened, format!("no longer has the limit `{key}: {}`", old.value))
            }
            (Some(old), Some(new)) => (
                moved(key, old.value, new.value),
                format!("has the limit `{key}: {}`, and no longer `{}`", new.value, old.value),
            ),
        };
        found.fact(class, old, new, &predicate);
    }
}

/// Which way a limit moved.
fn moved(key: &str, old: &Value, new: &Value) -> Class {
    let (Some(old), Some(new)) = (Quantity::of(old), Quantity::of(new)) else {
        return Class::LimitChanged;
    };
    let tighter = match key {
        "multipleOf" if new.is_multiple_of(old) => true,
        "multipleOf" if old.is_multiple_of(new) => false,
        "multipleOf" => return Class::LimitChanged,
        least if least.to_ascii_lowercase().contains("min") => new > old,
        _ => new < old,
    };
    if tighter { Class::LimitTightened } else { Class::LimitLoosened }
}
