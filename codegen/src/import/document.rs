//! Builds the Swagger 2.0 document from the page and the supplement.

use serde_json::{Map, Value, json};

use super::example::check_example;
use super::page::{Kind, Model, Operation, Page, Parameter, Property, Response, Scalar, UNION};
use super::supplement::{Primitive, Supplement};
use crate::diagnostic::{Diagnostic, Result};

/// Builds the document.
pub fn build(page: &Page, supplement: &Supplement) -> Result<Value> {
    let mut definitions = Map::new();
    for model in &page.models {
        definitions.insert(model.name.clone(), build_definition(model, page, supplement)?);
    }

    let builder = OperationBuilder { supplement, definitions: &definitions };
    let mut paths = Map::new();
    for operation in &page.operations {
        let path = paths.entry(operation.path.as_str()).or_insert_with(|| json!({}));
        path[operation.method.to_ascii_lowercase()] = builder.build(operation)?;
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

fn build_definition(model: &Model, page: &Page, supplement: &Supplement) -> Result<Value> {
    let mut properties = Map::new();
    for property in &model.properties {
        let schema = build_property(model, property, page, supplement)?;
        properties.insert(property.name.clone(), schema);
    }

    let required = model.properties.iter().filter(|property| property.required);
    let required: Vec<_> = required.map(|property| property.name.as_str()).collect();

    let mut definition = json!({"type": "object", "description": model.description});
    if !required.is_empty() {
        definition["required"] = json!(required);
    }
    definition["properties"] = properties.into();

    Ok(definition)
}

fn build_property(
    model: &Model,
    property: &Property,
    page: &Page,
    supplement: &Supplement,
) -> Result<Value> {
    let name = format!("{}.{}", model.name, property.name);
    let hidden = |part: &str| {
        let message = format!("the page hides {part} of `{name}`, and the supplement lacks them");
        Diagnostic::at_line(property.line, message)
    };

    Ok(match &property.kind {
        Kind::Array => {
            let array = supplement.items(&name).ok_or_else(|| hidden("the items"))?;
            build_array(&array.items.value, array.enum_count)
        }
        Kind::Map => build_map(supplement.values(&name)),
        Kind::Union => {
            let members = supplement.members(&name).ok_or_else(|| hidden("the members"))?;
            let members: Vec<_> = members.iter().map(|model| reference(&model.value)).collect();
            json!({"type": "object", "title": UNION, "x-oneOf": members})
        }
        Kind::Model(model) => {
            if !page.models.iter().any(|other| other.name == *model) {
                let message = format!("the page has no model `{model}`");
                return Err(Diagnostic::at_line(property.line, message)
                    .help("correct the name; every model must be on the page"));
            }
            reference(model)
        }
        Kind::Scalar(scalar) => build_scalar(scalar),
    })
}

fn build_array(items: &str, enum_count: Option<u64>) -> Value {
    let mut items = match items {
        "string" => json!({"type": "string"}),
        model => reference(model),
    };
    if let Some(count) = enum_count {
        items["x-enum-count"] = count.into();
    }

    json!({"type": "array", "items": items})
}

fn build_map(values: Option<Primitive>) -> Value {
    let values = match values {
        None => return json!({"type": "object"}),
        Some(Primitive::String) => "string",
        Some(Primitive::Number) => "number",
    };

    json!({"type": "object", "additionalProperties": {"type": values}})
}

fn build_scalar(scalar: &Scalar) -> Value {
    let mut schema = json!({"type": scalar.kind});
    if let Some(format) = &scalar.format {
        schema["format"] = json!(format);
    }

    if let Some(description) = &scalar.description {
        schema["description"] = json!(description);
    }

    for (key, value) in &scalar.facets {
        schema[key] = value.clone();
    }

    if let Some(count) = scalar.enum_count {
        schema["x-enum-count"] = json!(count);
    }

    schema
}

fn reference(model: &str) -> Value {
    json!({"$ref": format!("#/definitions/{model}")})
}

/// Builds operations, and checks their examples against the definitions.
struct OperationBuilder<'a> {
    supplement: &'a Supplement,
    definitions: &'a Map<String, Value>,
}

impl OperationBuilder<'_> {
    fn build(&self, operation: &Operation) -> Result<Value> {
        let mut swagger_operation = json!({"tags": [self.supplement.operations.tag]});
        if let Some(id) = self.supplement.operation_ids.ids.get(&operation.key()) {
            swagger_operation["operationId"] = json!(id.value);
        }

        swagger_operation["description"] = json!(operation.description);
        let parameters = operation.parameters.iter();
        let parameters = parameters.map(|parameter| self.build_parameter(parameter));
        swagger_operation["parameters"] = parameters.collect::<Result<Vec<_>>>()?.into();

        let mut responses = Map::new();
        for response in &operation.responses {
            let status = response.status.to_string();
            responses.insert(status, self.build_response(operation, response)?);
        }
        swagger_operation["responses"] = responses.into();

        Ok(swagger_operation)
    }

    fn build_parameter(&self, parameter: &Parameter) -> Result<Value> {
        let mut swagger_parameter = json!({"name": parameter.name, "in": parameter.location});
        if let Some(description) = &parameter.description {
            swagger_parameter["description"] = json!(description);
        }

        swagger_parameter["required"] = json!(parameter.required);

        if let Some(example) = &parameter.example {
            swagger_parameter["schema"] = self.body_schema(parameter.line, example)?;
        } else if parameter.kind == "array[string]" {
            swagger_parameter["type"] = json!("array");
            swagger_parameter["items"] = json!({"type": "string"});
            if let Some(values) = &parameter.values {
                swagger_parameter["items"]["enum"] = json!(values);
            }
            swagger_parameter["collectionFormat"] =
                json!(self.supplement.operations.collection_format);
        } else {
            swagger_parameter["type"] = json!(parameter.kind);
        }

        Ok(swagger_parameter)
    }

    /// The schema of a request body. The page names its model only in the summary of the Example
    /// Object that upstream writes instead of the example's data.
    fn body_schema(&self, line: usize, example: &Value) -> Result<Value> {
        let summary = example.pointer("/data/summary").and_then(Value::as_str);
        let model = summary
            .and_then(|summary| summary.strip_prefix("Example "))
            .and_then(|summary| summary.strip_suffix('.'))
            .filter(|model| self.definitions.contains_key(*model))
            .ok_or_else(|| {
                let message = "the summary of the body's example names no model of the page";
                Diagnostic::at_line(line, message).help("upstream writes it `Example <Model>.`")
            })?;

        let schema = reference(model);
        let value = example.pointer("/data/value").ok_or_else(|| {
            Diagnostic::at_line(line, "the example of the body has no value")
                .help("upstream writes an object with summary, description and value")
        })?;
        self.check_example(line, &schema, value)?;

        Ok(json!({
            "type": "object",
            "required": ["data"],
            "properties": {"data": schema},
            "example": example,
        }))
    }

    fn build_response(&self, operation: &Operation, response: &Response) -> Result<Value> {
        let mut swagger_response = json!({"description": response.description});

        if let Some(example) = &response.example {
            let schema = match response.status {
                ..400 => self.success_schema(operation, response.line, example)?,
                400.. => self.error_schema(),
            };
            self.check_example(response.line, &schema, example)?;
            swagger_response["schema"] = schema;
            swagger_response["examples"] = json!({"application/json": example});
        }

        Ok(swagger_response)
    }

    fn error_schema(&self) -> Value {
        let errors = reference(&self.supplement.envelope.errors.value);
        json!({
            "type": "object",
            "required": ["errors"],
            "properties": {"errors": {"type": "array", "items": errors}},
        })
    }

    /// The schema of a successful response: the supplement states the model of its data, the example
    /// shows whether the data is a list, and whether `meta` and `links` are beside it.
    fn success_schema(&self, operation: &Operation, line: usize, example: &Value) -> Result<Value> {
        let Supplement { envelope, responses, .. } = self.supplement;
        let key = operation.key();
        let model = responses.models.get(&key).ok_or_else(|| {
            let message = format!("the supplement states no model for the data of `{key}`");
            Diagnostic::at_line(line, message)
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

    fn check_example(&self, line: usize, schema: &Value, value: &Value) -> Result<()> {
        check_example(self.definitions, schema, value).map_err(|difference| {
            Diagnostic::at_line(
                line,
                format!("the example does not match its schema: {difference}"),
            )
        })
    }
}
