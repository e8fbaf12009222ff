//! Additions that look ordinary, and of which the stages would make wrong code or lose a part. Each
//! is refused at its place in the upstream document.

use serde_json::{Value, json};

use super::structure::{models, refused, refused_at};
use crate::golden::document::Document;

/// A model of one property.
fn property(schema: Value) -> Value {
    models(json!({ "Part": { "type": "object", "properties": { "x": schema } } }))
}

/// A parameter of the base's operation, its third.
fn parameter(parameter: Value) -> Value {
    json!({ "document": { "paths": { "/bases?": { "get": { "parameters": [parameter] } } } } })
}

/// A part of the base's operation.
fn operation(part: Value) -> Value {
    json!({ "document": { "paths": { "/bases?": { "get": part } } } })
}

/// An operation whose body is a model of this property.
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

#[test]
fn a_model_that_is_a_map_as_well_is_refused() {
    let part = |others: Value| {
        let properties = json!({ "extra": { "type": "string" } });
        models(
            json!({ "Part": { "type": "object", "properties": properties, "additionalProperties": others } }),
        )
    };
    refused_at("/definitions/Part/additionalProperties", part(json!({ "type": "string" })));
    refused_at("/definitions/Part/additionalProperties", part(json!({})));

    for others in [true, false] {
        let files = Document::with(part(others.into())).generate().expect("a model");
        let code: String = files.values().map(String::as_str).collect();
        assert!(code.contains("Part { extra }"), "{others}");
    }
}

#[test]
fn a_field_whose_setter_would_be_another_method_is_refused() {
    for name in ["send", "call", "with", "wait", "send_for_response", "items", "pages"] {
        refused_at("/definitions/Part/properties", body(false, name));
    }

    refused_at("/definitions/Part/properties", body(true, "new"));
    // Nor can a body hold what is required and null.
    let mut null = body(true, "id");
    null["document"]["definitions"]["Part"]["required"] = json!(["id"]);
    null["document"]["definitions"]["Part"]["properties"]["id"]["x-nullable"] = true.into();
    refused_at("/definitions/Part/properties", null);
}

#[test]
fn what_cannot_be_one_value_of_a_query_or_a_path_is_refused() {
    let time = json!({ "type": "string", "format": "date-time" });
    let list = |items: Value| json!({ "name": "q", "in": "query", "type": "array", "collectionFormat": "multi", "items": items });
    let at = "/paths/~1bases?/get/parameters/2";
    refused_at(at, parameter(json!({ "name": "q", "in": "query", "type": "object" })));
    refused_at(at, parameter(list(json!({ "type": "object" }))));
    refused_at(at, parameter(list(json!({ "type": "array", "items": { "type": "string" } }))));
    refused_at(at, parameter(list(time.clone())));

    refused_at(
        at,
        parameter(json!({ "name": "q", "in": "query", "type": "string", "x-nullable": true })),
    );

    for mut odd in [time, json!({ "type": "array", "items": { "type": "string" } })] {
        odd["name"] = "id".into();
        odd["in"] = "path".into();
        odd["required"] = true.into();

        let get = json!({ "parameters": [odd], "responses": { "204": { "description": "" } } });
        refused_at(
            "/paths/~1odd~1{id}/get/parameters/0",
            json!({
                "document": { "paths": { "/odd/{id}": { "get": get } } },
                "policy": { "operations": [{ "id": "odd", "route": "GET /odd/{id}", "resource": "base" }] },
            }),
        );
    }
}

#[test]
fn a_parameter_of_the_path_that_is_not_required_is_refused() {
    for required in [json!({}), json!({ "required": false })] {
        let mut id = required;
        id["name"] = "id".into();
        id["in"] = "path".into();
        id["type"] = "string".into();

        let get = json!({ "parameters": [id], "responses": { "204": { "description": "" } } });
        refused_at(
            "/paths/~1odd~1{id}/get/parameters/0",
            json!({
                "document": { "paths": { "/odd/{id}": { "get": get } } },
                "policy": { "operations": [{ "id": "odd", "route": "GET /odd/{id}", "resource": "base" }] },
            }),
        );
    }
}

#[test]
fn the_name_of_an_envelope_is_refused_for_anything_else() {
    let data =
        json!({ "type": "object", "properties": { "data": { "$ref": "#/definitions/Base" } } });
    refused_at("/definitions/LetterEnvelope", models(json!({ "LetterEnvelope": data })));
    let kind = json!({ "type": "string", "enum": ["a", "b"] });
    let letter = json!({ "type": "object", "properties": { "envelope": kind } });
    refused_at("LetterEnvelope", models(json!({ "Letter": letter })));
}

