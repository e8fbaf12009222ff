//! Operations on the workspace and the service.

use serde_json::{Value, json};

use super::request::OperationRequest;
use super::response::{OperationError, OperationResponse, OperationResult};
use crate::farm::clock::duration_between;
use crate::farm::state::{FarmState, Settings};

pub(super) fn get_uptime(farm: &mut FarmState, _: &OperationRequest<'_>) -> OperationResult {
    Ok(OperationResponse::Data(json!({
        "ok": true,
        "time": farm.now.format("%Y-%m-%d %H:%M:%S").to_string(),
        "uptime": duration_between(farm.started_at, farm.now).as_secs_f64(),
        "version": "v1",
    })))
}

/// The document has this operation. It always fails.
pub(super) fn brew_coffee(_: &mut FarmState, _: &OperationRequest<'_>) -> OperationResult {
    Err(OperationError::teapot())
}

pub(super) fn get_settings(farm: &mut FarmState, _: &OperationRequest<'_>) -> OperationResult {
    Ok(OperationResponse::Data(json!({
        "enable_print_prep": farm.settings.print_prep,
        "require_print_approval": farm.settings.print_approval,
    })))
}

/// Updates the settings that the request has, and keeps the others.
pub(super) fn update_settings(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let Settings { print_prep, print_approval } = farm.settings;
    let setting =
        |name: &str, current| request.data.get(name).and_then(Value::as_bool).unwrap_or(current);

    farm.settings = Settings {
        print_prep: setting("enable_print_prep", print_prep),
        print_approval: setting("require_print_approval", print_approval),
    };

    get_settings(farm, request)
}

pub(super) fn delete_team(farm: &mut FarmState, request: &OperationRequest<'_>) -> OperationResult {
    let team_id = request.path("team_id");
    let index = farm.team_ids.iter().position(|id| id == team_id);
    farm.team_ids.remove(index.ok_or_else(|| OperationError::not_found("team"))?);

    for cluster in &mut farm.clusters {
        cluster.team_ids.retain(|id| id != team_id);
    }

    Ok(OperationResponse::Empty)
}
