//! A farm that is watched for a day, held against the farm's own record of it.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use connect_api::{AttentionReason, Client, WatchEvent};
use connect_tests::StandIn;
use connect_tests::stand_in::Fault;
use connect_tests::stand_in::farm::{Change, ChangeKind, Farm};

use super::HOUR;

type Time = DateTime<Utc>;

/// How much of the farm's time passes from one poll to the next.
const POLL: Duration = Duration::from_secs(120);

/// What a watch is to report: the poll that shows it, what it is, and of what.
type Report = (Time, &'static str, String);

/// The changes that a watch reports, by what it calls them.
fn reported_as(kind: ChangeKind) -> Option<&'static str> {
    match kind {
        ChangeKind::JobStarted => Some("started"),
        ChangeKind::JobFinished => Some("finished"),
        ChangeKind::JobAborted | ChangeKind::JobFailed => Some("failed"),
        ChangeKind::PrinterOnline => Some("online"),
        ChangeKind::PrinterOffline => Some("offline"),
        ChangeKind::PrinterBroken => Some("broken"),
        _ => None,
    }
}

/// What an event says, and of which job or printer; nothing for one that tells no change of these.
fn said(event: &WatchEvent) -> Option<(&'static str, String)> {
    let uuid = |uuid: &Option<String>| uuid.clone().expect("a UUID");
    match event {
        WatchEvent::JobStarted(job) => Some(("started", job.uuid.clone())),
        WatchEvent::JobFinished(job) => Some(("finished", job.uuid.clone())),
        WatchEvent::JobFailed(job) => Some(("failed", job.uuid.clone())),
        WatchEvent::JobGone(job) => Some(("gone", job.uuid.clone())),
        WatchEvent::PrinterOnline(printer) => Some(("online", uuid(&printer.uuid))),
        WatchEvent::PrinterOffline(printer) => Some(("offline", uuid(&printer.uuid))),
        WatchEvent::PrinterNeedsAttention { printer, reasons, .. } => {
            let broken = AttentionReason::Fault("AIR_MANAGER_FILTER_MISSING".to_owned());
            let broken = reasons.contains(&broken);
            broken.then(|| ("broken", uuid(&printer.uuid)))
        }
        _ => None,
    }
}

/// When the polls were made that were answered.
fn answered_polls(farm: &StandIn, start: Time) -> Vec<Time> {
    let polls = (1..).zip(farm.requests());
    let answered = polls.filter(|(_, request)| request.fault.is_none());
    answered.map(|(number, _)| start + POLL * number).collect()
}

/// What the watch should report: each change at the first answered poll after it. What the first
/// poll shows is what changes are measured by.
fn expected(changes: Vec<Change>, polls: &[Time]) -> Vec<Report> {
    let reports = changes.into_iter().filter_map(|change| {
        let seen = polls.partition_point(|poll| *poll < change.at);
        let poll = *polls.get(seen).filter(|_| seen > 0)?;
        Some((poll, reported_as(change.kind)?, change.subject))
    });
    reports.collect()
}

#[tokio::test]
async fn each_change_of_a_day_of_fifty_printers_is_reported_once_and_in_order() {
    let farm = StandIn::builder().farm(Farm::sized(1, 50).lively(23).tick(POLL)).start().await;
    let farm = farm.expect("a stand-in");
    let builder = Client::builder().base_url(farm.base_url()).token(farm.token());
    let client = builder.poll_interval(Duration::ZERO).build().expect("a client");
    let cluster = client.get_clusters().send().await.expect("a page").items.swap_remove(0);
    let start = farm.now();
    farm.take_requests();
    farm.fault_one_in(
        20,
        [Fault::Status(500), Fault::HangUp, Fault::Truncated, Fault::Gateway(502)],
    );

    let mut watch = client.watch_cluster(cluster.cluster_id);
    let (mut reports, mut blind): (Vec<Report>, _) = (Vec::new(), 0);
    while farm.now() < start + 24 * HOUR {
        let event = watch.next().await.expect("no end").expect("no refusal");
        if matches!(event, WatchEvent::Blind { .. }) {
            blind += 1;
            if blind % 20 == 0 {
                // Sometimes it is down for longer.
                farm.faults("get_cluster_status", vec![Fault::Status(503); 3]);
            }
        }
        if let Some((what, of)) = said(&event) {
            let poll = watch.status().and_then(|status| status.generated_time);
            reports.push((poll.expect("a time"), what, of));
        }
    }
    let polls = answered_polls(&farm, start);
    let last = reports.last().expect("reports").0;
    let changes = farm.changes();
    let mut expected = expected(changes, &polls);
    // The watch may have been left in the middle of what its last poll told.
    expected.retain(|(poll, ..)| *poll < last);
    reports.retain(|(poll, ..)| *poll < last);

    let share = blind as f64 / farm.requests().len() as f64;
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    reports.iter().for_each(|(_, what, _)| *tally.entry(what).or_default() += 1);
    println!("{} polls, {:.1} % failed; reported: {tally:?}", farm.requests().len(), 100.0 * share);
    assert!((0.045..0.1).contains(&share), "{share}");
    for kind in ["started", "finished", "failed", "online", "offline", "broken"] {
        assert!(tally.get(kind).is_some_and(|count| *count > 5), "{kind}: {tally:?}");
    }
    assert!(reports.is_sorted_by_key(|(poll, ..)| *poll), "the polls come in their order");
    // What one poll tells at once has no order.
    expected.sort();
    reports.sort();
    assert_eq!(reports, expected);
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
