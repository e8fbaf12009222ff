//! The backoff after failed refreshes, and the `Retry-After` of the token URL.

use std::time::{Duration, Instant};

use crate::support::oauth_service::OAuthService;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use connect_api::{CallOptions, Error, RetryPolicy};
use futures_util::future::join_all;
use serde_json::json;

/// Sets the next response of the token URL, with a `Retry-After`.
fn push_retry_after(service: &OAuthService, status: StatusCode, seconds: u64) {
    let response = (status, [(header::RETRY_AFTER, seconds.to_string())], "later").into_response();
    service.token_responses.lock().unwrap().push_back(response);
}

#[tokio::test]
async fn call_waits_for_the_retry_after_of_the_token_url() {
    for status in [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS] {
        let service = OAuthService::start().await;
        push_retry_after(&service, status, 1);
        let start = Instant::now();
        service.client_with_expired_token().get_clusters().send().await.unwrap();

        assert!(start.elapsed() >= Duration::from_secs(1));
        assert_eq!(service.request_counts(), (2, 2));
    }
}

#[tokio::test]
async fn no_refresh_starts_before_the_retry_after_of_the_token_url() {
    let service = OAuthService::start().await;
    push_retry_after(&service, StatusCode::SERVICE_UNAVAILABLE, 300);
    let client = service.client(&service.tokens().build().unwrap());
    let start = Instant::now();

    for _ in 0..3 {
        let error = client.get_clusters().send().await.unwrap_err();
        assert!(matches!(&error, Error::Token(error) if error.is_transient()), "{error:?}");
        assert!(error.to_string().contains("503"), "{error}");
        let wait = error.retry_after().unwrap();
        assert!((200..=300).contains(&wait.as_secs()), "{wait:?}");
    }

    assert!(
        start.elapsed() < Duration::from_secs(30),
        "a call does not wait for a delay that exceeds its timeout"
    );
    assert_eq!(service.request_counts(), (0, 1));
}

#[tokio::test]
async fn valid_access_token_is_used_during_the_backoff() {
    let service = OAuthService::start().await;
    let client = service.client_with_expired_token();
    push_retry_after(&service, StatusCode::SERVICE_UNAVAILABLE, 1);
    client.get_clusters().send().await.unwrap();

    for _ in 0..3 {
        client.get_clusters().send().await.unwrap();
    }

    assert_eq!(service.request_counts(), (5, 2));
}

#[tokio::test]
async fn failing_token_url_is_not_requested_by_each_call() {
    const CALLS: usize = 200;

    let service = OAuthService::start().await;
    (0..CALLS).for_each(|_| service.push_token_response(500, json!({})));
    let client = service.client(&service.tokens().build().unwrap());
    let policy = RetryPolicy::default().max_attempts(2).initial_backoff(Duration::from_millis(300));
    let options = CallOptions::new().retry(policy);
    let calls = (0..CALLS).map(|_| client.get_clusters().with(options.clone()).send());

    for error in join_all(calls).await.into_iter().map(Result::unwrap_err) {
        assert!(matches!(&error, Error::Token(error) if error.is_transient()), "{error:?}");
    }

    let (_, refreshes) = service.request_counts();
    assert!((2..=3).contains(&refreshes), "{refreshes} refreshes for {CALLS} calls");
}
