//! Properties of the comparison that apply to all documents.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use serde_json::{Map, Value, json};

use super::documents::{compare_documents, display, document_of, unmirrored};
use super::edits::{self, EDITS, Edit};
use super::random_documents::random_document;
use connect_drift::finding::Finding;

/// The default seed; its value does not matter.
const SEED: u64 = 20_261_125;

fn config() -> Config {
    // Each case makes several comparisons, so only a quarter of the usual number of cases runs.
    // Failures are not persisted, because a failure prints its document.
    // With `PROPTEST_CASES`, each run uses other documents; without it, all runs are the same.
    let config = Config::default();
    let rng_seed = match std::env::var_os("PROPTEST_CASES") {
        Some(_) => config.rng_seed,
        None => RngSeed::Fixed(SEED),
    };
    Config { cases: config.cases / 4, failure_persistence: None, rng_seed, ..config }
}

fn findings(base: &Value, revision: &Value) -> Vec<Finding> {
    compare_documents(&document_of(base), &document_of(revision)).findings
}

/// Calls `change` for each schema of a document, outer ones first, until it returns `true`. Members
/// of a union with a discriminator are skipped, because their names matter.
fn change_schema(
    value: &mut Value,
    change: &mut dyn FnMut(&mut Map<String, Value>) -> bool,
) -> bool {
    match value {
        Value::Object(members) => {
            let is_schema = ["type", "$ref", "oneOf", "anyOf", "allOf"]
                .iter()
                .any(|key| members.contains_key(*key));
            let is_parameter_or_security =
                members.contains_key("in") || members.contains_key("scheme");
            let has_discriminator = members.contains_key("discriminator");

            is_schema && !is_parameter_or_security && change(members)
                || members.iter_mut().any(|(key, inner)| {
                    key != "securitySchemes"
                        && !(has_discriminator && key == "oneOf")
                        && change_schema(inner, change)
                })
        }
        Value::Array(members) => members.iter_mut().any(|inner| change_schema(inner, change)),
        _ => false,
    }
}

/// The keywords whose lists have no order.
const UNORDERED: [&str; 8] =
    ["allOf", "oneOf", "anyOf", "enum", "required", "tags", "parameters", "security"];

/// Reverses the keys of all objects and the items of unordered lists.
fn reverse_order(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let reversed = members.iter().rev().map(|(key, inner)| {
                let mut inner = reverse_order(inner);
                if let (true, Value::Array(list)) = (UNORDERED.contains(&key.as_str()), &mut inner)
                {
                    list.reverse();
                }
                (key.clone(), inner)
            });

            reversed.collect::<Map<_, _>>().into()
        }
        Value::Array(members) => members.iter().map(reverse_order).collect(),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn order_of_keys_and_lists_does_not_matter(document in random_document()) {
        let other = reverse_order(&document);
        let (forward, backward) = (findings(&document, &other), findings(&other, &document));
        prop_assert!(forward.is_empty() && backward.is_empty(), "{}{}", display(&forward), display(&backward));
    }

    #[test]
    fn swapped_documents_lead_to_mirrored_findings(base in random_document(), revision in random_document()) {
        let (forward, backward) = (findings(&base, &revision), findings(&revision, &base));
        prop_assert_eq!(unmirrored(&forward, &backward), Vec::<&Finding>::new());
        prop_assert_eq!(unmirrored(&backward, &forward), Vec::<&Finding>::new());
    }

    #[test]
    fn inlining_a_reference_is_no_change(document in random_document(), skip in 0usize..8) {
        let components = document["components"]["schemas"].clone();
        let mut remaining = skip;
        let mut inline = document.clone();

        change_schema(&mut inline["paths"], &mut |schema| {
            let Some(target) = schema.get("$ref").and_then(Value::as_str) else { return false };
            if remaining > 0 { remaining -= 1; return false; }
            let name = target.rsplit('/').next().expect("a name");
            // Subtypes extend the component and not a copy of it.
            if components[name].get("discriminator").is_some() { return false; }
            *schema = components[name].as_object().expect("a component").clone();
            true
        });

        let (forward, backward) = (findings(&document, &inline), findings(&inline, &document));
        prop_assert!(forward.is_empty() && backward.is_empty(), "{}{}", display(&forward), display(&backward));
    }

    #[test]
    fn splitting_an_object_with_all_of_is_no_change(document in random_document(), skip in 0usize..8) {
        let mut remaining = skip;
        let mut split = document.clone();
        change_schema(&mut split, &mut |schema| {
            let Some(Value::Object(properties)) = schema.get("properties").cloned() else { return false };
            if properties.len() < 2 { return false; }
            if remaining > 0 { remaining -= 1; return false; }
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

        let (forward, backward) = (findings(&document, &split), findings(&split, &document));
        prop_assert!(forward.is_empty() && backward.is_empty(), "{}{}", display(&forward), display(&backward));
    }

    #[test]
    fn two_edits_lead_to_the_findings_of_each(document in random_document(), first in 0..EDITS.len(), second in 0..EDITS.len()) {
        let ((first_location, first), (second_location, second)) = (EDITS[first], EDITS[second]);
        // Two edits of one location may lead to other findings together.
        prop_assume!(first_location != second_location);
        let base = edits::with_edit_locations(document);
        let findings_of = |edits: &[Edit]| {
            let mut revision = base.clone();
            edits.iter().for_each(|edit| edit(&mut revision));
            finding_ids(&findings(&base, &revision))
        };
        let (of_first, of_second) = (findings_of(&[first]), findings_of(&[second]));
        prop_assert!(!of_first.is_empty() && !of_second.is_empty(), "each edit leads to a finding");
        let union: BTreeSet<_> = of_first.union(&of_second).cloned().collect();
        prop_assert_eq!(findings_of(&[first, second]), union);
    }
}

/// Returns the identities of findings. The affected operations are not part of it: other changes do
/// not affect a removed operation.
fn finding_ids(findings: &[Finding]) -> BTreeSet<String> {
    let id = |finding: &Finding| {
        format!("{} {} {:?}", finding.kind, finding.fingerprint(), finding.pointer)
    };
    findings.iter().map(id).collect()
}
