//! Changes of each part of a document, each at a place of its own.

use serde_json::{Value, json};

/// A change of a document.
pub type Edit = fn(&mut Value);

/// The changes, each with the place that it changes.
pub const EDITS: [(&str, Edit); 33] = [
    ("S0", |all| schema(all)["properties"]["fresh"] = json!({ "type": "string" })),
    ("S0", |all| {
        schema(all)["properties"]["must"] = json!({ "type": "integer" });
        schema(all)["required"].as_array_mut().expect("a list").push("must".into());
    }),
    ("S0", |all| schema(all)["description"] = json!("Other words.")),
    ("S0", |all| schema(all)["minProperties"] = json!(1)),
    ("S0", |all| schema(all)["x-other"] = json!({ "any": "thing" })),
    ("S0", |all| schema(all)["unheardOf"] = json!(true)),
    ("S0", |all| schema(all)["properties"]["big"] = json!({ "maximum": u64::MAX })),
    ("shape", |all| {
        *at(all, "/components/schemas/Shape/properties/side/maximum") = json!(u64::MAX - 1)
    }),
    ("shape", |all| {
        *at(all, "/components/schemas/Shape/properties/side") = json!({ "type": "string" })
    }),
    ("union", |all| {
        *at(all, "/components/schemas/Either/discriminator/mapping") =
            json!({ "second": "#/components/schemas/Shape" });
    }),
    ("union", |all| {
        at(all, "/components/schemas/Either/oneOf")
            .as_array_mut()
            .expect("a list")
            .push(json!({ "type": "object" }));
    }),
    ("name", |all| {
        let named = at(all, "/components/schemas/Named").take();
        at(all, "/components/schemas").as_object_mut().expect("an object").shift_remove("Named");
        at(all, "/components/schemas")["Renamed"] = named;
        *at(all, "/paths/~1apart/get/responses/200/content/application~1json/schema/$ref") =
            "#/components/schemas/Renamed".into();
    }),
    ("new path", |all| at(all, "/paths")["/fresh"] = json!({ "get": { "responses": {} } })),
    ("old path", |all| {
        _ = at(all, "/paths").as_object_mut().expect("an object").shift_remove("/old")
    }),
    ("moved path", |all| {
        let item = at(all, "/paths/~1moved").take();
        at(all, "/paths").as_object_mut().expect("an object").shift_remove("/moved");
        at(all, "/paths")["/moved/away"] = item;
    }),
    ("path parameter", |all| {
        let mut item = at(all, "/paths/~1named~1{id}").take();
        at(all, "/paths").as_object_mut().expect("an object").shift_remove("/named/{id}");
        item["parameters"][0]["name"] = "key".into();
        at(all, "/paths")["/named/{key}"] = item;
    }),
    ("method", |all| {
        let item = at(all, "/paths/~1method");
        let operation = item["get"].take();
        *item = json!({ "post": operation });
    }),
    ("words of paths", |all| at(all, "/paths")["x-note"] = json!(1)),
    ("parameter", |all| apart(all)["parameters"][0]["required"] = true.into()),
    ("parameter", |all| apart(all)["parameters"][0]["schema"]["type"] = "integer".into()),
    ("parameter", |all| apart(all)["parameters"][0]["allowReserved"] = true.into()),
    ("other parameter", |all| apart(all)["parameters"].as_array_mut().expect("a list").truncate(1)),
    ("body", |all| apart(all)["requestBody"]["required"] = true.into()),
    ("media type", |all| apart(all)["requestBody"]["content"]["text/csv"] = json!({})),
    ("encoding", |all| {
        let form = "/requestBody/content/application~1x-www-form-urlencoded/encoding/list";
        *apart(all).pointer_mut(form).expect("a form") = json!({ "explode": false });
    }),
    ("status", |all| apart(all)["responses"]["202"] = json!({ "description": "Later." })),
    ("header", |all| {
        _ = at(all, "/paths/~1apart/get/responses/200/headers")
            .as_object_mut()
            .expect("an object")
            .shift_remove("X-Left");
    }),
    ("response", |all| apart(all)["responses"]["200"]["x-note"] = json!(1)),
    ("security", |all| apart(all)["security"] = json!([{ "key": [] }])),
    ("scheme", |all| *at(all, "/components/securitySchemes/key/name") = "X-Other".into()),
    ("servers", |all| *at(all, "/paths/~1served/get/servers/0/url") = "https://z.example".into()),
    ("tags", |all| apart(all)["tags"] = json!(["b"])),
    ("version", |all| *at(all, "/info/version") = "2".into()),
];

fn at<'v>(document: &'v mut Value, pointer: &str) -> &'v mut Value {
    document.pointer_mut(pointer).unwrap_or_else(|| panic!("a place at {pointer}"))
}

fn schema(document: &mut Value) -> &mut Value {
    at(document, "/components/schemas/S0")
}

fn apart(document: &mut Value) -> &mut Value {
    at(document, "/paths/~1apart/get")
}

/// A document with all the places that the changes are of. The component that chance has made is
/// reached by an operation that does nothing else.
pub fn with_places(mut document: Value) -> Value {
    let answers = |name: &str| {
        json!({ "200": {
        "description": "Fine.",
        "headers": { "X-Left": { "schema": { "type": "integer" } } },
        "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{name}") } } },
    } })
    };
    let schemas = at(&mut document, "/components/schemas");
    schemas["Named"] = json!({ "type": "object", "properties": { "apart": { "$ref": "#/components/schemas/Either" } } });
    schemas["Shape"] =
        json!({ "type": "object", "properties": { "side": { "maximum": u64::MAX } } });

    schemas["Either"] = json!({
        "oneOf": [{ "$ref": "#/components/schemas/Shape" }, { "type": "string" }],
        "discriminator": { "propertyName": "kind", "mapping": { "first": "#/components/schemas/Shape" } },
    });
    let paths = at(&mut document, "/paths");
    paths["/random"] = json!({ "get": { "responses": answers("S0") } });
    paths["/old"] = json!({ "get": { "responses": answers("Shape") } });
    paths["/moved"] = json!({ "get": { "operationId": "moved", "responses": answers("Shape") } });
    paths["/method"] = json!({ "get": { "operationId": "method", "responses": answers("Shape") } });
    paths["/served"] =
        json!({ "get": { "servers": [{ "url": "https://y.example" }], "responses": {} } });

    paths["/named/{id}"] = json!({
        "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
        "get": { "responses": {} },
    });
    let list = json!({ "type": "object", "properties": { "list": { "type": "array", "items": { "type": "string" } } } });

    paths["/apart"] = json!({ "get": {
        "operationId": "apart",
        "tags": ["a"],
        "security": [{ "token": [] }],
        "parameters": [
            { "name": "one", "in": "query", "schema": { "type": "string" } },
            { "name": "two", "in": "query", "schema": { "type": "string" } },
        ],
        "requestBody": { "content": {
            "application/x-www-form-urlencoded": { "schema": list, "encoding": { "list": {} } },
        } },
        "responses": answers("Named"),
    } });

    document
}
