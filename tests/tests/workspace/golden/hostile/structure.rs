//! Documents and policies whose structure or names are hostile.

use connect_codegen::diagnostic::Diagnostic;
use connect_codegen::openapi::document::Upstream;
use serde_json::{Value, json};

use super::locations::{Location, ROUTES};
use super::shape::Shape;
use crate::golden::document::Document;

/// The error for an addition that the generator must reject.
pub fn expect_error(addition: Value) -> Diagnostic {
    let excerpt: String = addition.to_string().chars().take(300).collect();
    match Document::with(addition).generate() {
        Err(problem) => problem,
        Ok(_) => panic!("accepted: {excerpt}"),
    }
}

/// Asserts that the generator rejects an addition, and that the location of the error contains a
/// text.
pub fn assert_rejected_at(location: &str, addition: Value) {
    let problem = expect_error(addition);
    let actual = problem.location.as_ref().map(ToString::to_string).unwrap_or_default();
    assert!(actual.contains(location), "{location} expected: {problem}");
}

/// An addition of models.
pub fn models(models: Value) -> Value {
    json!({ "document": { "definitions": models } })
}

fn model_with_id() -> Value {
    json!({ "type": "object", "properties": { "id": { "type": "string" } } })
}

#[test]
fn models_with_equal_rust_names_are_rejected() {
    assert_rejected_at(
        "/definitions/",
        models(json!({ "Foo": model_with_id(), "FOO": model_with_id() })),
    );
    assert_rejected_at(
        "/definitions/",
        models(json!({ "FooBar": model_with_id(), "FooBAR": model_with_id() })),
    );
}

#[test]
fn path_that_repeats_a_placeholder_is_rejected() {
    let id = json!({ "name": "id", "in": "path", "required": true, "type": "string" });
    let operation = json!({ "parameters": [id], "responses": { "204": { "description": "" } } });
    assert_rejected_at(
        "/paths/",
        json!({
            "document": { "paths": { "/parts/{id}/copies/{id}": { "get": operation } } },
            "policy": { "operations": [{ "id": "get_copy", "route": "GET /parts/{id}/copies/{id}", "resource": "base" }] },
        }),
    );
}

#[test]
fn properties_with_equal_rust_names_are_rejected() {
    let twice = json!({ "type": "object", "properties": { "a-b": { "type": "string" }, "a_b": { "type": "string" } } });
    assert_rejected_at("/definitions/Part", models(json!({ "Part": twice })));
}

#[test]
fn model_named_like_a_type_of_the_generated_code_is_rejected() {
    for name in ["String", "Vec", "Option", "Box", "Result", "Default", "Into", "Clone", "Self"] {
        assert_rejected_at(
            &format!("/definitions/{name}"),
            models(json!({ name: model_with_id() })),
        );
    }
}

#[test]
fn operation_or_parameter_named_like_an_existing_method_is_rejected() {
    for id in ["request", "upload", "watch_cluster", "pause_print_job", "options"] {
        let operation = json!({ "id": id, "route": "GET /odd", "resource": "base" });
        let responses = json!({ "204": { "description": "" } });
        let paths = json!({ "/odd": { "get": { "responses": responses } } });
        let policy = json!({ "operations": [operation] });
        let problem = expect_error(json!({ "document": { "paths": paths }, "policy": policy }));

        assert!(problem.to_string().contains(id), "{problem}");
    }

    for name in ["items", "pages", "wait", "send"] {
        let parameters = json!([{ "name": name, "in": "query", "type": "string" }]);
        let paths = json!({ "/bases?": { "get": { "parameters": parameters } } });
        assert_rejected_at("/paths/~1bases?", json!({ "document": { "paths": paths } }));
    }
}

#[test]
fn paging_key_that_is_no_required_field_is_rejected() {
    let keys = |keys: Value| json!({ "policy": { "paging": { "keys": keys } } });
    assert_rejected_at("/definitions/Base", keys(json!({ "Base": "nothing" })));
    assert_rejected_at("/definitions/Base", keys(json!({ "Base": "count" })));
    let problem = expect_error(keys(json!({ "ErrorObject": "id" })));
    assert!(
        problem.to_string().contains("`ErrorObject` is not the item of a paginated list"),
        "{problem}"
    );
}

