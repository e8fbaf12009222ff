//! The workspace, and the service itself.

use serde_json::{Value, json};

use super::super::call::{Call, Refusal, Reply};
use super::super::clock::between;
use crate::farm::state::{FarmState, Settings};

type Outcome = Result<Reply, Refusal>;

pub(super) fn get_uptime(world: &mut FarmState, _: &Call<'_>) -> Outcome {
    Ok(Reply::Data(json!({
        "ok": true,
        "time": world.now.format("%Y-%m-%d %H:%M:%S").to_string(),
        "uptime": between(world.began, world.now).as_secs_f64(),
        "version": "v1",
    })))
}

/// The farm has a teapot, no pot of coffee.
pub(super) fn brew_coffee(_: &mut FarmState, _: &Call<'_>) -> Outcome {
    Err(Refusal::teapot())
}

pub(super) fn get_settings(world: &mut FarmState, _: &Call<'_>) -> Outcome {
    Ok(Reply::Data(json!({
        "enable_print_prep": world.settings.print_prep,
        "require_print_approval": world.settings.print_approval,
    })))
}

/// What the request leaves out stays as it is.
pub(super) fn update_settings(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let Settings { print_prep, print_approval } = world.settings;
    let given = |name: &str, now| call.data.get(name).and_then(Value::as_bool).unwrap_or(now);

    world.settings = Settings {
        print_prep: given("enable_print_prep", print_prep),
        print_approval: given("require_print_approval", print_approval),
    };

    get_settings(world, call)
}

pub(super) fn delete_team(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let team = call.path("team_id");
    let found = world.teams.iter().position(|known| known == team);
    world.teams.remove(found.ok_or_else(|| Refusal::not_found("team"))?);

    for cluster in &mut world.clusters {
        cluster.teams.retain(|known| known != team);
    }
    Ok(Reply::Nothing)
}
