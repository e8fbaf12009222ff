//! Answers that no document describes, and what the caller learns from them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use connect_api::models::ErrorCode;
use connect_api::{
    AccessToken, BoxFuture, CallOptions, Client, ConfigurationError, Error, Method, TokenError,
    TokenProvider,
};
use serde_json::{Value, json};

use super::raw::{answer, client, client_of, json as json_answer, serve, serve_in_turn};

fn ok(body: &str) -> Client {
    client(json_answer("200 OK", body))
}

#[tokio::test]
async fn a_print_without_data_is_its_own_outcome_however_it_is_written() {
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

    // What is read must be there: nothing else tells what was promised.
    let error = ok(r#"{"data": {}}"#).get_cluster("c").send().await.expect_err("no cluster");
    let Error::Decode(error) = error else { panic!("{error:?}") };
    assert_eq!(error.path, "$.data");
}

#[tokio::test]
async fn a_success_that_lists_errors_is_an_error() {
    for body in [
        r#"{"errors": [{"code": "printerInactive"}]}"#,
        r#"{"errors": {"code": "printerInactive", "http_status": 409}}"#,
        r#"{"data": {}, "errors": [{"code": "printerInactive", "title": "Gone"}]}"#,
        r#"{"data": "none", "errors": [{"code": "printerInactive", "meta": []}]}"#,
    ] {
        let error = ok(body).print("c", "j").send().await.expect_err("an error");
        assert_eq!(error.code(), Some(&ErrorCode::PrinterInactive), "{body}: {error:?}");
        assert_eq!(error.status().map(|it| it.as_u16()), Some(200));
        assert!(error.to_string().contains("200 OK: printerInactive"), "{error}");
    }
}

#[tokio::test]
async fn a_list_without_its_envelope_is_that_list_and_no_object_by_position() {
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

/// Gives one token until it is refused, then another.
struct Renewing(AtomicUsize);

impl TokenProvider for Renewing {
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
async fn an_expired_token_is_recognised_however_the_error_is_written() {
    for error in [
        json!([{"code": "tokenExpired", "id": "1", "http_status": "403", "title": "Expired"}]),
        json!([{"code": "tokenExpired", "id": 1, "http_status": 403, "title": null}]),
        json!([{"code": "tokenExpired"}]),
        json!([{"code": "tokenExpired", "meta": [], "detail": {"a": 1}, "title": ["x"]}]),
        json!([{"title": "no code"}, 7, {"code": "tokenExpired"}]),
        json!({"code": "tokenExpired", "http_status": 403}),
    ] {
        let refusal = json_answer("403 Forbidden", &json!({ "errors": error }).to_string());
        let right = json_answer("200 OK", r#"{"data": 7}"#);
        let url = serve_in_turn(vec![refusal.clone().into(), right.into()]);
        let provider = Renewing(AtomicUsize::new(0));
        let client = Client::builder().base_url(url).token_provider(provider).build();
        let call = client.expect("a client").request(Method::POST, "/any").send::<Value>();

        assert_eq!(call.await.unwrap_or_else(|failed| panic!("{error}: {failed}")), 7);
        // A part of the code is the token, which must not show; the code is no secret.
        let client = Client::builder().base_url(serve(refusal)).token("token").build();
        let call = client.expect("a client").get_settings().send().await.expect_err("expired");
        assert_eq!(call.code(), Some(&ErrorCode::TokenExpired), "{error}: {call}");
    }
}

#[tokio::test]
async fn what_others_say_is_shown_short_and_without_orders_to_the_terminal() {
    let long = "x".repeat(1 << 20);
    let title = format!("Bad\r\nluck\u{1b}[31m{long}");
    let many = vec![json!({"code": &long[..1000], "title": &title[..1000]}); 9];
    let mut shown = Vec::new();

    for (status, body) in [
        ("200 OK", json!({ "data": long })),
        ("200 OK", json!({"data": {"is_online": [], long.as_str(): {"a": 1}, "cluster_id": {}}})),
        ("409 Conflict", json!({"errors": [{"code": "a\nb", "title": title, "detail": title}]})),
        ("409 Conflict", json!({ "errors": many })),
        ("500 Internal Server Error", json!({ "errors": title })),
    ] {
        let client = client(json_answer(status, &body.to_string()));
        shown.push(client.get_cluster("c").send().await.expect_err("an error").to_string());
    }

    let id = format!("X-Request-Id: {}\r\n", "i".repeat(5000));
    let client = client(answer("404 Not Found", &id, ""));
    shown.push(client.get_cluster("c").send().await.expect_err("an error").to_string());

    for text in &shown {
        assert!(text.len() < 2500, "{} bytes: {text}", text.len());
        assert!(!text.contains(char::is_control), "{text:?}");
    }

    assert!(shown[0].contains("expected one object"), "the end of a message counts: {}", shown[0]);
    assert!(shown[3].contains("and 6 more"), "{}", shown[3]);
}

/// An error says all by itself, and says it once.
#[tokio::test]
async fn no_error_has_a_source_that_repeats_it() {
    fn hold(error: &(dyn std::error::Error + 'static)) {
        assert!(error.source().is_none(), "{error}");
    }

    let refused = client_of("http://127.0.0.1:1").get_settings().send().await.expect_err("nobody");
    hold(&refused);
    let Error::Transport(refused) = refused else { panic!("{refused:?}") };
    hold(&refused);

    assert!(refused.to_string().contains("refused"), "{refused}");

    for (status, body) in [("200 OK", "{"), ("200 OK", "{}"), ("404 Not Found", "")] {
        let error = client(json_answer(status, body)).get_settings().send().await;
        let error = error.expect_err("an error");
        hold(&error);

        match &error {
            Error::Api(error) => hold(&**error),
            Error::Decode(error) => hold(&**error),
            Error::NoData(error) => hold(error),
            error => panic!("{error:?}"),
        }
    }

    fn is_error<E: std::error::Error>() {}

    is_error::<ConfigurationError>();
    is_error::<connect_api::ActionError>();
    is_error::<connect_api::UploadError>();
}

#[tokio::test]
async fn an_error_says_whether_a_print_may_be_under_way() {
    let retry_after = |value: &str| format!("Retry-After: {value}\r\n");
    for (status, headers, done) in [
        // A redirect can follow something that was done.
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
        let client = client(answer(status, &headers, "{"));
        let error = client.print("c", "j").send().await.expect_err("an error");
        assert_eq!(error.may_have_been_applied(), done, "{status} {headers}: {error}");

        let error = client.get_settings().send().await.expect_err("an error");
        assert!(!error.may_have_been_applied(), "{status}: what is read can be read again");
    }

    let broken = client("").print("c", "j").send().await.expect_err("no answer");
    assert!(broken.may_have_been_applied() && broken.is_transient(), "{broken}");

    let nobody = client_of("http://127.0.0.1:1").print("c", "j").send().await.expect_err("nobody");
    assert!(!nobody.may_have_been_applied() && nobody.is_transient(), "{nobody}");

    // A port that takes connections and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = client_of(&format!("http://{}", silent.local_addr().expect("an address")));
    let short = Duration::from_millis(100);

    for options in [CallOptions::new().timeout(short), CallOptions::new().attempt_timeout(short)] {
        let late = silent.print("c", "j").with(options).send().await.expect_err("late");
        assert!(late.may_have_been_applied() && late.is_transient(), "{late}");
    }

    let refused = silent.print("c", "").send().await.expect_err("an id that is none");
    assert!(!refused.may_have_been_applied(), "{refused}");
}
