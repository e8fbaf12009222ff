//! Documents by URL: they are what a file with the same bytes is, and no token goes astray.

use std::fs;

use connect_codegen::openapi::document::sha256;
use serde_json::Value;

use crate::support::changes::{add_operation, remove_operation};
use crate::support::server::{Server, answer, error, json};
use crate::support::workspace::{Done, Workspace};

const TOKEN: &str = "secret-of-the-test";

/// What a proxy on loopback sees of a task that knows a token: no name is looked up, and nothing
/// leaves this machine.
fn through_a_proxy(workspace: &Workspace, arguments: &[&str], answer: Vec<u8>) -> (Done, String) {
    let proxy = Server::always(answer);
    let variables = [
        ("CONNECT_API_TOKEN", TOKEN),
        ("http_proxy", proxy.origin.as_str()),
        ("https_proxy", proxy.origin.as_str()),
        ("no_proxy", ""),
        ("NO_PROXY", ""),
    ];

    let done = workspace.run_with(arguments, &variables);
    (done, proxy.requests().concat())
}

#[test]
fn a_token_goes_to_the_service_and_to_this_machine_only() {
    let workspace = Workspace::new();
    let refusal = error("403 Forbidden", "no", &format!("{TOKEN} is no good"));

    for task in [&["drift", "--revision"][..], &["fetch", "--url"], &["regen", "--fetch", "--url"]]
    {
        let server = Server::always(refusal.clone());
        let url = format!("{}/spec", server.origin);
        let arguments = [task, &[&url]].concat();
        let done = workspace.run_with(&arguments, &[("CONNECT_API_TOKEN", TOKEN)]);

        assert!(done.status == 70 || done.status == 2, "{}", done.stderr);
        assert!(server.requests()[0].contains(&format!("Bearer {TOKEN}")));
        assert!(!done.stderr.contains(TOKEN) && !done.stdout.contains(TOKEN), "{}", done.stderr);

        // A proxy has no part in what is meant for this machine.
        let proxied = through_a_proxy(&workspace, &arguments, refusal.clone());
        assert_eq!(proxied.1, "");

        // Of another host and of the service's name without its TLS, nobody said that they may have
        // it: the variable is set whatever is fetched.
        for url in ["http://specs.example/spec", "http://api.ultimaker.com/connect/v1/spec"] {
            let arguments = [task, &[url]].concat();
            let (done, seen) = through_a_proxy(&workspace, &arguments, refusal.clone());
            assert!(seen.starts_with(&format!("GET {url}")), "{seen}");
            assert!(!seen.to_lowercase().contains("authorization"), "{seen}");

            let told = "CONNECT_API_TOKEN is for the service, and was not sent to this host";
            assert!(done.stderr.contains(told), "{}", done.stderr);
        }
    }
}

#[test]
fn only_the_service_is_asked_for_a_version() {
    let workspace = Workspace::new();
    let document = fs::read_to_string(workspace.layout.upstream()).expect("a document");
    let server = Server::always(json("200 OK", &document));

    // A parameter more breaks a signature.
    let target = "/spec?X-Signature=a%2Bb%3D&X-Expires=60";
    let url = format!("{}{target}", server.origin);
    let done = workspace.run(&["drift", "--revision", &url, "--format", "json"]);

    assert_eq!((done.status, done.stderr.as_str()), (0, ""));
    assert!(server.requests()[0].starts_with(&format!("GET {target} ")), "{:?}", server.requests());
    assert!(!done.stdout.contains("Signature"), "{}", done.stdout);

    let service = "https://api.ultimaker.com/connect/v1/spec";
    let refused = error("502 Bad Gateway", "no", "No way out.");
    let (done, seen) = through_a_proxy(&workspace, &["drift"], refused.clone());

    assert!(seen.starts_with("CONNECT api.ultimaker.com:443 "), "{seen}");
    assert_eq!(done.status, 70);
    assert!(done.stderr.contains(&format!("{service}?version=3.0.0: ")), "{}", done.stderr);

    // Who names a version has it.
    let named = format!("{service}?version=2.0");
    let (done, _) = through_a_proxy(&workspace, &["drift", "--revision", &named], refused);
    assert!(done.stderr.contains(&format!("{named}: ")), "{}", done.stderr);
    assert!(!done.stderr.contains("--openapi-version"), "{}", done.stderr);
}

