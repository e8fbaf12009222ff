//! A watched cluster: over the wire.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::http::HeaderValue;
use axum::response::{IntoResponse as _, Response};
use connect_api::{Client, ClientBuilder, Error, WatchEvent};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::support::api_server::{Server, answer, hang_up, refuse};

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

/// A client that need not be polite.
fn eager(builder: ClientBuilder) -> Client {
    builder.poll_interval(Duration::from_millis(1)).build().unwrap()
}

#[tokio::test]
async fn changes_and_blindness_arrive_in_order_with_one_request_a_poll() {
    let server = serve().await;
    // A client that would try again does not within a watch.
    let watch = eager(server.patient_builder()).watch_cluster("c");
    let events = watch.take(8).map(|event| event.unwrap().to_string());
    let events: Vec<String> = events.collect().await;
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
    let mut watch = eager(server.builder()).watch_cluster("c");
    let event = watch.next().await.unwrap().unwrap();
    let WatchEvent::PollFailed { error, retry_in, .. } = event else { panic!("{event}") };

    assert!(matches!(*error, Error::Api(_)));
    assert_eq!(retry_in, Duration::from_secs(120));
    assert!(tokio::time::timeout(Duration::from_millis(100), watch.next()).await.is_err());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_watch_that_is_dropped_ends_all_traffic() {
    let server = serve().await;
    let mut watch = eager(server.builder()).watch_cluster("c");
    watch.next().await.unwrap().unwrap();
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
    client.watch_cluster("c").interval(Duration::ZERO).next().await.unwrap().unwrap();
    assert!(start.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn no_interval_makes_a_watch_impolite() {
    let server = serve().await;
    let mut watch = server.client().watch_cluster("c").interval(Duration::ZERO);
    assert!(tokio::time::timeout(Duration::from_millis(200), watch.next()).await.is_err());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn failures_are_asked_after_less_and_less() {
    let server = Server::start(|_| async { hang_up() }).await;
    let watch = eager(server.builder()).watch_cluster("c").take_while(|event| {
        assert!(matches!(event, Ok(WatchEvent::PollFailed { .. })), "{event:?}");
        std::future::ready(true)
    });

    let second = tokio::time::timeout(Duration::from_secs(1), watch.count()).await;
    assert!(second.is_err(), "it goes on");
    assert!(server.count() <= 5, "{}", server.count());
}

#[tokio::test]
async fn a_refusal_ends_the_watch_and_what_may_pass_does_not() {
    for status in [400, 401, 403, 404, 410] {
        let server = Server::start(move |_| async move { refuse(status) }).await;
        let mut watch = eager(server.builder()).watch_cluster("c");
        let error = watch.next().await.unwrap().unwrap_err();

        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert!(watch.next().await.is_none());
        assert_eq!(server.count(), 1);
    }

    let no_json = || (axum::http::StatusCode::OK, "<html>").into_response();
    let may_pass: [fn() -> Response; 6] =
        [|| refuse(408), || refuse(429), || refuse(500), || refuse(520), hang_up, no_json];

    for may_pass in may_pass {
        let server = Server::start(move |_| async move { may_pass() }).await;
        let event = eager(server.builder()).watch_cluster("c").next().await.unwrap().unwrap();
        assert!(matches!(event, WatchEvent::PollFailed { .. }), "{event}");
    }
}

/// A job that was printed is in no list any more, and asked for by itself: what is answered, and what
/// the watch says of it.
#[tokio::test]
async fn a_job_that_no_list_has_any_more_is_asked_for() {
    fn job(status: &str, state: &str) -> Value {
        json!({
            "cluster_id": "c", "created_at": "2026-01-01T10:00:00Z", "force": false,
            "is_online": true, "machine_variant": "Ultimaker S5", "name": "vase",
            "sent_from": "cloud", "started": true, "state": state, "status": status,
            "time_elapsed": 50, "time_remaining": 50, "time_total": 100, "uuid": "j",
        })
    }

    let finished = || answer(200, &json!({"data": job("finished", "history")}));
    let no_json = || (axum::http::StatusCode::OK, "<html>").into_response();

    for (answered, expected) in [
        (finished as fn() -> Response, "job `vase` has finished"),
        (|| refuse(404), "job `vase` is gone"),
        (|| refuse(403), "refused"),
        (|| refuse(503), "blind"),
        (hang_up, "blind"),
        (no_json, "blind"),
    ] {
        let running = json!({"data": {"print_jobs": [job("printing", "in_progress")]}});
        let count = Arc::new(AtomicUsize::new(0));

        let server = Server::start(move |request| {
            let answer = if !request.uri().path().ends_with("/status") {
                answered()
            } else if count.fetch_add(1, Ordering::SeqCst) == 0 {
                answer(200, &running)
            } else {
                answer(200, &json!({"data": {"print_jobs": [], "recently_completed": []}}))
            };

            async { answer }
        })
        .await;
        let mut watch = eager(server.patient_builder()).watch_cluster("c");
        let event =
            tokio::time::timeout(Duration::from_secs(60), watch.next()).await.expect("an event");

        let said = match event.unwrap() {
            Err(error) if error.status().is_some_and(|status| status == 403) => "refused".into(),
            Ok(WatchEvent::PollFailed { .. }) => "blind".into(),
            event => event.unwrap().to_string(),
        };

        assert_eq!(said, expected);
        let asked = server.asked();
        assert_eq!(asked[2].uri, "/connect/v1/clusters/c/print_jobs/j");
        assert_eq!(asked.len(), 3, "once after a status");
    }
}
