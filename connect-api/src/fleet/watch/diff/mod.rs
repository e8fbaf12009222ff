//! What has changed between two statuses of a cluster. Pure: no time, no traffic.
//!
//! All of it is `#[inline]`, as is what polls: it is compiled by the programs that watch, and not by
//! each that depends on the crate.

use std::collections::{HashMap, HashSet};

use crate::models::{
    ClusterPrinterStatus as Printer, ClusterStatusResponse as Status,
    PrintJobInstanceResponse as Job, PrintJobState, PrintJobStatus, PrinterStatus,
};

use super::event::{AttentionReason, WatchEvent};
use super::missing::Answers;

/// How long before an earlier status was made a job must have ended for it to be old news there.
/// The service's lists lag by some seconds.
const LAG: chrono::TimeDelta = chrono::TimeDelta::seconds(60);

/// Where a job is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Waiting,
    Running,
    Finished,
    Failed,
}

/// How many jobs that have ended are remembered. The service's list has ten.
const REMEMBERED: usize = 200;

/// What is known after a status has come: all that it says, and what it leaves out but cannot have
/// changed. Lists that are not there are as they were; a job that has ended stays ended; one that has
/// not, and is missing, is what it was answered to be, or as it was if there is no answer. One
/// whose end is `sought` is there as soon as it is listed or found.
#[inline]
pub(super) fn known(known: &Status, now: &Status, sought: &[String], answers: &Answers) -> Status {
    let before = jobs(known);
    let (mut print_jobs, recently_completed) = (listed(known, now, open), listed(known, now, done));
    let has_ended: HashSet<&str> =
        before.iter().filter(|(_, phase)| phase.has_ended()).map(|(job, _)| &*job.uuid).collect();

    // What a late list says of it.
    print_jobs
        .retain(|job| Phase::of(job, false).has_ended() || !has_ended.contains(job.uuid.as_str()));
    let is_told = uuids(&print_jobs, &recently_completed);
    let (mut ended, mut found) = (Vec::new(), Vec::new());
    let is_new =
        |uuid: &str| !is_told.contains(uuid) && !before.iter().any(|(job, _)| job.uuid == uuid);
    let new = sought.iter().filter(|uuid| is_new(uuid));

    found.extend(new.filter_map(|uuid| answers.found.get(uuid)).cloned());

    for (job, phase) in before.into_iter().filter(|(job, _)| !is_told.contains(&*job.uuid)) {
        if phase.has_ended() {
            ended.push(job.clone());
        } else if !answers.gone.contains_key(&job.uuid) {
            found.push(answers.found.get(&job.uuid).unwrap_or(job).clone());
        }
    }

    ended.drain(..ended.len().saturating_sub(REMEMBERED));
    let (done, open): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|job| Phase::of(job, false).has_ended());
    ended.extend(done.into_iter().chain(recently_completed));
    print_jobs.extend(open);

    Status {
        print_jobs: Some(print_jobs),
        printers: Some(listed(known, now, |status| &status.printers)),
        recently_completed: Some(ended),
        ..now.clone()
    }
}

/// The open jobs that a status lacks, and those that are `sought` and were never seen, by their
/// UUIDs.
#[inline]
pub(super) fn missing(known: &Status, now: &Status, sought: &[String]) -> Vec<String> {
    let (print_jobs, recently_completed) = (listed(known, now, open), listed(known, now, done));
    let is_told = uuids(&print_jobs, &recently_completed);
    let known = jobs(known);
    let open = known.iter().filter(|(_, phase)| !phase.has_ended()).map(|(job, _)| &job.uuid);
    let sought = sought.iter().filter(|uuid| !known.iter().any(|(job, _)| job.uuid == **uuid));

    open.chain(sought).filter(|uuid| !is_told.contains(uuid.as_str())).cloned().collect()
}

/// Whether a job is known that has not ended.
#[inline]
pub(super) fn has_open(known: &Status, uuid: &str) -> bool {
    jobs(known).iter().any(|(job, phase)| job.uuid == uuid && !phase.has_ended())
}

/// A list of a status; as it was known if it is not there.
#[inline]
fn listed<T: Clone>(
    known: &Status,
    now: &Status,
    list: impl Fn(&Status) -> &Option<Vec<T>>,
) -> Vec<T> {
    list(now).as_ref().or(list(known).as_ref()).cloned().unwrap_or_default()
}

