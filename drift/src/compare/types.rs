//! Of which type a value is.

use std::rc::Rc;

use serde_json::Value;

use super::change::Change;
use super::schema::Found;
use crate::change_kind::ChangeKind;
use crate::compare::other_keywords::differing;
use crate::model::{Fact, Kinds, Schema};

/// Compares type and format; false if there is no sense in comparing further.
pub(super) fn compare(
    found: &mut Found,
    (kinds, kind, formats): (Kinds, Option<&Fact>, &[Fact]),
    revision: &Schema,
) -> bool {
    if kinds != revision.kinds {
        let class = match (revision.kinds.holds(kinds), kinds.holds(revision.kinds)) {
            (true, _) => ChangeKind::TypeWidened,
            (_, true) => ChangeKind::TypeNarrowed,
            _ => ChangeKind::TypeChanged,
        };

        // Where a place has left a component, the place changed, and not the component.
        let spelled = |kinds: Kinds, kind: Option<&Fact>, place: &Rc<str>, site: &Rc<str>| {
            let kind = kind.filter(|_| place == site);
            (kind.map_or_else(|| place.to_string(), Fact::pointer), Value::from(kinds.to_string()))
        };
        let (places, sites) = (&found.places, &found.sites);
        let was = spelled(kinds, kind, &places.0, &sites.0);
        let is = spelled(revision.kinds, revision.kind.as_ref(), &places.1, &sites.1);
        let predicate = format!("is of type {}, and no longer {kinds}", revision.kinds);
        let change = Change::new(class, (&places.0, &places.1), "type");

        found.add(change.was(was.0, was.1).is(is.0, is.1).says(predicate));
        return false;
    }

    for (old, new) in differing(formats, &revision.formats) {
        compare_format(found, kinds, old, new);
    }
    true
}

/// The formats of numbers by the bits that the crate's type has; without a format it has most.
const WIDTHS: [(&str, u8); 2] = [("int32", 32), ("float", 32)];

/// The formats of texts that are types of their own in the crate.
const TYPED: [&str; 1] = ["date-time"];

fn compare_format(found: &mut Found, kinds: Kinds, old: Option<&Fact>, new: Option<&Fact>) {
    let word = |fact: Option<&Fact>| {
        fact.and_then(|fact| fact.value.as_str()).unwrap_or_default().to_owned()
    };
    let (before, after) = (word(old), word(new));

    let width = |format: &str| {
        let known = WIDTHS.iter().find(|(name, _)| *name == format);
        known.map_or(64, |(_, bits)| *bits)
    };
    let typed = |format: &str| kinds == Kinds::STRING && TYPED.contains(&format);

    let class = match (typed(&before), typed(&after)) {
        (false, true) if before.is_empty() => ChangeKind::TypeNarrowed,
        (true, false) if after.is_empty() => ChangeKind::TypeWidened,
        (true, _) | (_, true) => ChangeKind::TypeChanged,
        _ if kinds == Kinds::INTEGER || kinds == Kinds::NUMBER => {
            match width(&before).cmp(&width(&after)) {
                std::cmp::Ordering::Less => ChangeKind::NumberWidened,
                std::cmp::Ordering::Equal => ChangeKind::FormatChanged,
                std::cmp::Ordering::Greater => ChangeKind::NumberNarrowed,
            }
        }
        _ => ChangeKind::FormatChanged,
    };

    let predicate = match (before.as_str(), after.as_str()) {
        ("", after) => format!("has the format `{after}` now"),
        (before, "") => format!("no longer has the format `{before}`"),
        (before, after) => format!("has the format `{after}`, and no longer `{before}`"),
    };
    found.fact(class, old, new, &predicate);
}

pub(super) fn compare_nullable(found: &mut Found, old: Option<&Fact>, new: Option<&Fact>) {
    let (class, predicate) = match (old, new) {
        (None, Some(_)) => (ChangeKind::BecameNullable, "may be null now"),
        (Some(_), None) => (ChangeKind::BecameNotNullable, "may not be null any more"),
        _ => return,
    };
    found.fact(class, old, new, predicate);
}
