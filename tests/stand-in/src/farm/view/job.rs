//! Print jobs in the API's models.

use serde_json::{Value, json};

use super::value::{material, timestamp};
use crate::farm::clock::duration_between;
use crate::farm::state::FarmState;
use crate::farm::state::cluster::Cluster;
use crate::farm::state::job::{Job, Phase};
use crate::farm::state::printer::Printer;

/// The `machine_variant` of a job that no printer of its cluster can print.
const DEFAULT_VARIANT: &str = "Ultimaker 3";

/// A job in a list. `index` is the index of its cluster.
pub fn job(farm: &FarmState, index: usize, job: &Job) -> Value {
    let cluster = &farm.clusters[index];
    let last_seen = cluster.last_seen(job, farm.now);

    let printer = cluster.printer_of(job);
    let candidate = candidate_printer(cluster, job);
    let assigned_printer = printer.or(candidate);
    let material_change = candidate.and_then(|candidate| material_change(job, candidate));
    let is_from_cloud = job.sent_from == "cloud" || job.sent_from == "reprint";

    json!({
        "uuid": job.uuid,
        "cluster_id": cluster.id,
        "cloud_job_id": is_from_cloud.then_some(&job.file.job_id),
        "name": job.file.name,
        "owner": job.owner.name,
        "owner_id": job.owner.id,
        "sent_from": job.sent_from,
        "created_at": timestamp(job.created_at),
        "deleted_at": job.ended_at.map(timestamp),
        "status": job.phase.status(),
        "state": job.phase.state(),
        "started": job.started,
        "force": job.forced,
        "note": job.note,
        "is_online": cluster.is_online(),
        "last_seen": duration_between(last_seen, farm.now).as_secs_f64(),
        "network_error_count": 0,
        "machine_variant": assigned_printer.map_or(DEFAULT_VARIANT, |printer| printer.model.variant),
        "compatible_machine_families": job.file.variants,
        "assigned_to": assigned_printer.map(|printer| &printer.name),
        "printer_name": printer.map(|printer| &printer.name),
        "printer_uuid": job.printer_uuid,
        "printed_on_uuid": job.printer_uuid.as_ref().filter(|_| job.started),
        "build_plate": {"type": "glass"},
        "configuration": [{"extruder_index": 0, "material": material(job.file.material)}],
        "configuration_changes_required": material_change.into_iter().collect::<Value>(),
        "impediments_to_printing": [],
        "constraints": {},
        "preview_url": farm.uploads.picture_url(&job.file.job_id),
        "time_total": job.file.print_time.as_secs(),
        "time_elapsed": job.elapsed(last_seen).as_secs(),
        "time_remaining": job.remaining(last_seen).as_secs(),
    })
}

/// A job with its print file. `index` is the index of its cluster.
pub fn job_details(farm: &FarmState, index: usize, job: &Job) -> Value {
    let mut view = self::job(farm, index, job);
    let file = &job.file;

    view["source"] = json!({
        "job_id": file.job_id,
        "job_name": file.name,
        "status": "uploaded",
        "content_type": file.content_type,
        "file_size": file.size,
        "is_submitted": true,
        "attachments": [],
        "preview_image_url": farm.uploads.picture_url(&file.job_id),
        "user_id": job.owner.id,
        "username": job.owner.name,
        "metadata": {
            "machine_variant": view["machine_variant"],
            "print": {"estimated_time": file.print_time.as_secs()},
        },
    });

    view
}

/// A job in a report: fewer fields than in a list, and the time of its last change. `index` is the
/// index of its cluster.
pub fn job_report(farm: &FarmState, index: usize, job: &Job) -> Value {
    let mut view = self::job(farm, index, job);
    for field in ["is_online", "time_remaining", "preview_url", "note"] {
        view[field] = Value::Null;
    }

    for change in view["configuration_changes_required"].as_array_mut().into_iter().flatten() {
        change["is_overridable"] = Value::Null;
    }

    view["updated_at"] = json!(timestamp(job.phase_started_at));
    view["hidden"] = json!(false);

    view
}

/// The printer that a waiting job would be assigned to: one that can print it with its loaded
/// material, else the first one that can print it with another material.
fn candidate_printer<'c>(cluster: &'c Cluster, job: &Job) -> Option<&'c Printer> {
    if !matches!(job.phase, Phase::Queued | Phase::WaitApproval) {
        return None;
    }

    let mut printers = cluster.printers.iter().filter(|printer| job.fits(printer.model));
    let first = printers.clone().next();
    printers.find(|printer| job.required_material_change(printer).is_none()).or(first)
}

/// The material change that a printer needs before it can print a job.
fn material_change(job: &Job, printer: &Printer) -> Option<Value> {
    let required = job.required_material_change(printer)?;
    let loaded = printer.loaded_materials.first()?;

    Some(json!({
        "type_of_change": "material_change",
        "index": 0,
        "is_overridable": true,
        "origin_id": loaded.guid,
        "origin_name": format!("{} {}", loaded.color, loaded.material),
        "target_id": required.guid,
        "target_name": format!("{} {}", required.color, required.material),
    }))
}
