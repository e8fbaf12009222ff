//! One small pair of documents per change kind, compared in both directions.

use super::documents::{compare_documents, display, parse_pair, unmirrored};

#[test]
fn every_pair_leads_to_its_change_kind_and_to_the_mirrored_findings() {
    let mut failures: Vec<String> = Vec::new();

    insta::glob!("../../pairs", "*.yaml", |path| {
        let (base, revision) = parse_pair(&std::fs::read_to_string(path).expect("a pair"));
        let findings = compare_documents(&base, &revision).findings;
        let swapped = compare_documents(&revision, &base).findings;

        let text = format!("{}\nSwapped:\n\n{}", display(&findings), display(&swapped));
        insta::with_settings!({
            snapshot_path => "../../snapshots/pairs",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!("pair", text);
        });

        let name = path.file_stem().expect("a file name").to_string_lossy();
        if !findings.iter().any(|finding| finding.kind.id() == name) {
            failures.push(format!("{name}: no finding of this change kind"));
        }

        let unmirrored =
            unmirrored(&findings, &swapped).into_iter().chain(unmirrored(&swapped, &findings));
        for finding in unmirrored {
            failures.push(format!("{name}: no mirrored finding for {finding:#?}"));
        }

        for document in [&base, &revision] {
            if !compare_documents(document, document).findings.is_empty() {
                failures.push(format!("{name}: a document differs from itself"));
            }
        }
    });

    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
