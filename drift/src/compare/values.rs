//! Which values a schema allows: enums, limits, patterns, and what an omitted value means.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use super::change::Change;
use super::schema::Found;
use crate::change_kind::ChangeKind;
use crate::compare::other_keywords::differing;
use crate::model::{Fact, Limit, Node, sorted};

type Values<'a> = (Vec<&'a Value>, Fact<'a>);

pub(super) fn compare_enum(found: &mut Found, base: Option<&Values>, revision: Option<&Values>) {
    let (old, new) = match (base, revision) {
        (Some(old), Some(new)) => (old, new),
        (None, Some((_, new))) => {
            return found.fact(
                ChangeKind::EnumAdded,
                None,
                Some(new),
                "allows only some values now",
            );
        }
        (Some((_, old)), None) => {
            return found.fact(ChangeKind::EnumDropped, Some(old), None, "allows all values now");
        }
        (None, None) => return,
    };
    let gone = lacking(&old.0, &new.0);
    if !gone.is_empty() {
        let predicate = format!("no longer has {}", named(&gone));
        let change = Change::new(ChangeKind::EnumValueRemoved, found.sites(), "enum");
        let mut change = change.was(old.1.pointer(), values(&gone)).says(predicate);
        change.revision_pointer = Some(new.1.pointer());
        found.add(change);
    }

    let added = lacking(&new.0, &old.0);
    if !added.is_empty() {
        let predicate = format!("has the new {}", named(&added));
        let change = Change::new(ChangeKind::EnumValueAdded, found.sites(), "enum");
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
        let mut written: Vec<Value> =
            nodes.iter().flat_map(|node| &node.parts).map(|part| sorted(part.value)).collect();
        written.sort_by_cached_key(Value::to_string);
        written
    };
    let (was, is) = (written(old), written(new));
    if was == is {
        return;
    }

    let mut change = Change::new(ChangeKind::Unclassified, found.sites(), "not");
    if let Some(old) = old.first() {
        change = change.was(&**old.at(), values(&was.iter().collect::<Vec<_>>()));
    }

    if let Some(new) = new.first() {
        change = change.is(&**new.at(), values(&is.iter().collect::<Vec<_>>()));
    }

    found.add(change.says("says otherwise what it is not"));
}

pub(super) fn compare_defaults(found: &mut Found, old: &[Fact], new: &[Fact]) {
    for (old, new) in differing(old, new) {
        let word =
            |fact: Option<&Fact>| fact.map_or_else(String::new, |fact| fact.value.to_string());
        let predicate = match (old.is_some(), new.is_some()) {
            (false, _) => format!("has the default `{}` now", word(new)),
            (_, false) => format!("no longer has the default `{}`", word(old)),
            _ => format!("has the default `{}`, and no longer `{}`", word(new), word(old)),
        };

        found.fact(ChangeKind::DefaultChanged, old, new, &predicate);
    }
}

pub(super) fn compare_patterns(found: &mut Found, old: &[Fact], new: &[Fact]) {
    for (old, new) in differing(old, new) {
        let (class, predicate) = match (old.map(word), new.map(word)) {
            (Some(_), Some(new)) => {
                (ChangeKind::PatternChanged, format!("has the pattern `{new}` now"))
            }
            (Some(old), None) => {
                (ChangeKind::PatternRemoved, format!("no longer has the pattern `{old}`"))
            }
            (None, new) => {
                let new = new.unwrap_or_default();
                (ChangeKind::PatternAdded, format!("has the pattern `{new}` now"))
            }
        };
        found.fact(class, old, new, &predicate);
    }
}

fn word<'a>(fact: &Fact<'a>) -> &'a str {
    fact.value.as_str().unwrap_or_default()
}

pub(super) fn compare_limits(found: &mut Found, base: &[Limit], revision: &[Limit]) {
    let lone = |these: &'_ [Limit<'_>], others: &[Limit]| -> BTreeMap<&str, Vec<usize>> {
        let mut lone: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, limit) in these.iter().enumerate() {
            let equal = |other: &Limit| {
                other.kind == limit.kind && other.strength(limit) == Some(Ordering::Equal)
            };
            if !others.iter().any(equal) {
                lone.entry(limit.kind).or_default().push(at);
            }
        }

        // Several multiples that hold at once.
        lone.values_mut().for_each(|places| places.sort_by_key(|at| these[*at].to_string()));
        lone
    };
    let (gone, come) = (lone(base, revision), lone(revision, base));
    let kinds: BTreeSet<&str> = gone.keys().chain(come.keys()).copied().collect();

    for kind in kinds {
        let of = |lone: &BTreeMap<&str, Vec<usize>>, at: usize| lone.get(kind)?.get(at).copied();
        for at in 0.. {
            let old = of(&gone, at).map(|at| &base[at]);
            let new = of(&come, at).map(|at| &revision[at]);
            if old.is_none() && new.is_none() {
                break;
            }

            compare_limit(found, kind, old, new);
        }
    }
}

fn compare_limit(found: &mut Found, kind: &str, old: Option<&Limit>, new: Option<&Limit>) {
    let (class, predicate) = match (old, new) {
        (Some(old), Some(new)) => {
            let class = match new.strength(old) {
                Some(Ordering::Greater) => ChangeKind::LimitTightened,
                Some(_) => ChangeKind::LimitLoosened,
                None => ChangeKind::LimitChanged,
            };

            let was = match old.exclusive == new.exclusive {
                true => old.fact.value.to_string(),
                false => old.to_string(),
            };

            (class, format!("has the limit `{new}`, and no longer `{was}`"))
        }
        (Some(old), None) => {
            (ChangeKind::LimitLoosened, format!("no longer has the limit `{old}`"))
        }
        (None, Some(new)) => (ChangeKind::LimitTightened, format!("has the limit `{new}` now")),
        (None, None) => return,
    };
    let mut change = Change::new(class, found.sites(), kind);
    if let Some(old) = old {
        // Field by field: a new field of the model does not compile until it is judged here.
        let Limit { kind: _, exclusive: _, fact } = old;
        change = change.was(fact.pointer(), old.value());
    }

    if let Some(new) = new {
        change = change.is(new.fact.pointer(), new.value());
    }

    found.add(change.says(predicate));
}
