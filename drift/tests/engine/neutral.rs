//! Documents that look different and mean the same: no finding.

use serde_json::{Value, json};

use super::documents::{compared, document, of, shown};

/// Two documents that say the same, both ways.
#[track_caller]
fn same(one: &Value, other: &Value) {
    for (base, revision) in [(one, other), (other, one)] {
        let found = compared(&of(base), &of(revision));
        assert!(found.findings.is_empty(), "{}", shown(&found.findings));
    }
}

/// A document in which a request and its response are of one schema.
fn with(schema: Value, components: Value) -> Value {
    let content = json!({ "application/json": { "schema": schema } });
    let put = json!({
        "requestBody": { "content": content },
        "responses": { "200": { "description": "Fine.", "content": content } },
    });
    rooted(json!({ "/thing": { "put": put } }), json!({ "schemas": components }))
}

fn rooted(paths: Value, components: Value) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Things", "version": "1" },
        "paths": paths,
        "components": components,
    })
}

/// Two spellings of one schema, which may refer to `Cat` and `Dog`.
#[track_caller]
fn same_schema(one: Value, other: Value) {
    let pets = json!({
        "Cat": { "type": "object", "properties": { "lives": { "type": "integer" } } },
        "Dog": { "type": "object", "properties": { "tricks": { "type": "integer" } } },
    });
    same(&with(one, pets.clone()), &with(other, pets));
}

fn cat() -> Value {
    json!({ "$ref": "#/components/schemas/Cat" })
}

#[test]
fn a_schema_inline_or_referred_to() {
    let inline = json!({ "type": "object", "properties": { "lives": { "type": "integer" } } });
    same_schema(cat(), inline.clone());

    same_schema(
        json!({ "type": "array", "items": cat() }),
        json!({ "type": "array", "items": inline }),
    );
}

#[test]
fn a_schema_whole_or_in_parts() {
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
    same_schema(whole, parts);
    same_schema(cat(), json!({ "allOf": [cat()] }));
    same_schema(cat(), json!({ "oneOf": [cat()] }));
    same_schema(cat(), json!({ "anyOf": [{ "allOf": [cat()] }] }));

    let property = |property: Value| json!({ "properties": { "it": property } });
    let refined = json!({ "allOf": [
        property(json!({ "type": "string" })), property(json!({ "enum": ["a"] })),
    ] });
    same_schema(refined, property(json!({ "type": "string", "enum": ["a"] })));
}

#[test]
fn the_ways_to_say_null() {
    let nullable = json!({ "nullable": true, "allOf": [cat()] });
    for keyword in ["oneOf", "anyOf"] {
        same_schema(nullable.clone(), json!({ keyword: [cat(), { "type": "null" }] }));
        same_schema(nullable.clone(), json!({ keyword: [{ "enum": [null] }, cat()] }));
    }

    let text = json!({ "type": "string", "nullable": true });
    same_schema(text.clone(), json!({ "type": ["null", "string"] }));
    same_schema(text, json!({ "anyOf": [{ "type": "string" }, { "nullable": true }] }));

    let values = json!({ "type": "string", "nullable": true, "enum": ["a", null] });
    same_schema(values, json!({ "type": "string", "nullable": true, "enum": ["a"] }));
}

#[test]
fn what_is_said_and_what_saying_nothing_means() {
    let plain = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    let wordy = json!({
        "type": "object", "properties": { "a": { "type": "string", "minLength": 0, "pattern": ".*" } },
        "required": [], "additionalProperties": true, "nullable": false, "readOnly": false,
        "writeOnly": false, "deprecated": false, "minProperties": 0,
    });

    same_schema(plain.clone(), wordy);
    same_schema(plain, json!({ "properties": { "a": { "type": "string" } } }));
    same_schema(json!({ "enum": ["a", "b"] }), json!({ "type": "string", "enum": ["b", "a"] }));
    same_schema(json!({ "const": "a" }), json!({ "enum": ["a"] }));
    same_schema(json!({ "maximum": 10 }), json!({ "maximum": 10.0 }));

    let parameter = |extra: Value| {
        let mut parameter = json!({
            "name": "ids", "in": "query", "schema": { "type": "array", "items": { "type": "string" } },
        });
        parameter.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());

        rooted(
            json!({ "/a": { "get": { "parameters": [parameter], "responses": {} } } }),
            json!({}),
        )
    };

    let said = json!({
        "style": "form", "explode": true, "required": false, "deprecated": false,
        "allowEmptyValue": false, "allowReserved": false,
    });
    same(&parameter(json!({})), &parameter(said));
}

