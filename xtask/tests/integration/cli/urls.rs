//! Documents from URLs: they are handled like files, and the token is sent only where it is
//! allowed.

use std::fs;

use connect_codegen::openapi::document::sha256;
use serde_json::Value;

use crate::support::changes::{add_operation, remove_operation};
use crate::support::server::{Server, error_response, json, response};
use crate::support::workspace::{TaskOutput, Workspace};

const TOKEN: &str = "secret-of-the-test";

/// Runs a task with a token and a proxy on this machine, and returns the request that the proxy
/// gets. No host name is resolved, and no request leaves this machine.
fn run_with_proxy(
    workspace: &Workspace,
    arguments: &[&str],
    answer: Vec<u8>,
) -> (TaskOutput, String) {
    let proxy = Server::always(answer);
    let variables = [
        ("CONNECT_API_TOKEN", TOKEN),
        ("http_proxy", proxy.origin.as_str()),
        ("https_proxy", proxy.origin.as_str()),
        ("no_proxy", ""),
        ("NO_PROXY", ""),
    ];

    let output = workspace.run_with(arguments, &variables);
    (output, proxy.requests().concat())
}

#[test]
fn token_is_sent_only_to_service_and_this_machine() {
    let workspace = Workspace::new();
    let refusal = error_response("403 Forbidden", "no", &format!("{TOKEN} is no good"));

    for task in [&["drift", "--revision"][..], &["fetch", "--url"], &["regen", "--fetch", "--url"]]
    {
        let server = Server::always(refusal.clone());
        let url = format!("{}/spec", server.origin);
        let arguments = [task, &[&url]].concat();
        let output = workspace.run_with(&arguments, &[("CONNECT_API_TOKEN", TOKEN)]);

        assert!(output.status == 70 || output.status == 2, "{}", output.stderr);
        assert!(server.requests()[0].contains(&format!("Bearer {TOKEN}")));
        assert!(
            !output.stderr.contains(TOKEN) && !output.stdout.contains(TOKEN),
            "{}",
            output.stderr
        );

        // Requests to this machine bypass the proxy.
        let proxied = run_with_proxy(&workspace, &arguments, refusal.clone());
        assert_eq!(proxied.1, "");

        // The token is not sent to other hosts, nor to the service without TLS.
        for url in ["http://specs.example/spec", "http://api.ultimaker.com/connect/v1/spec"] {
            let arguments = [task, &[url]].concat();
            let (output, seen) = run_with_proxy(&workspace, &arguments, refusal.clone());
            assert!(seen.starts_with(&format!("GET {url}")), "{seen}");
            assert!(!seen.to_lowercase().contains("authorization"), "{seen}");

            let help = "CONNECT_API_TOKEN is sent only to the service, not to this host";
            assert!(output.stderr.contains(help), "{}", output.stderr);
        }
    }
}

#[test]
fn version_is_requested_only_from_service() {
    let workspace = Workspace::new();
    let document = fs::read_to_string(workspace.layout.upstream()).expect("a document");
    let server = Server::always(json("200 OK", &document));

    // An additional parameter would invalidate a signed URL.
    let target = "/spec?X-Signature=a%2Bb%3D&X-Expires=60";
    let url = format!("{}{target}", server.origin);
    let output = workspace.run(&["drift", "--revision", &url, "--format", "json"]);

    assert_eq!((output.status, output.stderr.as_str()), (0, ""));
    assert!(server.requests()[0].starts_with(&format!("GET {target} ")), "{:?}", server.requests());
    assert!(!output.stdout.contains("Signature"), "{}", output.stdout);

    let service = "https://api.ultimaker.com/connect/v1/spec";
    let refused = error_response("502 Bad Gateway", "no", "No way out.");
    let (output, seen) = run_with_proxy(&workspace, &["drift"], refused.clone());

    assert!(seen.starts_with("CONNECT api.ultimaker.com:443 "), "{seen}");
    assert_eq!(output.status, 70);
    assert!(output.stderr.contains(&format!("{service}?version=3.0.0: ")), "{}", output.stderr);

    // A version in the URL is kept.
    let named = format!("{service}?version=2.0");
    let (output, _) = run_with_proxy(&workspace, &["drift", "--revision", &named], refused);
    assert!(output.stderr.contains(&format!("{named}: ")), "{}", output.stderr);
    assert!(!output.stderr.contains("--openapi-version"), "{}", output.stderr);
}

