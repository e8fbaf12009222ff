//! `drift`: its exit statuses and its reports. What could not be compared is never "no drift".

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::changes::{add_operation, describe, remove_operation, rename_model};
use crate::support::server::{Server, answer, error, json, send};
use crate::support::workspace::{Done, Workspace};

/// What could not be compared: status 70, an error, and no word of drift or of none.
fn could_not_tell(workspace: &Workspace, arguments: &[&str], parts: &[&str]) {
    let before = workspace.files();
    let done = workspace.run(&[&["drift"], arguments].concat());
    assert_eq!(done.status, 70, "{arguments:?}: {}", done.stderr);
    assert!(done.stderr.starts_with("error: "), "{}", done.stderr);

    for part in parts {
        assert!(done.stderr.contains(part), "no {part:?} in {}", done.stderr);
    }

    assert_eq!(done.stdout, "", "{arguments:?}");
    assert!(!done.stderr.contains("No drift"), "{}", done.stderr);
    assert!(workspace.files() == before, "{arguments:?} changed a file");
}

fn drift(workspace: &Workspace, arguments: &[&str]) -> Done {
    let before = workspace.files();
    let done = workspace.run(&[&["drift"], arguments].concat());
    assert_eq!(done.stderr, "", "{arguments:?}");
    assert!(workspace.files() == before, "{arguments:?} changed a file");

    done
}

fn report(done: &Done) -> Value {
    serde_json::from_str(&done.stdout).expect("JSON")
}

/// A small document of another API, with an operation more and a model's name.
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
fn each_status_is_that_of_the_worst_that_is_named() {
    let workspace = Workspace::new();
    let more = "  /b:\n    get:\n      operationId: get_b\n      responses:\n        '204': { \
                description: Nothing. }\n";
    let base = workspace.write("base.yaml", &small("Words.", more, "A"));

    // For each revision, the statuses of any, wire, source and never.
    let added = format!("{more}{}", more.replace("/b", "/c").replace("get_b", "get_c"));
    let table = [
        (small("Words.", more, "A"), [0, 0, 0, 0]),
        (small("Better.", more, "A"), [3, 0, 0, 0]),
        (small("Words.", &added, "A"), [3, 0, 0, 0]),
        (small("Words.", more, "B"), [4, 0, 4, 0]),
        (small("Words.", "", "A"), [5, 5, 4, 0]),
    ];

    for (revision, expected) in table {
        let revision = workspace.write("revision.yaml", &revision);
        let arguments = ["--base", &base, "--revision", &revision, "--format", "json"];
        let run = |more: &[&str]| drift(&workspace, &[&arguments, more].concat());
        let named = ["any", "wire", "source", "never"].map(|it| run(&["--fail-on", it]).status);
        let done = run(&[]);

        assert_eq!(named, expected, "{}", done.stdout);
        assert_eq!(done.status, expected[0], "any is the default");
    }
}

#[test]
fn what_changes_in_the_connect_api_has_its_status() {
    let workspace = Workspace::new();
    type Change = fn(&mut Value);

    let table: [(Change, i32); 4] =
        [(describe, 3), (add_operation, 3), (rename_model, 4), (remove_operation, 5)];
    for (change, expected) in table {
        let revision = workspace.changed(change);
        let done = drift(&workspace, &["--revision", &revision, "--format", "json"]);
        assert_eq!(done.status, expected, "{}", done.stdout);
        assert_fits_the_schema(&report(&done));
    }
}

fn assert_fits_the_schema(report: &Value) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let schema = fs::read_to_string(root.join("drift/report.schema.json")).expect("a schema");
    let schema = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<_> = validator.iter_errors(report).map(|error| error.to_string()).collect();

    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn the_service_is_the_default_revision_and_the_committed_document_the_base() {
    let workspace = Workspace::new();
    let changed = workspace.changed(add_operation);
    let text = fs::read_to_string(workspace.path(&changed)).expect("a document");
    let server = Server::always(json("200 OK", &text));
    let url = format!("{}/spec", server.origin);
    let done = drift(&workspace, &["--revision", &url, "--format", "json"]);

    assert_eq!(done.status, 3);
    let report = report(&done);
    assert!(report["base"]["location"].as_str().is_some_and(|it| it.ends_with("connect-v1.json")));
    assert_eq!(report["revision"]["location"], url);
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1), "{report:#}");

    let help = workspace.run(&["drift", "--help"]).stdout;
    for part in
        ["[default: the committed one]", "[default: the service's own]", "70  could not tell"]
    {
        assert!(help.contains(part), "{help}");
    }
}

