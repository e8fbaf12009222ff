//! Documents by chance, and changes by chance.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// How many components each document has.
const COMPONENTS: usize = 4;

const NAMES: [&str; 6] = ["alpha", "beta", "gameId", "game_id", "delta", "kind"];

const ROUTES: [(&str, &str); 6] = [
    ("/games", "get"),
    ("/games", "post"),
    ("/games/{id}", "get"),
    ("/games/{id}", "put"),
    ("/rooms/{id}/games", "get"),
    ("/rooms", "delete"),
];

/// Members that a schema of any type may have.
fn besides() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => Just(json!({})),
        1 => Just(json!({ "nullable": true })),
        1 => Just(json!({ "readOnly": true })),
        1 => Just(json!({ "writeOnly": true })),
        1 => Just(json!({ "deprecated": true })),
        1 => Just(json!({ "description": "Words." })),
        1 => Just(json!({ "x-note": 1 })),
        1 => Just(json!({ "not": { "enum": [0] } })),
    ]
}

fn leaf() -> impl Strategy<Value = Value> {
    let reference =
        (0..COMPONENTS).prop_map(|at| json!({ "$ref": format!("#/components/schemas/S{at}") }));
    prop_oneof![
        2 => reference,
        1 => Just(json!({})),
        3 => sample(vec![
            json!({ "type": "string" }),
            json!({ "type": "string", "format": "uuid" }),
            json!({ "type": "string", "format": "date-time" }),
            json!({ "type": "string", "enum": ["a"] }),
            json!({ "type": "string", "enum": ["a", "b"] }),
            json!({ "type": "string", "enum": ["b", "c"], "default": "b" }),
            json!({ "type": "string", "maxLength": 10, "pattern": "^a" }),
            json!({ "type": "integer", "minimum": 1 }),
            json!({ "type": "integer", "format": "int32", "default": 3 }),
            json!({ "type": "number", "multipleOf": 0.5 }),
            json!({ "type": "boolean" }),
        ]),
    ]
}

fn sample(values: Vec<Value>) -> impl Strategy<Value = Value> {
    proptest::sample::select(values)
}

fn merged(one: Value, other: Value) -> Value {
    let (Value::Object(mut one), Value::Object(other)) = (one, other) else { unreachable!() };
    if !one.contains_key("$ref") {
        one.extend(other);
    }
    Value::Object(one)
}

fn object(inner: impl Strategy<Value = Value> + Clone) -> impl Strategy<Value = Value> {
    let properties = proptest::collection::btree_map(
        proptest::sample::select(&NAMES[..]),
        (inner.clone(), any::<bool>()),
        0..5,
    );
    let additional =
        prop_oneof![3 => Just(None), 1 => Just(Some(json!(false))), 1 => inner.prop_map(Some)];
    (properties, additional, 0..8u8).prop_map(|(properties, additional, bare)| {
        let required: Vec<&str> = properties
            .iter()
            .filter(|(_, (_, required))| *required)
            .map(|(name, _)| *name)
            .collect();
        let mut object = json!({ "type": "object", "required": required });
        if bare == 0 {
            object["required"].as_array_mut().expect("a list").push("gameId".into());
        }
        let properties: Map<String, Value> =
            properties.into_iter().map(|(name, (schema, _))| (name.to_owned(), schema)).collect();
        object["properties"] = properties.into();
        if let Some(additional) = additional {
            object["additionalProperties"] = additional;
        }
        object
    })
}

fn schema() -> impl Strategy<Value = Value> + Clone {
    let whole = leaf().prop_recursive(3, 24, 4, |inner| {
        let several = || proptest::collection::vec(inner.clone(), 1..4);
        let shape = prop_oneof![
            3 => object(inner.clone()),
            1 => inner.clone().prop_map(|items| json!({ "type": "array", "items": items })),
            1 => several().prop_map(|members| json!({ "oneOf": members })),
            1 => several().prop_map(|members| json!({ "anyOf": members })),
            1 => several().prop_map(|members| json!({ "allOf": members })),
        ];
        (shape, besides()).prop_map(|(shape, besides)| merged(shape, besides))
    });
    whole.boxed()
}

fn parameter() -> impl Strategy<Value = Value> {
    let place = sample(vec![json!("query"), json!("header"), json!("cookie")]);
    (proptest::sample::select(&NAMES[..]), place, any::<bool>(), leaf()).prop_map(|(name, place, required, schema)| {
        json!({ "name": name, "in": place, "required": required, "schema": schema })
    })
}

fn content() -> impl Strategy<Value = Value> {
    let media =
        sample(vec![json!("application/json"), json!("text/csv"), json!("application/hal+json")]);
    let one = (media, schema()).prop_map(|(media, schema)| {
        (media.as_str().unwrap().to_owned(), json!({ "schema": schema }))
    });
    proptest::collection::vec(one, 0..3)
        .prop_map(|media| media.into_iter().collect::<Map<_, _>>().into())
}

fn operation() -> impl Strategy<Value = Value> {
    let status = proptest::sample::select(&["200", "201", "404", "default"][..]);
    let responses =
        proptest::collection::btree_map(status, content(), 1..4).prop_map(|responses| {
            let answer =
                |content: Value| json!({ "description": "An answer.", "content": content });
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
    ]);
    let parameters = proptest::collection::vec(parameter(), 0..3);
    (parameters, body, responses, security, any::<bool>()).prop_map(
        |(parameters, body, responses, security, deprecated)| {
            let mut names = Vec::new();
            let mut kept = parameters;
            kept.retain(|parameter| {
                let key = (parameter["name"].clone(), parameter["in"].clone());
                let new = !names.contains(&key);
                names.push(key);
                new
            });
            let mut operation = json!({ "parameters": kept, "responses": responses });
            if let Some((required, content)) = body {
                operation["requestBody"] = json!({ "required": required, "content": content });
            }
            if !security.is_null() {
                operation["security"] = security;
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
    let components = proptest::collection::vec((object(schema()), besides()), COMPONENTS);
    let operations =
        proptest::collection::btree_map(proptest::sample::select(&ROUTES[..]), operation(), 1..5);
    (components, operations).prop_map(|(components, operations)| {
        let mut paths = Map::new();
        for ((path, method), mut operation) in operations {
            operation["operationId"] =
                format!("{method}{}", path.replace(['/', '{', '}'], "_")).into();
            paths.entry(path).or_insert_with(|| json!({}))[method] = operation;
        }
        let schemas: Map<String, Value> = components
            .into_iter()
            .enumerate()
            .map(|(at, (schema, besides))| (format!("S{at}"), merged(schema, besides)))
            .collect();
        json!({
            "openapi": "3.0.3",
            "info": { "title": "Games", "version": "1" },
            "paths": paths,
            "components": { "schemas": schemas, "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "key": { "type": "apiKey", "in": "header", "name": "X-Key" },
            } },
        })
    })
}
