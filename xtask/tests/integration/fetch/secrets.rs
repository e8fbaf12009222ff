//! Where the token goes: to the service and to this machine, and on no redirect elsewhere.

use xtask::fetch::{Ask, Fetch, Token};

use super::failing::{assert_tells, fails, fails_on};
use super::{OPENAPI, TOKEN, fetch};
use crate::support::server::{Server, answer, error, json, redirect, send};

#[test]
fn a_redirect_to_another_host_is_refused() {
    let other = Server::always(json("200 OK", OPENAPI));
    let port = other.origin.rsplit(':').next().expect("a port").to_owned();
    let schemes = other.origin.replace("http:", "https:");

    let places = [
        (format!("{}/spec?{TOKEN}", other.origin), other.origin.clone()),
        (format!("//127.0.0.1:{port}/spec"), other.origin.clone()),
        (format!("http://localhost:{port}/"), format!("http://localhost:{port}")),
        (format!("{schemes}/spec"), schemes),
    ];

    for (location, told) in places {
        let server = Server::always(redirect(&location));
        let fetch = fetch(&server);
        assert_tells(&fails(&fetch), &["redirected to another host", &told]);
        assert_tells(&fails(&Fetch { token: None, ..fetch }), &["redirected to another host"]);
        assert_eq!(server.requests().len(), 2);
    }

    assert_eq!(other.requests(), Vec::<String>::new());
}

#[test]
fn a_redirect_of_the_same_host_to_another_scheme_is_refused() {
    let server = Server::new(|head, stream| {
        let host = head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        send(stream, &redirect(&format!("https://{host}/spec")));
    });
    assert_tells(&fails(&fetch(&server)), &["redirected to another host", "https://127.0.0.1"]);
}

#[test]
fn a_loop_of_redirects_ends() {
    let server = Server::always(redirect("/again"));
    assert_tells(&fails(&fetch(&server)), &["redirected more than 5 times"]);
    assert_eq!(server.requests().len(), 6);
}

#[test]
fn a_redirect_to_nowhere_is_an_error_status() {
    let nowhere = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    fails_on(nowhere.to_vec(), &["302 Found"]);
    fails_on(redirect("file:///etc/hostname"), &["302 Found"]);
}

#[test]
fn a_token_that_the_service_repeats_is_hidden() {
    let hidden = |answer| assert!(fails_on(answer, &["***"]).message.len() < 1000);
    hidden(error("401 Unauthorized", "tokenExpired", &format!("{TOKEN} has expired")));

    hidden(json(
        "401 Unauthorized",
        &format!(r#"{{"errors":[{{"title":"\u0065{}"}}]}}"#, &TOKEN[1..]),
    ));
    hidden(json("200 OK", &format!(r#"{{"swagger":"{TOKEN}"}}"#)));
    hidden(answer("200 OK", TOKEN, "<html>"));

    // Where the excerpt ends in the middle of it.
    hidden(answer("200 OK", "text/html", format!("{}{TOKEN}", "x".repeat(40))));
}

#[test]
fn nothing_is_sent_for_a_url_that_will_not_do() {
    let server = Server::always(json("200 OK", OPENAPI));
    let host = server.origin.strip_prefix("http://").expect("http").to_owned();
    let with = |url: &str| Fetch { url: url.parse().expect("a URL"), ..fetch(&server) };
    let credentials = with(&format!("http://name:hidden@{host}/spec?key=hidden#hidden"));
    let problem = fails(&credentials);

    assert_tells(&problem, &["user name or a password"]);
    assert_eq!(problem.file.as_deref(), Some(&*format!("http://{host}/spec")));
    assert!(!format!("{problem:?}{credentials:?}").contains("hidden"));

    assert_tells(&fails(&with(&format!("http://{host}/spec?version=2.0"))), &["version"]);

    for version in ["", "3.0.0 ", "3\n", "$(true)", "'"] {
        let fetch = Fetch { ask: Ask::Only(version.to_owned()), ..fetch(&server) };
        assert_tells(&fails(&fetch), &["not a version number"]);
    }

    let file = with("file:///etc/hostname").fetch().expect_err("a file");
    assert_tells(&file, &["only http and https"]);
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[test]
fn a_token_may_go_to_the_service_and_to_this_machine() {
    let may_go = |url: &str| Token::may_go_to(&url.parse().expect("a URL"));
    for url in [
        "https://api.ultimaker.com/connect/v1/spec",
        "https://api.ultimaker.com:443/elsewhere?x=1",
        "http://127.0.0.1:8080/spec",
        "http://127.9.9.9/",
        "http://localhost/",
        "http://[::1]:80/",
    ] {
        assert!(may_go(url), "{url}");
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
        assert!(!may_go(url), "{url}");
    }
}
