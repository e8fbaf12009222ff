//! Routes of the API that its document lacks.
//!
//! It is attested that they are there, and not what they take and answer. The farm's answers are
//! made of fields that the documented models have: enough to write a call with, no promise of what
//! the service says.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::call::{Call, Refusal, Reply};
use super::operation::Handler;
use super::printer::Printer;
use crate::farm::state::FarmState;

/// The routes: the method, the path below the API's base, and what they do.
pub static ROUTES: [(Method, &str, Handler); 2] =
    [(Method::GET, "/usage", usage), (Method::POST, "/clusters/share_all", share_all)];

/// What a route does, if it is one of these.
pub fn handler(method: &str, route: &str) -> Option<Handler> {
    let found = ROUTES.iter().find(|(known, path, _)| known == method && *path == route);
    found.map(|(.., handler)| *handler)
}

/// How much each printer has been used.
fn usage(world: &mut FarmState, _: &Call<'_>) -> Result<Reply, Refusal> {
    let clusters = world.clusters.iter();
    let printers =
        clusters.flat_map(|cluster| cluster.printers.iter().map(move |printer| (cluster, printer)));

    let usage = printers.map(|(cluster, printer): (_, &Printer)| {
        let jobs = cluster.jobs.all();
        let jobs: Vec<_> = jobs
            .filter(|job| job.started && job.printer.as_ref() == Some(&printer.uuid))
            .map(|job| job.elapsed(cluster.seen(job, world.now)))
            .collect();

        json!({
            "cluster_id": cluster.id,
            "printer_uuid": printer.uuid,
            "printer_name": printer.name,
            "print_job_count": jobs.len(),
            "time_elapsed": jobs.iter().sum::<Duration>().as_secs(),
        })
    });

    Ok(Reply::Data(usage.collect::<Value>()))
}

/// Shares all clusters with the whole workspace.
fn share_all(world: &mut FarmState, _: &Call<'_>) -> Result<Reply, Refusal> {
    for cluster in &mut world.clusters {
        (cluster.organization_shared, cluster.teams) = (true, Vec::new());
    }
    let shared: Vec<_> = world.clusters.iter().map(|cluster| &cluster.id).collect();
    Ok(Reply::Data(json!({"cluster_ids": shared})))
}