#[test]
fn reference_to_something_other_than_a_model_is_rejected() {
    for target in [
        "#/definitions/Nowhere",
        "other.json#/Part",
        "http://example.com/x",
        "#/paths",
        "",
        "#/definitions/",
        "#/definitions/Base/properties/count",
    ] {
        assert_rejected_at(
            "Part",
            models(
                json!({ "Part": { "type": "object", "properties": { "x": { "$ref": target } } } }),
            ),
        );
    }
}

#[test]
fn reference_cycles_without_a_schema_are_rejected() {
    let to = |name: &str| json!({ "$ref": format!("#/definitions/{name}") });
    assert_rejected_at("/definitions/A", models(json!({ "A": to("A") })));
    assert_rejected_at("/definitions/A", models(json!({ "A": to("B"), "B": to("A") })));
    assert_rejected_at("/definitions/A", models(json!({ "A": { "allOf": [to("A")] } })));
    assert_rejected_at(
        "/definitions/A",
        models(json!({ "A": { "type": "array", "items": to("A") } })),
    );
}

#[test]
fn union_that_contains_itself_is_rejected() {
    let union = json!({ "x-oneOf": [{ "$ref": "#/definitions/Part" }] });
    let part = json!({ "type": "object", "properties": { "either": union } });
    assert_rejected_at("/components/schemas/PartEither", models(json!({ "Part": part })));
}

#[test]
fn deeply_nested_schemas_are_rejected() {
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
            Ok(upstream) => expect_error(models(upstream.document["definitions"].clone())),
        };

        assert!(problem.location.is_some(), "{levels}: {problem}");
    }
}

#[test]
fn hostile_routes_are_rejected_or_harmless() {
    let generate =
        |location: &Location, text: &str| Document::with((location.addition)(0, text)).generate();

    for location in ROUTES {
        let harmless = generate(location, location.harmless).expect("a harmless route");
        for text in super::texts() {
            match generate(location, &text) {
                Ok(files) => {
                    assert!(
                        text.chars().all(|c| c.is_ascii_alphanumeric() || "_-~/".contains(c)),
                        "{text:?}"
                    );

                    super::assert_printable(&files, &text);
                    let shape = |files| Shape::new(files, location.effect);
                    assert_eq!(shape(&files), shape(&harmless));
                }
                Err(problem) => assert!(problem.location.is_some(), "{} {problem}", location.name),
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
        let mut addition = (ROUTES[0].addition)(0, "x");
        addition["document"]["paths"] =
            json!({ path: { "get": { "responses": { "204": { "description": "" } } } } });
        addition["policy"]["operations"][0]["route"] = format!("GET {path}").into();

        let problem = expect_error(addition);
        assert!(problem.location.is_some(), "{path}: {problem}");
    }
}

#[test]
fn hostile_names_in_the_policy_are_rejected() {
    let with = |id: &str, resource: &str| {
        json!({
            "document": { "paths": { "/parts": { "get": { "responses": { "204": { "description": "" } } } } } },
            "policy": {
                "operations": [{ "id": id, "route": "GET /parts", "resource": resource }],
                "resources": [{ "name": resource, "about": "Another resource." }],
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
        "endpoint",
        "execute",
        "operation",
        "string",
        "é",
    ] {
        let problem = expect_error(with(id, "extra"));
        assert!(problem.location.is_some(), "{id}: {problem}");
    }

    for resource in
        ["../evil", "", "a/b", "mod", "self", "crate", "r#type", "type", "A", ".", "construct"]
    {
        let problem = expect_error(with("get_parts", resource));
        assert!(problem.location.is_some(), "{resource}: {problem}");
    }
}

/// An addition with unusual but valid names; the generated crate must compile.
pub fn unusual_names() -> Value {
    let mut addition = json!({
        "document": { "paths": {}, "definitions": {} },
        "policy": { "operations": [], "resources": [{ "name": "models", "about": "Unusual names.", "models": ["V"] }, { "name": "requests", "about": "Unusual names." }] },
    });

    let ids =
        ["mod", "models", "super_", "fmt", "requests", "url", "type", "self", "pages", "impls"];
    for (index, id) in ids.into_iter().enumerate() {
        let path = format!("/odd{index}");
        let parameters = [
            "into", "clone", "new", "type", "async", "response", "value", "builder", "segment",
            "id", "map", "try",
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
        "RequestBuilder",
        "CallOptions",
        "Unlisted",
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
