//! The output of all formats.

use connect_drift::finding::Finding;
use connect_drift::format::Format;
use connect_drift::review::Review;
use connect_drift::verdict::{SourceVerdict, WireVerdict};

use crate::sample::{entry, finding, report, review, with};

/// Returns a review with an accepted finding, an expired acceptance and an unmatched acceptance.
fn sample_review() -> Review {
    let report = report();
    let unmatched =
        Finding { old: None, ..finding(WireVerdict::None, SourceVerdict::None, "Removed.") };

    let accepted = [
        entry(&report.findings[3], "Only documentation.", "2027-01-01"),
        entry(&report.findings[1], "Nobody reads it.", "2026-11-25"),
        entry(&unmatched, "It was harmless.", "2027-01-01"),
    ];

    review(report, &accepted.concat())
}

fn without_colours(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn text_snapshot() {
    let text = Format::Text.render(&sample_review(), 80);
    insta::assert_snapshot!(without_colours(&text));
}

#[test]
fn text_is_wrapped_to_its_width_and_coloured() {
    for width in [30, 47, 80, 200] {
        let text = Format::Text.render(&sample_review(), width);
        assert!(text.contains("\u{1b}[31m") || text.contains("\u{1b}[1m\u{1b}[31m"), "{text:?}");
        for line in without_colours(&text).lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn markdown_snapshot() {
    insta::assert_snapshot!(Format::Markdown.render(&sample_review(), 0));
}

#[test]
fn github_snapshot() {
    insta::assert_snapshot!(Format::Github.render(&sample_review(), 0));
}

#[test]
fn json_snapshot() {
    insta::assert_snapshot!(Format::Json.render(&sample_review(), 0));
}

#[test]
fn every_format_reports_no_drift() {
    let review = review(with(Vec::new()), "");
    for format in Format::ALL {
        let text = without_colours(&format.render(&review, 80));
        let expected = if format == Format::Json { "\"findings\": []" } else { "No drift." };
        assert!(text.contains(expected), "{format}: {text}");
        assert!(!text.to_lowercase().contains("look at first"), "{format}: {text}");
    }
}

#[test]
fn markdown_omits_findings_beyond_the_length_limit_and_counts_them() {
    let render = |count: usize| {
        let findings = (0..count).map(|number| {
            finding(
                WireVerdict::Breaking,
                SourceVerdict::Major,
                &format!("The value `{number}` was removed: é."),
            )
        });
        Format::Markdown.render(&review(with(findings.collect()), ""), 0)
    };
    let complete = render(20);
    assert!(!complete.contains("omitted"), "{complete}");

    let truncated = render(5_000);
    assert!(truncated.chars().count() <= 65_536, "{}", truncated.chars().count());
    assert!(truncated.chars().count() > 60_000, "{}", truncated.chars().count());

    let shown = truncated.matches("\n* **unclassified**").count();
    let expected = format!("**{} more findings are omitted**", 5_000 - shown);
    assert!(truncated.contains(&expected), "{shown}");
}
