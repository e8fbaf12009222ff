//! A token URL that asks for time gets it.

use std::time::{Duration, Instant};

use crate::support::oauth_service::Service;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use connect_api::{CallOptions, Error, RetryPolicy};
use futures_util::future::join_all;
use serde_json::json;

/// The token URL will answer once that it is to be asked again after so many seconds.
fn will_ask_for_time(service: &Service, status: StatusCode, seconds: u64) {
    let answer = (status, [(header::RETRY_AFTER, seconds.to_string())], "later").into_response();
    service.answers.lock().unwrap().push_back(answer);
}

#[tokio::test]
async fn a_call_waits_as_long_as_the_token_url_asks() {
    for status in [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS] {
        let service = Service::start().await;
        will_ask_for_time(&service, status, 1);
        let start = Instant::now();
        service.stale_client().get_clusters().send().await.unwrap();

        assert!(start.elapsed() >= Duration::from_secs(1));
        assert_eq!(service.seen(), (2, 2));
    }
}

#[tokio::test]
async fn nobody_asks_before_the_time_that_the_token_url_has_asked_for() {
    let service = Service::start().await;
    will_ask_for_time(&service, StatusCode::SERVICE_UNAVAILABLE, 300);
    let client = service.client(&service.tokens().build().unwrap());
    let start = Instant::now();

    for _ in 0..3 {
        let error = client.get_clusters().send().await.unwrap_err();
        assert!(matches!(&error, Error::Token(error) if error.is_transient()), "{error:?}");
        assert!(error.to_string().contains("503"), "{error}");
        let wait = error.retry_after().unwrap();
        assert!((200..=300).contains(&wait.as_secs()), "{wait:?}");
    }

    assert!(start.elapsed() < Duration::from_secs(30), "a wait that is too long is not begun");
    assert_eq!(service.seen(), (0, 1));
}

#[tokio::test]
async fn a_token_at_hand_serves_while_the_token_url_wants_to_be_left_alone() {
    let service = Service::start().await;
    let client = service.stale_client();
    will_ask_for_time(&service, StatusCode::SERVICE_UNAVAILABLE, 1);
    client.get_clusters().send().await.unwrap();

    for _ in 0..3 {
        client.get_clusters().send().await.unwrap();
    }

    assert_eq!(service.seen(), (5, 2));
}

#[tokio::test]
async fn a_token_url_that_fails_is_not_asked_by_each_call_anew() {
    const CALLS: usize = 200;

    let service = Service::start().await;
    (0..CALLS).for_each(|_| service.will_answer(500, json!({})));
    let client = service.client(&service.tokens().build().unwrap());
    let policy = RetryPolicy::default().max_attempts(2).initial_backoff(Duration::from_millis(300));
    let options = CallOptions::new().retry(policy);
    let calls = (0..CALLS).map(|_| client.get_clusters().with(options.clone()).send());

    for error in join_all(calls).await.into_iter().map(Result::unwrap_err) {
        assert!(matches!(&error, Error::Token(error) if error.is_transient()), "{error:?}");
    }

    let (_, asked) = service.seen();
    assert!((2..=3).contains(&asked), "{asked} times by {CALLS} calls");
}
