//! Finds the target of a request, and rejects requests that are not allowed.

use std::collections::BTreeMap;
use std::sync::Mutex;

use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};

use super::shared::Shared;
use crate::api_response::ApiResponse;
use crate::contract::Operation;
use crate::farm::operation::{Handler, undocumented};
use crate::farm::state::FarmState;
use crate::farm::uploads::service;
use crate::recorded_request::{BODY_LIMIT, RecordedRequest};
use crate::request_check::check_request;
use crate::route::{BadPath, split_path};
use crate::sync::lock;

/// The target of a request.
pub(super) enum Target<'s> {
    /// An operation, with the values of its path parameters.
    Operation(&'s Operation, BTreeMap<String, String>),
    /// A route that the document lacks.
    Undocumented(&'s Mutex<FarmState>, Handler),
    /// The upload service, a separate API on the same host.
    UploadService(&'s Mutex<FarmState>),
}

impl Target<'_> {
    /// The operation, if the target is one.
    pub(super) fn operation(&self) -> Option<&Operation> {
        match self {
            Target::Operation(operation, _) => Some(operation),
            Target::Undocumented(..) | Target::UploadService(..) => None,
        }
    }

    /// The name by which faults are injected: the `operationId`, or method and path.
    pub(super) fn fault_name(&self, base_path: &str, request: &RecordedRequest) -> String {
        match self {
            Target::Operation(operation, _) => operation.id.clone(),
            Target::Undocumented(..) | Target::UploadService(..) => {
                let path = request.path.strip_prefix(base_path).unwrap_or(&request.path);
                format!("{} {path}", request.method)
            }
        }
    }
}

impl Shared {
    /// Routes, authorises and validates a request.
    ///
    /// # Errors
    ///
    /// The error is the response to a request that is not allowed.
    pub(super) fn accept(&self, request: &RecordedRequest) -> Result<Target<'_>, ApiResponse> {
        let target = self.target(request)?;
        let operation = target.operation();

        if operation.is_none_or(|operation| operation.secured)
            && let Some(status) = self.authorization_error(&request.headers)
        {
            return Err(self.rejection(operation, status, &[]));
        }

        if request.too_large {
            let details = [format!("the body is larger than {BODY_LIMIT} bytes")];
            return Err(self.rejection(operation, StatusCode::PAYLOAD_TOO_LARGE, &details));
        }

        if let Target::Operation(operation, path) = &target {
            let query = request.query.as_deref();
            let errors = check_request(operation, path, query, &request.headers, &request.body);
            if !errors.is_empty() {
                return Err(ApiResponse::invalid_request(&self.contract, operation, &errors));
            }
        }

        Ok(target)
    }

    fn target(&self, request: &RecordedRequest) -> Result<Target<'_>, ApiResponse> {
        if let Some(farm) = &self.farm {
            let route = request.path.strip_prefix(&self.contract.base_path);
            let handler =
                route.and_then(|route| undocumented::handler(request.method.as_str(), route));

            if let Some(handler) = handler {
                return Ok(Target::Undocumented(farm, handler));
            }

            if request.path.starts_with(service::BASE_PATH) {
                return Ok(Target::UploadService(farm));
            }
        }

        let (operation, path) = self.route(request)?;
        Ok(Target::Operation(operation, path))
    }

    /// Finds the operation of a request, and the values of its path parameters.
    fn route(
        &self,
        request: &RecordedRequest,
    ) -> Result<(&Operation, BTreeMap<String, String>), ApiResponse> {
        let reject = |status, detail: &str| {
            let detail = format!("{} {}: {detail}", request.method, request.path);
            self.rejection(None, status, &[detail])
        };
        let unknown_route = || reject(StatusCode::NOT_FOUND, "unknown route");

        let route = request.path.strip_prefix(&self.contract.base_path);
        let route = route.ok_or_else(unknown_route)?;
        if !route.is_empty() && !route.starts_with('/') {
            return Err(unknown_route());
        }

        let path = split_path(route).map_err(|error| match error {
            BadPath::Encoding => reject(StatusCode::BAD_REQUEST, "not percent-encoded UTF-8"),
            BadPath::DotSegment => reject(StatusCode::NOT_FOUND, "the path has a dot segment"),
        })?;

        let mut paths = self.contract.paths.iter();
        let (methods, values) = paths
            .find_map(|(template, methods)| Some((methods, template.matches(&path)?)))
            .ok_or_else(unknown_route)?;

        let operation = methods.get(request.method.as_str()).ok_or_else(|| {
            ApiResponse::method_not_allowed(&self.contract, methods.keys().map(String::as_str))
        })?;

        Ok((operation, values))
    }

    /// The status for a request without the accepted bearer token. `None` if it is authorised.
    fn authorization_error(&self, headers: &HeaderMap) -> Option<StatusCode> {
        let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token)
        });

        let is_accepted = |token: &str| *lock(&self.token) == token;
        let is_expired = || self.farm.as_ref().is_some_and(|farm| lock(farm).is_token_expired());

        match token {
            Some(token) if is_accepted(token) && !is_expired() => None,
            Some(_) => Some(StatusCode::FORBIDDEN),
            None => Some(StatusCode::UNAUTHORIZED),
        }
    }

    fn rejection(
        &self,
        operation: Option<&Operation>,
        status: StatusCode,
        details: &[String],
    ) -> ApiResponse {
        ApiResponse::rejection(&self.contract, operation, status, details)
    }
}
