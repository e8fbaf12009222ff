//! The API's description of itself, as the service serves it: the upstream document as it is, and
//! the same in OpenAPI 3.0 with every quirk that the change of language leaves in place.

use std::borrow::Cow;

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::contract::{Contract, Operation};
use crate::examples::Answer;
use crate::request_check::read_query;

/// The description in both languages.
#[derive(Debug)]
pub struct Specification {
    /// As committed, byte for byte: it is pinned by its hash.
    upstream: Cow<'static, str>,
    /// In OpenAPI 3.0.
    version_3: Cow<'static, str>,
}

impl Specification {
    /// The `operationId` that serves it.
    pub const OPERATION: &str = "get_spec";

    /// Takes the text of the upstream document.
    pub fn new(upstream: Cow<'static, str>) -> Result<Self, serde_json::Error> {
        let document: Value = serde_json::from_str(&upstream)?;
        let version_3 = if document.get("swagger").is_some() {
            serde_json::to_string_pretty(&to_openapi_3(&document))?.into()
        } else {
            upstream.clone()
        };

        Ok(Self { upstream, version_3 })
    }

    /// The description in the version that the query asks for; the lowest unless it asks.
    pub(super) fn answer(
        &self,
        contract: &Contract,
        operation: &Operation,
        query: Option<&str>,
    ) -> Result<Answer, Answer> {
        let query = read_query(query.unwrap_or_default(), &mut Vec::new());
        let version = query.get("version").and_then(|given| given.first());

        match version.map(String::as_str) {
            None | Some("2" | "2.0") => Ok(Answer::json(StatusCode::OK, &*self.upstream)),
            Some("3" | "3.0" | "3.0.0" | "3.0.1" | "3.0.2" | "3.0.3") => {
                Ok(Answer::json(StatusCode::OK, &*self.version_3))
            }
            Some(other) => {
                let details = [format!("query `version`: {other:?} is neither 2.0 nor 3.0.x")];
                let status = StatusCode::BAD_REQUEST;
                Err(Answer::refusal(contract, Some(operation), status, &details))
            }
        }
    }
}

/// Says a Swagger 2.0 document in OpenAPI 3.0.3. What is odd stays odd: paths with a `?`,
/// parameters in a path that does not name them, numbers, patterns and limits as they are.
pub fn to_openapi_3(swagger: &Value) -> Value {
    let mut out = Map::from_iter([("openapi".to_owned(), json!("3.0.3"))]);
    for (key, value) in members(Some(swagger)) {
        match key.as_str() {
            "swagger"
            | "host"
            | "basePath"
            | "schemes"
            | "consumes"
            | "produces"
            | "definitions"
            | "securityDefinitions" => {}
            "paths" => {
                out.insert("servers".to_owned(), servers(swagger));
                out.insert("paths".to_owned(), map(value, |_, item| path_item(swagger, item)));
            }
            _ => {
                out.insert(key.clone(), value.clone());
            }
        }
    }

    let mut components = Map::new();
    if let Some(definitions) = swagger.get("definitions") {
        components.insert("schemas".to_owned(), map(definitions, |_, model| schema(model)));
    }

    if let Some(schemes) = swagger.get("securityDefinitions") {
        components.insert("securitySchemes".to_owned(), schemes.clone());
    }

    out.insert("components".to_owned(), components.into());
    out.into()
}

fn servers(swagger: &Value) -> Value {
    let text = |key, default| swagger.get(key).and_then(Value::as_str).unwrap_or(default);
    let scheme = swagger.pointer("/schemes/0").and_then(Value::as_str).unwrap_or("https");
    json!([{"url": format!("{scheme}://{}{}", text("host", "localhost"), text("basePath", ""))}])
}

fn path_item(swagger: &Value, item: &Value) -> Value {
    map(item, |key, value| match key {
        "parameters" => value.as_array().into_iter().flatten().map(parameter).collect(),
        key if key.starts_with("x-") => value.clone(),
        _ => operation(swagger, value),
    })
}

