//! Operations on clusters: lists, status, notes and sharing.

use serde_json::{Map, Value, json};

use super::page::page;
use super::request::OperationRequest;
use super::response::{OperationError, OperationResponse, OperationResult};
use crate::farm::state::FarmState;
use crate::farm::state::cluster::Cluster;
use crate::farm::view;

pub(super) fn get_clusters(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let farm = &*farm;
    let mut indices: Vec<usize> = (0..farm.clusters.len())
        .filter(|&index| is_requested(&farm.clusters[index], request))
        .collect();

    if let Some(sort) = request.query_value("sort") {
        sort_clusters(farm, &mut indices, sort);
    }
    indices
        .sort_by_key(|&index| std::cmp::Reverse(count_preferences(request, &farm.clusters[index])));

    let limit = farm.config.cluster_limit.unwrap_or(usize::MAX);
    Ok(page(request, indices, limit, |&index| view::cluster(farm, index)))
}

/// Whether a cluster matches the filters of the query.
fn is_requested(cluster: &Cluster, request: &OperationRequest<'_>) -> bool {
    let team_ids = request.query_values("team_ids");
    let has_team = cluster.team_ids.iter().any(|team| team_ids.contains(team));
    let variant = cluster.printers.first().map(|host| host.model.variant);

    (team_ids.is_empty() || has_team)
        && request.query_value("machine_variant").is_none_or(|wanted| variant == Some(wanted))
}

/// Sorts clusters by a text or number of their view, in descending order after a `-`.
fn sort_clusters(farm: &FarmState, indices: &mut [usize], sort: &str) {
    let field = sort.trim_start_matches('-');
    indices.sort_by_cached_key(|&index| match &view::cluster(farm, index)[field] {
        Value::Number(number) => (number.as_u64().unwrap_or_default(), String::new()),
        Value::String(text) => (0, text.to_lowercase()),
        _ => (0, String::new()),
    });

    if sort.starts_with('-') {
        indices.reverse();
    }
}

/// How many of the preferred materials and print cores the host of a cluster has.
fn count_preferences(request: &OperationRequest<'_>, cluster: &Cluster) -> usize {
    let Some(host) = cluster.printers.first() else { return 0 };
    let parameters = [
        ("prefer_material_1", "prefer_print_core_1"),
        ("prefer_material_2", "prefer_print_core_2"),
    ];

    let counts = parameters.iter().enumerate().map(|(extruder, (material, core))| {
        let preferred_material = request.query_value(material);
        let preferred_core = request.query_value(core);
        let loaded_material = host.loaded_materials.get(extruder).map(|loaded| loaded.guid);
        let installed_core = host.model.cores.get(extruder).copied();

        usize::from(preferred_material.is_some() && preferred_material == loaded_material)
            + usize::from(preferred_core.is_some() && preferred_core == installed_core)
    });

    counts.sum()
}

/// Returns those of the given ids that are clusters of the farm.
pub(super) fn check_cluster_access(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let ids = request.data["cluster_ids"].as_array().into_iter().flatten();
    let accessible =
        ids.filter(|id| id.as_str().is_some_and(|id| farm.cluster_index(id).is_some()));
    Ok(OperationResponse::Data(json!({"cluster_ids": accessible.collect::<Vec<_>>()})))
}

pub(super) fn get_cluster_team_counts(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let teams = farm.team_ids.iter().filter(|team| request.filter_accepts("team_ids", team));
    let counts = teams.map(|team| {
        let shared = farm.clusters.iter().filter(|cluster| cluster.team_ids.contains(team));
        (team.clone(), json!(shared.count()))
    });
    Ok(OperationResponse::Data(json!({"counts": counts.collect::<Map<_, _>>()})))
}

pub(super) fn get_cluster(farm: &mut FarmState, request: &OperationRequest<'_>) -> OperationResult {
    let cluster = farm.requested_cluster(request)?;
    Ok(OperationResponse::Data(view::cluster(farm, cluster)))
}

pub(super) fn delete_cluster(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let cluster = farm.requested_cluster(request)?;
    farm.clusters.remove(cluster);
    Ok(OperationResponse::Empty)
}

/// Replaces the note. A request without a note removes it.
pub(super) fn update_cluster_note(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let cluster = farm.requested_cluster(request)?;
    farm.clusters[cluster].note = request.data["note"]["note"].as_str().map(str::to_owned);
    Ok(OperationResponse::Data(view::cluster(farm, cluster)))
}

pub(super) fn update_cluster_sharing(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let cluster = farm.requested_cluster(request)?;
    let organization_shared = request.data["organization_shared"].as_bool().unwrap_or(false);
    let team_ids = request.texts("team_ids");

    if organization_shared && !team_ids.is_empty() {
        let detail = "`organization_shared` must be false or omitted if there are `team_ids`";
        return Err(OperationError::invalid(detail));
    }

    if team_ids.iter().any(|team| !farm.team_ids.contains(team)) {
        return Err(OperationError::not_found("team"));
    }

    farm.clusters[cluster].organization_shared = organization_shared;
    farm.clusters[cluster].team_ids = team_ids;
    Ok(OperationResponse::Data(view::cluster(farm, cluster)))
}

pub(super) fn get_cluster_status(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let cluster = farm.requested_cluster(request)?;
    Ok(OperationResponse::Data(view::status(farm, cluster)))
}

pub(super) fn get_user_clusters(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let indices = (0..farm.clusters.len()).filter(|&index| {
        let cluster = &farm.clusters[index];
        cluster.user.id == request.path("user_id")
            && request.filter_accepts("organization_ids", &cluster.organization_id)
    });
    Ok(OperationResponse::Data(indices.map(|index| view::cluster(farm, index)).collect()))
}
