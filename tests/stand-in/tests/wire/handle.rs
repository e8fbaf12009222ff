//! What a test can do with a stand-in: start it, order answers, look at requests, stop it.

use connect_stand_in::{Fault, StandIn};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::{CONTRACT, UPSTREAM, call, get, read, stand_in};

#[tokio::test]
async fn each_answer_carries_another_request_id() {
    let stand_in = stand_in().await;
    let mut ids = std::collections::BTreeSet::new();
    for path in ["/clusters/ABCD", "/clusters/ABCD", "/nowhere"] {
        let response = call(&stand_in, Method::GET, path).send().await.expect("an answer");
        ids.insert(response.headers()["x-request-id"].to_str().expect("text").to_owned());
    }

    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn documented_answers_come_to_order_once_and_in_order() {
    let stand_in = stand_in().await;
    stand_in.set_next_response("get_cluster", 409);
    stand_in.set_next_response("get_cluster", 404);

    // Neither another operation nor a request that does not fit uses an order up.
    assert_eq!(get(&stand_in, "/").await.0, 200);
    assert_eq!(get(&stand_in, "/clusters/ABCD?x=1").await.0, 400);

    let mut seen = Vec::new();
    for _ in 0..3 {
        let (status, body) = get(&stand_in, "/clusters/ABCD").await;
        seen.push((status, body["errors"][0]["code"].as_str().map(str::to_owned)));
    }

    let code = |code: &str| Some(code.to_owned());
    assert_eq!(seen, [(409, code("recordDuplicated")), (404, code("recordNotFound")), (200, None)]);
}

#[tokio::test]
#[should_panic(expected = "`get_cluster` documents no 418")]
async fn an_undocumented_answer_cannot_be_ordered() {
    stand_in().await.set_next_response("get_cluster", 418);
}

#[tokio::test]
#[should_panic(expected = "no operation `get_coffee`")]
async fn an_unknown_operation_cannot_be_ordered() {
    stand_in().await.set_next_response("get_coffee", 200);
}

#[tokio::test]
async fn what_http_has_no_answer_for_cannot_be_ordered() {
    let stand_in = stand_in().await;
    let line = "soon\nbad".to_owned();
    for odd in [
        Fault::Status(42),
        Fault::Gateway(100),
        Fault::RetryAfter(503, line.clone()),
        Fault::Redirect(302, line),
        Fault::Body("a\nb", ""),
    ] {
        let order = || stand_in.inject_faults("get_cluster", [Fault::None, odd.clone()]);
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(order));
        let said = panic.expect_err("refused");
        let said = said.downcast_ref::<String>().expect("a text");
        assert!(said.starts_with("HTTP has no answer for"), "{said}");
    }

    assert_eq!(get(&stand_in, "/clusters/ABCD").await.0, 200, "nothing was ordered");
}

#[tokio::test]
async fn requests_are_recorded_as_they_arrived() {
    let stand_in = stand_in().await;
    let request = call(&stand_in, Method::POST, "/clusters/a%2Fb/note?x=%20").body("odd");
    assert_eq!(read(request).await.0, 400);

    let [recorded] = &stand_in.requests()[..] else { panic!("one request was sent") };
    assert_eq!(recorded.method, "POST");
    assert_eq!(recorded.path, "/connect/v1/clusters/a%2Fb/note");
    assert_eq!(recorded.query.as_deref(), Some("x=%20"));
    assert_eq!(&recorded.body[..], b"odd");
    assert_eq!(recorded.headers["authorization"], "Bearer stand-in-token");
    assert!(!format!("{recorded:?} {stand_in:?}").contains("stand-in-token"));
}

#[tokio::test]
async fn a_dropped_stand_in_is_gone_and_two_do_not_meet() {
    let (first, second) = (stand_in().await, stand_in().await);
    assert_ne!(first.base_url(), second.base_url());

    let url = first.base_url();
    first.stop().await;
    let error = Client::new().get(&url).send().await.expect_err("nobody is there");

    assert!(error.is_connect(), "{error}");
    assert_eq!(get(&second, "/").await.0, 200);
    assert_eq!(second.requests().len(), 1);

    let url = second.base_url();
    drop(second);

    // The server task ends at its next turn, and each attempt gives it one.
    let mut attempts = 0;
    while Client::new().get(&url).send().await.is_ok() {
        attempts += 1;
        assert!(attempts < 100, "the server goes on");
    }
}

#[tokio::test]
async fn a_document_that_cannot_be_served_is_refused_with_its_place() {
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

    for (pointer, value, place) in cases {
        let mut contract: Value = serde_json::from_str(CONTRACT).expect("JSON");
        *contract.pointer_mut(pointer).expect(pointer) = value;
        let started = StandIn::builder().contract(contract).upstream(UPSTREAM).start().await;
        let error = started.expect_err(pointer).to_string();

        assert!(error.starts_with(&format!("the given OpenAPI document: {place}: ")), "{error}");
    }

    let contract = serde_json::from_str(CONTRACT).expect("JSON");
    let started = StandIn::builder().contract(contract).upstream("<html>").start().await;
    let error = started.expect_err("not JSON").to_string();

    assert!(error.starts_with("the given upstream document: not JSON"), "{error}");
}

#[tokio::test]
async fn no_more_requests_are_kept_than_are_wanted() {
    let contract = serde_json::from_str(CONTRACT).expect("JSON");
    let builder = StandIn::builder().contract(contract).upstream(UPSTREAM).examples();
    let stand_in = builder.keep_requests(2).start().await.expect("a stand-in");

    for path in ["/clusters/A", "/clusters/B", "/clusters/C"] {
        get(&stand_in, path).await;
    }

    let kept: Vec<_> = stand_in.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(kept, ["/connect/v1/clusters/B", "/connect/v1/clusters/C"]);
    assert_eq!(stand_in.take_requests().len(), 2);
    assert!(stand_in.requests().is_empty());
}
