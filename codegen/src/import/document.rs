//! From what the page shows to the Swagger 2.0 document behind it.

use serde_json::{Map, Value, json};

use super::example;
use super::page::{Kind, Model, Operation, Page, Parameter, Property, Response, Scalar, UNION};
use super::supplement::{Primitive, Supplement};
use crate::diagnostic::{Diagnostic, Result};

/// Builds the document.
pub fn build(page: &Page, supplement: &Supplement) -> Result<Value> {
    let mut definitions = Map::new();
    for model in &page.models {
        definitions.insert(model.name.clone(), definition(model, page, supplement)?);
    }

    let builder = Builder { supplement, definitions: &definitions };
    let mut paths = Map::new();
    for operation in &page.operations {
        let path = paths.entry(operation.path.as_str()).or_insert_with(|| json!({}));
        path[operation.method.to_ascii_lowercase()] = builder.operation(operation)?;
    }

    let info = &supplement.info;
    Ok(json!({
        "swagger": "2.0",
        "info": {"title": info.title, "description": info.description, "version": info.version},
        "host": page.root.host,
        "basePath": page.root.base_path,
        "schemes": [page.root.scheme],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "paths": paths,
        "definitions": definitions,
    }))
}

fn definition(model: &Model, page: &Page, supplement: &Supplement) -> Result<Value> {
    let required = model.properties.iter().filter(|it| it.required);
    let required: Vec<_> = required.map(|it| it.name.as_str()).collect();
    let mut properties = Map::new();

    for it in &model.properties {
        properties.insert(it.name.clone(), property(model, it, page, supplement)?);
    }

    let mut definition = json!({"type": "object", "description": model.description});
    if !required.is_empty() {
        definition["required"] = json!(required);
    }

    definition["properties"] = properties.into();
    Ok(definition)
}

fn property(model: &Model, it: &Property, page: &Page, supplement: &Supplement) -> Result<Value> {
    let name = format!("{}.{}", model.name, it.name);
    let unknown = |what: &str| {
        Diagnostic::at_line(
            it.line,
            format!("the page hides {what} of `{name}`, and no entry states it"),
        )
    };

    Ok(match &it.kind {
        Kind::Array => {
            let array = supplement.items(&name).ok_or_else(|| unknown("the items"))?;
            let mut items = match array.items.value.as_str() {
                "string" => json!({"type": "string"}),
                model => reference(model),
            };

            if let Some(count) = array.enum_count {
                items["x-enum-count"] = count.into();
            }
            json!({"type": "array", "items": items})
        }
        Kind::Map => match supplement.values(&name) {
            None => json!({"type": "object"}),
            Some(Primitive::String) => {
                json!({"type": "object", "additionalProperties": {"type": "string"}})
            }
            Some(Primitive::Number) => {
                json!({"type": "object", "additionalProperties": {"type": "number"}})
            }
        },
        Kind::Union => {
            let members = supplement.members(&name).ok_or_else(|| unknown("the members"))?;
            let members: Vec<_> = members.iter().map(|it| reference(&it.value)).collect();
            json!({"type": "object", "title": UNION, "x-oneOf": members})
        }
        Kind::Model(model) => {
            if !page.models.iter().any(|it| it.name == *model) {
                return Err(Diagnostic::at_line(
                    it.line,
                    format!("the page has no model `{model}`"),
                )
                .help("correct the name; every model must be on the page"));
            }
            reference(model)
        }
        Kind::Scalar(it) => scalar(it),
    })
}

fn scalar(it: &Scalar) -> Value {
    let mut schema = json!({"type": it.kind});
    if let Some(format) = &it.format {
        schema["format"] = json!(format);
    }

    if let Some(description) = &it.description {
        schema["description"] = json!(description);
    }

    for (key, value) in &it.facets {
        schema[key] = value.clone();
    }

    if let Some(count) = it.enum_count {
        schema["x-enum-count"] = json!(count);
    }
    schema
}

fn reference(model: &str) -> Value {
    json!({"$ref": format!("#/definitions/{model}")})
}

struct Builder<'a> {
    supplement: &'a Supplement,
    definitions: &'a Map<String, Value>,
}

