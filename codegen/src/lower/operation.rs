//! Lowers operations: their parameters, bodies and responses.

use openapiv3::{
    OpenAPI, Operation as ApiOperation, Parameter as ApiParameter, ParameterSchemaOrContent,
    Response as ApiResponse, StatusCode,
};

use super::ir::{Body, Location, Operation, Parameter, Response};
use super::shapes::{Envelope, envelope, property_ref};
use super::types::{RustType, component_of};
use super::view;
use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::policy::{self, Policy};

/// Methods that every request has, or that a macro adds to some.
const REQUEST_METHODS: [&str; 8] =
    ["call", "items", "pages", "request", "send", "send_for_response", "wait", "with"];

/// Fields that every request has or can have, and `self`.
const RESERVED: [&str; 4] = ["body", "client", "options", "self"];

/// The only media type of bodies.
const JSON: &str = "application/json";

/// Whether every request has a method of this name, or a macro adds one.
pub fn is_request_method(name: &str) -> bool {
    REQUEST_METHODS.contains(&name)
}

/// Lowers one operation.
pub fn lower_operation(
    api: &OpenAPI,
    policy: &Policy,
    path: &str,
    method: &str,
    operation: &ApiOperation,
) -> Result<Operation> {
    let pointer = format!("/paths/{}/{method}", pointer_segment(path));
    let id = operation.operation_id.clone().unwrap_or_default();
    let entry = policy
        .operation(&id)
        .ok_or_else(|| Diagnostic::at(&pointer, format!("the policy has no entry for `{id}`")))?;
    if !is_snake_case(&id) {
        let message = format!("`{id}` cannot be the name of a Rust method");
        return Err(Diagnostic::at(pointer, message)
            .help("give the operation another id in spec/policy.yaml"));
    }

    let parameters = lower_parameters(operation, entry, path, &pointer)?;
    let (success_description, response) = lower_success(api, operation, &pointer)?;
    let description = operation.description.clone().or_else(|| operation.summary.clone());

    Ok(Operation {
        resource: entry.resource.clone(),
        once: entry.once,
        polled: entry.polled,
        awaited: entry.awaited,
        method: method.to_ascii_uppercase(),
        path: path.to_owned(),
        description: description.unwrap_or_default(),
        success_description,
        parameters,
        body: lower_body(api, operation, &pointer)?,
        response,
        errors: error_statuses(operation),
        id,
    })
}

/// Lowers the parameters and sorts them into the order of the arguments: those of the path, the
/// required ones of the query in the policy's order, then the optional ones.
fn lower_parameters(
    operation: &ApiOperation,
    entry: &policy::OperationEntry,
    path: &str,
    pointer: &str,
) -> Result<Vec<Parameter>> {
    let mut parameters: Vec<(usize, Parameter)> = Vec::new();
    for (index, parameter) in operation.parameters.iter().enumerate() {
        let pointer = format!("{pointer}/parameters/{index}");
        let parameter = parameter
            .as_item()
            .ok_or_else(|| Diagnostic::at(&pointer, "a parameter is a reference"))?;
        let parameter = lower_parameter(parameter, entry, &pointer)?;
        if parameters.iter().any(|(_, other)| other.name == parameter.name) {
            let message = format!("another parameter is also named `{}`", parameter.name);
            return Err(Diagnostic::at(pointer, message));
        }

        let position = match parameter.location {
            Location::Path => path.find(&format!("{{{}}}", parameter.name)).unwrap_or(0),
            Location::Query if parameter.required => {
                let argument_index =
                    entry.arguments.iter().position(|name| *name == parameter.name);
                path.len() + argument_index.unwrap_or(entry.arguments.len() + index)
            }
            Location::Query => usize::MAX,
        };
        parameters.push((position, parameter));
    }

    parameters.sort_by_key(|(position, _)| *position);
    let parameters: Vec<Parameter> =
        parameters.into_iter().map(|(_, parameter)| parameter).collect();

    let is_required = |name: &String| {
        parameters.iter().any(|parameter| parameter.name == *name && parameter.required)
    };
    match entry.arguments.iter().find(|name| !is_required(name)) {
        None => Ok(parameters),
        Some(name) => Err(Diagnostic::at(
            pointer,
            format!("the policy lists `{name}` under `arguments`; it is not a required parameter"),
        )),
    }
}

