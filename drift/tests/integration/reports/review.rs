//! The review: version bump, findings to look at first, exit status, and acceptances.

use connect_drift::review::{AcceptanceState, FailOn, Outcome};
use connect_drift::verdict::{SourceVerdict, WireVerdict};
use connect_drift::version::next_version;
use semver::Version;

use crate::sample::{entry, finding, report, review, with};

#[test]
fn bump_is_that_of_the_most_severe_finding_even_if_accepted() {
    let all =
        [SourceVerdict::None, SourceVerdict::Patch, SourceVerdict::Minor, SourceVerdict::Major];
    for source in all {
        let findings = all.into_iter().filter(|other| *other <= source);
        let findings: Vec<_> =
            findings.map(|source| finding(WireVerdict::None, source, "A change.")).collect();
        let accepted = entry(&findings[0], "Known.", "2027-01-01");
        assert_eq!(review(with(findings), &accepted).summary.bump, source);
    }

    assert_eq!(review(with(Vec::new()), "").summary.bump, SourceVerdict::None);
}

#[test]
fn next_version_follows_the_rules_of_cargo() {
    let cases = [
        ("0.1.0", SourceVerdict::Major, "0.2.0"),
        ("0.1.3", SourceVerdict::Minor, "0.1.4"),
        ("0.1.3", SourceVerdict::Patch, "0.1.4"),
        ("0.0.3", SourceVerdict::Major, "0.1.0"),
        ("1.2.3", SourceVerdict::Major, "2.0.0"),
        ("1.2.3", SourceVerdict::Minor, "1.3.0"),
        ("1.2.3", SourceVerdict::Patch, "1.2.4"),
        ("1.2.3", SourceVerdict::None, "1.2.3"),
        ("1.2.3-rc.1", SourceVerdict::Patch, "1.2.3"),
        ("1.2.3-rc.1+build", SourceVerdict::Major, "2.0.0"),
    ];

    for (version, bump, expected) in cases {
        let version = Version::parse(version).expect("a version");
        assert_eq!(next_version(&version, bump).to_string(), expected, "{version} {bump}");
    }
}

#[test]
fn three_most_severe_findings_that_are_not_accepted_come_first() {
    let report = report();
    assert_eq!(review(report.clone(), "").summary.first, [0, 1, 2]);

    let accepted = entry(&report.findings[0], "Known.", "2027-01-01");
    let mut report = report;

    // The order of the findings does not matter.
    report.findings.reverse();
    let summary = review(report, &accepted).summary;
    assert_eq!(summary.first, [2, 1], "a changed description is not severe enough");
    assert_eq!((summary.accepted, summary.unclassified, summary.unreached), (1, 2, 2));
}

#[test]
fn breaking_findings_come_before_compatible_additions() {
    let addition = || finding(WireVerdict::Compatible, SourceVerdict::Minor, "A field is added.");
    let findings = [
        addition(),
        addition(),
        addition(),
        finding(WireVerdict::None, SourceVerdict::Major, "A model is renamed."),
        finding(WireVerdict::Risky, SourceVerdict::Patch, "A limit is tightened."),
        finding(WireVerdict::Breaking, SourceVerdict::Patch, "A path moves."),
    ];

    assert_eq!(review(with(findings.into()), "").summary.first, [5, 4, 3]);
}

#[test]
fn fail_on_selects_findings() {
    use Outcome::{Clean, Compatible, SourceBreaking, WireBreaking};

    // For each pair of verdicts, the outcomes of any, wire and source.
    let table = [
        (WireVerdict::Breaking, SourceVerdict::Patch, [WireBreaking, WireBreaking, Clean]),
        (WireVerdict::Breaking, SourceVerdict::Major, [WireBreaking, WireBreaking, SourceBreaking]),
        (WireVerdict::Risky, SourceVerdict::Patch, [WireBreaking, WireBreaking, Clean]),
        (WireVerdict::Compatible, SourceVerdict::Major, [SourceBreaking, Clean, SourceBreaking]),
        (WireVerdict::None, SourceVerdict::Major, [SourceBreaking, Clean, SourceBreaking]),
        (WireVerdict::Compatible, SourceVerdict::Minor, [Compatible, Clean, Clean]),
        (WireVerdict::None, SourceVerdict::Patch, [Compatible, Clean, Clean]),
        (WireVerdict::None, SourceVerdict::None, [Compatible, Clean, Clean]),
    ];

    for (wire, source, expected) in table {
        let finding = finding(wire, source, "A change.");
        let unaccepted = review(with(vec![finding.clone()]), "");
        let acceptance = entry(&finding, "Known.", "2027-01-01");
        let accepted = review(with(vec![finding]), &acceptance);

        for (fail_on, expected) in
            [FailOn::Any, FailOn::Wire, FailOn::Source].into_iter().zip(expected)
        {
            assert_eq!(fail_on.outcome(&unaccepted), expected, "{wire} {source} {fail_on:?}");
            assert_eq!(fail_on.outcome(&accepted), Clean, "{wire} {source} {fail_on:?}, accepted");
        }

        assert_eq!(FailOn::Never.outcome(&unaccepted), Clean);
    }

    assert_eq!(FailOn::Any.outcome(&review(with(Vec::new()), "")), Clean);
    assert_eq!(
        [Clean, Compatible, SourceBreaking, WireBreaking].map(Outcome::exit_status),
        [0, 3, 4, 5]
    );
}

#[test]
fn most_severe_finding_decides_the_outcome() {
    let findings = vec![
        finding(WireVerdict::None, SourceVerdict::Patch, "A."),
        finding(WireVerdict::None, SourceVerdict::Major, "B."),
        finding(WireVerdict::Risky, SourceVerdict::None, "C."),
    ];

    assert_eq!(FailOn::Any.outcome(&review(with(findings.clone()), "")), Outcome::WireBreaking);
    let without_risky = with(findings[..2].to_vec());
    assert_eq!(FailOn::Any.outcome(&review(without_risky, "")), Outcome::SourceBreaking);
}

#[test]
fn acceptance_applies_until_it_expires() {
    let report = report();
    let review_with_expiry = |expires: &str| {
        let review = review(report.clone(), &entry(&report.findings[0], "Known.", expires));
        (review.findings[0].accepted.is_some(), review.acceptances[0].1)
    };

    assert_eq!(review_with_expiry("2026-11-26"), (true, AcceptanceState::Active));
    assert_eq!(
        review_with_expiry("2026-11-25"),
        (false, AcceptanceState::Expired),
        "the expiry date is excluded"
    );
    assert_eq!(review_with_expiry("2026-11-02"), (false, AcceptanceState::Expired));
}

#[test]
fn unmatched_acceptance_is_reported_even_if_expired() {
    let report = report();
    let text = entry(&report.findings[0], "Known.", "2027-01-01");
    let empty = review(with(Vec::new()), &text);

    assert_eq!(empty.acceptances[0].1, AcceptanceState::Unmatched);
    assert_eq!(empty.stale_acceptances().count(), 1);

    let expired = entry(&report.findings[0], "Known.", "2026-11-02");
    assert_eq!(review(with(Vec::new()), &expired).acceptances[0].1, AcceptanceState::Unmatched);
    assert_eq!(review(report, &text).stale_acceptances().count(), 0);
}
