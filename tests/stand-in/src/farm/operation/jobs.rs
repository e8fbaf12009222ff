//! Print jobs: new ones, lists of them, and what can be changed about them.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde_json::json;

use super::super::call::{Call, Refusal, Reply};
use super::super::clock::Time;
use super::super::file::File;
use super::super::job::{Job, Phase};
use super::super::page::page;
use super::super::printer::Printer;
use super::super::view;
use crate::farm::state::{FarmState, Sender};

type Outcome = Result<Reply, Refusal>;

pub(super) fn print(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let at = world.cluster_of(call)?;
    let job_id = call.path("job_id");
    let file = world.files.iter().find(|file| file.job_id == job_id).cloned();
    let file = file.filter(|_| !world.uploads.is_awaited(job_id));
    let file = file.ok_or_else(|| Refusal::not_found("uploaded file"))?;

    queue(world, at, file, "cloud", call)
}

pub(super) fn reprint(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let at = world.cluster_of(call)?;
    let original = world.cluster(call.path("original_cluster_id"));
    let original = original.ok_or_else(|| Refusal::not_found("original cluster"))?;
    let job = world.clusters[original].job(call.path("job_instance_uuid"));
    let file = job.ok_or_else(|| Refusal::not_found("print job"))?.file.clone();

    queue(world, at, file, "reprint", call)
}

fn queue(
    world: &mut FarmState,
    at: usize,
    file: Arc<File>,
    sent_from: &'static str,
    call: &Call<'_>,
) -> Outcome {
    let cluster = &world.clusters[at];
    if !cluster.is_online() {
        return Err(Refusal::inactive());
    }

    let idle = cluster.printers.iter().any(Printer::is_free);
    if !cluster.has_queue() && !idle {
        return Err(Refusal::not_accepting());
    }

    let to_approve = world.settings.print_approval;
    let held = call.data["start_now"] == false;
    let sender = Sender { user: world.users[0].clone(), sent_from, held, to_approve };
    let job_id = file.job_id.clone();
    let uuid = world.submit(at, file, sender);

    if to_approve {
        return Ok(Reply::Nothing);
    }
    Ok(Reply::Data(json!({
        "job_id": job_id,
        "job_instance_uuid": uuid,
        "status": "queued",
        "generated_time": view::stamp(world.now),
    })))
}

pub(super) fn get_print_job(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let at = world.cluster_of(call)?;
    let job = world.clusters[at].job(call.path("cluster_job_id"));
    let job = job.ok_or_else(|| Refusal::not_found("print job"))?;
    Ok(Reply::Data(view::job_details(world, at, job)))
}

pub(super) fn update_print_job(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let at = world.cluster_of(call)?;
    let job = world.clusters[at].job_mut(call.path("cluster_job_id"));
    let job = job.ok_or_else(|| Refusal::not_found("print job"))?;
    job.note = call.data["note"].as_str().map(str::to_owned);
    get_print_job(world, call)
}

/// The jobs of the clusters that the query names, newest first.
fn jobs<'w>(world: &'w FarmState, call: &Call<'_>) -> Vec<(usize, &'w Job)> {
    let clusters = world.clusters.iter().enumerate();
    let clusters = clusters.filter(|(_, cluster)| call.allows("cluster_ids", &cluster.id));
    let jobs = clusters.flat_map(|(at, cluster)| cluster.jobs.all().map(move |job| (at, job)));
    let mut jobs: Vec<_> = jobs.filter(|(_, job)| world.is_listed(job)).collect();
    jobs.sort_by_key(|(_, job)| std::cmp::Reverse(job.created));

    jobs
}

pub(super) fn get_print_jobs(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let world = &*world;
    let me = &world.users[0].id;
    let private = call.one("private_only") == Some("true");
    let search = call.one("search").map(str::to_lowercase);
    let mut found = jobs(world, call);

    found.retain(|(at, job)| {
        let printer = job.printer.as_deref().and_then(|uuid| world.clusters[*at].printer(uuid));
        let names = [Some(&job.file.name), Some(&job.owner.name), printer.map(|p| &p.name)];
        let wanted = |wanted: &String| {
            names.into_iter().flatten().any(|name| name.to_lowercase().contains(wanted))
        };

        // What was deleted is shown to those who ask for it.
        let asked = !call.all("status").is_empty() || job.phase != Phase::Removed;
        asked
            && call.allows("status", job.phase.state())
            && call.allows("sent_from", job.sent_from)
            && (!private || job.owner.id == *me)
            && search.as_ref().is_none_or(wanted)
    });

    Ok(page(call, found, usize::MAX, |(at, job)| view::job(world, *at, job)))
}

pub(super) fn get_print_job_reports(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let date = |name: &str| {
        let text = call.one(name).unwrap_or_default();
        read_time(text).ok_or_else(|| Refusal::invalid(format!("`{name}`: {text:?} is no date")))
    };
    let (start, end) = (date("start_date")?, date("end_date")?);
    let world = &*world;
    let mut found = jobs(world, call);
    found.retain(|(_, job)| (start..=end).contains(&job.created));

    Ok(page(call, found, usize::MAX, |(at, job)| view::job_report(world, *at, job)))
}

/// A date, or a time with or without its zone.
fn read_time(text: &str) -> Option<Time> {
    let zoned = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%#z"));
    if let Ok(time) = zoned {
        return Some(time.with_timezone(&Utc));
    }

    let date = text.parse::<NaiveDate>().ok().and_then(|date| date.and_hms_opt(0, 0, 0));
    let naive = date.or_else(|| text.parse::<NaiveDateTime>().ok());

    naive.map(|naive| naive.and_utc())
}

pub(super) fn get_print_job_filters(_: &mut FarmState, _: &Call<'_>) -> Outcome {
    Ok(Reply::Data(json!([{
        "key": "material_station_optimized",
        "display_name": "Material Station compatible",
        "type": "boolean",
    }])))
}
