//! Complete responses that are not a document.

use connect_codegen::diagnostic::Location;
use xtask::fetch::{Fetch, RequestedVersion};

use super::failure::{assert_message, expect_error, expect_response_error};
use super::{OPENAPI, SWAGGER, fetch, only_swagger, targets};
use crate::support::server::{Server, error_response, json, response};

#[test]
fn explicit_version_has_no_fallback() {
    let server = only_swagger();
    let fetch = Fetch { version: RequestedVersion::Exact("3.0.9".to_owned()), ..fetch(&server) };
    let error = expect_error(&fetch);
    assert_message(&error, &["400 Bad Request", "3.0.9", "openApiVersionNotSupported"]);
    assert_eq!(targets(&server), ["/connect/v1/spec?version=3.0.9"]);
}

#[test]
fn other_bad_request_has_no_fallback() {
    let server =
        Server::always(error_response("400 Bad Request", "requiredField", "A field is missing."));
    let error = expect_error(&fetch(&server));
    assert_message(&error, &["400 Bad Request", "requiredField (A field is missing.)"]);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn unsupported_default_version_is_not_requested_again() {
    let response = error_response("400 Bad Request", "openApiVersionNotSupported", "No.");
    let server = Server::always(response);
    assert_message(&expect_error(&fetch(&server)), &["openApiVersionNotSupported"]);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn document_of_other_version_than_requested_is_rejected() {
    for (version, document) in [("3.0.0", SWAGGER), ("2.0", OPENAPI)] {
        let server = Server::always(json("200 OK", document));
        let fetch =
            Fetch { version: RequestedVersion::Exact(version.to_owned()), ..fetch(&server) };
        assert_message(&expect_error(&fetch), &[version]);
    }
}

#[test]
fn error_has_status_and_code() {
    let error = expect_response_error(
        error_response("401 Unauthorized", "noBearerToken", "No bearer token has been given."),
        &["401 Unauthorized", "noBearerToken (No bearer token has been given.)"],
    );

    assert!(error.help.expect("help").contains("CONNECT_API_TOKEN"));
    expect_response_error(
        error_response("403 Forbidden", "tokenExpired", "Expired."),
        &["403 Forbidden", "tokenExpired"],
    );
    expect_response_error(
        error_response("500 Internal Server Error", "unexpectedError", "Oh."),
        &["unexpectedError"],
    );
}

#[test]
fn error_has_status_for_any_body() {
    let status = "502 Bad Gateway";
    expect_response_error(
        response(status, "text/html", "<h1>nginx"),
        &[status, "text/html", "<h1>nginx"],
    );
    expect_response_error(response(status, "text/html", ""), &[status, "empty body"]);
    expect_response_error(response(status, "text/plain", b"\xff\xfe"), &[status]);

    for body in ["[]", "null", r#"{"errors":{}}"#, r#"{"errors":[]}"#, r#""errors""#] {
        expect_response_error(json(status, body), &[status, "body starts with"]);
    }

    for body in [r#"{"errors":[1,null,{}]}"#, r#"{"errors":[{"code":7,"title":[]}]}"#] {
        expect_response_error(json(status, body), &[status, "an error without a code"]);
    }

    let truncated = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 99\r\n\r\n{\"errors\":";
    expect_response_error(truncated.to_vec(), &[status]);
}

#[test]
fn error_describes_login_page() {
    let page = format!("<html>\x1b[31m\u{202e}<title>Sign in</title>{}", "x".repeat(999));
    let error = expect_response_error(
        response("200 OK", "text/html; charset=utf-8", page),
        &["not valid JSON", "content type text/html; charset=utf-8", r"<html>\u{1b}[31m\u{202e}"],
    );

    assert_eq!(error.location, Some(Location::Column(1, 1)));
    assert!(!error.message.contains(&"x".repeat(80)), "{error}");
}

#[test]
fn response_that_is_no_document_is_rejected() {
    let ok = |body: &str| json("200 OK", body);
    expect_response_error(ok(""), &["not valid JSON", "empty body"]);
    expect_response_error(ok("{\"swagger\": \"2.0\", \"paths\""), &["not valid JSON"]);
    expect_response_error(ok(&"[".repeat(100_000)), &["not valid JSON", "recursion limit"]);
    expect_response_error(ok("[]"), &["must be an object"]);
    expect_response_error(ok(r#"{"data":{}}"#), &["neither a Swagger nor an OpenAPI document"]);
    expect_response_error(ok(r#"{"openapi":"3.0.0"}"#), &["no `paths`"]);
    expect_response_error(ok(r#"{"openapi":"3.1.0","paths":{}}"#), &["3.1.0"]);

    let error = expect_response_error(ok(r#"{"swagger":"1.2","paths":{}}"#), &["1.2"]);
    assert_eq!(error.location, Some(Location::Pointer("/swagger".to_owned())));

    let long = format!(r#"{{"swagger":"{}"}}"#, "9".repeat(100_000));
    assert!(expect_response_error(ok(&long), &["version"]).message.len() < 1000);
}

#[test]
fn response_that_is_not_utf8_is_rejected() {
    let body = b"{\"swagger\": \"2.0\",\n\"paths\": {\"/\xff\": {}}}";
    let error =
        expect_response_error(response("200 OK", "application/json", body), &["invalid UTF-8"]);
    assert_eq!(error.location, Some(Location::Line(2)));
}
