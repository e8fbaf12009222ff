//! The pull request: the regenerated crate, the changelog's entry and the bump, on a branch of
//! their own.

use std::fs;

use serde_json::{Value, json as value};

use crate::Test;
use crate::machine::Machine;
use crate::support::server::{Server, error, json};
use crate::support::workspace::Done;

pub const TESTS: &[(&str, Test)] = &[
    ("a_pull_request_has_the_crate_the_entry_and_the_bump", whole),
    ("a_document_that_has_its_branch_gets_no_second", once),
    ("no_change_opens_nothing", unchanged),
    ("what_fails_pushes_nothing_and_is_red", failing),
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

fn pull_request(machine: &Machine, server: &Server) -> Done {
    machine.log();
    machine.script(&["pull-request", "--url", &format!("{}/spec", server.origin)])
}

fn branches(machine: &Machine) -> Vec<String> {
    let found = machine.git(&["ls-remote", "--heads", "origin"]);
    let name = |line: &str| line.rsplit("refs/heads/").next().unwrap_or_default().to_owned();
    found.lines().map(name).filter(|name| name != "main").collect()
}

fn whole() {
    let machine = machine();
    let done = pull_request(&machine, &serve(&machine, add_field));
    assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);

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

    let log = machine.log();
    let create = format!(
        "gh pr create --head {} --title Take in the upstream document (minor)",
        branches[0]
    );

    assert!(log.last().is_some_and(|line| line.starts_with(&create)), "{log:?}");
    let body = machine.read("body.md");
    assert!(body.starts_with("## Drift of ") && body.contains("colour"), "{body}");
    assert!(body.contains("starts no workflow"), "the token's limits are told: {body}");
    assert_eq!(machine.git(&["status", "--porcelain"]), "", "nothing is left behind");
}

fn once() {
    let machine = machine();
    let server = serve(&machine, add_field);
    assert_eq!(pull_request(&machine, &server).status, 0);

    let tip = machine.git(&["ls-remote", "origin"]);
    machine.git(&["switch", "--quiet", "main"]);
    machine.write("pulls.json", r#"[{"number": 3}]"#);

    let done = pull_request(&machine, &server);
    assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);
    assert!(done.stdout.contains("has this document already"), "{}", done.stdout);
    assert!(!machine.log().iter().any(|line| line.starts_with("gh pr create")), "no second one");
    assert_eq!(machine.git(&["ls-remote", "origin"]), tip, "the branch may hold somebody's work");
}

fn unchanged() {
    let machine = machine();
    let done = pull_request(&machine, &serve(&machine, |_| {}));
    assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);
    assert!(done.stdout.contains("nothing to take in"), "{}", done.stdout);
    assert!(branches(&machine).is_empty());
    assert!(!machine.log().iter().any(|line| line.starts_with("gh ")));
}

fn failing() {
    // Not fetched.
    let machine = machine();
    let broken = Server::always(error("500 Oops", "oops", "It broke."));
    assert_eq!(pull_request(&machine, &broken).status, 1);

    // Not generated: the policy names an operation that is gone.
    let gone = serve(&machine, |document| {
        document["paths"].as_object_mut().expect("paths").remove("/teapot");
    });
    let done = pull_request(&machine, &gone);
    assert_eq!(done.status, 1, "{}", done.stdout);
    assert!(done.stdout.contains("policy"), "{}", done.stdout);
    assert_eq!(machine.git(&["status", "--porcelain"]), "", "nothing was written");

    // Not pushed: there is no origin any more.
    let server = serve(&machine, add_field);
    fs::rename(machine.path("origin.git"), machine.path("elsewhere.git")).expect("a move");
    assert_eq!(pull_request(&machine, &server).status, 1);

    fs::rename(machine.path("elsewhere.git"), machine.path("origin.git")).expect("a move");
    assert!(branches(&machine).is_empty());

    machine.git(&["checkout", "--quiet", "--", "."]);
    // Not opened.
    machine.write("fails", "pr create");
    assert_eq!(pull_request(&machine, &server).status, 1);

    machine.git(&["switch", "--quiet", "main"]);
    let tip = machine.git(&["ls-remote", "origin"]);

    // And the next time: the branch is there, the pull request is not.
    machine.write("fails", "");
    assert_eq!(pull_request(&machine, &server).status, 0);
    assert!(machine.log().iter().any(|line| line.starts_with("gh pr create --head")), "opened");
    assert_eq!(machine.git(&["ls-remote", "origin"]), tip, "the branch may hold somebody's work");
}
