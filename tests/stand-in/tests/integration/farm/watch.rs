//! A watch of a farm for a day, compared with the farm's own record of changes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use connect_api::models::{ClusterStatusResponse, PrintJobInstanceResponse, PrintJobStatus};
use connect_api::{AttentionReason, Client, WatchEvent};
use connect_stand_in::{Change, ChangeKind, Farm, Fault, RecordedRequest, StandIn};

use super::HOUR;

type Time = DateTime<Utc>;

/// The farm's time between two polls.
const POLL_INTERVAL: Duration = Duration::from_secs(180);

/// A pause without polls. More jobs end in it than a status lists.
const PAUSE: Duration = Duration::from_secs(45 * 60);

/// A reported change: the time of the poll that shows it, and what changed.
type Report = (Time, &'static str);

/// The job or printer of a change, and its aspect: `job`, `connection` or `health`.
///
/// Changes of different subjects are in no particular order.
type Subject = (String, &'static str);

/// The aspect and the name of a change that a watch can report.
fn reportable(kind: ChangeKind) -> Option<(&'static str, &'static str)> {
    match kind {
        ChangeKind::JobStarted => Some(("job", "started")),
        ChangeKind::JobPaused => Some(("job", "paused")),
        ChangeKind::JobResumed => Some(("job", "resumed")),
        ChangeKind::JobFinished => Some(("job", "finished")),
        ChangeKind::JobAborted | ChangeKind::JobFailed => Some(("job", "failed")),
        ChangeKind::JobRemoved => Some(("job", "removed")),
        ChangeKind::PrinterOnline => Some(("connection", "online")),
        ChangeKind::PrinterOffline => Some(("connection", "offline")),
        ChangeKind::PrinterBroken => Some(("health", "broken")),
        ChangeKind::PrinterRepaired => Some(("health", "repaired")),
        // A watch does not report that a job is queued or cleared.
        _ => None,
    }
}

/// What a watch has reported.
#[derive(Default)]
struct Observer {
    reports: BTreeMap<Subject, Vec<Report>>,
    /// The last reported progress of each job, in percent.
    progress: BTreeMap<String, u8>,
    paused: BTreeSet<String>,
    /// The poll of the last event, and the rank of the event among those of one poll.
    last: Option<(Time, usize)>,
}

impl Observer {
    fn observe(&mut self, event: &WatchEvent, poll: Option<Time>) {
        let Some((subject, change, rank)) = self.classify(event) else { return };
        let poll = poll.expect("a time");

        if let Some((last_poll, last_rank)) = self.last {
            assert!(last_poll <= poll, "the events of polls are in order");
            // A job that started and ended between two polls starts after others have ended.
            let is_in_order = last_poll < poll || last_rank <= rank || (last_rank, rank) == (2, 1);
            assert!(is_in_order, "{event} is out of order at {poll}");
        }

        self.last = Some((poll, rank));
        self.reports.entry(subject).or_default().push((poll, change));
    }

    /// The subject and change of an event, and its rank among the events of one poll.
    ///
    /// The ranks are in an order in which the changes can have happened: a printer goes online
    /// before its job changes, and a job ends before the next one starts.
    fn classify(&mut self, event: &WatchEvent) -> Option<(Subject, &'static str, usize)> {
        let uuid = |uuid: &Option<String>| uuid.clone().expect("a UUID");

        Some(match event {
            WatchEvent::PrinterOnline(printer) => {
                ((uuid(&printer.uuid), "connection"), "online", 0)
            }
            WatchEvent::JobFinished(job) => ((job.uuid.clone(), "job"), "finished", 1),
            WatchEvent::JobFailed(job) => ((job.uuid.clone(), "job"), "failed", 1),
            WatchEvent::JobStarted(job) => ((job.uuid.clone(), "job"), "started", 2),
            WatchEvent::JobProgressed { job, percent, .. } => {
                self.record_progress(&job.uuid, percent.expect("a percentage"));
                let was_paused = self.paused.remove(&job.uuid);

                let change = match &job.status {
                    PrintJobStatus::Paused => {
                        self.paused.insert(job.uuid.clone());
                        "paused"
                    }
                    PrintJobStatus::Printing if was_paused => "resumed",
                    _ => return None,
                };
                ((job.uuid.clone(), "job"), change, 2)
            }
            WatchEvent::JobRemoved(job) => ((job.uuid.clone(), "job"), "removed", 3),
            WatchEvent::PrinterOffline(printer) => {
                ((uuid(&printer.uuid), "connection"), "offline", 4)
            }
            WatchEvent::PrinterNeedsAttention { printer, reasons, .. } => {
                let fault = AttentionReason::Fault("AIR_MANAGER_FILTER_MISSING".to_owned());
                if !reasons.contains(&fault) {
                    return None;
                }
                ((uuid(&printer.uuid), "health"), "broken", 5)
            }
            _ => return None,
        })
    }

    fn record_progress(&mut self, job: &str, percent: u8) {
        let reports = self.reports.get(&(job.to_owned(), "job"));
        let last_change = reports.and_then(|reports| reports.last()).map(|(_, change)| *change);
        assert!(!matches!(last_change, Some("finished" | "failed")), "progress of an ended job");

        let previous = self.progress.insert(job.to_owned(), percent);
        assert!(previous <= Some(percent), "progress decreased from {previous:?} to {percent} %");
    }
}

fn is_poll(request: &&RecordedRequest) -> bool {
    request.path.ends_with("/status")
}

/// The farm's times of the successful polls. `pauses` has the number of polls before each pause.
fn successful_polls(requests: &[RecordedRequest], start: Time, pauses: &[u32]) -> Vec<Time> {
    let polls = (1..).zip(requests.iter().filter(is_poll));
    let successful = polls.filter(|(_, request)| request.fault.is_none());

    let times = successful.map(|(number, _)| {
        let earlier_pauses = pauses.iter().filter(|pause| **pause < number).count() as u32;
        start + POLL_INTERVAL * number + PAUSE * earlier_pauses
    });
    times.collect()
}

/// The reports that a watch must give: each change at the first successful poll after it.
///
/// The first poll is the baseline. A change that is undone before the next successful poll is not
/// visible, apart from the start and the end of a job.
fn expected_reports(changes: Vec<Change>, polls: &[Time]) -> BTreeMap<Subject, Vec<Report>> {
    let mut visible: BTreeMap<Subject, Vec<(usize, &str)>> = BTreeMap::new();
    for change in changes {
        let Some((aspect, name)) = reportable(change.kind) else { continue };
        let poll = polls.partition_point(|poll| *poll < change.at);
        visible.entry((change.subject, aspect)).or_default().push((poll, name));
    }

    let expected = visible.into_iter().map(|(subject, changes)| {
        let initial_state = if subject.1 == "connection" { "online" } else { "repaired" };
        let reports = reports_of_subject(&changes, initial_state, polls);
        (subject, reports)
    });

    expected.filter(|(_, reports)| !reports.is_empty()).collect()
}

/// The reports about one subject. Each change has the index of the poll after it.
fn reports_of_subject(
    changes: &[(usize, &'static str)],
    initial_state: &'static str,
    polls: &[Time],
) -> Vec<Report> {
    let mut state = initial_state;
    let mut reports = Vec::new();

    for changes in changes.chunk_by(|first, second| first.0 == second.0) {
        let previous_state = state;
        for (index, (poll, change)) in changes.iter().enumerate() {
            // A resumed job is in the same state as a started one.
            state = if *change == "resumed" { "started" } else { change };

            let is_last = index + 1 == changes.len();
            let is_permanent = ["started", "finished", "failed", "removed"].contains(change);
            let is_visible =
                is_permanent || (is_last && state != previous_state && *change != "repaired");

            if let Some(time) = polls.get(*poll).filter(|_| *poll > 0 && is_visible) {
                reports.push((*time, *change));
            }
        }
    }

    reports
}

/// Changes jobs as users do: resumes a paused job or pauses a printing one, and removes a queued
/// one.
///
/// An action that fails has no effect, so its result does not matter.
async fn change_jobs(client: &Client, cluster: &str, status: &ClusterStatusResponse) {
    let jobs = || status.print_jobs.iter().flatten();
    let has_status =
        |status: PrintJobStatus| move |job: &&PrintJobInstanceResponse| job.status == status;

    // A job that does not end before the next poll.
    let is_long = |job: &&PrintJobInstanceResponse| job.time_remaining > 1800;
    if let Some(job) = jobs().filter(is_long).find(has_status(PrintJobStatus::Paused)) {
        let _ = client.resume_print_job(cluster, &job.uuid).send().await;
    } else if let Some(job) = jobs().filter(is_long).find(has_status(PrintJobStatus::Printing)) {
        let _ = client.pause_print_job(cluster, &job.uuid).send().await;
    }

    if let Some(job) = jobs().rfind(has_status(PrintJobStatus::Queued)) {
        let _ = client.remove_print_job(cluster, &job.uuid).send().await;
    }
}

/// The result of a watch.
struct Observation {
    observer: Observer,
    requests: Vec<RecordedRequest>,
    changes: Vec<Change>,
    start: Time,
    /// The number of polls before each pause.
    pauses: Vec<u32>,
}

/// Watches a farm of fifty printers for some hours. One request in `fault_interval` fails.
async fn observe(seed: u64, hours: u32, fault_interval: usize) -> Observation {
    let farm = Farm::with_size(1, 50).random_events(seed);
    let farm = farm.tick(POLL_INTERVAL).tick_on_path_suffix("/status");
    let stand_in = StandIn::builder().farm(farm).start().await.expect("a stand-in");
    let builder = Client::builder().base_url(stand_in.base_url()).token(stand_in.token());
    let client = builder.poll_interval(Duration::ZERO).build().expect("a client");
    let cluster = client.get_clusters().send().await.expect("a page").items.swap_remove(0);
    let cluster = cluster.cluster_id;

    stand_in.take_requests();
    let faults = [Fault::Status(500), Fault::Disconnect, Fault::TruncatedBody, Fault::Gateway(502)];
    stand_in.inject_fault_every(fault_interval, faults);

    let start = stand_in.now();
    let end = start + hours * HOUR;
    let (mut next_change, mut next_pause) = (start + HOUR, start + HOUR);
    let (mut observer, mut pauses) = (Observer::default(), Vec::new());
    let mut watch = client.watch_cluster(&cluster);

    while stand_in.now() < end + 4 * POLL_INTERVAL {
        if stand_in.now() >= end {
            // Without faults, the watch catches up on what it could not request before.
            stand_in.clear_faults();
        }

        let event = watch.next().await.expect("an event").expect("no error");
        if stand_in.now() >= next_pause {
            next_pause += 6 * HOUR;
            pauses.push(stand_in.requests().iter().filter(is_poll).count() as u32);
            stand_in.advance(PAUSE);
        }

        let status = watch.status();
        observer.observe(&event, status.and_then(|status| status.generated_time));

        if let Some(status) = status.filter(|_| stand_in.now() >= next_change) {
            next_change = stand_in.now() + HOUR / 2;
            change_jobs(&client, &cluster, status).await;
        }
    }

    let (requests, changes) = (stand_in.take_requests(), stand_in.changes());
    Observation { observer, requests, changes, start, pauses }
}

/// Watches a farm, compares the reports with its changes, and returns the number of each report.
async fn watch(seed: u64, hours: u32, fault_interval: usize) -> BTreeMap<&'static str, usize> {
    let Observation { observer, requests, changes, start, pauses } =
        observe(seed, hours, fault_interval).await;
    let polls = successful_polls(&requests, start, &pauses);
    let (last_poll, _) = observer.last.expect("reports");

    // The watch may have stopped in the middle of the events of its last poll.
    let before_last_poll = |reports: BTreeMap<Subject, Vec<Report>>| {
        let reports = reports.into_iter().filter_map(|(subject, mut reports)| {
            reports.retain(|(poll, _)| *poll < last_poll);
            (!reports.is_empty()).then_some((subject, reports))
        });
        reports.collect::<BTreeMap<_, _>>()
    };
    let expected = before_last_poll(expected_reports(changes, &polls));
    let reports = before_last_poll(observer.reports);

    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    reports.values().flatten().for_each(|(_, change)| *counts.entry(change).or_default() += 1);

    // The watch requests a job by itself if no status lists it any more.
    let requested_jobs: BTreeSet<_> = requests
        .iter()
        .filter(|request| request.method == "GET")
        .filter_map(|request| Some(request.path.rsplit_once("/print_jobs/")?.1))
        .collect();
    let finished_unlisted = requested_jobs
        .iter()
        .filter_map(|uuid| reports.get(&((*uuid).to_owned(), "job"))?.last())
        .filter(|(_, change)| *change == "finished")
        .count();
    let failed = requests.iter().filter(|request| request.fault.is_some()).count();

    println!(
        "seed {seed}: {} requests, {failed} failed, {finished_unlisted} jobs finished unlisted: \
         {counts:?}",
        requests.len()
    );
    assert!(failed * fault_interval * 2 > requests.len(), "seed {seed}: only {failed} failed");
    assert!(finished_unlisted > 0, "seed {seed}: no job finished unlisted");

    for subject in expected.keys().chain(reports.keys()) {
        let (actual, expected) = (reports.get(subject), expected.get(subject));
        if requested_jobs.contains(&*subject.0) {
            // The report is later if the request for the job failed at first.
            assert!(
                is_at_most_one_hour_late(actual, expected),
                "seed {seed}, {subject:?}: {actual:?} {expected:?}"
            );
        } else {
            assert_eq!(actual, expected, "seed {seed}, {subject:?}");
        }
    }

    counts
}

/// Whether the reports are as expected, and none is too early or more than an hour late.
fn is_at_most_one_hour_late(actual: Option<&Vec<Report>>, expected: Option<&Vec<Report>>) -> bool {
    let (Some(actual), Some(expected)) = (actual, expected) else { return false };
    actual.len() == expected.len()
        && actual.iter().zip(expected).all(|((time, change), (earliest, expected))| {
            change == expected && (*earliest..=*earliest + HOUR).contains(time)
        })
}

#[tokio::test]
async fn watch_reports_each_change_of_a_day_once_and_in_order() {
    let counts = watch(23, 24, 20).await;
    let job_changes = ["started", "paused", "resumed", "finished", "failed", "removed"];
    for change in job_changes.iter().chain(&["online", "offline", "broken"]) {
        assert!(counts.get(change).is_some_and(|count| *count > 5), "{change}: {counts:?}");
    }
}

#[tokio::test]
async fn watch_reports_each_change_with_other_seeds_once_and_in_order() {
    for seed in 1..=6 {
        watch(seed, 2, 7).await;
    }
}

#[tokio::test]
async fn same_seed_gives_the_same_changes() {
    let changes_of_a_day = async |seed| {
        let farm = Farm::with_size(2, 5).random_events(seed);
        let stand_in = StandIn::builder().farm(farm).start().await.expect("a stand-in");
        stand_in.advance(24 * HOUR);
        stand_in.changes()
    };

    let (first, same_seed) = (changes_of_a_day(1).await, changes_of_a_day(1).await);
    let other_seed = changes_of_a_day(2).await;
    assert!(first.len() > 100);
    assert_eq!(first, same_seed);
    assert_ne!(first, other_seed);
}
