//! Access tokens from refresh tokens, against servers on this machine.

mod failures;
mod redaction;
mod retry_after;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::oauth_service::OAuthService;
use axum::response::{IntoResponse as _, Redirect};
use connect_api::models::ClusterResponse;
use connect_api::{
    CallOptions, Client, Error, OAuthTokens, Page, RetryPolicy, StatusCode, TokenProvider as _,
};
use futures_util::future::join_all;
use serde_json::json;
use tokio::sync::{Barrier, Semaphore};
use tokio::task::JoinSet;

/// Starts concurrent calls of the same client.
fn spawn_calls(client: &Client, count: usize) -> JoinSet<Result<Page<ClusterResponse>, Error>> {
    (0..count).map(|_| client.get_clusters().send()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_refresh_serves_all_calls_whose_token_is_rejected_as_expired() {
    let service = OAuthService::start().await;
    *service.expired_token_barrier.lock().unwrap() = Some(Arc::new(Barrier::new(200)));
    let client = service.client_with_expired_token();

    for result in spawn_calls(&client, 200).join_all().await {
        result.unwrap();
    }

    assert_eq!(service.request_counts(), (400, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_refresh_serves_all_calls_when_the_token_is_known_to_be_expired() {
    let service = OAuthService::start().await;
    let tokens = service.tokens().access_token("old", Duration::ZERO).build().unwrap();
    let client = service.client(&tokens);

    for result in spawn_calls(&client, 200).join_all().await {
        result.unwrap();
    }

    assert_eq!(service.request_counts(), (200, 1));
}

#[tokio::test]
async fn valid_token_is_not_refreshed() {
    let service = OAuthService::start().await;
    service.accept_token("given");
    let tokens = service.tokens().access_token("given", Duration::from_secs(3600)).build().unwrap();
    let client = service.client(&tokens);

    for _ in 0..3 {
        client.get_clusters().send().await.unwrap();
    }

    assert_eq!(service.request_counts(), (3, 0));
}

#[tokio::test]
async fn token_is_refreshed_after_its_lifetime() {
    let service = OAuthService::start().await;
    service.push_token_response(200, json!({"access_token": "short", "expires_in": 1}));
    service.accept_token("short");

    let tokens = service.tokens().build().unwrap();
    let client = service.client(&tokens);
    client.get_clusters().send().await.unwrap();

    assert_eq!(service.request_counts(), (1, 1));
    tokio::time::sleep(Duration::from_millis(1001)).await;
    client.get_clusters().send().await.unwrap();
    assert_eq!(service.request_counts(), (2, 2));

    let calls = service.api_calls.lock().unwrap().clone();
    assert_eq!(calls[1].as_deref(), Some("Bearer access-1"));
}

#[tokio::test]
async fn token_with_a_lifetime_below_the_leeway_serves_many_calls() {
    let service = OAuthService::start().await;
    service.push_token_response(200, json!({"access_token": "short", "expires_in": 3600}));
    service.accept_token("short");

    let tokens = service.tokens().leeway(Duration::MAX).build().unwrap();
    let client = service.client(&tokens);
    for _ in 0..20 {
        client.get_clusters().send().await.unwrap();
    }

    assert_eq!(service.request_counts(), (20, 1));
}

#[tokio::test]
async fn form_and_client_authentication_are_sent() {
    let service = OAuthService::start().await;
    service.tokens().build().unwrap().token(None).await.unwrap();
    let confidential = service.tokens().client_secret("s:-ä").build().unwrap();
    confidential.token(None).await.unwrap();

    let forms = service.token_requests.lock().unwrap();
    let (form, authorization) = &forms[0];
    let mut fields: Vec<_> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    fields.sort_unstable();

    let common = [("grant_type", "refresh_token"), ("refresh_token", "refresh-0")];
    assert_eq!(fields, [&[("client_id", "client")], &common[..]].concat());
    assert_eq!(*authorization, None);

    let (form, authorization) = &forms[1];
    let mut fields: Vec<_> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    fields.sort_unstable();

    assert_eq!(fields, common);
    use base64::Engine as _;

    let basic = base64::prelude::BASE64_STANDARD.encode("client:s%3A-%C3%A4");
    assert_eq!(*authorization, Some(format!("Basic {basic}")));
}

#[tokio::test]
async fn response_without_a_refresh_token_keeps_the_old_one() {
    for kept in [json!({}), json!({"refresh_token": null}), json!({"refresh_token": ""})] {
        let service = OAuthService::start().await;
        let mut body = json!({"access_token": "a"});
        body.as_object_mut().unwrap().extend(kept.as_object().unwrap().clone());
        service.push_token_response(200, body);

        let hook_calls = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&hook_calls);

        let tokens = service
            .tokens()
            .on_refresh_token(move |_| _ = count.fetch_add(1, Ordering::Relaxed))
            .build()
            .unwrap();
        let first = tokens.token(None).await.unwrap();
        assert_eq!(tokens.refresh_token().expose(), "refresh-0");
        assert_eq!(hook_calls.load(Ordering::Relaxed), 0);

        tokens.token(Some(&first)).await.unwrap();
        tokens.token(Some(&"access-1".into())).await.unwrap();
        assert_eq!(service.received_refresh_tokens(), ["refresh-0", "refresh-0", "refresh-1"]);
        assert_eq!(hook_calls.load(Ordering::Relaxed), 2);
    }
}

#[tokio::test]
async fn hook_gets_each_new_refresh_token_before_the_call_continues() {
    let service = OAuthService::start().await;
    let stored = Arc::new(Mutex::new(Vec::new()));
    let (store, at_hook) = (Arc::clone(&stored), Arc::clone(&service));

    let tokens = service
        .tokens()
        .on_refresh_token(move |token| {
            // Blocks, while the runtime has one thread.
            std::thread::sleep(Duration::from_millis(50));
            store.lock().unwrap().push((token.expose().to_owned(), at_hook.request_counts().0));
        })
        .build()
        .unwrap();
    let client = service.client(&tokens);
    tokio::try_join!(client.get_clusters().send(), client.get_clusters().send()).unwrap();

    assert_eq!(*stored.lock().unwrap(), [("refresh-1".to_owned(), 0)]);
    service.valid_tokens.lock().unwrap().clear();
    client.get_clusters().send().await.unwrap();

    // After two calls, and one with the expired token.
    assert_eq!(stored.lock().unwrap()[1..], [("refresh-2".to_owned(), 3)]);
}

#[tokio::test]
async fn panicking_hook_does_not_lose_the_token() {
    let service = OAuthService::start().await;
    let tokens = service.tokens().on_refresh_token(|_| panic!("the disk is full")).build().unwrap();
    let first = tokens.token(None).await.unwrap();

    assert_eq!(first.expose(), "access-1");
    assert_eq!(tokens.refresh_token().expose(), "refresh-1");
    assert_eq!(tokens.token(Some(&first)).await.unwrap().expose(), "access-2");
    assert_eq!(service.received_refresh_tokens(), ["refresh-0", "refresh-1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn permanent_error_fails_all_calls_and_is_not_retried() {
    for status in [400, 401, 403] {
        let service = OAuthService::start().await;
        *service.expired_token_barrier.lock().unwrap() = Some(Arc::new(Barrier::new(50)));

        let body = json!({
            "error": "invalid_grant",
            "error_description": "Token\u{7} refresh-0 was\r\nrevoked",
        });
        service.push_token_response(status, body);
        let client = service.client_with_expired_token();

        for result in spawn_calls(&client, 50).join_all().await {
            let error = result.unwrap_err();
            assert!(matches!(&error, Error::Token(error) if !error.is_transient()), "{error:?}");

            let text = error.to_string();
            assert!(text.contains("refused"), "{text}");
            assert!(text.contains("invalid_grant (Token  *** was  revoked)"), "{text}");
            assert!(text.contains(&status.to_string()), "{text}");
        }

        assert_eq!(service.request_counts(), (50, 1), "{status}");

        for _ in 0..3 {
            let error = client.get_clusters().send().await.unwrap_err();
            assert!(matches!(error, Error::Token(_)), "{error:?}");
        }

        assert_eq!(service.request_counts(), (50, 1), "{status}");
    }
}

#[tokio::test]
async fn transient_failure_is_retried_by_the_retry_policy() {
    let responses = [
        (503, json!({})),
        (429, json!({"error": "slow_down"})),
        (500, json!("oops")),
        (200, json!("not a token response")),
        (200, json!({"expires_in": 600})),
        (200, json!({"access_token": "x", "token_type": "mac"})),
        (200, json!({"access_token": "x".repeat(70_000)})),
    ];

    join_all(responses.map(async |(status, body)| {
        let service = OAuthService::start().await;
        service.push_token_response(status, body.clone());
        let client = service.client_with_expired_token();
        client.get_clusters().send().await.unwrap();

        // The expired token is not sent again during the failed refresh.
        assert_eq!(service.request_counts(), (2, 2), "{status} {body}");
        service.valid_tokens.lock().unwrap().clear();
        service.push_token_response(status, body.clone());

        let call = client.get_clusters().with(CallOptions::new().retry(RetryPolicy::never()));
        let error = call.send().await.unwrap_err();
        assert!(matches!(&error, Error::Token(error) if error.is_transient()), "{error:?}");
        assert_eq!(service.request_counts(), (3, 3), "{status} {body}");
    }))
    .await;
}

#[tokio::test]
async fn unreachable_account_service_is_a_transient_failure() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/token", listener.local_addr().unwrap());
    drop(listener);

    let tokens = OAuthTokens::builder("client", "refresh-0").token_url(url).build().unwrap();
    for _ in 0..2 {
        let error = tokens.token(None).await.unwrap_err();
        assert!(error.is_transient(), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refresh_continues_when_the_call_that_started_it_is_cancelled() {
    let service = OAuthService::start().await;
    service.token_response_permits.forget_permits(Semaphore::MAX_PERMITS);
    let client = service.client_with_expired_token();
    let first = client.clone();
    let first = tokio::spawn(async move { first.get_clusters().send().await });

    while service.request_counts().1 == 0 {
        tokio::task::yield_now().await;
    }

    let others = spawn_calls(&client, 10);
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());

    service.token_response_permits.add_permits(1);

    for result in others.join_all().await {
        result.unwrap();
    }

    assert_eq!(service.request_counts().1, 1);
}

#[tokio::test]
async fn refresh_without_waiting_calls_stores_its_tokens() {
    let service = OAuthService::start().await;
    service.token_response_permits.forget_permits(Semaphore::MAX_PERMITS);
    let tokens = service.tokens().build().unwrap();
    let caller = tokens.clone();
    let caller = tokio::spawn(async move { caller.token(None).await });

    while service.request_counts().1 == 0 {
        tokio::task::yield_now().await;
    }

    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());

    service.token_response_permits.add_permits(1);
    assert_eq!(tokens.token(None).await.unwrap().expose(), "access-1");
    assert_eq!(tokens.refresh_token().expose(), "refresh-1");
    assert_eq!(service.request_counts().1, 1);
}

#[test]
fn next_refresh_starts_after_the_runtime_of_the_first_was_dropped() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let servers = runtime();
    let service = servers.block_on(OAuthService::start());
    service.token_response_permits.forget_permits(Semaphore::MAX_PERMITS);

    let tokens = service.tokens().build().unwrap();
    let short = runtime();
    let caller = tokens.clone();
    short.spawn(async move { caller.token(None).await });

    while service.request_counts().1 == 0 {
        std::thread::yield_now();
    }

    drop(short);
    service.token_response_permits.add_permits(2);

    let token = runtime().block_on(async {
        match tokens.token(None).await {
            // The connection was dropped before the refresh, which failed: wait for the backoff.
            Err(error) => {
                tokio::time::sleep(error.retry_after().expect("a transient failure")).await;
                tokens.token(None).await
            }
            ok => ok,
        }
    });

    assert!(token.unwrap().expose().starts_with("access-"));
    assert_eq!(service.request_counts().1, 2);
}

#[tokio::test]
async fn static_token_is_not_refreshed() {
    let service = OAuthService::start().await;
    let base_url = format!("{}/v1", service.url);
    let client = Client::builder().base_url(base_url).token("old").build().unwrap();
    let error = client.get_clusters().send().await.unwrap_err();

    assert!(matches!(&error, Error::Api(error) if error.status == StatusCode::FORBIDDEN));
    assert_eq!(service.request_counts(), (1, 0));
}

#[tokio::test]
async fn call_refreshes_its_token_at_most_once() {
    let service = OAuthService::start().await;
    for n in 0..3 {
        // Granted, but rejected by the API.
        service.push_token_response(200, json!({"access_token": format!("bad-{n}")}));
    }

    let client = service.client_with_expired_token();
    let error = client.get_clusters().send().await.unwrap_err();
    assert!(matches!(&error, Error::Api(error) if error.status == StatusCode::FORBIDDEN));
    assert_eq!(service.request_counts(), (2, 1));
}

#[tokio::test]
async fn issued_token_that_already_expired_is_a_permanent_failure() {
    let service = OAuthService::start().await;
    service.push_token_response(200, json!({"access_token": "old"}));
    let error = service.client_with_expired_token().get_clusters().send().await.unwrap_err();
    assert!(matches!(&error, Error::Token(error) if !error.is_transient()), "{error:?}");
    assert_eq!(service.request_counts(), (1, 1));
}

#[tokio::test]
async fn redirect_is_not_followed_with_a_token() {
    let (service, other_host) = (OAuthService::start().await, OAuthService::start().await);
    for status in [301, 302, 303, 307, 308] {
        let mut response = Redirect::to(&format!("{}/token", other_host.url)).into_response();
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        service.token_responses.lock().unwrap().push_back(response);

        let tokens = service.tokens().client_secret("secret").build().unwrap();
        let error = tokens.token(None).await.unwrap_err();
        assert!(error.to_string().contains(&status.to_string()), "{error}");
    }

    assert_eq!(service.request_counts(), (0, 5));
    let target = format!("{}/v1/clusters", other_host.url);

    let api = axum::Router::new().fallback(move || {
        let target = target.clone();
        async move { (StatusCode::FOUND, [("location", target)]) }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, api).await.unwrap() });

    let tokens = service.tokens().build().unwrap();
    let client = Client::builder().base_url(base_url).token_provider(tokens).build().unwrap();
    let error = client.get_clusters().send().await.unwrap_err();

    assert!(matches!(&error, Error::Api(error) if error.status == StatusCode::FOUND), "{error:?}");
    assert_eq!(other_host.request_counts(), (0, 0));
}

#[test]
fn build_rejects_invalid_configuration() {
    let build = |client_id: &str, refresh_token: &str, url: &str| {
        OAuthTokens::builder(client_id, refresh_token).token_url(url).build()
    };
    assert!(build("c", "secret", "https://h/token").is_ok());

    for (client_id, refresh_token, url) in [
        ("c", "secret", "http://account.ultimaker.com/token"),
        ("c", "secret", "token"),
        ("", "secret", "https://h/token"),
        ("c", " ", "https://h/token"),
    ] {
        let error = build(client_id, refresh_token, url).unwrap_err();
        assert!(matches!(error, Error::Configuration(_)), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("secret"));
    }
}
