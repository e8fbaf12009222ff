//! Undocumented variants of responses and errors.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use connect_api::models::ErrorCode;
use connect_api::{
    AccessToken, BoxFuture, CallOptions, Client, ConfigurationError, Error, Method, TokenError,
    TokenProvider,
};
use serde_json::{Value, json};

use super::raw_server::{
    client, client_of, json as json_response, response, serve, serve_sequence,
};

fn ok(body: &str) -> Client {
    client(json_response("200 OK", body))
}

#[tokio::test]
async fn print_response_without_data_is_a_no_data_error() {
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
        let error = ok(body).print("c", "j").send().await.expect_err("no data");
        assert!(matches!(error, Error::NoData(_)), "{body}: {error:?}");
        assert!(error.may_have_been_applied() && !error.is_transient(), "{body}");
    }

    // A read must return its data, so an empty object is a decode error.
    let error = ok(r#"{"data": {}}"#).get_cluster("c").send().await.expect_err("no cluster");
    let Error::Decode(error) = error else { panic!("{error:?}") };
    assert_eq!(error.path, "$.data");
}

#[tokio::test]
async fn success_that_lists_errors_is_an_api_error() {
    for body in [
        r#"{"errors": [{"code": "printerInactive"}]}"#,
        r#"{"errors": {"code": "printerInactive", "http_status": 409}}"#,
        r#"{"data": {}, "errors": [{"code": "printerInactive", "title": "Gone"}]}"#,
        r#"{"data": "none", "errors": [{"code": "printerInactive", "meta": []}]}"#,
    ] {
        let error = ok(body).print("c", "j").send().await.expect_err("an error");
        assert_eq!(error.code(), Some(&ErrorCode::PrinterInactive), "{body}: {error:?}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
        assert!(error.to_string().contains("200 OK: printerInactive"), "{error}");
    }
}

#[tokio::test]
async fn list_without_envelope_is_decoded_as_a_list_but_not_as_an_object() {
    let cluster =
        |id| json!({"cluster_id": id, "host_guid": "", "host_name": "", "status": "active"});
    let clusters = ["a", "b", "c"].map(cluster);
    let body = json!(clusters).to_string();
    let page = ok(&body).get_clusters().send().await.expect("a page");
    let ids: Vec<_> = (&page).into_iter().map(|cluster| cluster.cluster_id.as_str()).collect();

    assert_eq!(ids, ["a", "b", "c"]);
    assert!(page.meta.is_none() && page.links.is_none());

    for body in ["[]", &body, r#"[{"cluster_id": "a"}]"#] {
        let error = ok(body).get_cluster("c").send().await.expect_err("a list");
        let Error::Decode(error) = error else { panic!("{body}: {error:?}") };
        assert!(error.to_string().contains("an object with `data`"), "{error}");
    }
}

/// Provides another token after the API has refused the first one.
struct RenewedToken(AtomicUsize);

impl TokenProvider for RenewedToken {
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
async fn expired_token_is_recognised_in_each_form_of_the_error() {
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
        let provider = RenewedToken(AtomicUsize::new(0));
        let client = Client::builder().base_url(url).token_provider(provider).build();
        let call = client.expect("a client").request(Method::POST, "/any").send::<Value>();

        assert_eq!(call.await.unwrap_or_else(|failed| panic!("{error}: {failed}")), 7);
        // The documented code is shown although it contains the text of the token.
        let client = Client::builder().base_url(serve(refusal)).token("token").build();
        let failed = client.expect("a client").get_settings().send().await.expect_err("expired");
        assert_eq!(failed.code(), Some(&ErrorCode::TokenExpired), "{error}: {failed}");
    }
}

#[tokio::test]
async fn error_messages_are_short_and_have_no_control_characters() {
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
        let client = client(json_response(status, &body.to_string()));
        messages.push(client.get_cluster("c").send().await.expect_err("an error").to_string());
    }

    let id = format!("X-Request-Id: {}\r\n", "i".repeat(5000));
    let client = client(response("404 Not Found", &id, ""));
    messages.push(client.get_cluster("c").send().await.expect_err("an error").to_string());

    for text in &messages {
        assert!(text.len() < 2500, "{} bytes: {text}", text.len());
        assert!(!text.contains(char::is_control), "{text:?}");
    }

    assert!(messages[0].contains("expected one object"), "the end is kept: {}", messages[0]);
    assert!(messages[3].contains("and 6 more"), "{}", messages[3]);
}

/// `Display` prints the complete message, so sources would repeat it.
#[tokio::test]
async fn errors_have_no_source() {
    fn assert_no_source(error: &(dyn std::error::Error + 'static)) {
        assert!(error.source().is_none(), "{error}");
    }

    let refused = client_of("http://127.0.0.1:1")
        .get_settings()
        .send()
        .await
        .expect_err("a refused connection");
    assert_no_source(&refused);
    let Error::Transport(refused) = refused else { panic!("{refused:?}") };
    assert_no_source(&refused);

    assert!(refused.to_string().contains("refused"), "{refused}");

    for (status, body) in [("200 OK", "{"), ("200 OK", "{}"), ("404 Not Found", "")] {
        let error = client(json_response(status, body)).get_settings().send().await;
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
async fn may_have_been_applied_depends_on_status_and_retry_after() {
    let retry_after = |value: &str| format!("Retry-After: {value}\r\n");
    for (status, headers, may_have_been_applied) in [
        // A redirect can be the response to a request that was applied.
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
        let client = client(response(status, &headers, "{"));
        let error = client.print("c", "j").send().await.expect_err("an error");
        assert_eq!(
            error.may_have_been_applied(),
            may_have_been_applied,
            "{status} {headers}: {error}"
        );

        let error = client.get_settings().send().await.expect_err("an error");
        assert!(!error.may_have_been_applied(), "{status}: reads are idempotent");
    }

    let broken = client("").print("c", "j").send().await.expect_err("a lost connection");
    assert!(broken.may_have_been_applied() && broken.is_transient(), "{broken}");

    let refused = client_of("http://127.0.0.1:1").print("c", "j").send().await;
    let refused = refused.expect_err("a refused connection");
    assert!(!refused.may_have_been_applied() && refused.is_transient(), "{refused}");

    // A server that accepts connections and sends no response.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = client_of(&format!("http://{}", silent.local_addr().expect("an address")));
    let short = Duration::from_millis(100);

    for options in [CallOptions::new().timeout(short), CallOptions::new().attempt_timeout(short)] {
        let timeout = silent.print("c", "j").with(options).send().await.expect_err("a timeout");
        assert!(timeout.may_have_been_applied() && timeout.is_transient(), "{timeout}");
    }

    let invalid = silent.print("c", "").send().await.expect_err("an invalid id");
    assert!(!invalid.may_have_been_applied(), "{invalid}");
}
