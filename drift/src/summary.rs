//! The summary of a review: the required version bump, the number of findings per verdict, and the
//! findings to look at first.

use std::cmp::Reverse;

use semver::Version;

use crate::accepted::ReviewedFinding;
use crate::change_kind::ChangeKind;
use crate::verdict::{SourceVerdict, WireVerdict};
use crate::version::next_version;

/// The number of findings to look at first.
const FIRST_COUNT: usize = 3;

/// The summary of a review. Counts include accepted findings unless stated otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The version bump that the regenerated crate needs. Accepted findings count as well.
    pub bump: SourceVerdict,
    /// The current version of the crate.
    pub version: Version,
    /// The version after the bump.
    pub next_version: Version,
    /// The number of findings per wire verdict, most severe first.
    pub wire: [(WireVerdict, usize); 4],
    /// The number of findings per source verdict, most severe first.
    pub source: [(SourceVerdict, usize); 4],
    /// The indices of the findings to look at first: the most severe that are not accepted.
    pub first: Vec<usize>,
    /// The number of accepted findings.
    pub accepted: usize,
    /// The number of findings that no rule covers.
    pub unclassified: usize,
    /// The number of changed components that no operation uses.
    pub unreached: usize,
}

impl Summary {
    /// Summarises reviewed findings; `version` is the current version of the crate.
    pub(crate) fn new(findings: &[ReviewedFinding], unreached: usize, version: &Version) -> Self {
        let count = |matches: &dyn Fn(&ReviewedFinding) -> bool| {
            findings.iter().filter(|reviewed| matches(reviewed)).count()
        };
        let sources = findings.iter().map(|reviewed| reviewed.finding.source);
        let bump = sources.max().unwrap_or(SourceVerdict::None);

        Self {
            bump,
            version: version.clone(),
            next_version: next_version(version, bump),
            wire: [
                WireVerdict::Breaking,
                WireVerdict::Risky,
                WireVerdict::Compatible,
                WireVerdict::None,
            ]
            .map(|wire| (wire, count(&|reviewed| reviewed.finding.wire == wire))),
            source: [
                SourceVerdict::Major,
                SourceVerdict::Minor,
                SourceVerdict::Patch,
                SourceVerdict::None,
            ]
            .map(|source| (source, count(&|reviewed| reviewed.finding.source == source))),
            first: first_findings(findings),
            accepted: count(&|reviewed| reviewed.accepted.is_some()),
            unclassified: count(&|reviewed| reviewed.finding.kind == ChangeKind::Unclassified),
            unreached,
        }
    }

    /// Returns the number of findings.
    pub fn total(&self) -> usize {
        self.wire.iter().map(|(_, count)| count).sum()
    }

    /// Returns the required release as a sentence.
    pub fn advice(&self) -> String {
        let Self { bump, version, next_version, .. } = self;
        let before_one = match (version.major, bump) {
            (_, SourceVerdict::None) => return "The crate needs no release.".to_owned(),
            (0, SourceVerdict::Major) => "; before 1.0, a major change bumps the minor version",
            (0, SourceVerdict::Minor) => "; before 1.0, a minor change bumps the patch version",
            _ => "",
        };

        format!("The crate needs a {bump} release: {version} becomes {next_version}{before_one}.")
    }
}

/// Returns the indices of the most severe findings that are not accepted.
fn first_findings(findings: &[ReviewedFinding]) -> Vec<usize> {
    let needs_attention = |index: &usize| {
        let ReviewedFinding { finding, accepted, .. } = &findings[*index];
        let verdicts = (finding.wire, finding.source);
        accepted.is_none() && verdicts > (WireVerdict::None, SourceVerdict::Patch)
    };
    let mut first: Vec<_> = (0..findings.len()).filter(needs_attention).collect();

    first.sort_by_key(|index| {
        let finding = &findings[*index].finding;
        // A compatible addition matters less than the finding that decides the release.
        let breaks = (finding.wire >= WireVerdict::Risky).then_some(finding.wire);
        Reverse((breaks, finding.source, finding.wire))
    });
    first.truncate(FIRST_COUNT);

    first
}
