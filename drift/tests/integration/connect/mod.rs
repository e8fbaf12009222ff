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
use workspace::Workspace;

#[test]
fn every_change_leads_to_the_expected_report() {
    let workspace = Workspace::committed();
    let mut failures = Vec::new();

    for change in changes() {
        let report = workspace.drift(&workspace.upstream, &change.revision(&workspace.upstream));
        let report = report.unwrap_or_else(|diagnostic| panic!("{}: {diagnostic}", change.name));

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
    // flavours before the comparison.
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
        .filter(|finding| finding.kind == ChangeKind::PublicApiChanged)
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

#[test]
fn regen_compiles_or_names_the_location_for_every_change() {
    let workspace = Workspace::committed();
    let base = workspace.regen(&workspace.upstream).expect("the committed document is valid");
    let mut variants: Vec<Files> = Vec::new();
    let mut failures = Vec::new();

    for change in changes() {
        let files = workspace.regen(&change.revision(&workspace.upstream));
        match (files, &change.regen) {
            (Ok(files), RegenResult::Compiles) => {
                // Variants that differ in comments only are compiled once.
                let code = without_comments(&files);
                if !variants.iter().any(|variant| without_comments(variant) == code) {
                    variants.push(files);
                }
            }
            (Err(diagnostic), RegenResult::Fails(text))
                if diagnostic.to_string().contains(text) => {}
            (Err(diagnostic), _) => failures.push(format!("{}: {diagnostic}", change.name)),
            (Ok(_), RegenResult::Fails(text)) => {
                failures.push(format!("{}: expected an error with `{text}`", change.name));
            }
        }
    }
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
    assert!(variants.len() > 30, "only {} different variants", variants.len());

    let mut scratch = ScratchWorkspace::new(env!("CARGO_TARGET_TMPDIR"), "drift");
    for (index, changed) in merge_disjoint(&base, variants).into_iter().enumerate() {
        let mut files = base.clone();
        files.extend(changed);
        scratch.add_crate(&format!("variants{index}"), &files);
    }
    scratch.run_cargo(&["check"]);
}

/// Merges variants that change different files of the base, and returns the changed files of each
/// result. A crate with several changes is much cheaper to compile than several crates, and an error
/// names the file.
fn merge_disjoint(base: &Files, variants: Vec<Files>) -> Vec<Files> {
    let mut merged: Vec<Files> = Vec::new();
    for variant in variants {
        assert!(variant.keys().eq(base.keys()), "all variants consist of the same files");
        let changed: Files =
            variant.into_iter().filter(|(path, text)| base.get(path) != Some(text)).collect();

        let is_disjoint = |files: &&mut Files| !changed.keys().any(|path| files.contains_key(path));
        match merged.iter_mut().find(is_disjoint) {
            Some(files) => files.extend(changed),
            None => merged.push(changed),
        }
    }

    merged
}

/// Returns the lines of code without comment lines.
fn without_comments(files: &Files) -> Vec<&str> {
    let lines = files.values().flat_map(|code| code.lines());
    lines.filter(|line| !line.trim_start().starts_with("//")).collect()
}
