//! Lenient decoding: no variation of a field that real responses show fails a response.

use std::collections::BTreeSet;

use connect_tests::json::canonical;
use serde_json::Value;

use super::models::response_model;
use super::variations::Schemas;

#[test]
fn no_variation_of_a_field_fails_a_response() {
    let document = include_str!("../../../../spec/connect-v1.openapi.json");
    let document: Value = serde_json::from_str(document).expect("JSON");
    let (mut decoded, mut findings) = (0, Vec::new());
    let mut seen = BTreeSet::new();

    for (schemas, (id, success)) in Schemas::for_each_member(&document)
        .flat_map(|schemas| success_responses(&document).map(move |success| (schemas, success)))
    {
        let Some(model) = response_model(id) else { continue };
        let media = &success["content"]["application/json"];
        let full = schemas.full_body(&media["schema"]);

        for body in [&media["example"], &full] {
            for variation in schemas.variations(&media["schema"], body) {
                // Several operations have the same response.
                if !seen.insert(format!("{}{}", media["schema"], variation.body)) {
                    continue;
                }
                match model(&variation.body) {
                    Err(error) => findings.push(format!("{id} {}: {error}", variation.description)),
                    Ok(result) => match &variation.expected {
                        Some((pointer, expected))
                            if result.pointer(pointer).cloned().map(canonical)
                                != Some(canonical(expected.clone())) =>
                        {
                            findings.push(format!(
                                "{id} {}: the value has changed",
                                variation.description
                            ));
                        }
                        _ => decoded += 1,
                    },
                }
            }
        }
    }

    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
    insta::assert_snapshot!(format!("{decoded} variations"), @"9551 variations");
}

/// The id and the success response of each operation.
fn success_responses(document: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let items = document["paths"].as_object().expect("paths").values();
    items.flat_map(|item| item.as_object().expect("a path item").values()).map(|operation| {
        let responses = operation["responses"].as_object().expect("responses");
        let (_, success) =
            responses.iter().find(|(status, _)| status.starts_with('2')).expect("a success");
        (operation["operationId"].as_str().expect("an id"), success)
    })
}
