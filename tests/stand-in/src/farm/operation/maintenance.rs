//! Maintenance: what is to be done, and what was.

use serde_json::{Value, json};

use super::super::call::{Call, Refusal, Reply};
use super::super::cluster::Maintained;
use super::super::page::page;
use super::super::view::stamp;
use crate::farm::state::FarmState;

type Outcome = Result<Reply, Refusal>;

pub(super) fn get_pending_maintenance(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let at = world.cluster_of(call)?;
    let tasks = world.clusters[at].tasks.iter().map(|task| {
        json!({
            "due_date": stamp(task.due()),
            "is_due": task.is_due(world.now),
            "task_rule": {
                "code": task.code,
                "task_details": {"type": "time_based", "value": {"interval": task.interval}},
            },
        })
    });

    Ok(Reply::Data(tasks.collect()))
}

pub(super) fn add_completed_maintenance(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let at = world.cluster_of(call)?;
    let codes = call.data["task_codes"].as_array().into_iter().flatten();
    let codes: Vec<_> = codes.filter_map(Value::as_str).map(str::to_owned).collect();

    if codes.is_empty() {
        return Err(Refusal::invalid("`task_codes` names no task"));
    }

    let (now, by) = (world.now, world.users[0].clone());
    let cluster = &mut world.clusters[at];
    if codes.iter().any(|code| !cluster.tasks.iter().any(|task| task.code == code)) {
        return Err(Refusal::not_found("maintenance task"));
    }

    for task in cluster.tasks.iter_mut().filter(|task| codes.iter().any(|code| code == task.code)) {
        task.done = now;
    }

    cluster.maintained.push(Maintained { at: now, codes, by });
    Ok(Reply::Nothing)
}

pub(super) fn get_completed_maintenance(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let at = world.cluster_of(call)?;
    let done = world.clusters[at].maintained.iter().rev().collect();

    Ok(page(call, done, usize::MAX, |done| {
        json!({
            "completed_at": stamp(done.at),
            "task_codes": done.codes,
            "user_id": done.by.id,
            "username": done.by.name,
        })
    }))
}
