//! A printer as the API shows it.

use serde_json::{Value, json};

use super::{material, stamp};
use crate::farm::cluster::Cluster;
use crate::farm::job::Phase;
use crate::farm::printer::{Printer, Spool, Trouble, Update};

/// The temperature of what is not heated, in degrees Celsius.
const ROOM: f64 = 22.5;

/// A printer of a cluster.
pub fn printer(cluster: &Cluster, printer: &Printer) -> Value {
    let model = printer.model;
    json!({
        "uuid": printer.uuid,
        "unique_name": printer.unique_name,
        "friendly_name": printer.name,
        "machine_variant": model.variant,
        "ip_address": printer.ip,
        "status": status(cluster, printer),
        "enabled": printer.enabled,
        "reserved_by": printer.job,
        "firmware_version": printer.version(),
        "latest_available_firmware": printer.latest_version(),
        "firmware_update_status": firmware(printer),
        "maintenance_required": printer.trouble.is_some(),
        "build_plate": {"type": "glass", "temperature": ROOM},
        "configuration": configuration(printer),
        "material_station": station(printer),
        "air_manager": if model.station { air_manager() } else { json!({"supported": false}) },
        "errors": printer.trouble.iter().map(error).collect::<Value>(),
        "faults": printer.trouble.iter().map(fault).collect::<Value>(),
    })
}

/// The API's `status` of a printer.
pub fn status(cluster: &Cluster, printer: &Printer) -> &'static str {
    let job = printer.job.as_deref().and_then(|uuid| cluster.job(uuid));
    match printer {
        _ if printer.offline.is_some() => "unreachable",
        _ if printer.trouble.is_some() => "error",
        _ if printer.update == Update::Running => "maintenance",
        _ => match job.map(|job| job.phase) {
            None | Some(Phase::SentToPrinter) => "idle",
            Some(Phase::PrePrint) => "pre_print",
            Some(_) => "printing",
        },
    }
}

fn firmware(printer: &Printer) -> &'static str {
    match printer.update {
        Update::Running => "update_in_progress",
        Update::Scheduled => "pending_update",
        Update::None if printer.version() == printer.latest_version() => "up_to_date",
        Update::None => "update_available",
    }
}

fn configuration(printer: &Printer) -> Value {
    let extruders = printer.model.cores.iter().zip(&printer.loaded).enumerate();
    let extruders = extruders.map(|(index, (core, loaded))| {
        json!({
            "extruder_index": index,
            "print_core_id": core,
            "material": material(loaded),
            "temperature": ROOM,
        })
    });

    extruders.collect()
}

fn station(printer: &Printer) -> Value {
    if !printer.model.station {
        return json!({"supported": false});
    }

    let slots = printer.slots.iter().enumerate();
    let slots: Value = slots.map(|(index, spool)| slot(printer, index, spool.as_ref())).collect();
    json!({"supported": true, "status": "available", "material_slots": slots})
}

/// A slot of the station. An empty one says so with numbers that are none.
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

fn error(trouble: &Trouble) -> Value {
    json!({"code": trouble.code, "uuid": trouble.uuid})
}

fn fault(trouble: &Trouble) -> Value {
    json!({
        "code": trouble.code,
        "uuid": trouble.uuid,
        "message": "Somebody has to see to the printer.",
        "severity": "WARNING",
        "timestamp": stamp(trouble.since),
    })
}
