//! Equivalent documents that are written differently lead to no finding.

use serde_json::{Value, json};

use super::documents::{compare_documents, display, document, document_of};

/// Checks that a comparison in both directions leads to no finding.
#[track_caller]
fn assert_equivalent(one: &Value, other: &Value) {
    for (base, revision) in [(one, other), (other, one)] {
        let found = compare_documents(&document_of(base), &document_of(revision));
        assert!(found.findings.is_empty(), "{}", display(&found.findings));
    }
}

/// Returns a document whose only request and response have one schema.
fn with_schema(schema: Value, components: Value) -> Value {
    let content = json!({ "application/json": { "schema": schema } });
    let put = json!({
        "requestBody": { "content": content },
        "responses": { "200": { "description": "Fine.", "content": content } },
    });
    with_paths(json!({ "/thing": { "put": put } }), json!({ "schemas": components }))
}

fn with_paths(paths: Value, components: Value) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Things", "version": "1" },
        "paths": paths,
        "components": components,
    })
}

/// Checks that two schemas are equivalent. They may refer to `Cat` and `Dog`.
#[track_caller]
fn assert_equivalent_schemas(one: Value, other: Value) {
    let pets = json!({
        "Cat": { "type": "object", "properties": { "lives": { "type": "integer" } } },
        "Dog": { "type": "object", "properties": { "tricks": { "type": "integer" } } },
    });
    assert_equivalent(&with_schema(one, pets.clone()), &with_schema(other, pets));
}

fn cat() -> Value {
    json!({ "$ref": "#/components/schemas/Cat" })
}

#[test]
fn inline_schema_is_equivalent_to_reference() {
    let inline = json!({ "type": "object", "properties": { "lives": { "type": "integer" } } });
    assert_equivalent_schemas(cat(), inline.clone());

    assert_equivalent_schemas(
        json!({ "type": "array", "items": cat() }),
        json!({ "type": "array", "items": inline }),
    );
}

#[test]
fn all_of_is_equivalent_to_merged_schema() {
    let whole = json!({
        "type": "object", "description": "A cat.", "required": ["a", "lives"], "additionalProperties": false,
        "properties": { "a": { "type": "string" }, "lives": { "type": "integer" } },
    });

    let parts = json!({
        "description": "A cat.",
        "allOf": [
            { "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a"] },
            { "allOf": [cat()], "required": ["lives"], "additionalProperties": false },
        ],
    });
    assert_equivalent_schemas(whole, parts);
    assert_equivalent_schemas(cat(), json!({ "allOf": [cat()] }));
    assert_equivalent_schemas(cat(), json!({ "oneOf": [cat()] }));
    assert_equivalent_schemas(cat(), json!({ "anyOf": [{ "allOf": [cat()] }] }));

    let property = |property: Value| json!({ "properties": { "it": property } });
    let refined = json!({ "allOf": [
        property(json!({ "type": "string" })), property(json!({ "enum": ["a"] })),
    ] });
    assert_equivalent_schemas(refined, property(json!({ "type": "string", "enum": ["a"] })));
}

#[test]
fn all_ways_to_allow_null_are_equivalent() {
    let nullable = json!({ "nullable": true, "allOf": [cat()] });
    for keyword in ["oneOf", "anyOf"] {
        assert_equivalent_schemas(
            nullable.clone(),
            json!({ keyword: [cat(), { "type": "null" }] }),
        );
        assert_equivalent_schemas(
            nullable.clone(),
            json!({ keyword: [{ "enum": [null] }, cat()] }),
        );
    }

    let text = json!({ "type": "string", "nullable": true });
    assert_equivalent_schemas(text.clone(), json!({ "type": ["null", "string"] }));
    assert_equivalent_schemas(
        text,
        json!({ "anyOf": [{ "type": "string" }, { "nullable": true }] }),
    );

    let values = json!({ "type": "string", "nullable": true, "enum": ["a", null] });
    assert_equivalent_schemas(values, json!({ "type": "string", "nullable": true, "enum": ["a"] }));
}

