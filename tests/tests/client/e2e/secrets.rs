//! The token goes to the base URL, and nowhere else: no other host, no `Debug`, no error.

use std::error::Error as _;
use std::io::ErrorKind;
use std::net::TcpListener;

use connect_api::{Client, Error};
use serde_json::{Value, json};

use super::raw::{TOKEN, answer, client, client_of, json as json_answer};

/// An error and all its sources, in every form that a program may print.
fn printed(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(&format!(" {inner} {inner:?}"));
        source = inner.source();
    }

    text
}

#[track_caller]
fn assert_hidden(error: &Error) {
    let text = printed(error);
    assert!(!text.contains(TOKEN), "{text}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent"]
    {
        let other = TcpListener::bind("127.0.0.1:0").expect("a free port");
        other.set_nonblocking(true).expect("a listener that does not wait");
        let target = format!("http://{}/v1/settings", other.local_addr().expect("an address"));
        let location = format!("Location: {target}\r\n");
        let client = client(answer(status, &location, ""));
        let error = client.get_settings().send().await.expect_err("no success");

        assert!(matches!(error, Error::Api(_)), "{error:?}");
        assert_eq!(error.status().map(|it| it.as_u16().to_string()), Some(status[..3].to_owned()));

        assert_hidden(&error);
        let nobody = other.accept().expect_err("nobody came");
        assert_eq!(nobody.kind(), ErrorKind::WouldBlock);
    }
}

#[test]
fn no_client_and_no_request_shows_the_token() {
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
async fn an_error_that_repeats_the_token_does_not_show_it() {
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
        let client = client(json_answer("403 Forbidden", &body.to_string()));
        let error = client.get_settings().send().await.expect_err("an error");
        assert_hidden(&error);
        assert!(error.to_string().contains("***"), "{error}");
    }

    let headers = format!("X-Request-Id: {TOKEN}\r\nX-Echo: Bearer {TOKEN}\r\n");
    let client = client(answer("502 Bad Gateway", &headers, &format!("<p>Bearer {TOKEN}</p>")));
    let error = client.get_settings().send().await.expect_err("an error");
    assert_hidden(&error);

    assert!(error.to_string().contains("<p>Bearer ***</p>"), "{error}");
}

#[tokio::test]
async fn a_body_that_does_not_decode_and_repeats_the_token_does_not_show_it() {
    let long = json!({"data": "x".repeat(190) + TOKEN});
    let keyed: Value =
        [(TOKEN.to_owned(), Value::Null), ("data".to_owned(), json!(7))].into_iter().collect();

    for body in [keyed, long, json!({"data": [TOKEN]}), json!({"data": TOKEN})] {
        let headers = format!("X-Echo: {TOKEN}\r\n");
        let client = client(answer("200 OK", &headers, &body.to_string()));
        let error = client.get_settings().send().await.expect_err("an error");

        assert!(matches!(error, Error::Decode(_)), "{error}");
        assert_hidden(&error);
        let start = &TOKEN[..12];
        assert!(!printed(&error).contains(start), "{error}");
    }
}

#[tokio::test]
async fn nobody_there_is_told_without_the_token() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    drop(listener);

    let error = client_of(&url).get_settings().send().await.expect_err("nobody");
    assert!(matches!(error, Error::Transport(_)), "{error}");

    assert_hidden(&error);
}