#[test]
fn parameters_of_the_path_or_of_the_operation_and_in_any_order() {
    let parameter = |name: &str, place: &str| json!({ "name": name, "in": place, "required": true, "schema": { "type": "string" } });
    let (id, limit) = (parameter("id", "path"), parameter("limit", "query"));
    let operation = |parameters: Value| json!({ "parameters": parameters, "responses": {} });

    let of_path = rooted(
        json!({ "/a/{id}": { "parameters": [id], "get": operation(json!([limit])) } }),
        json!({}),
    );

    let of_operation =
        rooted(json!({ "/a/{id}": { "get": operation(json!([limit, id])) } }), json!({}));
    let referred = rooted(
        json!({ "/a/{id}": { "get": operation(json!([{ "$ref": "#/components/parameters/Id" }, limit])) } }),
        json!({ "parameters": { "Id": id } }),
    );

    same(&of_path, &of_operation);
    same(&of_path, &referred);
}

#[test]
fn what_the_document_says_for_all_operations_or_each_for_itself() {
    let operation = json!({
        "security": [{ "token": [] }], "servers": [{ "url": "https://a.example" }], "responses": {},
    });
    let each = rooted(json!({ "/a": { "get": operation } }), json!({}));
    let mut all = rooted(json!({ "/a": { "get": { "responses": {} } } }), json!({}));
    all["security"] = json!([{ "token": [] }]);
    all["servers"] = json!([{ "url": "https://a.example/" }]);
    same(&each, &all);

    let mut turned = all.clone();
    all["tags"] = json!([{ "name": "a", "description": "Words." }, { "name": "b" }]);
    turned["tags"] = json!([{ "name": "b" }, { "description": "Words.", "name": "a" }]);
    same(&all, &turned);
}

#[test]
fn components_of_all_sorts_inline_or_referred_to() {
    let body = json!({ "required": true, "content": { "application/json": { "schema": cat() } } });
    let header = json!({ "schema": { "type": "integer" } });
    let answer = |header: Value| json!({ "description": "Fine.", "headers": { "X-Left": header }, "content": { "application/json": { "schema": cat() } } });
    let schemas = json!({ "Cat": { "type": "object" } });
    let put = json!({ "requestBody": body, "responses": { "200": answer(header.clone()) } });
    let inline = rooted(json!({ "/a": { "put": put } }), json!({ "schemas": schemas }));

    let put = json!({
        "requestBody": { "$ref": "#/components/requestBodies/Body" },
        "responses": { "200": { "$ref": "#/components/responses/Answer" } },
    });

    let referred = rooted(
        json!({ "/a": { "$ref": "#/components/x-paths/a" } }),
        json!({
            "schemas": schemas,
            "x-paths": { "a": { "put": put } },
            "requestBodies": { "Body": body },
            "headers": { "Left": header },
            "responses": { "Answer": answer(json!({ "$ref": "#/components/headers/Left" })) },
        }),
    );
    same(&inline, &referred);
}

#[test]
fn one_api_in_each_language_and_each_syntax() {
    let swagger = document(include_str!("../languages/swagger2.yaml"));
    let openapi = document(include_str!("../languages/openapi3.yaml"));
    let found = compared(&swagger, &openapi);

    assert!(found.findings.is_empty(), "{}", shown(&found.findings));
    let found = compared(&openapi, &of(&openapi.value));
    assert!(found.findings.is_empty(), "{}", shown(&found.findings));
}
