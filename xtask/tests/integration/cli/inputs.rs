//! Invalid input of each task.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use crate::support::workspace::Workspace;

/// Invalid documents, and parts of the expected error messages.
fn invalid_documents() -> Vec<(Vec<u8>, &'static [&'static str])> {
    let good = fs::read_to_string(Workspace::new().layout.upstream()).expect("a document");
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1).into_bytes()
    };

    let swagger = |paths: &str| {
        let head =
            r#""swagger":"2.0","info":{"title":"t","version":"1"},"host":"h","basePath":"/v1""#;
        let types = r#""application/json""#;
        let kinds = format!(r#""schemes":["https"],"consumes":[{types}],"produces":[{types}]"#);
        format!(r#"{{{head},{kinds},"definitions":{{}},"paths":{paths}}}"#).into_bytes()
    };

    vec![
        (Vec::new(), &["line 1", "JSON"]),
        (b"<!DOCTYPE html>\n<html>".to_vec(), &["line 1, column 1", "JSON"]),
        (b"\xff\xfe{}".to_vec(), &["line 1", "UTF-8"]),
        (good.as_bytes()[..good.len() / 2].to_vec(), &["line", "column", "JSON"]),
        (b"[1]".to_vec(), &["root", "object"]),
        (b"{}".to_vec(), &["root", "neither a Swagger nor an OpenAPI document"]),
        (br#"{"name":"left-pad","version":"1.0.0"}"#.to_vec(), &["root", "neither"]),
        (br#"{"asyncapi":"2.0.0","paths":{}}"#.to_vec(), &["root", "neither"]),
        (br#"{"openapi":"3.1.0","paths":{}}"#.to_vec(), &["/openapi", "3.1.0"]),
        (br#"{"swagger":2.0,"paths":{}}"#.to_vec(), &["/swagger", "2.0"]),
        (br#"{"swagger":"2.0","openapi":"3.0.0","paths":{}}"#.to_vec(), &["root", "both"]),
        (br#"{"swagger":"2.0"}"#.to_vec(), &["/paths"]),
        (
            br#"{"swagger":"2.0","paths":{},"swagger":"2.0"}"#.to_vec(),
            &["line 1, column 44", "duplicate key `swagger`"],
        ),
        // Valid documents that the normalisation does not support.
        (swagger("{}"), &["stale pass", "document is the Connect API's"]),
        (swagger("[]"), &["/paths"]),
        (swagger(r#"{"/a":{"get":7}}"#), &["/paths/~1a/get: "]),
        (
            swagger(r##"{"/a":{"get":{"responses":{"200":{"$ref":"#/nowhere"}}}}}"##),
            &["/paths/~1a/get"],
        ),
        // Malicious documents.
        (["[".repeat(100_000), "]".repeat(100_000)].concat().into_bytes(), &["line 1", "JSON"]),
        (swagger(&[r#"{"/a":"#.repeat(50_000), "}".repeat(50_000)].concat()), &["line 1", "JSON"]),
        (swagger(r#"{"/a":{"get":{"x":1e999999}}}"#), &["line 1", "JSON"]),
        (with(r#""/teams/{team_id}""#, r#""/te\"a\nms?x/{team_id}""#), &[r#"/paths/~1te"a\nms?x"#]),
        (
            with(r#""tags": ["#, r#""x\n*/ fn main() { \" }": 1, "tags": ["#),
            &[r#"/get/x\n*~1 fn main() { " }: "#],
        ),
        (with(r#""type": "number""#, r#""type": "num\"ber\n""#), &["/paths/", "/parameters/"]),
        (with(r#""type": "number""#, r#""type": ["number", {}]"#), &["/paths/", "/parameters/"]),
        (
            with(r#""minLength": "#, r#""minLength": 123456789012345678901234567890"#),
            &["/definitions/"],
        ),
    ]
}

#[test]
fn invalid_document_is_rejected() {
    for (bytes, parts) in invalid_documents() {
        let workspace = Workspace::new();
        workspace.replace_upstream(&bytes);

        for task in [&["regen"][..], &["normalise"]] {
            let output = workspace.assert_fails(task, parts);
            assert!(output.stderr.contains("connect-v1.json: "), "{}", output.stderr);
            let lines = output.stderr.trim_end().lines().filter(|line| !line.starts_with("help: "));
            assert_eq!(lines.count(), 1, "{}", output.stderr);
        }
    }
}

#[test]
fn invalid_response_is_rejected() {
    // `fetch` rejects invalid documents and documents of other APIs; `regen` rejects the rest.
    for (bytes, _) in invalid_documents().into_iter().take(14) {
        let workspace = Workspace::new();
        let url = serve(bytes);
        workspace.assert_fails(&["fetch", "--url", &url], &[&url]);
    }
}

#[test]
fn invalid_url_is_rejected() {
    let workspace = Workspace::new();
    for url in ["ftp://127.0.0.1/spec", "file:///etc/hosts", "http://127.0.0.1:1/"] {
        workspace.assert_fails(&["fetch", "--url", url], &[url]);
    }

    // The error does not contain the invalid URL, because it may contain a password.
    for url in ["", "spec", "//user:password@host/spec"] {
        workspace.assert_fails(&["fetch", "--url", url], &["--url: invalid URL"]);
    }

    workspace.assert_fails(&["fetch", "--openapi-version", "3 \" 0"], &["version"]);
}

/// Starts a server that sends these bytes as JSON.
fn serve(body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/spec", listener.local_addr().expect("an address"));

    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                if !matches!(stream.read(&mut byte), Ok(1)) {
                    break;
                }
                head.push(byte[0]);
            }

            let length = body.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
                 Connection: close\r\n\r\n"
            );

            // The client may have closed the connection.
            let _ = stream.write_all(answer.as_bytes()).and_then(|()| stream.write_all(&body));
        }
    });

    url
}

#[test]
fn invalid_page_is_rejected() {
    let workspace = Workspace::new();
    let good = fs::read_to_string(workspace.layout.root().join("spec/reference/connect-api.md"));
    let good = good.expect("a page");
    let half = (0..=good.len() / 2).rev().find(|at| good.is_char_boundary(*at)).expect("a half");

    let pages: [(&str, &[u8], &[&str]); 7] = [
        ("empty.md", b"", &["line"]),
        ("json.md", br#"{"swagger": "2.0"}"#, &["line 1"]),
        ("other.md", b"# Cooking\n\nTake two eggs.\n", &["line 1"]),
        ("half.md", &good.as_bytes()[..half], &["line"]),
        ("bytes.md", b"# API\n\xff", &["line 2", "UTF-8"]),
        ("deep.md", &b"- ".repeat(100_000), &["line 1"]),
        ("quotes.md", b"# \"API\"\n## GET \"/`*/\n", &["line"]),
    ];

    for (name, bytes, parts) in pages {
        let path = workspace.layout.root().join(name);
        fs::write(&path, bytes).expect("a page");
        let output = workspace.assert_fails(&["import", name], parts);
        assert!(output.stderr.contains(&format!("{name}: ")), "{}", output.stderr);
    }

    workspace.assert_fails(&["import", "nowhere.md"], &["nowhere.md: "]);
    workspace.assert_fails(&["import", "spec"], &["spec: "]);
}

#[test]
fn missing_or_invalid_data_file_is_rejected() {
    type Pick = fn(&Workspace) -> std::path::PathBuf;

    let files: [(Pick, &str); 5] = [
        (|workspace| workspace.layout.upstream(), "regen"),
        (|workspace| workspace.layout.provenance(), "regen"),
        (|workspace| workspace.layout.overlay(), "regen"),
        (|workspace| workspace.layout.policy(), "regen"),
        (|workspace| workspace.layout.supplement(), "import"),
    ];

    for (pick, task) in files {
        let workspace = Workspace::new();
        let path = pick(&workspace);
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let name = format!("{name}: ");

        let arguments = match task {
            "import" => &["import", "spec/reference/connect-api.md"][..],
            task => &[task],
        };
        let deep = "[".repeat(50_000);
        for bad in ["", "7", "\"", "{\"a\": [", "a: &a [*a, *a]\nb: !!x {", &deep] {
            fs::write(&path, bad).expect("a change");
            workspace.assert_fails(arguments, &[&name]);
        }

        fs::remove_file(&path).expect("a file");
        workspace.assert_fails(arguments, &[&name]);
    }
}
