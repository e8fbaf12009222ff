//! The intermediate representation: the output of lowering and the input of the emitter.

use openapiv3::OpenAPI;

use super::types::RustType;
use crate::diagnostic::pointer_segment;
use crate::policy::{Paging, Resource, Secret};

/// The lowered document.
#[derive(Debug, Clone)]
pub struct LoweredDocument {
    /// The document for progenitor: components only, no paths. The emitter writes the requests.
    pub view: OpenAPI,
    /// Components that the emitter writes instead of progenitor.
    pub replacements: Vec<Replacement>,
    /// The operations, sorted by id.
    pub operations: Vec<Operation>,
    /// The enums.
    pub enums: Vec<Enum>,
    /// The unions.
    pub unions: Vec<Union>,
    /// The models that a request body contains. Programs construct these.
    pub request_models: Vec<String>,
    /// The resources, in the policy's order.
    pub resources: Vec<Resource>,
    /// The resource of each model, enum and union, as pairs of component and resource.
    pub component_resources: Vec<(String, String)>,
    /// How lists are paginated.
    pub paging: Paging,
    /// The values that `Debug` and errors redact.
    pub secrets: Vec<Secret>,
}

/// A component that progenitor does not generate, and the Rust path that progenitor uses instead.
#[derive(Debug, Clone)]
pub struct Replacement {
    /// The name of the component.
    pub component: String,
    /// The path of the Rust type.
    pub path: String,
}

/// One operation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The operation id, which is the name of the client's method.
    pub id: String,
    /// The resource that the operation belongs to.
    pub resource: String,
    /// The HTTP method, in upper case.
    pub method: String,
    /// The path template.
    pub path: String,
    /// The description in the document.
    pub description: String,
    /// The description of the success response.
    pub success_description: String,
    /// Whether the operation is not idempotent. It is then retried only if it was certainly not
    /// applied.
    pub once: bool,
    /// Whether programs poll the operation for changes.
    pub polled: bool,
    /// Whether the response is the status of an action that a program can wait for.
    pub awaited: bool,
    /// Path and query parameters in the order of the arguments, required ones first.
    pub parameters: Vec<Parameter>,
    /// The request body.
    pub body: Option<Body>,
    /// The body of the success response.
    pub response: Response,
    /// The documented error statuses.
    pub errors: Vec<u16>,
}

impl Operation {
    /// The JSON pointer of the operation in the normalised document.
    pub fn pointer(&self) -> String {
        format!("/paths/{}/{}", pointer_segment(&self.path), self.method.to_ascii_lowercase())
    }
}

/// A path or query parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The name in the document.
    pub name: String,
    /// Whether the parameter is part of the path or of the query.
    pub location: Location,
    /// The type of the value.
    pub ty: RustType,
    /// Whether every call needs a value.
    pub required: bool,
    /// The description in the document, with the limits that the type does not express.
    pub description: Option<String>,
    /// The value in examples, if the policy has one.
    pub example: Option<String>,
}

/// The part of a URL that contains a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// A segment of the path.
    Path,
    /// A pair of the query.
    Query,
}

/// The body of a request.
#[derive(Debug, Clone)]
pub struct Body {
    /// The model inside the envelope.
    pub model: String,
    /// Whether every call needs a body.
    pub required: bool,
    /// The description in the document.
    pub description: Option<String>,
    /// The model in the document's example.
    pub example: Option<serde_json::Value>,
}

/// The body of a success response.
#[derive(Debug, Clone)]
pub enum Response {
    /// No body.
    Empty,
    /// One model in an envelope.
    One(String),
    /// A list of models in an envelope.
    List(String),
    /// A list of models in an envelope with paging information.
    Page(String),
    /// A value without an envelope.
    Bare(RustType),
}

impl Response {
    /// The model in the response, or the name of another generated type.
    pub fn component(&self) -> Option<&str> {
        match self {
            Self::Empty => None,
            Self::One(model) | Self::List(model) | Self::Page(model) => Some(model),
            Self::Bare(ty) => ty.component(),
        }
    }
}

/// A set of documented strings. The service can add values.
#[derive(Debug, Clone)]
pub struct Enum {
    /// The name of the type.
    pub name: String,
    /// The description in the document.
    pub description: Option<String>,
    /// The documented values.
    pub values: Vec<String>,
    /// The number of values that the service defines, if larger than the number listed.
    pub count: Option<u64>,
}

/// An adjacently tagged union.
#[derive(Debug, Clone)]
pub struct Union {
    /// The name of the type.
    pub name: String,
    /// The description in the document.
    pub description: Option<String>,
    /// The documented members.
    pub members: Vec<UnionMember>,
}

/// A member of a union.
#[derive(Debug, Clone)]
pub struct UnionMember {
    /// The model of the value.
    pub model: String,
    /// The tag, if the document or the overlay has one.
    pub tag: Option<String>,
}