#[test]
fn what_stands_beside_an_enum_or_a_union_is_carried_or_refused() {
    let at = "/definitions/Part/properties/x/";
    for (key, value) in
        [("x-foo", json!(1)), ("readOnly", json!(true)), ("x-enum-count", json!("109"))]
    {
        let mut of = json!({ "type": "string", "enum": ["a"] });
        of[key] = value;
        refused_at(&format!("{at}{key}"), property(of));
    }

    for (key, value) in [("readOnly", json!(true)), ("x-foo", json!(1)), ("oneOf", json!([{}]))] {
        let mut of = json!({ "x-oneOf": [{ "$ref": "#/definitions/Base" }] });
        of[key] = value;
        refused_at(at, property(of));
    }

    refused_at(&format!("{at}x-oneOf"), property(json!({ "x-oneOf": [] })));
}

#[test]
fn a_member_of_another_type_is_refused_at_its_place() {
    let at = |rest: &str| format!("/paths/~1bases?/get/{rest}");
    refused_at(
        &at("description"),
        json!({ "document": { "paths": { "/bases?": { "get": { "description": 5 } } } } }),
    );
    refused_at(&at("summary"), operation(json!({ "summary": ["a"] })));
    refused_at(&at("tags"), operation(json!({ "tags": 5 })));
    refused_at(&at("operationId"), operation(json!({ "operationId": 5 })));

    refused_at(
        &at("responses/404/description"),
        operation(json!({ "responses": { "404": { "description": {} } } })),
    );

    refused_at(
        &at("parameters/2/required"),
        parameter(json!({ "name": "q", "in": "query", "type": "string", "required": "yes" })),
    );

    refused_at(
        &at("parameters/2/description"),
        parameter(json!({ "name": "q", "in": "query", "type": "string", "description": 1 })),
    );

    refused_at(
        "/definitions/Part/properties/x/minLength",
        property(json!({ "type": "string", "minLength": -1 })),
    );

    refused_at(
        "/definitions/Part/properties/x/maximum",
        property(json!({ "type": "number", "maximum": "9" })),
    );

    refused_at(
        "/definitions/Part/properties/x/uniqueItems",
        property(json!({ "type": "array", "items": { "type": "string" }, "uniqueItems": 1 })),
    );

    refused_at(
        "/definitions/Part/required",
        models(
            json!({ "Part": { "type": "object", "required": "x", "properties": { "x": { "type": "string" } } } }),
        ),
    );
}

#[test]
fn a_contradiction_is_refused() {
    for limit in [json!(1.5), json!(1e18)] {
        refused_at(
            "/definitions/Part/properties/x/maximum",
            property(json!({ "type": "number", "maximum": limit })),
        );
    }

    refused_at(
        "/definitions/Part/properties/x/pattern",
        property(json!({ "type": "string", "pattern": "/^a$/i" })),
    );

    for required in [json!(["ghost"]), json!(["x", "x"])] {
        let part = json!({ "type": "object", "required": required, "properties": { "x": { "type": "string" } } });
        refused_at("/definitions/Part/required/", models(json!({ "Part": part })));
    }

    let other =
        json!({ "type": "object", "properties": { "problem": { "$ref": "#/definitions/Base" } } });
    for schema in [other, json!({ "$ref": "#/definitions/Base" })] {
        let answer = json!({ "responses": { "500": { "description": "", "schema": schema } } });
        refused_at("/paths/~1bases?/get/responses/500/schema", operation(answer));
    }
}

#[test]
fn the_address_of_the_service_is_plain_or_refused() {
    for host in ["evil\n\"quote", "", "a b", "h/../x?", "user@h", "h#x"] {
        refused_at("/host", json!({ "document": { "host": host } }));
    }

    for path in ["/a?b", "/a b", "/\""] {
        refused_at("/host", json!({ "document": { "basePath": path } }));
    }

    refused_at("/basePath", json!({ "document": { "basePath": "v1" } }));
    let problem = |schemes: Value| {
        Document::patched(
            json!([{ "op": "replace", "path": "/document/schemes", "value": schemes }]),
        )
        .generate()
    };

    for schemes in [json!([]), json!(["ws"]), json!("https")] {
        assert!(problem(schemes).expect_err("no scheme").to_string().starts_with("/schemes: "));
    }

    assert!(problem(json!(["wss", "https"])).is_ok());
    // The problem says it in one line.
    let problem = refused(json!({ "document": { "host": "a\nb" } })).to_string();
    assert!(!problem.contains('\n'), "{problem}");
}
