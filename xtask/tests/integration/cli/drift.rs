//! `drift`: exit statuses and reports. A failed comparison is never reported as "no drift".

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::changes::{add_operation, change_description, remove_operation, rename_model};
use crate::support::server::{Server, error_response, json, response, send};
use crate::support::workspace::{TaskOutput, Workspace};

/// Runs `drift`, which must fail with status 70 and an error, and without a report.
fn assert_no_result(workspace: &Workspace, arguments: &[&str], parts: &[&str]) {
    let before = workspace.files();
    let output = workspace.run(&[&["drift"], arguments].concat());
    assert_eq!(output.status, 70, "{arguments:?}: {}", output.stderr);
    assert!(output.stderr.starts_with("error: "), "{}", output.stderr);

    for part in parts {
        assert!(output.stderr.contains(part), "{part:?} is missing in {}", output.stderr);
    }

    assert!(output.stderr.ends_with("note: no result: see the error above\n"), "{}", output.stderr);
    assert_eq!(output.stdout, "", "{arguments:?}");
    assert!(!output.stderr.contains("No drift"), "{}", output.stderr);
    assert!(workspace.files() == before, "{arguments:?} changed a file");
}

/// Runs `drift`, which must compare the documents.
fn drift(workspace: &Workspace, arguments: &[&str]) -> TaskOutput {
    let before = workspace.files();
    let output = workspace.run(&[&["drift"], arguments].concat());
    assert_eq!(output.stderr, "", "{arguments:?}");
    assert!(workspace.files() == before, "{arguments:?} changed a file");

    output
}

fn report(output: &TaskOutput) -> Value {
    serde_json::from_str(&output.stdout).expect("JSON")
}

/// A small document of another API, with additional operations and the name of a model.
fn small(description: &str, more: &str, model: &str) -> String {
    format!(
        "openapi: 3.0.3\ninfo: {{ title: Small, version: '1', description: {description} }}\n\
         paths:\n  /a:\n    get:\n      operationId: get_a\n      responses:\n        '200':\n          \
         description: Good.\n          content:\n            application/json:\n              \
         schema: {{ $ref: '#/components/schemas/{model}' }}\n{more}components:\n  schemas:\n    \
         {model}: {{ type: object, properties: {{ b: {{ type: string }}, c: {{ type: integer }} }} }}\n"
    )
}

#[test]
fn exit_status_is_that_of_worst_selected_finding() {
    let workspace = Workspace::new();
    let more = "  /b:\n    get:\n      operationId: get_b\n      responses:\n        '204': { \
                description: Nothing. }\n";
    let base = workspace.write("base.yaml", &small("Words.", more, "A"));

    // For each revision, the statuses with any, wire, source and never.
    let added = format!("{more}{}", more.replace("/b", "/c").replace("get_b", "get_c"));
    let table = [
        (small("Words.", more, "A"), [0, 0, 0, 0]),
        (small("Other.", more, "A"), [3, 0, 0, 0]),
        (small("Words.", &added, "A"), [3, 0, 0, 0]),
        (small("Words.", more, "B"), [4, 0, 4, 0]),
        (small("Words.", "", "A"), [5, 5, 4, 0]),
    ];

    for (revision, expected) in table {
        let revision = workspace.write("revision.yaml", &revision);
        let arguments = ["--base", &base, "--revision", &revision, "--format", "json"];
        let run = |more: &[&str]| drift(&workspace, &[&arguments, more].concat());
        let statuses = ["any", "wire", "source", "never"].map(|it| run(&["--fail-on", it]).status);
        let output = run(&[]);

        assert_eq!(statuses, expected, "{}", output.stdout);
        assert_eq!(output.status, expected[0], "`any` is the default");
    }
}

#[test]
fn changes_of_connect_api_have_exit_statuses() {
    let workspace = Workspace::new();
    type Change = fn(&mut Value);

    let table: [(Change, i32); 4] =
        [(change_description, 3), (add_operation, 3), (rename_model, 4), (remove_operation, 5)];
    for (change, expected) in table {
        let revision = workspace.write_changed(change);
        let output = drift(&workspace, &["--revision", &revision, "--format", "json"]);
        assert_eq!(output.status, expected, "{}", output.stdout);
        assert_matches_schema(&report(&output));
    }
}

