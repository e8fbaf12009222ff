//! The log. GitHub runs workflow commands in it, so text from a document must not be a command.

use serde_json::{Value, json as value};

use crate::Test;
use crate::machine::Machine;
use crate::support::server::{Server, json, response};
use crate::support::workspace::TaskOutput;

pub const TESTS: &[(&str, Test)] = &[
    ("annotations_are_workflow_commands", annotations),
    ("document_text_is_no_command_in_comparison", compared),
    ("document_text_is_no_command_in_adoption", adopted),
];

/// A workflow command in both forms: at the start of a line, and within a line.
const HOSTILE: &str = "\n::set-output name=state::quiet\r##[set-output name=state]quiet";

/// Returns the lines that are workflow commands. GitHub reads the two streams independently, so
/// each is checked separately.
fn commands(output: &TaskOutput) -> Vec<String> {
    let mut commands = Vec::new();
    for stream in [&output.stdout, &output.stderr] {
        let mut stopped: Option<String> = None;
        for line in stream.lines().map(str::trim_start) {
            if let Some(end) = &stopped {
                if line == format!("::{end}::") {
                    stopped = None;
                }
            } else if let Some(token) = line.strip_prefix("::stop-commands::") {
                assert!(token.len() >= 32, "the token is too short: {token}");
                stopped = Some(token.to_owned());
            } else if line.starts_with("::") || line.contains("##[") {
                commands.push(line.to_owned());
            }
        }

        assert_eq!(stopped, None, "commands are not enabled again");
    }

    commands
}

fn hostile(document: &mut Value) {
    let route = format!("/usage{HOSTILE}");
    let usage = value!({
        "summary": HOSTILE,
        "produces": ["application/json"],
        "responses": { "204": { "description": HOSTILE } },
    });

    document["paths"][route] = value!({ "get": usage });
    document["info"]["title"] = HOSTILE.into();
}

fn serve(machine: &Machine, change: fn(&mut Value)) -> Server {
    let mut document = machine.workspace.document();
    change(&mut document);
    Server::always(json("200 OK", &document.to_string()))
}

fn compare(machine: &Machine, server: &Server) -> TaskOutput {
    machine.script(&["compare", "out", "--revision", &server.origin])
}

fn annotations() {
    let machine = Machine::new();
    let output =
        compare(&machine, &serve(&machine, |document| document["info"]["title"] = "T".into()));
    assert_eq!(output.status, 0, "{}{}", output.stdout, output.stderr);

    let commands = commands(&output);
    let last = commands.last().expect("the count");
    assert!(commands.len() > 1 && last.starts_with("::notice title=drift::"), "{commands:?}");
}

fn compared() {
    let machine = Machine::new();
    let output = compare(&machine, &serve(&machine, hostile));
    assert_eq!(output.status, 0, "{}{}", output.stdout, output.stderr);
    assert!(
        output.stdout.contains("##[set-output"),
        "the document text is missing: {}",
        output.stdout
    );

    let levels = ["::error ", "::warning ", "::notice "];
    for command in commands(&output) {
        assert!(levels.iter().any(|level| command.starts_with(level)), "{command}");
    }

    assert_eq!(machine.read("output"), "state=drift\n");
    // The error shows the beginning of a response that is no document.
    let output = compare(&machine, &Server::always(response("200 OK", "text/html", HOSTILE)));
    assert_eq!(output.status, 70);

    let log = format!("{}{}", output.stdout, output.stderr);
    assert!(log.contains("##[set-output"), "the document text is missing: {log}");

    let expected = "::error title=drift::not compared: `drift` ended with 70";
    assert_eq!(commands(&output), [expected]);
}

fn adopted() {
    // The adoption fails because the policy does not have the operation, after it has printed the
    // report.
    let machine = Machine::new();
    let server = serve(&machine, hostile);
    let output = machine.script(&["pull-request", "--url", &server.origin]);

    assert_eq!(output.status, 1, "{}{}", output.stdout, output.stderr);
    assert!(
        output.stdout.matches("##[set-output").count() > 1,
        "the document text is missing: {}",
        output.stdout
    );
    assert_eq!(commands(&output), ["::error title=drift::cargo xtask ended with 2"]);
}
