//! The stand-in server, seen from the wire, on a small document of its own.

use connect_tests::StandIn;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const CONTRACT: &str = include_str!("fixtures/stand_in.openapi.json");
const UPSTREAM: &str = include_str!("fixtures/stand_in.swagger.json");

async fn stand_in() -> StandIn {
    let contract = serde_json::from_str(CONTRACT).expect("JSON");
    let builder = StandIn::builder().contract(contract).upstream(UPSTREAM);
    builder.start().await.expect("a stand-in")
}

fn call(stand_in: &StandIn, method: Method, path: &str) -> RequestBuilder {
    let url = format!("{}{path}", stand_in.base_url());
    Client::new().request(method, url).bearer_auth(stand_in.token())
}

async fn read(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let text = response.text().await.expect("text");
    (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect("JSON") })
}

async fn get(stand_in: &StandIn, path: &str) -> (u16, Value) {
    read(call(stand_in, Method::GET, path)).await
}

/// Sends a request line that a URL library would tidy up first, and gives the status.
async fn raw(stand_in: &StandIn, method: &str, target: &str) -> u16 {
    let host = stand_in.base_url();
    let host = host.trim_start_matches("http://").split('/').next().expect("a host").to_owned();
    let mut stream = TcpStream::connect(&host).await.expect("a connection");
    let token = stand_in.token();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
}

fn details(body: &Value) -> Vec<&str> {
    let errors = body["errors"].as_array().expect("errors");
    errors.iter().map(|error| error["detail"].as_str().expect("a detail")).collect()
}

#[tokio::test]
async fn a_fitting_request_gets_the_documented_success() {
    let stand_in = stand_in().await;
    let (status, body) = get(&stand_in, "/clusters/ABCD").await;
    assert_eq!((status, &body["data"]["friendly_name"]), (200, &json!("Master-Luke")));
    let (status, body) = read(call(&stand_in, Method::DELETE, "/clusters/ABCD")).await;
    assert_eq!((status, body), (204, Value::Null));
    let (status, body) = get(&stand_in, "/clusters/team_count?since=2020-01-01T00:00:00").await;
    assert_eq!((status, &body["data"]["counts"]["ABCD"]), (200, &json!(10)));
    for root in ["", "/"] {
        assert_eq!(get(&stand_in, root).await.0, 200, "{root:?}");
    }
}

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
async fn unknown_routes_and_methods() {
    let stand_in = stand_in().await;
    for path in ["/nowhere", "/clusters/", "/clusters/ABCD/", "/clusters//note", "/clusterss"] {
        let (status, body) = get(&stand_in, path).await;
        assert_eq!((status, &body["errors"][0]["code"]), (404, &json!("recordNotFound")), "{path}");
    }
    for target in ["/", "/connect/v2/clusters", "/connect/v1x", "/connect/v1clusters"] {
        assert_eq!(raw(&stand_in, "GET", target).await, 404, "{target}");
    }
    let request = call(&stand_in, Method::PATCH, "/clusters/ABCD");
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()["allow"], "DELETE, GET");
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["errors"][0]["code"], "methodNotAllowed");
    // The literal wins, also for a method that only the parameter has.
    assert_eq!(read(call(&stand_in, Method::DELETE, "/clusters/team_count")).await.0, 405);
}

#[tokio::test]
async fn the_bearer_is_checked_where_the_document_wants_one() {
    let stand_in = stand_in().await;
    let url = format!("{}/clusters/ABCD", stand_in.base_url());
    let cases: [(Option<&str>, u16, &str); 6] = [
        (None, 401, "noBearerToken"),
        (Some("Basic c3RhbmQ6aW4="), 401, "noBearerToken"),
        (Some("Bearer"), 401, "noBearerToken"),
        (Some("Bearer other"), 403, "tokenExpired"),
        (Some("Bearer stand-in-token2"), 403, "tokenExpired"),
        (Some("Bearer  stand-in-token"), 403, "tokenExpired"),
    ];
    for (header, expected, code) in cases {
        let request = Client::new().get(&url);
        let request = match header {
            Some(header) => request.header("authorization", header),
            None => request,
        };
        let (status, body) = read(request).await;
        assert_eq!((status, &body["errors"][0]["code"]), (expected, &json!(code)), "{header:?}");
    }
    let accepted = Client::new().get(&url).header("authorization", "bearer stand-in-token");
    assert_eq!(read(accepted).await.0, 200);
    // Neither of these two needs one, not even a right one.
    for path in ["/", "/spec"] {
        let url = format!("{}{path}", stand_in.base_url());
        assert_eq!(read(Client::new().get(url)).await.0, 200, "{path}");
    }
}