#[test]
fn what_was_not_fetched_is_no_answer() {
    let workspace = Workspace::new();
    let document = fs::read_to_string(workspace.layout.upstream()).expect("a document");
    let half = document[..document.len() / 2].to_owned();
    let truncated = answer("200 OK", "application/json", &document);
    let truncated = truncated[..truncated.len() - 1000].to_vec();

    let answers = [
        (error("500 Internal Server Error", "oops", "It broke."), "500"),
        (error("401 Unauthorized", "unauthorized", "No."), "CONNECT_API_TOKEN"),
        (answer("200 OK", "text/html", "<!DOCTYPE html><title>Sorry</title>"), "beginning"),
        (json("200 OK", &half), "JSON"),
        (json("200 OK", ""), "an empty body"),
        (json("200 OK", "{}"), "neither"),
        (truncated, "broke off"),
        (Vec::new(), "broke off"),
    ];

    for (bytes, told) in answers {
        let server = Server::new(move |_, stream| send(stream, &bytes));
        let url = format!("{}/spec", server.origin);
        could_not_tell(&workspace, &["--revision", &url], &[&url, told]);
        could_not_tell(&workspace, &["--revision", &url, "--fail-on", "never"], &[&url, told]);
    }

    for url in ["http://127.0.0.1:1/", "ftp://127.0.0.1/spec"] {
        could_not_tell(&workspace, &["--revision", url], &[url]);
    }
}

#[test]
fn what_was_not_read_is_no_answer() {
    let workspace = Workspace::new();
    for (name, text, told) in [
        ("empty.json", "", ""),
        ("page.html", "<!DOCTYPE html>\n<html>", ""),
        ("half.json", "{\"openapi\": \"3.0.0\", \"paths\": {", ""),
        ("other.json", "{\"name\": \"left-pad\"}", "neither"),
        ("new.yaml", "openapi: 3.1.0\npaths: {}\n", "3.1.0"),
    ] {
        let name = workspace.write(name, text);
        could_not_tell(&workspace, &["--revision", &name], &[&name, told]);

        could_not_tell(
            &workspace,
            &["--base", &name, "--revision", "spec/upstream/connect-v1.json"],
            &[&name],
        );
    }

    let document = "spec/upstream/connect-v1.json";
    could_not_tell(
        &workspace,
        &["--revision", "nowhere.json"],
        &["nowhere.json", "cannot be read"],
    );

    could_not_tell(
        &workspace,
        &["--base", "nowhere.json", "--revision", document],
        &["nowhere.json"],
    );
    could_not_tell(&workspace, &["--revision", "spec"], &["spec: "]);
    let missing = ["--revision", document, "--accepted", "nowhere.toml"];
    could_not_tell(&workspace, &missing, &["nowhere.toml"]);
    workspace.write("spec/accepted.toml", "[[accepted]]\nreason = 1\n");
    could_not_tell(&workspace, &["--revision", document], &["accepted.toml: line 2, column"]);
    fs::remove_file(workspace.layout.accepted()).expect("a file");

    assert_eq!(drift(&workspace, &["--revision", document]).status, 0, "none is accepted");
    fs::remove_file(workspace.layout.policy()).expect("a file");
    could_not_tell(&workspace, &["--revision", document], &["policy.yaml"]);
}

