//! The review of a report: the findings with their acceptances, and the exit status they lead to.

use chrono::NaiveDate;
use semver::Version;

use crate::accepted::{Acceptance, Accepted, ReviewedFinding};
use crate::report::{DocumentInfo, Note, Report};
use crate::summary::Summary;
use crate::verdict::{SourceVerdict, WireVerdict};

/// A report combined with the acceptances that apply on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// The document to compare against.
    pub base: DocumentInfo,
    /// The document that is compared with the base.
    pub revision: DocumentInfo,
    /// The findings, in the order of the report.
    pub findings: Vec<ReviewedFinding>,
    /// All acceptances, each with its state.
    pub acceptances: Vec<(Acceptance, AcceptanceState)>,
    /// Remarks about the comparison.
    pub notes: Vec<Note>,
    /// The summary that every format starts with.
    pub summary: Summary,
}

/// The state of an acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AcceptanceState {
    /// The acceptance applies to a finding.
    Active,
    /// The acceptance matches a finding but has expired.
    Expired,
    /// No finding has this fingerprint.
    Unmatched,
}

/// The value of `--fail-on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// Findings that break deployed programs, or may break them.
    Wire,
    /// Findings that break programs compiled against the regenerated crate.
    Source,
    /// Any finding.
    Any,
    /// No finding.
    Never,
}

/// The most severe effect among the findings that `--fail-on` selects. Accepted findings do not
/// count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// There is no selected finding.
    Clean,
    /// There are findings, and none of them breaks programs.
    Compatible,
    /// Programs may no longer compile against the regenerated crate.
    SourceBreaking,
    /// Deployed programs break or may break; risky and breaking are not distinguished.
    WireBreaking,
}

impl Review {
    /// Reviews a report with the acceptances that apply today; `version` is the current version of
    /// the crate.
    pub fn new(report: Report, accepted: &Accepted, today: NaiveDate, version: &Version) -> Self {
        let Report { base, revision, findings, unreached, notes } = report;
        let findings: Vec<_> =
            findings.into_iter().map(|finding| accepted.review(finding, today)).collect();

        let state = |acceptance: &Acceptance| {
            let is_match =
                |reviewed: &ReviewedFinding| reviewed.fingerprint == acceptance.fingerprint;
            if !findings.iter().any(is_match) {
                AcceptanceState::Unmatched
            } else if acceptance.is_active(today) {
                AcceptanceState::Active
            } else {
                AcceptanceState::Expired
            }
        };
        let acceptances =
            accepted.iter().map(|acceptance| (acceptance.clone(), state(acceptance))).collect();

        let summary = Summary::new(&findings, unreached, version);
        Self { base, revision, findings, acceptances, notes, summary }
    }

    /// Iterates over the acceptances that need attention: expired or unmatched.
    pub fn stale_acceptances(&self) -> impl Iterator<Item = &(Acceptance, AcceptanceState)> {
        self.acceptances.iter().filter(|(_, state)| *state != AcceptanceState::Active)
    }
}

/// Returns the effect of a finding that is not accepted.
fn outcome_of(reviewed: &ReviewedFinding) -> Outcome {
    match (reviewed.finding.wire, reviewed.finding.source) {
        (WireVerdict::Breaking | WireVerdict::Risky, _) => Outcome::WireBreaking,
        (_, SourceVerdict::Major) => Outcome::SourceBreaking,
        _ => Outcome::Compatible,
    }
}

impl FailOn {
    /// All values.
    pub const ALL: [Self; 4] = [Self::Wire, Self::Source, Self::Any, Self::Never];

    /// Returns the value as it is written after `--fail-on`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Wire => "wire",
            Self::Source => "source",
            Self::Any => "any",
            Self::Never => "never",
        }
    }

    /// Returns the most severe effect among the selected findings.
    pub fn outcome(self, review: &Review) -> Outcome {
        let unaccepted = review.findings.iter().filter(|reviewed| reviewed.accepted.is_none());

        let worst = match self {
            Self::Never => None,
            Self::Any => unaccepted.map(outcome_of).max(),
            Self::Wire => {
                unaccepted.map(outcome_of).filter(|outcome| *outcome == Outcome::WireBreaking).max()
            }
            Self::Source => unaccepted
                .filter(|reviewed| reviewed.finding.source == SourceVerdict::Major)
                .map(|_| Outcome::SourceBreaking)
                .max(),
        };

        worst.unwrap_or(Outcome::Clean)
    }
}

impl Outcome {
    /// Returns the exit status of the command.
    pub fn exit_status(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Compatible => 3,
            Self::SourceBreaking => 4,
            Self::WireBreaking => 5,
        }
    }
}

impl AcceptanceState {
    /// Returns the name used in reports.
    pub fn id(self) -> &'static str {
        match self {
            // The id dates from an older name and is part of the report format.
            Self::Active => "holds",
            Self::Expired => "expired",
            Self::Unmatched => "unmatched",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FailOn;

    #[test]
    fn all_lists_every_value_of_fail_on() {
        // A new value does not compile without an arm here. Add it to `ALL` at the same index.
        let index = |fail_on| match fail_on {
            FailOn::Wire => 0,
            FailOn::Source => 1,
            FailOn::Any => 2,
            FailOn::Never => 3,
        };

        assert_eq!(FailOn::ALL.map(index), [0, 1, 2, 3]);
    }
}
