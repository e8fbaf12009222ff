//! No field fails an answer: every documented body, varied in every way that real ones vary.

use std::collections::BTreeSet;

use connect_tests::json::canonical;
use serde_json::Value;

use crate::models::answer;
use crate::vary::Schemas;

/// How deep models in models are filled, where the documented example leaves them out.
const DEPTH: usize = 4;

#[test]
fn no_field_fails_an_answer() {
    let document = include_str!("../../../spec/connect-v1.openapi.json");
    let document: Value = serde_json::from_str(document).expect("JSON");
    let schemas = Schemas(&document);
    let (mut survived, mut failed) = (0, Vec::new());
    let mut seen = BTreeSet::new();
    for operation in document["paths"].as_object().expect("paths").values().flat_map(operations) {
        let id = operation["operationId"].as_str().expect("an id");
        let Some(trip) = answer(id) else { continue };
        let responses = operation["responses"].as_object().expect("responses");
        let (_, success) = responses.iter().find(|(it, _)| it.starts_with('2')).expect("a success");
        let media = &success["content"]["application/json"];
        let full = schemas.full(&media["schema"], DEPTH);
        for body in [&media["example"], &full] {
            for variation in schemas.vary(&media["schema"], body) {
                // Operations that answer alike are held once.
                if !seen.insert(format!("{}{}", media["schema"], variation.body)) {
                    continue;
                }
                match trip(&variation.body) {
                    Err(error) => failed.push(format!("{id} {}: {error}", variation.place)),
                    Ok(back) => match &variation.kept {
                        Some((pointer, kept))
                            if back.pointer(pointer).cloned().map(canonical)
                                != Some(canonical(kept.clone())) =>
                        {
                            failed.push(format!("{id} {}: not kept", variation.place));
                        }
                        _ => survived += 1,
                    },
                }
            }
        }
    }
    assert!(failed.is_empty(), "{} fail:\n{}", failed.len(), failed.join("\n"));
    let count = format!("all of {survived} variations survive");
    println!("{count}");
    insta::assert_snapshot!(count, @"all of 8484 variations survive");
}

fn operations(item: &Value) -> impl Iterator<Item = &Value> {
    item.as_object().expect("a path item").values()
}
