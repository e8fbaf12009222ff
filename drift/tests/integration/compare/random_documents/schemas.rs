//! Random schemas.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// The number of components in a document.
pub const COMPONENT_COUNT: usize = 4;

pub const NAMES: [&str; 6] = ["alpha", "beta", "gameId", "game_id", "delta", "kind"];

/// Returns keywords that a schema of any type may have.
fn common_keywords() -> impl Strategy<Value = Value> {
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

pub fn leaf() -> impl Strategy<Value = Value> {
    let reference = (0..COMPONENT_COUNT).prop_map(|index| json!({ "$ref": reference(index) }));
    prop_oneof![
        2 => reference,
        1 => Just(json!({})),
        3 => one_of(vec![
            json!({ "type": "string" }),
            json!({ "type": "string", "format": "uuid" }),
            json!({ "type": "string", "format": "date-time" }),
            json!({ "type": "string", "enum": ["a"] }),
            json!({ "type": "string", "enum": ["a", "b"] }),
            json!({ "type": "string", "enum": ["b", "c"], "default": "b" }),
            json!({ "type": "string", "maxLength": 10, "pattern": "^a" }),
            json!({ "type": "integer", "minimum": 1 }),
            json!({ "type": "integer", "minimum": 2, "exclusiveMinimum": true, "maximum": i64::MAX }),
            json!({ "type": "integer", "maximum": i64::MAX - 1 }),
            json!({ "type": "integer", "enum": [9_007_199_254_740_992_u64, 9_007_199_254_740_993_u64] }),
            json!({ "type": "integer", "enum": [9_007_199_254_740_993_u64], "default": u64::MAX }),
            json!({ "format": "uuid", "pattern": "^b", "minLength": 2 }),
            json!({ "type": "integer", "format": "int32", "default": 3 }),
            json!({ "type": "number", "multipleOf": 0.5 }),
            json!({ "type": "boolean" }),
        ]),
    ]
}

pub fn one_of(values: Vec<Value>) -> impl Strategy<Value = Value> {
    proptest::sample::select(values)
}

/// Adds members to an object, unless it is a reference.
pub fn merge(one: Value, other: Value) -> Value {
    let (Value::Object(mut one), Value::Object(other)) = (one, other) else { unreachable!() };
    if !one.contains_key("$ref") {
        one.extend(other);
    }
    Value::Object(one)
}

pub fn object(inner: impl Strategy<Value = Value> + Clone) -> impl Strategy<Value = Value> {
    let properties = proptest::collection::btree_map(
        proptest::sample::select(&NAMES[..]),
        (inner.clone(), any::<bool>()),
        0..5,
    );

    let additional =
        prop_oneof![3 => Just(None), 1 => Just(Some(json!(false))), 1 => inner.prop_map(Some)];
    (properties, additional, 0..8u8).prop_map(|(properties, additional, choice)| {
        let required: Vec<&str> = properties
            .iter()
            .filter(|(_, (_, required))| *required)
            .map(|(name, _)| *name)
            .collect();
        let mut object = json!({ "type": "object", "required": required });
        // Sometimes require a property without describing it.
        if choice == 0 {
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

pub fn schema() -> impl Strategy<Value = Value> + Clone {
    let schema = leaf().prop_recursive(3, 24, 4, |inner| {
        let members = || proptest::collection::vec(inner.clone(), 1..4);
        let shape = prop_oneof![
            3 => object(inner.clone()),
            1 => inner.clone().prop_map(|items| json!({ "type": "array", "items": items })),
            1 => members().prop_map(|members| json!({ "oneOf": members })),
            1 => members().prop_map(|members| json!({ "anyOf": members })),
            1 => union(),
            1 => members().prop_map(|members| json!({ "allOf": members })),
        ];

        (shape, common_keywords()).prop_map(|(shape, keywords)| merge(shape, keywords))
    });

    schema.boxed()
}

fn reference(index: usize) -> String {
    format!("#/components/schemas/S{index}")
}

/// Returns a union with a discriminator, and a mapping for some of the members.
fn union() -> impl Strategy<Value = Value> {
    let members = proptest::collection::btree_set(0..COMPONENT_COUNT, 1..4);
    let mapping = proptest::collection::btree_map(
        one_of(vec!["a".into(), "b".into(), "c".into()])
            .prop_map(|value| value.as_str().expect("a string").to_owned()),
        (0..COMPONENT_COUNT).prop_map(reference),
        0..3,
    );

    (members, mapping).prop_map(|(members, mapping)| {
        let members: Vec<Value> =
            members.into_iter().map(|index| json!({ "$ref": reference(index) })).collect();
        json!({ "oneOf": members, "discriminator": { "propertyName": "kind", "mapping": mapping } })
    })
}

/// Returns a component, and whether it takes part in an inheritance.
fn component() -> impl Strategy<Value = (Value, bool)> {
    (object(schema()), common_keywords(), any::<bool>())
        .prop_map(|(object, keywords, related)| (merge(object, keywords), related))
}

/// Returns the components by name. The first one may have a discriminator, and the last one may
/// extend the first one.
pub fn components() -> impl Strategy<Value = Map<String, Value>> {
    proptest::collection::vec(component(), COMPONENT_COUNT).prop_map(|components| {
        let components =
            components.into_iter().enumerate().map(|(index, (mut schema, related))| {
                match index {
                    0 if related => schema["discriminator"] = json!({ "propertyName": "kind" }),
                    _ if index + 1 == COMPONENT_COUNT && related => {
                        schema = json!({ "allOf": [{ "$ref": reference(0) }, schema] });
                    }
                    _ => {}
                }

                (format!("S{index}"), schema)
            });

        components.collect()
    })
}
