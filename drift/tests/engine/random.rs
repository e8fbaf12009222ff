//! Documents by chance.

pub mod schemas;

use proptest::prelude::*;
use schemas::{NAMES, components, leaf, sample, schema};
use serde_json::{Map, Value, json};

const ROUTES: [(&str, &str); 6] = [
    ("/games", "get"),
    ("/games", "post"),
    ("/games/{id}", "get"),
    ("/games/{id}", "put"),
    ("/rooms/{id}/games", "get"),
    ("/rooms", "delete"),
];

/// What a parameter or a header holds.
fn held() -> impl Strategy<Value = Value> {
    prop_oneof![
        8 => leaf().prop_map(|schema| json!({ "schema": schema })),
        1 => leaf().prop_map(|schema| json!({ "content": { "application/json": { "schema": schema } } })),
        1 => sample(vec![
            json!({}),
            json!({ "schema": { "type": "array", "items": { "type": "string" } } }),
            json!({ "schema": { "type": "array", "items": { "type": "string" } }, "explode": false }),
            json!({ "schema": { "type": "string" }, "allowReserved": true, "x-note": 2 }),
        ]),
    ]
}

fn parameter() -> impl Strategy<Value = Value> {
    let place = sample(vec![json!("query"), json!("header"), json!("cookie")]);
    (proptest::sample::select(&NAMES[..]), place, any::<bool>(), held()).prop_map(
        |(name, place, required, held)| {
            schemas::merged(held, json!({ "name": name, "in": place, "required": required }))
        },
    )
}

/// A list of parameters that are not one.
fn parameters() -> impl Strategy<Value = Vec<Value>> {
    proptest::collection::vec(parameter(), 0..3).prop_map(|mut parameters| {
        let mut names = Vec::new();
        parameters.retain(|parameter| {
            let key = (parameter["name"].clone(), parameter["in"].clone());
            let new = !names.contains(&key);
            names.push(key);
            new
        });

        parameters
    })
}

fn headers() -> impl Strategy<Value = Value> {
    let header = (any::<bool>(), held())
        .prop_map(|(required, held)| schemas::merged(held, json!({ "required": required })));
    let name = proptest::sample::select(&["X-Left", "x-Right"][..]);
    proptest::collection::btree_map(name, header, 0..2).prop_map(|headers| json!(headers))
}

fn servers() -> impl Strategy<Value = Value> {
    sample(vec![
        json!(null),
        json!([]),
        json!([{ "url": "https://a.example" }]),
        json!([{ "url": "https://b.example/" }, { "url": "/" }]),
        json!([{ "url": "https://{zone}.example", "variables": { "zone": { "default": "a", "enum": ["a", "b"] } } }]),
    ])
}

fn content() -> impl Strategy<Value = Value> {
    let media =
        sample(vec![json!("application/json"), json!("text/csv"), json!("application/hal+json")]);
    let one = (media, schema()).prop_map(|(media, schema)| {
        (media.as_str().unwrap().to_owned(), json!({ "schema": schema }))
    });
    let encoding = sample(vec![json!({}), json!({ "alpha": { "explode": false } })]);

    let form = (schemas::object(leaf().boxed()), encoding).prop_map(|(schema, encoding)| {
        let name = "application/x-www-form-urlencoded".to_owned();
        (name, json!({ "schema": schema, "encoding": encoding }))
    });
    let one = prop_oneof![4 => one, 1 => form];

    proptest::collection::vec(one, 0..3)
        .prop_map(|media| media.into_iter().collect::<Map<_, _>>().into())
}

fn operation() -> impl Strategy<Value = Value> {
    let status = proptest::sample::select(&["200", "201", "404", "default"][..]);
    let responses =
        proptest::collection::btree_map(status, (content(), headers()), 1..4).prop_map(|responses| {
            let answer = |(content, headers)| json!({ "description": "An answer.", "content": content, "headers": headers });
            responses
                .into_iter()
                .map(|(status, content)| (status.to_owned(), answer(content)))
                .collect::<Map<_, _>>()
        });

    let body = proptest::option::of((any::<bool>(), content()));
    let security = sample(vec![
        json!(null),
        json!([]),
        json!([{ "token": ["a"] }]),
        json!([{ "key": [] }, { "token": [] }]),
        json!([{ "key": [], "token": ["a", "b"] }]),
    ]);

    let tags = sample(vec![json!(null), json!(["b", "a"]), json!(["a"])]);
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

/// Whole documents.
pub fn document() -> impl Strategy<Value = Value> {
    let operations =
        proptest::collection::btree_map(proptest::sample::select(&ROUTES[..]), operation(), 1..5);
    (components(), operations, parameters(), servers()).prop_map(
        |(schemas, operations, of_path, servers)| {
            let mut paths = Map::new();
            for ((path, method), mut operation) in operations {
                operation["operationId"] =
                    format!("{method}{}", path.replace(['/', '{', '}'], "_")).into();
                let item = paths.entry(path).or_insert_with(|| json!({ "parameters": of_path }));
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
