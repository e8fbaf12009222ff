//! Swagger 2.0 → OpenAPI 3.0.3: the outer shape only, no quirk is touched here.
//!
//! Works by taking: every member that is understood is taken out of the old object, and an
//! object that is not empty in the end names what was not understood.

use serde_json::{Map, Value, json};

use crate::changes::report::Changes;
use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::normalise::Context;
use crate::openapi::walk;

pub(crate) const REASON: &str = "The service serves Swagger 2.0 unless asked otherwise; everything after \
     this pass speaks OpenAPI 3.0.3.";

const JSON: &str = "application/json";

pub(crate) fn run(document: &mut Value, _: &Context, changes: &mut Changes) -> Result<()> {
    let mut old = Taken::of(document.take(), "")?;
    old.take("swagger");
    let consumes = old.media_types("consumes")?;
    let produces = old.media_types("produces")?;

    let mut new = json!({
        "openapi": "3.0.3",
        "info": old.required("info")?,
        "servers": [{ "url": server(&mut old)? }],
    });
    changes.note("", "is OpenAPI 3.0.3");

    if let Some(security) = old.take("security") {
        new["security"] = security;
    }

    let mut paths = Map::new();
    for (path, item) in object(old.required("paths")?, "/paths")? {
        let pointer = format!("/paths/{}", pointer_segment(&path));
        let mut operations = Map::new();
        for (method, operation) in object(item, &pointer)? {
            let pointer = format!("{pointer}/{}", pointer_segment(&method));
            let operation = Taken::of(operation, &pointer)?;
            operations.insert(method, convert_operation(operation, &consumes, &produces)?);
            changes.note(pointer, "has its bodies under `content`");
        }

        paths.insert(path, Value::Object(operations));
    }

    new["paths"] = Value::Object(paths);
    let mut definitions = old.take("definitions").unwrap_or_else(|| json!({}));
    for (name, schema) in object_mut(&mut definitions, "/definitions")? {
        convert_schema(schema, &format!("/definitions/{}", pointer_segment(name)))?;
        changes.note(format!("/definitions/{}", pointer_segment(name)), "is a component");
    }

    new["components"] = json!({ "schemas": definitions });

    // In the words of Swagger 2.0: the pass `security` only asks whether they are there.
    if let Some(schemes) = old.take("securityDefinitions") {
        new["components"]["securitySchemes"] = schemes;
    }

    old.finish()?;
    *document = new;

    Ok(())
}

fn server(old: &mut Taken) -> Result<String> {
    let scheme = match old.take("schemes") {
        None => "https",
        Some(schemes) => ["https", "http"]
            .into_iter()
            .find(|scheme| schemes.as_array().is_some_and(|it| it.contains(&json!(scheme))))
            .ok_or_else(|| {
                Diagnostic::at("/schemes", "neither `https` nor `http` is among them")
            })?,
    };
    let host = old.required_text("host")?;
    let base = old.optional_text("basePath")?.unwrap_or_default();

    if !base.is_empty() && !base.starts_with('/') {
        return Err(Diagnostic::at("/basePath", "a path that begins with `/` belongs here"));
    }
    Ok(format!("{scheme}://{host}{}", base.trim_end_matches('/')))
}

fn convert_operation(mut old: Taken, consumes: &[String], produces: &[String]) -> Result<Value> {
    let consumes = old.media_types_or("consumes", consumes)?;
    let produces = old.media_types_or("produces", produces)?;
    let mut new = Map::new();
    let mut parameters = Vec::new();

    if let Some(list) = old.take("parameters") {
        let Value::Array(list) = list else {
            return Err(Diagnostic::at(old.at("parameters"), "a list of parameters belongs here"));
        };
        for (index, parameter) in list.into_iter().enumerate() {
            let mut parameter = Taken::of(parameter, &old.at(&format!("parameters/{index}")))?;
            match parameter.required_text("in")?.as_str() {
                "body" if !new.contains_key("requestBody") => {
                    only_json(&consumes, &parameter.pointer)?;
                    new.insert("requestBody".into(), convert_body(parameter)?);
                }
                place @ ("path" | "query" | "header") => {
                    parameters.push(convert_parameter(parameter, place)?);
                }
                other => {
                    return Err(Diagnostic::at(
                        parameter.at("in"),
                        format!("a parameter in `{other}` is not understood here"),
                    ));
                }
            }
        }
    }

    if !parameters.is_empty() {
        new.insert("parameters".into(), parameters.into());
    }

    let pointer = old.at("responses");
    let mut responses = Map::new();
    for (status, response) in object(old.required("responses")?, &pointer)? {
        let pointer = format!("{pointer}/{}", pointer_segment(&status));
        let response = convert_response(Taken::of(response, &pointer)?, &produces)?;
        responses.insert(status, response);
    }

    new.insert("responses".into(), Value::Object(responses));

    for key in ["tags", "summary", "description", "operationId", "deprecated", "security"] {
        if let Some(value) = old.take(key) {
            new.insert(key.into(), value);
        }
    }

    old.finish()?;
    Ok(Value::Object(new))
}

