//! The API's own document.

use connect_stand_in::StandIn;
use connect_stand_in::spec::to_openapi_3;
use reqwest::Method;
use serde_json::{Value, json};

use super::{CONTRACT, UPSTREAM, get, request, start_stand_in};

#[tokio::test]
async fn specification_is_served_in_both_versions() {
    let stand_in = start_stand_in().await;
    let text = |path: &'static str| {
        let request = request(&stand_in, Method::GET, path);
        async { request.send().await.expect("a response").text().await.expect("text") }
    };

    assert_eq!(text("/spec").await, UPSTREAM, "byte for byte");
    assert_eq!(text("/spec?version=2.0").await, UPSTREAM);

    for version in ["/spec?version=3", "/spec?version=3.0.0", "/spec?version=3.0.3"] {
        let document: Value = serde_json::from_str(&text(version).await).expect("JSON");
        assert_eq!(document["openapi"], "3.0.3");
    }

    for version in ["4.0.0", "1.0.0", "", "3.1.0", "3.0.33", "swagger"] {
        let (status, body) = get(&stand_in, &format!("/spec?version={version}")).await;
        let code = &body["errors"][0]["code"];
        assert_eq!((status, code), (400, &json!("openApiVersionNotSupported")), "{version}");
    }

    stand_in.set_next_response("get_spec", 400);
    assert_eq!(get(&stand_in, "/spec").await.0, 400);
}

const NOTE: &str = "#/components/schemas/Note";

fn converted_document() -> Value {
    to_openapi_3(&serde_json::from_str(UPSTREAM).expect("JSON"))
}

#[test]
fn conversion_to_openapi_3_keeps_the_errors_of_an_operation() {
    let document = converted_document();

    assert_eq!(document["servers"], json!([{"url": "https://api.example.com/connect/v1"}]));
    let operation = &document["paths"]["/clusters?/{cluster_id}"]["post"];

    assert_eq!(
        operation["parameters"],
        json!([
            {"name": "cluster_id", "in": "path", "required": true, "schema": {"type": "string"}},
            {"name": "start_date", "in": "path", "required": true, "schema": {"type": "string"}},
            {
                "name": "status", "in": "query", "style": "form", "explode": true,
                "schema": {"type": "array", "items": {"type": "string", "enum": ["a"]}}
            },
            {
                "name": "limit", "in": "query",
                "schema": {"type": "number", "maximum": 9_223_372_036_854_776_000_u64}
            },
        ])
    );

    assert_eq!(
        operation["requestBody"],
        json!({"description": "The note.", "required": true, "content": {"application/json": {
            "schema": {
                "type": "object", "required": ["data"], "properties": {"data": {"$ref": NOTE}}
            },
            "example": {"data": {
                "summary": "Example Note.",
                "description": "Example value.",
                "value": {"note": "Hoi.", "$ref": "#/definitions/Note"}
            }}
        }}})
    );

    assert_eq!(
        operation["responses"],
        json!({
            "200": {"description": "Done.", "content": {"application/json": {
                "schema": {"$ref": NOTE}, "example": {"note": "Hoi.", "example": 1}
            }}},
            "204": {"description": "Nothing."}
        })
    );
}

#[test]
fn conversion_to_openapi_3_converts_schemas_and_removes_swagger_members() {
    let document = converted_document();
    let other = "#/components/schemas/Other";

    assert_eq!(
        document["components"]["schemas"]["Note"]["properties"],
        json!({
            "note": {"type": "string", "pattern": "/^a$/", "x-enum-count": 5},
            "example": {"$ref": other},
            "details": {"oneOf": [{"$ref": other}]},
        })
    );

    for removed in ["swagger", "host", "basePath", "schemes", "consumes", "produces", "definitions"]
    {
        assert!(document.get(removed).is_none(), "{removed}");
    }
}

#[tokio::test]
async fn openapi_3_document_is_served_for_both_versions() {
    let builder = StandIn::builder().contract(serde_json::from_str(CONTRACT).expect("JSON"));
    let stand_in = builder.upstream(CONTRACT).start().await.expect("a stand-in");

    for path in ["/spec", "/spec?version=3.0.0"] {
        let response = request(&stand_in, Method::GET, path).send().await.expect("a response");
        assert_eq!(response.text().await.expect("text"), CONTRACT, "{path}");
    }
}
