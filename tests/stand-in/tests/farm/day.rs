//! A farm that is watched for a day, held against the farm's own record of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use connect_api::models::{ClusterStatusResponse, PrintJobInstanceResponse, PrintJobStatus};
use connect_api::{AttentionReason, Client, WatchEvent};
use connect_stand_in::{Change, ChangeKind, Farm, Fault, RecordedRequest, StandIn};

use super::HOUR;

type Time = DateTime<Utc>;

/// How much of the farm's time passes from one poll to the next.
const POLL: Duration = Duration::from_secs(180);

/// How long nobody polls now and then: more jobs end meanwhile than a status lists.
const NAP: Duration = Duration::from_secs(45 * 60);

/// What a watch is to report: the poll that shows it, and what it is.
type Report = (Time, &'static str);

/// What there is to report of a job, or of one side of a printer: whether it can be reached, and
/// whether it is well. Between two of these there is no order.
type Subject = (String, &'static str);

/// The changes that a watch can see, by what it calls them.
fn seen_as(kind: ChangeKind) -> Option<(&'static str, &'static str)> {
    match kind {
        ChangeKind::JobStarted => Some(("job", "started")),
        ChangeKind::JobPaused => Some(("job", "paused")),
        ChangeKind::JobResumed => Some(("job", "resumed")),
        ChangeKind::JobFinished => Some(("job", "finished")),
        ChangeKind::JobAborted | ChangeKind::JobFailed => Some(("job", "failed")),
        ChangeKind::JobRemoved => Some(("job", "gone")),
        ChangeKind::PrinterOnline => Some(("reach", "online")),
        ChangeKind::PrinterOffline => Some(("reach", "offline")),
        ChangeKind::PrinterBroken => Some(("health", "broken")),
        ChangeKind::PrinterRepaired => Some(("health", "well")),
        // A job that comes into the queue and one that is cleared away are no news of a watch.
        _ => None,
    }
}

/// What a watch has said.
#[derive(Default)]
struct Heard {
    reports: BTreeMap<Subject, Vec<Report>>,
    /// The percent that each job has come to.
    percents: BTreeMap<String, u8>,
    paused: BTreeSet<String>,
    /// The poll that spoke last, and how far it has come in what it tells.
    last: Option<(Time, usize)>,
}

impl Heard {
    fn hear(&mut self, event: &WatchEvent, poll: Option<Time>) {
        let uuid = |uuid: &Option<String>| uuid.clone().expect("a UUID");
        // What one poll tells comes in the order in which it can have happened: a printer before
        // its job, a job that ends before the next. One that both began and ended is told at once.
        let (of, what, step) = match event {
            WatchEvent::PrinterOnline(printer) => (uuid(&printer.uuid), ("reach", "online"), 0),
            WatchEvent::JobFinished(job) => (job.uuid.clone(), ("job", "finished"), 1),
            WatchEvent::JobFailed(job) => (job.uuid.clone(), ("job", "failed"), 1),
            WatchEvent::JobStarted(job) => (job.uuid.clone(), ("job", "started"), 2),
            WatchEvent::JobProgressed { job, percent, .. } => {
                self.progress(&job.uuid, percent.expect("a percent"));
                let was_paused = self.paused.remove(&job.uuid);

                let what = match &job.status {
                    PrintJobStatus::Paused => "paused",
                    PrintJobStatus::Printing if was_paused => "resumed",
                    _ => return,
                };

                if what == "paused" {
                    self.paused.insert(job.uuid.clone());
                }
                (job.uuid.clone(), ("job", what), 2)
            }
            WatchEvent::JobRemoved(job) => (job.uuid.clone(), ("job", "gone"), 3),
            WatchEvent::PrinterOffline(printer) => (uuid(&printer.uuid), ("reach", "offline"), 4),
            WatchEvent::PrinterNeedsAttention { printer, reasons, .. } => {
                let broken = AttentionReason::Fault("AIR_MANAGER_FILTER_MISSING".to_owned());
                if !reasons.contains(&broken) {
                    return;
                }
                (uuid(&printer.uuid), ("health", "broken"), 5)
            }
            _ => return,
        };

        let poll = poll.expect("a time");
        if let Some((last, at)) = self.last {
            assert!(last <= poll, "the polls come in their order");
            // A job that began and ended meanwhile begins among those that end.
            let is_in_order = last < poll || at <= step || (at, step) == (2, 1);
            assert!(is_in_order, "{event} comes too late at {poll}");
        }

        self.last = Some((poll, step));
        self.reports.entry((of, what.0)).or_default().push((poll, what.1));
    }

    fn progress(&mut self, job: &str, percent: u8) {
        let begun = self.reports.get(&(job.to_owned(), "job"));
        assert!(begun.is_none_or(|said| !["finished", "failed"].contains(&said[said.len() - 1].1)));
        let before = self.percents.insert(job.to_owned(), percent);
        assert!(before <= Some(percent), "a job is {before:?} and then {percent} % done");
    }
}

fn is_poll(request: &&RecordedRequest) -> bool {
    request.path.ends_with("/status")
}

/// When the statuses were asked for that were answered, by the numbers of the polls before the naps.
fn answered_polls(requests: &[RecordedRequest], start: Time, naps: &[u32]) -> Vec<Time> {
    let polls = (1..).zip(requests.iter().filter(is_poll));
    let answered = polls.filter(|(_, request)| request.fault.is_none());
    let at = |number| (number, naps.iter().filter(|nap| **nap < number).count() as u32);
    let at = answered.map(|(number, _)| at(number));
    at.map(|(polls, naps)| start + POLL * polls + NAP * naps).collect()
}

/// What the watch should report: each change at the first answered poll after it. What the first
/// poll shows is what changes are measured by. A change that is undone before the next answered poll
/// cannot be seen, and is not expected: only starts and ends of jobs stay to be seen.
fn expected(changes: Vec<Change>, polls: &[Time]) -> BTreeMap<Subject, Vec<Report>> {
    let mut seen: BTreeMap<Subject, Vec<(usize, &str)>> = BTreeMap::new();
    for change in changes {
        let Some((side, what)) = seen_as(change.kind) else { continue };
        let poll = polls.partition_point(|poll| *poll < change.at);
        seen.entry((change.subject, side)).or_default().push((poll, what));
    }

    let expected = seen.into_iter().map(|(subject, seen)| {
        let mut state = if subject.1 == "reach" { "online" } else { "well" };
        let mut expected = Vec::new();
        for gap in seen.chunk_by(|one, other| one.0 == other.0) {
            let before = state;
            for (at, (poll, what)) in gap.iter().enumerate() {
                // A job that goes on is as it was when it started.
                state = if *what == "resumed" { "started" } else { what };
                let stays = ["started", "finished", "failed", "gone"].contains(what);
                let shows = stays || (at + 1 == gap.len() && state != before && *what != "well");

                if let Some(poll) = polls.get(*poll).filter(|_| *poll > 0 && shows) {
                    expected.push((*poll, *what));
                }
            }
        }

        (subject, expected)
    });

    expected.filter(|(_, expected)| !expected.is_empty()).collect()
}

/// What people do to the jobs of a cluster, as the watch has shown it: they pause one, have one go
/// on that stands still, and take one out of the queue. What fails is as good as not done.
async fn meddle(client: &Client, cluster: &str, status: &ClusterStatusResponse) {
    let jobs = || status.print_jobs.iter().flatten();
    let is = |status: PrintJobStatus| move |job: &&PrintJobInstanceResponse| job.status == status;

    // Neither ends before the next poll.
    let long = |job: &&PrintJobInstanceResponse| job.time_remaining > 1800;
    if let Some(job) = jobs().filter(long).find(is(PrintJobStatus::Paused)) {
        let _ = client.resume_print_job(cluster, &job.uuid).send().await;
    } else if let Some(job) = jobs().filter(long).find(is(PrintJobStatus::Printing)) {
        let _ = client.pause_print_job(cluster, &job.uuid).send().await;
    }

    if let Some(job) = jobs().rfind(is(PrintJobStatus::Queued)) {
        let _ = client.remove_print_job(cluster, &job.uuid).send().await;
    }
}

/// Watches fifty printers for so many hours, with one request in so many that fails, and holds what
/// is reported against what happened. How often each kind of change was reported.
async fn watch(seed: u64, hours: u32, one_in: usize) -> BTreeMap<&'static str, usize> {
    let farm = Farm::with_size(1, 50).random_events(seed).tick(POLL).tick_on_path_suffix("/status");
    let farm = StandIn::builder().farm(farm).start().await.expect("a stand-in");
    let builder = Client::builder().base_url(farm.base_url()).token(farm.token());
    let client = builder.poll_interval(Duration::ZERO).build().expect("a client");
    let cluster = client.get_clusters().send().await.expect("a page").items.swap_remove(0);
    let cluster = cluster.cluster_id;
    let (start, end) = (farm.now(), farm.now() + hours * HOUR);

    farm.take_requests();
    farm.inject_fault_every(
        one_in,
        [Fault::Status(500), Fault::Disconnect, Fault::TruncatedBody, Fault::Gateway(502)],
    );
    let mut watch = client.watch_cluster(&cluster);
    let (mut heard, mut naps) = (Heard::default(), Vec::new());
    let (mut next_hour, mut next_nap) = (start + HOUR, start + HOUR);

    while farm.now() < end + 4 * POLL {
        if farm.now() >= end {
            // What could not be asked for before is told now.
            farm.clear_faults();
        }

        let event = watch.next().await.expect("no end").expect("no refusal");
        if farm.now() >= next_nap {
            next_nap += 6 * HOUR;
            naps.push(farm.requests().iter().filter(is_poll).count() as u32);
            farm.advance(NAP);
        }

        let status = watch.status();
        heard.hear(&event, status.and_then(|status| status.generated_time));

        if let Some(status) = status.filter(|_| farm.now() >= next_hour) {
            next_hour = farm.now() + HOUR / 2;
            meddle(&client, &cluster, status).await;
        }
    }

    let requests = farm.take_requests();
    let polls = answered_polls(&requests, start, &naps);
    let (last, _) = heard.last.expect("reports");

    // The watch may have been left in the middle of what its last poll told.
    let whole = |reports: BTreeMap<Subject, Vec<Report>>| {
        let reports = reports.into_iter().filter_map(|(of, mut reports)| {
            reports.retain(|(poll, _)| *poll < last);
            (!reports.is_empty()).then_some((of, reports))
        });
        reports.collect::<BTreeMap<_, _>>()
    };
    let (expected, reports) = (whole(expected(farm.changes(), &polls)), whole(heard.reports));

    // The jobs that the watch asked for, since no list had them any more.
    let asked = requests.iter().filter(|request| request.method == "GET");
    let asked = asked.filter_map(|request| Some(request.path.rsplit_once("/print_jobs/")?.1));
    let asked: BTreeSet<_> = asked.collect();
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    reports.values().flatten().for_each(|(_, what)| *tally.entry(what).or_default() += 1);

    let failed = requests.iter().filter(|request| request.fault.is_some()).count();
    let last_said = |uuid: &str| reports.get(&(uuid.to_owned(), "job"))?.last();
    let has_finished = |uuid: &&&str| last_said(uuid).is_some_and(|(_, what)| *what == "finished");
    let beyond = asked.iter().filter(has_finished).count();

    println!(
        "{seed}: {} requests, {failed} failed, {beyond} jobs ended unlisted: {tally:?}",
        requests.len()
    );

    assert!(failed * one_in * 2 > requests.len(), "seed {seed}: {failed} have failed");
    assert!(beyond > 0, "seed {seed}: the lists forgot no job that had ended");

    for subject in expected.keys().chain(reports.keys()) {
        let (said, expected) = (reports.get(subject), expected.get(subject));
        if asked.contains(&*subject.0) {
            // It is told later if it could not be asked for at once.
            assert!(
                is_late_at_most(said, expected),
                "seed {seed}, {subject:?}: {said:?} {expected:?}"
            );
        } else {
            assert_eq!(said, expected, "seed {seed}, {subject:?}");
        }
    }

    tally
}

/// Whether the same was said, and nothing too soon or more than an hour late.
fn is_late_at_most(said: Option<&Vec<Report>>, expected: Option<&Vec<Report>>) -> bool {
    let (Some(said), Some(expected)) = (said, expected) else { return false };
    said.len() == expected.len()
        && said.iter().zip(expected).all(|((at, what), (soonest, expected))| {
            what == expected && (*soonest..=*soonest + HOUR).contains(at)
        })
}

#[tokio::test]
async fn each_change_of_a_day_of_fifty_printers_is_reported_once_and_in_order() {
    let tally = watch(23, 24, 20).await;
    let kinds = ["started", "paused", "resumed", "finished", "failed", "gone"];
    for kind in kinds.iter().chain(&["online", "offline", "broken"]) {
        assert!(tally.get(kind).is_some_and(|count| *count > 5), "{kind}: {tally:?}");
    }
}

#[tokio::test]
async fn each_change_of_other_mornings_is_reported_once_and_in_order() {
    for seed in 1..=6 {
        watch(seed, 2, 7).await;
    }
}

#[tokio::test]
async fn the_same_seed_makes_the_same_day() {
    let day = async |seed| {
        let farm = StandIn::builder().farm(Farm::with_size(2, 5).random_events(seed)).start().await;
        let farm = farm.expect("a stand-in");
        farm.advance(24 * HOUR);
        farm.changes()
    };
    let (one, same, other) = (day(1).await, day(1).await, day(2).await);
    assert!(one.len() > 100);
    assert_eq!(one, same);
    assert_ne!(one, other);
}