#[test]
fn explicit_default_is_equivalent_to_missing_keyword() {
    let plain = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    let explicit = json!({
        "type": "object", "properties": { "a": { "type": "string", "minLength": 0, "pattern": ".*" } },
        "required": [], "additionalProperties": true, "nullable": false, "readOnly": false,
        "writeOnly": false, "deprecated": false, "minProperties": 0,
    });

    assert_equivalent_schemas(plain.clone(), explicit);
    assert_equivalent_schemas(plain, json!({ "properties": { "a": { "type": "string" } } }));
    assert_equivalent_schemas(
        json!({ "enum": ["a", "b"] }),
        json!({ "type": "string", "enum": ["b", "a"] }),
    );
    assert_equivalent_schemas(json!({ "const": "a" }), json!({ "enum": ["a"] }));
    assert_equivalent_schemas(json!({ "maximum": 10 }), json!({ "maximum": 10.0 }));

    let parameter = |extra: Value| {
        let mut parameter = json!({
            "name": "ids", "in": "query", "schema": { "type": "array", "items": { "type": "string" } },
        });
        parameter.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());

        with_paths(
            json!({ "/a": { "get": { "parameters": [parameter], "responses": {} } } }),
            json!({}),
        )
    };

    let explicit = json!({
        "style": "form", "explode": true, "required": false, "deprecated": false,
        "allowEmptyValue": false, "allowReserved": false,
    });
    assert_equivalent(&parameter(json!({})), &parameter(explicit));
}

#[test]
fn parameters_of_path_and_operation_are_equivalent_in_any_order() {
    let parameter = |name: &str, location: &str| json!({ "name": name, "in": location, "required": true, "schema": { "type": "string" } });
    let (id, limit) = (parameter("id", "path"), parameter("limit", "query"));
    let operation = |parameters: Value| json!({ "parameters": parameters, "responses": {} });

    let of_path = with_paths(
        json!({ "/a/{id}": { "parameters": [id], "get": operation(json!([limit])) } }),
        json!({}),
    );

    let of_operation =
        with_paths(json!({ "/a/{id}": { "get": operation(json!([limit, id])) } }), json!({}));
    let referred = with_paths(
        json!({ "/a/{id}": { "get": operation(json!([{ "$ref": "#/components/parameters/Id" }, limit])) } }),
        json!({ "parameters": { "Id": id } }),
    );

    assert_equivalent(&of_path, &of_operation);
    assert_equivalent(&of_path, &referred);
}

#[test]
fn document_defaults_are_equivalent_to_values_of_each_operation() {
    let operation = json!({
        "security": [{ "token": [] }], "servers": [{ "url": "https://a.example" }], "responses": {},
    });
    let each = with_paths(json!({ "/a": { "get": operation } }), json!({}));
    let mut all = with_paths(json!({ "/a": { "get": { "responses": {} } } }), json!({}));
    all["security"] = json!([{ "token": [] }]);
    all["servers"] = json!([{ "url": "https://a.example/" }]);
    assert_equivalent(&each, &all);

    let mut reordered = all.clone();
    all["tags"] = json!([{ "name": "a", "description": "Words." }, { "name": "b" }]);
    reordered["tags"] = json!([{ "name": "b" }, { "description": "Words.", "name": "a" }]);
    assert_equivalent(&all, &reordered);
}

#[test]
fn references_to_all_kinds_of_components_are_equivalent_to_inline_values() {
    let body = json!({ "required": true, "content": { "application/json": { "schema": cat() } } });
    let header = json!({ "schema": { "type": "integer" } });
    let response = |header: Value| json!({ "description": "Fine.", "headers": { "X-Left": header }, "content": { "application/json": { "schema": cat() } } });
    let schemas = json!({ "Cat": { "type": "object" } });
    let put = json!({ "requestBody": body, "responses": { "200": response(header.clone()) } });
    let inline = with_paths(json!({ "/a": { "put": put } }), json!({ "schemas": schemas }));

    let put = json!({
        "requestBody": { "$ref": "#/components/requestBodies/Body" },
        "responses": { "200": { "$ref": "#/components/responses/Answer" } },
    });

    let referred = with_paths(
        json!({ "/a": { "$ref": "#/components/x-paths/a" } }),
        json!({
            "schemas": schemas,
            "x-paths": { "a": { "put": put } },
            "requestBodies": { "Body": body },
            "headers": { "Left": header },
            "responses": { "Answer": response(json!({ "$ref": "#/components/headers/Left" })) },
        }),
    );
    assert_equivalent(&inline, &referred);
}

#[test]
fn swagger_and_openapi_documents_in_yaml_and_json_are_equivalent() {
    let swagger = document(include_str!("../../flavours/swagger2.yaml"));
    let openapi = document(include_str!("../../flavours/openapi3.yaml"));
    let found = compare_documents(&swagger, &openapi);

    assert!(found.findings.is_empty(), "{}", display(&found.findings));
    let found = compare_documents(&openapi, &document_of(&openapi.value));
    assert!(found.findings.is_empty(), "{}", display(&found.findings));
}
