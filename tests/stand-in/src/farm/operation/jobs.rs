//! Operations on print jobs: printing, lists, reports and notes.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde_json::json;

use super::page::page;
use super::request::OperationRequest;
use super::response::{OperationError, OperationResponse, OperationResult};
use crate::farm::clock::Time;
use crate::farm::state::FarmState;
use crate::farm::state::cluster::Cluster;
use crate::farm::state::job::{Job, Phase, Submission};
use crate::farm::state::print_file::PrintFile;
use crate::farm::state::printer::Printer;
use crate::farm::view;

pub(super) fn print(farm: &mut FarmState, request: &OperationRequest<'_>) -> OperationResult {
    let cluster = farm.requested_cluster(request)?;
    let job_id = request.path("job_id");
    let file = farm.files.iter().find(|file| file.job_id == job_id).cloned();
    let file = file.filter(|_| !farm.uploads.is_incomplete(job_id));
    let file = file.ok_or_else(|| OperationError::not_found("uploaded file"))?;

    submit(farm, cluster, file, "cloud", request)
}

pub(super) fn reprint(farm: &mut FarmState, request: &OperationRequest<'_>) -> OperationResult {
    let cluster = farm.requested_cluster(request)?;
    let original_cluster = farm.cluster_index(request.path("original_cluster_id"));
    let original_cluster =
        original_cluster.ok_or_else(|| OperationError::not_found("original cluster"))?;
    let job = farm.clusters[original_cluster].job(request.path("job_instance_uuid"));
    let file = job.ok_or_else(|| OperationError::not_found("print job"))?.file.clone();

    submit(farm, cluster, file, "reprint", request)
}

fn submit(
    farm: &mut FarmState,
    index: usize,
    file: Arc<PrintFile>,
    sent_from: &'static str,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let cluster = &farm.clusters[index];
    if !cluster.is_online() {
        return Err(OperationError::printer_inactive());
    }

    let has_free_printer = cluster.printers.iter().any(Printer::is_free);
    if !cluster.has_queue() && !has_free_printer {
        return Err(OperationError::printer_not_accepting_jobs());
    }

    let job_id = file.job_id.clone();
    let needs_approval = farm.settings.print_approval;
    let submission = Submission {
        user: farm.users[0].clone(),
        sent_from,
        on_hold: request.data["start_now"] == false,
        needs_approval,
    };
    let uuid = farm.submit_job(index, file, submission);

    // A job that awaits approval has no UUID for the client yet.
    if needs_approval {
        return Ok(OperationResponse::Empty);
    }

    Ok(OperationResponse::Data(json!({
        "job_id": job_id,
        "job_instance_uuid": uuid,
        "status": "queued",
        "generated_time": view::timestamp(farm.now),
    })))
}

pub(super) fn get_print_job(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let cluster = farm.requested_cluster(request)?;
    let job = farm.clusters[cluster].job(request.path("cluster_job_id"));
    let job = job.ok_or_else(|| OperationError::not_found("print job"))?;
    Ok(OperationResponse::Data(view::job_details(farm, cluster, job)))
}

pub(super) fn update_print_job(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let cluster = farm.requested_cluster(request)?;
    let job = farm.clusters[cluster].job_mut(request.path("cluster_job_id"));
    let job = job.ok_or_else(|| OperationError::not_found("print job"))?;
    job.note = request.text("note").map(str::to_owned);

    get_print_job(farm, request)
}

/// The jobs of the requested clusters, newest first, each with the index of its cluster.
fn requested_jobs<'f>(
    farm: &'f FarmState,
    request: &OperationRequest<'_>,
) -> Vec<(usize, &'f Job)> {
    let clusters = farm
        .clusters
        .iter()
        .enumerate()
        .filter(|(_, cluster)| request.filter_accepts("cluster_ids", &cluster.id));

    let mut jobs: Vec<_> = clusters
        .flat_map(|(index, cluster)| cluster.jobs.all().map(move |job| (index, job)))
        .filter(|(_, job)| farm.is_listed(job))
        .collect();
    jobs.sort_by_key(|(_, job)| std::cmp::Reverse(job.created_at));

    jobs
}

pub(super) fn get_print_jobs(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let farm = &*farm;
    let user_id = &farm.users[0].id;
    let private_only = request.query_value("private_only") == Some("true");
    let search = request.query_value("search").map(str::to_lowercase);
    let has_status_filter = !request.query_values("status").is_empty();

    let mut jobs = requested_jobs(farm, request);
    jobs.retain(|(index, job)| {
        // Removed jobs are only returned if the status filter names them.
        (has_status_filter || job.phase != Phase::Removed)
            && request.filter_accepts("status", job.phase.state())
            && request.filter_accepts("sent_from", job.sent_from)
            && (!private_only || job.owner.id == *user_id)
            && search.as_ref().is_none_or(|text| matches(&farm.clusters[*index], job, text))
    });

    Ok(page(request, jobs, usize::MAX, |(index, job)| view::job(farm, *index, job)))
}

/// Whether the file, the owner or the printer of a job has this text, in lower case, in its name.
fn matches(cluster: &Cluster, job: &Job, text: &str) -> bool {
    let printer = cluster.printer_of(job);
    let names = [Some(&job.file.name), Some(&job.owner.name), printer.map(|printer| &printer.name)];
    names.into_iter().flatten().any(|name| name.to_lowercase().contains(text))
}

pub(super) fn get_print_job_reports(
    farm: &mut FarmState,
    request: &OperationRequest<'_>,
) -> OperationResult {
    let date = |name: &str| {
        let text = request.query_value(name).unwrap_or_default();
        parse_time(text)
            .ok_or_else(|| OperationError::invalid(format!("`{name}`: {text:?} is not a date")))
    };
    let (start, end) = (date("start_date")?, date("end_date")?);

    let farm = &*farm;
    let mut jobs = requested_jobs(farm, request);
    jobs.retain(|(_, job)| (start..=end).contains(&job.created_at));

    Ok(page(request, jobs, usize::MAX, |(index, job)| view::job_report(farm, *index, job)))
}

/// Parses a date, or a date-time with or without a time zone.
fn parse_time(text: &str) -> Option<Time> {
    let zoned = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%#z"));
    if let Ok(time) = zoned {
        return Some(time.with_timezone(&Utc));
    }

    let midnight = text.parse::<NaiveDate>().ok().and_then(|date| date.and_hms_opt(0, 0, 0));
    let naive = midnight.or_else(|| text.parse::<NaiveDateTime>().ok());

    naive.map(|naive| naive.and_utc())
}

pub(super) fn get_print_job_filters(
    _: &mut FarmState,
    _: &OperationRequest<'_>,
) -> OperationResult {
    Ok(OperationResponse::Data(json!([{
        "key": "material_station_optimized",
        "display_name": "Material Station compatible",
        "type": "boolean",
    }])))
}
