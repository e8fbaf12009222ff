//! Changes of the Connect API's document: the report of each change, and the result of `regen`.

mod change;
mod detection;
mod malformed_documents;
mod workspace;

use std::collections::BTreeSet;

use change::{Change, DocumentForm, RegenResult, ReportSummary, changes, convert};
use connect_codegen::io::files::Files;
use connect_drift::change_kind::ChangeKind;
use connect_tests::scratch::ScratchWorkspace;
use serde_json::Value;
use workspace::Workspace;

#[test]
fn every_change_leads_to_the_expected_report() {
    let workspace = Workspace::committed();
    let mut failures = Vec::new();

    for change in changes() {
        let report = workspace.drift(&workspace.upstream, &change.revision(&workspace.upstream));
        let report = report.unwrap_or_else(|problem| panic!("{}: {problem}", change.name));

        let (expected, actual) = (change.expected_summary(), ReportSummary::of(&report));
        if expected != actual {
            failures
                .push(format!("{}\n  expected {expected:?}\n  actual   {actual:?}", change.name));
        }

        let notes: Vec<&str> = report.notes.iter().map(|note| note.message.as_str()).collect();
        let has_notes =
            change.notes.iter().all(|part| notes.iter().any(|note| note.contains(part)));
        if !has_notes || notes.len() != change.notes.len() {
            failures.push(format!("{}\n  notes {notes:#?}", change.name));
        }
    }

    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}

#[test]
fn openapi3_documents_lead_to_the_same_report() {
    let workspace = Workspace::committed();
    let base = convert(&workspace.upstream, DocumentForm::Openapi3);

    // Some of the changes are enough, because normalisation removes the differences between the
    // description languages before the comparison.
    for change in changes().iter().filter(|change| change.supports_openapi3()).step_by(6) {
        let revision = convert(&change.revision(&workspace.upstream), DocumentForm::Openapi3);
        let report = workspace.drift(&base, &revision).expect("a report");
        assert_eq!(change.expected_summary(), ReportSummary::of(&report), "{}", change.name);
    }
}

#[test]
fn many_changes_at_once_explain_all_changes_of_the_crate() {
    let workspace = Workspace::committed();
    let changes = changes();
    let mut document = workspace.upstream.clone();
    let mut expected = BTreeSet::new();
    let mut applied = 0;
    let is_explained = |change: &&Change| {
        change.compiles() && change.supports_openapi3() && !change.needs_api_diff()
    };

    for change in changes.iter().filter(is_explained) {
        if change.apply(&mut document) {
            expected.extend(change.items());
            applied += 1;
        }
    }
    assert!(applied > 40, "only {applied} changes were applied");

    let report = workspace.drift(&workspace.upstream, &document).expect("a report");
    let unexplained: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.kind == ChangeKind::RustSurfaceChanged)
        .collect();
    assert!(unexplained.is_empty(), "{unexplained:#?}");

    let actual: BTreeSet<&str> = report
        .findings
        .iter()
        .flat_map(|finding| finding.rust_items.iter().map(String::as_str))
        .collect();
    let missing: Vec<_> = expected.difference(&actual).collect();
    // Another change makes the body of a print required, so its properties are no longer setters.
    assert_eq!(missing, [&"requests::Print::priority"]);
}

/// A document with several changes, and the code that is generated from it.
struct CombinedChanges {
    document: Value,
    files: Files,
    count: usize,
}

impl CombinedChanges {
    /// Changes per crate. A crate takes seconds to compile, most of them for code that no change
    /// affects; in a crate of few changes the cause of an error is still easy to find.
    const MAX_COUNT: usize = 8;

    /// Adds a change, if it applies to the document and the generator accepts the result.
    fn try_add(&mut self, change: &Change, workspace: &Workspace) -> bool {
        let mut document = self.document.clone();
        let has_room = self.count < Self::MAX_COUNT && change.supports_openapi3();
        if !has_room || !change.apply(&mut document) {
            return false;
        }

        let Ok(files) = workspace.regen(&document) else { return false };
        *self = Self { document, files, count: self.count + 1 };
        true
    }
}

#[test]
fn regen_compiles_or_names_the_location_for_every_change() {
    let workspace = Workspace::committed();
    let (mut crates, mut variants) = (Vec::<CombinedChanges>::new(), Vec::new());
    let mut failures = Vec::new();

    for change in changes() {
        let document = change.revision(&workspace.upstream);
        match (workspace.regen(&document), &change.regen) {
            (Ok(files), RegenResult::Compiles) => {
                // Code that differs in comments only is not compiled again.
                let code = without_comments(&files);
                if variants.contains(&code) {
                    continue;
                }

                variants.push(code);
                if !crates.iter_mut().any(|combined| combined.try_add(&change, &workspace)) {
                    crates.push(CombinedChanges { document, files, count: 1 });
                }
            }
            (Err(problem), RegenResult::Fails(text)) if problem.to_string().contains(text) => {}
            (Err(problem), _) => failures.push(format!("{}: {problem}", change.name)),
            (Ok(_), RegenResult::Fails(text)) => {
                failures.push(format!("{}: expected an error with `{text}`", change.name));
            }
        }
    }

    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
    assert!(variants.len() > 30, "only {} different crates", variants.len());

    let mut scratch = ScratchWorkspace::new(env!("CARGO_TARGET_TMPDIR"), "drift");
    for (index, combined) in crates.iter().enumerate() {
        scratch.add_crate(&format!("changes{index}"), &combined.files);
    }
    println!("{} variants in {} crates", variants.len(), crates.len());
    scratch.run_cargo(&["check"]);
}

/// Returns the lines of code without comment lines.
fn without_comments(files: &Files) -> Vec<String> {
    let lines = files.values().flat_map(|code| code.lines());
    lines.filter(|line| !line.trim_start().starts_with("//")).map(str::to_owned).collect()
}
