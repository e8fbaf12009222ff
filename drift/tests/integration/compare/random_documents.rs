//! Random documents.

pub mod schemas;

use proptest::prelude::*;
use schemas::{NAMES, components, leaf, merge, object, one_of, schema};
use serde_json::{Map, Value, json};

const ROUTES: [(&str, &str); 6] = [
    ("/games", "get"),
    ("/games", "post"),
    ("/games/{id}", "get"),
    ("/games/{id}", "put"),
    ("/rooms/{id}/games", "get"),
    ("/rooms", "delete"),
];

/// Returns the schema and the serialization of a parameter or a header.
fn parameter_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        8 => leaf().prop_map(|schema| json!({ "schema": schema })),
        1 => leaf().prop_map(|schema| json!({ "content": { "application/json": { "schema": schema } } })),
        1 => one_of(vec![
            json!({}),
            json!({ "schema": { "type": "array", "items": { "type": "string" } } }),
            json!({ "schema": { "type": "array", "items": { "type": "string" } }, "explode": false }),
            json!({ "schema": { "type": "string" }, "allowReserved": true, "x-note": 2 }),
        ]),
    ]
}

fn parameter() -> impl Strategy<Value = Value> {
    let location = one_of(vec![json!("query"), json!("header"), json!("cookie")]);
    (proptest::sample::select(&NAMES[..]), location, any::<bool>(), parameter_value()).prop_map(
        |(name, location, required, value)| {
            merge(value, json!({ "name": name, "in": location, "required": required }))
        },
    )
}

/// Returns a list of different parameters.
fn parameters() -> impl Strategy<Value = Vec<Value>> {
    proptest::collection::vec(parameter(), 0..3).prop_map(|mut parameters| {
        let mut keys = Vec::new();
        parameters.retain(|parameter| {
            let key = (parameter["name"].clone(), parameter["in"].clone());
            let is_new = !keys.contains(&key);
            keys.push(key);
            is_new
        });

        parameters
    })
}

fn headers() -> impl Strategy<Value = Value> {
    let header = (any::<bool>(), parameter_value())
        .prop_map(|(required, value)| merge(value, json!({ "required": required })));
    let name = proptest::sample::select(&["X-Left", "x-Right"][..]);
    proptest::collection::btree_map(name, header, 0..2).prop_map(|headers| json!(headers))
}

fn servers() -> impl Strategy<Value = Value> {
    one_of(vec![
        json!(null),
        json!([]),
        json!([{ "url": "https://a.example" }]),
        json!([{ "url": "https://b.example/" }, { "url": "/" }]),
        json!([{ "url": "https://{zone}.example", "variables": { "zone": { "default": "a", "enum": ["a", "b"] } } }]),
    ])
}

fn content() -> impl Strategy<Value = Value> {
    let media_type =
        one_of(vec![json!("application/json"), json!("text/csv"), json!("application/hal+json")]);
    let content = (media_type, schema()).prop_map(|(media_type, schema)| {
        (media_type.as_str().unwrap().to_owned(), json!({ "schema": schema }))
    });
    let encoding = one_of(vec![json!({}), json!({ "alpha": { "explode": false } })]);

    let form = (object(leaf().boxed()), encoding).prop_map(|(schema, encoding)| {
        let name = "application/x-www-form-urlencoded".to_owned();
        (name, json!({ "schema": schema, "encoding": encoding }))
    });
    let content = prop_oneof![4 => content, 1 => form];

    proptest::collection::vec(content, 0..3)
        .prop_map(|content| content.into_iter().collect::<Map<_, _>>().into())
}

fn operation() -> impl Strategy<Value = Value> {
    let status = proptest::sample::select(&["200", "201", "404", "default"][..]);
    let responses =
        proptest::collection::btree_map(status, (content(), headers()), 1..4).prop_map(|responses| {
            let response = |(content, headers)| json!({ "description": "A response.", "content": content, "headers": headers });
            responses
                .into_iter()
                .map(|(status, content)| (status.to_owned(), response(content)))
                .collect::<Map<_, _>>()
        });

    let body = proptest::option::of((any::<bool>(), content()));
    let security = one_of(vec![
        json!(null),
        json!([]),
        json!([{ "token": ["a"] }]),
        json!([{ "key": [] }, { "token": [] }]),
        json!([{ "key": [], "token": ["a", "b"] }]),
    ]);

    let tags = one_of(vec![json!(null), json!(["b", "a"]), json!(["a"])]);
    (parameters(), body, responses, security, servers(), tags, any::<bool>()).prop_map(
        |(parameters, body, responses, security, servers, tags, deprecated)| {
            let mut operation = json!({ "parameters": parameters, "responses": responses });
            if let Some((required, content)) = body {
                operation["requestBody"] = json!({ "required": required, "content": content });
            }

            for (key, value) in [("security", security), ("servers", servers), ("tags", tags)] {
                if !value.is_null() {
                    operation[key] = value;
                }
            }

            if deprecated {
                operation["deprecated"] = true.into();
            }
            operation
        },
    )
}

/// Returns a complete document.
pub fn random_document() -> impl Strategy<Value = Value> {
    let operations =
        proptest::collection::btree_map(proptest::sample::select(&ROUTES[..]), operation(), 1..5);
    (components(), operations, parameters(), servers()).prop_map(
        |(schemas, operations, path_parameters, servers)| {
            let mut paths = Map::new();
            for ((path, method), mut operation) in operations {
                operation["operationId"] =
                    format!("{method}{}", path.replace(['/', '{', '}'], "_")).into();
                let item =
                    paths.entry(path).or_insert_with(|| json!({ "parameters": path_parameters }));
                item[method] = operation;
            }

            let mut document = json!({
                "openapi": "3.0.3",
                "info": { "title": "Games", "version": "1" },
                "paths": paths,
                "components": { "schemas": schemas, "securitySchemes": {
                    "token": { "type": "http", "scheme": "bearer" },
                    "key": { "type": "apiKey", "in": "header", "name": "X-Key" },
                } },
            });

            if !servers.is_null() {
                document["servers"] = servers;
            }
            document
        },
    )
}
