//! Answers that no document promises: each is one error that says enough alone.

use std::net::TcpListener;

use connect_api::Error;

use super::raw::{answer, client, client_of, json};

#[track_caller]
fn assert_says(error: &Error, parts: &[&str]) {
    let text = error.to_string();
    assert!(!text.contains('\n'), "{text}");
    for part in parts {
        assert!(text.contains(part), "{text}: {part}");
    }
}

#[tokio::test]
async fn a_page_of_a_proxy_is_shown_in_part() {
    let page = format!("<html>\n<h1>502 Bad Gateway</h1>{}the end</html>", " ".repeat(1000));
    let client = client(answer("502 Bad Gateway", "Content-Type: text/html\r\n", &page));
    let error = client.get_clusters().send().await.expect_err("an error");
    assert_says(&error, &["get_clusters", "GET /clusters", "502 Bad Gateway", "<h1>"]);

    assert!(!error.to_string().contains("the end"), "{error}");
    let Error::Api(error) = error else { panic!("{error}") };
    assert_eq!(error.status.as_u16(), 502);
    assert_eq!(error.headers["content-type"], "text/html");
    assert!(error.errors.is_empty() && error.code().is_none());
    assert!(error.excerpt.expect("an excerpt").starts_with("<html>"));
}

#[tokio::test]
async fn json_that_is_not_the_documented_error_is_shown_in_part() {
    for body in ["{}", "null", "[]", r#"{"errors": []}"#, r#"{"errors": [{"code": 1}]}"#, "{"] {
        let error = client(json("500 Internal Server Error", body)).get_settings().send().await;
        let error = error.expect_err("an error");
        let shown = format!("{body:?}");
        assert_says(&error, &["get_settings", "500", shown.as_str(), "[request r-1]"]);
    }
}

#[tokio::test]
async fn a_success_that_does_not_decode_names_the_place() {
    let wrong = r#"{"data": [{"cluster_id": "x", "host_guid": "g", "host_name": [7]}]}"#;
    let cases = [
        (wrong, "$.data[0].host_name"),
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
        assert_says(&error, &["get_clusters (GET /clusters)", "200 OK", path]);

        let Error::Decode(error) = error else { panic!("{body}: {error:?}") };
        assert_eq!(error.path, path, "{body}");
        assert_eq!(error.status.as_u16(), 200);
        assert_eq!(error.headers["x-request-id"], "r-1");
        assert_eq!(error.excerpt, body);
    }
}

#[tokio::test]
async fn a_success_without_data_is_told_apart() {
    for body in ["", " \n", "{}", r#"{"data": null}"#, r#"{"meta": {}}"#] {
        let client = client(json("200 OK", body));
        let error = client.print("c1", "j1").send().await.expect_err(body);
        assert!(matches!(error, Error::NoData(_)), "{body}: {error:?}");
        assert_eq!(error.status().map(|it| it.as_u16()), Some(200));

        assert_says(&error, &["print (POST /clusters/{cluster_id}/print/{job_id})", "200 OK"]);
    }
}

#[tokio::test]
async fn a_success_of_another_status_is_a_success() {
    let body = r#"{"data": {"enable_print_prep": true, "new": [1]}, "more": 1}"#;
    let call = client(json("202 Accepted", body)).get_settings();
    let answer = call.send_for_response().await.expect("a success");
    assert_eq!((answer.status().as_u16(), answer.body().enable_print_prep), (202, Some(true)));
    assert_eq!(answer.headers()["x-request-id"], "r-1");
}

#[tokio::test]
async fn an_answer_that_never_comes_whole_is_a_failure_of_transport() {
    let short = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\": {";
    for bytes in ["", "HTTP/1.1 200", "nonsense\r\n\r\n", short] {
        let error = client(bytes).get_settings().send().await.expect_err("an error");
        let Error::Transport(failure) = &error else { panic!("{bytes}: {error:?}") };
        assert!(!failure.is_connect() && !failure.is_timeout(), "{error}");

        assert_says(&error, &["get_settings (GET /settings): "]);
        assert!(error.to_string().len() > "get_settings (GET /settings): ".len() + 10, "{error}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_a_failure_of_transport() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    drop(listener);

    let error = client_of(&url).delete_cluster("c1").send().await.expect_err("an error");
    let Error::Transport(failure) = &error else { panic!("{error:?}") };
    assert!(failure.is_connect(), "{error}");

    let host = url.trim_start_matches("http://").trim_end_matches("/v1");
    assert_says(&error, &["delete_cluster (DELETE /clusters/{cluster_id}): ", host, "refused"]);
}
