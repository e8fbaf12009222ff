//! The entry in the changelog: what is in it, and that it leaves alone what people wrote.

use connect_drift::change_kind::ChangeKind;
use connect_drift::changelog::Entry;
use connect_drift::finding::{Finding, Source, Wire};
use serde_json::json;

use crate::sample::{finding, report, with};

const OLD: &str = "# Changelog\n\nAll notable changes.\n\n## Unreleased\n\nA word before.\n\n### Added\n\n\
                   * Written by hand: all of it,\n  in two lines.\n\n### Fixed\n\n* A fault.\n\n\
                   ## 0.1.0\n\n### Added\n\n* `Client::get_usage`, `requests::GetUsage`: The \
                   operation `GET /usage` is new.\n";

#[test]
fn findings_are_grouped_below_what_is_there() {
    let text = Entry::of(&report()).write_into(OLD).expect("an entry");
    insta::assert_snapshot!(text);
}

#[test]
fn writing_it_again_changes_nothing() {
    let entry = Entry::of(&report());
    for old in [OLD, "## Unreleased\n", "## Unreleased", "x\n## Unreleased\n\n## 0.1.0\n"] {
        let once = entry.write_into(old).expect("an entry");
        assert_ne!(once, old);
        assert_eq!(entry.write_into(&once).expect("an entry"), once, "after {old:?}");
        assert!(once.ends_with('\n') && !once.contains("\n\n\n"), "{once:?}");
    }

    assert_eq!(Entry::default().write_into(OLD).as_deref(), Ok(OLD));
}

#[test]
fn everything_that_was_there_still_is_in_its_order() {
    let text = Entry::of(&report()).write_into(OLD).expect("an entry");
    let mut rest = text.as_str();

    for line in OLD.lines() {
        let at = rest.find(line).unwrap_or_else(|| panic!("{line:?} is gone from\n{text}"));
        rest = &rest[at + line.len()..];
    }
}

#[test]
fn what_users_do_not_see_has_no_line() {
    let quiet = [
        finding(Wire::None, Source::Patch, "The description changed."),
        finding(Wire::None, Source::None, "A tag changed."),
    ];

    assert_eq!(Entry::of(&with(quiet.to_vec())), Entry::default());
    // A route that moved leaves the crate's surface alone, and breaks all that is deployed.
    let moved = with(vec![finding(Wire::Breaking, Source::Patch, "The operation moved.")]);
    let text = Entry::of(&moved).write_into("## Unreleased\n").expect("an entry");
    let line =
        "* `models::ClusterStatus`: The operation moved. Programs that are deployed already break.";
    assert_eq!(text, format!("## Unreleased\n\n### Changed\n\n{line}\n"));
}

#[test]
fn what_came_is_added_what_went_is_removed_and_all_else_has_changed() {
    let one = Some(json!(1));
    let cases = [
        (ChangeKind::EnumValueAdded, None, one.clone(), "Added"),
        (ChangeKind::EnumValueRemoved, one.clone(), None, "Removed"),
        // Something came to a thing that was there before.
        (ChangeKind::SecurityAdded, one.clone(), one.clone(), "Changed"),
        (ChangeKind::BecameNullable, None, one.clone(), "Changed"),
        (ChangeKind::FormatChanged, one, None, "Changed"),
    ];

    for (class, old, new, group) in cases {
        let finding = Finding { class, old, new, ..finding(Wire::Risky, Source::Minor, "So.") };
        let text = Entry::of(&with(vec![finding])).write_into("## Unreleased\n");
        let line = "* `models::ClusterStatus`: So. Programs that are deployed already may break.";
        let expected = format!("## Unreleased\n\n### {group}\n\n{line}\n");
        assert_eq!(text, Ok(expected), "{class}");
    }
}

#[test]
fn long_lines_are_wrapped_and_still_known() {
    let message = "The pre-heated value of `Cluster.status` became another-one ".repeat(6);
    let entry = Entry::of(&with(vec![finding(Wire::None, Source::Major, &message)]));
    let text = entry.write_into("## Unreleased\n").expect("an entry");
    assert!(text.lines().all(|line| line.len() <= 100), "{text}");
    assert_eq!(entry.write_into(&text).expect("an entry"), text);
}

#[test]
fn a_document_cannot_write_headings_or_links() {
    let evil = "x\n\n## 9.9.9\n\n* [a](https://evil.example) <b>\r\n`### Added`";
    let mut nasty = finding(Wire::None, Source::Major, evil);
    nasty.rust_items = vec![evil.to_owned()];

    let text = Entry::of(&with(vec![nasty])).write_into("## Unreleased\n\n## 0.1.0\n");
    let text = text.expect("an entry");
    let headings: Vec<_> = text.lines().filter(|line| line.starts_with('#')).collect();

    assert_eq!(headings, ["## Unreleased", "### Changed", "## 0.1.0"]);
    assert!(!text.contains("[a](") || text.contains("``"), "{text}");
}

#[test]
fn line_endings_are_kept() {
    let old = OLD.replace('\n', "\r\n");
    let text = Entry::of(&report()).write_into(&old).expect("an entry");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());

    let plain = Entry::of(&report()).write_into(OLD).expect("an entry");
    assert_eq!(text.replace("\r\n", "\n"), plain);
}

#[test]
fn a_changelog_without_its_heading_is_refused() {
    let problem = Entry::of(&report()).write_into("# Changelog\n").expect_err("no heading");
    assert!(problem.message.contains("## Unreleased") && problem.help.is_some(), "{problem}");
}
