//! Actions, and what has become of them.

use serde_json::{Value, json};

use super::super::action::{Action, Target};
use super::super::call::{Call, Refusal, Reply};
use crate::farm::state::FarmState;

pub(super) fn send_printer_action(
    world: &mut FarmState,
    call: &Call<'_>,
) -> Result<Reply, Refusal> {
    let at = world.cluster_of(call)?;
    let printer = world.clusters[at].printer(call.path("cluster_printer_id"));
    let printer = printer.ok_or_else(|| Refusal::not_found("printer"))?;

    if printer.offline.is_some() {
        return Err(Refusal::inactive());
    }

    let target = Target::Printer(printer.uuid.clone());
    Ok(Reply::Data(ask(world, at, target, call)))
}

pub(super) fn send_print_job_action(
    world: &mut FarmState,
    call: &Call<'_>,
) -> Result<Reply, Refusal> {
    let at = world.cluster_of(call)?;
    let cluster = &world.clusters[at];
    let job = cluster.job(call.path("cluster_job_id"));
    let job = job.ok_or_else(|| Refusal::not_found("print job"))?;
    let printer = job.printer.as_deref().and_then(|uuid| cluster.printer(uuid));

    if !cluster.is_online() || printer.is_some_and(|printer| printer.offline.is_some()) {
        return Err(Refusal::inactive());
    }

    let target = Target::Job(job.uuid.clone());
    Ok(Reply::Data(ask(world, at, target, call)))
}

fn ask(world: &mut FarmState, at: usize, target: Target, call: &Call<'_>) -> Value {
    let id = world.ask(at, target, call.path("action"), call.data.clone());
    world.clusters[at].actions.get(&id).map(show).unwrap_or_default()
}

pub(super) fn get_action_status(world: &mut FarmState, call: &Call<'_>) -> Result<Reply, Refusal> {
    let at = world.cluster_of(call)?;
    let action = world.clusters[at].actions.get(call.path("action_id"));
    action.map(|action| Reply::Data(show(action))).ok_or_else(|| Refusal::not_found("action"))
}

fn show(action: &Action) -> Value {
    json!({
        "action_id": action.id,
        "status": action.status,
        "status_details": action.details,
    })
}
