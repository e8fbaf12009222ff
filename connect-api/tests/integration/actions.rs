//! Actions that are waited for.

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

use crate::support::api_server::{LONG, Server, answer, hang_up, refuse};

/// What a server answers to the next poll.
#[derive(Clone, Debug)]
enum Next {
    State(&'static str),
    Refuse(u16),
    /// Too many requests: again after so many seconds.
    Busy(u32),
    HangUp,
    /// A success with this body.
    Body(&'static str),
    Snapshot,
}

use Next::{Body, Busy, HangUp, Refuse, Snapshot, State};

fn state(status: &str) -> Value {
    json!({"data": {"action_id": "a-1", "status": status}})
}

impl Next {
    fn answer(&self) -> Response {
        match self {
            State(status) => answer(200, &state(status)),
            Refuse(status) => refuse(*status),
            Busy(seconds) => {
                let mut refusal = refuse(429);
                refusal.headers_mut().insert("retry-after", (*seconds).into());
                refusal
            }
            HangUp => hang_up(),
            Body(body) => Response::new((*body).into()),
            Snapshot => {
                let value = json!({"image_url": "https://images.example/1"});
                let details = json!({"type": "any", "value": value});
                let data =
                    json!({"action_id": "a-1", "status": "success", "status_details": details});
                answer(200, &json!({"data": data}))
            }
        }
    }
}

/// A server that takes any action, and answers polls with these; the last one from then on.
async fn serve(polls: &[Next]) -> Server {
    let polls = Arc::new(Mutex::new(polls.iter().cloned().collect::<VecDeque<_>>()));
    Server::start(move |request: Request| {
        let answer = if request.method() == "POST" {
            answer(200, &state("pending"))
        } else {
            let mut polls = polls.lock().unwrap();
            let next = if polls.len() > 1 { polls.pop_front() } else { polls.front().cloned() };
            next.expect("an answer").answer()
        };

        async move { answer }
    })
    .await
}

/// Pauses a job, and waits quickly.
fn pause(client: &Client) -> Action {
    client.pause_print_job("c", "j").wait().poll_interval(Duration::from_millis(2)).deadline(LONG)
}

#[tokio::test]
async fn an_action_that_succeeds_is_waited_for() {
    let server = serve(&[State("pending"), State("sent"), Snapshot]).await;
    let snapshot = server.client().get_webcam_snapshot("c", "p").wait();
    let end = snapshot.poll_interval(Duration::from_millis(2)).await.unwrap();

    assert_eq!(end.status, ActionStatus::Success);
    let Some(ActionStatusDetails::WebcamSnapshotStatus { value, .. }) = end.status_details else {
        panic!("{end:?}");
    };
    assert_eq!(value.image_url, "https://images.example/1");

    let asked = server.asked();
    assert_eq!(asked[0].uri, "/connect/v1/clusters/c/printers/p/action/get_webcam_snapshot");
    assert!(asked[1..].iter().all(|asked| asked.uri == "/connect/v1/clusters/c/action_status/a-1"));
    assert_eq!(asked.len(), 4, "nobody asks after the end");
}

#[tokio::test]
async fn an_action_that_fails_is_an_error_with_its_status() {
    let server = serve(&[State("sent"), State("failed")]).await;
    let error = pause(&server.client()).await.unwrap_err();
    assert_eq!(error.to_string(), "action `a-1` has the status `failed`");

    let Error::Action(error) = error else { panic!("{error:?}") };
    assert!(error.is_failed() && !error.is_timeout());
    assert_eq!(error.action_id.as_deref(), Some("a-1"));
    assert_eq!(error.status, Some(ActionStatus::Failed));
}

#[tokio::test]
async fn a_stream_gives_each_state_that_differs_and_can_then_be_awaited() {
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
    assert_eq!(seen, [ActionStatus::Pending, ActionStatus::Failed], "as a stream, no error");
}

#[tokio::test]
async fn an_action_that_stays_pending_ends_at_the_deadline() {
    let server = serve(&[State("pending")]).await;
    let mut action = pause(&server.client()).deadline(Duration::from_millis(100));
    let mut states = 0;

    let error = loop {
        match action.next().await.expect("an error before the end") {
            Ok(_) => states += 1,
            Err(error) => break error,
        }
    };

    assert_eq!(states, 1);
    assert_eq!(error.to_string(), "action `a-1` has the status `pending`; timed out after 100ms");

    let Error::Action(error) = error else { panic!("{error:?}") };
    assert!(error.is_timeout() && !error.is_failed());
    assert!(action.next().await.is_none(), "an error is the end");

    let polls = server.count();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(server.count() <= polls + 1, "nobody asks any more, but for one that was under way");
    assert!(matches!(action.await, Err(Error::Action(_))));
}

/// A service that never answers is cut off at the deadline, too.
#[tokio::test]
async fn the_deadline_ends_a_call_under_way() {
    let server = Server::start(|request: Request| async move {
        if request.method() == "GET" {
            std::future::pending::<()>().await;
        }
        answer(200, &state("sent"))
    })
    .await;
    let action = pause(&server.client()).deadline(Duration::from_millis(100));
    let error = tokio::time::timeout(LONG, action).await.expect("in time").unwrap_err();

    assert!(matches!(&error, Error::Action(error) if error.is_timeout()), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_is_lost_meanwhile_does_not_end_the_wait() {
    let polls = [State("pending"), HangUp, Refuse(503), HangUp, Refuse(429), State("success")];
    let server = serve(&polls).await;
    let end = pause(&server.client()).await.unwrap();
    assert_eq!(end.status, ActionStatus::Success);
    assert_eq!(server.count(), 7);
}

#[tokio::test]
async fn a_pause_that_the_service_asks_for_is_kept_until_the_deadline() {
    let server = serve(&[Busy(1), State("success")]).await;
    let start = Instant::now();
    pause(&server.client()).await.unwrap();

    assert!(start.elapsed() >= Duration::from_secs(1));
    let server = serve(&[Busy(3600)]).await;
    let error = pause(&server.client()).deadline(Duration::from_millis(200)).await.unwrap_err();
    assert!(matches!(&error, Error::Action(error) if error.is_timeout()), "{error:?}");
    assert_eq!(server.count(), 2, "the action, and one poll");
}

#[tokio::test]
async fn a_failure_before_the_last_status_is_no_reason_for_being_late() {
    let server = serve(&[HangUp, State("sent")]).await;
    let error = pause(&server.client()).deadline(Duration::from_millis(200)).await.unwrap_err();
    assert_eq!(error.to_string(), "action `a-1` has the status `sent`; timed out after 200ms");
}

#[tokio::test]
async fn a_connection_that_stays_lost_is_told_at_the_deadline() {
    let server = serve(&[State("sent"), HangUp]).await;
    let error = pause(&server.client()).deadline(Duration::from_millis(100)).await.unwrap_err();
    let text = error.to_string();

    assert!(text.contains("`a-1` has the status `sent`; timed out after 100ms; "), "{text}");
    assert!(text.contains("get_action_status"), "{text}");

    let Error::Action(error) = error else { panic!("{error:?}") };
    assert!(matches!(error.last_failure(), Some(Error::Transport(_))), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_nobody_can_read_does_not_end_the_wait() {
    let cut = r#"{"data": {"action_id": "a-1", "sta"#;
    let polls = [Body("<html>"), State("sent"), Body(cut), Body("{}"), Body(""), State("success")];
    let server = serve(&polls).await;
    let end = pause(&server.client()).await.unwrap();

    assert_eq!((end.status, server.count()), (ActionStatus::Success, 7));
    let server = serve(&[State("sent"), Body("<html>")]).await;
    let error = pause(&server.client()).deadline(Duration::from_millis(100)).await.unwrap_err();
    let Error::Action(error) = error else { panic!("{error:?}") };

    assert!(
        error.is_timeout() && matches!(error.last_failure(), Some(Error::Decode(_))),
        "{error:?}"
    );
}

/// Who asks whether to send it again hears that it may have been done.
#[tokio::test]
async fn what_will_not_pass_ends_the_wait_at_once_and_names_the_action() {
    for status in [401, 403, 404] {
        let server = serve(&[State("sent"), Refuse(status)]).await;
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
async fn an_action_that_is_refused_was_not_done() {
    let server = Server::start(|_| async { refuse(403) }).await;
    let error = pause(&server.client()).await.unwrap_err();
    assert!(matches!(error, Error::Api(_)) && !error.may_have_been_applied(), "{error:?}");
}

#[tokio::test]
async fn an_action_that_is_not_accepted_is_not_sent_again() {
    let server = Server::start(|_| async { hang_up() }).await;
    let error = pause(&server.patient_client()).await.unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_wait_that_is_dropped_ends_all_traffic() {
    let server = serve(&[State("pending")]).await;
    let mut action = pause(&server.client());
    action.next().await.unwrap().unwrap();

    assert!(tokio::time::timeout(Duration::from_millis(50), action.next()).await.is_err());
    drop(action);
    let polls = server.count();
    assert!(polls > 1);

    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(server.count() <= polls + 1, "but for one that was under way");
}

#[tokio::test]
async fn an_action_sent_before_can_be_waited_for() {
    let server = serve(&[Refuse(503), State("sent"), State("success")]).await;
    let action = server.client().wait_for_action("c", "a-1");
    let end = action.poll_interval(Duration::from_millis(2)).await.unwrap();
    assert_eq!(end.status, ActionStatus::Success);
    assert!(server.asked().iter().all(|asked| asked.method == "GET"));
}

#[tokio::test]
async fn the_options_of_the_request_hold_for_the_polls_too() {
    let server = serve(&[Refuse(503), State("success")]).await;
    let policy = RetryPolicy::default().initial_backoff(Duration::from_millis(1));
    let pause = server.client().pause_print_job("c", "j");
    let action = pause.with(CallOptions::new().retry(policy)).wait();
    action.poll_interval(Duration::from_millis(2)).await.unwrap();

    assert_eq!(server.count(), 3);
}

/// Each action that is known by name, and what is sent for it.
#[tokio::test]
async fn the_attested_actions_are_sent_as_they_are_attested() {
    let sent = Arc::<Mutex<Vec<(String, Value)>>>::default();
    let log = sent.clone();

    let server = Server::start(move |request: Request| {
        let log = log.clone();
        async move {
            let path = request.uri().path().replace("/connect/v1/clusters/c", "");
            let body = to_bytes(request.into_body(), 1 << 20).await.unwrap();
            let body: Value = serde_json::from_slice(&body).unwrap();
            log.lock().unwrap().push((path, body["data"].clone()));
            answer(200, &state("success"))
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
