//! The differences between two statuses of a cluster. Pure functions: no time, no requests.
//!
//! They are `#[inline]`, so they are compiled only in programs that watch a cluster.

use std::collections::{HashMap, HashSet};

use crate::models::{
    ClusterPrinterStatus as Printer, ClusterStatusResponse as Status,
    PrintJobInstanceResponse as Job, PrintJobState, PrintJobStatus, PrinterStatus,
};

use super::event::{AttentionReason, WatchEvent};
use super::missing::Lookup;

/// A newly listed job is old if it ended this long before the previous status was generated. The
/// service's lists lag behind by some seconds.
const LIST_LAG: chrono::TimeDelta = chrono::TimeDelta::seconds(60);

/// The maximum number of ended jobs to remember in addition to the service's list, which has ten.
const MAX_REMEMBERED_JOBS: usize = 200;

/// The phase of a job, derived from its status and the list that it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Waiting,
    Running,
    Finished,
    Failed,
}

/// Merges a new status into the known state, and keeps entries that the status omits.
///
/// * A list that is absent keeps its known entries.
/// * A job that has ended stays ended.
/// * An open job that is not listed becomes what the lookup returned for it, and stays as it is if
///   the lookup has no result.
/// * A tracked job is added as soon as it is listed or looked up.
#[inline]
pub(super) fn merge(state: &Status, new: &Status, tracked: &[String], lookup: &Lookup) -> Status {
    let known_jobs = jobs(state);
    let ended_uuids: HashSet<&str> = known_jobs
        .iter()
        .filter(|(_, phase)| phase.has_ended())
        .map(|(job, _)| job.uuid.as_str())
        .collect();

    let mut open_jobs = list_or_known(state, new, open_list);
    let completed_jobs = list_or_known(state, new, completed_list);

    // An outdated list may still have jobs that have ended.
    open_jobs.retain(|job| {
        Phase::of(job, false).has_ended() || !ended_uuids.contains(job.uuid.as_str())
    });
    let listed = uuids(&open_jobs, &completed_jobs);

    let is_new_uuid =
        |uuid: &str| !listed.contains(uuid) && !known_jobs.iter().any(|(job, _)| job.uuid == uuid);
    let new_tracked = tracked.iter().filter(|uuid| is_new_uuid(uuid));
    let mut unlisted: Vec<Job> =
        new_tracked.filter_map(|uuid| lookup.found.get(uuid)).cloned().collect();

    let mut ended = Vec::new();
    for (job, phase) in known_jobs.into_iter().filter(|(job, _)| !listed.contains(&*job.uuid)) {
        if phase.has_ended() {
            ended.push(job.clone());
        } else if !lookup.removed.contains_key(&job.uuid) {
            unlisted.push(lookup.found.get(&job.uuid).unwrap_or(job).clone());
        }
    }
    ended.drain(..ended.len().saturating_sub(MAX_REMEMBERED_JOBS));

    let (unlisted_ended, unlisted_open): (Vec<_>, Vec<_>) =
        unlisted.into_iter().partition(|job| Phase::of(job, false).has_ended());
    ended.extend(unlisted_ended.into_iter().chain(completed_jobs));
    open_jobs.extend(unlisted_open);

    Status {
        print_jobs: Some(open_jobs),
        printers: Some(list_or_known(state, new, |status| &status.printers)),
        recently_completed: Some(ended),
        ..new.clone()
    }
}

/// Returns the UUIDs of the known open jobs that a status does not list, and of the tracked jobs
/// that were never listed.
#[inline]
pub(super) fn missing_jobs(state: &Status, new: &Status, tracked: &[String]) -> Vec<String> {
    let open_jobs = list_or_known(state, new, open_list);
    let completed_jobs = list_or_known(state, new, completed_list);
    let listed = uuids(&open_jobs, &completed_jobs);

    let known_jobs = jobs(state);
    let open = known_jobs.iter().filter(|(_, phase)| !phase.has_ended()).map(|(job, _)| &job.uuid);
    let tracked =
        tracked.iter().filter(|uuid| !known_jobs.iter().any(|(job, _)| job.uuid == **uuid));

    open.chain(tracked).filter(|uuid| !listed.contains(uuid.as_str())).cloned().collect()
}

/// Whether the job is known and has not ended.
#[inline]
pub(super) fn is_open_job(state: &Status, uuid: &str) -> bool {
    jobs(state).iter().any(|(job, phase)| job.uuid == uuid && !phase.has_ended())
}

/// Returns a list of the new status, or the known list if the status does not have it.
#[inline]
fn list_or_known<T: Clone>(
    state: &Status,
    new: &Status,
    list: impl Fn(&Status) -> &Option<Vec<T>>,
) -> Vec<T> {
    list(new).as_ref().or(list(state).as_ref()).cloned().unwrap_or_default()
}

#[inline]
fn open_list(status: &Status) -> &Option<Vec<Job>> {
    &status.print_jobs
}

#[inline]
fn completed_list(status: &Status) -> &Option<Vec<Job>> {
    &status.recently_completed
}

