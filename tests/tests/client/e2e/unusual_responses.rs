//! Valid responses in unusual forms, and the properties of the resulting errors.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use connect_api::models::ErrorCode;
use connect_api::{
    AccessToken, BoxFuture, CallOptions, Client, ConfigurationError, Error, Method, TokenError,
    TokenProvider,
};
use serde_json::{Value, json};

use super::raw_server::{
    client_for_response, client_for_url, json_response, response, serve, serve_sequence,
};

/// A client of a server that sends a success with this body.
fn client_for_body(body: &str) -> Client {
    client_for_response(json_response("200 OK", body))
}

#[tokio::test]
async fn success_without_data_is_a_no_data_error_in_every_form() {
    for body in [
        "",
        " ",
        "null",
        "\"\"",
        "{}",
        r#"{"data": null}"#,
        r#"{"data": []}"#,
        r#"{"data": ""}"#,
        r#"{"data": {}}"#,
        r#"{"data": [null], "errors": []}"#,
    ] {
        let error = client_for_body(body).print("c", "j").send().await.expect_err("no data");
        assert!(matches!(error, Error::NoData(_)), "{body}: {error:?}");
        assert!(error.may_have_been_applied() && !error.is_transient(), "{body}");
    }

    // A GET needs its model, so that an empty object does not decode.
    let error =
        client_for_body(r#"{"data": {}}"#).get_cluster("c").send().await.expect_err("no cluster");
    let Error::Decode(error) = error else { panic!("{error:?}") };
    assert_eq!(error.path, "$.data");
}

#[tokio::test]
async fn success_with_errors_is_an_api_error() {
    for body in [
        r#"{"errors": [{"code": "printerInactive"}]}"#,
        r#"{"errors": {"code": "printerInactive", "http_status": 409}}"#,
        r#"{"data": {}, "errors": [{"code": "printerInactive", "title": "Gone"}]}"#,
        r#"{"data": "none", "errors": [{"code": "printerInactive", "meta": []}]}"#,
    ] {
        let error = client_for_body(body).print("c", "j").send().await.expect_err("an error");
        assert_eq!(error.code(), Some(&ErrorCode::PrinterInactive), "{body}: {error:?}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
        assert!(error.to_string().contains("200 OK: printerInactive"), "{error}");
    }
}

#[tokio::test]
async fn list_without_an_envelope_decodes_as_a_list_and_not_as_an_object() {
    let cluster =
        |id| json!({"cluster_id": id, "host_guid": "", "host_name": "", "status": "active"});
    let clusters = ["a", "b", "c"].map(cluster);
    let body = json!(clusters).to_string();
    let page = client_for_body(&body).get_clusters().send().await.expect("a page");
    let ids: Vec<_> = (&page).into_iter().map(|cluster| cluster.cluster_id.as_str()).collect();

    assert_eq!(ids, ["a", "b", "c"]);
    assert!(page.meta.is_none() && page.links.is_none());

    for body in ["[]", &body, r#"[{"cluster_id": "a"}]"#] {
        let error = client_for_body(body).get_cluster("c").send().await.expect_err("a list");
        let Error::Decode(error) = error else { panic!("{body}: {error:?}") };
        assert!(error.to_string().contains("an object with `data`"), "{error}");
    }
}

/// Provides one token until it is refused, then another.
struct RenewingProvider(AtomicUsize);

impl TokenProvider for RenewingProvider {
    fn token<'a>(
        &'a self,
        refused: Option<&'a AccessToken>,
    ) -> BoxFuture<'a, Result<AccessToken, TokenError>> {
        self.0.fetch_add(usize::from(refused.is_some()), Ordering::SeqCst);
        let token = if refused.is_some() { "another" } else { "token" };
        Box::pin(async move { Ok(AccessToken::from(token)) })
    }
}

