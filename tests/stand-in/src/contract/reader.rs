//! Reads the contract from an OpenAPI 3.0 document.

use std::collections::{BTreeMap, BTreeSet};

use http::{Method, StatusCode};
use serde_json::{Map, Value};

use super::schema::Schemas;
use super::{Body, Content, Contract, Location, Operation, Parameter, ParameterFormat};
use crate::document_error::DocumentError;
use crate::route::{Template, escape_pointer};

impl Contract {
    /// Reads the normalised OpenAPI document.
    ///
    /// # Errors
    ///
    /// Fails if the document lacks a required part or has a part that the stand-in does not
    /// support.
    pub fn read(document: &Value) -> Result<Self, DocumentError> {
        Reader::new(document)?.contract()
    }
}

/// The reader of one document.
struct Reader<'d> {
    document: &'d Value,
    schemas: Schemas<'d>,
    /// The operation ids that were read, to find duplicates.
    ids: BTreeSet<&'d str>,
}

impl<'d> Reader<'d> {
    fn new(document: &'d Value) -> Result<Self, DocumentError> {
        Ok(Self { document, schemas: Schemas::new(document)?, ids: BTreeSet::new() })
    }

    fn contract(mut self) -> Result<Contract, DocumentError> {
        let base_path = self.base_path()?;
        let mut paths = BTreeMap::new();

        for (path, item) in self.object("/paths")? {
            let template = Template::parse(path)?;
            let pointer = format!("/paths/{}", escape_pointer(path));
            let operations = self.path_item(&template, item, &pointer)?;

            if paths.insert(template, operations).is_some() {
                return Err(DocumentError::new(pointer, "duplicate path"));
            }
        }

        Ok(Contract { base_path, paths })
    }

    fn base_path(&self) -> Result<String, DocumentError> {
        let pointer = "/servers/0/url";
        let url = self.document.pointer(pointer).and_then(Value::as_str);
        let url = url.ok_or_else(|| DocumentError::new(pointer, "missing"))?;

        let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
        let path = after_scheme.find('/').map_or("", |index| &after_scheme[index..]);

        Ok(path.trim_end_matches('/').to_owned())
    }