#[inline]
fn open(status: &Status) -> &Option<Vec<Job>> {
    &status.print_jobs
}

#[inline]
fn done(status: &Status) -> &Option<Vec<Job>> {
    &status.recently_completed
}

/// What tells the jobs of two lists from others.
#[inline]
fn uuids<'a>(
    one: impl IntoIterator<Item = &'a Job>,
    other: impl IntoIterator<Item = &'a Job>,
) -> HashSet<&'a str> {
    one.into_iter().chain(other).map(|job| job.uuid.as_str()).collect()
}

/// The changes, in the order in which they can have happened: a printer comes before its job, and
/// a job that ends before the next. Of a job that is `sought`, the end is no old news.
#[inline]
pub(super) fn between(before: &Status, now: &Status, sought: &[String]) -> Vec<WatchEvent> {
    let mut events = Vec::new();
    let (old_printers, printers) = (printers(before), printers(now));
    for printer in printers.iter().copied() {
        let old = old_printers.iter().find(|old| id(old) == id(printer));
        if is_online(printer, now) && !old.is_some_and(|old| is_online(old, before)) {
            events.push(WatchEvent::PrinterOnline(printer.clone().into()));
        }
    }

    job_events(before, now, sought, &mut events);

    for old in old_printers.iter().copied() {
        let printer = printers.iter().copied().find(|printer| id(printer) == id(old));
        if is_online(old, before) && !printer.is_some_and(|printer| is_online(printer, now)) {
            let last = printer.unwrap_or(old);
            events.push(WatchEvent::PrinterOffline(last.clone().into()));
        }
    }

    for printer in printers {
        let old = old_printers.iter().find(|old| id(old) == id(printer));
        let known = old.map(|old| reasons(old, before)).unwrap_or_default();
        let mut new = reasons(printer, now);
        new.retain(|reason| !known.contains(reason));

        if !new.is_empty() {
            let printer = printer.clone().into();
            events.push(WatchEvent::PrinterNeedsAttention { printer, reasons: new });
        }
    }

    events
}

#[inline]
fn job_events(before: &Status, now: &Status, sought: &[String], events: &mut Vec<WatchEvent>) {
    let (old_jobs, jobs) = (jobs(before), jobs(now));
    let old: HashMap<&str, (&Job, Phase)> =
        old_jobs.iter().map(|(job, phase)| (job.uuid.as_str(), (*job, *phase))).collect();
    let old = |job: &Job| old.get(job.uuid.as_str()).copied();
    let (ended, open): (Vec<_>, Vec<_>) =
        jobs.iter().copied().partition(|(_, phase)| phase.has_ended());

    for (job, phase) in ended {
        let was = old(job).map(|(_, phase)| phase);
        let is_old = was.map_or_else(|| is_old_news(job, before), Phase::has_ended);
        if is_old && !sought.contains(&job.uuid) {
            continue;
        }

        if was != Some(Phase::Running) && (job.started || phase == Phase::Finished) {
            events.push(WatchEvent::JobStarted(job.clone().into()));
        }

        events.push(match phase {
            Phase::Finished => WatchEvent::JobFinished(job.clone().into()),
            _ => WatchEvent::JobFailed(job.clone().into()),
        });
    }

    for (job, phase) in open {
        if phase != Phase::Running {
            continue;
        }
        match old(job) {
            Some((old, Phase::Running)) => {
                let (was, percent) = (percent(old), percent(job));
                if job.status != old.status || percent > was {
                    events.push(WatchEvent::JobProgressed { job: job.clone().into(), percent });
                }
            }
            _ => events.push(WatchEvent::JobStarted(job.clone().into())),
        }
    }

    let listed: HashSet<&str> = jobs.iter().map(|(job, _)| job.uuid.as_str()).collect();
    for (old, phase) in &old_jobs {
        if !phase.has_ended() && !listed.contains(old.uuid.as_str()) {
            events.push(WatchEvent::JobGone((*old).clone().into()));
        }
    }
}

