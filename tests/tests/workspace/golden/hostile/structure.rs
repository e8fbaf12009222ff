//! Documents and policies that are hostile in their structure or by a name.

use connect_codegen::diagnostic::Diagnostic;
use connect_codegen::openapi::document::Upstream;
use serde_json::{Value, json};

use super::places::ROUTES;
use super::shape::Shape;
use crate::golden::document::Document;

pub fn refused(addition: Value) -> Diagnostic {
    let shown: String = addition.to_string().chars().take(300).collect();
    match Document::with(addition).generate() {
        Err(problem) => problem,
        Ok(_) => panic!("not refused: {shown}"),
    }
}

/// Asserts that the addition gives a problem whose place has this in it.
pub fn refused_at(place: &str, addition: Value) {
    let problem = refused(addition);
    let at = problem.location.as_ref().map(ToString::to_string).unwrap_or_default();
    assert!(at.contains(place), "{place}: {problem}");
}

pub fn models(models: Value) -> Value {
    json!({ "document": { "definitions": models } })
}

fn text() -> Value {
    json!({ "type": "object", "properties": { "id": { "type": "string" } } })
}

#[test]
fn two_models_of_one_name_in_rust_are_refused() {
    refused_at("/definitions/", models(json!({ "Foo": text(), "FOO": text() })));
    refused_at("/definitions/", models(json!({ "FooBar": text(), "FooBAR": text() })));
}

#[test]
fn two_properties_of_one_name_in_rust_are_refused() {
    let twice = json!({ "type": "object", "properties": { "a-b": { "type": "string" }, "a_b": { "type": "string" } } });
    refused_at("/definitions/Part", models(json!({ "Part": twice })));
}

#[test]
fn a_name_that_the_generated_code_uses_is_refused() {
    for name in
        ["String", "Vec", "Option", "Box", "Result", "Default", "Into", "Tagged", "Clone", "Self"]
    {
        refused_at(&format!("/definitions/{name}"), models(json!({ name: text() })));
    }
}

#[test]
fn a_name_that_the_client_or_a_request_has_for_itself_is_refused() {
    for id in ["request", "upload", "watch_cluster", "pause_print_job", "options"] {
        let operation = json!({ "id": id, "route": "GET /odd", "resource": "base" });
        let answers = json!({ "204": { "description": "" } });
        let paths = json!({ "/odd": { "get": { "responses": answers } } });
        let policy = json!({ "operations": [operation] });
        let problem = refused(json!({ "document": { "paths": paths }, "policy": policy }));

        assert!(problem.to_string().contains(id), "{problem}");
    }

    for name in ["items", "pages", "wait", "send"] {
        let parameters = json!([{ "name": name, "in": "query", "type": "string" }]);
        let paths = json!({ "/bases?": { "get": { "parameters": parameters } } });
        refused_at("/paths/~1bases?", json!({ "document": { "paths": paths } }));
    }
}

#[test]
fn what_tells_items_apart_is_a_field_that_each_has_or_refused() {
    let keys = |keys: Value| json!({ "policy": { "paging": { "keys": keys } } });
    refused_at("/definitions/Base", keys(json!({ "Base": "nothing" })));
    refused_at("/definitions/Base", keys(json!({ "Base": "count" })));
    let problem = refused(keys(json!({ "ErrorObject": "id" })));
    assert!(problem.to_string().contains("no list of `ErrorObject` comes in pages"), "{problem}");
}

#[test]
fn references_lead_to_a_model_of_the_document_or_are_refused() {
    for target in [
        "#/definitions/Nowhere",
        "other.json#/Part",
        "http://example.com/x",
        "#/paths",
        "",
        "#/definitions/",
        "#/definitions/Base/properties/count",
    ] {
        refused_at(
            "Part",
            models(
                json!({ "Part": { "type": "object", "properties": { "x": { "$ref": target } } } }),
            ),
        );
    }
}

#[test]
fn references_that_only_lead_to_each_other_are_refused() {
    let to = |name: &str| json!({ "$ref": format!("#/definitions/{name}") });
    refused_at("/definitions/A", models(json!({ "A": to("A") })));
    refused_at("/definitions/A", models(json!({ "A": to("B"), "B": to("A") })));
    refused_at("/definitions/A", models(json!({ "A": { "allOf": [to("A")] } })));
    refused_at("/definitions/A", models(json!({ "A": { "type": "array", "items": to("A") } })));
}

#[test]
fn a_union_that_holds_itself_is_refused() {
    let union = json!({ "x-oneOf": [{ "$ref": "#/definitions/Part" }] });
    let part = json!({ "type": "object", "properties": { "either": union } });
    refused_at("/components/schemas/PartEither", models(json!({ "Part": part })));
}

#[test]
fn nesting_without_end_is_refused() {
    for levels in [40, 100, 126, 10_000] {
        let nested = format!(
            "{}{{\"type\":\"string\"}}{}",
            "{\"type\":\"array\",\"items\":".repeat(levels),
            "}".repeat(levels)
        );

        let document = format!(
            r#"{{"swagger":"2.0","paths":{{}},"definitions":{{"Part":{{"type":"object","properties":{{"x":{nested}}}}}}}}}"#
        );
        let problem = match Upstream::parse(&document) {
            Err(problem) => problem,
            Ok(upstream) => refused(models(upstream.document["definitions"].clone())),
        };

        assert!(problem.location.is_some(), "{levels}: {problem}");
    }
}

