//! The log: GitHub takes commands from it, and a document must not get to give any.

use serde_json::{Value, json as value};

use crate::Test;
use crate::machine::Machine;
use crate::support::server::{Server, answer, json};
use crate::support::workspace::Done;

pub const TESTS: &[(&str, Test)] = &[
    ("the_annotations_of_a_comparison_are_commands", annotations),
    ("a_document_gives_no_command_in_a_comparison", compared),
    ("a_document_gives_no_command_as_it_is_taken_in", taken_in),
];

/// A command in both of the forms that a runner knows: at the start of a line, and within one.
const HOSTILE: &str = "\n::set-output name=state::quiet\r##[set-output name=state]quiet";

/// The lines that a runner takes for commands: of both streams, which it reads as they come, so that
/// each must be safe alone.
fn commands(done: &Done) -> Vec<String> {
    let mut found = Vec::new();
    for stream in [&done.stdout, &done.stderr] {
        let mut stopped: Option<String> = None;
        for line in stream.lines().map(str::trim_start) {
            if let Some(end) = &stopped {
                if line == format!("::{end}::") {
                    stopped = None;
                }
            } else if let Some(token) = line.strip_prefix("::stop-commands::") {
                assert!(token.len() >= 32, "a token that can be guessed: {token}");
                stopped = Some(token.to_owned());
            } else if line.starts_with("::") || line.contains("##[") {
                found.push(line.to_owned());
            }
        }

        assert_eq!(stopped, None, "commands are stopped for good");
    }

    found
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

fn compare(machine: &Machine, server: &Server) -> Done {
    machine.script(&["compare", "out", "--revision", &server.origin])
}

fn annotations() {
    let machine = Machine::new();
    let done =
        compare(&machine, &serve(&machine, |document| document["info"]["title"] = "T".into()));
    assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);

    let commands = commands(&done);
    let last = commands.last().expect("the count");
    assert!(commands.len() > 1 && last.starts_with("::notice title=drift::"), "{commands:?}");
}

fn compared() {
    let machine = Machine::new();
    let done = compare(&machine, &serve(&machine, hostile));
    assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);
    assert!(done.stdout.contains("##[set-output"), "it is told: {}", done.stdout);

    let levels = ["::error ", "::warning ", "::notice "];
    for command in commands(&done) {
        assert!(levels.iter().any(|level| command.starts_with(level)), "{command}");
    }

    assert_eq!(machine.read("output"), "state=drift\n");
    // What is no document is shown by its beginning.
    let done = compare(&machine, &Server::always(answer("200 OK", "text/html", HOSTILE)));
    assert_eq!(done.status, 70);

    let log = format!("{}{}", done.stdout, done.stderr);
    assert!(log.contains("##[set-output"), "it is told: {log}");

    let expected = "::error title=drift::nothing was compared: `drift` ended with 70";
    assert_eq!(commands(&done), [expected]);
}

fn taken_in() {
    // It stops at the operation that the policy does not know, after it has shown the report.
    let machine = Machine::new();
    let server = serve(&machine, hostile);
    let done = machine.script(&["pull-request", "--url", &server.origin]);

    assert_eq!(done.status, 1, "{}{}", done.stdout, done.stderr);
    assert!(done.stdout.matches("##[set-output").count() > 1, "it is told: {}", done.stdout);
    assert_eq!(commands(&done), ["::error title=drift::cargo xtask ended with 2"]);
}
