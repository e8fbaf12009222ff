//! The token: sent only to the service and to this machine, never to the target of a redirect, and
//! redacted in errors.

use xtask::fetch::{Fetch, RequestedVersion, Token};

use super::failure::{assert_message, expect_error, expect_response_error};
use super::{OPENAPI, TOKEN, fetch};
use crate::support::server::{Server, error_response, json, redirect, response, send};

#[test]
fn redirect_to_other_host_is_rejected() {
    let other = Server::always(json("200 OK", OPENAPI));
    let port = other.origin.rsplit(':').next().expect("a port").to_owned();
    let https = other.origin.replace("http:", "https:");

    let redirects = [
        (format!("{}/spec?{TOKEN}", other.origin), other.origin.clone()),
        (format!("//127.0.0.1:{port}/spec"), other.origin.clone()),
        (format!("http://localhost:{port}/"), format!("http://localhost:{port}")),
        (format!("{https}/spec"), https),
    ];

    for (location, origin) in redirects {
        let server = Server::always(redirect(&location));
        let fetch = fetch(&server);
        assert_message(&expect_error(&fetch), &["redirect to another host", &origin]);
        assert_message(
            &expect_error(&Fetch { token: None, ..fetch }),
            &["redirect to another host"],
        );
        assert_eq!(server.requests().len(), 2);
    }

    assert_eq!(other.requests(), Vec::<String>::new());
}

#[test]
fn redirect_to_other_scheme_is_rejected() {
    let server = Server::new(|head, stream| {
        let host = head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        send(stream, &redirect(&format!("https://{host}/spec")));
    });
    assert_message(
        &expect_error(&fetch(&server)),
        &["redirect to another host", "https://127.0.0.1"],
    );
}

#[test]
fn redirect_loop_ends() {
    let server = Server::always(redirect("/again"));
    assert_message(&expect_error(&fetch(&server)), &["more than 5 redirects"]);
    assert_eq!(server.requests().len(), 6);
}

#[test]
fn redirect_without_usable_target_is_error() {
    let no_location = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    expect_response_error(no_location.to_vec(), &["302 Found"]);
    expect_response_error(redirect("file:///etc/hostname"), &["302 Found"]);
}

#[test]
fn repeated_token_is_redacted() {
    let assert_redacted =
        |response| assert!(expect_response_error(response, &["***"]).message.len() < 1000);
    assert_redacted(error_response(
        "401 Unauthorized",
        "tokenExpired",
        &format!("{TOKEN} has expired"),
    ));

    assert_redacted(json(
        "401 Unauthorized",
        &format!(r#"{{"errors":[{{"title":"\u0065{}"}}]}}"#, &TOKEN[1..]),
    ));
    assert_redacted(json("200 OK", &format!(r#"{{"swagger":"{TOKEN}"}}"#)));
    assert_redacted(response("200 OK", TOKEN, "<html>"));

    // The excerpt would end within the token.
    assert_redacted(response("200 OK", "text/html", format!("{}{TOKEN}", "x".repeat(40))));
}

#[test]
fn invalid_url_or_version_sends_no_request() {
    let server = Server::always(json("200 OK", OPENAPI));
    let host = server.origin.strip_prefix("http://").expect("http").to_owned();
    let with = |url: &str| Fetch { url: url.parse().expect("a URL"), ..fetch(&server) };
    let credentials = with(&format!("http://name:hidden@{host}/spec?key=hidden#hidden"));
    let error = expect_error(&credentials);

    assert_message(&error, &["user name or a password"]);
    assert_eq!(error.file.as_deref(), Some(&*format!("http://{host}/spec")));
    assert!(!format!("{error:?}{credentials:?}").contains("hidden"));

    assert_message(&expect_error(&with(&format!("http://{host}/spec?version=2.0"))), &["version"]);

    for version in ["", "3.0.0 ", "3\n", "$(true)", "'"] {
        let fetch =
            Fetch { version: RequestedVersion::Exact(version.to_owned()), ..fetch(&server) };
        assert_message(&expect_error(&fetch), &["invalid OpenAPI version"]);
    }

    let file = with("file:///etc/hostname").fetch().expect_err("a file");
    assert_message(&file, &["only http and https"]);
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[test]
fn token_is_allowed_for_service_and_this_machine() {
    let is_allowed = |url: &str| Token::is_allowed_for(&url.parse().expect("a URL"));
    for url in [
        "https://api.ultimaker.com/connect/v1/spec",
        "https://api.ultimaker.com:443/elsewhere?x=1",
        "http://127.0.0.1:8080/spec",
        "http://127.9.9.9/",
        "http://localhost/",
        "http://[::1]:80/",
    ] {
        assert!(is_allowed(url), "{url}");
    }

    for url in [
        "http://api.ultimaker.com/connect/v1/spec",
        "https://api.ultimaker.com:8443/connect/v1/spec",
        "https://api.ultimaker.com.example/connect/v1/spec",
        "https://ultimaker.com/connect/v1/spec",
        "https://specs.example/https://api.ultimaker.com/connect/v1/spec",
        "http://localhost.example/",
        "http://127.0.0.1.example/",
        "http://192.0.2.1/",
        "http://[2001:db8::1]/",
    ] {
        assert!(!is_allowed(url), "{url}");
    }
}
