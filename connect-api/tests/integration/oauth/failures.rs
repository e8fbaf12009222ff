//! Failed, interrupted and invalid refreshes.

use std::time::Duration;

use crate::support::oauth_service::OAuthService;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect};
use connect_api::{OAuthTokens, TokenError, TokenProvider as _};
use futures_util::future::join_all;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

/// Ends a test that hangs.
const TEST_TIMEOUT: Duration = Duration::from_secs(60);

fn runtime() -> Runtime {
    Builder::new_multi_thread().enable_all().build().unwrap()
}

/// Gets a token on a new runtime.
fn get_token(tokens: &OAuthTokens) -> String {
    let token = async { tokio::time::timeout(TEST_TIMEOUT, tokens.token(None)).await };
    runtime().block_on(token).expect("an end").unwrap().expose().to_owned()
}

#[test]
fn refresh_on_a_stopped_runtime_is_replaced_after_the_timeout() {
    let servers = runtime();
    let service = servers.block_on(OAuthService::start());
    service.token_response_permits.forget_permits(Semaphore::MAX_PERMITS);

    let tokens = service.tokens().timeout(Duration::from_millis(500)).build().unwrap();
    // This runtime starts a refresh and then stops running, but is not dropped.
    let stopped = Builder::new_current_thread().enable_all().build().unwrap();

    stopped.block_on(async {
        let refresh_started = async {
            while service.request_counts().1 == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };

        tokio::select! {
            _ = tokens.token(None) => panic!("the service does not answer"),
            () = refresh_started => {}
        }
    });
    service.token_response_permits.add_permits(100);
    let first = get_token(&tokens);

    assert_eq!(service.request_counts().1, 2);
    let refresh_token = tokens.refresh_token();
    assert_ne!(refresh_token.expose(), "refresh-0");

    // The first refresh ends later, and changes nothing.
    stopped.block_on(async { tokio::time::sleep(Duration::from_millis(100)).await });
    assert_eq!(get_token(&tokens), first);
    assert_eq!(tokens.refresh_token(), refresh_token);
    assert_eq!(service.request_counts().1, 2);
}

/// Fails to get a token, waits for the backoff, and returns the error.
async fn fail_and_wait(tokens: &OAuthTokens) -> TokenError {
    let error = tokens.token(None).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    tokio::time::sleep(error.retry_after().unwrap()).await;
    error
}

#[tokio::test]
async fn error_status_without_an_oauth_error_is_transient() {
    let page = "<html><head><title>400 Bad Request</title></head></html>";
    let statuses = [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];

    join_all(statuses.map(async |status| {
        let service = OAuthService::start().await;
        let html = (status, [(header::CONTENT_TYPE, "text/html")], page).into_response();
        service.token_responses.lock().unwrap().push_back(html);

        let tokens = service.tokens().build().unwrap();
        let error = fail_and_wait(&tokens).await;
        assert!(error.to_string().contains(status.as_str()), "{error}");
        assert_eq!(tokens.token(None).await.unwrap().expose(), "access-1");
    }))
    .await;
}

#[tokio::test]
async fn refresh_token_of_an_otherwise_invalid_response_is_kept() {
    let invalid_responses =
        [json!({"access_token": 5}), json!({"access_token": "a", "token_type": 5})];
    join_all(invalid_responses.map(async |invalid| {
        let service = OAuthService::start().await;
        let mut tokens = invalid.clone();
        tokens["refresh_token"] = json!("rotated");
        service.push_token_response(200, tokens);

        let tokens = service.tokens().build().unwrap();
        fail_and_wait(&tokens).await;
        assert_eq!(tokens.refresh_token().expose(), "rotated", "{invalid}");

        tokens.token(None).await.unwrap();
        assert_eq!(service.received_refresh_tokens(), ["refresh-0", "rotated"]);
    }))
    .await;
}

#[tokio::test]
async fn success_resets_the_backoff() {
    let service = OAuthService::start().await;
    let tokens = service.tokens().build().unwrap();
    service.push_token_response(500, json!({}));

    let first = fail_and_wait(&tokens).await;
    let token = tokens.token(None).await.unwrap();
    service.push_token_response(500, json!({}));

    let next = tokens.token(Some(&token)).await.unwrap_err();
    assert_eq!(next.retry_after(), first.retry_after());

    let during_backoff = tokens.token(Some(&token)).await.unwrap_err();
    assert!(during_backoff.retry_after() <= next.retry_after());
    assert_eq!(service.request_counts(), (0, 3), "no refresh during the backoff");
}

#[tokio::test]
async fn tokens_after_a_redirect_to_another_host_are_rejected() {
    let (service, other_host) = (OAuthService::start().await, OAuthService::start().await);
    let redirect = Redirect::temporary(&format!("{}/token", other_host.url)).into_response();
    service.token_responses.lock().unwrap().push_back(redirect);

    let follows = reqwest::Client::new();
    let tokens = service.tokens().http_client(follows).build().unwrap();
    let error = tokens.token(None).await.unwrap_err();

    assert!(error.to_string().contains("redirects to another host"), "{error}");
    assert_eq!(other_host.request_counts(), (0, 1), "the redirect is followed");

    tokens.token(None).await.unwrap_err();
    assert_eq!(other_host.request_counts(), (0, 1), "the failure is permanent");
    assert_eq!(tokens.refresh_token().expose(), "refresh-0");
}
