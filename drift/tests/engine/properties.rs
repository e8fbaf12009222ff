//! What holds of all documents.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use serde_json::{Map, Value, json};

use super::documents::{compared, of, shown, unmirrored};
use super::edits::{self, EDITS, Edit};
use super::random;
use connect_drift::finding::Finding;

/// Any number.
const SEED: u64 = 20_261_125;

fn config() -> Config {
    // A quarter of proptest's own number, or of `PROPTEST_CASES`: each case compares many times.
    // No file of seeds is kept, since a failure prints its document.
    // Whoever asks for a number gets other documents each time; without, all runs are the same.
    let config = Config::default();
    let rng_seed = match std::env::var_os("PROPTEST_CASES") {
        Some(_) => config.rng_seed,
        None => RngSeed::Fixed(SEED),
    };
    Config { cases: config.cases / 4, failure_persistence: None, rng_seed, ..config }
}

fn findings(base: &Value, revision: &Value) -> Vec<Finding> {
    compared(&of(base), &of(revision)).findings
}

/// Calls `change` on each schema of a document, the outer ones first, until it has changed one. The
/// members of a union that are told by their names are left alone.
fn change_schema(
    value: &mut Value,
    change: &mut dyn FnMut(&mut Map<String, Value>) -> bool,
) -> bool {
    match value {
        Value::Object(members) => {
            let is_schema = ["type", "$ref", "oneOf", "anyOf", "allOf"]
                .iter()
                .any(|key| members.contains_key(*key));
            let is_place = members.contains_key("in") || members.contains_key("scheme");
            let is_told = members.contains_key("discriminator");

            is_schema && !is_place && change(members)
                || members.iter_mut().any(|(key, inner)| {
                    key != "securitySchemes"
                        && !(is_told && key == "oneOf")
                        && change_schema(inner, change)
                })
        }
        Value::Array(members) => members.iter_mut().any(|inner| change_schema(inner, change)),
        _ => false,
    }
}

/// The lists of which the order says nothing.
const UNORDERED: [&str; 8] =
    ["allOf", "oneOf", "anyOf", "enum", "required", "tags", "parameters", "security"];

/// Puts the keys of all objects in another order, and what stands in lists that have none.
fn reordered(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let turned = members.iter().rev().map(|(key, inner)| {
                let mut inner = reordered(inner);
                if let (true, Value::Array(list)) = (UNORDERED.contains(&key.as_str()), &mut inner)
                {
                    list.reverse();
                }
                (key.clone(), inner)
            });

            turned.collect::<Map<_, _>>().into()
        }
        Value::Array(members) => members.iter().map(reordered).collect(),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_document_does_not_differ_from_itself_in_any_order(document in random::document()) {
        let other = reordered(&document);
        let (there, back) = (findings(&document, &other), findings(&other, &document));
        prop_assert!(there.is_empty() && back.is_empty(), "{}{}", shown(&there), shown(&back));
    }

    #[test]
    fn swapped_documents_give_the_mirrored_findings(base in random::document(), revision in random::document()) {
        let (there, back) = (findings(&base, &revision), findings(&revision, &base));
        prop_assert_eq!(unmirrored(&there, &back), Vec::<&Finding>::new());
        prop_assert_eq!(unmirrored(&back, &there), Vec::<&Finding>::new());
    }

    #[test]
    fn a_schema_written_in_place_of_a_reference_is_no_change(document in random::document(), skip in 0usize..8) {
        let components = document["components"]["schemas"].clone();
        let mut left = skip;
        let mut inline = document.clone();
        change_schema(&mut inline["paths"], &mut |schema| {
            let Some(target) = schema.get("$ref").and_then(Value::as_str) else { return false };
            if left > 0 { left -= 1; return false; }
            let name = target.rsplit('/').next().expect("a name");
            // Its heirs are parts of the component, and not of a copy.
            if components[name].get("discriminator").is_some() { return false; }
            *schema = components[name].as_object().expect("a component").clone();
            true
        });
        let (there, back) = (findings(&document, &inline), findings(&inline, &document));
        prop_assert!(there.is_empty() && back.is_empty(), "{}{}", shown(&there), shown(&back));
    }

    #[test]
    fn an_object_in_two_parts_is_no_change(document in random::document(), skip in 0usize..8) {
        let mut left = skip;
        let mut split = document.clone();
        change_schema(&mut split, &mut |schema| {
            let Some(Value::Object(properties)) = schema.get("properties").cloned() else { return false };
            if properties.len() < 2 { return false; }
            if left > 0 { left -= 1; return false; }
            let half = |odd: bool| -> Map<String, Value> {
                let half = properties.clone().into_iter().enumerate().filter(|(at, _)| (at % 2 == 1) == odd);
                half.map(|(_, property)| property).collect()
            };
            schema.shift_remove("properties");
            let mut first = schema.clone();
            first.insert("properties".into(), half(false).into());
            let second = json!({ "type": "object", "properties": half(true) });
            *schema = json!({ "allOf": [first, second] }).as_object().expect("an object").clone();
            true
        });
        let (there, back) = (findings(&document, &split), findings(&split, &document));
        prop_assert!(there.is_empty() && back.is_empty(), "{}{}", shown(&there), shown(&back));
    }

    #[test]
    fn two_changes_give_what_each_gives(document in random::document(), first in 0..EDITS.len(), second in 0..EDITS.len()) {
        let ((here, one), (there, other)) = (EDITS[first], EDITS[second]);
        // Two changes of one place may be another one together.
        prop_assume!(here != there);
        let base = edits::with_places(document);
        let changed = |edits: &[Edit]| {
            let mut revision = base.clone();
            edits.iter().for_each(|edit| edit(&mut revision));
            set(&findings(&base, &revision))
        };
        let (one_alone, other_alone) = (changed(&[one]), changed(&[other]));
        prop_assert!(!one_alone.is_empty() && !other_alone.is_empty(), "each edit is a change");
        let union: BTreeSet<_> = one_alone.union(&other_alone).cloned().collect();
        prop_assert_eq!(changed(&[one, other]), union);
    }
}

/// Findings to compare as a set, by what they are known by. Whom they reach may differ: an operation
/// that is gone is reached by nothing else.
fn set(findings: &[Finding]) -> BTreeSet<String> {
    let known = |finding: &Finding| {
        format!("{} {} {:?}", finding.class, finding.fingerprint(), finding.pointer)
    };
    findings.iter().map(known).collect()
}
