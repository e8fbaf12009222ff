//! Clusters and their status in the API's models.

use std::time::Duration;

use serde_json::{Value, json};

use super::job::job;
use super::printer::{printer, printer_status};
use super::value::timestamp;
use crate::farm::json::object;
use crate::farm::state::FarmState;
use crate::farm::state::cluster::Cluster;
use crate::farm::state::job::Phase;
use crate::farm::state::printer::FirmwareUpdate;

/// The maximum number of ended jobs in the status of a cluster.
const MAX_RECENTLY_COMPLETED: usize = 10;

/// The UUID of the printer in a MakerBot cluster: it has none.
const NIL_UUID: &str = "00000000-0000-0000-0000-000000000000";

/// A cluster, with its host. `index` is the index of the cluster.
pub fn cluster(farm: &FarmState, index: usize) -> Value {
    let cluster = &farm.clusters[index];
    let host = cluster.printers.first();
    let open_jobs = cluster.jobs.open();
    let remaining: Duration = open_jobs.clone().map(|job| job.remaining(farm.now)).sum();
    let current_job = host.and_then(|host| cluster.job(host.job_uuid.as_deref()?));
    let is_maintenance_due = cluster.maintenance_tasks.iter().any(|task| task.is_due(farm.now));

    let mut view = json!({
        "cluster_id": cluster.id,
        "friendly_name": cluster.name,
        "host_name": cluster.host_name,
        "status": "active",
        "is_online": cluster.is_online(),
        "display_status": display_status(cluster),
        "capabilities": cluster.capabilities(),
        "printer_count": cluster.printers.len(),
        "host_print_job_count": open_jobs.count(),
        "host_remaining_print_time": remaining.as_secs(),
        "host_current_print_job": current_job.map(|current| job(farm, index, current)),
        "maintenance_due": is_maintenance_due,
        "note": cluster.note.as_ref().map(|note| json!({"note": note})),
        "user_id": cluster.user.id,
        "organization_id": cluster.organization_id,
        "organization_shared": cluster.organization_shared,
        "team_ids": cluster.team_ids,
    });

    if let Some(host) = host {
        view["host_guid"] = json!(host.uuid);
        view["host_internal_ip"] = json!(host.ip);
        view["host_version"] = json!(host.firmware_version());
        view["printer_type"] = json!(host.model.printer_type);
        view["host_printer"] = printer(cluster, host);
    }

    if let Some(makerbot) = &cluster.makerbot {
        view["host_guid"] = json!(makerbot.guid);
        view["printer_type"] = json!(makerbot.printer_type);
        view["printer_count"] = json!(1);
        view["host_printer"] = json!({"uuid": NIL_UUID, "friendly_name": makerbot.name});
    }

    view
}

fn display_status(cluster: &Cluster) -> &'static str {
    match cluster.printers.first() {
        Some(host) if host.offline_since.is_some() => "offline",
        Some(host) if !host.enabled => "disabled",
        Some(host) if host.firmware_update == FirmwareUpdate::Running => "updating_firmware",
        Some(host) => printer_status(cluster, host),
        None => "unknown",
    }
}

/// The status of a cluster: its printers and jobs. `index` is the index of the cluster.
pub fn status(farm: &FarmState, index: usize) -> Value {
    let cluster = &farm.clusters[index];
    let active_jobs =
        cluster.jobs.open().filter(|job| farm.is_listed(job) && job.phase != Phase::WaitApproval);
    let recently_completed = cluster
        .jobs
        .ended()
        .filter(|job| job.phase.state() == "history")
        .take(MAX_RECENTLY_COMPLETED);

    let printers = cluster.printers.iter().map(|item| printer(cluster, item));
    let active_jobs = active_jobs.map(|item| job(farm, index, item));
    let recently_completed = recently_completed.map(|item| job(farm, index, item));

    object([
        ("generated_time", json!(timestamp(farm.now))),
        ("is_online", json!(cluster.is_online())),
        ("printers", printers.collect()),
        ("print_jobs", active_jobs.collect()),
        ("recently_completed", recently_completed.collect()),
    ])
}
