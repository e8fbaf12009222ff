//! Routing and authorisation of requests.

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use super::{get, request, send, send_raw, start_stand_in};

#[tokio::test]
async fn valid_request_gets_documented_success() {
    let stand_in = start_stand_in().await;
    let (status, body) = get(&stand_in, "/clusters/ABCD").await;
    assert_eq!((status, &body["data"]["friendly_name"]), (200, &json!("Master-Luke")));

    let (status, body) = send(request(&stand_in, Method::DELETE, "/clusters/ABCD")).await;
    assert_eq!((status, body), (204, Value::Null));

    let (status, body) = get(&stand_in, "/clusters/team_count?since=2020-01-01T00:00:00").await;
    assert_eq!((status, &body["data"]["counts"]["ABCD"]), (200, &json!(10)));

    for root in ["", "/"] {
        assert_eq!(get(&stand_in, root).await.0, 200, "{root:?}");
    }
}

#[tokio::test]
async fn unknown_route_is_404_and_unknown_method_is_405() {
    let stand_in = start_stand_in().await;
    for path in ["/nowhere", "/clusters/", "/clusters/ABCD/", "/clusters//note", "/clusterss"] {
        let (status, body) = get(&stand_in, path).await;
        assert_eq!((status, &body["errors"][0]["code"]), (404, &json!("recordNotFound")), "{path}");
    }

    for target in ["/", "/connect/v2/clusters", "/connect/v1x", "/connect/v1clusters"] {
        assert_eq!(send_raw(&stand_in, "GET", target).await, 404, "{target}");
    }

    let patch = request(&stand_in, Method::PATCH, "/clusters/ABCD");
    let response = patch.send().await.expect("a response");
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()["allow"], "DELETE, GET");

    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["errors"][0]["code"], "methodNotAllowed");

    // The literal path takes precedence, even if only the parameter path has the method.
    assert_eq!(send(request(&stand_in, Method::DELETE, "/clusters/team_count")).await.0, 405);
}

#[tokio::test]
async fn id_does_not_change_the_route() {
    let stand_in = start_stand_in().await;
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
        assert_eq!(send_raw(&stand_in, "GET", &target).await, status, "{path}");
    }

    assert_eq!(send_raw(&stand_in, "DELETE", "/connect/v1/clusters/a%2Fnote").await, 204);
}

#[tokio::test]
async fn bearer_token_is_checked_if_the_operation_requires_it() {
    let stand_in = start_stand_in().await;
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

        let (status, body) = send(request).await;
        assert_eq!((status, &body["errors"][0]["code"]), (expected, &json!(code)), "{header:?}");
    }

    let accepted = Client::new().get(&url).header("authorization", "bearer stand-in-token");
    assert_eq!(send(accepted).await.0, 200);

    // These two operations do not require a token.
    for path in ["/", "/spec"] {
        let url = format!("{}{path}", stand_in.base_url());
        assert_eq!(send(Client::new().get(url)).await.0, 200, "{path}");
    }
}
