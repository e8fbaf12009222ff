//! A farm that is watched for a day, held against the farm's own record of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use connect_api::models::{ClusterStatusResponse, PrintJobInstanceResponse, PrintJobStatus};
use connect_api::{AttentionReason, Client, WatchEvent};
use connect_stand_in::{Change, ChangeKind, Farm, Fault, StandIn};

use super::HOUR;

type Time = DateTime<Utc>;

/// How much of the farm's time passes from one request to the next. Four of them are shorter than a
/// printer is away, so that nothing comes and goes unseen.
const POLL: Duration = Duration::from_secs(180);

/// What a watch is to report: the poll that shows it, and what it is.
type Report = (Time, &'static str);

/// What there is to report of a job, or of one side of a printer: whether it can be reached, and
/// whether it is well. Between two of these there is no order.
type Subject = (String, &'static str);

/// The changes that a watch reports, by what it calls them.
fn reported_as(kind: ChangeKind) -> Option<(&'static str, &'static str)> {
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
        // A job that comes into the queue, one that is cleared away and a printer that is well again
        // are no news of a watch.
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
    blind: usize,
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
            WatchEvent::JobGone(job) => (job.uuid.clone(), ("job", "gone"), 3),
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

/// When the statuses were asked for that were answered.
fn answered_polls(farm: &StandIn, start: Time) -> Vec<Time> {
    // Each request takes the same time.
    let requests = (1..).zip(farm.requests());
    let answered = requests
        .filter(|(_, request)| request.path.ends_with("/status") && request.fault.is_none());
    answered.map(|(number, _)| start + POLL * number).collect()
}

/// What the watch should report: each change at the first answered poll after it, and of a job that
/// is missed at the second. What the first poll shows is what changes are measured by.
fn expected(changes: Vec<Change>, polls: &[Time]) -> BTreeMap<Subject, Vec<Report>> {
    let mut expected: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for change in changes {
        let Some((side, what)) = reported_as(change.kind) else { continue };
        let seen = polls.partition_point(|poll| *poll < change.at);
        let told = seen + usize::from(what == "gone");
        if let Some(poll) = polls.get(told).filter(|_| seen > 0) {
            expected.entry((change.subject, side)).or_default().push((*poll, what));
        }
    }
    expected
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

#[tokio::test]
async fn each_change_of_a_day_of_fifty_printers_is_reported_once_and_in_order() {
    let farm = StandIn::builder().farm(Farm::sized(1, 50).lively(23).tick(POLL)).start().await;
    let farm = farm.expect("a stand-in");
    let builder = Client::builder().base_url(farm.base_url()).token(farm.token());
    let client = builder.poll_interval(Duration::ZERO).build().expect("a client");
    let cluster = client.get_clusters().send().await.expect("a page").items.swap_remove(0);
    let cluster = cluster.cluster_id;
    let start = farm.now();
    farm.take_requests();
    farm.fault_one_in(
        20,
        [Fault::Status(500), Fault::HangUp, Fault::Truncated, Fault::Gateway(502)],
    );

    let mut watch = client.watch_cluster(&cluster);
    let (mut heard, mut next_hour) = (Heard::default(), start + HOUR);
    while farm.now() < start + 24 * HOUR {
        let event = watch.next().await.expect("no end").expect("no refusal");
        if matches!(event, WatchEvent::Blind { .. }) {
            heard.blind += 1;
            if heard.blind % 20 == 0 {
                // Sometimes it is down for longer.
                farm.faults("get_cluster_status", vec![Fault::Status(503); 3]);
            }
        }
        let status = watch.status();
        heard.hear(&event, status.and_then(|status| status.generated_time));
        if let Some(status) = status.filter(|_| farm.now() >= next_hour) {
            next_hour = farm.now() + HOUR / 2;
            meddle(&client, &cluster, status).await;
        }
    }
    let polls = answered_polls(&farm, start);
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

    let requests = farm.requests().len();
    let share = heard.blind as f64 / requests as f64;
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    reports.values().flatten().for_each(|(_, what)| *tally.entry(what).or_default() += 1);
    println!("{requests} requests, {:.1} % failed; reported: {tally:?}", 100.0 * share);
    assert!((0.045..0.1).contains(&share), "{share}");
    let kinds = ["started", "paused", "resumed", "finished", "failed", "gone"];
    for kind in kinds.iter().chain(&["online", "offline", "broken"]) {
        assert!(tally.get(kind).is_some_and(|count| *count > 5), "{kind}: {tally:?}");
    }
    for subject in expected.keys().chain(reports.keys()) {
        assert_eq!(reports.get(subject), expected.get(subject), "{subject:?}");
    }
}

#[tokio::test]
async fn the_same_seed_makes_the_same_day() {
    let day = async |seed| {
        let farm = StandIn::builder().farm(Farm::sized(2, 5).lively(seed)).start().await;
        let farm = farm.expect("a stand-in");
        farm.advance(24 * HOUR);
        farm.changes()
    };
    let (one, same, other) = (day(1).await, day(1).await, day(2).await);
    assert!(one.len() > 100);
    assert_eq!(one, same);
    assert_ne!(one, other);
}
