//! A cluster as the API shows it.

use std::time::Duration;

use serde_json::{Value, json};

use super::job::job;
use super::printer::{printer, status};
use crate::farm::cluster::Cluster;
use crate::farm::printer::Update;
use crate::farm::state::FarmState;

/// The printer that a MakerBot has in a cluster has no id.
const NO_UUID: &str = "00000000-0000-0000-0000-000000000000";

/// A cluster, with its host.
pub fn cluster(world: &FarmState, at: usize) -> Value {
    let cluster = &world.clusters[at];
    let host = cluster.printers.first();
    let waiting = cluster.jobs.open();
    let remaining: Duration = waiting.clone().map(|job| job.remaining(world.now)).sum();
    let current = host.and_then(|host| cluster.job(host.job.as_deref()?));
    let due = cluster.tasks.iter().any(|task| task.is_due(world.now));

    let mut view = json!({
        "cluster_id": cluster.id,
        "friendly_name": cluster.name,
        "host_name": cluster.host_name,
        "status": "active",
        "is_online": cluster.is_online(),
        "display_status": display_status(cluster),
        "capabilities": cluster.capabilities(),
        "printer_count": cluster.printers.len(),
        "host_print_job_count": waiting.count(),
        "host_remaining_print_time": remaining.as_secs(),
        "host_current_print_job": current.map(|current| job(world, at, current)),
        "maintenance_due": due,
        "note": cluster.note.as_ref().map(|note| json!({"note": note})),
        "user_id": cluster.user.id,
        "organization_id": cluster.organization,
        "organization_shared": cluster.organization_shared,
        "team_ids": cluster.teams,
    });

    if let Some(host) = host {
        view["host_guid"] = json!(host.uuid);
        view["host_internal_ip"] = json!(host.ip);
        view["host_version"] = json!(host.version());
        view["printer_type"] = json!(host.model.printer_type);
        view["host_printer"] = printer(cluster, host);
    }

    if let Some(makerbot) = &cluster.makerbot {
        view["host_guid"] = json!(makerbot.guid);
        view["printer_type"] = json!(makerbot.printer_type);
        view["printer_count"] = json!(1);
        view["host_printer"] = json!({"uuid": NO_UUID, "friendly_name": makerbot.name});
    }

    view
}

fn display_status(cluster: &Cluster) -> &'static str {
    match cluster.printers.first() {
        Some(host) if host.offline.is_some() => "offline",
        Some(host) if !host.enabled => "disabled",
        Some(host) if host.update == Update::Running => "updating_firmware",
        Some(host) => status(cluster, host),
        None => "unknown",
    }
}
