//! Fetching from servers that behave and from servers that do not.

mod answers;
mod failing;
mod limits;
mod secrets;
mod storing;

use std::ffi::OsStr;

use chrono::{DateTime, Utc};
use connect_codegen::openapi::document::Flavour;
use xtask::fetch::{Ask, Fetch, Fetched, Token};

use crate::support::server::{Server, error, json, redirect, send};

const TOKEN: &str = "eyJhbGciOiJub25lIn0.secret-of-the-test.c2lnbmF0dXJl";
const OPENAPI: &str = r#"{"openapi":"3.0.0","info":{"title":"T","version":"1"},"paths":{}}"#;
const SWAGGER: &str = r#"{"swagger":"2.0","paths":{"/b":{},"/a":{}},"info":{"version":"1"}}"#;

fn token() -> Option<Token> {
    Token::read(Some(OsStr::new(TOKEN))).expect("a token")
}

/// A fetch with a token, from a path of a server.
fn fetch(server: &Server) -> Fetch {
    let url = format!("{}/connect/v1/spec", server.origin);
    Fetch { url: url.parse().expect("a URL"), token: token(), ..Fetch::default() }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).expect("a time")
}

fn fetched(document: &str) -> Fetched {
    fetch(&Server::always(json("200 OK", document))).fetch().expect("a document")
}

/// Lacks OpenAPI 3 and answers requests for it as the service does.
fn only_swagger() -> Server {
    Server::new(|head, stream| {
        let lacks = head.lines().next().is_some_and(|line| line.contains("version="));
        let answer = if lacks {
            error("400 Bad Request", "openApiVersionNotSupported", "The version is not supported.")
        } else {
            json("200 OK", SWAGGER)
        };

        send(stream, &answer);
    })
}

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
fn openapi_3_is_asked_for_first() {
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
fn the_default_is_taken_where_openapi_3_lacks() {
    let server = only_swagger();
    let fetched = fetch(&server).fetch().expect("a document");
    assert_eq!(fetched.upstream.flavour, Flavour::Swagger2);
    assert_eq!(fetched.served.requested_version, None);
    assert_eq!(fetched.served.url, format!("{}/connect/v1/spec", server.origin));
    assert_eq!(targets(&server), ["/connect/v1/spec?version=3.0.0", "/connect/v1/spec"]);

    assert_authorised(&server);
}

#[test]
fn an_explicit_version_is_asked_for_and_recorded() {
    let server = Server::always(json("200 OK", SWAGGER));
    let fetch = Fetch { ask: Ask::Only("2.0".to_owned()), ..fetch(&server) };
    let fetched = fetch.fetch().expect("a document");

    assert_eq!(fetched.served.requested_version.as_deref(), Some("2.0"));
    assert!(fetched.command.ends_with("/connect/v1/spec' --openapi-version 2.0"));
    assert_eq!(targets(&server), ["/connect/v1/spec?version=2.0"]);
}

#[test]
fn the_debug_form_shows_no_token() {
    let debug = format!("{:?}", Fetch { token: token(), ..Fetch::default() });
    assert!(debug.contains("https://api.ultimaker.com/connect/v1/spec"), "{debug}");
    assert!(!debug.contains(TOKEN), "{debug}");
}

#[test]
fn without_a_token_none_is_sent() {
    let server = Server::always(json("200 OK", OPENAPI));
    Fetch { token: None, ..fetch(&server) }.fetch().expect("a document");
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert!(!requests[0].to_lowercase().contains("authorization"), "{}", requests[0]);
}

#[test]
fn the_text_is_laid_out_with_its_keys_in_their_order() {
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
fn a_redirect_on_the_same_origin_is_followed() {
    let server = Server::new(|head, stream| {
        let moved = head.starts_with("GET /moved");
        send(stream, &if moved { json("200 OK", OPENAPI) } else { redirect("/moved") });
    });
    let fetched = fetch(&server).fetch().expect("a document");
    assert_eq!(fetched.upstream.flavour, Flavour::OpenApi3);
    assert_eq!(targets(&server), ["/connect/v1/spec?version=3.0.0", "/moved"]);

    assert_authorised(&server);
}

#[test]
fn secret_parts_of_the_query_are_sent_and_not_recorded() {
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
fn a_token_is_read_from_the_variable() {
    let read = |value: Option<&str>| Token::read(value.map(OsStr::new));
    assert!(read(None).expect("none").is_none());
    assert!(read(Some("")).expect("none").is_none());
    assert!(read(Some(" \n")).expect("none").is_none());
    assert!(read(Some("abc\n")).expect("a token").is_some());

    for bad in ["two words", "Bearer abc", "line\r\nX-Header: 1", "naïve"] {
        let problem = read(Some(bad)).expect_err(bad);
        assert_eq!(problem.file.as_deref(), Some("CONNECT_API_TOKEN"));
        assert!(!format!("{problem:?}").contains(bad), "{problem:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_token_that_is_not_text_is_refused() {
    use std::os::unix::ffi::OsStrExt as _;
    let problem = Token::read(Some(OsStr::from_bytes(b"abc\xff"))).expect_err("not text");
    assert!(!format!("{problem:?}").contains("abc"), "{problem:?}");
}
