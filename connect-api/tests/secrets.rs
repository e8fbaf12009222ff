//! A token that an answer repeats shows in no error, however the answer spells it.

mod server_support;

use axum::response::IntoResponse as _;
use connect_api::{CallOptions, Error, RetryPolicy, StatusCode};
use serde_json::json;
use server_support::{Server, answer};

/// As the service's own: with characters that others encode.
const TOKEN: &str = "umapi-SE/CRET1234|main";

/// The error of a call that is answered so, in every form that a program may print.
async fn printed(status: u16, location: Option<&str>, body: &str) -> (Error, String) {
    let (location, body) = (location.map(str::to_owned), body.to_owned());
    let server = Server::start(move |_| {
        let status = StatusCode::from_u16(status).unwrap();
        let mut answer = (status, body.clone()).into_response();
        if let Some(location) = &location {
            answer.headers_mut().insert("location", location.parse().unwrap());
        }
        std::future::ready(answer)
    });
    let once = CallOptions::new().retry(RetryPolicy::never());
    let client = server.await.builder().token(TOKEN).call_options(once).build().unwrap();
    let error = client.get_settings().send().await.unwrap_err();
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        text.push_str(&format!(" {inner} {inner:?}"));
        source = inner.source();
    }
    (error, text)
}

#[track_caller]
fn assert_hidden(text: &str) {
    assert!(text.contains("***"), "{text}");
    assert!(!text.contains("CRET"), "{text}");
}

#[tokio::test]
async fn a_name_in_an_error_object_is_no_place_for_it() {
    let object = json!({
        "id": "1", "code": "c", "title": "t", "http_status": "403",
        "meta": {TOKEN: {"of": [{TOKEN: TOKEN}]}},
    });
    let body = json!({"errors": [object]}).to_string();
    let (error, text) = printed(403, None, &body).await;
    let Error::Api(error) = error else { panic!("{error:?}") };
    assert_eq!(error.errors.len(), 1);
    assert_hidden(&text);
}

#[tokio::test]
async fn a_body_that_does_not_decode_may_spell_it_as_json_can() {
    for spelling in [
        r"umapi-SE\/CRET1234|main",
        r"umapi-SE/CRET1234\u007cmain",
        r"umapi-SE\u002FC\u0052ET1234\u007Cmain",
    ] {
        for body in [format!(r#"{{"data": "{spelling}"}}"#), format!(r#"{{"{spelling}": }}"#)] {
            let (error, text) = printed(200, None, &body).await;
            assert!(matches!(error, Error::Decode(_)), "{error:?}");
            assert_hidden(&text);
            assert!(!text.contains(r"\u0052ET"), "{text}");
        }
    }
}

#[tokio::test]
async fn a_page_and_a_redirect_may_spell_it_as_urls_can() {
    for spelling in ["umapi-SE%2FCRET1234%7Cmain", "umapi-SE%2fCRET1234%7cmain"] {
        let page = format!("<a href='/?token={spelling}'>again</a>");
        let location = format!("/login?token={spelling}");
        let (error, text) = printed(502, None, &page).await;
        assert!(error.to_string().contains("/?token=***'>again"), "{error}");
        assert_hidden(&text);
        let (error, text) = printed(302, Some(&location), &page).await;
        let Error::Api(error) = error else { panic!("{error:?}") };
        assert!(error.headers["location"].is_sensitive());
        assert_hidden(&text);
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_in_it_shows_no_half_of_it() {
    let (_, text) = printed(502, None, "Bearer umapi-SE/CRET12").await;
    assert_hidden(&text);
    assert!(!text.contains("umapi"), "{text}");
}

#[tokio::test]
async fn what_does_not_repeat_it_is_shown_as_it_is() {
    let server = Server::start(|_| std::future::ready(answer(502, &json!("100% \\/ &amp; %7C"))));
    let client = server.await.client();
    let error = client.get_settings().send().await.unwrap_err();
    let Error::Api(error) = error else { panic!("{error:?}") };
    assert_eq!(error.excerpt.as_deref(), Some(r#""100% \\/ &amp; %7C""#));
}
