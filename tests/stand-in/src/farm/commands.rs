//! What can be done to printers and jobs.

use serde_json::{Value, json};

use super::job::{Job, Phase};
use super::printer::Update;
use crate::farm::state::{FarmState, Sender};

/// Does something to what has this UUID on the cluster at this index, with the fields of the
/// request. It gives the API's `status_details`, null where there are none; nothing if it cannot
/// be done.
pub type Command = fn(&mut FarmState, usize, &str, &Value) -> Option<Value>;

/// How many jobs are copied or aborted at once, at most.
const MOST: u64 = 100;

/// What can be done to a job.
pub static JOB_DEEDS: [(&str, Command); 8] = [
    ("pause", pause),
    ("resume", resume),
    // The older name of the same.
    ("print", resume),
    ("abort", abort),
    ("remove", remove),
    ("move", move_to),
    ("force", force),
    ("duplicate", duplicate),
];

/// What can be done to a printer. `set_availability` is inferred from a capability and a field: no
/// client is known to send it.
pub static PRINTER_DEEDS: [(&str, Command); 5] = [
    ("rename", rename),
    ("update_firmware", update_firmware),
    ("get_webcam_snapshot", get_webcam_snapshot),
    ("import_material", import_material),
    ("set_availability", set_availability),
];

/// Done, and there is nothing to say about it.
const DONE: Option<Value> = Some(Value::Null);

fn pause(world: &mut FarmState, at: usize, uuid: &str, _: &Value) -> Option<Value> {
    world.clusters[at].job(uuid).filter(|job| job.phase == Phase::Printing)?;
    world.enter(at, uuid, Phase::Pausing);
    DONE
}

fn resume(world: &mut FarmState, at: usize, uuid: &str, _: &Value) -> Option<Value> {
    let job = world.clusters[at].job_mut(uuid)?;
    match job.phase {
        Phase::Paused => world.enter(at, uuid, Phase::Resuming),
        Phase::Queued if job.held => {
            job.held = false;
            world.assign(at);
        }
        _ => return None,
    }

    DONE
}

/// Aborts a job, and of a `quantity` the rest among the jobs that wait with the same file.
fn abort(world: &mut FarmState, at: usize, uuid: &str, fields: &Value) -> Option<Value> {
    let jobs = &world.clusters[at].jobs;
    let can_end = |job: &&Job| !job.phase.is_over() && job.phase != Phase::WaitCleanup;
    let file = &jobs.get(uuid).filter(can_end)?.file.job_id;
    let alike = jobs
        .open()
        .filter(|job| job.phase == Phase::Queued && job.file.job_id == *file && job.uuid != uuid);

    // The waiting ones first, so that none of them takes the place of the one that ends.
    let uuids: Vec<_> = alike.take(quantity(fields) - 1).map(|job| job.uuid.clone()).collect();
    for uuid in uuids.iter().map(String::as_str).chain([uuid]) {
        let Some(job) = world.clusters[at].job_mut(uuid) else { continue };
        job.end = Phase::Aborted;
        // What was begun lies on the build plate.
        let next = if job.started { Phase::WaitCleanup } else { Phase::Aborted };
        world.enter(at, uuid, next);
    }

    DONE
}

fn remove(world: &mut FarmState, at: usize, uuid: &str, _: &Value) -> Option<Value> {
    let job = world.clusters[at].job(uuid)?;
    if job.phase.is_on_printer() || job.phase == Phase::Removed {
        return None;
    }

    world.enter(at, uuid, Phase::Removed);
    DONE
}

/// Moves a waiting job to another place of the queue.
fn move_to(world: &mut FarmState, at: usize, uuid: &str, fields: &Value) -> Option<Value> {
    let place = usize::try_from(fields["to_position"].as_u64().unwrap_or(0)).ok()?;
    if fields["list"] != "queued" {
        return None;
    }

    world.clusters[at].jobs.move_to(uuid, place)?;
    DONE
}

fn force(world: &mut FarmState, at: usize, uuid: &str, _: &Value) -> Option<Value> {
    let job = world.clusters[at].job_mut(uuid).filter(|job| job.phase == Phase::Queued)?;
    job.forced = true;
    world.assign(at);
    DONE
}

fn duplicate(world: &mut FarmState, at: usize, uuid: &str, fields: &Value) -> Option<Value> {
    let job = world.clusters[at].job(uuid)?;
    let (file, user) = (job.file.clone(), job.owner.clone());
    let sender = Sender { user, sent_from: job.sent_from, held: false, to_approve: false };

    for _ in 0..quantity(fields) {
        world.submit(at, file.clone(), sender.clone());
    }
    DONE
}

fn quantity(fields: &Value) -> usize {
    let wanted = fields["quantity"].as_u64().unwrap_or(1).clamp(1, MOST);
    usize::try_from(wanted).unwrap_or(1)
}

fn rename(world: &mut FarmState, at: usize, uuid: &str, fields: &Value) -> Option<Value> {
    let name = fields["name"].as_str().filter(|name| !name.trim().is_empty())?;
    let cluster = &mut world.clusters[at];
    name.clone_into(&mut cluster.printer_mut(uuid)?.name);

    if cluster.printers.first().is_some_and(|host| host.uuid == uuid) {
        name.clone_into(&mut cluster.name);
    }
    DONE
}

/// Schedules an update, which begins when the printer is free, or cancels one that has not begun.
fn update_firmware(world: &mut FarmState, at: usize, uuid: &str, fields: &Value) -> Option<Value> {
    let printer = world.clusters[at].printer_mut(uuid)?;
    printer.update = match (printer.update, fields["schedule_update"].as_bool().unwrap_or(true)) {
        (Update::None, true) if printer.version() != printer.latest_version() => Update::Scheduled,
        (Update::Scheduled, false) => Update::None,
        (Update::Scheduled, true) => Update::Scheduled,
        _ => return None,
    };
    world.assign(at);

    DONE
}

/// Takes a picture. What the tag of these details is called is not known from the service.
fn get_webcam_snapshot(world: &mut FarmState, _: usize, uuid: &str, _: &Value) -> Option<Value> {
    let image_url = world.uploads.picture_url(uuid);
    Some(json!({"type": "webcam_snapshot", "value": {"image_url": image_url}}))
}

fn import_material(world: &mut FarmState, at: usize, uuid: &str, fields: &Value) -> Option<Value> {
    let profile = fields["material_profile_id"].as_str()?;
    world.uploads.has_arrived(profile).then_some(())?;
    world.clusters[at].printer_mut(uuid)?.profiles.push(profile.to_owned());
    DONE
}

fn set_availability(world: &mut FarmState, at: usize, uuid: &str, fields: &Value) -> Option<Value> {
    world.clusters[at].printer_mut(uuid)?.enabled = fields["enabled"].as_bool()?;
    world.assign(at);
    DONE
}
