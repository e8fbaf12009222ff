//! Inconsistent or unsupported parts of a document, which are rejected at their location in the
//! upstream document, because the generator would produce wrong code or lose a part.

use serde_json::{Value, json};

use super::structure::{assert_rejected_at, expect_error, models};
use crate::golden::document::Document;

/// A model with one property.
fn property(schema: Value) -> Value {
    models(json!({ "Part": { "type": "object", "properties": { "x": schema } } }))
}

/// A third parameter of the base's operation.
fn parameter(parameter: Value) -> Value {
    json!({ "document": { "paths": { "/bases?": { "get": { "parameters": [parameter] } } } } })
}

/// Members of the base's operation.
fn operation(members: Value) -> Value {
    json!({ "document": { "paths": { "/bases?": { "get": members } } } })
}

/// An operation whose body is a model with one property.
fn body(required: bool, name: &str) -> Value {
    let part = json!({ "type": "object", "properties": { name: { "type": "string" } } });
    let schema =
        json!({ "type": "object", "properties": { "data": { "$ref": "#/definitions/Part" } } });
    let body = json!({ "name": "body", "in": "body", "required": required, "schema": schema });
    let put = json!({ "parameters": [body], "responses": { "204": { "description": "" } } });

    json!({
        "document": { "paths": { "/parts": { "put": put } }, "definitions": { "Part": part } },
        "policy": { "operations": [{ "id": "put_part", "route": "PUT /parts", "resource": "base" }] },
    })
}

/// Asserts that the generator rejects the path parameter `id` with these members.
#[track_caller]
fn assert_path_parameter_is_rejected(mut parameter: Value) {
    parameter["name"] = "id".into();
    parameter["in"] = "path".into();

    let get = json!({ "parameters": [parameter], "responses": { "204": { "description": "" } } });
    let policy = json!({ "id": "letter", "route": "GET /letters/{id}", "resource": "base" });
    assert_rejected_at(
        "/paths/~1letters~1{id}/get/parameters/0",
        json!({
            "document": { "paths": { "/letters/{id}": { "get": get } } },
            "policy": { "operations": [policy] },
        }),
    );
}

#[test]
fn model_that_is_also_a_map_is_rejected() {
    let part = |additional: Value| {
        let properties = json!({ "extra": { "type": "string" } });
        models(
            json!({ "Part": { "type": "object", "properties": properties, "additionalProperties": additional } }),
        )
    };
    assert_rejected_at("/definitions/Part/additionalProperties", part(json!({ "type": "string" })));
    assert_rejected_at("/definitions/Part/additionalProperties", part(json!({})));

    for additional in [true, false] {
        let files = Document::with(part(additional.into())).generate().expect("a model");
        let code: String = files.values().map(String::as_str).collect();
        assert!(code.contains("    Part {\n        extra,\n    }\n"), "{additional}");
    }
}

#[test]
fn body_field_named_like_an_existing_method_is_rejected() {
    for name in ["send", "call", "with", "wait", "send_for_response", "items", "pages"] {
        assert_rejected_at("/definitions/Part/properties", body(false, name));
    }

    assert_rejected_at("/definitions/Part/properties", body(true, "new"));
    // A required field of a body cannot be nullable.
    let mut nullable = body(true, "id");
    nullable["document"]["definitions"]["Part"]["required"] = json!(["id"]);
    nullable["document"]["definitions"]["Part"]["properties"]["id"]["x-nullable"] = true.into();
    assert_rejected_at("/definitions/Part/properties", nullable);
}

#[test]
fn parameter_of_an_unsupported_type_is_rejected() {
    let time = json!({ "type": "string", "format": "date-time" });
    let list = |items: Value| json!({ "name": "q", "in": "query", "type": "array", "collectionFormat": "multi", "items": items });
    let location = "/paths/~1bases?/get/parameters/2";
    assert_rejected_at(
        location,
        parameter(json!({ "name": "q", "in": "query", "type": "object" })),
    );
    assert_rejected_at(location, parameter(list(json!({ "type": "object" }))));
    assert_rejected_at(
        location,
        parameter(list(json!({ "type": "array", "items": { "type": "string" } }))),
    );
    assert_rejected_at(location, parameter(list(time.clone())));

    assert_rejected_at(
        location,
        parameter(json!({ "name": "q", "in": "query", "type": "string", "x-nullable": true })),
    );

    for mut schema in [time, json!({ "type": "array", "items": { "type": "string" } })] {
        schema["required"] = true.into();
        assert_path_parameter_is_rejected(schema);
    }
}

#[test]
fn path_parameter_that_is_not_required_is_rejected() {
    for required in [json!({}), json!({ "required": false })] {
        let mut id = required;
        id["type"] = "string".into();
        assert_path_parameter_is_rejected(id);
    }
}

