//! Validation of queries and bodies.

use connect_stand_in::StandIn;
use reqwest::Method;
use serde_json::{Value, json};

use super::{details, get, request, send, start_stand_in};

#[tokio::test]
async fn valid_queries_are_accepted() {
    let stand_in = start_stand_in().await;
    let queries = [
        "limit=1&ratio=0.5&is_online=true&search=",
        "status=active&status=inactive",
        "teams=a,b",
        "search=a+b%26c%3Dd%23",
        "&&limit=100&",
        "ratio=1",
    ];

    for query in queries {
        let (status, body) = get(&stand_in, &format!("/clusters?{query}")).await;
        assert_eq!(status, 200, "{query}: {body}");
    }
}

#[tokio::test]
async fn each_error_of_an_invalid_query_is_reported() {
    let stand_in = start_stand_in().await;
    let queries = [
        ("limit=0", "query `limit`"),
        ("limit=101", "query `limit`"),
        ("limit=1.0", "query `limit`"),
        ("limit=%201", "query `limit`"),
        ("limit=", "query `limit`"),
        ("limit=one", "query `limit`"),
        ("limit=1&limit=2", "query `limit`: given more than once"),
        ("ratio=NaN", "query `ratio`"),
        ("is_online=True", "query `is_online`"),
        ("is_online=1", "query `is_online`"),
        ("status=active&status=asleep", "query `status` at /1"),
        ("status=active,inactive", "query `status` at /0"),
        ("teams=a&teams=b", "query `teams`"),
        ("page=1", "query `page`: unknown parameter"),
        ("Limit=1", "query `Limit`"),
        ("search=%FF", "query `search=%FF`"),
        ("search=%2", "query `search=%2`"),
        ("cluster_id=ABCD", "query `cluster_id`"),
    ];

    for (query, message) in queries {
        let (status, body) = get(&stand_in, &format!("/clusters?{query}")).await;
        assert_eq!(status, 400, "{query}");
        assert_eq!(body["errors"][0]["code"], "requiredField", "the documented example");
        let details = details(&body);
        assert!(details.len() == 1 && details[0].starts_with(message), "{query}: {details:?}");
    }

    let (status, body) = get(&stand_in, "/clusters/team_count").await;
    assert_eq!((status, details(&body)), (400, vec!["query `since`: missing"]));

    let (status, body) = get(&stand_in, "/clusters?limit=0&page=1").await;
    assert_eq!((status, details(&body).len()), (400, 2), "each error is reported");
}

/// A path that requires a body.
const NOTE: &str = "/clusters/ABCD/note";

/// A valid body for [`NOTE`].
const VALID_NOTE: &str = r#"{"data":{"note":"Hoi."}}"#;

const JSON: Option<&str> = Some("application/json");

async fn post(
    stand_in: &StandIn,
    path: &str,
    media_type: Option<&str>,
    body: &str,
) -> (u16, Value) {
    let request = request(stand_in, Method::POST, path).body(body.to_owned());
    let request = match media_type {
        Some(media_type) => request.header("content-type", media_type),
        None => request,
    };
    send(request).await
}

#[tokio::test]
async fn valid_bodies_are_accepted() {
    let stand_in = start_stand_in().await;
    for media_type in ["application/json", "Application/JSON; charset=utf-8"] {
        let (status, _) = post(&stand_in, NOTE, Some(media_type), VALID_NOTE).await;
        assert_eq!(status, 200, "{media_type}");
    }

    let unlisted_kind = r#"{"data":{"note":"a","kind":"unlisted"}}"#;
    let (status, _) = post(&stand_in, NOTE, JSON, unlisted_kind).await;
    assert_eq!(status, 200, "a partial enum");
}

#[tokio::test]
async fn each_error_of_an_invalid_body_is_reported() {
    let stand_in = start_stand_in().await;
    let deeply_nested = "[".repeat(100_000);
    let cases = [
        (JSON, "", "body: missing"),
        (None, VALID_NOTE, "header `content-type`"),
        (Some("text/plain"), VALID_NOTE, "header `content-type`"),
        (Some("application/json2"), VALID_NOTE, "header `content-type`"),
        (JSON, r#"{"data":"#, "body: not JSON"),
        (JSON, r#"{"data":{"note":"a"}} x"#, "body: not JSON"),
        (JSON, &deeply_nested, "body: not JSON"),
        (JSON, "null", "body: null is not of type"),
        (JSON, "{}", "body: \"data\" is a required property"),
        (JSON, r#"{"data":{"note":""}}"#, "body at /data/note"),
        (JSON, r#"{"data":{"note":null}}"#, "body at /data/note"),
        (JSON, r#"{"data":{"note":"a","kind":1}}"#, "body at /data/kind"),
    ];

    for (media_type, body, message) in cases {
        let (status, response) = post(&stand_in, NOTE, media_type, body).await;
        let details = details(&response);
        let start = &body[..body.len().min(30)];
        assert_eq!(status, 400, "{start}");
        assert!(details.len() == 1 && details[0].starts_with(message), "{start}: {details:?}");
    }

    let unexpected_body = request(&stand_in, Method::GET, "/clusters").body("{}");
    let (status, response) = send(unexpected_body).await;
    assert_eq!((status, details(&response)), (400, vec!["body: the operation takes none"]));
}

#[tokio::test]
async fn optional_body_may_be_missing_but_must_be_valid() {
    let stand_in = start_stand_in().await;

    // This operation does not document 400.
    let action = "/clusters/ABCD/action/pause";
    assert_eq!(post(&stand_in, action, JSON, "{}").await.0, 400);

    let (status, response) = post(&stand_in, action, None, "").await;
    let message = "the document has no example for this response of send_action";
    assert_eq!((status, details(&response)), (501, vec![message]));
}

#[tokio::test]
async fn oversized_body_is_rejected_and_server_keeps_running() {
    let stand_in = start_stand_in().await;
    for size in [(1 << 20) + 1, 2 << 20, 8 << 20] {
        let oversized = request(&stand_in, Method::POST, "/clusters/ABCD/note")
            .header("content-type", "application/json")
            .body(vec![b'x'; size]);
        let (status, body) = send(oversized).await;
        assert_eq!((status, &body["errors"][0]["http_status"]), (413, &json!("413")), "{size}");

        let recorded = stand_in.requests().pop().expect("a request");
        assert!(recorded.too_large && recorded.body.len() == 1 << 20);
    }

    assert_eq!(get(&stand_in, "/clusters/ABCD").await.0, 200);
}
