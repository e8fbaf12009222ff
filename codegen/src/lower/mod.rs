//! Lower: from the normalised document to what the emitter needs.
//!
//! progenitor is the engine, but not on the normalised document itself: it takes the success type
//! for the error type, closes every enum and makes a type of each pattern. It gets a view made
//! for it, in memory, in which error responses are gone (our own error type reads them), limits
//! and patterns are documentation, and envelopes, enums and unions are replaced by types of ours.

mod shapes;
mod view;

use openapiv3::{
    OpenAPI, Operation as ApiOperation, Parameter, ReferenceOr, SchemaKind, StatusCode, Type,
};

use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::normalise::Normalised;
use crate::policy::{Paging, Policy, Resource, Secret};
use shapes::{envelope_type, property_ref, referenced, union_member};

/// Everything the emitter needs, each piece where it needs it.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// The document as progenitor gets it.
    pub view: OpenAPI,
    /// Components that are replaced by types of ours: name and Rust type.
    pub replacements: Vec<(String, String)>,
    /// The operations, in the order of their ids.
    pub operations: Vec<Operation>,
    /// The enums.
    pub enums: Vec<Enum>,
    /// The unions.
    pub unions: Vec<Union>,
    /// The models that programs build: those that a request body holds.
    pub built: Vec<String>,
    /// The resources, in the policy's order, with what is filed in each by name.
    pub resources: Vec<Resource>,
    /// The resource of each model, enum and union.
    pub filed: Vec<(String, String)>,
    /// How lists come in pages.
    pub paging: Paging,
    /// The strings that must not show.
    pub secrets: Vec<Secret>,
}

/// One operation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its id, the name of our method.
    pub id: String,
    /// The resource in which it is filed.
    pub resource: String,
    /// The method, in capitals.
    pub method: String,
    /// The path template.
    pub path: String,
    /// What upstream says of it.
    pub description: String,
    /// What upstream says of its success.
    pub success: String,
    /// Whether each call does something anew.
    pub once: bool,
    /// Whether programs ask it for changes.
    pub polled: bool,
    /// Whether its answer is the status of an action, whose end can be waited for.
    pub awaited: bool,
    /// Path and query parameters: required ones first, in the order of arguments.
    pub parameters: Vec<Argument>,
    /// The request body.
    pub body: Option<Body>,
    /// The statuses of its documented errors.
    pub errors: Vec<u16>,
}

/// A path or query parameter.
#[derive(Debug, Clone)]
pub struct Argument {
    /// Its name in the document.
    pub name: String,
    /// Whether a call without it cannot be made.
    pub required: bool,
    /// What upstream says of it.
    pub description: Option<String>,
    /// What an example gives for it, if that is decided.
    pub example: Option<String>,
}

/// The body of a request.
#[derive(Debug, Clone)]
pub struct Body {
    /// The model inside the envelope.
    pub model: String,
    /// Whether a call without it cannot be made.
    pub required: bool,
    /// What upstream says of it.
    pub description: Option<String>,
    /// What the model is in upstream's example.
    pub example: Option<serde_json::Value>,
}

/// A set of strings that is open: the service can add to it.
#[derive(Debug, Clone)]
pub struct Enum {
    /// Its name.
    pub name: String,
    /// What upstream says of it.
    pub description: Option<String>,
    /// The documented values.
    pub values: Vec<String>,
    /// How many there are upstream, where that is more than are documented.
    pub count: Option<u64>,
}

/// An adjacently tagged union.
#[derive(Debug, Clone)]
pub struct Union {
    /// Its name.
    pub name: String,
    /// What upstream says of it.
    pub description: Option<String>,
    /// The documented members.
    pub members: Vec<Member>,
}

/// A member of a union.
#[derive(Debug, Clone)]
pub struct Member {
    /// The model of its value.
    pub model: String,
    /// Its tag, where one is attested.
    pub tag: Option<String>,
}

impl Operation {
    /// Its place in the normalised document.
    pub fn pointer(&self) -> String {
        format!("/paths/{}/{}", pointer_segment(&self.path), self.method.to_ascii_lowercase())
    }
}

/// Methods that every request has for itself, or that a macro gives to some.
const METHODS: [&str; 8] =
    ["call", "items", "pages", "request", "send", "send_for_response", "wait", "with"];

