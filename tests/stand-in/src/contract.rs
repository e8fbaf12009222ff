//! What the normalised document promises: operations, what they take, and what they answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use http::{Method, StatusCode};
use jsonschema::Validator;
use serde_json::{Map, Value};

use super::DocumentError;
use super::route::Template;
use super::schema::Schemas;

/// The whole document, read.
#[derive(Debug)]
pub struct Contract {
    /// The path of the server's URL, such as `/connect/v1`.
    pub base_path: String,
    /// The paths in the order in which they are tried, and their methods.
    pub paths: BTreeMap<Template, BTreeMap<String, Operation>>,
}

/// One operation.
#[derive(Debug)]
pub struct Operation {
    /// The `operationId`.
    pub id: String,
    /// Whether it wants a bearer token.
    pub secured: bool,
    /// Its path and query parameters.
    pub parameters: Vec<Parameter>,
    /// The body it takes, if it takes one.
    pub body: Option<Body>,
    /// What it may answer, by status; nothing where the answer has no body.
    pub responses: BTreeMap<u16, Option<Content>>,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// In the path.
    Path,
    /// In the query.
    Query,
}

/// A parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub location: Location,
    /// Whether it must be there.
    pub required: bool,
    /// How its text is to be read.
    pub form: Form,
    /// What its value must be.
    pub schema: Arc<Validator>,
}

/// How the text of a parameter becomes a JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Text,
    /// As a whole number.
    Integer,
    /// As a number.
    Number,
    /// As `true` or `false`.
    Boolean,
    /// As a list: one value for each time the name is given, or all in one, between commas.
    List {
        /// How each item is read.
        item: Box<Form>,
        /// Whether the name is repeated.
        repeated: bool,
    },
}

/// A documented request body.
#[derive(Debug)]
pub struct Body {
    /// Whether it must be there.
    pub required: bool,
    /// What it holds.
    pub content: Content,
}

/// What a body holds, of a request or of an answer.
#[derive(Debug)]
pub struct Content {
    /// The media type.
    pub media_type: String,
    /// What the JSON value must be.
    pub schema: Arc<Validator>,
    /// The documented example.
    pub example: Option<Value>,
}

impl Contract {
    /// Reads the normalised document.
    pub fn read(document: &Value) -> Result<Self, DocumentError> {
        let mut reader =
            Reader { document, schemas: Schemas::new(document)?, ids: BTreeSet::new() };
        let url = document.pointer("/servers/0/url").and_then(Value::as_str);
        let url = url.ok_or_else(|| DocumentError::new("/servers/0/url", "missing"))?;
        let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
        let base_path = after_scheme.find('/').map_or("", |at| &after_scheme[at..]);
        let mut paths = BTreeMap::new();

        for (path, item) in reader.object("/paths")? {
            let template = Template::parse(path)?;
            let pointer = format!("/paths/{}", escape(path));
            let operations = reader.path_item(&template, item, &pointer)?;

            if paths.insert(template, operations).is_some() {
                return Err(DocumentError::new(pointer, "the path is there twice"));
            }
        }

        Ok(Self { base_path: base_path.trim_end_matches('/').to_owned(), paths })
    }

    /// All operations.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.paths.values().flat_map(BTreeMap::values)
    }

    /// The operation of this `operationId`.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations().find(|operation| operation.id == id)
    }
}

impl Operation {
    /// The status of a success.
    pub fn success(&self) -> Option<u16> {
        self.responses.range(200..300).next().map(|(status, _)| *status)
    }
}

struct Reader<'d> {
    document: &'d Value,
    schemas: Schemas<'d>,
    ids: BTreeSet<&'d str>,
}

