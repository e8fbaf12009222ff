//! Answers that arrive whole and are no document.

use connect_codegen::diagnostic::Location;
use xtask::fetch::{Ask, Fetch};

use super::failing::{assert_tells, fails, fails_on};
use super::{OPENAPI, SWAGGER, fetch, only_swagger, targets};
use crate::support::server::{Server, answer, error, json};

#[test]
fn an_explicit_version_has_no_fallback() {
    let server = only_swagger();
    let fetch = Fetch { ask: Ask::Only("3.0.9".to_owned()), ..fetch(&server) };
    let problem = fails(&fetch);
    assert_tells(&problem, &["400 Bad Request", "3.0.9", "openApiVersionNotSupported"]);
    assert_eq!(targets(&server), ["/connect/v1/spec?version=3.0.9"]);
}

#[test]
fn another_400_has_no_fallback() {
    let server = Server::always(error("400 Bad Request", "requiredField", "A field lacks."));
    let problem = fails(&fetch(&server));
    assert_tells(&problem, &["400 Bad Request", "requiredField (A field lacks.)"]);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn an_unsupported_default_is_not_asked_for_again() {
    let answer = error("400 Bad Request", "openApiVersionNotSupported", "No.");
    let server = Server::always(answer);
    assert_tells(&fails(&fetch(&server)), &["openApiVersionNotSupported"]);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_document_of_another_kind_than_asked_for_is_refused() {
    for (version, document) in [("3.0.0", SWAGGER), ("2.0", OPENAPI)] {
        let server = Server::always(json("200 OK", document));
        let fetch = Fetch { ask: Ask::Only(version.to_owned()), ..fetch(&server) };
        assert_tells(&fails(&fetch), &[version]);
    }
}

#[test]
fn an_error_status_is_told_with_its_code() {
    let problem = fails_on(
        error("401 Unauthorized", "noBearerToken", "No bearer token has been given."),
        &["401 Unauthorized", "noBearerToken (No bearer token has been given.)"],
    );

    assert!(problem.help.expect("help").contains("CONNECT_API_TOKEN"));
    fails_on(
        error("403 Forbidden", "tokenExpired", "Expired."),
        &["403 Forbidden", "tokenExpired"],
    );
    fails_on(error("500 Internal Server Error", "unexpectedError", "Oh."), &["unexpectedError"]);
}

#[test]
fn an_error_status_is_told_whatever_its_body() {
    let status = "502 Bad Gateway";
    fails_on(answer(status, "text/html", "<h1>nginx"), &[status, "text/html", "<h1>nginx"]);
    fails_on(answer(status, "text/html", ""), &[status, "an empty body"]);
    fails_on(answer(status, "text/plain", b"\xff\xfe"), &[status]);

    for body in ["[]", "null", r#"{"errors":{}}"#, r#"{"errors":[]}"#, r#""errors""#] {
        fails_on(json(status, body), &[status, "beginning"]);
    }

    for body in [r#"{"errors":[1,null,{}]}"#, r#"{"errors":[{"code":7,"title":[]}]}"#] {
        fails_on(json(status, body), &[status, "an error without a code"]);
    }

    let cut = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 99\r\n\r\n{\"errors\":";
    fails_on(cut.to_vec(), &[status]);
}

#[test]
fn a_login_page_is_shown_for_what_it_is() {
    let page = format!("<html>\x1b[31m\u{202e}<title>Sign in</title>{}", "x".repeat(999));
    let problem = fails_on(
        answer("200 OK", "text/html; charset=utf-8", page),
        &["not valid JSON", "content type text/html; charset=utf-8", r"<html>\u{1b}[31m\u{202e}"],
    );

    assert_eq!(problem.location, Some(Location::Column(1, 1)));
    assert!(!problem.message.contains(&"x".repeat(80)), "{problem}");
}

#[test]
fn what_is_no_document_is_refused() {
    let ok = |body: &str| json("200 OK", body);
    fails_on(ok(""), &["not valid JSON", "an empty body"]);
    fails_on(ok("{\"swagger\": \"2.0\", \"paths\""), &["not valid JSON"]);
    fails_on(ok(&"[".repeat(100_000)), &["not valid JSON", "recursion limit"]);
    fails_on(ok("[]"), &["must be an object"]);
    fails_on(ok(r#"{"data":{}}"#), &["neither a Swagger nor an OpenAPI document"]);
    fails_on(ok(r#"{"openapi":"3.0.0"}"#), &["no `paths`"]);
    fails_on(ok(r#"{"openapi":"3.1.0","paths":{}}"#), &["3.1.0"]);

    let problem = fails_on(ok(r#"{"swagger":"1.2","paths":{}}"#), &["1.2"]);
    assert_eq!(problem.location, Some(Location::Pointer("/swagger".to_owned())));

    let long = format!(r#"{{"swagger":"{}"}}"#, "9".repeat(100_000));
    assert!(fails_on(ok(&long), &["version"]).message.len() < 1000);
}

#[test]
fn what_is_not_utf_8_is_refused() {
    let body = b"{\"swagger\": \"2.0\",\n\"paths\": {\"/\xff\": {}}}";
    let problem = fails_on(answer("200 OK", "application/json", body), &["not UTF-8"]);
    assert_eq!(problem.location, Some(Location::Line(2)));
}