fn assert_matches_schema(report: &Value) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let schema = fs::read_to_string(root.join("drift/report.schema.json")).expect("a schema");
    let schema = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<_> = validator.iter_errors(report).map(|error| error.to_string()).collect();

    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn defaults_are_committed_document_and_service() {
    let workspace = Workspace::new();
    let changed = workspace.write_changed(add_operation);
    let text = fs::read_to_string(workspace.path(&changed)).expect("a document");
    let server = Server::always(json("200 OK", &text));
    let url = format!("{}/spec", server.origin);
    let output = drift(&workspace, &["--revision", &url, "--format", "json"]);

    assert_eq!(output.status, 3);
    let report = report(&output);
    assert!(
        report["base"]["location"]
            .as_str()
            .is_some_and(|location| location.ends_with("connect-v1.json"))
    );
    assert_eq!(report["revision"]["location"], url);
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1), "{report:#}");

    let help = workspace.run(&["drift", "--help"]).stdout;
    for part in [
        "[default: the committed document]",
        "the document that the service publishes]",
        "70  no result",
    ] {
        assert!(help.contains(part), "{help}");
    }
}

#[test]
fn document_that_was_not_fetched_is_not_compared() {
    let workspace = Workspace::new();
    let document = fs::read_to_string(workspace.layout.upstream()).expect("a document");
    let half = document[..document.len() / 2].to_owned();
    let truncated = response("200 OK", "application/json", &document);
    let truncated = truncated[..truncated.len() - 1000].to_vec();

    let responses = [
        (error_response("500 Internal Server Error", "oops", "It broke."), "500"),
        (error_response("401 Unauthorized", "unauthorized", "No."), "CONNECT_API_TOKEN"),
        (
            response("200 OK", "text/html", "<!DOCTYPE html><title>Sorry</title>"),
            "body starts with",
        ),
        (json("200 OK", &half), "JSON"),
        (json("200 OK", ""), "empty body"),
        (json("200 OK", "{}"), "neither"),
        (truncated, "connection was lost"),
        (Vec::new(), "connection was lost"),
    ];

    for (bytes, message) in responses {
        let server = Server::new(move |_, stream| send(stream, &bytes));
        let url = format!("{}/spec", server.origin);
        assert_no_result(&workspace, &["--revision", &url], &[&url, message]);
        assert_no_result(&workspace, &["--revision", &url, "--fail-on", "never"], &[&url, message]);
    }

    for url in ["http://127.0.0.1:1/", "ftp://127.0.0.1/spec"] {
        assert_no_result(&workspace, &["--revision", url], &[url]);
    }
}

#[test]
fn document_that_was_not_read_is_not_compared() {
    let workspace = Workspace::new();
    for (name, text, message) in [
        ("empty.json", "", "EOF while parsing"),
        ("page.html", "<!DOCTYPE html>\n<html>", "must be an object"),
        ("half.json", "{\"openapi\": \"3.0.0\", \"paths\": {", "EOF while parsing"),
        ("other.json", "{\"name\": \"left-pad\"}", "neither"),
        ("new.yaml", "openapi: 3.1.0\npaths: {}\n", "3.1.0"),
    ] {
        let name = workspace.write(name, text);
        assert_no_result(&workspace, &["--revision", &name], &[&name, message]);

        assert_no_result(
            &workspace,
            &["--base", &name, "--revision", "spec/upstream/connect-v1.json"],
            &[&name],
        );
    }

    let document = "spec/upstream/connect-v1.json";
    assert_no_result(&workspace, &["--revision", "nowhere.json"], &["nowhere.json", "cannot read"]);

    assert_no_result(
        &workspace,
        &["--base", "nowhere.json", "--revision", document],
        &["nowhere.json"],
    );
    assert_no_result(&workspace, &["--revision", "spec"], &["spec: "]);
    let missing = ["--revision", document, "--accepted", "nowhere.toml"];
    assert_no_result(&workspace, &missing, &["nowhere.toml"]);
    workspace.write("spec/accepted.toml", "[[accepted]]\nreason = 1\n");
    assert_no_result(&workspace, &["--revision", document], &["accepted.toml: line 2, column"]);
    fs::remove_file(workspace.layout.accepted()).expect("a file");

    assert_eq!(drift(&workspace, &["--revision", document]).status, 0, "no finding is accepted");
    fs::remove_file(workspace.layout.policy()).expect("a file");
    assert_no_result(&workspace, &["--revision", document], &["policy.yaml"]);
}

#[test]
fn committed_document_with_wrong_hash_is_not_compared() {
    let workspace = Workspace::new();
    let path = workspace.layout.upstream();
    let text = fs::read_to_string(&path).expect("a document");
    fs::write(&path, text.replacen("uptime", "downtime", 1)).expect("a change");

    let revision = workspace.write("old.json", &text);
    assert_no_result(&workspace, &["--revision", &revision], &["connect-v1.json", "SHA-256"]);
}

#[test]
fn report_that_cannot_be_written_is_error() {
    let workspace = Workspace::new();
    let document = "spec/upstream/connect-v1.json";
    assert_no_result(
        &workspace,
        &["--revision", document, "--output", "spec"],
        &["spec", "written"],
    );
    assert_no_result(&workspace, &["--revision", document, "--also", "json=spec"], &["spec"]);
}

