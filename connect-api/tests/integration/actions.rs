//! Waiting for actions.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::to_bytes;
use axum::extract::Request;
use axum::response::Response;
use connect_api::models::{ActionStatus, ActionStatusDetails};
use connect_api::{Action, CallOptions, Client, Error, RetryPolicy};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::support::api_server::{LONG, Server, api_error, json_response, lost_connection};

/// The response of the server to a status request.
#[derive(Clone, Debug)]
enum PollResponse {
    /// This action status.
    State(&'static str),
    /// An API error with this HTTP status.
    ApiError(u16),
    /// 429 Too Many Requests, with this `Retry-After` in seconds.
    RetryAfter(u32),
    ConnectionLost,
    /// 200 OK with this body.
    Body(&'static str),
    /// The status `success` with the URL of a picture.
    Snapshot,
}

use PollResponse::{ApiError, Body, ConnectionLost, RetryAfter, Snapshot, State};

fn state(status: &str) -> Value {
    json!({"data": {"action_id": "a-1", "status": status}})
}

impl PollResponse {
    fn to_response(&self) -> Response {
        match self {
            State(status) => json_response(200, &state(status)),
            ApiError(status) => api_error(*status),
            RetryAfter(seconds) => {
                let mut response = api_error(429);
                response.headers_mut().insert("retry-after", (*seconds).into());
                response
            }
            ConnectionLost => lost_connection(),
            Body(body) => Response::new((*body).into()),
            Snapshot => {
                let value = json!({"image_url": "https://images.example/1"});
                let details = json!({"type": "any", "value": value});
                let data =
                    json!({"action_id": "a-1", "status": "success", "status_details": details});
                json_response(200, &json!({"data": data}))
            }
        }
    }
}

/// A server that accepts any action, and answers status requests with these responses. The last one
/// repeats.
async fn serve(responses: &[PollResponse]) -> Server {
    let responses = Arc::new(Mutex::new(responses.iter().cloned().collect::<VecDeque<_>>()));
    Server::start(move |request: Request| {
        let response = if request.method() == "POST" {
            json_response(200, &state("pending"))
        } else {
            let mut responses = responses.lock().unwrap();
            let next = if responses.len() > 1 {
                responses.pop_front()
            } else {
                responses.front().cloned()
            };
            next.expect("a response").to_response()
        };

        async move { response }
    })
    .await
}

/// Pauses a job and polls its status with a short interval.
fn pause(client: &Client) -> Action {
    client.pause_print_job("c", "j").wait().poll_interval(Duration::from_millis(2)).timeout(LONG)
}

#[tokio::test]
async fn action_returns_final_status_on_success() {
    let server = serve(&[State("pending"), State("sent"), Snapshot]).await;
    let snapshot = server.client().get_webcam_snapshot("c", "p").wait();
    let last = snapshot.poll_interval(Duration::from_millis(2)).await.unwrap();

    assert_eq!(last.status, ActionStatus::Success);
    let Some(ActionStatusDetails::WebcamSnapshotStatus { value, .. }) = last.status_details else {
        panic!("{last:?}");
    };
    assert_eq!(value.image_url, "https://images.example/1");

    let requests = server.requests();
    assert_eq!(requests[0].uri, "/connect/v1/clusters/c/printers/p/action/get_webcam_snapshot");
    assert!(
        requests[1..]
            .iter()
            .all(|request| request.uri == "/connect/v1/clusters/c/action_status/a-1")
    );
    assert_eq!(requests.len(), 4, "no requests after the final status");
}

#[tokio::test]
async fn failed_action_is_error_with_its_status() {
    let server = serve(&[State("sent"), State("failed")]).await;
    let error = pause(&server.client()).await.unwrap_err();
    assert_eq!(error.to_string(), "action `a-1` has the status `failed`");

    let Error::Action(error) = error else { panic!("{error:?}") };
    assert!(error.is_failed() && !error.is_timeout());
    assert_eq!(error.action_id.as_deref(), Some("a-1"));
    assert_eq!(error.status, Some(ActionStatus::Failed));
}

#[tokio::test]
async fn action_stream_yields_each_new_status_and_can_be_awaited() {
    let states = ["pending", "sent", "sent", "resting", "resting", "unknown", "success"];
    let server = serve(&states.map(State)).await;
    let mut action = pause(&server.client());
    let mut seen = Vec::new();

    while let Some(state) = action.next().await {
        seen.push(state.unwrap().status.to_string());
    }

    assert_eq!(seen, ["pending", "sent", "resting", "unknown", "success"]);
    assert_eq!(action.await.unwrap().status, ActionStatus::Success);
    assert_eq!(server.count(), 8);

    let server = serve(&["pending", "failed"].map(State)).await;
    let seen: Vec<_> = pause(&server.client()).map(|state| state.unwrap().status).collect().await;
    assert_eq!(
        seen,
        [ActionStatus::Pending, ActionStatus::Failed],
        "the stream yields `failed` as a status"
    );
}

#[tokio::test]
async fn pending_action_times_out() {
    let server = serve(&[State("pending")]).await;
    let mut action = pause(&server.client()).timeout(Duration::from_millis(100));
    let mut states = 0;

    let error = loop {
        match action.next().await.expect("an error") {
            Ok(_) => states += 1,
            Err(error) => break error,
        }
    };

    assert_eq!(states, 1);
    assert_eq!(error.to_string(), "action `a-1` has the status `pending`; timed out after 100ms");

    let Error::Action(error) = error else { panic!("{error:?}") };
    assert!(error.is_timeout() && !error.is_failed());
    assert!(action.next().await.is_none(), "the stream ends after an error");

    let polls = server.count();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(server.count() <= polls + 1, "at most one request that was already sent");
    assert!(matches!(action.await, Err(Error::Action(_))));
}

#[tokio::test]
async fn timeout_cancels_status_request_in_progress() {
    let server = Server::start(|request: Request| async move {
        if request.method() == "GET" {
            std::future::pending::<()>().await;
        }
        json_response(200, &state("sent"))
    })
    .await;
    let action = pause(&server.client()).timeout(Duration::from_millis(100));
    let error = tokio::time::timeout(LONG, action).await.expect("in time").unwrap_err();

    assert!(matches!(&error, Error::Action(error) if error.is_timeout()), "{error:?}");
}

#[tokio::test]
async fn action_wait_survives_transient_errors() {
    let polls = [
        State("pending"),
        ConnectionLost,
        ApiError(503),
        ConnectionLost,
        ApiError(429),
        State("success"),
    ];
    let server = serve(&polls).await;
    let last = pause(&server.client()).await.unwrap();
    assert_eq!(last.status, ActionStatus::Success);
    assert_eq!(server.count(), 7);
}

#[tokio::test]
async fn action_poll_waits_for_retry_after_until_timeout() {
    let server = serve(&[RetryAfter(1), State("success")]).await;
    let start = Instant::now();
    pause(&server.client()).await.unwrap();

    assert!(start.elapsed() >= Duration::from_secs(1));
    let server = serve(&[RetryAfter(3600)]).await;
    let error = pause(&server.client()).timeout(Duration::from_millis(200)).await.unwrap_err();
    assert!(matches!(&error, Error::Action(error) if error.is_timeout()), "{error:?}");
    assert_eq!(server.count(), 2, "the action and one status request");
}

#[tokio::test]
async fn timeout_error_omits_failure_before_last_status() {
    let server = serve(&[ConnectionLost, State("sent")]).await;
    let error = pause(&server.client()).timeout(Duration::from_millis(200)).await.unwrap_err();
    assert_eq!(error.to_string(), "action `a-1` has the status `sent`; timed out after 200ms");
}

#[tokio::test]
async fn timeout_error_has_last_failure() {
    let server = serve(&[State("sent"), ConnectionLost]).await;
    let error = pause(&server.client()).timeout(Duration::from_millis(100)).await.unwrap_err();
    let text = error.to_string();

    assert!(text.contains("`a-1` has the status `sent`; timed out after 100ms; "), "{text}");
    assert!(text.contains("get_action_status"), "{text}");

    let Error::Action(error) = error else { panic!("{error:?}") };
    assert!(matches!(error.last_failure(), Some(Error::Transport(_))), "{error:?}");
}

#[tokio::test]
async fn undecodable_response_does_not_end_action_wait() {
    let truncated = r#"{"data": {"action_id": "a-1", "sta"#;
    let polls =
        [Body("<html>"), State("sent"), Body(truncated), Body("{}"), Body(""), State("success")];
    let server = serve(&polls).await;
    let last = pause(&server.client()).await.unwrap();

    assert_eq!((last.status, server.count()), (ActionStatus::Success, 7));
    let server = serve(&[State("sent"), Body("<html>")]).await;
    let error = pause(&server.client()).timeout(Duration::from_millis(100)).await.unwrap_err();
    let Error::Action(error) = error else { panic!("{error:?}") };

    assert!(
        error.is_timeout() && matches!(error.last_failure(), Some(Error::Decode(_))),
        "{error:?}"
    );
}

/// The error says that the action may have been applied, so a program does not send it again.
#[tokio::test]
async fn permanent_error_ends_action_wait_with_action_id() {
    for status in [401, 403, 404] {
        let server = serve(&[State("sent"), ApiError(status)]).await;
        let duplicate = server.client().duplicate_print_job("c", "j", 3).wait();
        let error = duplicate.poll_interval(Duration::from_millis(2)).await.unwrap_err();

        assert!(error.may_have_been_applied(), "{error:?}");
        let text = error.to_string();

        assert!(
            text.starts_with(
                "action `a-1` has the status `sent`; the last status request failed: "
            ),
            "{text}"
        );
        assert!(text.contains("get_action_status") && text.contains(&status.to_string()), "{text}");

        let Error::Action(error) = error else { panic!("{error:?}") };
        assert!(!error.is_failed() && !error.is_timeout());
        assert_eq!(error.action_id.as_deref(), Some("a-1"));
        assert_eq!(error.status.as_ref().map(ActionStatus::as_str), Some("sent"));

        let cause = error.last_failure().and_then(Error::status);
        assert_eq!(cause.map(|status| status.as_u16()), Some(status));
        assert_eq!(server.count(), 3);
    }
}

#[tokio::test]
async fn rejected_action_was_not_applied() {
    let server = Server::start(|_| async { api_error(403) }).await;
    let error = pause(&server.client()).await.unwrap_err();
    assert!(matches!(error, Error::Api(_)) && !error.may_have_been_applied(), "{error:?}");
}

#[tokio::test]
async fn action_is_not_retried_after_lost_connection() {
    let server = Server::start(|_| async { lost_connection() }).await;
    let error = pause(&server.retrying_client()).await.unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn dropped_action_stops_polling() {
    let server = serve(&[State("pending")]).await;
    let mut action = pause(&server.client());
    action.next().await.unwrap().unwrap();

    assert!(tokio::time::timeout(Duration::from_millis(50), action.next()).await.is_err());
    drop(action);
    let polls = server.count();
    assert!(polls > 1);

    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(server.count() <= polls + 1, "at most one request that was already sent");
}

#[tokio::test]
async fn wait_for_action_waits_for_earlier_action() {
    let server = serve(&[ApiError(503), State("sent"), State("success")]).await;
    let action = server.client().wait_for_action("c", "a-1");
    let last = action.poll_interval(Duration::from_millis(2)).await.unwrap();
    assert_eq!(last.status, ActionStatus::Success);
    assert!(server.requests().iter().all(|request| request.method == "GET"));
}

#[tokio::test]
async fn call_options_apply_to_status_requests() {
    let server = serve(&[ApiError(503), State("success")]).await;
    let policy = RetryPolicy::default().initial_backoff(Duration::from_millis(1));
    let pause = server.client().pause_print_job("c", "j");
    let action = pause.with(CallOptions::new().retry(policy)).wait();
    action.poll_interval(Duration::from_millis(2)).await.unwrap();

    assert_eq!(server.count(), 3);
}

/// The request of each known action.
#[tokio::test]
async fn known_actions_send_documented_bodies() {
    let sent = Arc::<Mutex<Vec<(String, Value)>>>::default();
    let log = sent.clone();

    let server = Server::start(move |request: Request| {
        let log = log.clone();
        async move {
            let path = request.uri().path().replace("/connect/v1/clusters/c", "");
            let body = to_bytes(request.into_body(), 1 << 20).await.unwrap();
            let body: Value = serde_json::from_slice(&body).unwrap();
            log.lock().unwrap().push((path, body["data"].clone()));
            json_response(200, &state("success"))
        }
    })
    .await;
    let client = server.client();
    client.pause_print_job("c", "j").wait().await.unwrap();
    client.resume_print_job("c", "j").wait().await.unwrap();
    client.abort_print_job("c", "j").wait().await.unwrap();
    client.abort_print_job("c", "j").quantity(2).wait().await.unwrap();
    client.move_print_job("c", "j", 0).wait().await.unwrap();
    client.remove_print_job("c", "j").wait().await.unwrap();
    client.force_print_job("c", "j").wait().await.unwrap();
    client.duplicate_print_job("c", "j", 3).wait().await.unwrap();
    client.send_print_job_action("c", "j", "shake").wait().await.unwrap();
    client.rename_printer("c", "p", "Luke").wait().await.unwrap();
    client.update_printer_firmware("c", "p", true).wait().await.unwrap();
    client.get_webcam_snapshot("c", "p").wait().await.unwrap();
    client.import_material("c", "p", "m").wait().await.unwrap();

    let job = |action: &str, body| (format!("/print_jobs/j/action/{action}"), body);
    let printer = |action: &str, body| (format!("/printers/p/action/{action}"), body);

    let expected = [
        job("pause", json!({})),
        job("resume", json!({})),
        job("abort", json!({})),
        job("abort", json!({"quantity": 2})),
        job("move", json!({"list": "queued", "to_position": 0})),
        job("remove", json!({})),
        job("force", json!({})),
        job("duplicate", json!({"quantity": 3})),
        job("shake", json!({})),
        printer("rename", json!({"name": "Luke"})),
        printer("update_firmware", json!({"schedule_update": true})),
        printer("get_webcam_snapshot", json!({})),
        printer("import_material", json!({"material_profile_id": "m"})),
    ];

    assert_eq!(*sent.lock().unwrap(), expected);
}
