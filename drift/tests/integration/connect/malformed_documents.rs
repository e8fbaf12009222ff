//! The comparison of a malformed document ends with a report or with an error that names the
//! document, and never with a panic.

use connect_stand_in::spec::to_openapi_3;
use serde_json::{Value, json};

use super::workspace::Workspace;

/// The number of locations that are replaced; each one requires a comparison.
const LOCATION_COUNT: usize = 40;

/// Collects all pointers into a value, except that of the root.
fn collect_pointers(value: &Value, parent: &str, pointers: &mut Vec<String>) {
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

    for (segment, member) in members {
        let pointer = format!("{parent}/{segment}");
        collect_pointers(member, &pointer, pointers);
        pointers.push(pointer);
    }
}

#[test]
fn unexpected_value_at_any_location_does_not_panic() {
    let workspace = Workspace::committed();
    let (mut reports, mut errors) = (0, 0);
    for (document, offset) in
        [(workspace.upstream.clone(), 0), (to_openapi_3(&workspace.upstream), 3)]
    {
        let mut pointers = Vec::new();
        collect_pointers(&document, "", &mut pointers);
        pointers.retain(|pointer| !pointer.contains("/example"));

        let unexpected = [
            json!(null),
            json!("some text"),
            json!(-1.5),
            json!([{ "a": [] }]),
            json!({}),
            json!({ "$ref": "#/definitions/ClusterResponse" }),
            json!("a"),
        ];
        let step = pointers.len() / (LOCATION_COUNT / 2);

        for (index, pointer) in pointers.iter().skip(offset).step_by(step).enumerate() {
            let mut broken = document.clone();
            *broken.pointer_mut(pointer).expect("a value") =
                unexpected[index % unexpected.len()].clone();

            match workspace.drift(&workspace.upstream, &broken) {
                Ok(_) => reports += 1,
                Err(diagnostic) => {
                    assert_eq!(diagnostic.file.as_deref(), Some("revision.json"), "{diagnostic}");
                    assert!(diagnostic.location.is_some(), "{diagnostic}");
                    errors += 1;
                }
            }
        }
    }

    assert!(reports > 5 && errors > 5, "{reports} reports, {errors} errors");
}

#[test]
fn unusual_names_do_not_panic() {
    let workspace = Workspace::committed();
    for name in ["some text", "", "3d", "self", "é", "type", "a/b~c"] {
        let mut document = workspace.upstream.clone();
        document["paths"]["/clusters?"]["get"]["parameters"][0]["name"] = json!(name);
        document["paths"]["/clusters?"]["post"]["operationId"] = json!(name);

        let properties = document["definitions"]["ClusterResponse"]["properties"].as_object_mut();
        properties.expect("properties").insert(name.to_owned(), json!({ "type": "string" }));
        document["paths"]["/unusual"]["get"] =
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
