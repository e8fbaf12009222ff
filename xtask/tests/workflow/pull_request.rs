//! The pull request: the regenerated crate, the changelog entry and the version bump, on a separate
//! branch.

use std::fs;

use serde_json::{Value, json as value};

use crate::Test;
use crate::machine::Machine;
use crate::support::server::{Server, error_response, json};
use crate::support::workspace::TaskOutput;

pub const TESTS: &[(&str, Test)] = &[
    ("pull_request_has_crate_changelog_entry_and_bump", complete),
    ("document_gets_only_one_pull_request", once),
    ("unchanged_document_opens_no_pull_request", unchanged),
    ("failure_pushes_nothing_and_fails_workflow", failing),
];

/// A machine whose repository has an origin, and a version that was released.
fn machine() -> Machine {
    let machine = Machine::new();
    let released = format!("## Unreleased\n\n## {}\n", env!("CARGO_PKG_VERSION"));
    machine.workspace.write("CHANGELOG.md", &released);
    machine.write("gitconfig", "[user]\nname = A Test\nemail = test@localhost\n");

    let origin = machine.path("origin.git").display().to_string();
    machine.git(&["init", "--quiet", "--bare", &origin]);
    machine.git(&["init", "--quiet", "--initial-branch", "main"]);
    machine.git(&["remote", "add", "origin", &origin]);
    machine.git(&["add", "--all"]);
    machine.git(&["commit", "--quiet", "--message", "All"]);
    machine.git(&["push", "--quiet", "origin", "main"]);

    machine
}

fn add_field(document: &mut Value) {
    document["definitions"]["FilterOption"]["properties"]["colour"] = value!({ "type": "string" });
}

fn serve(machine: &Machine, change: fn(&mut Value)) -> Server {
    let mut document = machine.workspace.document();
    change(&mut document);
    Server::always(json("200 OK", &document.to_string()))
}

fn pull_request(machine: &Machine, server: &Server) -> TaskOutput {
    machine.take_log();
    machine.script(&["pull-request", "--url", &format!("{}/spec", server.origin)])
}

fn branches(machine: &Machine) -> Vec<String> {
    let heads = machine.git(&["ls-remote", "--heads", "origin"]);
    let name = |line: &str| line.rsplit("refs/heads/").next().unwrap_or_default().to_owned();
    heads.lines().map(name).filter(|name| name != "main").collect()
}

fn complete() {
    let machine = machine();
    let output = pull_request(&machine, &serve(&machine, add_field));
    assert_eq!(output.status, 0, "{}{}", output.stdout, output.stderr);

    let branches = branches(&machine);
    assert!(branches.len() == 1 && branches[0].starts_with("upstream-drift-"), "{branches:?}");

    let changed =
        machine.git(&["diff", "--name-only", "origin/main", &format!("origin/{}", branches[0])]);
    for part in [
        "CHANGELOG.md",
        "Cargo.lock",
        "Cargo.toml",
        "connect-api/src/generated/models/",
        "spec/connect-v1.openapi.json",
        "spec/upstream/connect-v1.json",
        "spec/upstream/connect-v1.provenance.json",
    ] {
        assert!(changed.contains(part), "no {part} in {changed}");
    }

    let log = machine.take_log();
    let create =
        format!("gh pr create --head {} --title Adopt the upstream document (minor)", branches[0]);

    assert!(log.last().is_some_and(|line| line.starts_with(&create)), "{log:?}");
    let body = machine.read("body.md");
    assert!(body.starts_with("## Drift of ") && body.contains("colour"), "{body}");
    assert!(body.contains("starts no workflows"), "the note about the token is missing: {body}");
    assert_eq!(machine.git(&["status", "--porcelain"]), "", "no uncommitted change");
}

fn once() {
    let machine = machine();
    let server = serve(&machine, add_field);
    assert_eq!(pull_request(&machine, &server).status, 0);

    let tip = machine.git(&["ls-remote", "origin"]);
    machine.git(&["switch", "--quiet", "main"]);
    machine.write("pulls.json", r#"[{"number": 3}]"#);

    let output = pull_request(&machine, &server);
    assert_eq!(output.status, 0, "{}{}", output.stdout, output.stderr);
    assert!(output.stdout.contains("already has this document"), "{}", output.stdout);
    assert!(
        !machine.take_log().iter().any(|line| line.starts_with("gh pr create")),
        "no second pull request"
    );
    assert_eq!(machine.git(&["ls-remote", "origin"]), tip, "the branch is not changed");
}

fn unchanged() {
    let machine = machine();
    let output = pull_request(&machine, &serve(&machine, |_| {}));
    assert_eq!(output.status, 0, "{}{}", output.stdout, output.stderr);
    assert!(output.stdout.contains("already up to date"), "{}", output.stdout);
    assert!(branches(&machine).is_empty());
    assert!(!machine.take_log().iter().any(|line| line.starts_with("gh ")));
}

fn failing() {
    // The fetch fails.
    let machine = machine();
    let broken = Server::always(error_response("500 Oops", "oops", "It broke."));
    assert_eq!(pull_request(&machine, &broken).status, 1);

    // The generation fails: the policy names an operation that was removed.
    let removed = serve(&machine, |document| {
        document["paths"].as_object_mut().expect("paths").remove("/teapot");
    });
    let output = pull_request(&machine, &removed);
    assert_eq!(output.status, 1, "{}", output.stdout);
    assert!(output.stdout.contains("policy"), "{}", output.stdout);
    assert_eq!(machine.git(&["status", "--porcelain"]), "", "no file was written");

    // The push fails: the origin does not exist.
    let server = serve(&machine, add_field);
    fs::rename(machine.path("origin.git"), machine.path("elsewhere.git")).expect("a move");
    assert_eq!(pull_request(&machine, &server).status, 1);

    fs::rename(machine.path("elsewhere.git"), machine.path("origin.git")).expect("a move");
    assert!(branches(&machine).is_empty());

    machine.git(&["checkout", "--quiet", "--", "."]);

    // Opening the pull request fails.
    machine.write("fails", "pr create");
    assert_eq!(pull_request(&machine, &server).status, 1);

    machine.git(&["switch", "--quiet", "main"]);
    let tip = machine.git(&["ls-remote", "origin"]);

    // The next run finds the branch, but no pull request.
    machine.write("fails", "");
    assert_eq!(pull_request(&machine, &server).status, 0);
    assert!(
        machine.take_log().iter().any(|line| line.starts_with("gh pr create --head")),
        "no pull request was opened"
    );
    assert_eq!(machine.git(&["ls-remote", "origin"]), tip, "the branch is not changed");
}
