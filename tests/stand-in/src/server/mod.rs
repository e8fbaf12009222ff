//! The HTTP server: records, routes, authorises and validates each request, then responds.

mod shared;
mod target;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::header::{HeaderName, HeaderValue};

pub(crate) use self::shared::Shared;
use self::target::Target;
use crate::api_response::ApiResponse;
use crate::contract::Operation;
use crate::fault::connection::Connection;
use crate::recorded_request::RecordedRequest;
use crate::spec::Specification;
use crate::sync::lock;

pub use crate::recorded_request::BODY_LIMIT;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(handle).with_state(shared)
}

async fn handle(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request,
) -> Response {
    let request = RecordedRequest::read(request).await;
    let _active_request = shared.traffic.start_request();
    if let Some(farm) = &shared.farm {
        lock(farm).tick(&request.path);
    }

    let mut response = shared.respond(request, &connection).await;

    let number = shared.response_count.fetch_add(1, Ordering::Relaxed);
    if let Ok(id) = HeaderValue::from_str(&format!("00000000-0000-4000-8000-{number:012x}")) {
        response.headers_mut().insert(REQUEST_ID, id);
    }

    response
}

impl Shared {
    /// Records a request, and drops the oldest ones beyond the limit.
    fn record(&self, request: RecordedRequest) {
        let mut requests = lock(&self.requests);
        requests.push_back(request);

        let surplus = requests.len().saturating_sub(self.kept_requests);
        requests.drain(..surplus);
    }

    /// Responds to a request, with the fault that is due for it.
    async fn respond(&self, mut request: RecordedRequest, connection: &Connection) -> Response {
        // Only a request that is accepted uses up a fault.
        let accepted = self.accept(&request);
        if let Ok(target) = &accepted {
            let name = target.fault_name(&self.contract.base_path, &request);
            request.fault = self.faults.next(&name);
        }

        self.record(request.clone());

        match (accepted, request.fault.clone()) {
            (Err(rejection), _) => rejection.into_response(),
            (Ok(target), None) => self.execute(&target, &request).into_response(),
            (Ok(target), Some(fault)) => {
                let execute = || self.execute(&target, &request);
                fault.apply(&self.contract, target.operation(), execute, connection).await
            }
        }
    }

    /// Executes an accepted request.
    fn execute(&self, target: &Target<'_>, request: &RecordedRequest) -> ApiResponse {
        match target {
            Target::Operation(operation, path) => {
                let response = self.scripted_response(operation);
                let response = response.or_else(|| self.specification(operation, request));
                let response = response.or_else(|| {
                    let mut farm = lock(self.farm.as_ref()?);
                    farm.execute(operation, path, request, self.address)
                });

                response.unwrap_or_else(|| {
                    ApiResponse::documented(operation, operation.success().unwrap_or_default())
                })
            }
            Target::Undocumented(farm, handler) => {
                lock(farm).execute_undocumented(*handler, request, self.address)
            }
            Target::UploadService(farm) => lock(farm).upload_service_response(request),
        }
    }

    /// The response that a test set for the next request of an operation.
    fn scripted_response(&self, operation: &Operation) -> Option<ApiResponse> {
        let mut next_responses = lock(&self.next_responses);
        let status = next_responses.get_mut(&operation.id)?.pop_front()?;
        Some(ApiResponse::documented(operation, status))
    }

    /// The API's own document, if the operation returns it.
    fn specification(
        &self,
        operation: &Operation,
        request: &RecordedRequest,
    ) -> Option<ApiResponse> {
        if operation.id != Specification::OPERATION {
            return None;
        }

        let query = request.query.as_deref();
        Some(self.specification.response(&self.contract, operation, query))
    }
}
