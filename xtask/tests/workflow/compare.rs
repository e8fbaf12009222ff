//! The comparison. It succeeds only if the documents were compared.

use std::fs;

use serde_json::Value;

use crate::Test;
use crate::machine::Machine;
use crate::support::changes::{add_operation, remove_operation};
use crate::support::server::{Server, error_response, json, response};
use crate::support::workspace::TaskOutput;

pub const TESTS: &[(&str, Test)] = &[
    ("drift_succeeds_and_writes_reports", drift),
    ("no_drift_succeeds_with_state_quiet", quiet),
    ("accepted_finding_is_quiet_until_it_expires", accepted),
    ("failed_fetch_fails_workflow", failed_fetch),
    ("failed_or_silent_command_fails_workflow", failed_command),
];

fn compare(machine: &Machine, change: fn(&mut Value)) -> TaskOutput {
    let changed = machine.workspace.write_changed(change);
    let text = fs::read_to_string(machine.workspace.path(&changed)).expect("a document");
    let server = Server::always(json("200 OK", &text));
    machine.script(&["compare", "out", "--revision", &format!("{}/spec", server.origin)])
}

fn drift() {
    let machine = Machine::new();
    let output = compare(&machine, remove_operation);
    assert_eq!(output.status, 0, "{}{}", output.stdout, output.stderr);
    assert!(
        output.stdout.contains("::error file=spec/connect-v1.openapi.json,"),
        "{}",
        output.stdout
    );
    assert_eq!(machine.read("output"), "state=drift\n");
    assert!(machine.read("summary").starts_with("## Drift of "), "{}", machine.read("summary"));

    for name in ["drift.json", "drift.html", "drift.md"] {
        assert!(machine.workspace.path("out").join(name).exists(), "{name}");
    }
}

fn quiet() {
    let machine = Machine::new();
    let output = compare(&machine, |_| {});
    assert_eq!(output.status, 0, "{}{}", output.stdout, output.stderr);
    assert_eq!(machine.read("output"), "state=quiet\n");
}

fn accepted() {
    let machine = Machine::new();
    compare(&machine, add_operation);
    let report = fs::read_to_string(machine.workspace.path("out/drift.json")).expect("a report");
    let report: Value = serde_json::from_str(&report).expect("JSON");

    let accept = |expires: &str| {
        let finding = |finding: &Value| {
            let fingerprint = &finding["fingerprint"];
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

    // The policy does not have the operation, so accepting the finding is not enough.
    assert_eq!(accept("9999-01-01"), "state=drift\n");
    let policy = fs::read_to_string(machine.workspace.layout.policy()).expect("a policy");
    let line = "operations:\n  - { id: get_usage, route: GET /usage, resource: service }\n";
    machine.workspace.write("spec/policy.yaml", &policy.replacen("operations:\n", line, 1));
    assert_eq!(accept("9999-01-01"), "state=quiet\n");
    assert_eq!(accept("2026-01-02"), "state=drift\n");
}

fn failed_fetch() {
    let answers = [
        error_response("500 Internal Server Error", "oops", "It broke."),
        response("200 OK", "text/html", "<!DOCTYPE html><title>Sorry</title>"),
        json("200 OK", "{"),
        Vec::new(),
    ];

    for bytes in answers {
        let machine = Machine::new();
        let server = Server::always(bytes);
        let url = format!("{}/spec", server.origin);
        let output = machine.script(&["compare", "out", "--revision", &url]);

        assert_eq!(output.status, 70, "{}", output.stdout);
        assert!(output.stdout.contains("::error title=drift::not compared"), "{}", output.stdout);
        assert_eq!(machine.read("output"), "", "no state is written");
    }
}

fn failed_command() {
    // The command fails to build, is killed, is missing, writes no report, or writes something
    // else.
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
        machine.add_program("cargo", script);
        let output = machine.script(&["compare", "out"]);

        assert_ne!(output.status, 0, "{script}: {}", output.stdout);
        assert!(output.stdout.contains("::error title=drift::"), "{script}: {}", output.stdout);
        assert_eq!(machine.read("output"), "", "{script}");
    }

    assert_eq!(Machine::new().script(&[]).status, 2);
    assert_eq!(Machine::new().script(&["everything"]).status, 2);
}
