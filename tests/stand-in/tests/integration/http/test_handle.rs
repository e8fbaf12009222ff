//! The handle of a test: start, set responses, inject faults, read requests, stop.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use connect_stand_in::{Fault, StandIn};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::{CONTRACT, UPSTREAM, get, request, send, start_stand_in};

#[tokio::test]
async fn each_response_has_a_unique_request_id() {
    let stand_in = start_stand_in().await;
    let mut ids = BTreeSet::new();
    for path in ["/clusters/ABCD", "/clusters/ABCD", "/nowhere"] {
        let response = request(&stand_in, Method::GET, path).send().await.expect("a response");
        ids.insert(response.headers()["x-request-id"].to_str().expect("text").to_owned());
    }

    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn set_next_response_affects_one_request_each_in_order() {
    let stand_in = start_stand_in().await;
    stand_in.set_next_response("get_cluster", 409);
    stand_in.set_next_response("get_cluster", 404);

    // Requests to other operations and invalid requests are not affected.
    assert_eq!(get(&stand_in, "/").await.0, 200);
    assert_eq!(get(&stand_in, "/clusters/ABCD?x=1").await.0, 400);

    let mut responses = Vec::new();
    for _ in 0..3 {
        let (status, body) = get(&stand_in, "/clusters/ABCD").await;
        responses.push((status, body["errors"][0]["code"].as_str().map(str::to_owned)));
    }

    let code = |code: &str| Some(code.to_owned());
    let expected = [(409, code("recordDuplicated")), (404, code("recordNotFound")), (200, None)];
    assert_eq!(responses, expected);
}

#[tokio::test]
#[should_panic(expected = "`get_cluster` does not document the status 418")]
async fn set_next_response_panics_for_undocumented_status() {
    start_stand_in().await.set_next_response("get_cluster", 418);
}

#[tokio::test]
#[should_panic(expected = "no operation `get_coffee`")]
async fn set_next_response_panics_for_unknown_operation() {
    start_stand_in().await.set_next_response("get_coffee", 200);
}

#[tokio::test]
async fn inject_faults_panics_for_fault_that_is_not_valid_in_http() {
    let stand_in = start_stand_in().await;
    let invalid_header = "soon\nbad".to_owned();

    for fault in [
        Fault::Status(42),
        Fault::Gateway(100),
        Fault::RetryAfter(503, invalid_header.clone()),
        Fault::Redirect(302, invalid_header),
        Fault::Body("a\nb", ""),
    ] {
        let inject = || stand_in.inject_faults("get_cluster", [Fault::None, fault.clone()]);
        let panic = catch_unwind(AssertUnwindSafe(inject)).expect_err("a panic");
        let message = panic.downcast_ref::<String>().expect("text");
        assert!(message.contains("is not valid in HTTP"), "{message}");
    }

    assert_eq!(get(&stand_in, "/clusters/ABCD").await.0, 200, "no fault was injected");
}

#[tokio::test]
async fn requests_are_recorded_with_redacted_debug() {
    let stand_in = start_stand_in().await;
    let note = request(&stand_in, Method::POST, "/clusters/a%2Fb/note?x=%20").body("invalid");
    assert_eq!(send(note).await.0, 400);

    let [recorded] = &stand_in.requests()[..] else { panic!("expected one request") };
    assert_eq!(recorded.method, "POST");
    assert_eq!(recorded.path, "/connect/v1/clusters/a%2Fb/note");
    assert_eq!(recorded.query.as_deref(), Some("x=%20"));
    assert_eq!(&recorded.body[..], b"invalid");
    assert_eq!(recorded.headers["authorization"], "Bearer stand-in-token");
    assert!(!format!("{recorded:?} {stand_in:?}").contains("stand-in-token"));
}

#[tokio::test]
async fn stopped_and_dropped_stand_ins_release_their_port() {
    let (first, second) = (start_stand_in().await, start_stand_in().await);
    assert_ne!(first.base_url(), second.base_url());

    let url = first.base_url();
    first.stop().await;
    let error = Client::new().get(&url).send().await.expect_err("a connection error");

    assert!(error.is_connect(), "{error}");
    assert_eq!(get(&second, "/").await.0, 200);
    assert_eq!(second.requests().len(), 1);

    let url = second.base_url();
    drop(second);

    // The server task ends when the runtime polls it, which each attempt allows.
    let mut attempts = 0;
    while Client::new().get(&url).send().await.is_ok() {
        attempts += 1;
        assert!(attempts < 100, "the server is still running");
    }
}

#[tokio::test]
async fn invalid_contract_is_an_error_with_its_location() {
    let cases: [(&str, Value, &str); 7] = [
        ("/servers", json!([]), "/servers/0/url"),
        ("/paths", json!([]), "/paths"),
        ("/paths/~1clusters/get/operationId", json!(1), "/paths/~1clusters/get"),
        (
            "/paths/~1clusters/get/operationId",
            json!("get_cluster"),
            "/paths/~1clusters~1{cluster_id}/get/operationId",
        ),
        ("/paths/~1/get/responses", json!({"2XX": {}}), "/paths/~1/get/responses/2XX"),
        (
            "/paths/~1clusters~1{cluster_id}/parameters",
            json!([]),
            "/paths/~1clusters~1{cluster_id}/get",
        ),
        (
            "/paths/~1clusters/get/parameters/0/schema",
            json!({"type": "string", "pattern": "(["}),
            "/paths/~1clusters/get/parameters/0",
        ),
    ];

    for (pointer, value, location) in cases {
        let mut contract: Value = serde_json::from_str(CONTRACT).expect("JSON");
        *contract.pointer_mut(pointer).expect(pointer) = value;
        let result = StandIn::builder().contract(contract).upstream(UPSTREAM).start().await;
        let error = result.expect_err(pointer).to_string();

        assert!(error.starts_with(&format!("the given OpenAPI document: {location}: ")), "{error}");
    }
}

#[tokio::test]
async fn upstream_document_that_is_not_json_is_an_error() {
    let contract = serde_json::from_str(CONTRACT).expect("JSON");
    let result = StandIn::builder().contract(contract).upstream("<html>").start().await;
    let error = result.expect_err("an error").to_string();
    assert!(error.starts_with("the given upstream document: not JSON"), "{error}");
}

#[tokio::test]
async fn keep_requests_limits_the_recorded_requests() {
    let contract = serde_json::from_str(CONTRACT).expect("JSON");
    let builder = StandIn::builder().contract(contract).upstream(UPSTREAM).examples();
    let stand_in = builder.keep_requests(2).start().await.expect("a stand-in");

    for path in ["/clusters/A", "/clusters/B", "/clusters/C"] {
        get(&stand_in, path).await;
    }

    let paths: Vec<_> = stand_in.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/connect/v1/clusters/B", "/connect/v1/clusters/C"]);
    assert_eq!(stand_in.take_requests().len(), 2);
    assert!(stand_in.requests().is_empty());
}
