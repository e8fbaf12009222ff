//! The token is sent to the base URL only, and redacted in `Debug` and errors.

use std::error::Error as _;
use std::io::ErrorKind;
use std::net::TcpListener;

use connect_api::{Client, Error};
use serde_json::{Value, json};

use super::raw_server::{TOKEN, client, client_of, json as json_response, response};

/// Formats an error and all its sources with `Display` and `Debug`.
fn format_all(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(&format!(" {inner} {inner:?}"));
        source = inner.source();
    }

    text
}

#[track_caller]
fn assert_token_redacted(error: &Error) {
    let text = format_all(error);
    assert!(!text.contains(TOKEN), "{text}");
}

#[tokio::test]
async fn redirect_is_not_followed() {
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent"]
    {
        let other = TcpListener::bind("127.0.0.1:0").expect("a free port");
        other.set_nonblocking(true).expect("a non-blocking listener");
        let target = format!("http://{}/v1/settings", other.local_addr().expect("an address"));
        let location = format!("Location: {target}\r\n");
        let client = client(response(status, &location, ""));
        let error = client.get_settings().send().await.expect_err("an error");

        assert!(matches!(error, Error::Api(_)), "{error:?}");
        assert_eq!(
            error.status().map(|status| status.as_u16().to_string()),
            Some(status[..3].to_owned())
        );

        assert_token_redacted(&error);
        let error = other.accept().expect_err("no connection");
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
    }
}

#[test]
fn debug_of_client_and_request_redacts_the_token() {
    let client = client_of("http://127.0.0.1:9/v1");
    let builder = Client::builder().token(TOKEN);

    let text = format!(
        "{client:?} {client:#?} {builder:?} {:?} {:?}",
        client.get_clusters().limit(1),
        client.print("c1", "j1").start_now(true)
    );

    assert!(text.contains("GetClusters") && !text.contains(TOKEN), "{text}");
}

#[tokio::test]
async fn error_response_that_contains_the_token_is_redacted() {
    let object = json!({
        "id": "1",
        "code": format!("bad{TOKEN}"),
        "title": format!("Not with {TOKEN}"),
        "detail": format!("The bearer is {TOKEN}."),
        "http_status": "403",
        "meta": {"given": [TOKEN]},
    });
    let bodies = [json!({"errors": [object]}), json!({"errors": [1], "given": TOKEN})];
    for body in bodies {
        let client = client(json_response("403 Forbidden", &body.to_string()));
        let error = client.get_settings().send().await.expect_err("an error");
        assert_token_redacted(&error);
        assert!(error.to_string().contains("***"), "{error}");
    }

    let headers = format!("X-Request-Id: {TOKEN}\r\nX-Echo: Bearer {TOKEN}\r\n");
    let client = client(response("502 Bad Gateway", &headers, &format!("<p>Bearer {TOKEN}</p>")));
    let error = client.get_settings().send().await.expect_err("an error");
    assert_token_redacted(&error);

    assert!(error.to_string().contains("<p>Bearer ***</p>"), "{error}");
}

#[tokio::test]
async fn invalid_body_that_contains_the_token_is_redacted() {
    let long = json!({"data": "x".repeat(190) + TOKEN});
    let keyed: Value =
        [(TOKEN.to_owned(), Value::Null), ("data".to_owned(), json!(7))].into_iter().collect();

    for body in [keyed, long, json!({"data": [TOKEN]}), json!({"data": TOKEN})] {
        let headers = format!("X-Echo: {TOKEN}\r\n");
        let client = client(response("200 OK", &headers, &body.to_string()));
        let error = client.get_settings().send().await.expect_err("an error");

        assert!(matches!(error, Error::Decode(_)), "{error}");
        assert_token_redacted(&error);
        let start = &TOKEN[..12];
        assert!(!format_all(&error).contains(start), "{error}");
    }
}

#[tokio::test]
async fn connection_error_redacts_the_token() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    drop(listener);

    let error = client_of(&url).get_settings().send().await.expect_err("a refused connection");
    assert!(matches!(error, Error::Transport(_)), "{error}");

    assert_token_redacted(&error);
}