/// Names that the building of every request uses.
const LOCALS: [&str; 7] = ["baseurl", "body", "client", "options", "path_segment", "self", "url"];

/// Whether a request has a method of this name for itself.
pub fn is_request_method(name: &str) -> bool {
    METHODS.contains(&name)
}

/// Lowers the normalised document.
pub fn lower(normalised: &Normalised, policy: &Policy) -> Result<Lowered> {
    let api = &normalised.openapi;
    let mut enums = Vec::new();
    let mut unions = Vec::new();
    let mut replacements = Vec::new();
    let mut filed = Vec::new();

    for (name, schema) in api.components.iter().flat_map(|components| &components.schemas) {
        let pointer = format!("/components/schemas/{}", pointer_segment(name));
        let ReferenceOr::Item(schema) = schema else {
            return Err(no_model(&pointer));
        };

        if !is_type_name(name) {
            return Err(Diagnostic::at(
                pointer,
                format!("`{name}` cannot be the name of a Rust type"),
            ));
        }

        if let Some(rust) = envelope_type(name, schema) {
            replacements.push((name.clone(), rust));
            continue;
        }

        match &schema.schema_kind {
            SchemaKind::Type(Type::String(string)) if !string.enumeration.is_empty() => {
                replacements.push((name.clone(), format!("crate::models::{name}")));
                enums.push(Enum {
                    name: name.clone(),
                    description: schema.schema_data.description.clone(),
                    values: string.enumeration.iter().flatten().cloned().collect(),
                    count: schema
                        .schema_data
                        .extensions
                        .get("x-enum-count")
                        .and_then(|count| count.as_u64()),
                });
            }
            SchemaKind::OneOf { one_of } => {
                let members: Vec<Member> = one_of
                    .iter()
                    .map(|member| union_member(member, &pointer))
                    .collect::<Result<_>>()?;

                let twice =
                    |at: usize| members[..at].iter().any(|it| it.model == members[at].model);
                if let Some(at) = (0..members.len()).find(|at| twice(*at)) {
                    let what = format!("`{}` is twice in the union", members[at].model);
                    return Err(Diagnostic::at(pointer, what));
                }

                let models = members.iter().map(|member| member.model.as_str());
                if view::reachable(api, models).contains(name) {
                    return Err(Diagnostic::at(
                        pointer,
                        "a union that holds itself is not understood",
                    ));
                }

                replacements.push((name.clone(), format!("crate::models::{name}")));
                unions.push(Union {
                    name: name.clone(),
                    description: schema.schema_data.description.clone(),
                    members,
                });
            }
            SchemaKind::Type(Type::Object(object)) if !object.properties.is_empty() => {}
            _ => return Err(no_model(&pointer)),
        }

        let resource = policy.resource_of(name).or(policy.resources.last());
        let resource = resource.ok_or_else(|| Diagnostic::new("the policy names no resource"))?;
        filed.push((name.clone(), resource.name.clone()));
    }

    let mut operations = Vec::new();
    for (path, item) in &api.paths.paths {
        let item =
            item.as_item().ok_or_else(|| Diagnostic::at("/paths", "a path is a reference"))?;
        for (method, operation) in item.iter() {
            operations.push(lower_operation(api, policy, path, method, operation)?);
        }
    }

    operations.sort_by(|one, other| one.id.cmp(&other.id));
    let bodies = operations.iter().filter_map(|operation| operation.body.as_ref());
    let built = view::reachable(api, bodies.map(|body| body.model.as_str()));

    Ok(Lowered {
        view: view::for_progenitor(api),
        resources: policy.resources.clone(),
        paging: policy.paging.clone(),
        secrets: policy.secrets.clone(),
        replacements,
        operations,
        enums,
        unions,
        built,
        filed,
    })
}