impl<'d> Reader<'d> {
    fn object(&self, pointer: &str) -> Result<&'d Map<String, Value>, DocumentError> {
        let value = self.document.pointer(pointer).and_then(Value::as_object);
        value.ok_or_else(|| DocumentError::new(pointer, "an object was expected"))
    }

    fn path_item(
        &mut self,
        template: &Template,
        item: &'d Value,
        pointer: &str,
    ) -> Result<BTreeMap<String, Operation>, DocumentError> {
        let mut operations = BTreeMap::new();
        let shared = list(item, "parameters");
        for method in [Method::GET, Method::PUT, Method::POST, Method::DELETE, Method::PATCH] {
            let key = method.as_str().to_ascii_lowercase();
            let Some(operation) = item.get(&key) else { continue };
            let pointer = format!("{pointer}/{key}");
            let operation = self.operation(operation, shared, &pointer)?;

            for name in template.parameters() {
                let documented = operation.parameters.iter().any(|parameter| {
                    parameter.location == Location::Path && parameter.name == name
                });
                if !documented {
                    return Err(DocumentError::new(pointer, format!("`{name}` is undocumented")));
                }
            }

            operations.insert(method.as_str().to_owned(), operation);
        }

        Ok(operations)
    }

    fn operation(
        &mut self,
        operation: &'d Value,
        shared: &'d [Value],
        pointer: &str,
    ) -> Result<Operation, DocumentError> {
        let id = operation.get("operationId").and_then(Value::as_str);
        let id = id.ok_or_else(|| DocumentError::new(pointer, "the operationId is missing"))?;
        if !self.ids.insert(id) {
            let pointer = format!("{pointer}/operationId");
            return Err(DocumentError::new(pointer, format!("`{id}` is there twice")));
        }

        let security = operation.get("security").or_else(|| self.document.get("security"));
        let mut parameters = Vec::new();
        for (index, parameter) in shared.iter().chain(list(operation, "parameters")).enumerate() {
            parameters.extend(self.parameter(parameter, &format!("{pointer}/parameters/{index}"))?);
        }

        let mut answers = BTreeMap::new();
        let responses = operation.get("responses").and_then(Value::as_object);
        for (status, response) in responses.into_iter().flatten() {
            let pointer = format!("{pointer}/responses/{status}");
            let code = StatusCode::from_bytes(status.as_bytes())
                .map_err(|_| DocumentError::new(&pointer, "not an HTTP status"))?;
            answers.insert(code.as_u16(), self.content(response, &pointer)?);
        }

        let body = match operation.get("requestBody") {
            Some(body) => self.body(body, &format!("{pointer}/requestBody"))?,
            None => None,
        };
        let secured = security.and_then(Value::as_array).is_some_and(|list| !list.is_empty());

        Ok(Operation { id: id.to_owned(), secured, parameters, body, responses: answers })
    }

    fn parameter(
        &mut self,
        parameter: &'d Value,
        pointer: &str,
    ) -> Result<Option<Parameter>, DocumentError> {
        let parameter = self.schemas.resolve(parameter);
        let text = |key| parameter.get(key).and_then(Value::as_str);
        let name = text("name").ok_or_else(|| DocumentError::new(pointer, "no name"))?;

        let location = match text("in") {
            Some("path") => Location::Path,
            Some("query") => Location::Query,
            Some("header" | "cookie") => return Ok(None),
            _ => return Err(DocumentError::new(pointer, "`in` says nothing that is known")),
        };
        let schema = parameter.get("schema");
        let schema = schema.ok_or_else(|| DocumentError::new(pointer, "no schema"))?;

        Ok(Some(Parameter {
            name: name.to_owned(),
            location,
            required: flag(parameter, "required").unwrap_or(false),
            form: self.form(schema, flag(parameter, "explode").unwrap_or(true)),
            schema: self.schemas.compile(schema, pointer)?,
        }))
    }

    fn form(&self, schema: &'d Value, repeated: bool) -> Form {
        let schema = self.schemas.resolve(schema);
        match schema.get("type").and_then(Value::as_str) {
            Some("integer") => Form::Integer,
            Some("number") => Form::Number,
            Some("boolean") => Form::Boolean,
            Some("array") => Form::List {
                item: Box::new(
                    schema.get("items").map_or(Form::Text, |items| self.form(items, true)),
                ),
                repeated,
            },
            _ => Form::Text,
        }
    }

    fn body(&mut self, body: &'d Value, pointer: &str) -> Result<Option<Body>, DocumentError> {
        let required = flag(self.schemas.resolve(body), "required").unwrap_or(false);
        let content = self.content(body, pointer)?;
        Ok(content.map(|content| Body { required, content }))
    }

    /// The one media type of a body, with its schema and its example.
    fn content(
        &mut self,
        holder: &'d Value,
        pointer: &str,
    ) -> Result<Option<Content>, DocumentError> {
        let holder = self.schemas.resolve(holder);
        let Some(content) = holder.get("content").and_then(Value::as_object) else {
            return Ok(None);
        };
        let mut types = content.iter();
        let (Some((media_type, media)), None) = (types.next(), types.next()) else {
            return Err(DocumentError::new(pointer, "exactly one media type was expected"));
        };
        let any = Value::Object(Map::new());
        let schema = self.schemas.compile(media.get("schema").unwrap_or(&any), pointer)?;
        let example = media.get("example").cloned();

        Ok(Some(Content { media_type: media_type.clone(), schema, example }))
    }
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn flag(value: &Value, key: &str) -> Option<bool> {
    value.get(key).and_then(Value::as_bool)
}

fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}
