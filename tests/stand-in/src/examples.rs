//! What the stand-in answers, made from the document's examples.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::contract::{Content, Contract, Operation};

/// The title of what is wrong with a request that breaks the document.
pub(super) const INVALID: &str = "The request is not valid.";

/// An answer before it goes on the wire.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// Headers beyond those of every answer.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The JSON text of the body; nothing for an answer without one.
    pub body: Option<String>,
}

impl Answer {
    /// An answer with a JSON body.
    pub fn json(status: StatusCode, text: impl Into<String>) -> Self {
        let json = HeaderValue::from_static("application/json");
        Self { status, headers: vec![(CONTENT_TYPE, json)], body: Some(text.into()) }
    }

    /// The documented answer of this status, as its example has it.
    pub fn documented(operation: &Operation, status: u16) -> Self {
        let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match operation.responses.get(&status) {
            Some(None) => Self { status: code, headers: Vec::new(), body: None },
            Some(Some(Content { example: Some(example), .. })) => {
                Self::json(code, example.to_string())
            }
            Some(Some(_)) => Self::gap(operation, "has no example for this answer"),
            None => Self::gap(operation, "does not document this answer"),
        }
    }

    /// An error: the operation's documented one of this status, one for each detail. Where it
    /// documents none, the same error of another operation; failing that, one of the same shape.
    pub fn error(
        contract: &Contract,
        operation: Option<&Operation>,
        status: StatusCode,
        details: &[String],
    ) -> Self {
        let body = detailed(example(contract, operation, status), status, details);
        Self::json(status, body.to_string())
    }

    /// A refusal: an [error](Self::error) that is held against the document.
    pub fn refusal(
        contract: &Contract,
        operation: Option<&Operation>,
        status: StatusCode,
        details: &[String],
    ) -> Self {
        let body = detailed(example(contract, operation, status), status, details);
        Self::held(contract, operation, status, body)
    }

    /// The refusal of a request that breaks the document, one error for each finding.
    pub fn invalid(contract: &Contract, operation: &Operation, findings: &[String]) -> Self {
        let status = StatusCode::BAD_REQUEST;
        // An operation's own 400 may be about something else.
        let mut body = example(contract, None, status);
        if let Some(title) = body.pointer_mut("/errors/0/title") {
            *title = INVALID.into();
        }

        Self::held(contract, Some(operation), status, detailed(body, status, findings))
    }

    fn held(
        contract: &Contract,
        operation: Option<&Operation>,
        status: StatusCode,
        body: Value,
    ) -> Self {
        let code = status.as_u16();
        let documented = operation.and_then(|operation| operation.responses.get(&code));
        let body = Some(body).filter(|_| !matches!(documented, Some(None)));
        let findings = contract.check_error_response(operation, code, body.as_ref());

        if !findings.is_empty() {
            return Self::broken(operation, &findings);
        }
        match body {
            Some(body) => Self::json(status, body.to_string()),
            None => Self { status, headers: Vec::new(), body: None },
        }
    }

    /// 405, with the methods that there are.
    pub fn method_not_allowed<'m>(
        contract: &Contract,
        methods: impl Iterator<Item = &'m str>,
    ) -> Self {
        let methods = methods.collect::<Vec<_>>().join(", ");
        let details = [format!("the path allows {methods}")];
        let mut answer = Self::refusal(contract, None, StatusCode::METHOD_NOT_ALLOWED, &details);

        if let Ok(methods) = HeaderValue::from_str(&methods) {
            answer.headers.push((ALLOW, methods));
        }
        answer
    }

    /// The answer that there would be breaks the document: a mistake of the stand-in.
    pub fn broken(operation: Option<&Operation>, findings: &[String]) -> Self {
        let mut body = undocumented(StatusCode::INTERNAL_SERVER_ERROR);
        let to = operation.map_or("a request to no operation", |operation| &operation.id);
        let findings = findings.join("; ");
        let detail = format!("the stand-in's own answer to {to} is wrong: {findings}");
        body["errors"][0]["detail"] = detail.into();

        Self::json(StatusCode::INTERNAL_SERVER_ERROR, body.to_string())
    }

    /// The stand-in cannot answer since the document says too little.
    fn gap(operation: &Operation, what: &str) -> Self {
        let mut body = undocumented(StatusCode::NOT_IMPLEMENTED);
        body["errors"][0]["detail"] = format!("the document {what} of {}", operation.id).into();
        Self::json(StatusCode::NOT_IMPLEMENTED, body.to_string())
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(self.body.map_or_else(Body::empty, Body::from));
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        response
    }
}

/// The body of an error of this status: the operation's own, or else another's.
fn example(contract: &Contract, operation: Option<&Operation>, status: StatusCode) -> Value {
    let example = |operation: &Operation| {
        operation.responses.get(&status.as_u16())?.as_ref()?.example.clone()
    };
    let documented = operation.and_then(example);
    let documented = documented.or_else(|| contract.operations().find_map(example));
    documented.unwrap_or_else(|| undocumented(status))
}

/// The body of an error with this status, whatever that of the example is, and one error for each
/// detail.
fn detailed(mut body: Value, status: StatusCode, details: &[String]) -> Value {
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

/// An error of the API's shape for a status that its document does not have.
fn undocumented(status: StatusCode) -> Value {
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
