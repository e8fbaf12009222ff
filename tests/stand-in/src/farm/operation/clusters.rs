//! Clusters: lists, their status, and what can be changed about them.

use serde_json::{Map, Value, json};

use super::super::call::{Call, Refusal, Reply};
use super::super::cluster::Cluster;
use super::super::page::page;
use super::super::view;
use crate::farm::state::FarmState;

type Outcome = Result<Reply, Refusal>;

pub(super) fn get_clusters(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let world = &*world;
    let mut found: Vec<usize> = (0..world.clusters.len())
        .filter(|&at| {
            let cluster = &world.clusters[at];
            let teams = call.all("team_ids");
            let variant = cluster.printers.first().map(|host| host.model.variant);
            (teams.is_empty() || cluster.teams.iter().any(|team| teams.contains(team)))
                && call.one("machine_variant").is_none_or(|wanted| variant == Some(wanted))
        })
        .collect();

    if let Some(sort) = call.one("sort") {
        sort_by(world, &mut found, sort);
    }

    found.sort_by_key(|&at| std::cmp::Reverse(preferred(call, &world.clusters[at])));
    let most = world.plan.cluster_limit.unwrap_or(usize::MAX);

    Ok(page(call, found, most, |&at| view::cluster(world, at)))
}

/// Sorts by a text or a number of what is shown; downwards after a `-`.
fn sort_by(world: &FarmState, found: &mut [usize], sort: &str) {
    let field = sort.trim_start_matches('-');
    found.sort_by_cached_key(|&at| match &view::cluster(world, at)[field] {
        Value::Number(number) => (number.as_u64().unwrap_or_default(), String::new()),
        Value::String(text) => (0, text.to_lowercase()),
        _ => (0, String::new()),
    });

    if sort.starts_with('-') {
        found.reverse();
    }
}

/// How many of the preferred things are mounted on the host.
fn preferred(call: &Call<'_>, cluster: &Cluster) -> usize {
    let Some(host) = cluster.printers.first() else { return 0 };
    let fits = |extruder: usize| {
        let material = call.one(["prefer_material_1", "prefer_material_2"][extruder]);
        let core = call.one(["prefer_print_core_1", "prefer_print_core_2"][extruder]);
        let loaded = host.loaded.get(extruder).map(|loaded| loaded.guid);
        let mounted = host.model.cores.get(extruder).copied();

        usize::from(material.is_some() && material == loaded)
            + usize::from(core.is_some() && core == mounted)
    };

    fits(0) + fits(1)
}

pub(super) fn check_cluster_access(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let asked = call.data["cluster_ids"].as_array().into_iter().flatten();
    let known = asked.filter(|id| id.as_str().is_some_and(|id| world.cluster(id).is_some()));
    Ok(Reply::Data(json!({"cluster_ids": known.collect::<Vec<_>>()})))
}

pub(super) fn get_cluster_team_counts(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let teams = world.teams.iter().filter(|team| call.allows("team_ids", team));
    let counts = teams.map(|team| {
        let shared = world.clusters.iter().filter(|cluster| cluster.teams.contains(team));
        (team.clone(), json!(shared.count()))
    });
    Ok(Reply::Data(json!({"counts": counts.collect::<Map<_, _>>()})))
}

pub(super) fn get_cluster(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let at = world.cluster_of(call)?;
    Ok(Reply::Data(view::cluster(world, at)))
}

pub(super) fn delete_cluster(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let at = world.cluster_of(call)?;
    world.clusters.remove(at);
    Ok(Reply::Nothing)
}

pub(super) fn update_cluster_note(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let at = world.cluster_of(call)?;
    // A request without a note takes the note away.
    world.clusters[at].note = call.data["note"]["note"].as_str().map(str::to_owned);
    Ok(Reply::Data(view::cluster(world, at)))
}

pub(super) fn update_cluster_sharing(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let at = world.cluster_of(call)?;
    let everybody = call.data["organization_shared"].as_bool().unwrap_or(false);
    let teams = call.data["team_ids"].as_array().into_iter().flatten();
    let teams: Vec<_> = teams.filter_map(Value::as_str).map(str::to_owned).collect();

    if everybody && !teams.is_empty() {
        let detail = "`organization_shared` must be false or left out where there are `team_ids`";
        return Err(Refusal::invalid(detail));
    }

    if teams.iter().any(|team| !world.teams.contains(team)) {
        return Err(Refusal::not_found("team"));
    }

    (world.clusters[at].organization_shared, world.clusters[at].teams) = (everybody, teams);
    Ok(Reply::Data(view::cluster(world, at)))
}

pub(super) fn get_cluster_status(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let at = world.cluster_of(call)?;
    Ok(Reply::Data(view::status(world, at)))
}

pub(super) fn get_user_clusters(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let theirs = (0..world.clusters.len()).filter(|&at| {
        let cluster = &world.clusters[at];
        cluster.user.id == call.path("user_id")
            && call.allows("organization_ids", &cluster.organization)
    });
    Ok(Reply::Data(theirs.map(|at| view::cluster(world, at)).collect()))
}
