//! A print job as the API shows it.

use serde_json::{Value, json};

use super::{material, stamp};
use crate::farm::clock::between;
use crate::farm::cluster::Cluster;
use crate::farm::job::{Job, Phase};
use crate::farm::printer::Printer;
use crate::farm::state::FarmState;

/// The variant of a job that no printer of its cluster can print.
const NO_VARIANT: &str = "Ultimaker 3";

/// A job in a list.
pub fn job(world: &FarmState, at: usize, job: &Job) -> Value {
    let cluster = &world.clusters[at];
    let seen = cluster.seen(job, world.now);
    let printer = job.printer.as_deref().and_then(|uuid| cluster.printer(uuid));
    let candidate = candidate(cluster, job);
    let assigned = printer.or(candidate);
    let change = candidate.and_then(|candidate| change(job, candidate));
    let from_cloud = job.sent_from == "cloud" || job.sent_from == "reprint";

    json!({
        "uuid": job.uuid,
        "cluster_id": cluster.id,
        "cloud_job_id": from_cloud.then_some(&job.file.job_id),
        "name": job.file.name,
        "owner": job.owner.name,
        "owner_id": job.owner.id,
        "sent_from": job.sent_from,
        "created_at": stamp(job.created),
        "deleted_at": job.ended.map(stamp),
        "status": job.phase.status(),
        "state": job.phase.state(),
        "started": job.started,
        "force": job.forced,
        "note": job.note,
        "is_online": cluster.is_online(),
        "last_seen": between(seen, world.now).as_secs_f64(),
        "network_error_count": 0,
        "machine_variant": assigned.map_or(NO_VARIANT, |printer| printer.model.variant),
        "compatible_machine_families": job.file.variants,
        "assigned_to": assigned.map(|printer| &printer.name),
        "printer_name": printer.map(|printer| &printer.name),
        "printer_uuid": job.printer,
        "printed_on_uuid": job.printer.as_ref().filter(|_| job.started),
        "build_plate": {"type": "glass"},
        "configuration": [{"extruder_index": 0, "material": material(job.file.material)}],
        "configuration_changes_required": change.into_iter().collect::<Value>(),
        "impediments_to_printing": [],
        "constraints": {},
        "preview_url": world.uploads.picture_url(&job.file.job_id),
        "time_total": job.file.print_time.as_secs(),
        "time_elapsed": job.elapsed(seen).as_secs(),
        "time_remaining": job.remaining(seen).as_secs(),
    })
}

/// A job with the file that it was made of.
pub fn job_details(world: &FarmState, at: usize, one: &Job) -> Value {
    let mut view = job(world, at, one);
    let file = &one.file;

    view["source"] = json!({
        "job_id": file.job_id,
        "job_name": file.name,
        "status": "uploaded",
        "content_type": file.content_type,
        "file_size": file.size,
        "is_submitted": true,
        "attachments": [],
        "preview_image_url": world.uploads.picture_url(&file.job_id),
        "user_id": one.owner.id,
        "username": one.owner.name,
        "metadata": {
            "machine_variant": view["machine_variant"],
            "print": {"estimated_time": file.print_time.as_secs()},
        },
    });

    view
}

/// A job in a report: less than in a list, with the moment of its last change.
pub fn job_report(world: &FarmState, at: usize, one: &Job) -> Value {
    let mut view = job(world, at, one);
    for absent in ["is_online", "time_remaining", "preview_url", "note"] {
        view[absent] = Value::Null;
    }

    for change in view["configuration_changes_required"].as_array_mut().into_iter().flatten() {
        change["is_overridable"] = Value::Null;
    }

    view["updated_at"] = json!(stamp(one.since));
    view["hidden"] = json!(false);

    view
}

/// The printer that a waiting job would be given to: one that fits as it is, or the first that
/// could be made to.
fn candidate<'c>(cluster: &'c Cluster, job: &Job) -> Option<&'c Printer> {
    let waits = matches!(job.phase, Phase::Queued | Phase::WaitApproval);
    let mut fitting = cluster.printers.iter().filter(|printer| waits && job.fits(printer.model));
    let first = fitting.clone().next();
    fitting.find(|printer| job.needs_change(printer).is_none()).or(first)
}

/// What has to be changed on a printer before a job can be printed there.
fn change(job: &Job, printer: &Printer) -> Option<Value> {
    let needed = job.needs_change(printer)?;
    let loaded = printer.loaded.first()?;

    Some(json!({
        "type_of_change": "material_change",
        "index": 0,
        "is_overridable": true,
        "origin_id": loaded.guid,
        "origin_name": format!("{} {}", loaded.color, loaded.material),
        "target_id": needed.guid,
        "target_name": format!("{} {}", needed.color, needed.material),
    }))
}
