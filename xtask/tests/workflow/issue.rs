//! The issue: one, refreshed, and closed when the drift is gone.

use serde_json::{Value, json};

use crate::Test;
use crate::machine::Machine;
use crate::support::changes::{add_operation, remove_operation};

pub const TESTS: &[(&str, Test)] = &[
    ("the_first_drift_opens_an_issue", opens),
    ("the_next_night_refreshes_it", refreshes),
    ("one_that_was_closed_is_opened_again", reopens),
    ("it_is_closed_when_the_drift_is_gone", closes),
    ("an_issue_of_somebody_else_is_left_alone", others),
    ("what_gh_cannot_do_is_red", failing),
];

/// Puts the reports of a change into `out`.
fn compared(machine: &Machine, change: fn(&mut Value)) {
    let changed = machine.workspace.changed(change);
    let done = machine.script(&["compare", "out", "--revision", &changed]);
    assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);
    machine.log();
}

fn issue(machine: &Machine) -> Vec<String> {
    let done = machine.script(&["issue", "out"]);
    assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);

    let log = machine.log();
    assert!(log[0].starts_with("gh issue list --label upstream-drift --state all "), "{log:?}");

    // Which folder a body lies in is no matter.
    let short = |line: &String| line.split(" --body-file ").next().unwrap_or_default().to_owned();
    log[1..].iter().map(short).collect()
}

fn there_is(machine: &Machine, issues: &Value) {
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
    there_is(&machine, &json!([{ "number": 12, "state": "OPEN", "body": body }]));
    assert_eq!(issue(&machine), ["gh issue edit 12"], "the same drift makes no noise");

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

    there_is(&machine, &issues);
    assert_eq!(issue(&machine), ["gh issue edit 12", "gh issue reopen 12"]);
}

fn closes() {
    let machine = Machine::new();
    compared(&machine, |_| {});
    assert!(issue(&machine).is_empty(), "there is nothing to close");

    let body = "<!-- upstream-drift -->\nold";
    there_is(&machine, &json!([{ "number": 12, "state": "CLOSED", "body": body }]));
    assert!(issue(&machine).is_empty(), "it is closed already");

    there_is(&machine, &json!([{ "number": 12, "state": "OPEN", "body": body }]));
    let log = issue(&machine);
    assert!(log[0].starts_with("gh issue close 12 --comment "), "{log:?}");
    assert_eq!(log.len(), 1, "{log:?}");
}

fn others() {
    let machine = Machine::new();
    compared(&machine, remove_operation);
    there_is(&machine, &json!([{ "number": 3, "state": "OPEN", "body": "Of mine." }]));

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
        there_is(&machine, &issues);
        machine.write("fails", command);
        let done = machine.script(&["issue", "out"]);

        assert_eq!(done.status, 1, "{command}: {}", done.stdout);
        assert!(done.stdout.contains("::error title=drift::gh "), "{command}: {}", done.stdout);

        let last = machine.log().pop().unwrap_or_default();
        assert!(last.starts_with(&format!("gh {command}")), "nothing follows {command}: {last}");
    }

    machine.write("fails", "");
    machine.write("issues.json", "<html>");
    assert_eq!(machine.script(&["issue", "out"]).status, 1, "an answer that is none");
    assert_eq!(machine.script(&["issue", "nowhere"]).status, 1, "no report");
}
