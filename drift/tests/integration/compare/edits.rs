//! Edits of all parts of a document, each at a separate location.

use serde_json::{Value, json};

/// An edit of a document.
pub type Edit = fn(&mut Value);

/// The edits, each with the name of its location.
pub const EDITS: [(&str, Edit); 33] = [
    ("S0", |document| schema(document)["properties"]["fresh"] = json!({ "type": "string" })),
    ("S0", |document| {
        schema(document)["properties"]["must"] = json!({ "type": "integer" });
        schema(document)["required"].as_array_mut().expect("a list").push("must".into());
    }),
    ("S0", |document| schema(document)["description"] = json!("Other words.")),
    ("S0", |document| schema(document)["minProperties"] = json!(1)),
    ("S0", |document| schema(document)["x-other"] = json!({ "any": "thing" })),
    ("S0", |document| schema(document)["unheardOf"] = json!(true)),
    ("S0", |document| schema(document)["properties"]["big"] = json!({ "maximum": u64::MAX })),
    ("shape", |document| {
        *at(document, "/components/schemas/Shape/properties/side/maximum") = json!(u64::MAX - 1)
    }),
    ("shape", |document| {
        *at(document, "/components/schemas/Shape/properties/side") = json!({ "type": "string" })
    }),
    ("union", |document| {
        *at(document, "/components/schemas/Either/discriminator/mapping") =
            json!({ "second": "#/components/schemas/Shape" });
    }),
    ("union", |document| {
        at(document, "/components/schemas/Either/oneOf")
            .as_array_mut()
            .expect("a list")
            .push(json!({ "type": "object" }));
    }),
    ("name", |document| {
        let named = at(document, "/components/schemas/Named").take();
        at(document, "/components/schemas")
            .as_object_mut()
            .expect("an object")
            .shift_remove("Named");
        at(document, "/components/schemas")["Renamed"] = named;
        *at(document, "/paths/~1apart/get/responses/200/content/application~1json/schema/$ref") =
            "#/components/schemas/Renamed".into();
    }),
    ("new path", |document| {
        at(document, "/paths")["/fresh"] = json!({ "get": { "responses": {} } })
    }),
    ("old path", |document| {
        _ = at(document, "/paths").as_object_mut().expect("an object").shift_remove("/old")
    }),
    ("moved path", |document| {
        let item = at(document, "/paths/~1moved").take();
        at(document, "/paths").as_object_mut().expect("an object").shift_remove("/moved");
        at(document, "/paths")["/moved/away"] = item;
    }),
    ("path parameter", |document| {
        let mut item = at(document, "/paths/~1named~1{id}").take();
        at(document, "/paths").as_object_mut().expect("an object").shift_remove("/named/{id}");
        item["parameters"][0]["name"] = "key".into();
        at(document, "/paths")["/named/{key}"] = item;
    }),
    ("method", |document| {
        let item = at(document, "/paths/~1method");
        let operation = item["get"].take();
        *item = json!({ "post": operation });
    }),
    ("extension of paths", |document| at(document, "/paths")["x-note"] = json!(1)),
    ("parameter", |document| apart(document)["parameters"][0]["required"] = true.into()),
    ("parameter", |document| apart(document)["parameters"][0]["schema"]["type"] = "integer".into()),
    ("parameter", |document| apart(document)["parameters"][0]["allowReserved"] = true.into()),
    ("other parameter", |document| {
        apart(document)["parameters"].as_array_mut().expect("a list").truncate(1)
    }),
    ("body", |document| apart(document)["requestBody"]["required"] = true.into()),
    ("media type", |document| apart(document)["requestBody"]["content"]["text/csv"] = json!({})),
    ("encoding", |document| {
        let form = "/requestBody/content/application~1x-www-form-urlencoded/encoding/list";
        *apart(document).pointer_mut(form).expect("a form") = json!({ "explode": false });
    }),
    ("status", |document| apart(document)["responses"]["202"] = json!({ "description": "Later." })),
    ("header", |document| {
        _ = at(document, "/paths/~1apart/get/responses/200/headers")
            .as_object_mut()
            .expect("an object")
            .shift_remove("X-Left");
    }),
    ("response", |document| apart(document)["responses"]["200"]["x-note"] = json!(1)),
    ("security", |document| apart(document)["security"] = json!([{ "key": [] }])),
    ("scheme", |document| *at(document, "/components/securitySchemes/key/name") = "X-Other".into()),
    ("servers", |document| {
        *at(document, "/paths/~1served/get/servers/0/url") = "https://z.example".into()
    }),
    ("tags", |document| apart(document)["tags"] = json!(["b"])),
    ("version", |document| *at(document, "/info/version") = "2".into()),
];

fn at<'v>(document: &'v mut Value, pointer: &str) -> &'v mut Value {
    document.pointer_mut(pointer).unwrap_or_else(|| panic!("no value at {pointer}"))
}

fn schema(document: &mut Value) -> &mut Value {
    at(document, "/components/schemas/S0")
}

fn apart(document: &mut Value) -> &mut Value {
    at(document, "/paths/~1apart/get")
}

/// Adds the locations of all edits to a document. Only one operation uses the random component `S0`.
pub fn with_edit_locations(mut document: Value) -> Value {
    let responses = |name: &str| {
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
    paths["/random"] = json!({ "get": { "responses": responses("S0") } });
    paths["/old"] = json!({ "get": { "responses": responses("Shape") } });
    paths["/moved"] = json!({ "get": { "operationId": "moved", "responses": responses("Shape") } });
    paths["/method"] =
        json!({ "get": { "operationId": "method", "responses": responses("Shape") } });
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
        "responses": responses("Named"),
    } });

    document
}
