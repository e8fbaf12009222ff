//! Operations on actions of printers and jobs.

use serde_json::{Value, json};

use super::request::OperationRequest;
use super::response::{OperationError, OperationResponse, OperationResult};
use crate::farm::state::FarmState;
use crate::farm::state::action::{Action, Target};

pub(super) fn send_printer_action(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let cluster = farm.requested_cluster(request)?;
    let printer = farm.clusters[cluster].printer(request.path("cluster_printer_id"));
    let printer = printer.ok_or_else(|| OperationError::not_found("printer"))?;

    if printer.offline_since.is_some() {
        return Err(OperationError::printer_inactive());
    }

    let target = Target::Printer(printer.uuid.clone());
    Ok(start_action(farm, cluster, target, request))
}

pub(super) fn send_print_job_action(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let index = farm.requested_cluster(request)?;
    let cluster = &farm.clusters[index];
    let job = cluster.job(request.path("cluster_job_id"));
    let job = job.ok_or_else(|| OperationError::not_found("print job"))?;

    let printer = cluster.printer_of(job);
    if !cluster.is_online() || printer.is_some_and(|printer| printer.offline_since.is_some()) {
        return Err(OperationError::printer_inactive());
    }

    let target = Target::Job(job.uuid.clone());
    Ok(start_action(farm, index, target, request))
}

fn start_action(
    farm: &mut FarmState,
    cluster: usize,
    target: Target,
    request: &OperationRequest<'_>,
) -> OperationResponse {
    let id = farm.start_action(cluster, target, request.path("action"), request.data.clone());
    let action = farm.clusters[cluster].actions.get(&id);
    OperationResponse::Data(action.map(view).unwrap_or_default())
}

pub(super) fn get_action_status(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let cluster = farm.requested_cluster(request)?;
    let action = farm.clusters[cluster].actions.get(request.path("action_id"));
    let action = action.ok_or_else(|| OperationError::not_found("action"))?;
    Ok(OperationResponse::Data(view(action)))
}

fn view(action: &Action) -> Value {
    json!({
        "action_id": action.id,
        "status": action.status,
        "status_details": action.details,
    })
}