#[test]
fn one_comparison_writes_several_formats() {
    let workspace = Workspace::new();
    let revision = workspace.write_changed(remove_operation);

    let output = workspace.run(&[
        "drift",
        "--revision",
        &revision,
        "--format",
        "markdown",
        "--output",
        "out/drift.md",
        "--also",
        "json=out/drift.json",
        "--also",
        "html=out/drift.html",
        "--also",
        "text=out/drift.txt",
        "--also",
        "github=out/drift.github",
    ]);

    assert_eq!((output.status, output.stdout.as_str(), output.stderr.as_str()), (5, "", ""));
    let read = |name: &str| fs::read_to_string(workspace.path(name)).expect(name);
    assert!(read("out/drift.md").starts_with("## Drift of "));
    assert!(read("out/drift.html").starts_with("<!DOCTYPE html>"));
    assert!(!read("out/drift.txt").contains('\u{1b}'), "a file has no colours");

    let report: Value = serde_json::from_str(&read("out/drift.json")).expect("JSON");
    assert_eq!(report["findings"][0]["wire"], "breaking");

    // The lines are those of the committed normalised document.
    let normalised = fs::read_to_string(workspace.layout.normalised()).expect("a document");
    let line =
        1 + normalised.lines().position(|line| line.contains("\"/teapot\"")).expect("a line");
    let annotations = read("out/drift.github");
    let shown_line = annotations.split("line=").nth(1).and_then(|it| it.split(',').next());
    let shown_line: usize = shown_line.and_then(|it| it.parse().ok()).expect("a line");

    assert!(
        (line..line + 3).contains(&shown_line),
        "{shown_line} is not about {line}: {annotations}"
    );
    assert!(annotations.contains("spec/connect-v1.openapi.json,"), "{annotations}");
}

#[test]
fn colours_are_used_on_terminal_or_on_request() {
    let workspace = Workspace::new();
    let revision = workspace.write_changed(remove_operation);
    let arguments = ["drift", "--revision", &revision];

    assert!(!workspace.run(&arguments).stdout.contains('\u{1b}'));
    let forced = workspace.run_with(&arguments, &[("CLICOLOR_FORCE", "1")]).stdout;
    assert!(forced.contains('\u{1b}'), "{forced}");

    let both = [("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")];
    assert!(!workspace.run_with(&arguments, &both).stdout.contains('\u{1b}'));
}

#[test]
fn accepted_finding_does_not_count() {
    let workspace = Workspace::new();
    let revision = workspace.write_changed(remove_operation);
    let arguments = ["--revision", &revision, "--format", "json"];
    let before = report(&drift(&workspace, &arguments));
    let findings = before["findings"].as_array().expect("findings");

    let accept = |expires: &str| {
        let entry = |finding: &Value| {
            format!(
                "[[accepted]]\nfingerprint = {}\nreason = \"Nobody brews.\"\ndate = 2026-01-01\n\
                 expires = {expires}\n",
                finding["fingerprint"]
            )
        };

        findings.iter().map(entry).collect::<String>()
    };
    workspace.write("spec/accepted.toml", &accept("9999-01-01"));
    let output = drift(&workspace, &arguments);

    assert_eq!(output.status, 0, "{}", output.stdout);
    let after = report(&output);
    assert!(
        after["findings"].as_array().expect("findings").iter().all(|it| it["accepted"] == true)
    );
    assert_eq!(after["summary"]["accepted"], findings.len());

    assert_eq!(
        after["summary"]["bump"], before["summary"]["bump"],
        "an accepted finding still requires a bump"
    );

    // Expired: the finding counts again, and the report has a note.
    workspace.write("spec/accepted.toml", &accept("2026-01-02"));
    assert_eq!(drift(&workspace, &arguments).status, 5);

    let text = drift(&workspace, &["--revision", &revision]).stdout;
    assert!(text.contains("expired on 2026-01-02. Its reason was: Nobody brews."), "{text}");

    // The committed acceptances do not apply to another base.
    workspace.write("known.toml", &accept("9999-01-01"));
    let base = ["--base", "spec/upstream/connect-v1.json"];
    let other = [&arguments[..], &base].concat();

    assert_eq!(drift(&workspace, &other).status, 5);
    let known = [&other[..], &["--accepted", "known.toml"]].concat();
    assert_eq!(drift(&workspace, &known).status, 0);

    // Unused: the report has a note.
    let same = ["--revision", "spec/upstream/connect-v1.json", "--accepted", "known.toml"];
    let output = drift(&workspace, &same);
    assert_eq!(output.status, 0);
    assert!(output.stdout.contains("no longer matches any finding"), "{}", output.stdout);
}
