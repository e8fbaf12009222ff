//! A refresh that does not go as it should costs no more than it must.

use std::time::Duration;

use crate::support::oauth_service::Service;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect};
use connect_api::{OAuthTokens, TokenError, TokenProvider as _};
use futures_util::future::join_all;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

/// No test depends on this time; it ends those that would otherwise hang.
const LONG: Duration = Duration::from_secs(60);

fn runtime() -> Runtime {
    Builder::new_multi_thread().enable_all().build().unwrap()
}

/// A token, asked for on a runtime that works.
fn token(tokens: &OAuthTokens) -> String {
    let token = async { tokio::time::timeout(LONG, tokens.token(None)).await };
    runtime().block_on(token).expect("an end").unwrap().expose().to_owned()
}

#[test]
fn a_refresh_on_a_runtime_that_nobody_runs_any_longer_is_given_up() {
    let servers = runtime();
    let service = servers.block_on(Service::start());
    service.gate.forget_permits(Semaphore::MAX_PERMITS);

    let tokens = service.tokens().timeout(Duration::from_millis(500)).build().unwrap();
    // It is kept, but runs no further than to a call that is cancelled in the middle of a refresh.
    let idle = Builder::new_current_thread().enable_all().build().unwrap();

    idle.block_on(async {
        let asked = async {
            while service.seen().1 == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };

        tokio::select! {
            _ = tokens.token(None) => panic!("the service does not answer"),
            () = asked => {}
        }
    });
    service.gate.add_permits(100);
    let first = token(&tokens);

    assert_eq!(service.seen().1, 2);
    let refresh_token = tokens.refresh_token();
    assert_ne!(refresh_token.expose(), "refresh-0");

    // The one that was given up ends at last, and changes nothing.
    idle.block_on(async { tokio::time::sleep(Duration::from_millis(100)).await });
    assert_eq!(token(&tokens), first);
    assert_eq!(tokens.refresh_token(), refresh_token);
    assert_eq!(service.seen().1, 2);
}

/// The error of a refresh that fails and may pass, after the wait that it asks for.
async fn error_and_wait(tokens: &OAuthTokens) -> TokenError {
    let error = tokens.token(None).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    tokio::time::sleep(error.retry_after().unwrap()).await;
    error
}

#[tokio::test]
async fn a_refusal_that_is_not_the_account_services_own_ends_nothing() {
    let page = "<html><head><title>400 Bad Request</title></head></html>";
    let refusals = [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];

    join_all(refusals.map(async |status| {
        let service = Service::start().await;
        let html = (status, [(header::CONTENT_TYPE, "text/html")], page).into_response();
        service.answers.lock().unwrap().push_back(html);

        let tokens = service.tokens().build().unwrap();
        let error = error_and_wait(&tokens).await;
        assert!(error.to_string().contains(status.as_str()), "{error}");
        assert_eq!(tokens.token(None).await.unwrap().expose(), "access-1");
    }))
    .await;
}

#[tokio::test]
async fn an_odd_part_of_a_grant_loses_no_other() {
    let odd = [json!({"access_token": 5}), json!({"access_token": "a", "token_type": 5})];
    join_all(odd.map(async |odd| {
        let service = Service::start().await;
        let mut grant = odd.clone();
        grant["refresh_token"] = json!("rotated");
        service.will_answer(200, grant);

        let tokens = service.tokens().build().unwrap();
        error_and_wait(&tokens).await;
        assert_eq!(tokens.refresh_token().expose(), "rotated", "{odd}");

        tokens.token(None).await.unwrap();
        assert_eq!(service.refresh_tokens(), ["refresh-0", "rotated"]);
    }))
    .await;
}

#[tokio::test]
async fn a_success_ends_the_row_of_failures() {
    let service = Service::start().await;
    let tokens = service.tokens().build().unwrap();
    service.will_answer(500, json!({}));

    let first = error_and_wait(&tokens).await;
    let token = tokens.token(None).await.unwrap();
    service.will_answer(500, json!({}));

    let next = tokens.token(Some(&token)).await.unwrap_err();
    assert_eq!(next.retry_after(), first.retry_after());

    let refused = tokens.token(Some(&token)).await.unwrap_err();
    assert!(refused.retry_after() <= next.retry_after());
    assert_eq!(service.seen(), (0, 3), "nobody asks again at once");
}

#[tokio::test]
async fn nobody_but_the_token_url_grants_a_token() {
    let (service, elsewhere) = (Service::start().await, Service::start().await);
    let redirect = Redirect::temporary(&format!("{}/token", elsewhere.url)).into_response();
    service.answers.lock().unwrap().push_back(redirect);

    let follows = reqwest::Client::new();
    let tokens = service.tokens().http_client(follows).build().unwrap();
    let error = tokens.token(None).await.unwrap_err();

    assert!(error.to_string().contains("redirects to another host"), "{error}");
    assert_eq!(elsewhere.seen(), (0, 1), "it was followed");

    tokens.token(None).await.unwrap_err();
    assert_eq!(elsewhere.seen(), (0, 1), "once, and not again");
    assert_eq!(tokens.refresh_token().expose(), "refresh-0");
}
