//! The loop around the changes, in paused time and without a server.

use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::error::ConfigurationError;

/// What polls answer: whether printer `p` is idle, or that they fail.
#[derive(Clone, Copy)]
enum Answered {
    Online,
    Offline,
    Fails,
}

/// A watch whose polls are answered with these, the last one from then on; and when they were made.
fn watch(polls: &'static [Answered]) -> (Watch, Arc<Mutex<Vec<Instant>>>) {
    let made = Arc::<Mutex<Vec<Instant>>>::default();
    let log = made.clone();
    let poll = move || -> Step {
        let log = log.clone();
        Box::pin(async move {
            let mut log = log.lock().unwrap();
            log.push(Instant::now());
            let status = match polls[(log.len() - 1).min(polls.len() - 1)] {
                Answered::Online => "idle",
                Answered::Offline => "unreachable",
                Answered::Fails => {
                    return Err(Error::Configuration(ConfigurationError::new("any")));
                }
            };
            let printers = json!([{"uuid": "p", "status": status}]);
            Ok(serde_json::from_value(json!({"printers": printers})).unwrap())
        })
    };
    (Watch::new(Box::new(poll)), made)
}

/// The times between polls, in seconds.
fn pauses(made: &Mutex<Vec<Instant>>) -> Vec<u64> {
    made.lock().unwrap().windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_watch_is_never_faster_than_its_interval() {
    let (mut watch, made) =
        watch(&[Answered::Online, Answered::Online, Answered::Online, Answered::Offline]);
    let start = Instant::now();
    let event = watch.next().await;
    assert!(matches!(event, WatchEvent::PrinterOffline(_)), "{event}");
    assert_eq!(start.elapsed().as_secs(), 30);
    assert_eq!(pauses(&made), [10, 10, 10]);
    let (slow, made) = self::watch(&[Answered::Online, Answered::Offline]);
    slow.interval(Duration::from_secs(60)).next().await;
    assert_eq!(pauses(&made), [60]);
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
    assert!(matches!(watch.since(before).next().await, WatchEvent::PrinterOffline(_)));
    assert_eq!(made.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn blindness_is_told_with_growing_pauses_and_what_changed_meanwhile_after_it() {
    use Answered::{Fails, Offline, Online};
    let (mut watch, made) = watch(&[
        Online, Fails, Fails, Fails, Fails, Fails, Fails, Fails, Offline, Online, Fails, Online,
    ]);
    let mut again_in = Vec::new();
    let event = loop {
        match watch.next().await {
            WatchEvent::Blind { again_in: pause, .. } => again_in.push(pause.as_secs()),
            event => break event,
        }
    };
    assert!(matches!(event, WatchEvent::SeesAgain), "{event}");
    assert_eq!(again_in, [10, 20, 40, 80, 160, 300, 300]);
    assert!(matches!(watch.next().await, WatchEvent::PrinterOffline(_)));
    assert!(matches!(watch.next().await, WatchEvent::PrinterOnline(_)));
    let event = watch.next().await;
    let WatchEvent::Blind { again_in: pause, .. } = event else { panic!("{event}") };
    assert_eq!(pause.as_secs(), 10, "failures count anew");
    assert!(matches!(watch.next().await, WatchEvent::SeesAgain));
    let expected = [10, 10, 20, 40, 80, 160, 300, 300, 10, 10, 10];
    assert_eq!(pauses(&made), expected);
}

#[tokio::test(start_paused = true)]
async fn who_does_not_ask_does_not_poll() {
    let (mut watch, made) = watch(&[Answered::Online, Answered::Offline, Answered::Online]);
    watch.next().await;
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(made.lock().unwrap().len(), 2);
    assert!(matches!(watch.next().await, WatchEvent::PrinterOnline(_)));
    drop(watch);
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(made.lock().unwrap().len(), 3);
}