#[test]
fn routes_are_plain_or_refused() {
    let of = |place: &super::Place, text: &str| Document::with((place.put)(0, text)).generate();
    for place in ROUTES {
        let harmless = of(place, place.harmless).expect("a harmless route");
        for text in super::texts() {
            match of(place, &text) {
                Ok(files) => {
                    assert!(
                        text.chars().all(|c| c.is_ascii_alphanumeric() || "_-~/".contains(c)),
                        "{text:?}"
                    );

                    super::assert_harmless(&files, &text);
                    assert_eq!(Shape::of(&files, place.names), Shape::of(&harmless, place.names));
                }
                Err(problem) => assert!(problem.location.is_some(), "{} {problem}", place.name),
            }
        }
    }

    for path in [
        "/..",
        "/a/../b",
        "/%2e%2e/a",
        "/{}",
        "/{a",
        "/a}",
        "/{a}{b}",
        "/\"",
        "//a",
        "/a?x=1",
        "/a#b",
        "/a//b",
    ] {
        let mut addition = (ROUTES[0].put)(0, "x");
        addition["document"]["paths"] =
            json!({ path: { "get": { "responses": { "204": { "description": "" } } } } });
        addition["policy"]["operations"][0]["route"] = format!("GET {path}").into();

        let problem = refused(addition);
        assert!(problem.location.is_some(), "{path}: {problem}");
    }
}

#[test]
fn names_of_the_policy_are_names_or_refused() {
    let with = |id: &str, resource: &str| {
        json!({
            "document": { "paths": { "/parts": { "get": { "responses": { "204": { "description": "" } } } } } },
            "policy": {
                "operations": [{ "id": id, "route": "GET /parts", "resource": resource }],
                "resources": [{ "name": resource, "about": "Another." }],
            },
        })
    };

    for id in [
        "../evil",
        "",
        "a b",
        "A",
        "1a",
        "r#type",
        "a; mod x",
        "new",
        "clone",
        "wire",
        "execute",
        "operation",
        "string",
        "é",
    ] {
        let problem = refused(with(id, "extra"));
        assert!(problem.location.is_some(), "{id}: {problem}");
    }

    for resource in
        ["../evil", "", "a/b", "mod", "self", "crate", "r#type", "type", "A", ".", "construct"]
    {
        let problem = refused(with("get_parts", resource));
        assert!(problem.location.is_some(), "{resource}: {problem}");
    }
}

/// Names that look odd and are fine: the crate that is made of them compiles.
pub fn odd_but_fine() -> Value {
    let mut addition = json!({
        "document": { "paths": {}, "definitions": {} },
        "policy": { "operations": [], "resources": [{ "name": "models", "about": "Odd.", "models": ["V"] }, { "name": "requests", "about": "Odd." }] },
    });

    let ids =
        ["mod", "models", "super_", "fmt", "requests", "url", "type", "self", "pages", "wires"];
    for (index, id) in ids.into_iter().enumerate() {
        let path = format!("/odd{index}");
        let parameters = [
            "into", "clone", "new", "type", "async", "response", "value", "wire", "calls", "id",
            "map", "try",
        ];

        let parameters =
            parameters.map(|name| json!({ "name": name, "in": "query", "type": "string" }));
        addition["document"]["paths"][&path] = json!({ "get": { "parameters": parameters, "responses": { "204": { "description": "" } } } });
        let resource = if index % 2 == 0 { "models" } else { "requests" };
        let operations = addition["policy"]["operations"].as_array_mut().expect("a list");
        operations.push(json!({ "id": id, "route": format!("GET {path}"), "resource": resource }));
    }

    for (index, name) in [
        "Vector",
        "Utc",
        "DateTime",
        "Value",
        "Serialize",
        "Deserialize",
        "Map",
        "BTreeMap",
        "Page",
        "Print",
        "Unknown",
        "Chrono",
        "Client",
        "Data",
        "Error",
        "Operation",
        "Response",
        "Wire",
        "Reqwest",
    ]
    .into_iter()
    .enumerate()
    {
        let fields = [
            "new", "default", "clone", "from", "into", "self", "serde", "type", "value", "tag",
            "unknown", "as_str",
        ];

        let mut properties: serde_json::Map<String, Value> = fields
            .map(|field| (field.to_owned(), json!({ "type": "string" })))
            .into_iter()
            .collect();

        properties.insert(
            "times".into(),
            json!({ "type": "array", "items": { "type": "string", "format": "date-time" } }),
        );
        properties.insert("any".into(), json!({ "type": "object" }));

        properties.insert(
            "counts".into(),
            json!({ "type": "object", "additionalProperties": { "type": "number" } }),
        );

        properties.insert(
            "kind".into(),
            json!({ "type": "string", "enum": [format!("kind {index}"), "String", "Ok", "none"] }),
        );
        properties
            .insert("either".into(), json!({ "x-oneOf": [{ "$ref": "#/definitions/Base" }] }));
        addition["document"]["definitions"][name] =
            json!({ "type": "object", "properties": properties });
    }

    addition
}