fn lower_operation(
    api: &OpenAPI,
    policy: &Policy,
    path: &str,
    method: &str,
    operation: &ApiOperation,
) -> Result<Operation> {
    let pointer = format!("/paths/{}/{method}", pointer_segment(path));
    let id = operation.operation_id.clone().unwrap_or_default();
    let decided = policy
        .operation(&id)
        .ok_or_else(|| Diagnostic::at(&pointer, format!("the policy does not know `{id}`")))?;

    if !is_snake(&id) {
        return Err(Diagnostic::at(pointer, format!("`{id}` cannot be the name of a Rust method"))
            .help("give the operation another id in spec/policy.yaml"));
    }

    let mut parameters = Vec::new();
    for (index, parameter) in operation.parameters.iter().enumerate() {
        let pointer = format!("{pointer}/parameters/{index}");
        let parameter = parameter
            .as_item()
            .ok_or_else(|| Diagnostic::at(&pointer, "a parameter is a reference"))?;
        let data = parameter.parameter_data_ref();

        if !is_snake(&data.name) {
            return Err(Diagnostic::at(
                pointer,
                format!("`{}` cannot be the name of a Rust argument", data.name),
            ));
        }

        if is_request_method(&data.name) || LOCALS.contains(&data.name.as_str()) {
            return Err(Diagnostic::at(
                pointer,
                format!("every request has a `{}` of its own", data.name),
            ));
        }

        if parameters.iter().any(|(_, other): &(usize, Argument)| other.name == data.name) {
            return Err(Diagnostic::at(pointer, format!("another parameter is a `{}`", data.name)));
        }

        let argument = Argument {
            name: data.name.clone(),
            required: data.required,
            description: view::described(data),
            example: decided.examples.get(&data.name).cloned(),
        };

        let place = match parameter {
            Parameter::Path { .. } => path.find(&format!("{{{}}}", data.name)).unwrap_or(0),
            _ if data.required => {
                let wanted = decided.arguments.iter().position(|name| *name == data.name);
                path.len() + wanted.unwrap_or(decided.arguments.len() + index)
            }
            _ => usize::MAX,
        };
        parameters.push((place, argument));
    }

    if let Some(gone) = decided.arguments.iter().find(|name| {
        !parameters.iter().any(|(_, argument)| argument.name == **name && argument.required)
    }) {
        return Err(Diagnostic::at(
            pointer,
            format!("`{gone}`, which the policy orders, is no required parameter"),
        ));
    }

    parameters.sort_by_key(|(place, _)| *place);
    let mut errors = Vec::new();
    let mut success = String::new();

    for (status, response) in &operation.responses.responses {
        let StatusCode::Code(status) = status else { continue };
        match response.as_item() {
            Some(response) if *status < 400 => success.clone_from(&response.description),
            _ => errors.push(*status),
        }
    }

    Ok(Operation {
        resource: decided.resource.clone(),
        once: decided.once,
        polled: decided.polled,
        awaited: decided.awaited,
        method: method.to_ascii_uppercase(),
        path: path.to_owned(),
        description: operation
            .description
            .clone()
            .or_else(|| operation.summary.clone())
            .unwrap_or_default(),
        success,
        parameters: parameters.into_iter().map(|(_, argument)| argument).collect(),
        body: body(api, operation, &pointer)?,
        errors,
        id,
    })
}

fn body(api: &OpenAPI, operation: &ApiOperation, pointer: &str) -> Result<Option<Body>> {
    let Some(body) = &operation.request_body else { return Ok(None) };
    let not_understood = || {
        Diagnostic::at(
            format!("{pointer}/requestBody"),
            "only a body `{data: model}` is understood",
        )
    };

    let body = body.as_item().ok_or_else(not_understood)?;
    let media = body.content.first().map(|(_, media)| media).ok_or_else(not_understood)?;
    let schema = media.schema.as_ref().ok_or_else(not_understood)?;
    let envelope =
        referenced(schema).and_then(|name| api.components.as_ref()?.schemas.get(name)?.as_item());
    let model =
        envelope.and_then(|envelope| property_ref(envelope, "data")).ok_or_else(not_understood)?;

    Ok(Some(Body {
        model: model.to_owned(),
        required: body.required,
        description: body.description.clone(),
        example: media.example.as_ref().and_then(|example| example.get("data")).cloned(),
    }))
}

fn no_model(pointer: &str) -> Diagnostic {
    Diagnostic::at(pointer, "this component cannot be a model")
        .help("only objects with properties, string enums and unions can")
}

fn is_type_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
}

fn is_snake(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
