//! The locations in a document at which hostile text is placed.

use serde_json::{Value, json};

use super::shape::Effect;
use crate::golden::document::merge;

/// A location in a document.
pub struct Location {
    /// What the text is at this location.
    pub name: &'static str,
    /// Which part of the generated code the text becomes.
    pub effect: Effect,
    /// Whether the generator rejects some texts.
    pub can_reject: bool,
    /// A text that the generator accepts.
    pub harmless: &'static str,
    /// Builds an addition to the base that holds the text; additions with different indices can be
    /// merged.
    pub addition: fn(usize, &str) -> Value,
}

/// A location whose text only reaches comments and strings, and is never rejected.
const fn text(name: &'static str, addition: fn(usize, &str) -> Value) -> Location {
    Location { name, effect: Effect::TextOnly, can_reject: false, harmless: "harmless", addition }
}

/// A location whose text becomes an identifier, and is rejected if it cannot be one.
const fn name(name: &'static str, addition: fn(usize, &str) -> Value) -> Location {
    Location { name, effect: Effect::Identifiers, can_reject: true, harmless: "harmless", addition }
}

/// Locations that can be repeated in one document.
pub const LOCATIONS: &[Location] = &[
    text("model_description", |index, text| {
        model(
            index,
            json!({ "type": "object", "description": text, "properties": { "id": { "type": "string" } } }),
        )
    }),
    text("property_description", |index, text| {
        property(index, json!({ "type": "string", "description": text }))
    }),
    text("default", |index, text| property(index, json!({ "type": "string", "default": text }))),
    text("pattern", |index, text| property(index, json!({ "type": "string", "pattern": text }))),
    text("title", |index, text| property(index, json!({ "type": "string", "title": text }))),
    text("enum_description", |index, text| {
        property(
            index,
            json!({ "type": "string", "description": text, "enum": [format!("v{index}")] }),
        )
    }),
    Location {
        name: "enum_value",
        effect: Effect::Identifiers,
        can_reject: false,
        harmless: "harmless",
        addition: |index, text| {
            property(index, json!({ "type": "string", "enum": [format!("v{index}"), text] }))
        },
    },
    text("union_description", |index, text| {
        property(
            index,
            json!({ "description": text, "x-oneOf": [{ "$ref": "#/definitions/Base" }] }),
        )
    }),
    text("tag", |index, text| {
        let mut addition =
            property(index, json!({ "x-oneOf": [{ "$ref": "#/definitions/Base" }] }));
        addition["overlay"] = json!({ "actions": [{
            "target": format!("$.components.schemas.Part{index}Text.oneOf[0].properties.type"),
            "description": "The tag.",
            "update": { "enum": [text] },
        }] });

        addition
    }),
    name("property_name", |index, text| {
        model(index, json!({ "type": "object", "properties": { text: { "type": "string" } } }))
    }),
    Location {
        name: "model_name",
        effect: Effect::Identifiers,
        can_reject: true,
        harmless: "Harmless",
        addition: |index, text| {
            let suffix = if index == 0 { String::new() } else { index.to_string() };
            let model = json!({ "type": "object", "properties": { "id": { "type": "string" } } });
            json!({ "document": { "definitions": { format!("{text}{suffix}"): model } } })
        },
    },
    text("operation_description", |index, text| operation(index, json!({ "description": text }))),
    text("operation_id", |index, text| operation(index, json!({ "operationId": text }))),
    text("parameter_description", |index, text| {
        operation(
            index,
            json!({ "parameters": [
                { "name": "one", "in": "query", "required": true, "type": "string", "description": text },
                { "name": "two", "in": "query", "type": "string", "description": text, "default": text },
            ] }),
        )
    }),
    text("success_description", |index, text| {
        operation(index, json!({ "responses": { "204": { "description": text } } }))
    }),
    text("body_description", |index, text| {
        operation(
            index,
            json!({ "parameters": [{
            "name": "body", "in": "body", "required": true, "description": text,
            "schema": { "type": "object", "properties": { "data": { "$ref": "#/definitions/Base" } } },
        }] }),
        )
    }),
    name("parameter_name", |index, text| {
        operation(
            index,
            json!({ "parameters": [{ "name": text, "in": "query", "type": "string" }] }),
        )
    }),
];

/// Locations in a route, where a document can hold only one text.
pub const ROUTES: &[Location] = &[
    name("path", |_, text| route(&format!("/{text}"), json!({}))),
    name("path_parameter", |_, text| {
        let parameter = json!({ "name": text, "in": "path", "required": true, "type": "string" });
        route(&format!("/{{{text}}}"), json!({ "parameters": [parameter] }))
    }),
];

fn model(index: usize, schema: Value) -> Value {
    json!({ "document": { "definitions": { format!("Part{index}"): schema } } })
}

fn property(index: usize, schema: Value) -> Value {
    model(index, json!({ "type": "object", "properties": { "text": schema } }))
}

fn operation(index: usize, more: Value) -> Value {
    let mut addition = route(&format!("/parts{index}"), more);
    addition["policy"]["operations"][0]["id"] = format!("get_parts{index}").into();
    addition
}

fn route(path: &str, more: Value) -> Value {
    let mut operation = json!({ "responses": { "204": { "description": "Nothing." } } });
    merge(&mut operation, more);

    json!({
        "document": { "paths": { path: { "get": operation } } },
        "policy": { "operations": [{ "id": "get_parts", "route": format!("GET {path}"), "resource": "construct" }] },
    })
}
