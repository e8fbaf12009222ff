//! Annotations: escaping, level and location.

use connect_drift::finding::Finding;
use connect_drift::format::Format;
use connect_drift::report::Report;
use connect_drift::verdict::{SourceVerdict, WireVerdict};

use crate::sample::{document_info, entry, finding, report, review, with};

fn render(report: Report) -> Vec<String> {
    Format::Github.render(&review(report, ""), 0).lines().map(str::to_owned).collect()
}

#[test]
fn annotation_has_the_line_of_the_pointer() {
    let lines = render(report());
    let file = "file=spec/connect-v1.openapi.json";
    assert!(lines[0].starts_with(&format!("::error {file},line=8,title=operation-removed ")));
    assert!(lines[1].starts_with(&format!("::warning {file},line=17,title=")), "{}", lines[1]);

    // The revision is not a file, so a new element gets the line of its ancestor in the base.
    assert!(lines[2].starts_with(&format!("::notice {file},line=3,title=operation-added ")));
}

#[test]
fn annotation_of_new_element_refers_to_revision_file() {
    let pointer = Some("/paths/~1jobs~1{job_id}/post/operationId".to_owned());
    let added = Finding {
        pointer: None,
        revision_pointer: pointer,
        ..finding(WireVerdict::Compatible, SourceVerdict::Minor, "New.")
    };

    let report = Report { revision: document_info("new.json"), ..with(vec![added]) };
    assert!(render(report)[0].starts_with("::notice file=new.json,line=9,title="));
}

#[test]
fn annotation_of_url_has_no_file() {
    let url = "https://example.com/spec";
    let report = Report {
        base: document_info(url),
        revision: document_info(url),
        ..with(vec![finding(WireVerdict::Breaking, SourceVerdict::Major, "Removed.")])
    };

    assert!(render(report)[0].starts_with("::error title=unclassified "));
}

#[test]
fn annotation_of_normalised_document_has_no_line() {
    let finding = finding(WireVerdict::Breaking, SourceVerdict::Major, "Removed.");
    let mut report = with(vec![finding]);
    report.base.text_file = None;
    let start = "::error file=spec/connect-v1.openapi.json,title=unclassified ";
    assert!(render(report)[0].starts_with(start));
}

#[test]
fn text_of_documents_cannot_inject_commands() {
    let malicious = "a\r\n::error file=x,line=1::b % c\n::set-output name=d::e";
    let mut finding = finding(WireVerdict::Breaking, SourceVerdict::Major, malicious);
    finding.rust_items = vec![malicious.to_owned()];

    let mut report = with(vec![finding]);
    report.base.text_file = Some("a,b:c%d\ne".to_owned());
    let lines = render(report);

    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("::error file=a%2Cb%3Ac%25d%0Ae,line=17,title="), "{}", lines[0]);
    assert!(lines[0].contains("b %25 c"), "{}", lines[0]);
    assert!(!lines[0].contains('\r'));
}

#[test]
fn accepted_finding_is_a_notice_at_the_end() {
    let report = report();
    let accepted = entry(&report.findings[0], "Known.", "2027-01-01");
    let text = Format::Github.render(&review(report, &accepted), 0);
    let lines: Vec<_> = text.lines().collect();

    assert!(lines[0].starts_with("::warning "), "{text}");
    assert!(lines[3].starts_with("::notice ") && lines[3].contains("operation-removed"), "{text}");
}
