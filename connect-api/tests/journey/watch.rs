//! A watched cluster: over the wire.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::http::HeaderValue;
use connect_api::{Error, WatchEvent};
use futures_util::StreamExt as _;
use serde_json::json;

use crate::server_support::{Server, answer, refuse};

/// A server whose cluster has one printer, which turns off and on with each answer; every third
/// request is refused.
async fn serve() -> Server {
    let count = Arc::new(AtomicUsize::new(0));
    Server::start(move |_| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        let answer = match number % 3 {
            2 => refuse(503),
            even => {
                let status = if even == 0 { "idle" } else { "unreachable" };
                answer(200, &json!({"data": {"printers": [{"uuid": "p", "status": status}]}}))
            }
        };
        async { answer }
    })
    .await
}

#[tokio::test]
async fn changes_and_blindness_arrive_in_order_with_one_request_a_poll() {
    let server = serve().await;
    // A client that would try again does not within a watch.
    let watch = server.patient_client().watch_cluster("c").interval(Duration::from_millis(1));
    let events: Vec<String> = watch.take(8).map(|event| event.to_string()).collect().await;
    let kinds: Vec<&str> = events.iter().map(|event| event.split(' ').next().unwrap()).collect();
    let expected = ["printer", "blind", "sees", "printer", "printer", "blind", "sees", "printer"];
    assert_eq!(kinds, expected, "{events:?}");
    assert!(events[0].ends_with("offline") && events[3].ends_with("online"), "{events:?}");
    assert!(server.asked().iter().all(|asked| asked.uri == "/connect/v1/clusters/c/status"));
    assert_eq!(server.count(), 7, "{events:?}");
}

#[tokio::test]
async fn a_pause_that_the_service_asks_for_is_kept() {
    let server = Server::start(|_| async {
        let mut refusal = refuse(429);
        refusal.headers_mut().insert("retry-after", HeaderValue::from_static("120"));
        refusal
    })
    .await;
    let mut watch = server.client().watch_cluster("c").interval(Duration::from_millis(1));
    let event = watch.next().await;
    let WatchEvent::Blind { error, again_in } = event else { panic!("{event}") };
    assert!(matches!(*error, Error::Api(_)));
    assert_eq!(again_in, Duration::from_secs(120));
    assert!(tokio::time::timeout(Duration::from_millis(100), watch.next()).await.is_err());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_watch_that_is_dropped_ends_all_traffic() {
    let server = serve().await;
    let mut watch = server.client().watch_cluster("c").interval(Duration::from_millis(1));
    watch.next().await;
    drop(watch);
    let polls = server.count();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(server.count(), polls);
}

/// The client's own pace holds for a watch, too.
#[tokio::test]
async fn a_watch_is_no_faster_than_its_client() {
    let server = serve().await;
    let client = server.builder().poll_interval(Duration::from_millis(200)).build().unwrap();
    let start = Instant::now();
    client.watch_cluster("c").interval(Duration::ZERO).next().await;
    assert!(start.elapsed() >= Duration::from_millis(200));
}
