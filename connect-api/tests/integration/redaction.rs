//! Errors and `Debug` show neither the token, even if a response repeats it, nor secret members, nor the
//! queries of URLs.

use crate::support::api_server::{Server, json_response};
use axum::response::IntoResponse as _;
use connect_api::models::{
    MaterialProfileUploadRequest, PrintJobInstanceResponse, PrinterActionBodyRequest,
    WebcamSnapshotStatus,
};
use connect_api::{CallOptions, Client, Error, Method, RetryPolicy, StatusCode};
use serde_json::json;

/// Has the format of the service's tokens, with characters that are encoded in URLs.
const TOKEN: &str = "umapi-SE/CRET1234|main";

/// Sends a call and returns its error, and all that a program can print of the error.
async fn call_error(status: u16, location: Option<&str>, body: &str) -> (Error, String) {
    let (location, body) = (location.map(str::to_owned), body.to_owned());
    let server = Server::start(move |_| {
        let status = StatusCode::from_u16(status).unwrap();
        let mut response = (status, body.clone()).into_response();
        if let Some(location) = &location {
            response.headers_mut().insert("location", location.parse().unwrap());
        }

        std::future::ready(response)
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
fn assert_redacted(text: &str) {
    assert!(text.contains("***") || text.contains(WITHHELD), "{text}");
    assert!(!text.contains("CRET"), "{text}");
}

#[tokio::test]
async fn token_is_redacted_in_names_of_error_objects() {
    let object = json!({
        "id": "1", "code": "c", "title": "t", "http_status": "403",
        "meta": {TOKEN: {"of": [{TOKEN: TOKEN}]}},
    });
    let body = json!({"errors": [object]}).to_string();
    let (error, text) = call_error(403, None, &body).await;
    let Error::Api(error) = error else { panic!("{error:?}") };

    assert_eq!(error.errors.len(), 1);
    assert_redacted(&text);
}

#[tokio::test]
async fn json_escaped_token_is_redacted_in_decode_errors() {
    for escaped in [
        r"umapi-SE\/CRET1234|main",
        r"umapi-SE/CRET1234\u007cmain",
        r"umapi-SE\u002FC\u0052ET1234\u007Cmain",
    ] {
        for body in [format!(r#"{{"data": "{escaped}"}}"#), format!(r#"{{"{escaped}": }}"#)] {
            let (error, text) = call_error(200, None, &body).await;
            assert!(matches!(error, Error::Decode(_)), "{error:?}");
            assert_redacted(&text);
            assert!(!text.contains(r"\u0052ET"), "{text}");
        }
    }
}

#[tokio::test]
async fn percent_encoded_token_is_redacted_in_pages_and_redirects() {
    for escaped in ["umapi-SE%2FCRET1234%7Cmain", "umapi-SE%2fCRET1234%7cmain"] {
        let page = format!("<a href='/?token={escaped}'>again</a>");
        let location = format!("/login?token={escaped}");
        let (error, text) = call_error(502, None, &page).await;

        assert!(error.to_string().contains(WITHHELD), "{error}");
        assert_redacted(&text);
        let (error, text) = call_error(302, Some(&location), &page).await;
        let Error::Api(error) = error else { panic!("{error:?}") };
        assert!(error.headers["location"].is_sensitive());

        assert_redacted(&text);
    }
}

#[tokio::test]
async fn body_that_ends_within_the_token_is_withheld() {
    let (_, text) = call_error(502, None, "Bearer umapi-SE/CRET12").await;
    assert_redacted(&text);
    assert!(!text.contains("umapi"), "{text}");
}

#[tokio::test]
async fn body_without_secrets_is_shown_as_received() {
    let server =
        Server::start(|_| std::future::ready(json_response(502, &json!("100% \\/ &amp; %7C"))));
    let client = server.await.client();
    let error = client.get_settings().send().await.unwrap_err();
    let Error::Api(error) = error else { panic!("{error:?}") };
    assert_eq!(error.excerpt.as_deref(), Some(r#""100% \\/ &amp; %7C""#));
}

#[tokio::test]
async fn debug_of_a_response_shows_no_header_values() {
    let server = Server::start(|_| {
        let mut response = json_response(200, &json!({"data": []}));
        response.headers_mut().insert("x-echo", format!("Bearer {TOKEN}").parse().unwrap());
        std::future::ready(response)
    });
    let client = server.await.builder().token(TOKEN).build().unwrap();
    let response = client.get_clusters().send_for_response().await.unwrap();

    assert_eq!(response.headers()["x-echo"].to_str().unwrap(), format!("Bearer {TOKEN}"));
    let text = format!("{response:?} {response:#?}");
    assert!(text.contains("x-echo") && text.contains("200"), "{text}");
    assert!(!text.contains("CRET"), "{text}");
}

#[tokio::test]
async fn signed_url_is_redacted_in_models_and_decode_errors() {
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
    for (index, data) in data.into_iter().enumerate() {
        let body = json!({ "data": data });
        let server = Server::start(move |_| std::future::ready(json_response(200, &body)));
        let client = server.await.client();
        let upload = MaterialProfileUploadRequest::new("t", 1, "n", "o");
        let result = client.create_material_upload(upload).send().await;
        let mut text = format!("{result:?} {result:#?}");

        match result {
            Ok(profile) => assert_eq!((index, profile.upload_url.as_deref()), (0, Some(url))),
            Err(error) => {
                assert!(index > 0 && matches!(error, Error::Decode(_)), "{error:?}");
                text += &error.to_string();
            }
        }

        // Beside a secret, the excerpt is the invalid value alone.
        assert!(text.contains("***") || text.contains(r#"excerpt: "null""#), "{text}");
        assert!(!text.contains("S3CRET"), "{text}");
    }
}

#[tokio::test]
async fn secret_members_and_url_queries_are_redacted_in_error_objects() {
    let quoted = r#"upstream said {"access_key":"S3CRET"}"#;
    for (member, value, shown) in [
        (
            "title",
            json!("see https://h/a?X-Goog-Signature=S3CRET now"),
            json!("see https://h/a?*** now"),
        ),
        ("title", json!(quoted), json!(WITHHELD)),
        ("detail", json!(json!({"body": quoted}).to_string()), json!(WITHHELD)),
        ("code", json!("https://h/a?S3CRET"), json!("https://h/a?***")),
        (
            "meta",
            json!({"access_key": "S3CRET", "of": [{"pin_code": ["S3CRET"], "upload_url": null}], "/a?S3CRET": 1}),
            json!({"access_key": "***", "of": [{"pin_code": "***", "upload_url": null}], "/a?***": 1}),
        ),
    ] {
        let mut object = json!({"id": "1", "code": "c", "title": "t", "http_status": "404"});
        object[member] = value;
        let (error, text) = call_error(404, None, &json!({"errors": [object]}).to_string()).await;
        let Error::Api(error) = error else { panic!("{error:?}") };
        let error = &error.errors[0];

        let members = json!({
            "title": error.title, "detail": error.detail, "code": error.code.as_str(),
            "meta": error.meta,
        });

        assert_eq!(members[member], shown);
        assert_redacted(&text);
    }
}

#[tokio::test]
async fn secret_headers_are_redacted_in_errors() {
    for (status, body) in [(404, "nothing"), (200, r#"{"data": 7}"#)] {
        let server = Server::start(move |_| {
            let status = StatusCode::from_u16(status).unwrap();
            let mut response = (status, body).into_response();
            for (name, value) in [
                ("location", "/of/S3CRET"),
                ("content-location", "/of/S3CRET"),
                ("link", "</of/S3CRET>; rel=next"),
                ("set-cookie", "session=S3CRET"),
                ("x-from", "https://storage.example/p?X-Goog-Signature=S3CRET"),
                ("x-quoted", r#"{"access_key": "S3CRET"}"#),
                ("x-request-id", "any"),
            ] {
                response.headers_mut().append(name, value.parse().unwrap());
            }

            std::future::ready(response)
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
async fn secrets_are_redacted_in_paths_and_messages_of_decode_errors() {
    let quoted = json!({"access_key": "S3CRET"}).to_string();
    let twice = json!({ "of": quoted }).to_string();

    for body in [
        r#"{"https://h/a?X-Goog-Signature=S3CRET": x}"#.to_owned(),
        json!({ "data": quoted }).to_string(),
        json!({ "data": twice }).to_string(),
    ] {
        let (error, text) = call_error(200, None, &body).await;
        assert!(matches!(error, Error::Decode(_)), "{error:?}");
        assert_redacted(&text);
    }
}

#[test]
fn pin_code_is_redacted_in_requests() {
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
fn image_urls_are_redacted_in_models() {
    let url = "https://images.example/S3CRET";
    let snapshot: WebcamSnapshotStatus = serde_json::from_value(json!({"image_url": url})).unwrap();
    assert_eq!(snapshot.image_url, url);
    assert_eq!(format!("{snapshot:?}"), "WebcamSnapshotStatus { image_url: *** }");

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
