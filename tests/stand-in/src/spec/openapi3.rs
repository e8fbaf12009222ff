//! Converts a Swagger 2.0 document to OpenAPI 3.0.

use serde_json::{Map, Value, json};

/// Converts a Swagger 2.0 document to OpenAPI 3.0.3.
///
/// The errors of the document are kept: paths with a `?`, path parameters that the path does not
/// name, numbers, patterns and limits.
pub fn to_openapi_3(swagger: &Value) -> Value {
    let mut document = Map::from_iter([("openapi".to_owned(), json!("3.0.3"))]);

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
                let paths = map_members(value, |_, item| path_item(swagger, item));
                document.insert("servers".to_owned(), servers(swagger));
                document.insert("paths".to_owned(), paths);
            }
            _ => {
                document.insert(key.clone(), value.clone());
            }
        }
    }

    document.insert("components".to_owned(), components(swagger));
    document.into()
}

fn servers(swagger: &Value) -> Value {
    let text = |key, default| swagger.get(key).and_then(Value::as_str).unwrap_or(default);
    let scheme = swagger.pointer("/schemes/0").and_then(Value::as_str).unwrap_or("https");
    json!([{"url": format!("{scheme}://{}{}", text("host", "localhost"), text("basePath", ""))}])
}

fn components(swagger: &Value) -> Value {
    let mut components = Map::new();
    if let Some(definitions) = swagger.get("definitions") {
        components.insert("schemas".to_owned(), map_members(definitions, |_, model| schema(model)));
    }

    if let Some(schemes) = swagger.get("securityDefinitions") {
        components.insert("securitySchemes".to_owned(), schemes.clone());
    }

    components.into()
}

fn path_item(swagger: &Value, item: &Value) -> Value {
    map_members(item, |key, value| match key {
        "parameters" => value.as_array().into_iter().flatten().map(parameter).collect(),
        key if key.starts_with("x-") => value.clone(),
        _ => operation(swagger, value),
    })
}

fn operation(swagger: &Value, operation: &Value) -> Value {
    let media_type = |key| {
        let media_types = operation.get(key).or_else(|| swagger.get(key));
        let media_type = media_types.and_then(|media_types| media_types.get(0));
        media_type.and_then(Value::as_str).unwrap_or("application/json")
    };

    let mut converted = Map::new();
    for (key, value) in members(Some(operation)) {
        match key.as_str() {
            "consumes" | "produces" | "schemes" => {}
            "parameters" => {
                let parameters = value.as_array().map(Vec::as_slice).unwrap_or_default();
                let (bodies, others): (Vec<_>, Vec<_>) =
                    parameters.iter().partition(|parameter| parameter["in"] == "body");

                let others = others.into_iter().map(parameter).collect();
                converted.insert("parameters".to_owned(), others);
                if let Some(body) = bodies.first() {
                    let body = request_body(body, media_type("consumes"));
                    converted.insert("requestBody".to_owned(), body);
                }
            }
            "responses" => {
                let produces = media_type("produces");
                let responses = map_members(value, |_, value| response(value, produces));
                converted.insert("responses".to_owned(), responses);
            }
            _ => {
                converted.insert(key.clone(), value.clone());
            }
        }
    }

    converted.into()
}

fn parameter(parameter: &Value) -> Value {
    let mut converted = Map::new();
    let mut schema_members = Map::new();

    for (key, value) in members(Some(parameter)) {
        match key.as_str() {
            "name" | "in" | "description" | "required" => {
                converted.insert(key.clone(), value.clone());
            }
            "collectionFormat" => {
                converted.insert("style".to_owned(), json!("form"));
                converted.insert("explode".to_owned(), json!(value == "multi"));
            }
            "$ref" => return schema(parameter),
            _ => {
                schema_members.insert(key.clone(), value.clone());
            }
        }
    }

    converted.insert("schema".to_owned(), schema(&schema_members.into()));
    converted.into()
}

fn request_body(parameter: &Value, media_type: &str) -> Value {
    let mut converted = Map::new();
    for key in ["description", "required"] {
        if let Some(value) = parameter.get(key) {
            converted.insert(key.to_owned(), value.clone());
        }
    }

    let mut media = Map::from_iter([("schema".to_owned(), schema(&parameter["schema"]))]);
    // The upstream document has an Example Object in place of an example. It is kept.
    let schema_members = media["schema"].as_object_mut();
    if let Some(example) = schema_members.and_then(|members| members.shift_remove("example")) {
        media.insert("example".to_owned(), example);
    }

    converted.insert("content".to_owned(), json!({media_type: media}));
    converted.into()
}

fn response(response: &Value, produces: &str) -> Value {
    let mut content = Map::new();
    if let Some(model) = response.get("schema") {
        content.insert(produces.to_owned(), json!({"schema": schema(model)}));
    }

    for (media_type, example) in members(response.get("examples")) {
        content.entry(media_type.clone()).or_insert_with(|| json!({}))["example"] = example.clone();
    }

    let mut converted = Map::new();
    for (key, value) in members(Some(response)) {
        if key != "schema" && key != "examples" {
            converted.insert(key.clone(), value.clone());
        }
    }

    if !content.is_empty() {
        converted.insert("content".to_owned(), content.into());
    }

    converted.into()
}

/// Converts a schema: references point to the components, and `x-oneOf` becomes `oneOf`.
fn schema(model: &Value) -> Value {
    if let Some(Value::Array(members)) = model.get("x-oneOf") {
        let members: Vec<_> = members.iter().map(schema).collect();
        return json!({"oneOf": members});
    }

    map_members(model, |key, value| match (key, value) {
        ("$ref", Value::String(target)) => {
            target.replacen("#/definitions/", "#/components/schemas/", 1).into()
        }
        ("properties", properties) => map_members(properties, |_, property| schema(property)),
        ("items" | "additionalProperties" | "not", value) => schema(value),
        ("allOf" | "oneOf" | "anyOf", Value::Array(schemas)) => {
            schemas.iter().map(schema).collect()
        }
        _ => value.clone(),
    })
}

/// Converts each member of an object. Other values are copied.
fn map_members(value: &Value, convert: impl Fn(&str, &Value) -> Value) -> Value {
    match value.as_object() {
        Some(object) => object
            .iter()
            .map(|(key, value)| (key.clone(), convert(key, value)))
            .collect::<Map<_, _>>()
            .into(),
        None => value.clone(),
    }
}

fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}
