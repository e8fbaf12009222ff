//! No field fails an answer: every documented body, varied in every way that real ones vary.

use std::collections::BTreeSet;

use connect_tests::json::canonical;
use serde_json::Value;

use super::models::answer;
use super::vary::Schemas;

#[test]
fn no_field_fails_an_answer() {
    let document = include_str!("../../../../spec/connect-v1.openapi.json");
    let document: Value = serde_json::from_str(document).expect("JSON");
    let (mut survived, mut failed) = (0, Vec::new());
    let mut seen = BTreeSet::new();

    for (schemas, (id, success)) in Schemas::each(&document)
        .flat_map(|schemas| successes(&document).map(move |it| (schemas, it)))
    {
        let Some(trip) = answer(id) else { continue };
        let media = &success["content"]["application/json"];
        let full = schemas.full(&media["schema"]);

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
    insta::assert_snapshot!(count, @"all of 9549 variations survive");
}

/// The answer of each operation that is a success.
fn successes(document: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let items = document["paths"].as_object().expect("paths").values();
    items.flat_map(|item| item.as_object().expect("a path item").values()).map(|operation| {
        let responses = operation["responses"].as_object().expect("responses");
        let (_, success) = responses.iter().find(|(it, _)| it.starts_with('2')).expect("a success");
        (operation["operationId"].as_str().expect("an id"), success)
    })
}