/// Returns the UUIDs of the jobs in two lists.
#[inline]
fn uuids<'a>(
    first: impl IntoIterator<Item = &'a Job>,
    second: impl IntoIterator<Item = &'a Job>,
) -> HashSet<&'a str> {
    first.into_iter().chain(second).map(|job| job.uuid.as_str()).collect()
}

/// Returns the changes from one state to the next as events, in a plausible order: a printer goes
/// online before its job starts, and a job ends before the next one starts. The end of a tracked
/// job is always reported, even if it is old.
#[inline]
pub(super) fn changes(before: &Status, after: &Status, tracked: &[String]) -> Vec<WatchEvent> {
    let mut events = Vec::new();

    add_online_events(before, after, &mut events);
    add_job_events(before, after, tracked, &mut events);
    add_offline_events(before, after, &mut events);
    add_attention_events(before, after, &mut events);

    events
}

#[inline]
fn add_online_events(before: &Status, after: &Status, events: &mut Vec<WatchEvent>) {
    for printer in printers(after) {
        let was_online = find(before, printer).is_some_and(|old| is_online(old, before));
        if is_online(printer, after) && !was_online {
            events.push(WatchEvent::PrinterOnline(printer.clone().into()));
        }
    }
}

#[inline]
fn add_offline_events(before: &Status, after: &Status, events: &mut Vec<WatchEvent>) {
    for old in printers(before) {
        let printer = find(after, old);
        let is_still_online = printer.is_some_and(|printer| is_online(printer, after));
        if is_online(old, before) && !is_still_online {
            let last_known = printer.unwrap_or(old);
            events.push(WatchEvent::PrinterOffline(last_known.clone().into()));
        }
    }
}

#[inline]
fn add_attention_events(before: &Status, after: &Status, events: &mut Vec<WatchEvent>) {
    for printer in printers(after) {
        let old_reasons = find(before, printer).map(|old| attention_reasons(old, before));
        let old_reasons = old_reasons.unwrap_or_default();
        let mut reasons = attention_reasons(printer, after);
        reasons.retain(|reason| !old_reasons.contains(reason));

        if !reasons.is_empty() {
            let printer = printer.clone().into();
            events.push(WatchEvent::PrinterNeedsAttention { printer, reasons });
        }
    }
}

#[inline]
fn add_job_events(
    before: &Status,
    after: &Status,
    tracked: &[String],
    events: &mut Vec<WatchEvent>,
) {
    let (old_jobs, new_jobs) = (jobs(before), jobs(after));
    let old_by_uuid: HashMap<&str, (&Job, Phase)> =
        old_jobs.iter().map(|(job, phase)| (job.uuid.as_str(), (*job, *phase))).collect();
    let old = |job: &Job| old_by_uuid.get(job.uuid.as_str()).copied();

    let (ended, open): (Vec<_>, Vec<_>) =
        new_jobs.iter().copied().partition(|(_, phase)| phase.has_ended());

    for (job, phase) in ended {
        let old_phase = old(job).map(|(_, phase)| phase);
        let is_old = old_phase.map_or_else(|| ended_before(job, before), Phase::has_ended);
        if !is_old || tracked.contains(&job.uuid) {
            add_end_events(job, phase, old_phase, events);
        }
    }

    for (job, _) in open.into_iter().filter(|(_, phase)| *phase == Phase::Running) {
        match old(job) {
            Some((old, Phase::Running)) => events.extend(progress_event(old, job)),
            _ => events.push(WatchEvent::JobStarted(job.clone().into())),
        }
    }

    let listed: HashSet<&str> = new_jobs.iter().map(|(job, _)| job.uuid.as_str()).collect();
    for (old, phase) in &old_jobs {
        if !phase.has_ended() && !listed.contains(old.uuid.as_str()) {
            events.push(WatchEvent::JobRemoved((*old).clone().into()));
        }
    }
}

/// Adds the end of a job, and its start if that was not reported yet.
#[inline]
fn add_end_events(job: &Job, phase: Phase, old_phase: Option<Phase>, events: &mut Vec<WatchEvent>) {
    if old_phase != Some(Phase::Running) && (job.started || phase == Phase::Finished) {
        events.push(WatchEvent::JobStarted(job.clone().into()));
    }

    events.push(match phase {
        Phase::Finished => WatchEvent::JobFinished(job.clone().into()),
        _ => WatchEvent::JobFailed(job.clone().into()),
    });
}

/// Returns an event if the status of a running job changed or its progress increased.
#[inline]
fn progress_event(old: &Job, job: &Job) -> Option<WatchEvent> {
    let (old_percent, percent) = (percent(old), percent(job));
    let has_changed = job.status != old.status || percent > old_percent;

    has_changed.then(|| WatchEvent::JobProgressed { job: job.clone().into(), percent })
}

/// Returns each job once: first the jobs that have ended, in the order in which they ended.
#[inline]
fn jobs(status: &Status) -> Vec<(&Job, Phase)> {
    let mut ended: Vec<&Job> = status.recently_completed.iter().flatten().collect();
    ended.sort_by_key(|job| job.deleted_at.unwrap_or(chrono::DateTime::<chrono::Utc>::MAX_UTC));

    let ended = ended.into_iter().map(|job| (job, Phase::of(job, true)));
    let open = status.print_jobs.iter().flatten().map(|job| (job, Phase::of(job, false)));
    let mut seen = HashSet::new();

    ended.chain(open).filter(|(job, _)| seen.insert(job.uuid.as_str())).collect()
}

