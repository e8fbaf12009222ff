//! What the findings of a report come to: the bump, what to look at first, the exit status.

use connect_drift::finding::{Source, Wire};
use connect_drift::review::{FailOn, Outcome, State};
use connect_drift::summary::next_version;
use semver::Version;

use crate::sample::{entry, finding, report, review, with};

#[test]
fn the_bump_is_that_of_the_worst_finding_accepted_or_not() {
    let all = [Source::None, Source::Patch, Source::Minor, Source::Major];
    for source in all {
        let findings = all.into_iter().filter(|it| *it <= source);
        let findings: Vec<_> = findings.map(|it| finding(Wire::None, it, "A change.")).collect();
        let accepted = entry(&findings[0], "Known.", "2027-01-01");
        assert_eq!(review(with(findings), &accepted).summary.bump, source);
    }

    assert_eq!(review(with(Vec::new()), "").summary.bump, Source::None);
}

#[test]
fn versions_are_bumped_as_cargo_understands_them() {
    let cases = [
        ("0.1.0", Source::Major, "0.2.0"),
        ("0.1.3", Source::Minor, "0.1.4"),
        ("0.1.3", Source::Patch, "0.1.4"),
        ("0.0.3", Source::Major, "0.1.0"),
        ("1.2.3", Source::Major, "2.0.0"),
        ("1.2.3", Source::Minor, "1.3.0"),
        ("1.2.3", Source::Patch, "1.2.4"),
        ("1.2.3", Source::None, "1.2.3"),
        ("1.2.3-rc.1", Source::Patch, "1.2.3"),
        ("1.2.3-rc.1+build", Source::Major, "2.0.0"),
    ];

    for (version, bump, expected) in cases {
        let version = Version::parse(version).expect("a version");
        assert_eq!(next_version(&version, bump).to_string(), expected, "{version} {bump}");
    }
}

#[test]
fn the_worst_three_that_are_not_accepted_come_first() {
    let report = report();
    assert_eq!(review(report.clone(), "").summary.first, [0, 1, 2]);

    let accepted = entry(&report.findings[0], "Known.", "2027-01-01");
    let mut report = report;

    // The order of a report does not decide.
    report.findings.reverse();
    let summary = review(report, &accepted).summary;
    assert_eq!(summary.first, [2, 1], "a changed description is nothing to look at first");
    assert_eq!((summary.accepted, summary.unclassified, summary.unreached), (1, 2, 2));
}

#[test]
fn what_decides_the_release_comes_before_what_only_comes() {
    let coming = || finding(Wire::Compatible, Source::Minor, "A field comes.");
    let findings = [
        coming(),
        coming(),
        coming(),
        finding(Wire::None, Source::Major, "A model is renamed."),
        finding(Wire::Risky, Source::Patch, "A limit is tightened."),
        finding(Wire::Breaking, Source::Patch, "A path moves."),
    ];

    assert_eq!(review(with(findings.into()), "").summary.first, [5, 4, 3]);
}

#[test]
fn each_fail_on_names_what_it_says() {
    use Outcome::{Clean, Compatible, SourceBreaking, WireBreaking};

    // For each pair of verdicts, the outcomes of any, wire and source.
    let table = [
        (Wire::Breaking, Source::Patch, [WireBreaking, WireBreaking, Clean]),
        (Wire::Breaking, Source::Major, [WireBreaking, WireBreaking, SourceBreaking]),
        (Wire::Risky, Source::Patch, [WireBreaking, WireBreaking, Clean]),
        (Wire::Compatible, Source::Major, [SourceBreaking, Clean, SourceBreaking]),
        (Wire::None, Source::Major, [SourceBreaking, Clean, SourceBreaking]),
        (Wire::Compatible, Source::Minor, [Compatible, Clean, Clean]),
        (Wire::None, Source::Patch, [Compatible, Clean, Clean]),
        (Wire::None, Source::None, [Compatible, Clean, Clean]),
    ];

    for (wire, source, expected) in table {
        let finding = finding(wire, source, "A change.");
        let open = review(with(vec![finding.clone()]), "");
        let known = entry(&finding, "Known.", "2027-01-01");
        let known = review(with(vec![finding]), &known);

        for (fail_on, expected) in
            [FailOn::Any, FailOn::Wire, FailOn::Source].into_iter().zip(expected)
        {
            assert_eq!(fail_on.outcome(&open), expected, "{wire} {source} {fail_on:?}");
            assert_eq!(fail_on.outcome(&known), Clean, "{wire} {source} {fail_on:?}, accepted");
        }

        assert_eq!(FailOn::Never.outcome(&open), Clean);
    }

    assert_eq!(FailOn::Any.outcome(&review(with(Vec::new()), "")), Clean);
    assert_eq!(
        [Clean, Compatible, SourceBreaking, WireBreaking].map(Outcome::status),
        [0, 3, 4, 5]
    );
}

#[test]
fn the_worst_finding_decides() {
    let findings = vec![
        finding(Wire::None, Source::Patch, "A."),
        finding(Wire::None, Source::Major, "B."),
        finding(Wire::Risky, Source::None, "C."),
    ];

    assert_eq!(FailOn::Any.outcome(&review(with(findings.clone()), "")), Outcome::WireBreaking);
    let without = with(findings[..2].to_vec());
    assert_eq!(FailOn::Any.outcome(&review(without, "")), Outcome::SourceBreaking);
}

#[test]
fn an_acceptance_holds_until_it_expires() {
    let report = report();
    let open = |expires: &str| {
        let review = review(report.clone(), &entry(&report.findings[0], "Known.", expires));
        (review.findings[0].accepted.is_some(), review.acceptances[0].1)
    };

    assert_eq!(open("2026-11-26"), (true, State::Holds));
    assert_eq!(open("2026-11-25"), (false, State::Expired), "the day itself is over");
    assert_eq!(open("2026-11-02"), (false, State::Expired));
}

#[test]
fn an_acceptance_that_fits_nothing_is_reported_expired_or_not() {
    let report = report();
    let text = entry(&report.findings[0], "Known.", "2027-01-01");
    let empty = review(with(Vec::new()), &text);

    assert_eq!(empty.acceptances[0].1, State::Unmatched);
    assert_eq!(empty.lapsed().count(), 1);

    let expired = entry(&report.findings[0], "Known.", "2026-11-02");
    assert_eq!(review(with(Vec::new()), &expired).acceptances[0].1, State::Unmatched);
    assert_eq!(review(report, &text).lapsed().count(), 0);
}
