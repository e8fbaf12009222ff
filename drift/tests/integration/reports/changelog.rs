//! The changelog entry: its content, and that existing text is preserved.

use connect_drift::change_kind::ChangeKind;
use connect_drift::changelog::Entry;
use connect_drift::finding::Finding;
use connect_drift::verdict::{SourceVerdict, WireVerdict};
use serde_json::json;

use crate::sample::{finding, report, with};

const OLD: &str = "# Changelog\n\nAll notable changes.\n\n## Unreleased\n\nAn introduction.\n\n### Added\n\n\
                   * Written by hand,\n  in two lines.\n\n### Fixed\n\n* A fault.\n\n\
                   ## 0.1.0\n\n### Added\n\n* `Client::get_usage`, `requests::GetUsage`: The \
                   operation `GET /usage` was added.\n";

#[test]
fn findings_are_grouped_below_existing_lines() {
    let text = Entry::new(&report()).write_into(OLD).expect("an entry");
    insta::assert_snapshot!(text);
}

#[test]
fn writing_an_entry_again_has_no_effect() {
    let entry = Entry::new(&report());
    for old in [OLD, "## Unreleased\n", "## Unreleased", "x\n## Unreleased\n\n## 0.1.0\n"] {
        let once = entry.write_into(old).expect("an entry");
        assert_ne!(once, old);
        assert_eq!(entry.write_into(&once).expect("an entry"), once, "after {old:?}");
        assert!(once.ends_with('\n') && !once.contains("\n\n\n"), "{once:?}");
    }

    assert_eq!(Entry::default().write_into(OLD).as_deref(), Ok(OLD));
}

#[test]
fn existing_lines_are_preserved_in_order() {
    let text = Entry::new(&report()).write_into(OLD).expect("an entry");
    let mut rest = text.as_str();

    for line in OLD.lines() {
        let offset = rest.find(line).unwrap_or_else(|| panic!("{line:?} is missing in\n{text}"));
        rest = &rest[offset + line.len()..];
    }
}

#[test]
fn findings_without_effect_on_users_are_omitted() {
    let invisible = [
        finding(WireVerdict::None, SourceVerdict::Patch, "The description changed."),
        finding(WireVerdict::None, SourceVerdict::None, "A tag changed."),
    ];

    assert_eq!(Entry::new(&with(invisible.to_vec())), Entry::default());
    // A moved operation does not change the public API, but it breaks deployed programs.
    let moved =
        with(vec![finding(WireVerdict::Breaking, SourceVerdict::Patch, "The operation moved.")]);
    let text = Entry::new(&moved).write_into("## Unreleased\n").expect("an entry");
    let line = "* `models::ClusterStatus`: The operation moved. Deployed programs break.";
    assert_eq!(text, format!("## Unreleased\n\n### Changed\n\n{line}\n"));
}

#[test]
fn findings_are_grouped_by_added_changed_and_removed() {
    let value = Some(json!(1));
    let cases = [
        (ChangeKind::EnumValueAdded, None, value.clone(), "Added"),
        (ChangeKind::EnumValueRemoved, value.clone(), None, "Removed"),
        // Something was added to an existing element.
        (ChangeKind::SecurityAdded, value.clone(), value.clone(), "Changed"),
        (ChangeKind::BecameNullable, None, value.clone(), "Changed"),
        (ChangeKind::FormatChanged, value, None, "Changed"),
    ];

    for (kind, old, new, group) in cases {
        let finding =
            Finding { kind, old, new, ..finding(WireVerdict::Risky, SourceVerdict::Minor, "So.") };
        let text = Entry::new(&with(vec![finding])).write_into("## Unreleased\n");
        let line = "* `models::ClusterStatus`: So. Deployed programs may break.";
        let expected = format!("## Unreleased\n\n### {group}\n\n{line}\n");
        assert_eq!(text, Ok(expected), "{kind}");
    }
}

#[test]
fn long_lines_are_wrapped_and_recognised_again() {
    let message = "The pre-heated value of `Cluster.status` became another-one ".repeat(6);
    let entry = Entry::new(&with(vec![finding(WireVerdict::None, SourceVerdict::Major, &message)]));
    let text = entry.write_into("## Unreleased\n").expect("an entry");
    assert!(text.lines().all(|line| line.len() <= 100), "{text}");
    assert_eq!(entry.write_into(&text).expect("an entry"), text);
}

#[test]
fn text_of_documents_is_escaped() {
    let malicious = "x\n\n## 9.9.9\n\n* [a](https://evil.example) <b>\r\n`### Added`";
    let mut finding = finding(WireVerdict::None, SourceVerdict::Major, malicious);
    finding.rust_items = vec![malicious.to_owned()];

    let text = Entry::new(&with(vec![finding])).write_into("## Unreleased\n\n## 0.1.0\n");
    let text = text.expect("an entry");
    let headings: Vec<_> = text.lines().filter(|line| line.starts_with('#')).collect();

    assert_eq!(headings, ["## Unreleased", "### Changed", "## 0.1.0"]);
    assert!(!text.contains("[a](") || text.contains("``"), "{text}");
}

#[test]
fn line_endings_are_preserved() {
    let old = OLD.replace('\n', "\r\n");
    let text = Entry::new(&report()).write_into(&old).expect("an entry");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());

    let plain = Entry::new(&report()).write_into(OLD).expect("an entry");
    assert_eq!(text.replace("\r\n", "\n"), plain);
}

#[test]
fn changelog_without_unreleased_heading_is_an_error() {
    let diagnostic = Entry::new(&report()).write_into("# Changelog\n").expect_err("no heading");
    assert!(
        diagnostic.message.contains("## Unreleased") && diagnostic.help.is_some(),
        "{diagnostic}"
    );
}