fn lower_parameter(
    parameter: &ApiParameter,
    entry: &policy::OperationEntry,
    pointer: &str,
) -> Result<Parameter> {
    let data = parameter.parameter_data_ref();
    let name = data.name.clone();
    if !is_snake_case(&name) {
        let message = format!("`{name}` cannot be the name of a Rust argument");
        return Err(Diagnostic::at(pointer, message));
    }
    if is_request_method(&name) || RESERVED.contains(&name.as_str()) {
        let message = format!("the generated code uses the name `{name}` for something else");
        return Err(Diagnostic::at(pointer, message));
    }

    let ty = match &data.format {
        ParameterSchemaOrContent::Schema(schema) => RustType::from_schema(schema),
        ParameterSchemaOrContent::Content(_) => None,
    };
    let location = match parameter {
        ApiParameter::Path { .. } => Location::Path,
        _ => Location::Query,
    };

    Ok(Parameter {
        location,
        ty: ty.ok_or_else(|| Diagnostic::at(pointer, "the parameter has no Rust type"))?,
        required: data.required,
        description: view::parameter_description(data),
        example: entry.examples.get(&name).cloned(),
        name,
    })
}

fn lower_body(api: &OpenAPI, operation: &ApiOperation, pointer: &str) -> Result<Option<Body>> {
    let Some(body) = &operation.request_body else { return Ok(None) };
    let unsupported = || {
        let pointer = format!("{pointer}/requestBody");
        Diagnostic::at(pointer, "the only supported body is JSON `{data: model}`")
    };

    let body = body.as_item().ok_or_else(unsupported)?;
    let (_, media) =
        body.content.first().filter(|(name, _)| *name == JSON).ok_or_else(unsupported)?;
    let schema = media.schema.as_ref().ok_or_else(unsupported)?;
    let envelope =
        component_of(schema).and_then(|name| api.components.as_ref()?.schemas.get(name)?.as_item());
    let model =
        envelope.and_then(|envelope| property_ref(envelope, "data")).ok_or_else(unsupported)?;

    Ok(Some(Body {
        model: model.to_owned(),
        required: body.required,
        description: body.description.clone(),
        example: media.example.as_ref().and_then(|example| example.get("data")).cloned(),
    }))
}

/// The description and the body of the success response.
fn lower_success(
    api: &OpenAPI,
    operation: &ApiOperation,
    pointer: &str,
) -> Result<(String, Response)> {
    for (status, response) in &operation.responses.responses {
        let StatusCode::Code(status @ ..400) = status else { continue };
        if let Some(response) = response.as_item() {
            let body = lower_response(api, response, &format!("{pointer}/responses/{status}"))?;
            return Ok((response.description.clone(), body));
        }
    }

    Ok((String::new(), Response::Empty))
}

fn lower_response(api: &OpenAPI, response: &ApiResponse, pointer: &str) -> Result<Response> {
    let Some((media_type, media)) = response.content.first() else { return Ok(Response::Empty) };
    let schema = media.schema.as_ref().filter(|_| media_type == JSON).ok_or_else(|| {
        Diagnostic::at(format!("{pointer}/content"), "only a JSON body with a schema is supported")
    })?;

    let component = component_of(schema);
    let named = component
        .and_then(|name| Some((name, api.components.as_ref()?.schemas.get(name)?.as_item()?)));
    match named.and_then(|(name, component)| envelope(name, component)) {
        Some(Envelope::One(model)) => Ok(Response::One(model)),
        Some(Envelope::List(model)) => Ok(Response::List(model)),
        Some(Envelope::Page(model)) => Ok(Response::Page(model)),
        Some(Envelope::Errors) => {
            Err(Diagnostic::at(pointer, "a success response cannot be the envelope of errors"))
        }
        None => RustType::from_schema(schema)
            .map(Response::Bare)
            .ok_or_else(|| Diagnostic::at(pointer, "the body of the response has no Rust type")),
    }
}

fn error_statuses(operation: &ApiOperation) -> Vec<u16> {
    let statuses = operation.responses.responses.keys().filter_map(|status| match status {
        StatusCode::Code(status @ 400..) => Some(*status),
        _ => None,
    });

    statuses.collect()
}

fn is_snake_case(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
