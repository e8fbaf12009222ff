//! Watching a cluster over HTTP.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::http::HeaderValue;
use axum::response::{IntoResponse as _, Response};
use connect_api::{Client, ClientBuilder, Error, WatchEvent};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::support::api_server::{Server, api_error, json_response, lost_connection};

/// A server whose cluster has one printer, which goes offline and online with each response. Every
/// third request fails with 503.
async fn serve() -> Server {
    let count = Arc::new(AtomicUsize::new(0));
    Server::start(move |_| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        let response = match number % 3 {
            2 => api_error(503),
            remainder => {
                let status = if remainder == 0 { "idle" } else { "unreachable" };
                json_response(
                    200,
                    &json!({"data": {"printers": [{"uuid": "p", "status": status}]}}),
                )
            }
        };

        async { response }
    })
    .await
}

/// A client with a short poll interval.
fn client_with_short_interval(builder: ClientBuilder) -> Client {
    builder.poll_interval(Duration::from_millis(1)).build().unwrap()
}

#[tokio::test]
async fn changes_and_failed_polls_are_in_order_with_one_request_per_poll() {
    let server = serve().await;
    // A watch does not use the retry policy of its client.
    let watch = client_with_short_interval(server.retrying_builder()).watch_cluster("c");
    let events = watch.take(8).map(|event| event.unwrap().to_string());
    let events: Vec<String> = events.collect().await;
    let kinds: Vec<&str> = events.iter().map(|event| event.split(' ').next().unwrap()).collect();
    let expected = ["printer", "poll", "poll", "printer", "printer", "poll", "poll", "printer"];

    assert_eq!(kinds, expected, "{events:?}");
    assert!(events[1].starts_with("poll failed") && events[2] == "poll recovered", "{events:?}");
    assert!(events[0].ends_with("offline") && events[3].ends_with("online"), "{events:?}");
    assert!(server.requests().iter().all(|request| request.uri == "/connect/v1/clusters/c/status"));
    assert_eq!(server.count(), 7, "{events:?}");
}

#[tokio::test]
async fn watch_waits_for_retry_after() {
    let server = Server::start(|_| async {
        let mut response = api_error(429);
        response.headers_mut().insert("retry-after", HeaderValue::from_static("120"));
        response
    })
    .await;
    let mut watch = client_with_short_interval(server.builder()).watch_cluster("c");
    let event = watch.next().await.unwrap().unwrap();
    let WatchEvent::PollFailed { error, retry_in, .. } = event else { panic!("{event}") };

    assert!(matches!(*error, Error::Api(_)));
    assert_eq!(retry_in, Duration::from_secs(120));
    assert!(tokio::time::timeout(Duration::from_millis(100), watch.next()).await.is_err());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn dropped_watch_stops_polling() {
    let server = serve().await;
    let mut watch = client_with_short_interval(server.builder()).watch_cluster("c");
    watch.next().await.unwrap().unwrap();
    drop(watch);

    let polls = server.count();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(server.count(), polls);
}

#[tokio::test]
async fn watch_keeps_poll_interval_of_client() {
    let server = serve().await;
    let client = server.builder().poll_interval(Duration::from_millis(200)).build().unwrap();
    let start = Instant::now();
    client.watch_cluster("c").interval(Duration::ZERO).next().await.unwrap().unwrap();
    assert!(start.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn interval_of_zero_is_raised_to_minimum() {
    let server = serve().await;
    let mut watch = server.client().watch_cluster("c").interval(Duration::ZERO);
    assert!(tokio::time::timeout(Duration::from_millis(200), watch.next()).await.is_err());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn watch_backs_off_after_failed_polls() {
    let server = Server::start(|_| async { lost_connection() }).await;
    let watch =
        client_with_short_interval(server.builder()).watch_cluster("c").take_while(|event| {
            assert!(matches!(event, Ok(WatchEvent::PollFailed { .. })), "{event:?}");
            std::future::ready(true)
        });

    let result = tokio::time::timeout(Duration::from_secs(1), watch.count()).await;
    assert!(result.is_err(), "the watch continues");
    assert!(server.count() <= 5, "{}", server.count());
}

#[tokio::test]
async fn permanent_error_ends_watch_and_transient_error_does_not() {
    for status in [400, 401, 403, 404, 410] {
        let server = Server::start(move |_| async move { api_error(status) }).await;
        let mut watch = client_with_short_interval(server.builder()).watch_cluster("c");
        let error = watch.next().await.unwrap().unwrap_err();

        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert!(watch.next().await.is_none());
        assert_eq!(server.count(), 1);
    }

    let invalid_body = || (axum::http::StatusCode::OK, "<html>").into_response();
    let transient: [fn() -> Response; 6] = [
        || api_error(408),
        || api_error(429),
        || api_error(500),
        || api_error(520),
        lost_connection,
        invalid_body,
    ];

    for response in transient {
        let server = Server::start(move |_| async move { response() }).await;
        let event = client_with_short_interval(server.builder())
            .watch_cluster("c")
            .next()
            .await
            .unwrap()
            .unwrap();
        assert!(matches!(event, WatchEvent::PollFailed { .. }), "{event}");
    }
}

/// A printed job is in no list any more, so the watch requests it separately.
#[tokio::test]
async fn job_missing_from_all_lists_is_requested() {
    fn job(status: &str, state: &str) -> Value {
        json!({
            "cluster_id": "c", "created_at": "2026-01-01T10:00:00Z", "force": false,
            "is_online": true, "machine_variant": "Ultimaker S5", "name": "vase",
            "sent_from": "cloud", "started": true, "state": state, "status": status,
            "time_elapsed": 50, "time_remaining": 50, "time_total": 100, "uuid": "j",
        })
    }

    let finished = || json_response(200, &json!({"data": job("finished", "history")}));
    let invalid_body = || (axum::http::StatusCode::OK, "<html>").into_response();

    for (job_response, expected) in [
        (finished as fn() -> Response, "job `vase` has finished"),
        (|| api_error(404), "job `vase` was removed"),
        (|| api_error(403), "forbidden"),
        (|| api_error(503), "poll failed"),
        (lost_connection, "poll failed"),
        (invalid_body, "poll failed"),
    ] {
        let running = json!({"data": {"print_jobs": [job("printing", "in_progress")]}});
        let count = Arc::new(AtomicUsize::new(0));

        let server = Server::start(move |request| {
            let response = if !request.uri().path().ends_with("/status") {
                job_response()
            } else if count.fetch_add(1, Ordering::SeqCst) == 0 {
                json_response(200, &running)
            } else {
                json_response(200, &json!({"data": {"print_jobs": [], "recently_completed": []}}))
            };

            async { response }
        })
        .await;
        let mut watch = client_with_short_interval(server.retrying_builder()).watch_cluster("c");
        let event =
            tokio::time::timeout(Duration::from_secs(60), watch.next()).await.expect("an event");

        let outcome = match event.unwrap() {
            Err(error) if error.status().is_some_and(|status| status == 403) => "forbidden".into(),
            Ok(WatchEvent::PollFailed { .. }) => "poll failed".into(),
            event => event.unwrap().to_string(),
        };

        assert_eq!(outcome, expected);
        let requests = server.requests();
        assert_eq!(requests[2].uri, "/connect/v1/clusters/c/print_jobs/j");
        assert_eq!(requests.len(), 3, "one job request after the status");
    }
}
