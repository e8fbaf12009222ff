//! Printers in the API's models.

use serde_json::{Value, json};

use super::value::{material, timestamp};
use crate::farm::state::cluster::Cluster;
use crate::farm::state::job::Phase;
use crate::farm::state::printer::{FirmwareUpdate, Printer, PrinterError, Spool};

/// The temperature of unheated parts, in degrees Celsius.
const ROOM_TEMPERATURE: f64 = 22.5;

/// A printer of a cluster.
pub fn printer(cluster: &Cluster, printer: &Printer) -> Value {
    let model = printer.model;
    json!({
        "uuid": printer.uuid,
        "unique_name": printer.unique_name,
        "friendly_name": printer.name,
        "machine_variant": model.variant,
        "ip_address": printer.ip,
        "status": printer_status(cluster, printer),
        "enabled": printer.enabled,
        "reserved_by": printer.job_uuid,
        "firmware_version": printer.firmware_version(),
        "latest_available_firmware": printer.latest_firmware_version(),
        "firmware_update_status": firmware_update_status(printer),
        "maintenance_required": printer.error.is_some(),
        "build_plate": {"type": "glass", "temperature": ROOM_TEMPERATURE},
        "configuration": configuration(printer),
        "material_station": material_station(printer),
        "air_manager": if model.has_station { air_manager() } else { json!({"supported": false}) },
        "errors": printer.error.iter().map(error_view).collect::<Value>(),
        "faults": printer.error.iter().map(fault_view).collect::<Value>(),
    })
}

/// The API's `status` of a printer.
pub(super) fn printer_status(cluster: &Cluster, printer: &Printer) -> &'static str {
    if printer.offline_since.is_some() {
        return "unreachable";
    }
    if printer.error.is_some() {
        return "error";
    }
    if printer.firmware_update == FirmwareUpdate::Running {
        return "maintenance";
    }

    let job = printer.job_uuid.as_deref().and_then(|uuid| cluster.job(uuid));
    match job.map(|job| job.phase) {
        None | Some(Phase::SentToPrinter) => "idle",
        Some(Phase::PrePrint) => "pre_print",
        Some(_) => "printing",
    }
}

fn firmware_update_status(printer: &Printer) -> &'static str {
    let is_latest = printer.firmware_version() == printer.latest_firmware_version();
    match printer.firmware_update {
        FirmwareUpdate::Running => "update_in_progress",
        FirmwareUpdate::Scheduled => "pending_update",
        FirmwareUpdate::None if is_latest => "up_to_date",
        FirmwareUpdate::None => "update_available",
    }
}

fn configuration(printer: &Printer) -> Value {
    let extruders = printer.model.cores.iter().zip(&printer.loaded_materials).enumerate();
    let configurations = extruders.map(|(index, (core, loaded))| {
        json!({
            "extruder_index": index,
            "print_core_id": core,
            "material": material(loaded),
            "temperature": ROOM_TEMPERATURE,
        })
    });

    configurations.collect()
}

fn material_station(printer: &Printer) -> Value {
    if !printer.model.has_station {
        return json!({"supported": false});
    }

    let slots = printer.slots.iter().enumerate();
    let slots: Value = slots.map(|(index, spool)| slot(printer, index, spool.as_ref())).collect();
    json!({"supported": true, "status": "available", "material_slots": slots})
}

/// A slot of the material station. The numbers of an empty slot are negative.
fn slot(printer: &Printer, index: usize, spool: Option<&Spool>) -> Value {
    let Some(spool) = spool else {
        return json!({
            "slot_index": index,
            "extruder_index": -1,
            "compatible": false,
            "material_empty": false,
            "material_remaining": -1.0,
        });
    };

    // The left half of the station feeds the first extruder.
    let extruder = index / 3;
    json!({
        "slot_index": index,
        "extruder_index": extruder,
        "compatible": true,
        "print_core_id": printer.model.cores.get(extruder),
        "material": material(spool.material),
        "material_empty": spool.remaining <= 0.0,
        "material_remaining": spool.remaining,
    })
}

fn air_manager() -> Value {
    json!({
        "supported": true,
        "status": "available",
        "filter_status": "peak_performance",
        "filter_age": 100,
        "filter_max_age": 1500,
    })
}

/// The element of `errors`.
fn error_view(error: &PrinterError) -> Value {
    json!({"code": error.code, "uuid": error.uuid})
}

/// The element of `faults`, the same error with details.
fn fault_view(error: &PrinterError) -> Value {
    json!({
        "code": error.code,
        "uuid": error.uuid,
        "message": "The printer needs attention.",
        "severity": "WARNING",
        "timestamp": timestamp(error.since),
    })
}