#[tokio::test]
async fn token_expired_error_is_recognised_in_every_form() {
    for error in [
        json!([{"code": "tokenExpired", "id": "1", "http_status": "403", "title": "Expired"}]),
        json!([{"code": "tokenExpired", "id": 1, "http_status": 403, "title": null}]),
        json!([{"code": "tokenExpired"}]),
        json!([{"code": "tokenExpired", "meta": [], "detail": {"a": 1}, "title": ["x"]}]),
        json!([{"title": "no code"}, 7, {"code": "tokenExpired"}]),
        json!({"code": "tokenExpired", "http_status": 403}),
    ] {
        let refusal = json_response("403 Forbidden", &json!({ "errors": error }).to_string());
        let success = json_response("200 OK", r#"{"data": 7}"#);
        let url = serve_sequence(vec![refusal.clone().into(), success.into()]);
        let provider = RenewingProvider(AtomicUsize::new(0));
        let client = Client::builder().base_url(url).token_provider(provider).build();
        let call = client.expect("a client").request(Method::POST, "/any").send::<Value>();

        assert_eq!(call.await.unwrap_or_else(|failed| panic!("{error}: {failed}")), 7);
        // The token is a part of this code; the token must be redacted, but the code is still known.
        let client = Client::builder().base_url(serve(refusal)).token("token").build();
        let call = client.expect("a client").get_settings().send().await.expect_err("expired");
        assert_eq!(call.code(), Some(&ErrorCode::TokenExpired), "{error}: {call}");
    }
}

#[tokio::test]
async fn error_text_is_short_and_without_control_characters() {
    let long = "x".repeat(1 << 20);
    let title = format!("Bad\r\nluck\u{1b}[31m{long}");
    let many = vec![json!({"code": &long[..1000], "title": &title[..1000]}); 9];
    let mut messages = Vec::new();

    for (status, body) in [
        ("200 OK", json!({ "data": long })),
        ("200 OK", json!({"data": {"is_online": [], long.as_str(): {"a": 1}, "cluster_id": {}}})),
        ("409 Conflict", json!({"errors": [{"code": "a\nb", "title": title, "detail": title}]})),
        ("409 Conflict", json!({ "errors": many })),
        ("500 Internal Server Error", json!({ "errors": title })),
    ] {
        let client = client_for_response(json_response(status, &body.to_string()));
        messages.push(client.get_cluster("c").send().await.expect_err("an error").to_string());
    }

    let id = format!("X-Request-Id: {}\r\n", "i".repeat(5000));
    let client = client_for_response(response("404 Not Found", &id, ""));
    messages.push(client.get_cluster("c").send().await.expect_err("an error").to_string());

    for text in &messages {
        assert!(text.len() < 2500, "{} bytes: {text}", text.len());
        assert!(!text.contains(char::is_control), "{text:?}");
    }

    assert!(
        messages[0].contains("expected one object"),
        "the message is cut at its end: {}",
        messages[0]
    );
    assert!(messages[3].contains("and 6 more"), "{}", messages[3]);
}

/// The message of an error contains its causes, so that a report with sources must not repeat them.
#[tokio::test]
async fn errors_have_no_source() {
    fn assert_no_source(error: &(dyn std::error::Error + 'static)) {
        assert!(error.source().is_none(), "{error}");
    }

    let call = client_for_url("http://127.0.0.1:1").get_settings().send();
    let error = call.await.expect_err("connection refused");
    assert_no_source(&error);
    let Error::Transport(error) = error else { panic!("{error:?}") };
    assert_no_source(&error);

    assert!(error.to_string().contains("refused"), "{error}");

    for (status, body) in [("200 OK", "{"), ("200 OK", "{}"), ("404 Not Found", "")] {
        let error = client_for_response(json_response(status, body)).get_settings().send().await;
        let error = error.expect_err("an error");
        assert_no_source(&error);

        match &error {
            Error::Api(error) => assert_no_source(&**error),
            Error::Decode(error) => assert_no_source(&**error),
            Error::NoData(error) => assert_no_source(error),
            error => panic!("{error:?}"),
        }
    }

    fn is_error<E: std::error::Error>() {}

    is_error::<ConfigurationError>();
    is_error::<connect_api::ActionError>();
    is_error::<connect_api::UploadError>();
}

#[tokio::test]
async fn may_have_been_applied_follows_from_status_and_headers() {
    let retry_after = |value: &str| format!("Retry-After: {value}\r\n");
    for (status, headers, expected) in [
        // A server can redirect after it has applied the request.
        ("302 Found", "Location: /\r\n".to_owned(), true),
        ("303 See Other", "Location: /\r\n".to_owned(), true),
        ("400 Bad Request", String::new(), false),
        ("403 Forbidden", String::new(), false),
        ("408 Request Timeout", String::new(), true),
        ("409 Conflict", String::new(), false),
        ("429 Too Many Requests", String::new(), false),
        ("500 Internal Server Error", retry_after("1"), true),
        ("502 Bad Gateway", String::new(), true),
        ("503 Service Unavailable", String::new(), true),
        ("503 Service Unavailable", retry_after("1"), false),
        ("503 Service Unavailable", retry_after("1.5"), false),
        ("503 Service Unavailable", retry_after("soon"), true),
        ("504 Gateway Timeout", String::new(), true),
        ("200 OK", String::new(), true),
    ] {
        let client = client_for_response(response(status, &headers, "{"));
        let error = client.print("c", "j").send().await.expect_err("an error");
        assert_eq!(error.may_have_been_applied(), expected, "{status} {headers}: {error}");

        let error = client.get_settings().send().await.expect_err("an error");
        assert!(!error.may_have_been_applied(), "{status}: a GET changes nothing");
    }

    let broken = client_for_response("").print("c", "j").send().await;
    let broken = broken.expect_err("no response");
    assert!(broken.may_have_been_applied() && broken.is_transient(), "{broken}");

    let refused = client_for_url("http://127.0.0.1:1").print("c", "j").send().await;
    let refused = refused.expect_err("connection refused");
    assert!(!refused.may_have_been_applied() && refused.is_transient(), "{refused}");

    // A listener that accepts connections and never responds.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = client_for_url(&format!("http://{}", silent.local_addr().expect("an address")));
    let short = Duration::from_millis(100);

    for options in [CallOptions::new().timeout(short), CallOptions::new().attempt_timeout(short)] {
        let error = silent.print("c", "j").with(options).send().await.expect_err("timeout");
        assert!(error.may_have_been_applied() && error.is_transient(), "{error}");
    }

    let error = silent.print("c", "").send().await.expect_err("an empty id");
    assert!(!error.may_have_been_applied(), "{error}");
}
