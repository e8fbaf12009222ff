//! The operations of the API on the farm.

mod actions;
mod clusters;
mod jobs;
mod maintenance;
mod page;
mod registration;
pub mod request;
pub mod response;
pub mod undocumented;
mod uploads;
mod workspace;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde_json::Value;

use self::request::OperationRequest;
use self::response::{OperationError, OperationResult, unvalidated_response, validated_response};
use super::state::FarmState;
use crate::api_response::ApiResponse;
use crate::contract::Operation;
use crate::recorded_request::RecordedRequest;
use crate::request_check::parse_query;

/// The implementation of an operation.
pub type Handler = fn(&mut FarmState, &OperationRequest<'_>) -> OperationResult;

/// The operations by `operationId`.
///
/// `get_spec`, which returns the API's own document, is implemented in `spec`, because it needs no state.
pub static HANDLERS: [(&str, Handler); 32] = [
    ("get_uptime", workspace::get_uptime),
    ("brew_coffee", workspace::brew_coffee),
    ("get_settings", workspace::get_settings),
    ("update_settings", workspace::update_settings),
    ("delete_team", workspace::delete_team),
    ("get_clusters", clusters::get_clusters),
    ("check_cluster_access", clusters::check_cluster_access),
    ("get_cluster_team_counts", clusters::get_cluster_team_counts),
    ("get_cluster", clusters::get_cluster),
    ("delete_cluster", clusters::delete_cluster),
    ("update_cluster_note", clusters::update_cluster_note),
    ("update_cluster_sharing", clusters::update_cluster_sharing),
    ("get_cluster_status", clusters::get_cluster_status),
    ("get_user_clusters", clusters::get_user_clusters),
    ("send_printer_action", actions::send_printer_action),
    ("send_print_job_action", actions::send_print_job_action),
    ("get_action_status", actions::get_action_status),
    ("print", jobs::print),
    ("reprint", jobs::reprint),
    ("get_print_job", jobs::get_print_job),
    ("update_print_job", jobs::update_print_job),
    ("get_print_jobs", jobs::get_print_jobs),
    ("get_print_job_reports", jobs::get_print_job_reports),
    ("get_print_job_filters", jobs::get_print_job_filters),
    ("add_completed_maintenance", maintenance::add_completed_maintenance),
    ("get_completed_maintenance", maintenance::get_completed_maintenance),
    ("get_pending_maintenance", maintenance::get_pending_maintenance),
    ("confirm_registration", registration::confirm_registration),
    ("confirm_registration_with_pin", registration::confirm_registration_with_pin),
    ("get_makerbot_printers", registration::get_makerbot_printers),
    ("add_makerbot_printer", registration::add_makerbot_printer),
    ("create_material_upload", uploads::create_material_upload),
];

impl FarmState {
    /// Executes a documented operation. `address` is that of the API.
    ///
    /// Returns `None` if the farm does not implement the operation.
    pub(crate) fn execute(
        &mut self,
        operation: &Operation,
        path: &BTreeMap<String, String>,
        request: &RecordedRequest,
        address: SocketAddr,
    ) -> Option<ApiResponse> {
        let (_, handler) = HANDLERS.iter().find(|(id, _)| *id == operation.id)?;
        let result = self.run_handler(*handler, path, request, address);
        Some(validated_response(operation, result, &mut self.ids))
    }

    /// Executes a route that the document lacks.
    pub(crate) fn execute_undocumented(
        &mut self,
        handler: Handler,
        request: &RecordedRequest,
        address: SocketAddr,
    ) -> ApiResponse {
        let result = self.run_handler(handler, &BTreeMap::new(), request, address);
        unvalidated_response(result, &mut self.ids)
    }

    fn run_handler(
        &mut self,
        handler: Handler,
        path: &BTreeMap<String, String>,
        request: &RecordedRequest,
        address: SocketAddr,
    ) -> OperationResult {
        self.catch_up();

        let query = parse_query(request.query.as_deref().unwrap_or_default(), &mut Vec::new());
        let mut body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let data = body.get_mut("data").map(Value::take).unwrap_or_default();
        let url = format!("http://{address}{}", request.path);

        handler(self, &OperationRequest { path, query, data, url })
    }

    /// The index of the cluster that the path names.
    fn requested_cluster(&self, request: &OperationRequest<'_>) -> Result<usize, OperationError> {
        let cluster = self.cluster_index(request.path("cluster_id"));
        cluster.ok_or_else(|| OperationError::not_found("cluster"))
    }
}
