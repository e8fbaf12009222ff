//! Annotations: their escapes, their level and their place.

use connect_drift::finding::{Finding, Source, Wire};
use connect_drift::format::Format;
use connect_drift::report::Report;

use crate::sample::{entry, finding, report, review, side, with};

fn rendered(report: Report) -> Vec<String> {
    Format::Github.render(&review(report, ""), 0).lines().map(str::to_owned).collect()
}

#[test]
fn an_annotation_has_the_line_of_the_pointer() {
    let lines = rendered(report());
    let file = "file=spec/connect-v1.openapi.json";
    assert!(lines[0].starts_with(&format!("::error {file},line=8,title=operation-removed ")));
    assert!(lines[1].starts_with(&format!("::warning {file},line=17,title=")), "{}", lines[1]);

    // What is new has a line only in the revision, which is no file; what is above it does.
    assert!(lines[2].starts_with(&format!("::notice {file},line=3,title=operation-added ")));
}

#[test]
fn a_new_thing_is_shown_in_the_revision_if_that_is_a_file() {
    let pointer = Some("/paths/~1jobs~1{job_id}/post/operationId".to_owned());
    let added = Finding {
        pointer: None,
        revision_pointer: pointer,
        ..finding(Wire::Compatible, Source::Minor, "New.")
    };

    let report = Report { revision: side("new.json"), ..with(vec![added]) };
    assert!(rendered(report)[0].starts_with("::notice file=new.json,line=9,title="));
}

#[test]
fn what_is_a_url_has_no_line() {
    let url = "https://example.com/spec";
    let report = Report {
        base: side(url),
        revision: side(url),
        ..with(vec![finding(Wire::Breaking, Source::Major, "Gone.")])
    };

    assert!(rendered(report)[0].starts_with("::error title=unclassified "));
}

#[test]
fn a_normalised_document_that_is_no_file_has_no_line() {
    let gone = finding(Wire::Breaking, Source::Major, "Gone.");
    let mut report = with(vec![gone]);
    report.base.text_file = None;
    let start = "::error file=spec/connect-v1.openapi.json,title=unclassified ";
    assert!(rendered(report)[0].starts_with(start));
}

#[test]
fn nothing_ends_a_command_or_begins_one() {
    let evil = "a\r\n::error file=x,line=1::b % c\n::set-output name=d::e";
    let mut nasty = finding(Wire::Breaking, Source::Major, evil);
    nasty.rust_items = vec![evil.to_owned()];

    let mut report = with(vec![nasty]);
    report.base.text_file = Some("a,b:c%d\ne".to_owned());
    let lines = rendered(report);

    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("::error file=a%2Cb%3Ac%25d%0Ae,line=17,title="), "{}", lines[0]);
    assert!(lines[0].contains("b %25 c"), "{}", lines[0]);
    assert!(!lines[0].contains('\r'));
}

#[test]
fn what_is_accepted_is_a_notice_and_comes_last() {
    let report = report();
    let accepted = entry(&report.findings[0], "Known.", "2027-01-01");
    let text = Format::Github.render(&review(report, &accepted), 0);
    let lines: Vec<_> = text.lines().collect();

    assert!(lines[0].starts_with("::warning "), "{text}");
    assert!(lines[3].starts_with("::notice ") && lines[3].contains("operation-removed"), "{text}");
}
