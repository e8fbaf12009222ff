//! Access tokens from refresh tokens, against servers on this machine.

mod failures;
mod redaction;
mod retry_after;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::oauth_service::Service;
use axum::response::{IntoResponse as _, Redirect};
use connect_api::{
    CallOptions, Client, Error, OAuthTokens, RetryPolicy, StatusCode, TokenProvider as _,
};
use futures_util::future::join_all;
use serde_json::json;
use tokio::sync::{Barrier, Semaphore};
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_calls_find_the_token_expired_and_one_refresh_serves_them() {
    let service = Service::start().await;
    *service.barrier.lock().unwrap() = Some(Arc::new(Barrier::new(200)));
    let client = service.stale_client();
    let mut calls = JoinSet::new();

    for _ in 0..200 {
        let client = client.clone();
        calls.spawn(async move { client.get_clusters().send().await });
    }

    for result in calls.join_all().await {
        result.unwrap();
    }

    assert_eq!(service.seen(), (400, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_calls_know_that_the_token_is_at_its_end_and_one_refresh_serves_them() {
    let service = Service::start().await;
    let tokens = service.tokens().access_token("old", Duration::ZERO).build().unwrap();
    let client = service.client(&tokens);
    let mut calls = JoinSet::new();

    for _ in 0..200 {
        let client = client.clone();
        calls.spawn(async move { client.get_clusters().send().await });
    }

    for result in calls.join_all().await {
        result.unwrap();
    }

    assert_eq!(service.seen(), (200, 1));
}

#[tokio::test]
async fn a_good_token_is_not_refreshed() {
    let service = Service::start().await;
    service.will_take("given");
    let tokens = service.tokens().access_token("given", Duration::from_secs(3600)).build().unwrap();
    let client = service.client(&tokens);

    for _ in 0..3 {
        client.get_clusters().send().await.unwrap();
    }

    assert_eq!(service.seen(), (3, 0));
}

#[tokio::test]
async fn a_token_that_has_lived_its_time_is_refreshed() {
    let service = Service::start().await;
    service.will_answer(200, json!({"access_token": "short", "expires_in": 1}));
    service.will_take("short");

    let tokens = service.tokens().build().unwrap();
    let client = service.client(&tokens);
    client.get_clusters().send().await.unwrap();

    assert_eq!(service.seen(), (1, 1));
    tokio::time::sleep(Duration::from_millis(1001)).await;
    client.get_clusters().send().await.unwrap();
    assert_eq!(service.seen(), (2, 2));

    let calls = service.calls.lock().unwrap().clone();
    assert_eq!(calls[1].as_deref(), Some("Bearer access-1"));
}

#[tokio::test]
async fn a_token_that_lives_shorter_than_the_leeway_serves_many_calls() {
    let service = Service::start().await;
    service.will_answer(200, json!({"access_token": "short", "expires_in": 3600}));
    service.will_take("short");

    let tokens = service.tokens().leeway(Duration::MAX).build().unwrap();
    let client = service.client(&tokens);
    for _ in 0..20 {
        client.get_clusters().send().await.unwrap();
    }

    assert_eq!(service.seen(), (20, 1));
}

#[tokio::test]
async fn the_form_is_as_the_service_wants_it() {
    let service = Service::start().await;
    service.tokens().build().unwrap().token(None).await.unwrap();
    let confidential = service.tokens().client_secret("s:-ä").build().unwrap();
    confidential.token(None).await.unwrap();

    let forms = service.forms.lock().unwrap();
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
async fn an_answer_without_a_refresh_token_keeps_the_old_one() {
    for kept in [json!({}), json!({"refresh_token": null}), json!({"refresh_token": ""})] {
        let service = Service::start().await;
        let mut answer = json!({"access_token": "a"});
        answer.as_object_mut().unwrap().extend(kept.as_object().unwrap().clone());
        service.will_answer(200, answer);

        let hooked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&hooked);

        let tokens = service
            .tokens()
            .on_refresh_token(move |_| _ = count.fetch_add(1, Ordering::Relaxed))
            .build()
            .unwrap();
        let first = tokens.token(None).await.unwrap();
        assert_eq!(tokens.refresh_token().expose(), "refresh-0");
        assert_eq!(hooked.load(Ordering::Relaxed), 0);

        tokens.token(Some(&first)).await.unwrap();
        tokens.token(Some(&"access-1".into())).await.unwrap();
        assert_eq!(service.refresh_tokens(), ["refresh-0", "refresh-0", "refresh-1"]);
        assert_eq!(hooked.load(Ordering::Relaxed), 2);
    }
}

#[tokio::test]
async fn the_program_has_each_new_refresh_token_before_a_call_goes_on() {
    let service = Service::start().await;
    let stored = Arc::new(Mutex::new(Vec::new()));
    let (store, at_hook) = (Arc::clone(&stored), Arc::clone(&service));

    let tokens = service
        .tokens()
        .on_refresh_token(move |token| {
            // Slow, and on a runtime of one thread.
            std::thread::sleep(Duration::from_millis(50));
            store.lock().unwrap().push((token.expose().to_owned(), at_hook.seen().0));
        })
        .build()
        .unwrap();
    let client = service.client(&tokens);
    tokio::try_join!(client.get_clusters().send(), client.get_clusters().send()).unwrap();

    assert_eq!(*stored.lock().unwrap(), [("refresh-1".to_owned(), 0)]);
    service.good.lock().unwrap().clear();
    client.get_clusters().send().await.unwrap();

    // Two calls, and the one with the token that is good no more.
    assert_eq!(stored.lock().unwrap()[1..], [("refresh-2".to_owned(), 3)]);
}

#[tokio::test]
async fn a_hook_that_panics_loses_no_token() {
    let service = Service::start().await;
    let tokens = service.tokens().on_refresh_token(|_| panic!("the disk is full")).build().unwrap();
    let first = tokens.token(None).await.unwrap();

    assert_eq!(first.expose(), "access-1");
    assert_eq!(tokens.refresh_token().expose(), "refresh-1");
    assert_eq!(tokens.token(Some(&first)).await.unwrap().expose(), "access-2");
    assert_eq!(service.refresh_tokens(), ["refresh-0", "refresh-1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_fails_all_calls_with_one_request_and_no_later_one_asks_again() {
    for status in [400, 401, 403] {
        let service = Service::start().await;
        *service.barrier.lock().unwrap() = Some(Arc::new(Barrier::new(50)));

        let body = json!({
            "error": "invalid_grant",
            "error_description": "Token\u{7} refresh-0 was\r\nrevoked",
        });
        service.will_answer(status, body);
        let client = service.stale_client();
        let mut calls = JoinSet::new();

        for _ in 0..50 {
            let client = client.clone();
            calls.spawn(async move { client.get_clusters().send().await });
        }

        for result in calls.join_all().await {
            let error = result.unwrap_err();
            assert!(matches!(&error, Error::Token(error) if !error.is_transient()), "{error:?}");

            let text = error.to_string();
            assert!(text.contains("refused"), "{text}");
            assert!(text.contains("invalid_grant (Token  *** was  revoked)"), "{text}");
            assert!(text.contains(&status.to_string()), "{text}");
        }

        assert_eq!(service.seen(), (50, 1), "{status}");

        for _ in 0..3 {
            let error = client.get_clusters().send().await.unwrap_err();
            assert!(matches!(error, Error::Token(_)), "{error:?}");
        }

        assert_eq!(service.seen(), (50, 1), "{status}");
    }
}

#[tokio::test]
async fn trouble_of_the_account_service_is_left_to_the_calls_policy() {
    let troubles = [
        (503, json!({})),
        (429, json!({"error": "slow_down"})),
        (500, json!("oops")),
        (200, json!("not a grant")),
        (200, json!({"expires_in": 600})),
        (200, json!({"access_token": "x", "token_type": "mac"})),
        (200, json!({"access_token": "x".repeat(70_000)})),
    ];

    join_all(troubles.map(async |trouble| {
        let service = Service::start().await;
        service.will_answer(trouble.0, trouble.1.clone());
        let client = service.stale_client();
        client.get_clusters().send().await.unwrap();

        // The refused token is not sent again while there is no other.
        assert_eq!(service.seen(), (2, 2), "{trouble:?}");
        service.good.lock().unwrap().clear();
        service.will_answer(trouble.0, trouble.1.clone());

        let call = client.get_clusters().with(CallOptions::new().retry(RetryPolicy::never()));
        let error = call.send().await.unwrap_err();
        assert!(matches!(&error, Error::Token(error) if error.is_transient()), "{error:?}");
        assert_eq!(service.seen(), (3, 3), "{trouble:?}");
    }))
    .await;
}

#[tokio::test]
async fn no_account_service_is_trouble_not_refusal() {
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
async fn a_refresh_outlives_the_call_that_began_it() {
    let service = Service::start().await;
    service.gate.forget_permits(Semaphore::MAX_PERMITS);
    let client = service.stale_client();
    let first = client.clone();
    let first = tokio::spawn(async move { first.get_clusters().send().await });

    while service.seen().1 == 0 {
        tokio::task::yield_now().await;
    }

    let mut others = JoinSet::new();
    for _ in 0..10 {
        let client = client.clone();
        others.spawn(async move { client.get_clusters().send().await });
    }

    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());

    service.gate.add_permits(1);

    for result in others.join_all().await {
        result.unwrap();
    }

    assert_eq!(service.seen().1, 1);
}

#[tokio::test]
async fn a_refresh_without_any_caller_left_keeps_its_tokens() {
    let service = Service::start().await;
    service.gate.forget_permits(Semaphore::MAX_PERMITS);
    let tokens = service.tokens().build().unwrap();
    let caller = tokens.clone();
    let caller = tokio::spawn(async move { caller.token(None).await });

    while service.seen().1 == 0 {
        tokio::task::yield_now().await;
    }

    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());

    service.gate.add_permits(1);
    assert_eq!(tokens.token(None).await.unwrap().expose(), "access-1");
    assert_eq!(tokens.refresh_token().expose(), "refresh-1");
    assert_eq!(service.seen().1, 1);
}

#[test]
fn a_runtime_that_goes_away_in_a_refresh_leaves_the_next_one_free() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let servers = runtime();
    let service = servers.block_on(Service::start());
    service.gate.forget_permits(Semaphore::MAX_PERMITS);

    let tokens = service.tokens().build().unwrap();
    let short = runtime();
    let caller = tokens.clone();
    short.spawn(async move { caller.token(None).await });

    while service.seen().1 == 0 {
        std::thread::yield_now();
    }

    drop(short);
    service.gate.add_permits(2);
    let token = runtime().block_on(tokens.token(None)).unwrap();

    assert!(token.expose().starts_with("access-"));
    assert_eq!(service.seen().1, 2);
}

#[tokio::test]
async fn a_token_for_good_is_not_refreshed() {
    let service = Service::start().await;
    let base_url = format!("{}/v1", service.url);
    let client = Client::builder().base_url(base_url).token("old").build().unwrap();
    let error = client.get_clusters().send().await.unwrap_err();

    assert!(matches!(&error, Error::Api(error) if error.status == StatusCode::FORBIDDEN));
    assert_eq!(service.seen(), (1, 0));
}

#[tokio::test]
async fn a_call_has_its_token_refreshed_once_and_no_more() {
    let service = Service::start().await;
    for n in 0..3 {
        // Granted, but not taken by the API.
        service.will_answer(200, json!({"access_token": format!("bad-{n}")}));
    }

    let client = service.stale_client();
    let error = client.get_clusters().send().await.unwrap_err();
    assert!(matches!(&error, Error::Api(error) if error.status == StatusCode::FORBIDDEN));
    assert_eq!(service.seen(), (2, 1));
}

#[tokio::test]
async fn the_same_access_token_again_is_no_other_token() {
    let service = Service::start().await;
    service.will_answer(200, json!({"access_token": "old"}));
    let error = service.stale_client().get_clusters().send().await.unwrap_err();
    assert!(matches!(&error, Error::Token(error) if !error.is_transient()), "{error:?}");
    assert_eq!(service.seen(), (1, 1));
}

#[tokio::test]
async fn no_redirect_takes_a_token_along() {
    let (service, elsewhere) = (Service::start().await, Service::start().await);
    for status in [301, 302, 303, 307, 308] {
        let mut answer = Redirect::to(&format!("{}/token", elsewhere.url)).into_response();
        *answer.status_mut() = StatusCode::from_u16(status).unwrap();
        service.answers.lock().unwrap().push_back(answer);

        let tokens = service.tokens().client_secret("secret").build().unwrap();
        let error = tokens.token(None).await.unwrap_err();
        assert!(error.to_string().contains(&status.to_string()), "{error}");
    }

    assert_eq!(service.seen(), (0, 5));
    let target = format!("{}/v1/clusters", elsewhere.url);

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
    assert_eq!(elsewhere.seen(), (0, 0));
}

#[test]
fn what_cannot_work_is_refused_at_once() {
    let of = |client_id: &str, refresh_token: &str, url: &str| {
        OAuthTokens::builder(client_id, refresh_token).token_url(url).build()
    };
    assert!(of("c", "secret", "https://h/token").is_ok());

    for (client_id, refresh_token, url) in [
        ("c", "secret", "http://account.ultimaker.com/token"),
        ("c", "secret", "token"),
        ("", "secret", "https://h/token"),
        ("c", " ", "https://h/token"),
    ] {
        let error = of(client_id, refresh_token, url).unwrap_err();
        assert!(matches!(error, Error::Configuration(_)), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("secret"));
    }
}