#[test]
fn name_that_ends_like_an_envelope_is_rejected() {
    let data =
        json!({ "type": "object", "properties": { "data": { "$ref": "#/definitions/Base" } } });
    assert_rejected_at("/definitions/LetterEnvelope", models(json!({ "LetterEnvelope": data })));
    let kind = json!({ "type": "string", "enum": ["a", "b"] });
    let letter = json!({ "type": "object", "properties": { "envelope": kind } });
    assert_rejected_at("LetterEnvelope", models(json!({ "Letter": letter })));
}

#[test]
fn unsupported_keyword_beside_an_enum_or_a_union_is_rejected() {
    let location = "/definitions/Part/properties/x/";
    for (key, value) in
        [("x-foo", json!(1)), ("readOnly", json!(true)), ("x-enum-count", json!("109"))]
    {
        let mut schema = json!({ "type": "string", "enum": ["a"] });
        schema[key] = value;
        assert_rejected_at(&format!("{location}{key}"), property(schema));
    }

    for (key, value) in [("readOnly", json!(true)), ("x-foo", json!(1)), ("oneOf", json!([{}]))] {
        let mut schema = json!({ "x-oneOf": [{ "$ref": "#/definitions/Base" }] });
        schema[key] = value;
        assert_rejected_at(location, property(schema));
    }

    assert_rejected_at(&format!("{location}x-oneOf"), property(json!({ "x-oneOf": [] })));
}

#[test]
fn member_of_a_wrong_type_is_rejected() {
    let location = |rest: &str| format!("/paths/~1bases?/get/{rest}");
    assert_rejected_at(
        &location("description"),
        json!({ "document": { "paths": { "/bases?": { "get": { "description": 5 } } } } }),
    );
    assert_rejected_at(&location("summary"), operation(json!({ "summary": ["a"] })));
    assert_rejected_at(&location("tags"), operation(json!({ "tags": 5 })));
    assert_rejected_at(&location("operationId"), operation(json!({ "operationId": 5 })));

    assert_rejected_at(
        &location("responses/404/description"),
        operation(json!({ "responses": { "404": { "description": {} } } })),
    );

    assert_rejected_at(
        &location("parameters/2/required"),
        parameter(json!({ "name": "q", "in": "query", "type": "string", "required": "yes" })),
    );

    assert_rejected_at(
        &location("parameters/2/description"),
        parameter(json!({ "name": "q", "in": "query", "type": "string", "description": 1 })),
    );

    assert_rejected_at(
        "/definitions/Part/properties/x/minLength",
        property(json!({ "type": "string", "minLength": -1 })),
    );

    assert_rejected_at(
        "/definitions/Part/properties/x/maximum",
        property(json!({ "type": "number", "maximum": "9" })),
    );

    assert_rejected_at(
        "/definitions/Part/properties/x/uniqueItems",
        property(json!({ "type": "array", "items": { "type": "string" }, "uniqueItems": 1 })),
    );

    assert_rejected_at(
        "/definitions/Part/required",
        models(
            json!({ "Part": { "type": "object", "required": "x", "properties": { "x": { "type": "string" } } } }),
        ),
    );
}

#[test]
fn contradictory_constraints_are_rejected() {
    for limit in [json!(1.5), json!(1e18)] {
        assert_rejected_at(
            "/definitions/Part/properties/x/maximum",
            property(json!({ "type": "number", "maximum": limit })),
        );
    }

    assert_rejected_at(
        "/definitions/Part/properties/x/pattern",
        property(json!({ "type": "string", "pattern": "/^a$/i" })),
    );

    for required in [json!(["ghost"]), json!(["x", "x"])] {
        let part = json!({ "type": "object", "required": required, "properties": { "x": { "type": "string" } } });
        assert_rejected_at("/definitions/Part/required/", models(json!({ "Part": part })));
    }

    let other =
        json!({ "type": "object", "properties": { "problem": { "$ref": "#/definitions/Base" } } });
    for schema in [other, json!({ "$ref": "#/definitions/Base" })] {
        let members = json!({ "responses": { "500": { "description": "", "schema": schema } } });
        assert_rejected_at("/paths/~1bases?/get/responses/500/schema", operation(members));
    }
}

#[test]
fn invalid_base_url_is_rejected() {
    for host in ["evil\n\"quote", "", "a b", "h/../x?", "user@h", "h#x"] {
        assert_rejected_at("/host", json!({ "document": { "host": host } }));
    }

    for path in ["/a?b", "/a b", "/\""] {
        assert_rejected_at("/host", json!({ "document": { "basePath": path } }));
    }

    assert_rejected_at("/basePath", json!({ "document": { "basePath": "v1" } }));
    let generate = |schemes: Value| {
        Document::patched(
            json!([{ "op": "replace", "path": "/document/schemes", "value": schemes }]),
        )
        .generate()
    };

    for schemes in [json!([]), json!(["ws"]), json!("https")] {
        assert!(
            generate(schemes).expect_err("invalid schemes").to_string().starts_with("/schemes: ")
        );
    }

    assert!(generate(json!(["wss", "https"])).is_ok());
    // The message has one line, although the host has two.
    let problem = expect_error(json!({ "document": { "host": "a\nb" } })).to_string();
    assert!(!problem.contains('\n'), "{problem}");
}
