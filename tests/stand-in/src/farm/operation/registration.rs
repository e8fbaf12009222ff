//! Operations that register printers.

use serde_json::json;

use super::request::OperationRequest;
use super::response::{OperationError, OperationResponse, OperationResult};
use crate::farm::state::FarmState;
use crate::farm::state::cluster::{Cluster, PendingRegistration};
use crate::farm::view::timestamp;

pub(super) fn confirm_registration_with_pin(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let pin = request.path("pin_code");
    confirm(farm, |registration| registration.pin == pin)
}

pub(super) fn confirm_registration(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let id = request.path("connection_id");
    confirm(farm, |registration| registration.connection_id == id)
}

/// Confirms the pending registration that `is_requested` selects. It can be confirmed once.
fn confirm(
    farm: &mut FarmState,
    is_requested: impl Fn(&PendingRegistration) -> bool,
) -> OperationResult {
    let index = farm.pending_registrations.iter().position(is_requested);
    let index = index.ok_or_else(|| OperationError::not_found("registration"))?;
    let registration = farm.pending_registrations.remove(index);

    Ok(add_cluster(farm, registration.cluster))
}

fn add_cluster(farm: &mut FarmState, cluster: Cluster) -> OperationResponse {
    let data = json!({
        "cluster_id": cluster.id,
        "host_name": cluster.host_name,
        "generated_time": timestamp(farm.now),
    });
    farm.clusters.push(cluster);

    OperationResponse::Data(data)
}

pub(super) fn get_makerbot_printers(
    farm: &mut FarmState,
    _: &OperationRequest<'_>,
) -> OperationResult {
    let printers = farm.makerbots.iter().map(|(printer, is_authorized)| {
        json!({
            "host_guid": printer.guid,
            "friendly_name": printer.name,
            "printer_type": printer.printer_type,
            "is_authorized": is_authorized,
            "is_online": true,
            "organization_id": is_authorized.then_some(&farm.organization_id),
            "user_id": is_authorized.then_some(&farm.users[0].id),
        })
    });

    Ok(OperationResponse::Data(printers.collect()))
}

pub(super) fn add_makerbot_printer(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let mut printers = farm.makerbots.iter_mut();
    let printer = printers.find(|(printer, _)| request.data["printer_id"] == *printer.guid);
    let (printer, is_authorized) = printer.ok_or_else(|| OperationError::not_found("printer"))?;

    if *is_authorized {
        return Err(OperationError::duplicate("printer"));
    }

    *is_authorized = true;
    let printer = printer.clone();
    let mut cluster = farm.new_cluster(&printer.name, Vec::new());
    cluster.host_name = format!("makerbot-{}", printer.guid.to_lowercase());
    cluster.makerbot = Some(printer);

    Ok(add_cluster(farm, cluster))
}
