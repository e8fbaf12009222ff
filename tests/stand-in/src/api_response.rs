//! API responses: the documented examples, error responses, and the validation of rejections.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::contract::{Content, Contract, Operation};

/// The title of the error for an invalid request.
pub(crate) const INVALID_REQUEST_TITLE: &str = "The request is not valid.";

/// A response before it is sent.
#[derive(Debug)]
pub struct ApiResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers, apart from those that each response has.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The JSON text of the body. `None` is a response without a body.
    pub body: Option<String>,
}

impl ApiResponse {
    /// A response with a JSON body.
    pub fn json(status: StatusCode, text: impl Into<String>) -> Self {
        let json = HeaderValue::from_static("application/json");
        Self { status, headers: vec![(CONTENT_TYPE, json)], body: Some(text.into()) }
    }

    /// A response without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: None }
    }

    /// The documented response of an operation with this status, built from its example.
    pub fn documented(operation: &Operation, status: u16) -> Self {
        let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);

        match operation.responses.get(&status) {
            Some(None) => Self::empty(code),
            Some(Some(Content { example: Some(example), .. })) => {
                Self::json(code, example.to_string())
            }
            Some(Some(_)) => Self::not_implemented(operation, "has no example for this response"),
            None => Self::not_implemented(operation, "does not document this response"),
        }
    }

    /// An error response of this status.
    ///
    /// It is the operation's example for this status, else another operation's. If the document has
    /// none, the error has the same shape.
    pub fn error(contract: &Contract, operation: Option<&Operation>, status: StatusCode) -> Self {
        let body = set_details(error_example(contract, operation, status), status, &[]);
        Self::json(status, body.to_string())
    }

    /// The response to a rejected request: an [error](Self::error) with these details, validated
    /// against the document.
    pub fn rejection(
        contract: &Contract,
        operation: Option<&Operation>,
        status: StatusCode,
        details: &[String],
    ) -> Self {
        let body = set_details(error_example(contract, operation, status), status, details);
        Self::validated(contract, operation, status, body)
    }

    /// The response to a request that the document does not allow, with one error for each detail.
    pub fn invalid_request(contract: &Contract, operation: &Operation, details: &[String]) -> Self {
        let status = StatusCode::BAD_REQUEST;

        // The operation's own example for 400 may describe a different error.
        let mut body = error_example(contract, None, status);
        if let Some(title) = body.pointer_mut("/errors/0/title") {
            *title = INVALID_REQUEST_TITLE.into();
        }

        Self::validated(contract, Some(operation), status, set_details(body, status, details))
    }

    fn validated(
        contract: &Contract,
        operation: Option<&Operation>,
        status: StatusCode,
        body: Value,
    ) -> Self {
        let code = status.as_u16();
        let documented = operation.and_then(|operation| operation.responses.get(&code));
        let body = Some(body).filter(|_| !matches!(documented, Some(None)));

        let errors = contract.check_error_response(operation, code, body.as_ref());
        if !errors.is_empty() {
            return Self::internal_error(operation, &errors);
        }

        match body {
            Some(body) => Self::json(status, body.to_string()),
            None => Self::empty(status),
        }
    }

    /// The response 405 with the allowed methods.
    pub fn method_not_allowed<'m>(
        contract: &Contract,
        methods: impl Iterator<Item = &'m str>,
    ) -> Self {
        let methods = methods.collect::<Vec<_>>().join(", ");
        let details = [format!("the path allows {methods}")];
        let mut response =
            Self::rejection(contract, None, StatusCode::METHOD_NOT_ALLOWED, &details);

        if let Ok(methods) = HeaderValue::from_str(&methods) {
            response.headers.push((ALLOW, methods));
        }

        response
    }

    /// The response 500 in place of one that violates the document. It reports a bug of the
    /// stand-in.
    pub fn internal_error(operation: Option<&Operation>, errors: &[String]) -> Self {
        let request = operation.map_or("a request to no operation", |operation| &operation.id);
        let errors = errors.join("; ");

        let mut body = undocumented_error(StatusCode::INTERNAL_SERVER_ERROR);
        body["errors"][0]["detail"] =
            format!("the stand-in's response to {request} violates the document: {errors}").into();

        Self::json(StatusCode::INTERNAL_SERVER_ERROR, body.to_string())
    }

    /// The response 501 where the document does not describe a response.
    fn not_implemented(operation: &Operation, gap: &str) -> Self {
        let mut body = undocumented_error(StatusCode::NOT_IMPLEMENTED);
        body["errors"][0]["detail"] = format!("the document {gap} of {}", operation.id).into();
        Self::json(StatusCode::NOT_IMPLEMENTED, body.to_string())
    }
}

impl IntoResponse for ApiResponse {
    fn into_response(self) -> Response {
        let mut response = Response::new(self.body.map_or_else(Body::empty, Body::from));
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        response
    }
}

/// The example body of an error with this status: the operation's own, else another operation's.
fn error_example(contract: &Contract, operation: Option<&Operation>, status: StatusCode) -> Value {
    let example = |operation: &Operation| {
        operation.responses.get(&status.as_u16())?.as_ref()?.example.clone()
    };

    operation
        .and_then(example)
        .or_else(|| contract.operations().find_map(example))
        .unwrap_or_else(|| undocumented_error(status))
}

/// Sets the status of an error body, and repeats its first error with each detail.
fn set_details(mut body: Value, status: StatusCode, details: &[String]) -> Value {
    if let Some(errors) = body.get_mut("errors").and_then(Value::as_array_mut)
        && let Some(mut first) = errors.first().cloned()
    {
        first["http_status"] = status.as_str().into();
        *errors = match details {
            [] => vec![first],
            details => details.iter().map(|detail| with_detail(&first, detail)).collect(),
        };
    }

    body
}

fn with_detail(error: &Value, detail: &str) -> Value {
    let mut error = error.clone();
    if let Some(error) = error.as_object_mut() {
        error.insert("detail".to_owned(), detail.into());
    }
    error
}

/// The body of an error in the API's shape, for a status that the document lacks.
fn undocumented_error(status: StatusCode) -> Value {
    let reason = status.canonical_reason().unwrap_or("Unexpected error");
    let mut code: String = reason.split_whitespace().collect();
    code.get_mut(..1).into_iter().for_each(str::make_ascii_lowercase);

    json!({"errors": [{
        "id": "00000000-1111-2222-3333-444444444444",
        "code": code,
        "http_status": status.as_str(),
        "title": format!("{reason}."),
    }]})
}
