//! Routes of the API that its document lacks.
//!
//! The routes are known to exist, but not what they accept and return. The responses here consist
//! of fields of documented models. That is enough to test a client's call, but says nothing about
//! the responses of the service.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::Handler;
use super::request::OperationRequest;
use super::response::{OperationResponse, OperationResult};
use crate::farm::state::FarmState;
use crate::farm::state::cluster::Cluster;
use crate::farm::state::printer::Printer;

/// The routes: method, path below the API's base path, and implementation.
pub static ROUTES: [(Method, &str, Handler); 2] =
    [(Method::GET, "/usage", get_usage), (Method::POST, "/clusters/share_all", share_all_clusters)];

/// The implementation of a route, if the document lacks it.
pub fn handler(method: &str, path: &str) -> Option<Handler> {
    let route = ROUTES.iter().find(|(known, route, _)| known == method && *route == path);
    route.map(|(.., handler)| *handler)
}

/// How much each printer was used.
fn get_usage(farm: &mut FarmState, _: &OperationRequest<'_>) -> OperationResult {
    let farm = &*farm;
    let printers = farm
        .clusters
        .iter()
        .flat_map(|cluster| cluster.printers.iter().map(move |printer| (cluster, printer)));

    let usage = printers.map(|(cluster, printer)| printer_usage(farm, cluster, printer));
    Ok(OperationResponse::Data(usage.collect()))
}

fn printer_usage(farm: &FarmState, cluster: &Cluster, printer: &Printer) -> Value {
    let jobs = cluster
        .jobs
        .all()
        .filter(|job| job.started && job.printer_uuid.as_ref() == Some(&printer.uuid));
    let print_times: Vec<_> =
        jobs.map(|job| job.elapsed(cluster.last_seen(job, farm.now))).collect();

    json!({
        "cluster_id": cluster.id,
        "printer_uuid": printer.uuid,
        "printer_name": printer.name,
        "print_job_count": print_times.len(),
        "time_elapsed": print_times.iter().sum::<Duration>().as_secs(),
    })
}

/// Shares all clusters with the whole workspace.
fn share_all_clusters(farm: &mut FarmState, _: &OperationRequest<'_>) -> OperationResult {
    for cluster in &mut farm.clusters {
        cluster.organization_shared = true;
        cluster.team_ids.clear();
    }

    let cluster_ids: Vec<_> = farm.clusters.iter().map(|cluster| &cluster.id).collect();
    Ok(OperationResponse::Data(json!({"cluster_ids": cluster_ids})))
}
