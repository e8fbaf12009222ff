//! The state of the farm as the API's models show it. What has no value is null here, and left out
//! on the wire.

mod cluster;
mod job;
mod printer;

use chrono::SecondsFormat;
use serde_json::{Value, json};

pub use self::cluster::cluster;
pub use self::job::{job, job_details, job_report};
pub use self::printer::printer;
use super::call::object;
use super::clock::Time;
use super::job::Phase;
use super::printer::Material;
use crate::farm::state::FarmState;

/// How many jobs that are over a cluster's status holds, at most.
const RECENT: usize = 10;

/// The status of a cluster.
pub fn status(world: &FarmState, at: usize) -> Value {
    let cluster = &world.clusters[at];
    let ended = cluster.jobs.over().filter(|job| job.phase.state() == "history").take(RECENT);
    let active = cluster.jobs.open().filter(|job| world.is_listed(job));
    let active = active.filter(|job| job.phase != Phase::WaitApproval);

    object([
        ("generated_time", json!(stamp(world.now))),
        ("is_online", json!(cluster.is_online())),
        ("printers", cluster.printers.iter().map(|one| printer(cluster, one)).collect()),
        ("print_jobs", active.map(|one| job(world, at, one)).collect()),
        ("recently_completed", ended.map(|one| job(world, at, one)).collect()),
    ])
}

/// A moment in the form of the service.
pub fn stamp(time: Time) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn material(material: &Material) -> Value {
    json!({
        "guid": material.guid,
        "brand": material.brand,
        "color": material.color,
        "material": material.material,
    })
}
