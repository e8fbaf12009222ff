//! The head of every report: what the crate needs, how many findings there are of each verdict, and
//! what to look at first.

use std::cmp::Reverse;

use semver::{BuildMetadata, Prerelease, Version};

use crate::change_kind::ChangeKind;
use crate::finding::{Source, Wire};
use crate::review::Reviewed;

/// How many findings are picked out.
const FIRST: usize = 3;

/// The head of a report. All findings count, accepted ones too, unless something else is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The bump that the regenerated crate needs. An accepted finding needs it as well.
    pub bump: Source,
    /// The version of the crate now.
    pub version: Version,
    /// The version after the bump.
    pub next_version: Version,
    /// How many findings there are of each verdict on the wire, the worst first.
    pub wire: [(Wire, usize); 4],
    /// How many findings there are of each verdict in source, the worst first.
    pub source: [(Source, usize); 4],
    /// What to look at first, as indices of findings: the worst that are not accepted.
    pub first: Vec<usize>,
    /// How many findings are accepted.
    pub accepted: usize,
    /// How many findings no rule knows.
    pub unclassified: usize,
    /// How many components differ that no operation reaches.
    pub unreached: usize,
}

impl Summary {
    /// Counts.
    pub(crate) fn new(findings: &[Reviewed], unreached: usize, version: &Version) -> Self {
        let count = |is: &dyn Fn(&Reviewed) -> bool| findings.iter().filter(|it| is(it)).count();
        let bump = findings.iter().map(|it| it.finding.source).max().unwrap_or(Source::None);

        let open = |index: &usize| {
            let Reviewed { finding, accepted, .. } = &findings[*index];
            accepted.is_none() && (finding.wire, finding.source) > (Wire::None, Source::Patch)
        };
        let mut first: Vec<_> = (0..findings.len()).filter(open).collect();

        first.sort_by_key(|index| {
            let finding = &findings[*index].finding;
            // A compatible addition is less news than what decides the release.
            let breaks = (finding.wire >= Wire::Risky).then_some(finding.wire);
            Reverse((breaks, finding.source, finding.wire))
        });
        first.truncate(FIRST);

        Self {
            bump,
            version: version.clone(),
            next_version: next_version(version, bump),
            wire: [Wire::Breaking, Wire::Risky, Wire::Compatible, Wire::None]
                .map(|wire| (wire, count(&|it| it.finding.wire == wire))),
            source: [Source::Major, Source::Minor, Source::Patch, Source::None]
                .map(|source| (source, count(&|it| it.finding.source == source))),
            first,
            accepted: count(&|it| it.accepted.is_some()),
            unclassified: count(&|it| it.finding.class == ChangeKind::Unclassified),
            unreached,
        }
    }

    /// How many findings there are.
    pub fn total(&self) -> usize {
        self.wire.iter().map(|(_, count)| count).sum()
    }

    /// What the crate needs, as a sentence.
    pub fn advice(&self) -> String {
        let Self { bump, version, next_version, .. } = self;
        let before_one = match (version.major, bump) {
            (_, Source::None) => return "The crate needs no release.".to_owned(),
            (0, Source::Major) => "; before 1.0 the middle number stands for the major one",
            (0, Source::Minor) => "; before 1.0 the last number stands for the minor one",
            _ => "",
        };

        format!("The crate needs a {bump} release: {version} becomes {next_version}{before_one}.")
    }
}

/// The version after a bump, as cargo understands compatibility: before 1.0 the leftmost number
/// that is not zero stands for the major one.
pub fn next_version(version: &Version, bump: Source) -> Version {
    let Version { major, minor, patch, .. } = *version;
    // A pre-release stands before its version, which may be all that the bump wants.
    let patched = if version.pre.is_empty() { patch + 1 } else { patch };

    let (major, minor, patch) = match (bump, major) {
        (Source::None, _) => return version.clone(),
        (Source::Major, 0) => (0, minor + 1, 0),
        (Source::Major, _) => (major + 1, 0, 0),
        (Source::Minor, 1..) => (major, minor + 1, 0),
        (Source::Minor, 0) | (Source::Patch, _) => (major, minor, patched),
    };

    Version { major, minor, patch, pre: Prerelease::EMPTY, build: BuildMetadata::EMPTY }
}