impl Builder<'_> {
    fn operation(&self, it: &Operation) -> Result<Value> {
        let mut operation = json!({"tags": [self.supplement.operations.tag]});
        if let Some(id) = self.supplement.operation_ids.ids.get(&it.key()) {
            operation["operationId"] = json!(id.value);
        }

        operation["description"] = json!(it.description);
        let parameters = it.parameters.iter().map(|it| self.parameter(it));
        operation["parameters"] = parameters.collect::<Result<Vec<_>>>()?.into();

        let mut responses = Map::new();
        for response in &it.responses {
            responses.insert(response.status.to_string(), self.response(it, response)?);
        }

        operation["responses"] = responses.into();
        Ok(operation)
    }

    fn parameter(&self, it: &Parameter) -> Result<Value> {
        let mut parameter = json!({"name": it.name, "in": it.location});
        if let Some(description) = &it.description {
            parameter["description"] = json!(description);
        }

        parameter["required"] = json!(it.required);

        if let Some(example) = &it.example {
            parameter["schema"] = self.body(it.line, example)?;
        } else if it.kind == "array[string]" {
            parameter["type"] = json!("array");
            parameter["items"] = json!({"type": "string"});

            if let Some(values) = &it.values {
                parameter["items"]["enum"] = json!(values);
            }

            parameter["collectionFormat"] = json!(self.supplement.operations.collection_format);
        } else {
            parameter["type"] = json!(it.kind);
        }

        Ok(parameter)
    }

    /// The schema of a body. Its model is named only by the Example Object that upstream puts
    /// where the example of the data belongs.
    fn body(&self, line: usize, example: &Value) -> Result<Value> {
        let summary = example.pointer("/data/summary").and_then(Value::as_str);
        let model = summary
            .and_then(|it| it.strip_prefix("Example "))
            .and_then(|it| it.strip_suffix('.'))
            .filter(|model| self.definitions.contains_key(*model))
            .ok_or_else(|| {
                Diagnostic::at_line(
                    line,
                    "the summary of the body's example names no model of the page",
                )
                .help("upstream writes it `Example <Model>.`")
            })?;

        let schema = reference(model);
        let value = example.pointer("/data/value").ok_or_else(|| {
            Diagnostic::at_line(line, "the example of the body has no value")
                .help("upstream writes an object with summary, description and value")
        })?;

        self.conforms(line, &schema, value)?;
        Ok(json!({
            "type": "object",
            "required": ["data"],
            "properties": {"data": schema},
            "example": example,
        }))
    }

    fn response(&self, operation: &Operation, it: &Response) -> Result<Value> {
        let mut response = json!({"description": it.description});
        if let Some(example) = &it.example {
            let schema = match it.status {
                ..400 => self.success(operation, it.line, example)?,
                400.. => self.failure(),
            };
            self.conforms(it.line, &schema, example)?;
            response["schema"] = schema;
            response["examples"] = json!({"application/json": example});
        }

        Ok(response)
    }

    fn failure(&self) -> Value {
        let errors = reference(&self.supplement.envelope.errors.value);
        json!({
            "type": "object",
            "required": ["errors"],
            "properties": {"errors": {"type": "array", "items": errors}},
        })
    }

    /// The schema of a success: its model is stated by the supplement, its form by the example.
    fn success(&self, operation: &Operation, line: usize, example: &Value) -> Result<Value> {
        let Supplement { envelope, responses, .. } = self.supplement;
        let key = operation.key();
        let model = responses.models.get(&key).ok_or_else(|| {
            Diagnostic::at_line(line, format!("no entry states the model of the data of `{key}`"))
        })?;
        let model = reference(&model.value);

        let data = match example.get("data") {
            Some(Value::Array(_)) => json!({"type": "array", "items": model}),
            _ => model,
        };
        let mut properties = json!({"data": data});
        for (name, model) in [("meta", &envelope.meta), ("links", &envelope.links)] {
            if example.get(name).is_some() {
                properties[name] = reference(&model.value);
            }
        }

        Ok(json!({"type": "object", "required": ["data"], "properties": properties}))
    }

    fn conforms(&self, line: usize, schema: &Value, value: &Value) -> Result<()> {
        example::conforms(self.definitions, schema, value).map_err(|misfit| {
            Diagnostic::at_line(line, format!("the example does not fit: {misfit}"))
        })
    }
}
