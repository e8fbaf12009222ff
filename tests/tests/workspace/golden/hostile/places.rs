//! The places of a document at which text stands.

use serde_json::{Value, json};

use super::shape::Names;

/// A place.
pub struct Place {
    /// What stands there.
    pub name: &'static str,
    /// What becomes of it in the code.
    pub names: Names,
    /// Whether some texts cannot stand there.
    pub refuses: bool,
    /// A text that can.
    pub harmless: &'static str,
    /// An addition to the base with the text there. Additions of other indices can stand beside
    /// it.
    pub put: fn(usize, &str) -> Value,
}

const fn text(name: &'static str, put: fn(usize, &str) -> Value) -> Place {
    Place { name, names: Names::Nothing, refuses: false, harmless: "harmless", put }
}

const fn name(name: &'static str, put: fn(usize, &str) -> Value) -> Place {
    Place { name, names: Names::Identifiers, refuses: true, harmless: "harmless", put }
}

/// All places.
pub const PLACES: &[Place] = &[
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
    Place {
        name: "enum_value",
        names: Names::Identifiers,
        refuses: false,
        harmless: "harmless",
        put: |index, text| {
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
    Place {
        name: "model_name",
        names: Names::Identifiers,
        refuses: true,
        harmless: "Harmless",
        put: |index, text| {
            let end = if index == 0 { String::new() } else { index.to_string() };
            let model = json!({ "type": "object", "properties": { "id": { "type": "string" } } });
            json!({ "document": { "definitions": { format!("{text}{end}"): model } } })
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

/// Places of which only one text can be tried at a time, since they are part of a route.
pub const ROUTES: &[Place] = &[
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
    crate::golden::document::merge(&mut operation, more);

    json!({
        "document": { "paths": { path: { "get": operation } } },
        "policy": { "operations": [{ "id": "get_parts", "route": format!("GET {path}"), "resource": "construct" }] },
    })
}
