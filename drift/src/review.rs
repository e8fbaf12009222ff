//! A report held against what is accepted: what the formats show and the exit status tells.

use chrono::NaiveDate;
use semver::Version;

use crate::accepted::{Acceptance, Accepted};
use crate::finding::{Finding, Source, Wire};
use crate::report::{Note, Report, Side};
use crate::summary::Summary;

/// A report, held against what is accepted on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// The document that is compared with.
    pub base: Side,
    /// The document that is compared.
    pub revision: Side,
    /// The findings, in the order of the report.
    pub findings: Vec<Reviewed>,
    /// The acceptances, each with what became of it.
    pub acceptances: Vec<(Acceptance, State)>,
    /// What the comparison itself has to say.
    pub notes: Vec<Note>,
    /// The head of every format.
    pub summary: Summary,
}

/// A finding, and whether it is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Reviewed {
    /// The finding.
    pub finding: Finding,
    /// What it is known by.
    pub fingerprint: String,
    /// The acceptance that holds for it.
    pub accepted: Option<Acceptance>,
}

/// What became of an acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A finding is accepted by it.
    Holds,
    /// A finding would be, were it not over.
    Expired,
    /// No finding has this fingerprint.
    Unmatched,
}

/// What `--fail-on` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// What breaks deployed programs, or may break them.
    Wire,
    /// What breaks programs that are compiled against the regenerated crate.
    Source,
    /// Any finding.
    Any,
    /// Nothing.
    Never,
}

/// The worst of what `--fail-on` names, from nothing to fatal. An accepted finding does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// There is nothing that it names.
    Clean,
    /// There are findings, and nobody breaks.
    Compatible,
    /// Programs may no longer compile against the regenerated crate.
    SourceBreaking,
    /// Deployed programs break, or may break: a risk is not told apart from a certainty.
    WireBreaking,
}

impl Review {
    /// Holds a report against what is accepted on a day. `version` is that of the crate now.
    pub fn new(report: Report, accepted: &Accepted, today: NaiveDate, version: &Version) -> Self {
        let Report { base, revision, findings, unreached, notes } = report;
        let review = |finding: Finding| {
            let fingerprint = finding.fingerprint();
            let known = accepted.get(&fingerprint).filter(|it| it.holds(today)).cloned();
            Reviewed { finding, fingerprint, accepted: known }
        };

        let findings: Vec<_> = findings.into_iter().map(review).collect();
        let state = |acceptance: &Acceptance| {
            if !findings.iter().any(|it| it.fingerprint == acceptance.fingerprint) {
                State::Unmatched
            } else if acceptance.holds(today) {
                State::Holds
            } else {
                State::Expired
            }
        };

        let acceptances = accepted.iter().map(|it| (it.clone(), state(it))).collect();
        let summary = Summary::new(&findings, unreached, version);

        Self { base, revision, findings, acceptances, notes, summary }
    }

    /// The acceptances that somebody must look at: expired, or of no finding.
    pub fn lapsed(&self) -> impl Iterator<Item = &(Acceptance, State)> {
        self.acceptances.iter().filter(|(_, state)| *state != State::Holds)
    }
}

impl Reviewed {
    /// How bad it is when it is not accepted.
    fn outcome(&self) -> Outcome {
        match (self.finding.wire, self.finding.source) {
            (Wire::Breaking | Wire::Risky, _) => Outcome::WireBreaking,
            (_, Source::Major) => Outcome::SourceBreaking,
            _ => Outcome::Compatible,
        }
    }
}

impl FailOn {
    /// Every value.
    pub const ALL: [Self; 4] = [Self::Wire, Self::Source, Self::Any, Self::Never];

    /// The name, as `--fail-on` takes it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Wire => "wire",
            Self::Source => "source",
            Self::Any => "any",
            Self::Never => "never",
        }
    }

    /// The worst in a review of what this names.
    pub fn outcome(self, review: &Review) -> Outcome {
        let open = review.findings.iter().filter(|it| it.accepted.is_none());
        let worst = match self {
            Self::Never => None,
            Self::Any => open.map(Reviewed::outcome).max(),
            Self::Wire => {
                open.map(Reviewed::outcome).filter(|it| *it == Outcome::WireBreaking).max()
            }
            Self::Source => open
                .filter(|it| it.finding.source == Source::Major)
                .map(|_| Outcome::SourceBreaking)
                .max(),
        };

        worst.unwrap_or(Outcome::Clean)
    }
}

impl Outcome {
    /// The exit status of the command.
    pub fn status(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Compatible => 3,
            Self::SourceBreaking => 4,
            Self::WireBreaking => 5,
        }
    }
}

impl State {
    /// The name, as it stands in a report.
    pub fn id(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Expired => "expired",
            Self::Unmatched => "unmatched",
        }
    }
}
