//! Requests to routes that the API document does not have.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::to_bytes;
use axum::extract::Request;
use axum::response::IntoResponse as _;
use connect_api::{CallOptions, Error, Method, RetryPolicy, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::api_server::{Server, api_error, json_response, lost_connection};

#[derive(Debug, Deserialize, PartialEq)]
struct Usage {
    printer: String,
    hours: f64,
}

#[tokio::test]
async fn raw_request_sends_token_and_query_and_returns_data() {
    let usage = json!({"data": [{"printer": "a", "hours": 1.5}], "meta": {}});
    let server = Server::start(move |_| {
        let response = json_response(200, &usage);
        async { response }
    })
    .await;

    let client = server.client();
    let request = client.request(Method::GET, "/usage").query("limit", 20).query("sort", "a b&c");
    let items: Vec<Usage> = request.clone().send().await.unwrap();

    assert_eq!(items, [Usage { printer: "a".to_owned(), hours: 1.5 }]);
    let response = request.send_for_response::<Vec<Usage>>().await.unwrap();
    assert_eq!((response.status(), response.body().len()), (StatusCode::OK, 1));

    let request = client.request(Method::GET, "/clusters/{id}/usage").segment("id", "../x?y=/");
    let body = request.send_for_bytes().await.unwrap().into_body();
    assert!(body.starts_with(b"{\"data\":["));

    let requests = server.requests();
    assert_eq!(requests[0].uri, "/connect/v1/usage?limit=20&sort=a+b%26c");
    assert_eq!(requests[2].uri, "/connect/v1/clusters/..%2Fx%3Fy%3D%2F/usage");

    for request in requests {
        assert_eq!(request.headers["authorization"], "Bearer secret-token");
        assert_eq!(request.headers["accept"], "application/json");
    }
}

#[tokio::test]
async fn raw_request_sends_json_body_and_accepts_empty_response() {
    let bodies = Arc::<Mutex<Vec<Value>>>::default();
    let log = bodies.clone();

    let server = Server::start(move |request: Request| {
        let log = log.clone();
        async move {
            assert_eq!(request.headers()["content-type"], "application/json");
            let body = to_bytes(request.into_body(), 1 << 20).await.unwrap();
            log.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
            StatusCode::NO_CONTENT.into_response()
        }
    })
    .await;
    let body = json!({"data": {"organization_shared": true}});
    let request = server.client().request(Method::POST, "/clusters/share_all").json(&body);
    let response = request.clone().send_for_bytes().await.unwrap();

    assert_eq!((response.status(), response.body().len()), (StatusCode::NO_CONTENT, 0));
    let error = request.send::<Value>().await.unwrap_err();
    assert!(matches!(error, Error::NoData(_)), "{error:?}");
    assert_eq!(*bodies.lock().unwrap(), [body.clone(), body]);
}

#[tokio::test]
async fn raw_request_is_retried_only_if_idempotent() {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();

    let server = Server::start(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        async { api_error(502) }
    })
    .await;
    let client = server.retrying_client();

    for (request, attempts) in [
        (client.request(Method::GET, "/usage"), 4),
        (client.request(Method::DELETE, "/usage"), 4),
        (client.request(Method::POST, "/usage"), 1),
        (client.request(Method::PUT, "/usage"), 1),
        (client.request(Method::POST, "/usage").idempotent(true), 4),
        (client.request(Method::GET, "/usage").idempotent(false), 1),
        (
            client
                .request(Method::GET, "/usage")
                .with(CallOptions::new().retry(RetryPolicy::default().max_attempts(2))),
            2,
        ),
    ] {
        count.store(0, Ordering::SeqCst);
        let error = request.clone().send::<Value>().await.unwrap_err();
        assert_eq!(count.load(Ordering::SeqCst), attempts, "{request:?}");

        let Error::Api(error) = error else { panic!("{error:?}") };
        assert_eq!(error.attempts(), attempts);
    }
}

#[tokio::test]
async fn error_of_raw_request_has_path_template() {
    let server = Server::start(|_| async { api_error(404) }).await;
    let request = server.client().request(Method::GET, "/clusters/{cluster_id}/usage");
    let error = request.segment("cluster_id", "any").send::<Value>().await.unwrap_err();

    assert_eq!(error.operation(), Some("request"));
    let text = error.to_string();
    assert!(text.starts_with("request (GET /clusters/{cluster_id}/usage): 404"), "{text}");
    assert!(!format!("{error:?}").contains("secret-token"));
}

#[tokio::test]
async fn path_outside_base_url_is_rejected() {
    let server = Server::start(|_| async { lost_connection() }).await;
    for path in
        ["//evil.example", "/../cura/v1", "/%2e%2e/x", "https://evil.example/", "usage", "/a?b=c"]
    {
        let error = server.client().request(Method::GET, path).send::<Value>().await.unwrap_err();
        assert!(matches!(error, Error::Configuration(_)), "{path}: {error:?}");
    }

    assert_eq!(server.count(), 0);
}
