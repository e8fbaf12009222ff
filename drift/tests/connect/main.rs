//! The Connect API's own document, and what its owners could do to it: each change with what the
//! comparison must say of it, and what `regen` makes of it.

mod broken;
mod change;
mod recognised;
mod workspace;

use std::collections::{BTreeMap, BTreeSet};

use change::{Change, Language, Regen, changes};
use connect_codegen::io::files::Files;
use connect_drift::change_kind::ChangeKind;
use connect_drift::report::Report;
use connect_tests::scratch::ScratchWorkspace;
use workspace::Workspace;

/// What the report says, in the words of `changes.yaml`.
fn said(report: &Report) -> String {
    let mut classes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for finding in &report.findings {
        let items = finding.rust_items.iter().map(String::as_str);
        classes.entry(finding.class.id()).or_default().extend(items);
    }

    let wire = report.findings.iter().map(|finding| finding.wire).max();
    let source = report.findings.iter().map(|finding| finding.source).max();

    Change::said(wire, source, classes)
}

#[test]
fn each_change_means_what_it_should() {
    let workspace = Workspace::committed();
    let mut wrong = Vec::new();
    for change in changes() {
        let report = workspace.drift(&workspace.upstream, &change.revision(&workspace.upstream));
        let report = report.unwrap_or_else(|problem| panic!("{}: {problem}", change.name));
        let (wanted, found) = (change.wanted(), said(&report));

        if wanted != found {
            wrong.push(format!("{}\n  wanted {wanted}\n  found  {found}", change.name));
        }

        let notes: Vec<&str> = report.notes.iter().map(|note| note.message.as_str()).collect();
        let told = change.notes.iter().all(|part| notes.iter().any(|note| note.contains(part)));

        if !told || notes.len() != change.notes.len() {
            wrong.push(format!("{}\n  notes {notes:#?}", change.name));
        }
    }

    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn the_other_language_says_the_same() {
    let workspace = Workspace::committed();
    let base = change::written(&workspace.upstream, Language::Openapi3);

    // A few for all: what differs between the languages is normalised before anything is compared.
    for change in changes().iter().filter(|change| change.speaks_both()).step_by(6) {
        let revision = change::written(&change.revision(&workspace.upstream), Language::Openapi3);
        let report = workspace.drift(&base, &revision).expect("a report");
        assert_eq!(change.wanted(), said(&report), "{}", change.name);
    }
}

#[test]
fn many_changes_at_once_explain_what_becomes_of_the_crate() {
    let workspace = Workspace::committed();
    let changes = changes();
    let mut document = workspace.upstream.clone();
    let mut expected = BTreeSet::new();
    let mut applied = 0;
    let explained = |change: &&Change| {
        change.compiles() && change.speaks_both() && !change.only_the_crate_shows()
    };

    for change in changes.iter().filter(explained) {
        if change.apply(&mut document) {
            expected.extend(change.items());
            applied += 1;
        }
    }

    assert!(applied > 40, "{applied} changes");
    let report = workspace.drift(&workspace.upstream, &document).expect("a report");
    let unexplained: Vec<_> =
        report.findings.iter().filter(|of| of.class == ChangeKind::RustSurfaceChanged).collect();
    assert!(unexplained.is_empty(), "{unexplained:#?}");

    let found = report.findings.iter().flat_map(|of| of.rust_items.iter().map(String::as_str));
    let found: BTreeSet<&str> = found.collect();
    let lost: Vec<_> = expected.difference(&found).collect();

    // A print's body is required now: what it holds is no setter any more.
    assert_eq!(lost, [&"requests::Print::priority"]);
}

/// The lines of code without those of documentation.
fn without_words(files: &Files) -> Vec<String> {
    let lines = files.values().flat_map(|code| code.lines());
    lines.filter(|line| !line.trim_start().starts_with("//")).map(str::to_owned).collect()
}

#[test]
fn regen_makes_a_crate_that_compiles_or_names_the_place() {
    let workspace = Workspace::committed();
    let mut scratch = ScratchWorkspace::new(env!("CARGO_TARGET_TMPDIR"), "drift");
    let (mut made, mut wrong) = (Vec::new(), Vec::new());

    for (index, change) in changes().iter().enumerate() {
        let files = workspace.regen(&change.revision(&workspace.upstream));
        match (files, &change.regen) {
            (Ok(files), Regen::Compiles) => {
                // Words do not decide whether it compiles.
                let code = without_words(&files);
                if !made.contains(&code) {
                    scratch.add_crate(&format!("change{index}"), &files);
                    made.push(code);
                }
            }
            (Err(problem), Regen::Stops(place)) if problem.to_string().contains(place) => {}
            (Err(problem), _) => wrong.push(format!("{}: {problem}", change.name)),
            (Ok(_), Regen::Stops(place)) => {
                wrong.push(format!("{}: should stop at {place}", change.name));
            }
        }
    }

    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    assert!(made.len() > 30, "{} different crates", made.len());

    scratch.run_cargo(&["check"]);
}
