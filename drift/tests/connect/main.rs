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
use serde_json::Value;
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

/// The lines of code that are no comments.
fn code_lines(files: &Files) -> Vec<String> {
    let lines = files.values().flat_map(|code| code.lines());
    lines.filter(|line| !line.trim_start().starts_with("//")).map(str::to_owned).collect()
}

/// A document with several changes, and the code that is generated from it.
struct CombinedChanges {
    document: Value,
    files: Files,
    count: usize,
}

impl CombinedChanges {
    /// Changes per crate. A crate takes seconds to compile, most of them for what no change affects;
    /// and an error in a crate of few changes is easy to find.
    const MAX_COUNT: usize = 8;

    /// Adds a change, if it applies to the document and the generator accepts the result.
    fn try_add(&mut self, change: &Change, workspace: &Workspace) -> bool {
        let mut document = self.document.clone();
        if self.count == Self::MAX_COUNT || !change.apply(&mut document) {
            return false;
        }

        let Ok(files) = workspace.regen(&document) else { return false };
        *self = Self { document, files, count: self.count + 1 };
        true
    }
}

#[test]
fn regen_gives_a_crate_that_compiles_or_an_error_with_the_place() {
    let workspace = Workspace::committed();
    let (mut crates, mut errors) = (Vec::<CombinedChanges>::new(), Vec::new());
    let mut codes = Vec::new();

    for change in changes() {
        let document = change.revision(&workspace.upstream);
        match (workspace.regen(&document), &change.regen) {
            (Ok(files), Regen::Compiles) => {
                // Comments have no influence on whether the code compiles.
                let code = code_lines(&files);
                if codes.contains(&code) {
                    continue;
                }

                codes.push(code);
                let can_combine = change.speaks_both();
                if !can_combine
                    || !crates.iter_mut().any(|combined| combined.try_add(&change, &workspace))
                {
                    crates.push(CombinedChanges { document, files, count: 1 });
                }
            }
            (Err(problem), Regen::Stops(place)) if problem.to_string().contains(place) => {}
            (Err(problem), _) => errors.push(format!("{}: {problem}", change.name)),
            (Ok(_), Regen::Stops(place)) => {
                errors.push(format!("{}: an error at {place} was expected", change.name));
            }
        }
    }

    assert!(errors.is_empty(), "\n{}\n", errors.join("\n"));
    assert!(codes.len() > 30, "{} different crates", codes.len());

    let mut scratch = ScratchWorkspace::new(env!("CARGO_TARGET_TMPDIR"), "drift");
    for (index, combined) in crates.iter().enumerate() {
        scratch.add_crate(&format!("changes{index}"), &combined.files);
    }
    println!("{} different revisions in {} crates", codes.len(), crates.len());
    scratch.run_cargo(&["check"]);
}
