//! Whatever stands somewhere in a document where something else belongs, comparing ends with a
//! report or with a problem that names the document, and never in a panic.

use connect_stand_in::spec::to_openapi_3;
use serde_json::{Value, json};

use crate::workspace::Workspace;

/// How many places are broken; each costs a comparison.
const PLACES: usize = 40;

/// Every pointer into a value but the root's.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(key, member)| (key.replace('~', "~0").replace('/', "~1"), member))
            .collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
        }
        _ => Vec::new(),
    };

    for (step, member) in members {
        let pointer = format!("{at}/{step}");
        pointers(member, &pointer, found);
        found.push(pointer);
    }
}

#[test]
fn no_document_makes_it_panic() {
    let workspace = Workspace::committed();
    let mut outcomes = [0, 0];
    for (document, turn) in
        [(workspace.upstream.clone(), 0), (to_openapi_3(&workspace.upstream), 3)]
    {
        let mut places = Vec::new();
        pointers(&document, "", &mut places);
        places.retain(|pointer| !pointer.contains("/example"));

        let odd = [
            json!(null),
            json!("odd text"),
            json!(-1.5),
            json!([{ "a": [] }]),
            json!({}),
            json!({ "$ref": "#/definitions/ClusterResponse" }),
            json!("a"),
        ];
        let step = places.len() / (PLACES / 2);

        for (index, pointer) in places.iter().skip(turn).step_by(step).enumerate() {
            let mut broken = document.clone();
            *broken.pointer_mut(pointer).expect("a place") = odd[index % odd.len()].clone();

            match workspace.drift(&workspace.upstream, &broken) {
                Ok(_) => outcomes[0] += 1,
                Err(problem) => {
                    assert_eq!(problem.file.as_deref(), Some("revision.json"), "{problem}");
                    assert!(problem.location.is_some(), "{problem}");
                    outcomes[1] += 1;
                }
            }
        }
    }

    assert!(outcomes.iter().all(|count| *count > 5), "reports and problems: {outcomes:?}");
}

#[test]
fn no_name_makes_it_panic() {
    let workspace = Workspace::committed();
    for name in ["odd text", "", "3d", "self", "é", "type", "a/b~c"] {
        let mut document = workspace.upstream.clone();
        document["paths"]["/clusters?"]["get"]["parameters"][0]["name"] = json!(name);
        document["paths"]["/clusters?"]["post"]["operationId"] = json!(name);

        let properties = document["definitions"]["ClusterResponse"]["properties"].as_object_mut();
        properties.expect("properties").insert(name.to_owned(), json!({ "type": "string" }));
        document["paths"]["/odd"]["get"] =
            json!({ "operationId": name, "responses": { "204": { "description": "Nothing." } } });

        let report = workspace.drift(&workspace.upstream, &document).expect("a report");
        assert!(report.base.is_connect, "{name}: {:?}", report.notes);

        let items = report.findings.iter().flat_map(|finding| &finding.rust_items);
        assert!(items.clone().count() >= 4, "{name}: {:?}", report.findings);

        for item in items {
            assert!(item.chars().all(|c| c.is_alphanumeric() || "_:".contains(c)), "{item}");
        }
    }
}
