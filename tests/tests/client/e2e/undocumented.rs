//! Responses that do not match the document, and the errors that report them.

use std::net::TcpListener;

use connect_api::Error;

use super::raw_server::{client, client_of, json, response};

#[track_caller]
fn assert_message_contains(error: &Error, parts: &[&str]) {
    let text = error.to_string();
    assert!(!text.contains('\n'), "{text}");
    for part in parts {
        assert!(text.contains(part), "{text}: {part}");
    }
}

#[tokio::test]
async fn html_error_page_is_shown_as_an_excerpt() {
    let page = format!("<html>\n<h1>502 Bad Gateway</h1>{}the end</html>", " ".repeat(1000));
    let client = client(response("502 Bad Gateway", "Content-Type: text/html\r\n", &page));
    let error = client.get_clusters().send().await.expect_err("an error");
    assert_message_contains(&error, &["get_clusters", "GET /clusters", "502 Bad Gateway", "<h1>"]);

    assert!(!error.to_string().contains("the end"), "{error}");
    let Error::Api(error) = error else { panic!("{error}") };
    assert_eq!(error.status.as_u16(), 502);
    assert_eq!(error.headers["content-type"], "text/html");
    assert!(error.errors.is_empty() && error.code().is_none());
    assert!(error.excerpt.expect("an excerpt").starts_with("<html>"));
}

#[tokio::test]
async fn undocumented_json_error_is_shown_as_an_excerpt() {
    for body in ["{}", "null", "[]", r#"{"errors": []}"#, r#"{"errors": [{"code": 1}]}"#, "{"] {
        let error = client(json("500 Internal Server Error", body)).get_settings().send().await;
        let error = error.expect_err("an error");
        let excerpt = format!("{body:?}");
        assert_message_contains(
            &error,
            &["get_settings", "500", excerpt.as_str(), "[request r-1]"],
        );
    }
}

#[tokio::test]
async fn decode_error_names_the_json_path() {
    let invalid = r#"{"data": [{"cluster_id": "x", "host_guid": "g", "host_name": [7]}]}"#;
    let cases = [
        (invalid, "$.data[0].host_name"),
        (r#"{"data": {}}"#, "$.data"),
        (r#"{"data": [7]}"#, "$.data[0]"),
        ("{\"data\": [\n", "$.data[0]"),
        ("<html>", "$"),
        ("[7]", "$[0]"),
        ("7", "$"),
        (r#"{"data": []} trailing"#, "$"),
    ];

    for (body, path) in cases {
        let client = client(json("200 OK", body));
        let error = client.get_clusters().send().await.expect_err(body);
        assert_message_contains(&error, &["get_clusters (GET /clusters)", "200 OK", path]);

        let Error::Decode(error) = error else { panic!("{body}: {error:?}") };
        assert_eq!(error.path, path, "{body}");
        assert_eq!(error.status.as_u16(), 200);
        assert_eq!(error.headers["x-request-id"], "r-1");
        assert_eq!(error.excerpt, body);
    }
}

#[tokio::test]
async fn success_without_data_is_a_no_data_error() {
    for body in ["", " \n", "{}", r#"{"data": null}"#, r#"{"meta": {}}"#] {
        let client = client(json("200 OK", body));
        let error = client.print("c1", "j1").send().await.expect_err(body);
        assert!(matches!(error, Error::NoData(_)), "{body}: {error:?}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200));

        assert_message_contains(
            &error,
            &["print (POST /clusters/{cluster_id}/print/{job_id})", "200 OK"],
        );
    }
}

#[tokio::test]
async fn undocumented_success_status_is_a_success() {
    let body = r#"{"data": {"enable_print_prep": true, "new": [1]}, "more": 1}"#;
    let call = client(json("202 Accepted", body)).get_settings();
    let response = call.send_for_response().await.expect("a success");
    assert_eq!((response.status().as_u16(), response.body().enable_print_prep), (202, Some(true)));
    assert_eq!(response.headers()["x-request-id"], "r-1");
}

#[tokio::test]
async fn incomplete_response_is_a_transport_error() {
    let short = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\": {";
    for bytes in ["", "HTTP/1.1 200", "nonsense\r\n\r\n", short] {
        let error = client(bytes).get_settings().send().await.expect_err("an error");
        let Error::Transport(transport) = &error else { panic!("{bytes}: {error:?}") };
        assert!(!transport.is_connect() && !transport.is_timeout(), "{error}");

        assert_message_contains(&error, &["get_settings (GET /settings): "]);
        assert!(error.to_string().len() > "get_settings (GET /settings): ".len() + 10, "{error}");
    }
}

#[tokio::test]
async fn refused_connection_is_a_connect_error() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    drop(listener);

    let error = client_of(&url).delete_cluster("c1").send().await.expect_err("an error");
    let Error::Transport(transport) = &error else { panic!("{error:?}") };
    assert!(transport.is_connect(), "{error}");

    let host = url.trim_start_matches("http://").trim_end_matches("/v1");
    assert_message_contains(
        &error,
        &["delete_cluster (DELETE /clusters/{cluster_id}): ", host, "refused"],
    );
}