fn operation(swagger: &Value, operation: &Value) -> Value {
    let media_type = |key, index| {
        let own = operation.get(key).or_else(|| swagger.get(key));
        let media_type: Option<&Value> = own.and_then(|types| types.get(index));
        media_type.and_then(Value::as_str).unwrap_or("application/json")
    };
    let mut out = Map::new();
    for (key, value) in members(Some(operation)) {
        match key.as_str() {
            "consumes" | "produces" | "schemes" => {}
            "parameters" => {
                let all = value.as_array().map(Vec::as_slice).unwrap_or_default();
                let (bodies, others): (Vec<_>, Vec<_>) =
                    all.iter().partition(|parameter| parameter["in"] == "body");
                out.insert("parameters".to_owned(), others.into_iter().map(parameter).collect());

                if let Some(body) = bodies.first() {
                    let body = request_body(body, media_type("consumes", 0));
                    out.insert("requestBody".to_owned(), body);
                }
            }
            "responses" => {
                let produces = media_type("produces", 0);
                let responses = map(value, |_, answer| response(answer, produces));
                out.insert("responses".to_owned(), responses);
            }
            _ => {
                out.insert(key.clone(), value.clone());
            }
        }
    }

    out.into()
}

fn parameter(parameter: &Value) -> Value {
    let mut out = Map::new();
    let mut inner = Map::new();
    for (key, value) in members(Some(parameter)) {
        match key.as_str() {
            "name" | "in" | "description" | "required" => {
                out.insert(key.clone(), value.clone());
            }
            "collectionFormat" => {
                out.insert("style".to_owned(), json!("form"));
                out.insert("explode".to_owned(), json!(value == "multi"));
            }
            "$ref" => return schema(parameter),
            _ => {
                inner.insert(key.clone(), value.clone());
            }
        }
    }

    out.insert("schema".to_owned(), schema(&inner.into()));
    out.into()
}

fn request_body(parameter: &Value, media_type: &str) -> Value {
    let mut out = Map::new();
    for key in ["description", "required"] {
        if let Some(value) = parameter.get(key) {
            out.insert(key.to_owned(), value.clone());
        }
    }

    let mut media = Map::from_iter([("schema".to_owned(), schema(&parameter["schema"]))]);
    // An Example Object that stands where an example belongs stands there still.
    if let Some(example) = media["schema"].as_object_mut().and_then(|s| s.shift_remove("example")) {
        media.insert("example".to_owned(), example);
    }

    out.insert("content".to_owned(), json!({media_type: media}));
    out.into()
}

fn response(response: &Value, produces: &str) -> Value {
    let mut out = Map::new();
    let mut content = Map::new();
    if let Some(model) = response.get("schema") {
        content.insert(produces.to_owned(), json!({"schema": schema(model)}));
    }

    for (media_type, example) in members(response.get("examples")) {
        content.entry(media_type.clone()).or_insert_with(|| json!({}))["example"] = example.clone();
    }

    for (key, value) in members(Some(response)) {
        if key != "schema" && key != "examples" {
            out.insert(key.clone(), value.clone());
        }
    }

    if !content.is_empty() {
        out.insert("content".to_owned(), content.into());
    }
    out.into()
}

/// References move with the definitions, and a union is no longer a placeholder: this language
/// has a word for it.
fn schema(model: &Value) -> Value {
    if let Some(Value::Array(parts)) = model.get("x-oneOf") {
        let parts: Vec<_> = parts.iter().map(schema).collect();
        return json!({"oneOf": parts});
    }

    map(model, |key, value| match (key, value) {
        ("$ref", Value::String(target)) => {
            target.replacen("#/definitions/", "#/components/schemas/", 1).into()
        }
        ("properties", properties) => map(properties, |_, property| schema(property)),
        ("items" | "additionalProperties" | "not", value) => schema(value),
        ("allOf" | "oneOf" | "anyOf", Value::Array(parts)) => parts.iter().map(schema).collect(),
        _ => value.clone(),
    })
}

fn map(value: &Value, change: impl Fn(&str, &Value) -> Value) -> Value {
    match value.as_object() {
        Some(object) => object
            .iter()
            .map(|(key, value)| (key.clone(), change(key, value)))
            .collect::<Map<_, _>>()
            .into(),
        None => value.clone(),
    }
}

fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}