/// The jobs, each once: those that have ended first, in the order in which they did.
#[inline]
fn jobs(status: &Status) -> Vec<(&Job, Phase)> {
    let mut ended: Vec<&Job> = status.recently_completed.iter().flatten().collect();
    ended.sort_by_key(|job| job.deleted_at.unwrap_or(chrono::DateTime::<chrono::Utc>::MAX_UTC));
    let ended = ended.into_iter().map(|job| (job, Phase::of(job, true)));
    let open = status.print_jobs.iter().flatten().map(|job| (job, Phase::of(job, false)));
    let mut seen = HashSet::new();

    ended.chain(open).filter(|(job, _)| seen.insert(job.uuid.as_str())).collect()
}

/// Whether a job that an earlier status did not list had ended long before that: it is back in the
/// list because a later one was taken out.
#[inline]
fn is_old_news(job: &Job, before: &Status) -> bool {
    match (job.deleted_at, before.generated_time) {
        (Some(ended), Some(generated)) => generated.signed_duration_since(ended) > LAG,
        _ => false,
    }
}

impl Phase {
    #[inline]
    fn of(job: &Job, is_completed: bool) -> Self {
        let is_completed =
            is_completed || matches!(job.state, PrintJobState::History | PrintJobState::Deleted);
        match &job.status {
            PrintJobStatus::Finished => Self::Finished,
            PrintJobStatus::Aborted | PrintJobStatus::Failed | PrintJobStatus::Error => {
                Self::Failed
            }
            PrintJobStatus::WaitCleanup => Self::by_time(job),
            _ if is_completed => Self::by_time(job),
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

    /// How a job has ended whose status does not tell. Cura reads it so: a job that waits for the
    /// clean-up before its time was aborted.
    #[inline]
    fn by_time(job: &Job) -> Self {
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

/// How much of a job's time has passed. The time elapsed can exceed the total.
#[inline]
fn percent(job: &Job) -> Option<u8> {
    let (elapsed, total) = (job.time_elapsed?, job.time_total);
    // Wide enough for any time that an answer can hold.
    let (elapsed, total) = (i128::from(elapsed.clamp(0, total.max(0))), i128::from(total));
    (total > 0).then(|| u8::try_from(elapsed * 100 / total).unwrap_or(100))
}

/// The printers that can be told from others.
#[inline]
fn printers(status: &Status) -> Vec<&Printer> {
    status.printers.iter().flatten().filter(|printer| id(printer).is_some()).collect()
}

#[inline]
fn id(printer: &Printer) -> Option<&str> {
    printer.uuid.as_deref().or(printer.unique_name.as_deref())
}

/// No printer of a cluster that is offline can be reached, whatever its last status was.
#[inline]
fn is_online(printer: &Printer, status: &Status) -> bool {
    status.is_online != Some(false) && printer.status != Some(PrinterStatus::Unreachable)
}

/// Why a person is wanted at a printer, each reason once.
#[inline]
fn reasons(printer: &Printer, status: &Status) -> Vec<AttentionReason> {
    let errors = printer.errors.iter().flatten().map(|error| &error.code);
    let codes = errors.chain(printer.faults.iter().flatten().map(|fault| &fault.code));

    let own = [
        (AttentionReason::Broken, printer.status == Some(PrinterStatus::Error)),
        (AttentionReason::MaintenanceDue, printer.maintenance_required == Some(true)),
    ];
    let own = own.into_iter().filter(|(_, is_so)| *is_so).map(|(reason, _)| reason);

    let jobs = status.print_jobs.iter().flatten().filter(|job| {
        let waits = [PrintJobStatus::WaitUserAction, PrintJobStatus::WaitCleanup];
        let on = [&job.printer_uuid, &job.assigned_to].into_iter().flatten();
        waits.contains(&job.status) && on.map(String::as_str).any(|on| is_called(printer, on))
    });
    let jobs = jobs.map(|job| AttentionReason::Job(job.status.clone()));
    let mut reasons = Vec::new();

    for reason in codes.cloned().map(AttentionReason::Fault).chain(own).chain(jobs) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }

    reasons
}

/// Jobs name their printer by its UUID or by its unique name.
#[inline]
fn is_called(printer: &Printer, name: &str) -> bool {
    [&printer.uuid, &printer.unique_name].into_iter().flatten().any(|own| own == name)
}

#[cfg(test)]
mod tests;
