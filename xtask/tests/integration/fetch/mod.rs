//! Fetching a document from correct and from faulty servers.

mod failure;
mod limits;
mod responses;
mod store;
mod token;

use std::ffi::OsStr;

use chrono::{DateTime, Utc};
use connect_codegen::openapi::document::Flavour;
use xtask::fetch::{Fetch, FetchedDocument, RequestedVersion, Token};

use crate::support::server::{Server, error_response, json, redirect, send};

const TOKEN: &str = "eyJhbGciOiJub25lIn0.secret-of-the-test.c2lnbmF0dXJl";
const OPENAPI: &str = r#"{"openapi":"3.0.0","info":{"title":"T","version":"1"},"paths":{}}"#;
const SWAGGER: &str = r#"{"swagger":"2.0","paths":{"/b":{},"/a":{}},"info":{"version":"1"}}"#;

fn token() -> Option<Token> {
    Token::parse(Some(OsStr::new(TOKEN))).expect("a token")
}

/// A fetch from a server, with a token.
fn fetch(server: &Server) -> Fetch {
    let url = format!("{}/connect/v1/spec", server.origin);
    Fetch { url: url.parse().expect("a URL"), token: token(), ..Fetch::default() }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).expect("a time")
}

fn fetched(document: &str) -> FetchedDocument {
    fetch(&Server::always(json("200 OK", document))).fetch().expect("a document")
}

/// A server that has only a Swagger document, and rejects requests for OpenAPI 3 as the service
/// does.
fn only_swagger() -> Server {
    Server::new(|head, stream| {
        let has_version = head.lines().next().is_some_and(|line| line.contains("version="));
        let response = if has_version {
            error_response(
                "400 Bad Request",
                "openApiVersionNotSupported",
                "The version is not supported.",
            )
        } else {
            json("200 OK", SWAGGER)
        };

        send(stream, &response);
    })
}

/// The targets of the requests.
fn targets(server: &Server) -> Vec<String> {
    let target = |head: &String| head.split(' ').nth(1).unwrap_or_default().to_owned();
    server.requests().iter().map(target).collect()
}

fn assert_authorised(server: &Server) {
    for head in server.requests() {
        assert!(head.contains(&format!("authorization: Bearer {TOKEN}\r\n")), "{head}");
    }
}

#[test]
fn openapi_3_is_requested_first() {
    let server = Server::always(json("200 OK", OPENAPI));
    let fetched = fetch(&server).fetch().expect("a document");
    assert_eq!(fetched.upstream.flavour, Flavour::OpenApi3);
    assert_eq!(fetched.served.requested_version.as_deref(), Some("3.0.0"));
    assert_eq!(fetched.served.url, format!("{}/connect/v1/spec?version=3.0.0", server.origin));

    assert_eq!(
        fetched.command,
        format!("cargo xtask fetch --url '{}/connect/v1/spec'", server.origin)
    );
    assert_eq!(targets(&server), ["/connect/v1/spec?version=3.0.0"]);

    assert_authorised(&server);
}

#[test]
fn default_version_is_used_if_openapi_3_is_not_supported() {
    let server = only_swagger();
    let fetched = fetch(&server).fetch().expect("a document");
    assert_eq!(fetched.upstream.flavour, Flavour::Swagger2);
    assert_eq!(fetched.served.requested_version, None);
    assert_eq!(fetched.served.url, format!("{}/connect/v1/spec", server.origin));
    assert_eq!(targets(&server), ["/connect/v1/spec?version=3.0.0", "/connect/v1/spec"]);

    assert_authorised(&server);
}

#[test]
fn explicit_version_is_requested_and_recorded() {
    let server = Server::always(json("200 OK", SWAGGER));
    let fetch = Fetch { version: RequestedVersion::Exact("2.0".to_owned()), ..fetch(&server) };
    let fetched = fetch.fetch().expect("a document");

    assert_eq!(fetched.served.requested_version.as_deref(), Some("2.0"));
    assert!(fetched.command.ends_with("/connect/v1/spec' --openapi-version 2.0"));
    assert_eq!(targets(&server), ["/connect/v1/spec?version=2.0"]);
}

#[test]
fn debug_redacts_token() {
    let debug = format!("{:?}", Fetch { token: token(), ..Fetch::default() });
    assert!(debug.contains("https://api.ultimaker.com/connect/v1/spec"), "{debug}");
    assert!(!debug.contains(TOKEN), "{debug}");
}

#[test]
fn no_authorization_header_without_token() {
    let server = Server::always(json("200 OK", OPENAPI));
    Fetch { token: None, ..fetch(&server) }.fetch().expect("a document");
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert!(!requests[0].to_lowercase().contains("authorization"), "{}", requests[0]);
}

#[test]
fn text_is_indented_and_keeps_key_order() {
    let text = fetched(SWAGGER).text;
    assert_eq!(
        text,
        r#"{
  "swagger": "2.0",
  "paths": {
    "/b": {},
    "/a": {}
  },
  "info": {
    "version": "1"
  }
}
"#
    );
}

#[test]
fn redirect_to_same_origin_is_followed() {
    let server = Server::new(|head, stream| {
        let is_redirected = head.starts_with("GET /moved");
        send(stream, &if is_redirected { json("200 OK", OPENAPI) } else { redirect("/moved") });
    });
    let fetched = fetch(&server).fetch().expect("a document");
    assert_eq!(fetched.upstream.flavour, Flavour::OpenApi3);
    assert_eq!(targets(&server), ["/connect/v1/spec?version=3.0.0", "/moved"]);

    assert_authorised(&server);
}

#[test]
fn query_is_sent_but_not_recorded() {
    let server = Server::always(json("200 OK", OPENAPI));
    let mut fetch = fetch(&server);
    fetch.url.set_query(Some("key=hidden"));

    let fetched = fetch.fetch().expect("a document");
    assert_eq!(targets(&server), ["/connect/v1/spec?key=hidden&version=3.0.0"]);
    assert_eq!(fetched.served.url, format!("{}/connect/v1/spec?version=3.0.0", server.origin));
    assert!(!fetched.command.contains("hidden"), "{}", fetched.command);
    assert!(!format!("{fetch:?}").contains("hidden"));
}

#[test]
fn token_is_parsed_from_variable() {
    let parse = |value: Option<&str>| Token::parse(value.map(OsStr::new));
    assert!(parse(None).expect("none").is_none());
    assert!(parse(Some("")).expect("none").is_none());
    assert!(parse(Some(" \n")).expect("none").is_none());
    assert!(parse(Some("abc\n")).expect("a token").is_some());

    for invalid in ["two words", "Bearer abc", "line\r\nX-Header: 1", "naïve"] {
        let error = parse(Some(invalid)).expect_err(invalid);
        assert_eq!(error.file.as_deref(), Some("CONNECT_API_TOKEN"));
        assert!(!format!("{error:?}").contains(invalid), "{error:?}");
    }
}

#[cfg(unix)]
#[test]
fn token_that_is_not_utf8_is_rejected() {
    use std::os::unix::ffi::OsStrExt as _;
    let error = Token::parse(Some(OsStr::from_bytes(b"abc\xff"))).expect_err("not text");
    assert!(!format!("{error:?}").contains("abc"), "{error:?}");
}
