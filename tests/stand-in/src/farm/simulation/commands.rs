//! The commands that actions execute on printers and jobs.

use serde_json::{Value, json};

use crate::farm::state::FarmState;
use crate::farm::state::job::{Job, Phase, Submission};
use crate::farm::state::printer::FirmwareUpdate;

/// A command on a printer or job.
///
/// The arguments are the farm, the index of the cluster, the UUID of the printer or job, and the
/// fields of the request. The result is the API's `status_details`, or null if there are none.
/// `None` means that the command is not possible.
pub type Command = fn(&mut FarmState, usize, &str, &Value) -> Option<Value>;

/// The maximum number of jobs that one command duplicates or aborts.
const MAX_QUANTITY: u64 = 100;

/// The commands on a job.
pub static JOB_COMMANDS: [(&str, Command); 8] = [
    ("pause", pause),
    ("resume", resume),
    // An older name of `resume`.
    ("print", resume),
    ("abort", abort),
    ("remove", remove),
    ("move", move_to),
    ("force", force),
    ("duplicate", duplicate),
];

/// The commands on a printer.
///
/// `set_availability` is inferred from a capability and a field. No known client sends it.
pub static PRINTER_COMMANDS: [(&str, Command); 5] = [
    ("rename", rename),
    ("update_firmware", update_firmware),
    ("get_webcam_snapshot", get_webcam_snapshot),
    ("import_material", import_material),
    ("set_availability", set_availability),
];

/// The result of a successful command without details.
const SUCCESS: Option<Value> = Some(Value::Null);

fn pause(farm: &mut FarmState, cluster: usize, uuid: &str, _: &Value) -> Option<Value> {
    farm.clusters[cluster].job(uuid).filter(|job| job.phase == Phase::Printing)?;
    farm.enter_phase(cluster, uuid, Phase::Pausing);
    SUCCESS
}

/// Resumes a paused job, or starts one that is on hold.
fn resume(farm: &mut FarmState, cluster: usize, uuid: &str, _: &Value) -> Option<Value> {
    let job = farm.clusters[cluster].job_mut(uuid)?;
    match job.phase {
        Phase::Paused => farm.enter_phase(cluster, uuid, Phase::Resuming),
        Phase::Queued if job.on_hold => {
            job.on_hold = false;
            farm.assign_jobs(cluster);
        }
        _ => return None,
    }

    SUCCESS
}

/// Aborts a job. With a `quantity`, also that many minus one queued jobs of the same file.
fn abort(farm: &mut FarmState, cluster: usize, uuid: &str, fields: &Value) -> Option<Value> {
    let jobs = &farm.clusters[cluster].jobs;
    let can_abort = |job: &&Job| !job.phase.is_final() && job.phase != Phase::WaitCleanup;
    let file_id = &jobs.get(uuid).filter(can_abort)?.file.job_id;

    let others = jobs.open().filter(|job| {
        job.phase == Phase::Queued && job.file.job_id == *file_id && job.uuid != uuid
    });
    let others: Vec<_> = others.take(quantity(fields) - 1).map(|job| job.uuid.clone()).collect();

    // The queued jobs first: otherwise one of them would start when the printer becomes free.
    for uuid in others.iter().map(String::as_str).chain([uuid]) {
        let Some(job) = farm.clusters[cluster].job_mut(uuid) else { continue };
        job.final_phase = Phase::Aborted;

        // If the print has started, the build plate must be cleared.
        let next_phase = if job.started { Phase::WaitCleanup } else { Phase::Aborted };
        farm.enter_phase(cluster, uuid, next_phase);
    }

    SUCCESS
}

fn remove(farm: &mut FarmState, cluster: usize, uuid: &str, _: &Value) -> Option<Value> {
    let job = farm.clusters[cluster].job(uuid)?;
    if job.phase.is_on_printer() || job.phase == Phase::Removed {
        return None;
    }

    farm.enter_phase(cluster, uuid, Phase::Removed);
    SUCCESS
}

