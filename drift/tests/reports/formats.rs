//! Each format as a person sees it.

use connect_drift::finding::{Finding, Source, Wire};
use connect_drift::format::Format;
use connect_drift::review::Review;

use crate::sample::{entry, finding, report, review, with};

/// The sample with one finding accepted, one acceptance expired and one that fits nothing.
fn reviewed() -> Review {
    let report = report();
    let gone = finding(Wire::None, Source::None, "Gone.");
    let gone = Finding { old: None, ..gone };

    let accepted = [
        entry(&report.findings[3], "Only words.", "2027-01-01"),
        entry(&report.findings[1], "Nobody reads it.", "2026-11-25"),
        entry(&gone, "It was harmless.", "2027-01-01"),
    ];

    review(report, &accepted.concat())
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn text() {
    let text = Format::Text.render(&reviewed(), 80);
    insta::assert_snapshot!(plain(&text));
}

#[test]
fn text_is_wrapped_to_its_width_and_coloured() {
    for width in [30, 47, 80, 200] {
        let text = Format::Text.render(&reviewed(), width);
        assert!(text.contains("\u{1b}[31m") || text.contains("\u{1b}[1m\u{1b}[31m"), "{text:?}");
        for line in plain(&text).lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn markdown() {
    insta::assert_snapshot!(Format::Markdown.render(&reviewed(), 0));
}

#[test]
fn github() {
    insta::assert_snapshot!(Format::Github.render(&reviewed(), 0));
}

#[test]
fn json() {
    insta::assert_snapshot!(Format::Json.render(&reviewed(), 0));
}

#[test]
fn no_drift_is_said_in_every_format() {
    let review = review(with(Vec::new()), "");
    for format in Format::ALL {
        let text = plain(&format.render(&review, 80));
        let said = if format == Format::Json { "\"findings\": []" } else { "No drift." };
        assert!(text.contains(said), "{format}: {text}");
        assert!(!text.to_lowercase().contains("look at first"), "{format}: {text}");
    }
}

#[test]
fn markdown_is_cut_at_the_limit_with_a_count_of_what_is_left_out() {
    let many = |number: usize| {
        let findings = (0..number).map(|number| {
            finding(Wire::Breaking, Source::Major, &format!("The value `{number}` is gone: é."))
        });
        Format::Markdown.render(&review(with(findings.collect()), ""), 0)
    };
    let whole = many(20);
    assert!(!whole.contains("left out"), "{whole}");

    let cut = many(5_000);
    assert!(cut.chars().count() <= 65_536, "{}", cut.chars().count());
    assert!(cut.chars().count() > 60_000, "{}", cut.chars().count());

    let shown = cut.matches("\n* **unclassified**").count();
    assert!(cut.contains(&format!("**{} more findings are left out**", 5_000 - shown)), "{shown}");
}
