//! Operations on maintenance: pending and completed tasks.

use serde_json::json;

use super::page::page;
use super::request::OperationRequest;
use super::response::{OperationError, OperationResponse, OperationResult};
use crate::farm::state::FarmState;
use crate::farm::state::cluster::CompletedMaintenance;
use crate::farm::view::timestamp;

pub(super) fn get_pending_maintenance(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let cluster = farm.requested_cluster(request)?;
    let tasks = farm.clusters[cluster].maintenance_tasks.iter().map(|task| {
        json!({
            "due_date": timestamp(task.due_date()),
            "is_due": task.is_due(farm.now),
            "task_rule": {
                "code": task.code,
                "task_details": {"type": "time_based", "value": {"interval": task.interval}},
            },
        })
    });

    Ok(OperationResponse::Data(tasks.collect()))
}

pub(super) fn add_completed_maintenance(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let cluster = farm.requested_cluster(request)?;
    let task_codes = request.texts("task_codes");
    if task_codes.is_empty() {
        return Err(OperationError::invalid("`task_codes` must have at least one code"));
    }

    let (now, user) = (farm.now, farm.users[0].clone());
    let cluster = &mut farm.clusters[cluster];
    let tasks = &mut cluster.maintenance_tasks;
    if task_codes.iter().any(|code| !tasks.iter().any(|task| task.code == code)) {
        return Err(OperationError::not_found("maintenance task"));
    }

    for task in tasks.iter_mut().filter(|task| task_codes.iter().any(|code| code == task.code)) {
        task.completed_at = now;
    }
    cluster.completed_maintenance.push(CompletedMaintenance {
        completed_at: now,
        task_codes,
        user,
    });

    Ok(OperationResponse::Empty)
}

pub(super) fn get_completed_maintenance(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let cluster = farm.requested_cluster(request)?;
    let completed = farm.clusters[cluster].completed_maintenance.iter().rev().collect();

    Ok(page(request, completed, usize::MAX, |maintenance| {
        json!({
            "completed_at": timestamp(maintenance.completed_at),
            "task_codes": maintenance.task_codes,
            "user_id": maintenance.user.id,
            "username": maintenance.user.name,
        })
    }))
}
