//! The loop around the changes, in paused time and without a server.

use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::auth::token::TokenError;

/// What polls answer: whether printer `p` is idle, that they fail, or that they always will.
#[derive(Clone, Copy)]
enum Answered {
    Online,
    Offline,
    Fails,
    Refuses,
}

/// A polite watch whose polls are answered with these, the last one from then on; and when they were made.
fn watch(polls: &'static [Answered]) -> (Watch, Arc<Mutex<Vec<Instant>>>) {
    watch_at_least(POLITE, polls)
}

/// The same with another shortest interval.
fn watch_at_least(
    least: Duration,
    polls: &'static [Answered],
) -> (Watch, Arc<Mutex<Vec<Instant>>>) {
    let made = Arc::<Mutex<Vec<Instant>>>::default();
    let log = made.clone();

    let poll = move || -> Answer {
        let log = log.clone();
        Box::pin(async move {
            let mut log = log.lock().unwrap();
            log.push(Instant::now());

            let status = match polls[(log.len() - 1).min(polls.len() - 1)] {
                Answered::Online => "idle",
                Answered::Offline => "unreachable",
                Answered::Fails => return Err(TokenError::transient("any").into()),
                Answered::Refuses => return Err(TokenError::permanent("any").into()),
            };
            let printers = json!([{"uuid": "p", "status": status}]);

            Ok(serde_json::from_value(json!({"printers": printers})).unwrap())
        })
    };

    (Watch::new(least, Box::new(poll), Arc::new(|uuid| panic!("nobody asks for {uuid}"))), made)
}

/// The times between polls, in seconds.
fn pauses(made: &Mutex<Vec<Instant>>) -> Vec<u64> {
    made.lock().unwrap().windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect()
}

/// The next event of a watch that goes on.
async fn next(watch: &mut Watch) -> WatchEvent {
    watch.next().await.expect("an event").expect("no refusal")
}

#[tokio::test(start_paused = true)]
async fn a_watch_is_never_faster_than_its_interval() {
    let (mut watch, made) =
        watch(&[Answered::Online, Answered::Online, Answered::Online, Answered::Offline]);
    let start = Instant::now();
    let event = next(&mut watch).await;

    assert!(matches!(event, WatchEvent::PrinterOffline(_)), "{event}");
    assert_eq!(start.elapsed().as_secs(), 30);
    assert_eq!(pauses(&made), [10, 10, 10]);

    let (slow, made) = self::watch(&[Answered::Online, Answered::Offline]);
    next(&mut slow.interval(Duration::from_secs(60))).await;
    assert_eq!(pauses(&made), [60]);

    let (hasty, made) = self::watch(&[Answered::Online, Answered::Offline]);
    next(&mut hasty.interval(Duration::ZERO)).await;
    assert_eq!(pauses(&made), [10], "what is shorter than polite is polite");
}

#[tokio::test(start_paused = true)]
async fn the_first_status_is_no_event_but_can_be_read() {
    let (mut watch, made) = watch(&[Answered::Offline]);
    assert!(watch.status().is_none());

    let wait = tokio::time::timeout(Duration::from_secs(95), watch.next()).await;
    assert!(wait.is_err(), "nothing changes");
    assert!(watch.status().unwrap().printers.is_some());
    assert_eq!(made.lock().unwrap().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn changes_are_measured_by_an_earlier_status_if_one_is_given() {
    let (mut watch, made) = watch(&[Answered::Online]);
    assert!(tokio::time::timeout(POLITE / 2, watch.next()).await.is_err());

    let before = watch.status().unwrap().clone();
    let (watch, _) = self::watch(&[Answered::Offline]);
    assert!(matches!(next(&mut watch.since(before)).await, WatchEvent::PrinterOffline(_)));
    assert_eq!(made.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn blindness_is_told_with_growing_pauses_and_what_changed_meanwhile_after_it() {
    use Answered::{Fails, Offline, Online};

    let (mut watch, made) = watch(&[
        Online, Fails, Fails, Fails, Fails, Fails, Fails, Fails, Offline, Online, Fails, Online,
    ]);
    let mut retry_in = Vec::new();

    let event = loop {
        match next(&mut watch).await {
            WatchEvent::PollFailed { retry_in: pause, .. } => retry_in.push(pause.as_secs()),
            event => break event,
        }
    };

    assert!(matches!(event, WatchEvent::PollRecovered), "{event}");
    assert_eq!(retry_in, [10, 20, 40, 80, 160, 300, 300]);
    assert!(matches!(next(&mut watch).await, WatchEvent::PrinterOffline(_)));
    assert!(matches!(next(&mut watch).await, WatchEvent::PrinterOnline(_)));

    let event = next(&mut watch).await;
    let WatchEvent::PollFailed { retry_in: pause, .. } = event else { panic!("{event}") };
    assert_eq!(pause.as_secs(), 10, "failures count anew");
    assert!(matches!(next(&mut watch).await, WatchEvent::PollRecovered));

    let expected = [10, 10, 20, 40, 80, 160, 300, 300, 10, 10, 10];
    assert_eq!(pauses(&made), expected);
}

#[tokio::test(start_paused = true)]
async fn who_does_not_ask_does_not_poll() {
    let (mut watch, made) = watch(&[Answered::Online, Answered::Offline, Answered::Online]);
    next(&mut watch).await;
    tokio::time::sleep(Duration::from_secs(600)).await;

    assert_eq!(made.lock().unwrap().len(), 2);
    assert!(matches!(next(&mut watch).await, WatchEvent::PrinterOnline(_)));

    drop(watch);
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(made.lock().unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn pauses_after_failures_grow_however_short_the_interval_is() {
    let (mut watch, made) = watch_at_least(Duration::ZERO, &[Answered::Fails]);
    for _ in 0..14 {
        assert!(matches!(next(&mut watch).await, WatchEvent::PollFailed { .. }));
    }

    let pauses: Vec<_> = {
        let made = made.lock().unwrap();
        made.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect()
    };

    assert_eq!(pauses[..3], [100, 200, 400]);
    assert_eq!(pauses[12], 300_000);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_the_end_and_what_was_seen_stays() {
    use Answered::{Fails, Offline, Online, Refuses};

    let (mut watch, made) = watch(&[Online, Fails, Offline, Refuses, Online]);
    assert!(matches!(next(&mut watch).await, WatchEvent::PollFailed { .. }));
    assert!(matches!(next(&mut watch).await, WatchEvent::PollRecovered));
    assert!(matches!(next(&mut watch).await, WatchEvent::PrinterOffline(_)));

    let error = watch.next().await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Token(_)), "{error:?}");
    assert!(watch.next().await.is_none() && watch.next().await.is_none());
    assert_eq!(made.lock().unwrap().len(), 4, "nobody asks after the end");
    assert!(watch.status().is_some());
}
