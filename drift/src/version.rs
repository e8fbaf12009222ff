//! The version of the crate after a change.

use semver::{BuildMetadata, Prerelease, Version};

use crate::verdict::SourceVerdict;

/// Returns the version after a bump, with cargo's rules of compatibility: before 1.0, the leftmost
/// number that is not zero acts as the major version.
pub fn next_version(version: &Version, bump: SourceVerdict) -> Version {
    let Version { major, minor, patch, .. } = *version;
    // A pre-release precedes its version, so the release itself can be the next patch version.
    let next_patch = if version.pre.is_empty() { patch + 1 } else { patch };

    let (major, minor, patch) = match (bump, major) {
        (SourceVerdict::None, _) => return version.clone(),
        (SourceVerdict::Major, 0) => (0, minor + 1, 0),
        (SourceVerdict::Major, _) => (major + 1, 0, 0),
        (SourceVerdict::Minor, 1..) => (major, minor + 1, 0),
        (SourceVerdict::Minor, 0) | (SourceVerdict::Patch, _) => (major, minor, next_patch),
    };

    Version { major, minor, patch, pre: Prerelease::EMPTY, build: BuildMetadata::EMPTY }
}