#[test]
fn yaml_is_read_by_url_as_from_a_file() {
    let workspace = Workspace::new();
    let text = "openapi: 3.0.3\ninfo: { title: Small, version: '1' }\npaths:\n  /a:\n    get:\n      \
                responses: { '204': { description: Nothing. } }\n";
    let file = workspace.write("small.yaml", text);

    for (path, content_type) in
        [("/small.yaml?raw=1", "text/plain"), ("/spec", "application/yaml"), ("/spec", "text/html")]
    {
        let server = Server::always(answer("200 OK", content_type, text));
        let url = format!("{}{path}", server.origin);
        let done = workspace.run(&["drift", "--base", &file, "--revision", &url]);
        assert_eq!((done.status, done.stderr.as_str()), (0, ""), "{path} {content_type}");
    }

    // What is committed is JSON.
    let server = Server::always(answer("200 OK", "application/yaml", text));
    workspace.refuses(&["fetch", "--url", &server.origin], &[&server.origin, "not valid JSON"]);
}

#[test]
fn a_key_that_stands_twice_is_refused_however_it_comes() {
    let workspace = Workspace::new();
    let document = workspace.document().to_string();

    // The last one would win, and hide all paths but one.
    let twice = document.replacen("\"paths\":{", "\"paths\":{\"/a\":{}},\"paths\":{", 1);
    assert_ne!(twice, document);

    let told = "duplicate key `paths` in an object";
    let server = Server::always(json("200 OK", &twice));
    let file = workspace.write("twice.json", &twice);

    for place in [&server.origin, &file] {
        let other = "spec/upstream/connect-v1.json";
        for (base, revision) in [(place.as_str(), other), (other, place)] {
            let arguments = ["drift", "--base", base, "--revision", revision];
            workspace.refuses(&arguments, &[place, "line 1, column ", told]);
        }
    }

    workspace.refuses(&["fetch", "--url", &server.origin], &[&server.origin, told]);
    workspace.refuses(&["regen", "--fetch", "--url", &server.origin], &[&server.origin, told]);
}

#[test]
fn a_report_is_about_the_bytes_that_were_served() {
    let workspace = Workspace::new();
    let mut document = workspace.document();
    remove_operation(&mut document);

    // Not as it would be laid out here: without line breaks, and with an escape.
    let text = document.to_string().replacen("\"title\":\"", "\"title\":\"\\u0020", 1);
    let server = Server::always(json("200 OK", &text));

    let report = |place: &str| {
        let done = workspace.run(&["drift", "--revision", place, "--format", "json"]);
        assert_eq!((done.status, done.stderr.as_str()), (5, ""));
        serde_json::from_str::<Value>(&done.stdout).expect("JSON")
    };
    let by_url = report(&server.origin);
    assert_eq!(by_url["revision"]["sha256"], sha256(text.as_bytes()));

    let from_a_file = report(&workspace.write("served.json", &text));
    assert_eq!(by_url["findings"], from_a_file["findings"]);
    assert_eq!(by_url["revision"]["sha256"], from_a_file["revision"]["sha256"]);
}

#[test]
fn another_api_never_takes_the_place_of_the_document() {
    let workspace = Workspace::new();
    let small = r#"{"openapi":"3.0.3","info":{"title":"S","version":"1"},"paths":{"/a":{}}}"#;
    let server = Server::always(json("200 OK", small));

    for task in [&["fetch", "--url"][..], &["regen", "--fetch", "--url"]] {
        let parts = [&server.origin, "not the Connect API's document"];
        let done = workspace.refuses(&[task, &[&server.origin]].concat(), &parts);
        assert_eq!(done.stdout, "", "{task:?}");
    }

    // What `regen` must be taught first is no other API.
    let mut document = workspace.document();
    add_operation(&mut document);
    let server = Server::always(json("200 OK", &document.to_string()));
    let done = workspace.run(&["fetch", "--url", &server.origin]);

    assert_eq!((done.status, done.stderr.as_str()), (0, ""));
    assert_eq!(workspace.document(), document);

    workspace.refuses(&["regen"], &["connect-v1.json", "/usage"]);
}