#[test]
fn a_committed_document_that_is_not_the_recorded_one_is_no_base() {
    let workspace = Workspace::new();
    let path = workspace.layout.upstream();
    let text = fs::read_to_string(&path).expect("a document");
    fs::write(&path, text.replacen("uptime", "downtime", 1)).expect("a change");

    let revision = workspace.write("old.json", &text);
    could_not_tell(&workspace, &["--revision", &revision], &["connect-v1.json", "SHA-256"]);
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let workspace = Workspace::new();
    let document = "spec/upstream/connect-v1.json";
    could_not_tell(&workspace, &["--revision", document, "--output", "spec"], &["spec", "written"]);
    could_not_tell(&workspace, &["--revision", document, "--also", "json=spec"], &["spec"]);
}

#[test]
fn one_comparison_gives_every_format_where_it_is_wanted() {
    let workspace = Workspace::new();
    let revision = workspace.changed(remove_operation);

    let done = workspace.run(&[
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

    assert_eq!((done.status, done.stdout.as_str(), done.stderr.as_str()), (5, "", ""));
    let read = |name: &str| fs::read_to_string(workspace.path(name)).expect(name);
    assert!(read("out/drift.md").starts_with("## Drift of "));
    assert!(read("out/drift.html").starts_with("<!DOCTYPE html>"));
    assert!(!read("out/drift.txt").contains('\u{1b}'), "a file has no colours");

    let report: Value = serde_json::from_str(&read("out/drift.json")).expect("JSON");
    assert_eq!(report["findings"][0]["wire"], "breaking");

    // The lines are those of the normalised document, which is committed beside the upstream one.
    let normalised = fs::read_to_string(workspace.layout.normalised()).expect("a document");
    let line =
        1 + normalised.lines().position(|line| line.contains("\"/teapot\"")).expect("a line");
    let annotations = read("out/drift.github");
    let place = annotations.split("line=").nth(1).and_then(|it| it.split(',').next());
    let place: usize = place.and_then(|it| it.parse().ok()).expect("a line");

    assert!((line..line + 3).contains(&place), "{place} is not about {line}: {annotations}");
    assert!(annotations.contains("spec/connect-v1.openapi.json,"), "{annotations}");
}

#[test]
fn colours_go_to_terminals_only_and_can_be_asked_for() {
    let workspace = Workspace::new();
    let revision = workspace.changed(remove_operation);
    let arguments = ["drift", "--revision", &revision];

    assert!(!workspace.run(&arguments).stdout.contains('\u{1b}'));
    let forced = workspace.run_with(&arguments, &[("CLICOLOR_FORCE", "1")]).stdout;
    assert!(forced.contains('\u{1b}'), "{forced}");

    let both = [("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")];
    assert!(!workspace.run_with(&arguments, &both).stdout.contains('\u{1b}'));
}

#[test]
fn what_is_accepted_does_not_count() {
    let workspace = Workspace::new();
    let revision = workspace.changed(remove_operation);
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
    let done = drift(&workspace, &arguments);

    assert_eq!(done.status, 0, "{}", done.stdout);
    let after = report(&done);
    assert!(
        after["findings"].as_array().expect("findings").iter().all(|it| it["accepted"] == true)
    );
    assert_eq!(after["summary"]["accepted"], findings.len());

    assert_eq!(
        after["summary"]["bump"], before["summary"]["bump"],
        "it needs its bump all the same"
    );

    // Over: it counts again, and is told.
    workspace.write("spec/accepted.toml", &accept("2026-01-02"));
    assert_eq!(drift(&workspace, &arguments).status, 5);

    let text = drift(&workspace, &["--revision", &revision]).stdout;
    assert!(text.contains("expired on 2026-01-02. Its reason was: Nobody brews."), "{text}");

    // Another base has its own acceptances, or none.
    workspace.write("known.toml", &accept("9999-01-01"));
    let base = ["--base", "spec/upstream/connect-v1.json"];
    let other = [&arguments[..], &base].concat();

    assert_eq!(drift(&workspace, &other).status, 5);
    let known = [&other[..], &["--accepted", "known.toml"]].concat();
    assert_eq!(drift(&workspace, &known).status, 0);

    // Of nothing: it is told.
    let same = ["--revision", "spec/upstream/connect-v1.json", "--accepted", "known.toml"];
    let done = drift(&workspace, &same);
    assert_eq!(done.status, 0);
    assert!(done.stdout.contains("no longer matches any finding"), "{}", done.stdout);
}
