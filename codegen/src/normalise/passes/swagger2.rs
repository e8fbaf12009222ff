//! Converts Swagger 2.0 to OpenAPI 3.0.3. Only the structure changes; quirks are kept.
//!
//! The conversion takes each supported member out of the old object, and then rejects an object that
//! is not empty. So no member is lost silently.

use serde_json::{Map, Value, json};

use crate::changes::report::Changes;
use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::normalise::context::Context;
use crate::openapi::walk;

pub(crate) const REASON: &str =
    "The service serves Swagger 2.0 by default; all later passes work on OpenAPI 3.0.3.";

const JSON: &str = "application/json";

/// The members of an operation that both specifications have.
const OPERATION_MEMBERS: [&str; 6] =
    ["tags", "summary", "description", "operationId", "deprecated", "security"];

/// The media types of bodies, for operations that do not declare any.
struct MediaTypes {
    consumes: Vec<String>,
    produces: Vec<String>,
}

pub(crate) fn run(document: &mut Value, _: &Context, changes: &mut Changes) -> Result<()> {
    let mut old = ObjectReader::new(document.take(), "")?;
    old.take("swagger");
    let defaults = MediaTypes {
        consumes: old.media_types("consumes", &[])?,
        produces: old.media_types("produces", &[])?,
    };

    let mut new = json!({
        "openapi": "3.0.3",
        "info": old.required("info")?,
        "servers": [{ "url": server_url(&mut old)? }],
    });
    changes.record_fix("", "converted to OpenAPI 3.0.3");

    if let Some(security) = old.take("security") {
        new["security"] = security;
    }

    new["paths"] = convert_paths(old.required("paths")?, &defaults, changes)?;
    new["components"] = json!({ "schemas": convert_definitions(&mut old, changes)? });

    // Not converted: the pass `security` only checks whether the document declares security.
    if let Some(schemes) = old.take("securityDefinitions") {
        new["components"]["securitySchemes"] = schemes;
    }

    old.finish()?;
    *document = new;

    Ok(())
}

fn server_url(old: &mut ObjectReader) -> Result<String> {
    let scheme = match old.take("schemes") {
        None => "https",
        Some(schemes) => ["https", "http"]
            .into_iter()
            .find(|scheme| schemes.as_array().is_some_and(|list| list.contains(&json!(scheme))))
            .ok_or_else(|| Diagnostic::at("/schemes", "the list has neither `https` nor `http`"))?,
    };

    let host = old.required_text("host")?;
    let base_path = old.optional_text("basePath")?.unwrap_or_default();
    if !base_path.is_empty() && !base_path.starts_with('/') {
        let message = format!("`{base_path}` does not start with `/`");
        return Err(Diagnostic::at("/basePath", message));
    }

    Ok(format!("{scheme}://{host}{}", base_path.trim_end_matches('/')))
}

fn convert_paths(paths: Value, defaults: &MediaTypes, changes: &mut Changes) -> Result<Value> {
    let mut converted = Map::new();

    for (path, item) in into_object(paths, "/paths")? {
        let pointer = format!("/paths/{}", pointer_segment(&path));
        let mut operations = Map::new();
        for (method, operation) in into_object(item, &pointer)? {
            let pointer = format!("{pointer}/{}", pointer_segment(&method));
            let operation = ObjectReader::new(operation, &pointer)?;
            operations.insert(method, convert_operation(operation, defaults)?);
            changes.record_fix(pointer, "bodies moved to `content`");
        }

        converted.insert(path, Value::Object(operations));
    }

    Ok(Value::Object(converted))
}

fn convert_definitions(old: &mut ObjectReader, changes: &mut Changes) -> Result<Value> {
    let definitions = old.take("definitions").unwrap_or_else(|| json!({}));
    let mut definitions = into_object(definitions, "/definitions")?;

    for (name, schema) in &mut definitions {
        let pointer = format!("/definitions/{}", pointer_segment(name));
        convert_schema(schema, &pointer)?;
        changes.record_fix(pointer, "moved to `components`");
    }

    Ok(Value::Object(definitions))
}

