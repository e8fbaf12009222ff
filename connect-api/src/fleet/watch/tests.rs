//! Tests of polling, in paused time and without a server.

use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::auth::token::TokenError;

/// The result of a poll.
#[derive(Clone, Copy)]
enum PollResult {
    /// A status in which printer `p` is idle.
    Online,
    /// A status in which printer `p` is unreachable.
    Offline,
    TransientError,
    PermanentError,
}

/// A watch with the default interval, and the times of its polls. The last result repeats.
fn watch(polls: &'static [PollResult]) -> (Watch, Arc<Mutex<Vec<Instant>>>) {
    watch_with_interval(VENDOR_MIN_INTERVAL, polls)
}

/// A watch with this minimum interval, and the times of its polls.
fn watch_with_interval(
    min_interval: Duration,
    polls: &'static [PollResult],
) -> (Watch, Arc<Mutex<Vec<Instant>>>) {
    let poll_times = Arc::<Mutex<Vec<Instant>>>::default();
    let log = poll_times.clone();

    let poll = move || -> StatusFuture {
        let log = log.clone();
        Box::pin(async move {
            let mut log = log.lock().unwrap();
            log.push(Instant::now());

            let status = match polls[(log.len() - 1).min(polls.len() - 1)] {
                PollResult::Online => "idle",
                PollResult::Offline => "unreachable",
                PollResult::TransientError => return Err(TokenError::transient("any").into()),
                PollResult::PermanentError => return Err(TokenError::permanent("any").into()),
            };
            let printers = json!([{"uuid": "p", "status": status}]);

            Ok(serde_json::from_value(json!({"printers": printers})).unwrap())
        })
    };

    let request_job = Arc::new(|uuid: &str| panic!("unexpected request for job {uuid}"));
    (Watch::new(min_interval, Box::new(poll), request_job), poll_times)
}

/// The pauses between polls, in seconds.
fn pauses(poll_times: &Mutex<Vec<Instant>>) -> Vec<u64> {
    poll_times.lock().unwrap().windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect()
}

/// The next event. Panics if the stream ends.
async fn next(watch: &mut Watch) -> WatchEvent {
    watch.next().await.expect("an event").expect("no error")
}

#[tokio::test(start_paused = true)]
async fn polls_keep_the_interval() {
    let (mut watch, poll_times) =
        watch(&[PollResult::Online, PollResult::Online, PollResult::Online, PollResult::Offline]);
    let start = Instant::now();
    let event = next(&mut watch).await;

    assert!(matches!(event, WatchEvent::PrinterOffline(_)), "{event}");
    assert_eq!(start.elapsed().as_secs(), 30);
    assert_eq!(pauses(&poll_times), [10, 10, 10]);

    let (slow, poll_times) = self::watch(&[PollResult::Online, PollResult::Offline]);
    next(&mut slow.interval(Duration::from_secs(60))).await;
    assert_eq!(pauses(&poll_times), [60]);

    let (too_short, poll_times) = self::watch(&[PollResult::Online, PollResult::Offline]);
    next(&mut too_short.interval(Duration::ZERO)).await;
    assert_eq!(pauses(&poll_times), [10], "the minimum interval applies");
}

#[tokio::test(start_paused = true)]
async fn first_status_causes_no_event_and_is_available() {
    let (mut watch, poll_times) = watch(&[PollResult::Offline]);
    assert!(watch.status().is_none());

    let wait = tokio::time::timeout(Duration::from_secs(95), watch.next()).await;
    assert!(wait.is_err(), "nothing changes");
    assert!(watch.status().unwrap().printers.is_some());
    assert_eq!(poll_times.lock().unwrap().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn since_reports_changes_after_given_status() {
    let (mut watch, poll_times) = watch(&[PollResult::Online]);
    assert!(tokio::time::timeout(VENDOR_MIN_INTERVAL / 2, watch.next()).await.is_err());

    let before = watch.status().unwrap().clone();
    let (watch, _) = self::watch(&[PollResult::Offline]);
    assert!(matches!(next(&mut watch.since(before)).await, WatchEvent::PrinterOffline(_)));
    assert_eq!(poll_times.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn failed_polls_back_off_and_changes_follow_recovery() {
    use PollResult::{Offline, Online, TransientError};

    let (mut watch, poll_times) = watch(&[
        Online,
        TransientError,
        TransientError,
        TransientError,
        TransientError,
        TransientError,
        TransientError,
        TransientError,
        Offline,
        Online,
        TransientError,
        Online,
    ]);
    let mut backoffs = Vec::new();

    let event = loop {
        match next(&mut watch).await {
            WatchEvent::PollFailed { retry_in, .. } => backoffs.push(retry_in.as_secs()),
            event => break event,
        }
    };

    assert!(matches!(event, WatchEvent::PollRecovered), "{event}");
    assert_eq!(backoffs, [10, 20, 40, 80, 160, 300, 300]);
    assert!(matches!(next(&mut watch).await, WatchEvent::PrinterOffline(_)));
    assert!(matches!(next(&mut watch).await, WatchEvent::PrinterOnline(_)));

    let event = next(&mut watch).await;
    let WatchEvent::PollFailed { retry_in, .. } = event else { panic!("{event}") };
    assert_eq!(retry_in.as_secs(), 10, "a success resets the backoff");
    assert!(matches!(next(&mut watch).await, WatchEvent::PollRecovered));

    let expected = [10, 10, 20, 40, 80, 160, 300, 300, 10, 10, 10];
    assert_eq!(pauses(&poll_times), expected);
}

#[tokio::test(start_paused = true)]
async fn watch_that_is_not_awaited_sends_no_polls() {
    let (mut watch, poll_times) =
        watch(&[PollResult::Online, PollResult::Offline, PollResult::Online]);
    next(&mut watch).await;
    tokio::time::sleep(Duration::from_secs(600)).await;

    assert_eq!(poll_times.lock().unwrap().len(), 2);
    assert!(matches!(next(&mut watch).await, WatchEvent::PrinterOnline(_)));

    drop(watch);
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(poll_times.lock().unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn backoff_has_minimum_and_maximum() {
    let (mut watch, poll_times) =
        watch_with_interval(Duration::ZERO, &[PollResult::TransientError]);
    for _ in 0..14 {
        assert!(matches!(next(&mut watch).await, WatchEvent::PollFailed { .. }));
    }

    let pauses: Vec<_> = {
        let poll_times = poll_times.lock().unwrap();
        poll_times.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect()
    };

    assert_eq!(pauses[..3], [100, 200, 400]);
    assert_eq!(pauses[12], 300_000);
}

#[tokio::test(start_paused = true)]
async fn permanent_error_ends_watch_and_keeps_status() {
    use PollResult::{Offline, Online, PermanentError, TransientError};

    let (mut watch, poll_times) = watch(&[Online, TransientError, Offline, PermanentError, Online]);
    assert!(matches!(next(&mut watch).await, WatchEvent::PollFailed { .. }));
    assert!(matches!(next(&mut watch).await, WatchEvent::PollRecovered));
    assert!(matches!(next(&mut watch).await, WatchEvent::PrinterOffline(_)));

    let error = watch.next().await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Token(_)), "{error:?}");
    assert!(watch.next().await.is_none() && watch.next().await.is_none());
    assert_eq!(poll_times.lock().unwrap().len(), 4, "no polls after the error");
    assert!(watch.status().is_some());
}
