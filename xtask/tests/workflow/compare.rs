//! The comparison: green only when there was one.

use std::fs;

use serde_json::Value;

use crate::Test;
use crate::machine::Machine;
use crate::support::changes::{add_operation, remove_operation};
use crate::support::server::{Server, answer, error, json};
use crate::support::workspace::Done;

pub const TESTS: &[(&str, Test)] = &[
    ("drift_is_green_and_leaves_every_report", drift),
    ("no_drift_is_green_and_quiet", quiet),
    ("what_is_accepted_is_quiet_until_it_expires", accepted),
    ("a_failed_fetch_is_red", failed_fetch),
    ("a_command_that_fails_or_says_nothing_is_red", failed_command),
];

fn compare(machine: &Machine, change: fn(&mut Value)) -> Done {
    let changed = machine.workspace.changed(change);
    let text = fs::read_to_string(machine.workspace.path(&changed)).expect("a document");
    let server = Server::always(json("200 OK", &text));
    machine.script(&["compare", "out", "--revision", &format!("{}/spec", server.origin)])
}

fn drift() {
    let machine = Machine::new();
    let done = compare(&machine, remove_operation);
    assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);
    assert!(done.stdout.contains("::error file=spec/connect-v1.openapi.json,"), "{}", done.stdout);
    assert_eq!(machine.read("output"), "state=drift\n");
    assert!(machine.read("summary").starts_with("## Drift of "), "{}", machine.read("summary"));

    for name in ["drift.json", "drift.html", "drift.md"] {
        assert!(machine.workspace.path("out").join(name).exists(), "{name}");
    }
}

fn quiet() {
    let machine = Machine::new();
    let done = compare(&machine, |_| {});
    assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);
    assert_eq!(machine.read("output"), "state=quiet\n");
}

fn accepted() {
    let machine = Machine::new();
    compare(&machine, add_operation);
    let report = fs::read_to_string(machine.workspace.path("out/drift.json")).expect("a report");
    let report: Value = serde_json::from_str(&report).expect("JSON");

    let accept = |expires: &str| {
        let finding = |it: &Value| {
            let fingerprint = &it["fingerprint"];
            format!(
                "[[accepted]]\nfingerprint = {fingerprint}\nreason = \"Not for us.\"\n\
                 date = 2026-01-01\nexpires = {expires}\n"
            )
        };
        let findings = report["findings"].as_array().expect("findings");
        let text: String = findings.iter().map(finding).collect();
        machine.workspace.write("spec/accepted.toml", &text);
        machine.write("output", "");

        assert_eq!(compare(&machine, add_operation).status, 0);
        machine.read("output")
    };

    // The policy does not know the operation, which is more than a known finding.
    assert_eq!(accept("9999-01-01"), "state=drift\n");
    let policy = fs::read_to_string(machine.workspace.layout.policy()).expect("a policy");
    let line = "operations:\n  - { id: get_usage, route: GET /usage, resource: service }\n";
    machine.workspace.write("spec/policy.yaml", &policy.replacen("operations:\n", line, 1));
    assert_eq!(accept("9999-01-01"), "state=quiet\n");
    assert_eq!(accept("2026-01-02"), "state=drift\n");
}

fn failed_fetch() {
    let answers = [
        error("500 Internal Server Error", "oops", "It broke."),
        answer("200 OK", "text/html", "<!DOCTYPE html><title>Sorry</title>"),
        json("200 OK", "{"),
        Vec::new(),
    ];

    for bytes in answers {
        let machine = Machine::new();
        let server = Server::always(bytes);
        let url = format!("{}/spec", server.origin);
        let done = machine.script(&["compare", "out", "--revision", &url]);

        assert_eq!(done.status, 70, "{}", done.stdout);
        assert!(
            done.stdout.contains("::error title=drift::nothing was compared"),
            "{}",
            done.stdout
        );
        assert_eq!(machine.read("output"), "", "no state is told");
    }
}

fn failed_command() {
    // It does not build, it dies, it is not there, it says nothing, it says something else.
    let scripts = [
        "#!/bin/sh\nexit 101\n",
        "#!/bin/sh\nexit 1\n",
        "#!/bin/sh\nexit 2\n",
        "#!/bin/sh\nkill -9 $$\n",
        "#!/nowhere\n",
        "#!/bin/sh\nexit 0\n",
        "#!/bin/sh\nexit 5\n",
        "#!/bin/sh\necho '{}' > out/drift.json\necho > out/drift.md\nexit 0\n",
        "#!/bin/sh\necho '{' > out/drift.json\necho > out/drift.md\nexit 3\n",
    ];

    for script in scripts {
        let machine = Machine::new();
        machine.program("cargo", script);
        let done = machine.script(&["compare", "out"]);

        assert_ne!(done.status, 0, "{script}: {}", done.stdout);
        assert!(done.stdout.contains("::error title=drift::"), "{script}: {}", done.stdout);
        assert_eq!(machine.read("output"), "", "{script}");
    }

    assert_eq!(Machine::new().script(&[]).status, 2);
    assert_eq!(Machine::new().script(&["everything"]).status, 2);
}
