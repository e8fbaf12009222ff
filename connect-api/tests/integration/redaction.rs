//! A token that an answer repeats shows in no error, however the answer spells it; nor do the
//! secrets that the API itself gives or takes.

use crate::support::api_server::{Server, json_response};
use axum::response::IntoResponse as _;
use connect_api::models::{
    MaterialProfileUploadRequest, PrintJobInstanceResponse, PrinterActionBodyRequest,
    WebcamSnapshotStatus,
};
use connect_api::{CallOptions, Client, Error, Method, RetryPolicy, StatusCode};
use serde_json::json;

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

/// Replaces a text from which a secret cannot be removed.
const WITHHELD: &str = "[withheld: it contains a secret]";

#[track_caller]
fn assert_hidden(text: &str) {
    assert!(text.contains("***") || text.contains(WITHHELD), "{text}");
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

        assert!(error.to_string().contains(WITHHELD), "{error}");
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
    let server =
        Server::start(|_| std::future::ready(json_response(502, &json!("100% \\/ &amp; %7C"))));
    let client = server.await.client();
    let error = client.get_settings().send().await.unwrap_err();
    let Error::Api(error) = error else { panic!("{error:?}") };
    assert_eq!(error.excerpt.as_deref(), Some(r#""100% \\/ &amp; %7C""#));
}

#[tokio::test]
async fn an_answer_shows_no_header_that_repeats_it() {
    let server = Server::start(|_| {
        let mut answer = json_response(200, &json!({"data": []}));
        answer.headers_mut().insert("x-echo", format!("Bearer {TOKEN}").parse().unwrap());
        std::future::ready(answer)
    });
    let client = server.await.builder().token(TOKEN).build().unwrap();
    let answer = client.get_clusters().send_for_response().await.unwrap();

    assert_eq!(answer.headers()["x-echo"].to_str().unwrap(), format!("Bearer {TOKEN}"));
    let text = format!("{answer:?} {answer:#?}");
    assert!(text.contains("x-echo") && text.contains("200"), "{text}");
    assert!(!text.contains("CRET"), "{text}");
}

#[tokio::test]
async fn a_signed_url_shows_neither_in_a_model_nor_where_that_does_not_fit() {
    let url = "https://storage.example/a?X-Goog-Signature=S3CRET";
    let profile = json!({
        "client_id": "c", "content_type": "t", "material_profile_id": "m", "username": "u",
        "material_profile_name": "n", "status": "uploading", "user_id": "u", "upload_url": url,
    });

    let mut without_user = profile.clone();
    without_user["user_id"].take();
    let mut elsewhere = without_user.clone();
    elsewhere["upload_url"].take();
    elsewhere["client_id"] = json!(url);

    let data = [profile, without_user, elsewhere, json!(url), json!([url])];
    for (at, data) in data.into_iter().enumerate() {
        let body = json!({ "data": data });
        let server = Server::start(move |_| std::future::ready(json_response(200, &body)));
        let client = server.await.client();
        let upload = MaterialProfileUploadRequest::new("t", 1, "n", "o");
        let result = client.create_material_upload(upload).send().await;
        let mut text = format!("{result:?} {result:#?}");

        match result {
            Ok(profile) => assert_eq!((at, profile.upload_url.as_deref()), (0, Some(url))),
            Err(error) => {
                assert!(at > 0 && matches!(error, Error::Decode(_)), "{error:?}");
                text += &error.to_string();
            }
        }

        // Beside a secret, the excerpt is the invalid value alone.
        assert!(text.contains("***") || text.contains(r#"excerpt: "null""#), "{text}");
        assert!(!text.contains("S3CRET"), "{text}");
    }
}

#[tokio::test]
async fn an_error_object_shows_no_secret_of_the_api() {
    let said = r#"upstream said {"access_key":"S3CRET"}"#;
    for (member, value, shown) in [
        (
            "title",
            json!("see https://h/a?X-Goog-Signature=S3CRET now"),
            json!("see https://h/a?*** now"),
        ),
        ("title", json!(said), json!(WITHHELD)),
        ("detail", json!(json!({"body": said}).to_string()), json!(WITHHELD)),
        ("code", json!("https://h/a?S3CRET"), json!("https://h/a?***")),
        (
            "meta",
            json!({"access_key": "S3CRET", "of": [{"pin_code": ["S3CRET"], "upload_url": null}], "/a?S3CRET": 1}),
            json!({"access_key": "***", "of": [{"pin_code": "***", "upload_url": null}], "/a?***": 1}),
        ),
    ] {
        let mut object = json!({"id": "1", "code": "c", "title": "t", "http_status": "404"});
        object[member] = value;
        let (error, text) = printed(404, None, &json!({"errors": [object]}).to_string()).await;
        let Error::Api(error) = error else { panic!("{error:?}") };
        let error = &error.errors[0];

        let members = json!({
            "title": error.title, "detail": error.detail, "code": error.code.as_str(),
            "meta": error.meta,
        });

        assert_eq!(members[member], shown);
        assert_hidden(&text);
    }
}

#[tokio::test]
async fn an_error_shows_no_header_that_opens_something() {
    for (status, body) in [(404, "nothing"), (200, r#"{"data": 7}"#)] {
        let server = Server::start(move |_| {
            let status = StatusCode::from_u16(status).unwrap();
            let mut answer = (status, body).into_response();
            for (name, value) in [
                ("location", "/of/S3CRET"),
                ("content-location", "/of/S3CRET"),
                ("link", "</of/S3CRET>; rel=next"),
                ("set-cookie", "session=S3CRET"),
                ("x-from", "https://storage.example/p?X-Goog-Signature=S3CRET"),
                ("x-said", r#"{"access_key": "S3CRET"}"#),
                ("x-request-id", "any"),
            ] {
                answer.headers_mut().append(name, value.parse().unwrap());
            }

            std::future::ready(answer)
        });
        let error = server.await.client().get_settings().send().await.unwrap_err();
        let text = format!("{error} {error:?} {error:#?}");

        assert!(!text.contains("S3CRET") && text.contains("x-from"), "{text}");
        let headers = match error {
            Error::Api(error) => {
                assert_eq!(error.request_id(), Some("any"));
                error.headers
            }
            Error::Decode(error) => error.headers,
            _ => panic!("{error:?}"),
        };

        assert_eq!(headers["location"], "/of/S3CRET");
    }
}

#[tokio::test]
async fn the_place_that_does_not_fit_and_what_it_quotes_show_no_secret_of_the_api() {
    let quoted = json!({"access_key": "S3CRET"}).to_string();
    let twice = json!({ "of": quoted }).to_string();

    for body in [
        r#"{"https://h/a?X-Goog-Signature=S3CRET": x}"#.to_owned(),
        json!({ "data": quoted }).to_string(),
        json!({ "data": twice }).to_string(),
    ] {
        let (error, text) = printed(200, None, &body).await;
        assert!(matches!(error, Error::Decode(_)), "{error:?}");
        assert_hidden(&text);
    }
}

#[test]
fn a_pin_code_shows_in_no_request() {
    let client = Client::new("any");
    let body = PrinterActionBodyRequest::new().pin_code("S3CRET").name("b");

    let text = format!(
        "{body:?} {:?} {:#?}",
        client.confirm_registration_with_pin("S3CRET"),
        client.send_printer_action("c", "p", "rename").pin_code("S3CRET"),
    );

    assert!(text.contains("pin_code: ***") && !text.contains("S3CRET"), "{text}");
    let request = client.request(Method::PUT, "/printers/{pin}").segment("pin", "S3CRET");
    let request = request.query("pin_code", "S3CRET").json(&body);

    assert_eq!(
        format!("{request:?}"),
        r#"RawRequest { method: PUT, path: "/printers/{pin}", segments: ["pin"], query: ["pin_code"], .. }"#
    );
}

#[test]
fn a_picture_shows_only_to_who_asks_for_it() {
    let url = "https://images.example/S3CRET";
    let picture: WebcamSnapshotStatus = serde_json::from_value(json!({"image_url": url})).unwrap();
    assert_eq!(picture.image_url, url);
    assert_eq!(format!("{picture:?}"), "WebcamSnapshotStatus { image_url: *** }");

    let job = json!({
        "cluster_id": "c", "created_at": "2026-01-01T00:00:00Z", "force": false, "is_online": true,
        "machine_variant": "m", "name": "n", "sent_from": "s", "started": false, "state": "s",
        "status": "s", "time_remaining": 1, "time_total": 1, "uuid": "u", "preview_url": url,
    });
    let job: PrintJobInstanceResponse = serde_json::from_value(job).unwrap();
    assert_eq!(job.preview_url.as_deref(), Some(url));

    let text = format!("{job:?}");
    assert!(text.contains("preview_url: ***") && !text.contains("S3CRET"), "{text}");
}
