//! The result of an operation: a response or an error.

use http::StatusCode;
use serde_json::{Value, json};

use crate::api_response::{ApiResponse, INVALID_REQUEST_TITLE};
use crate::contract::Operation;
use crate::farm::ids::Ids;
use crate::farm::json::{envelope, without_nulls};

/// The result of an operation.
pub type OperationResult = Result<OperationResponse, OperationError>;

/// The success response of an operation.
#[derive(Debug)]
pub enum OperationResponse {
    /// The data, which is sent in an envelope.
    Data(Value),
    /// A complete body: a page of a list.
    Page(Value),
    /// A response without a body.
    Empty,
}

/// The error response of an operation.
#[derive(Debug)]
pub struct OperationError {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    error_type: &'static str,
    detail: String,
}

impl OperationError {
    /// A record does not exist. `record` is the kind of record.
    pub fn not_found(record: &str) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            code: "recordNotFound",
            title: "The given record does not exist.",
            error_type: "ValidationError",
            detail: format!("the {record} does not exist"),
        }
    }

    /// A record exists already. `record` is the kind of record.
    pub fn duplicate(record: &str) -> Self {
        Self {
            status: StatusCode::CONFLICT,
            code: "recordDuplicated",
            title: "The given record already exists.",
            error_type: "ValidationError",
            detail: format!("the {record} exists already"),
        }
    }

    /// A value of the request is not valid.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code: "requiredField",
            title: INVALID_REQUEST_TITLE,
            error_type: "ModelValidationError",
            detail: detail.into(),
        }
    }

    /// The printer is offline.
    pub fn printer_inactive() -> Self {
        Self {
            status: StatusCode::CONFLICT,
            code: "printerInactive",
            title: "Printer is not active",
            error_type: "PrinterError",
            detail: "the printer is offline".to_owned(),
        }
    }

    /// The printer accepts no job now.
    pub fn printer_not_accepting_jobs() -> Self {
        Self {
            status: StatusCode::CONFLICT,
            code: "printerNotAcceptingJobs",
            title: "Printer is not accepting jobs",
            error_type: "PrinterError",
            detail: "the printer is busy and has no queue".to_owned(),
        }
    }

    /// The error 418 of the operation `brew_coffee`.
    pub fn teapot() -> Self {
        Self {
            status: StatusCode::IM_A_TEAPOT,
            code: "iAmATeapot",
            title: "I am a teapot.",
            error_type: "TeapotError",
            detail: "a teapot cannot brew coffee".to_owned(),
        }
    }

    /// The response, without validation.
    pub(crate) fn response(&self, ids: &mut Ids) -> ApiResponse {
        ApiResponse::json(self.status, self.body(ids).to_string())
    }

    fn body(&self, ids: &mut Ids) -> Value {
        json!({"errors": [{
            "id": ids.uuid(),
            "code": self.code,
            "http_status": self.status.as_str(),
            "title": self.title,
            "detail": self.detail,
            "meta": {"error_type": self.error_type},
        }]})
    }
}

/// Builds the response of a documented operation, and validates it against the document.
///
/// A response that violates the document is replaced with an internal error, since users rely on
/// valid responses.
pub(super) fn validated_response(
    operation: &Operation,
    result: OperationResult,
    ids: &mut Ids,
) -> ApiResponse {
    let success = StatusCode::from_u16(operation.success().unwrap_or(200)).unwrap_or_default();
    let (status, body) = match result {
        Ok(OperationResponse::Data(data)) => (success, Some(envelope(without_nulls(data)))),
        Ok(OperationResponse::Page(page)) => (success, Some(without_nulls(page))),
        Ok(OperationResponse::Empty) => (success, None),
        Err(error) => (error.status, Some(error.body(ids))),
    };

    let errors = operation.check_response(status.as_u16(), body.as_ref());
    match (errors.is_empty(), body) {
        (true, Some(body)) => ApiResponse::json(status, body.to_string()),
        (true, None) => ApiResponse::empty(status),
        (false, _) => ApiResponse::internal_error(Some(operation), &errors),
    }
}

/// Builds the response of a route that the document lacks, without validation.
pub(super) fn unvalidated_response(result: OperationResult, ids: &mut Ids) -> ApiResponse {
    match result {
        Ok(OperationResponse::Data(data)) => {
            ApiResponse::json(StatusCode::OK, envelope(data).to_string())
        }
        Ok(_) => ApiResponse::empty(StatusCode::NO_CONTENT),
        Err(error) => error.response(ids),
    }
}