#[tokio::test]
async fn queries_are_held_against_the_document() {
    let stand_in = stand_in().await;
    let good = [
        "limit=1&ratio=0.5&is_online=true&search=",
        "status=active&status=inactive",
        "teams=a,b",
        "search=a+b%26c%3Dd%23",
        "&&limit=100&",
        "ratio=1",
    ];
    for query in good {
        let (status, body) = get(&stand_in, &format!("/clusters?{query}")).await;
        assert_eq!(status, 200, "{query}: {body}");
    }
    let bad = [
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
        ("page=1", "query `page`: there is no such parameter"),
        ("Limit=1", "query `Limit`"),
        ("search=%FF", "query `search=%FF`"),
        ("search=%2", "query `search=%2`"),
        ("cluster_id=ABCD", "query `cluster_id`"),
    ];
    for (query, finding) in bad {
        let (status, body) = get(&stand_in, &format!("/clusters?{query}")).await;
        assert_eq!(status, 400, "{query}");
        assert_eq!(body["errors"][0]["code"], "requiredField", "the documented example");
        let details = details(&body);
        assert!(details.len() == 1 && details[0].starts_with(finding), "{query}: {details:?}");
    }
    let (status, body) = get(&stand_in, "/clusters/team_count").await;
    assert_eq!((status, details(&body)), (400, vec!["query `since`: missing"]));
    let (status, body) = get(&stand_in, "/clusters?limit=0&page=1").await;
    assert_eq!((status, details(&body).len()), (400, 2), "every finding is told");
}

#[tokio::test]
async fn no_id_changes_the_route() {
    let stand_in = stand_in().await;
    let cases = [
        ("/clusters/..%2F..%2Fspec", 200),
        ("/clusters/a%2Fnote", 200),
        ("/clusters/%3Fa%23b%25", 200),
        ("/clusters/t%65am_count", 400),
        ("/clusters/../spec", 404),
        ("/clusters/..", 404),
        ("/clusters/%2e%2E", 404),
        ("/clusters/.", 404),
        ("/clusters/%FF", 400),
        ("/clusters/%", 400),
        ("/clusters/a%2Fb/note", 405),
        ("/clusters/more-than-twenty-characters", 400),
    ];
    for (path, status) in cases {
        let target = format!("/connect/v1{path}");
        assert_eq!(raw(&stand_in, "GET", &target).await, status, "{path}");
    }
    assert_eq!(raw(&stand_in, "DELETE", "/connect/v1/clusters/a%2Fnote").await, 204);
}