/// Moves a queued job to another position.
fn move_to(farm: &mut FarmState, cluster: usize, uuid: &str, fields: &Value) -> Option<Value> {
    let position = usize::try_from(fields["to_position"].as_u64().unwrap_or(0)).ok()?;
    if fields["list"] != "queued" {
        return None;
    }

    farm.clusters[cluster].jobs.move_to(uuid, position)?;
    SUCCESS
}

/// Lets a queued job be printed with any loaded material.
fn force(farm: &mut FarmState, cluster: usize, uuid: &str, _: &Value) -> Option<Value> {
    let job = farm.clusters[cluster].job_mut(uuid).filter(|job| job.phase == Phase::Queued)?;
    job.forced = true;
    farm.assign_jobs(cluster);
    SUCCESS
}

fn duplicate(farm: &mut FarmState, cluster: usize, uuid: &str, fields: &Value) -> Option<Value> {
    let job = farm.clusters[cluster].job(uuid)?;
    let file = job.file.clone();
    let submission = Submission {
        user: job.owner.clone(),
        sent_from: job.sent_from,
        on_hold: false,
        needs_approval: false,
    };

    for _ in 0..quantity(fields) {
        farm.submit_job(cluster, file.clone(), submission.clone());
    }

    SUCCESS
}

/// The `quantity` of a request, at least 1.
fn quantity(fields: &Value) -> usize {
    let quantity = fields["quantity"].as_u64().unwrap_or(1).clamp(1, MAX_QUANTITY);
    usize::try_from(quantity).unwrap_or(1)
}

/// Renames a printer. The cluster has the same name as its host.
fn rename(farm: &mut FarmState, cluster: usize, uuid: &str, fields: &Value) -> Option<Value> {
    let name = fields["name"].as_str().filter(|name| !name.trim().is_empty())?;
    let cluster = &mut farm.clusters[cluster];
    name.clone_into(&mut cluster.printer_mut(uuid)?.name);

    if cluster.printers.first().is_some_and(|host| host.uuid == uuid) {
        name.clone_into(&mut cluster.name);
    }

    SUCCESS
}

/// Schedules a firmware update, or cancels one that has not started.
fn update_firmware(
    farm: &mut FarmState,
    cluster: usize,
    uuid: &str,
    fields: &Value,
) -> Option<Value> {
    let schedule = fields["schedule_update"].as_bool().unwrap_or(true);
    let printer = farm.clusters[cluster].printer_mut(uuid)?;
    let is_outdated = printer.firmware_version() != printer.latest_firmware_version();

    printer.firmware_update = match (printer.firmware_update, schedule) {
        (FirmwareUpdate::None, true) if is_outdated => FirmwareUpdate::Scheduled,
        (FirmwareUpdate::Scheduled, false) => FirmwareUpdate::None,
        (FirmwareUpdate::Scheduled, true) => FirmwareUpdate::Scheduled,
        _ => return None,
    };
    farm.assign_jobs(cluster);

    SUCCESS
}

/// Takes a picture. The value of `type` in these details is not confirmed by the service.
fn get_webcam_snapshot(farm: &mut FarmState, _: usize, uuid: &str, _: &Value) -> Option<Value> {
    let image_url = farm.uploads.picture_url(uuid);
    Some(json!({"type": "webcam_snapshot", "value": {"image_url": image_url}}))
}

fn import_material(
    farm: &mut FarmState,
    cluster: usize,
    uuid: &str,
    fields: &Value,
) -> Option<Value> {
    let profile = fields["material_profile_id"].as_str()?;
    farm.uploads.is_complete(profile).then_some(())?;
    farm.clusters[cluster].printer_mut(uuid)?.material_profiles.push(profile.to_owned());
    SUCCESS
}

fn set_availability(
    farm: &mut FarmState,
    cluster: usize,
    uuid: &str,
    fields: &Value,
) -> Option<Value> {
    farm.clusters[cluster].printer_mut(uuid)?.enabled = fields["enabled"].as_bool()?;
    farm.assign_jobs(cluster);
    SUCCESS
}