fn convert_operation(mut old: ObjectReader, defaults: &MediaTypes) -> Result<Value> {
    let consumes = old.media_types("consumes", &defaults.consumes)?;
    let produces = old.media_types("produces", &defaults.produces)?;

    let mut new = Map::new();
    convert_parameters(&mut old, &consumes, &mut new)?;

    let pointer = old.pointer_to("responses");
    let mut responses = Map::new();
    for (status, response) in into_object(old.required("responses")?, &pointer)? {
        let pointer = format!("{pointer}/{}", pointer_segment(&status));
        let response = convert_response(ObjectReader::new(response, &pointer)?, &produces)?;
        responses.insert(status, response);
    }
    new.insert("responses".into(), Value::Object(responses));

    for key in OPERATION_MEMBERS {
        if let Some(value) = old.take(key) {
            new.insert(key.into(), value);
        }
    }

    old.finish()?;
    Ok(Value::Object(new))
}

/// Converts the parameters: the body to `requestBody`, the others to `parameters`.
fn convert_parameters(
    old: &mut ObjectReader,
    consumes: &[String],
    new: &mut Map<String, Value>,
) -> Result<()> {
    let Some(list) = old.take("parameters") else { return Ok(()) };
    let Value::Array(list) = list else {
        return Err(walk::unexpected_type(old.pointer_to("parameters"), "an array", &list));
    };

    let mut parameters = Vec::new();
    for (index, parameter) in list.into_iter().enumerate() {
        let pointer = old.pointer_to(&format!("parameters/{index}"));
        let mut parameter = ObjectReader::new(parameter, &pointer)?;

        match parameter.required_text("in")?.as_str() {
            "body" if !new.contains_key("requestBody") => {
                require_json(consumes, &pointer)?;
                new.insert("requestBody".into(), convert_body(parameter)?);
            }
            location @ ("path" | "query" | "header") => {
                parameters.push(convert_parameter(parameter, location)?);
            }
            other => {
                return Err(Diagnostic::at(
                    parameter.pointer_to("in"),
                    format!("a parameter in `{other}` is not supported here"),
                )
                .help("supported are `path`, `query`, `header` and one `body`"));
            }
        }
    }

    if !parameters.is_empty() {
        new.insert("parameters".into(), parameters.into());
    }

    Ok(())
}

fn convert_parameter(mut old: ObjectReader, location: &str) -> Result<Value> {
    let pointer = old.pointer.clone();
    let mut new = json!({ "name": old.required("name")?, "in": location });
    for key in ["description", "required"] {
        if let Some(value) = old.take(key) {
            new[key] = value;
        }
    }

    let is_list = old.get("type") == Some(&json!("array"));
    let explode = match old.optional_text("collectionFormat")?.as_deref() {
        None | Some("csv") if is_list && location == "query" => Some(false),
        Some("multi") if location == "query" => Some(true),
        None => None,
        Some(other) => {
            return Err(Diagnostic::at(
                old.pointer_to("collectionFormat"),
                format!("the collection format `{other}` is not supported here"),
            )
            .help("supported are `csv` and `multi`, in the query"));
        }
    };

    if let Some(explode) = explode {
        new["style"] = "form".into();
        new["explode"] = explode.into();
    }

    // The remaining members of a Swagger parameter are the schema of its value.
    let mut schema = Value::Object(old.into_remaining());
    convert_schema(&mut schema, &pointer)?;
    new["schema"] = schema;

    Ok(new)
}

fn convert_body(mut old: ObjectReader) -> Result<Value> {
    let pointer = old.pointer_to("schema");
    let mut schema = old.required("schema")?;
    convert_schema(&mut schema, &pointer)?;

    let mut new = json!({ "content": { JSON: { "schema": schema } } });
    for key in ["description", "required"] {
        if let Some(value) = old.take(key) {
            new[key] = value;
        }
    }

    // A request has one body, so the name of the body parameter is not needed.
    old.required("name")?;
    old.finish()?;

    Ok(new)
}

