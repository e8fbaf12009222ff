//! The API contract: the operations of the OpenAPI document, their parameters, bodies and
//! responses.

mod reader;
mod schema;

use std::collections::BTreeMap;
use std::sync::Arc;

use jsonschema::Validator;
use serde_json::Value;

use crate::route::Template;

/// The operations of the API's OpenAPI document.
#[derive(Debug)]
pub struct Contract {
    /// The path of the server URL, such as `/connect/v1`.
    pub base_path: String,
    /// The operations by path and HTTP method. Paths are in matching order.
    pub paths: BTreeMap<Template, BTreeMap<String, Operation>>,
}

/// An operation of the API.
#[derive(Debug)]
pub struct Operation {
    /// The `operationId`.
    pub id: String,
    /// Whether it requires a bearer token.
    pub secured: bool,
    /// Its path and query parameters.
    pub parameters: Vec<Parameter>,
    /// Its request body, if it has one.
    pub body: Option<Body>,
    /// The documented responses by status. `None` is a response without a body.
    pub responses: BTreeMap<u16, Option<Content>>,
}

/// The location of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// In the path.
    Path,
    /// In the query.
    Query,
}

/// A path or query parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it is sent.
    pub location: Location,
    /// Whether it is required.
    pub required: bool,
    /// How its text is parsed.
    pub format: ParameterFormat,
    /// The schema of its value.
    pub schema: Arc<Validator>,
}

/// How the text of a parameter is parsed into a JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterFormat {
    /// A string.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list.
    List {
        /// The format of each item.
        item: Box<ParameterFormat>,
        /// Whether each item is a parameter of the same name. Otherwise commas separate the items.
        repeated: bool,
    },
}

/// A documented request body.
#[derive(Debug)]
pub struct Body {
    /// Whether it is required.
    pub required: bool,
    /// Its content.
    pub content: Content,
}

/// The content of a request body or a response body.
#[derive(Debug)]
pub struct Content {
    /// The media type.
    pub media_type: String,
    /// The schema of the JSON value.
    pub schema: Arc<Validator>,
    /// The documented example.
    pub example: Option<Value>,
}

impl Contract {
    /// All operations.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.paths.values().flat_map(BTreeMap::values)
    }

    /// The operation with this `operationId`.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations().find(|operation| operation.id == id)
    }
}

impl Operation {
    /// The status of its success response.
    pub fn success(&self) -> Option<u16> {
        self.responses.range(200..300).next().map(|(status, _)| *status)
    }
}