/// Whether a job ended long before the status was generated that did not list it. Such a job
/// returns to the list when a newer one is removed from it.
#[inline]
fn ended_before(job: &Job, status: &Status) -> bool {
    match (job.deleted_at, status.generated_time) {
        (Some(ended), Some(generated)) => generated.signed_duration_since(ended) > LIST_LAG,
        _ => false,
    }
}

impl Phase {
    /// `is_completed`: whether the job is in the list of completed jobs.
    #[inline]
    fn of(job: &Job, is_completed: bool) -> Self {
        let is_completed =
            is_completed || matches!(job.state, PrintJobState::History | PrintJobState::Deleted);

        match &job.status {
            PrintJobStatus::Finished => Self::Finished,
            PrintJobStatus::Aborted | PrintJobStatus::Failed | PrintJobStatus::Error => {
                Self::Failed
            }
            PrintJobStatus::WaitCleanup => Self::by_elapsed_time(job),
            _ if is_completed => Self::by_elapsed_time(job),
            PrintJobStatus::Queued | PrintJobStatus::SentToPrinter => Self::Waiting,
            PrintJobStatus::PrePrint
            | PrintJobStatus::Printing
            | PrintJobStatus::Pausing
            | PrintJobStatus::Paused
            | PrintJobStatus::Resuming
            | PrintJobStatus::PostPrint
            | PrintJobStatus::WaitUserAction => Self::Running,
            _ if job.started => Self::Running,
            _ => Self::Waiting,
        }
    }

    /// Returns how a job ended whose status does not say. As in Cura, a job that waits for clean-up
    /// before its total time has elapsed was aborted.
    #[inline]
    fn by_elapsed_time(job: &Job) -> Self {
        match job.time_elapsed {
            Some(elapsed) if elapsed < job.time_total => Self::Failed,
            _ => Self::Finished,
        }
    }

    #[inline]
    fn has_ended(self) -> bool {
        matches!(self, Self::Finished | Self::Failed)
    }
}

/// Returns the elapsed share of the total time. The elapsed time can exceed the total.
#[inline]
fn percent(job: &Job) -> Option<u8> {
    let (elapsed, total) = (job.time_elapsed?, job.time_total);

    // `i128`, because a hundred times an `i64` overflows an `i64`.
    let (elapsed, total) = (i128::from(elapsed.clamp(0, total.max(0))), i128::from(total));
    (total > 0).then(|| u8::try_from(elapsed * 100 / total).unwrap_or(100))
}

/// Returns the printers that have an id.
#[inline]
fn printers(status: &Status) -> impl Iterator<Item = &Printer> {
    status.printers.iter().flatten().filter(|printer| id(printer).is_some())
}

/// Returns the printer of a status that has the same id.
#[inline]
fn find<'a>(status: &'a Status, printer: &Printer) -> Option<&'a Printer> {
    printers(status).find(|other| id(other) == id(printer))
}

#[inline]
fn id(printer: &Printer) -> Option<&str> {
    printer.uuid.as_deref().or(printer.unique_name.as_deref())
}

/// Whether a printer is reachable. No printer of an offline cluster is.
#[inline]
fn is_online(printer: &Printer, status: &Status) -> bool {
    status.is_online != Some(false) && printer.status != Some(PrinterStatus::Unreachable)
}

/// Returns why a printer needs a person, each reason once.
#[inline]
fn attention_reasons(printer: &Printer, status: &Status) -> Vec<AttentionReason> {
    let errors = printer.errors.iter().flatten().map(|error| &error.code);
    let faults = printer.faults.iter().flatten().map(|fault| &fault.code);
    let codes = errors.chain(faults).cloned().map(AttentionReason::Fault);

    let broken = (printer.status == Some(PrinterStatus::Error)).then_some(AttentionReason::Broken);
    let maintenance =
        (printer.maintenance_required == Some(true)).then_some(AttentionReason::MaintenanceDue);

    let waiting_jobs = status.print_jobs.iter().flatten().filter(|job| {
        let is_waiting =
            matches!(job.status, PrintJobStatus::WaitUserAction | PrintJobStatus::WaitCleanup);
        is_waiting && is_on_printer(job, printer)
    });
    let waiting_jobs = waiting_jobs.map(|job| AttentionReason::Job(job.status.clone()));

    let mut reasons = Vec::new();
    for reason in codes.chain(broken).chain(maintenance).chain(waiting_jobs) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }

    reasons
}

/// Whether a job is on a printer. A job has the printer's UUID or its unique name.
#[inline]
fn is_on_printer(job: &Job, printer: &Printer) -> bool {
    let names = [&printer.uuid, &printer.unique_name];
    [&job.printer_uuid, &job.assigned_to]
        .into_iter()
        .flatten()
        .any(|name| names.into_iter().flatten().any(|printer_name| printer_name == name))
}

#[cfg(test)]
mod tests;