fn convert_response(mut old: ObjectReader, produces: &[String]) -> Result<Value> {
    let mut new = json!({ "description": old.required("description")? });
    let mut media = Map::new();

    let pointer = old.pointer_to("schema");
    if let Some(mut schema) = old.take("schema") {
        convert_schema(&mut schema, &pointer)?;
        media.insert("schema".into(), schema);
    }

    if let Some(examples) = old.take("examples") {
        let mut examples = ObjectReader::new(examples, &old.pointer_to("examples"))?;
        media.insert("example".into(), examples.required(JSON)?);
        examples.finish()?;
    }

    if !media.is_empty() {
        require_json(produces, &old.pointer)?;
        new["content"] = json!({ JSON: media });
    }

    old.finish()?;
    Ok(new)
}

fn convert_schema(schema: &mut Value, pointer: &str) -> Result<()> {
    walk::schema_tree(schema, pointer, &mut |pointer, schema| {
        let Some(object) = schema.as_object_mut() else { return Ok(()) };

        if let Some(target) = object.get("$ref").and_then(Value::as_str) {
            let name = target.strip_prefix("#/definitions/").ok_or_else(|| {
                let message = format!("the reference `{target}` is not to a definition");
                Diagnostic::at(pointer, message)
            })?;
            let target = format!("#/components/schemas/{name}");
            object.insert("$ref".into(), target.into());
        }

        if let Some(nullable) = object.shift_remove("x-nullable") {
            object.insert("nullable".into(), nullable);
        }

        if object.contains_key("discriminator") {
            return Err(Diagnostic::at(
                format!("{pointer}/discriminator"),
                "a discriminator is not supported",
            ));
        }

        Ok(())
    })
}

fn require_json(media_types: &[String], pointer: &str) -> Result<()> {
    if media_types == [JSON] {
        return Ok(());
    }

    let message = format!("the media types {media_types:?} are not supported");
    Err(Diagnostic::at(pointer, message).help(format!("only `{JSON}` is supported")))
}

fn into_object(value: Value, pointer: &str) -> Result<Map<String, Value>> {
    match value {
        Value::Object(object) => Ok(object),
        other => Err(walk::unexpected_type(pointer, "an object", &other)),
    }
}

/// Takes members out of an object, and rejects those that are left.
struct ObjectReader {
    pointer: String,
    members: Map<String, Value>,
}

impl ObjectReader {
    fn new(value: Value, pointer: &str) -> Result<Self> {
        Ok(Self { pointer: pointer.to_owned(), members: into_object(value, pointer)? })
    }

    fn pointer_to(&self, key: &str) -> String {
        format!("{}/{key}", self.pointer)
    }

    fn get(&self, key: &str) -> Option<&Value> {
        self.members.get(key)
    }

    fn take(&mut self, key: &str) -> Option<Value> {
        self.members.shift_remove(key)
    }

    fn required(&mut self, key: &str) -> Result<Value> {
        self.take(key).ok_or_else(|| self.missing(key))
    }

    fn optional_text(&mut self, key: &str) -> Result<Option<String>> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(walk::unexpected_type(self.pointer_to(key), "a string", &other)),
        }
    }

    fn required_text(&mut self, key: &str) -> Result<String> {
        self.optional_text(key)?.ok_or_else(|| self.missing(key))
    }

    /// A list of media types, or the default.
    fn media_types(&mut self, key: &str, default: &[String]) -> Result<Vec<String>> {
        match self.take(key) {
            None => Ok(default.to_vec()),
            Some(list) => serde_json::from_value(list).map_err(|_| {
                Diagnostic::at(self.pointer_to(key), "expected a list of media types")
            }),
        }
    }

    fn into_remaining(self) -> Map<String, Value> {
        self.members
    }

    /// Rejects the members that are left.
    fn finish(self) -> Result<()> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(key) => Err(Diagnostic::at(
                self.pointer_to(&pointer_segment(key)),
                format!("the member `{key}` is not supported here"),
            )
            .help("extend codegen/src/normalise/passes/swagger2.rs to convert it")),
        }
    }

    fn missing(&self, key: &str) -> Diagnostic {
        Diagnostic::at(&self.pointer, format!("the member `{key}` is missing"))
    }
}