fn convert_parameter(mut old: Taken, place: &str) -> Result<Value> {
    let pointer = old.pointer.clone();
    let mut new = json!({ "name": old.required("name")?, "in": place });
    for key in ["description", "required"] {
        if let Some(value) = old.take(key) {
            new[key] = value;
        }
    }

    match old.optional_text("collectionFormat")?.as_deref() {
        None | Some("csv") if old.value("type") == Some(&json!("array")) && place == "query" => {
            new["style"] = "form".into();
            new["explode"] = false.into();
        }
        Some("multi") if place == "query" => {
            new["style"] = "form".into();
            new["explode"] = true.into();
        }
        None => {}
        Some(other) => {
            return Err(Diagnostic::at(
                old.at("collectionFormat"),
                format!("the collection format `{other}` is not understood here"),
            ));
        }
    }

    // What is left of a Swagger parameter is the schema of its value.
    let mut schema = Value::Object(old.rest());
    convert_schema(&mut schema, &pointer)?;
    new["schema"] = schema;

    Ok(new)
}

fn convert_body(mut old: Taken) -> Result<Value> {
    let pointer = old.at("schema");
    let mut schema = old.required("schema")?;
    convert_schema(&mut schema, &pointer)?;

    let mut new = json!({ "content": { JSON: { "schema": schema } } });
    for key in ["description", "required"] {
        if let Some(value) = old.take(key) {
            new[key] = value;
        }
    }

    // The name of a body parameter is documentation: a request has one body.
    old.required("name")?;
    old.finish()?;

    Ok(new)
}

fn convert_response(mut old: Taken, produces: &[String]) -> Result<Value> {
    let mut new = json!({ "description": old.required("description")? });
    let mut media = Map::new();
    let pointer = old.at("schema");

    if let Some(mut schema) = old.take("schema") {
        convert_schema(&mut schema, &pointer)?;
        media.insert("schema".into(), schema);
    }

    if let Some(examples) = old.take("examples") {
        let mut examples = Taken::of(examples, &old.at("examples"))?;
        media.insert("example".into(), examples.required(JSON)?);
        examples.finish()?;
    }

    if !media.is_empty() {
        only_json(produces, &old.pointer)?;
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
                Diagnostic::at(pointer, format!("the reference `{target}` leads to no definition"))
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
                "a discriminator is not understood",
            ));
        }

        Ok(())
    })
}

fn only_json(media_types: &[String], pointer: &str) -> Result<()> {
    if media_types == [JSON] {
        return Ok(());
    }
    Err(Diagnostic::at(pointer, format!("only `{JSON}` is understood, not {media_types:?}")))
}

fn object(value: Value, pointer: &str) -> Result<Map<String, Value>> {
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(Diagnostic::at(pointer, "an object belongs here")),
    }
}

fn object_mut<'a>(value: &'a mut Value, pointer: &str) -> Result<&'a mut Map<String, Value>> {
    value.as_object_mut().ok_or_else(|| Diagnostic::at(pointer, "an object belongs here"))
}

/// An object whose members are taken one by one, so that what is left at the end is known.
struct Taken {
    pointer: String,
    members: Map<String, Value>,
}

impl Taken {
    fn of(value: Value, pointer: &str) -> Result<Self> {
        Ok(Self { pointer: pointer.to_owned(), members: object(value, pointer)? })
    }

    fn at(&self, key: &str) -> String {
        format!("{}/{key}", self.pointer)
    }

    fn value(&self, key: &str) -> Option<&Value> {
        self.members.get(key)
    }

    fn take(&mut self, key: &str) -> Option<Value> {
        self.members.shift_remove(key)
    }

    fn required(&mut self, key: &str) -> Result<Value> {
        self.take(key).ok_or_else(|| Diagnostic::at(&self.pointer, format!("`{key}` is missing")))
    }

    fn optional_text(&mut self, key: &str) -> Result<Option<String>> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Diagnostic::at(self.at(key), "a string belongs here")),
        }
    }

    fn required_text(&mut self, key: &str) -> Result<String> {
        self.optional_text(key)?
            .ok_or_else(|| Diagnostic::at(&self.pointer, format!("`{key}` is missing")))
    }

    fn media_types(&mut self, key: &str) -> Result<Vec<String>> {
        self.media_types_or(key, &[])
    }

    fn media_types_or(&mut self, key: &str, inherited: &[String]) -> Result<Vec<String>> {
        match self.take(key) {
            None => Ok(inherited.to_vec()),
            Some(list) => serde_json::from_value(list)
                .map_err(|_| Diagnostic::at(self.at(key), "a list of media types belongs here")),
        }
    }

    fn rest(self) -> Map<String, Value> {
        self.members
    }

    fn finish(self) -> Result<()> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(key) => Err(Diagnostic::at(
                self.at(&pointer_segment(key)),
                format!("`{key}` is not understood here"),
            )
            .help("teach normalise/swagger2.rs to convert it")),
        }
    }
}