#[tokio::test]
async fn bodies_are_held_against_the_document() {
    let stand_in = stand_in().await;
    let note = "/clusters/ABCD/note";
    let post = |path: &str, media_type: Option<&str>, body: &str| {
        let request = call(&stand_in, Method::POST, path).body(body.to_owned());
        match media_type {
            Some(media_type) => request.header("content-type", media_type),
            None => request,
        }
    };
    let right = r#"{"data":{"note":"Hoi."}}"#;
    for media_type in ["application/json", "Application/JSON; charset=utf-8"] {
        assert_eq!(read(post(note, Some(media_type), right)).await.0, 200, "{media_type}");
    }
    let kind = r#"{"data":{"note":"a","kind":"unlisted"}}"#;
    assert_eq!(read(post(note, Some("application/json"), kind)).await.0, 200, "a partial enum");
    let json = Some("application/json");
    let deep = "[".repeat(100_000);
    let bad = [
        (json, "", "body: missing"),
        (None, right, "header `content-type`"),
        (Some("text/plain"), right, "header `content-type`"),
        (Some("application/json2"), right, "header `content-type`"),
        (json, r#"{"data":"#, "body: not JSON"),
        (json, r#"{"data":{"note":"a"}} x"#, "body: not JSON"),
        (json, &deep, "body: not JSON"),
        (json, "null", "body: null is not of type"),
        (json, "{}", "body: \"data\" is a required property"),
        (json, r#"{"data":{"note":""}}"#, "body at /data/note"),
        (json, r#"{"data":{"note":null}}"#, "body at /data/note"),
        (json, r#"{"data":{"note":"a","kind":1}}"#, "body at /data/kind"),
    ];
    for (media_type, body, finding) in bad {
        let (status, answer) = read(post(note, media_type, body)).await;
        let details = details(&answer);
        let start = &body[..body.len().min(30)];
        assert_eq!(status, 400, "{start}");
        assert!(details.len() == 1 && details[0].starts_with(finding), "{start}: {details:?}");
    }
    let (status, answer) = read(call(&stand_in, Method::GET, "/clusters").body("{}")).await;
    assert_eq!((status, details(&answer)), (400, vec!["body: the operation takes none"]));
    // An optional body may be missing, but not be wrong; this operation documents no 400.
    let action = "/clusters/ABCD/action/pause";
    assert_eq!(read(post(action, json, "{}")).await.0, 400);
    let (status, answer) = read(post(action, None, "")).await;
    let gap = "the document has no example for this answer of send_action";
    assert_eq!((status, details(&answer)), (501, vec![gap]));
}

#[tokio::test]
async fn a_huge_body_is_refused_and_the_server_goes_on() {
    let stand_in = stand_in().await;
    for size in [(1 << 20) + 1, 2 << 20, 8 << 20] {
        let request = call(&stand_in, Method::POST, "/clusters/ABCD/note")
            .header("content-type", "application/json")
            .body(vec![b'x'; size]);
        let (status, body) = read(request).await;
        assert_eq!((status, &body["errors"][0]["http_status"]), (413, &json!("413")), "{size}");
        let recorded = stand_in.requests().pop().expect("recorded");
        assert!(recorded.too_large && recorded.body.len() == 1 << 20);
    }
    assert_eq!(get(&stand_in, "/clusters/ABCD").await.0, 200);
}

#[tokio::test]
async fn documented_answers_come_to_order_once_and_in_order() {
    let stand_in = stand_in().await;
    stand_in.answer_next("get_cluster", 409);
    stand_in.answer_next("get_cluster", 404);
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
    stand_in().await.answer_next("get_cluster", 418);
}

#[tokio::test]
#[should_panic(expected = "no operation `get_coffee`")]
async fn an_unknown_operation_cannot_be_ordered() {
    stand_in().await.answer_next("get_coffee", 200);
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
    while Client::new().get(&url).send().await.is_ok() {}
}

#[tokio::test]
async fn the_specification_is_served_in_both_versions() {
    let stand_in = stand_in().await;
    let text = |path: &'static str| {
        let request = call(&stand_in, Method::GET, path);
        async { request.send().await.expect("an answer").text().await.expect("text") }
    };
    assert_eq!(text("/spec").await, UPSTREAM, "byte for byte");
    assert_eq!(text("/spec?version=2.0").await, UPSTREAM);
    for version in ["/spec?version=3", "/spec?version=3.0.0", "/spec?version=3.0.3"] {
        let document: Value = serde_json::from_str(&text(version).await).expect("JSON");
        assert_eq!(document["openapi"], "3.0.3");
    }
    for version in ["4.0.0", "1.0.0", "", "3.1.0", "3.0.33", "swagger"] {
        let (status, body) = get(&stand_in, &format!("/spec?version={version}")).await;
        let code = &body["errors"][0]["code"];
        assert_eq!((status, code), (400, &json!("openApiVersionNotSupported")), "{version}");
    }
    stand_in.answer_next("get_spec", 400);
    assert_eq!(get(&stand_in, "/spec").await.0, 400);
}

#[test]
fn the_rendering_in_version_3_keeps_the_quirks() {
    let swagger: Value = serde_json::from_str(UPSTREAM).expect("JSON");
    let document = connect_tests::stand_in::spec::openapi_3(&swagger);
    let note = "#/components/schemas/Note";
    let other = "#/components/schemas/Other";
    assert_eq!(document["servers"], json!([{"url": "https://api.example.com/connect/v1"}]));
    let operation = &document["paths"]["/clusters?/{cluster_id}"]["post"];
    assert_eq!(
        operation["parameters"],
        json!([
            {"name": "cluster_id", "in": "path", "required": true, "schema": {"type": "string"}},
            {"name": "start_date", "in": "path", "required": true, "schema": {"type": "string"}},
            {
                "name": "status", "in": "query", "style": "form", "explode": true,
                "schema": {"type": "array", "items": {"type": "string", "enum": ["a"]}}
            },
            {
                "name": "limit", "in": "query",
                "schema": {"type": "number", "maximum": 9_223_372_036_854_776_000_u64}
            },
        ])
    );
    assert_eq!(
        operation["requestBody"],
        json!({"description": "The note.", "required": true, "content": {"application/json": {
            "schema": {
                "type": "object", "required": ["data"], "properties": {"data": {"$ref": note}}
            },
            "example": {"data": {
                "summary": "Example Note.",
                "description": "Example value.",
                "value": {"note": "Hoi.", "$ref": "#/definitions/Note"}
            }}
        }}})
    );
    assert_eq!(
        operation["responses"],
        json!({
            "200": {"description": "Done.", "content": {"application/json": {
                "schema": {"$ref": note}, "example": {"note": "Hoi.", "example": 1}
            }}},
            "204": {"description": "Nothing."}
        })
    );
    assert_eq!(
        document["components"]["schemas"]["Note"]["properties"],
        json!({
            "note": {"type": "string", "pattern": "/^a$/", "x-enum-count": 5},
            "example": {"$ref": other},
            "details": {"oneOf": [{"$ref": other}]},
        })
    );
    for gone in ["swagger", "host", "basePath", "schemes", "consumes", "produces", "definitions"] {
        assert!(document.get(gone).is_none(), "{gone}");
    }
}

#[tokio::test]
async fn a_document_of_version_3_is_served_for_both() {
    let builder = StandIn::builder().contract(serde_json::from_str(CONTRACT).expect("JSON"));
    let stand_in = builder.upstream(CONTRACT).start().await.expect("a stand-in");
    for path in ["/spec", "/spec?version=3.0.0"] {
        let answer = call(&stand_in, Method::GET, path).send().await.expect("an answer");
        assert_eq!(answer.text().await.expect("text"), CONTRACT, "{path}");
    }
}

#[tokio::test]
async fn a_document_that_cannot_be_served_is_refused_with_its_place() {
    let cases: [(&str, Value, &str); 6] = [
        ("/servers", json!([]), "/servers/0/url"),
        ("/paths", json!([]), "/paths"),
        ("/paths/~1clusters/get/operationId", json!(1), "/paths/~1clusters/get"),
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