    fn object(&self, pointer: &str) -> Result<&'d Map<String, Value>, DocumentError> {
        let value = self.document.pointer(pointer).and_then(Value::as_object);
        value.ok_or_else(|| DocumentError::new(pointer, "expected an object"))
    }

    fn path_item(
        &mut self,
        template: &Template,
        item: &'d Value,
        pointer: &str,
    ) -> Result<BTreeMap<String, Operation>, DocumentError> {
        let mut operations = BTreeMap::new();
        let shared_parameters = list(item, "parameters");

        for method in [Method::GET, Method::PUT, Method::POST, Method::DELETE, Method::PATCH] {
            let key = method.as_str().to_ascii_lowercase();
            let Some(operation) = item.get(&key) else { continue };
            let pointer = format!("{pointer}/{key}");

            let operation = self.operation(operation, shared_parameters, &pointer)?;
            require_path_parameters(template, &operation, &pointer)?;
            operations.insert(method.as_str().to_owned(), operation);
        }

        Ok(operations)
    }

    fn operation(
        &mut self,
        operation: &'d Value,
        shared_parameters: &'d [Value],
        pointer: &str,
    ) -> Result<Operation, DocumentError> {
        let id = self.operation_id(operation, pointer)?;

        let mut parameters = Vec::new();
        let own_parameters = list(operation, "parameters");
        for (index, parameter) in shared_parameters.iter().chain(own_parameters).enumerate() {
            parameters.extend(self.parameter(parameter, &format!("{pointer}/parameters/{index}"))?);
        }

        let responses = self.responses(operation, pointer)?;
        let body = match operation.get("requestBody") {
            Some(body) => self.body(body, &format!("{pointer}/requestBody"))?,
            None => None,
        };

        let security = operation.get("security").or_else(|| self.document.get("security"));
        let secured = security.and_then(Value::as_array).is_some_and(|list| !list.is_empty());

        Ok(Operation { id: id.to_owned(), secured, parameters, body, responses })
    }

    fn operation_id(
        &mut self,
        operation: &'d Value,
        pointer: &str,
    ) -> Result<&'d str, DocumentError> {
        let id = operation.get("operationId").and_then(Value::as_str);
        let id = id.ok_or_else(|| DocumentError::new(pointer, "the operationId is missing"))?;

        if !self.ids.insert(id) {
            let pointer = format!("{pointer}/operationId");
            return Err(DocumentError::new(pointer, format!("duplicate operationId `{id}`")));
        }

        Ok(id)
    }

    fn responses(
        &mut self,
        operation: &'d Value,
        pointer: &str,
    ) -> Result<BTreeMap<u16, Option<Content>>, DocumentError> {
        let mut contents = BTreeMap::new();
        let responses = operation.get("responses").and_then(Value::as_object);

        for (status, response) in responses.into_iter().flatten() {
            let pointer = format!("{pointer}/responses/{status}");
            let code = StatusCode::from_bytes(status.as_bytes())
                .map_err(|_| DocumentError::new(&pointer, "not an HTTP status"))?;

            contents.insert(code.as_u16(), self.content(response, &pointer)?);
        }

        Ok(contents)
    }

    /// Reads a path or query parameter. Header and cookie parameters are ignored.
    fn parameter(
        &mut self,
        parameter: &'d Value,
        pointer: &str,
    ) -> Result<Option<Parameter>, DocumentError> {
        let parameter = self.schemas.resolve(parameter);
        let text = |key| parameter.get(key).and_then(Value::as_str);
        let name = text("name").ok_or_else(|| DocumentError::new(pointer, "missing `name`"))?;

        let location = match text("in") {
            Some("path") => Location::Path,
            Some("query") => Location::Query,
            Some("header" | "cookie") => return Ok(None),
            _ => {
                let message = "`in` must be one of path, query, header, cookie";
                return Err(DocumentError::new(pointer, message));
            }
        };

        let schema = parameter.get("schema");
        let schema = schema.ok_or_else(|| DocumentError::new(pointer, "missing `schema`"))?;

        Ok(Some(Parameter {
            name: name.to_owned(),
            location,
            required: flag(parameter, "required").unwrap_or(false),
            format: self.format(schema, flag(parameter, "explode").unwrap_or(true)),
            schema: self.schemas.compile(schema, pointer)?,
        }))
    }

    fn format(&self, schema: &'d Value, repeated: bool) -> ParameterFormat {
        let schema = self.schemas.resolve(schema);

        match schema.get("type").and_then(Value::as_str) {
            Some("integer") => ParameterFormat::Integer,
            Some("number") => ParameterFormat::Number,
            Some("boolean") => ParameterFormat::Boolean,
            Some("array") => {
                let items = schema.get("items");
                let item = items.map_or(ParameterFormat::Text, |items| self.format(items, true));
                ParameterFormat::List { item: Box::new(item), repeated }
            }
            _ => ParameterFormat::Text,
        }
    }

    fn body(&mut self, body: &'d Value, pointer: &str) -> Result<Option<Body>, DocumentError> {
        let required = flag(self.schemas.resolve(body), "required").unwrap_or(false);
        let content = self.content(body, pointer)?;
        Ok(content.map(|content| Body { required, content }))
    }

    /// Reads the single media type of a request body or a response, with its schema and example.
    fn content(
        &mut self,
        parent: &'d Value,
        pointer: &str,
    ) -> Result<Option<Content>, DocumentError> {
        let parent = self.schemas.resolve(parent);
        let Some(content) = parent.get("content").and_then(Value::as_object) else {
            return Ok(None);
        };

        let mut media_types = content.iter();
        let (Some((media_type, media)), None) = (media_types.next(), media_types.next()) else {
            return Err(DocumentError::new(pointer, "expected exactly one media type"));
        };

        let any = Value::Object(Map::new());
        let schema = self.schemas.compile(media.get("schema").unwrap_or(&any), pointer)?;
        let example = media.get("example").cloned();

        Ok(Some(Content { media_type: media_type.clone(), schema, example }))
    }
}

/// Checks that each `{name}` of a path is documented as a path parameter.
fn require_path_parameters(
    template: &Template,
    operation: &Operation,
    pointer: &str,
) -> Result<(), DocumentError> {
    for name in template.parameters() {
        let is_documented = operation
            .parameters
            .iter()
            .any(|parameter| parameter.location == Location::Path && parameter.name == name);

        if !is_documented {
            let message = format!("the path parameter `{name}` is not documented");
            return Err(DocumentError::new(pointer, message));
        }
    }

    Ok(())
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn flag(value: &Value, key: &str) -> Option<bool> {
    value.get(key).and_then(Value::as_bool)
}
