//! The issue: created once, updated, and closed when there is no drift.

use serde_json::{Value, json};

use crate::Test;
use crate::machine::Machine;
use crate::support::changes::{add_operation, remove_operation};

pub const TESTS: &[(&str, Test)] = &[
    ("first_drift_creates_issue", opens),
    ("open_issue_is_updated", refreshes),
    ("closed_issue_is_reopened", reopens),
    ("issue_is_closed_without_drift", closes),
    ("unrelated_issue_is_unchanged", others),
    ("failed_gh_command_fails_workflow", failing),
];

/// Writes the reports of a change to `out`.
fn compared(machine: &Machine, change: fn(&mut Value)) {
    let changed = machine.workspace.write_changed(change);
    let output = machine.script(&["compare", "out", "--revision", &changed]);
    assert_eq!(output.status, 0, "{}{}", output.stdout, output.stderr);
    machine.take_log();
}

fn issue(machine: &Machine) -> Vec<String> {
    let output = machine.script(&["issue", "out"]);
    assert_eq!(output.status, 0, "{}{}", output.stdout, output.stderr);

    let log = machine.take_log();
    assert!(log[0].starts_with("gh issue list --label upstream-drift --state all "), "{log:?}");

    // The path of the body differs in each run.
    let short = |line: &String| line.split(" --body-file ").next().unwrap_or_default().to_owned();
    log[1..].iter().map(short).collect()
}

fn set_issues(machine: &Machine, issues: &Value) {
    machine.write("issues.json", &issues.to_string());
}

fn opens() {
    let machine = Machine::new();
    compared(&machine, remove_operation);
    let log = issue(&machine);

    assert!(log[0].starts_with("gh label create upstream-drift --force "), "{log:?}");
    let create = "gh issue create --title The upstream document has changed --label upstream-drift";
    assert_eq!(log[1..], [create]);

    let body = machine.read("body.md");
    assert!(body.starts_with("<!-- upstream-drift -->\n<!-- seen: "), "{body}");
    assert!(body.contains("GET /teapot"), "{body}");
    assert!(body.contains("(https://github.example/o/r/actions/runs/7)"), "{body}");
    assert!(body.chars().count() < 65_536);
}

fn refreshes() {
    let machine = Machine::new();
    compared(&machine, remove_operation);
    issue(&machine);

    let body = machine.read("body.md");
    set_issues(&machine, &json!([{ "number": 12, "state": "OPEN", "body": body }]));
    assert_eq!(issue(&machine), ["gh issue edit 12"], "no comment for the same drift");

    compared(&machine, add_operation);
    let log = issue(&machine);
    assert_eq!(log[0], "gh issue edit 12");
    assert!(log[1].starts_with("gh issue comment 12 --body "), "{log:?}");
    assert_eq!(log.len(), 2, "{log:?}");
    assert!(machine.read("body.md").contains("/usage"));
}

fn reopens() {
    let machine = Machine::new();
    compared(&machine, remove_operation);
    issue(&machine);

    let body = machine.read("body.md");
    let issues = json!([
        { "number": 15, "state": "OPEN", "body": body },
        { "number": 12, "state": "CLOSED", "body": body },
    ]);

    set_issues(&machine, &issues);
    assert_eq!(issue(&machine), ["gh issue edit 12", "gh issue reopen 12"]);
}

fn closes() {
    let machine = Machine::new();
    compared(&machine, |_| {});
    assert!(issue(&machine).is_empty(), "no issue to close");

    let body = "<!-- upstream-drift -->\nold";
    set_issues(&machine, &json!([{ "number": 12, "state": "CLOSED", "body": body }]));
    assert!(issue(&machine).is_empty(), "the issue is already closed");

    set_issues(&machine, &json!([{ "number": 12, "state": "OPEN", "body": body }]));
    let log = issue(&machine);
    assert!(log[0].starts_with("gh issue close 12 --comment "), "{log:?}");
    assert_eq!(log.len(), 1, "{log:?}");
}

fn others() {
    let machine = Machine::new();
    compared(&machine, remove_operation);
    set_issues(&machine, &json!([{ "number": 3, "state": "OPEN", "body": "Unrelated." }]));

    let log = issue(&machine);
    assert!(log.iter().any(|line| line.starts_with("gh issue create ")), "{log:?}");
    assert!(!log.iter().any(|line| line.contains(" 3")), "{log:?}");
}

fn failing() {
    let machine = Machine::new();
    compared(&machine, remove_operation);
    let body = "<!-- upstream-drift -->\nold";
    let closed = json!([{ "number": 12, "state": "CLOSED", "body": body }]);

    let cases = [
        ("issue list", json!([])),
        ("label create", json!([])),
        ("issue create", json!([])),
        ("issue edit", closed.clone()),
        ("issue reopen", closed.clone()),
        ("issue comment", closed),
    ];

    for (command, issues) in cases {
        set_issues(&machine, &issues);
        machine.write("fails", command);
        let output = machine.script(&["issue", "out"]);

        assert_eq!(output.status, 1, "{command}: {}", output.stdout);
        assert!(output.stdout.contains("::error title=drift::gh "), "{command}: {}", output.stdout);

        let last = machine.take_log().pop().unwrap_or_default();
        assert!(last.starts_with(&format!("gh {command}")), "a command follows {command}: {last}");
    }

    machine.write("fails", "");
    machine.write("issues.json", "<html>");
    assert_eq!(machine.script(&["issue", "out"]).status, 1, "invalid response of gh");
    assert_eq!(machine.script(&["issue", "nowhere"]).status, 1, "no report");
}