#[test]
fn yaml_from_url_is_read_like_file() {
    let workspace = Workspace::new();
    let text = "openapi: 3.0.3\ninfo: { title: Small, version: '1' }\npaths:\n  /a:\n    get:\n      \
                responses: { '204': { description: Nothing. } }\n";
    let file = workspace.write("small.yaml", text);

    for (path, content_type) in
        [("/small.yaml?raw=1", "text/plain"), ("/spec", "application/yaml"), ("/spec", "text/html")]
    {
        let server = Server::always(response("200 OK", content_type, text));
        let url = format!("{}{path}", server.origin);
        let output = workspace.run(&["drift", "--base", &file, "--revision", &url]);
        assert_eq!((output.status, output.stderr.as_str()), (0, ""), "{path} {content_type}");
    }

    // The committed document must be JSON.
    let server = Server::always(response("200 OK", "application/yaml", text));
    workspace
        .assert_fails(&["fetch", "--url", &server.origin], &[&server.origin, "not valid JSON"]);
}

#[test]
fn duplicate_key_is_rejected_from_file_and_url() {
    let workspace = Workspace::new();
    let document = workspace.document().to_string();

    // A JSON parser that uses the last key would lose the other paths.
    let twice = document.replacen("\"paths\":{", "\"paths\":{\"/a\":{}},\"paths\":{", 1);
    assert_ne!(twice, document);

    let message = "duplicate key `paths` in an object";
    let server = Server::always(json("200 OK", &twice));
    let file = workspace.write("twice.json", &twice);

    for location in [&server.origin, &file] {
        let other = "spec/upstream/connect-v1.json";
        for (base, revision) in [(location.as_str(), other), (other, location)] {
            let arguments = ["drift", "--base", base, "--revision", revision];
            workspace.assert_fails(&arguments, &[location, "line 1, column ", message]);
        }
    }

    workspace.assert_fails(&["fetch", "--url", &server.origin], &[&server.origin, message]);
    workspace
        .assert_fails(&["regen", "--fetch", "--url", &server.origin], &[&server.origin, message]);
}

#[test]
fn report_is_about_served_bytes() {
    let workspace = Workspace::new();
    let mut document = workspace.document();
    remove_operation(&mut document);

    // In a different format than the stored document: without line breaks, and with an escape.
    let text = document.to_string().replacen("\"title\":\"", "\"title\":\"\\u0020", 1);
    let server = Server::always(json("200 OK", &text));

    let report = |location: &str| {
        let output = workspace.run(&["drift", "--revision", location, "--format", "json"]);
        assert_eq!((output.status, output.stderr.as_str()), (5, ""));
        serde_json::from_str::<Value>(&output.stdout).expect("JSON")
    };
    let by_url = report(&server.origin);
    assert_eq!(by_url["revision"]["sha256"], sha256(text.as_bytes()));

    let from_a_file = report(&workspace.write("served.json", &text));
    assert_eq!(by_url["findings"], from_a_file["findings"]);
    assert_eq!(by_url["revision"]["sha256"], from_a_file["revision"]["sha256"]);
}

#[test]
fn document_of_other_api_is_not_stored() {
    let workspace = Workspace::new();
    let small = r#"{"openapi":"3.0.3","info":{"title":"S","version":"1"},"paths":{"/a":{}}}"#;
    let server = Server::always(json("200 OK", small));

    for task in [&["fetch", "--url"][..], &["regen", "--fetch", "--url"]] {
        let parts = [&server.origin, "not the document of the Connect API"];
        let output = workspace.assert_fails(&[task, &[&server.origin]].concat(), &parts);
        assert_eq!(output.stdout, "", "{task:?}");
    }

    // A new operation, which is missing in the policy, does not make it another API.
    let mut document = workspace.document();
    add_operation(&mut document);
    let server = Server::always(json("200 OK", &document.to_string()));
    let output = workspace.run(&["fetch", "--url", &server.origin]);

    assert_eq!((output.status, output.stderr.as_str()), (0, ""));
    assert_eq!(workspace.document(), document);

    workspace.assert_fails(&["regen"], &["connect-v1.json", "/usage"]);
}
