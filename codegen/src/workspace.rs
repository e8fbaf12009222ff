//! The paths of the workspace's files, and the commands that regenerate them.

use std::path::{Path, PathBuf};

/// The command that regenerates all generated files.
pub const REGEN_COMMAND: &str = "cargo xtask regen";

/// The command that regenerates the normalised document and its report.
pub const NORMALISE_COMMAND: &str = "cargo xtask normalise";

/// The overlay's path, relative to the root. Diagnostics about its actions name it.
pub const OVERLAY: &str = "spec/overlay.yaml";

/// The policy's path, relative to the root. Diagnostics about its entries name it.
pub const POLICY: &str = "spec/policy.yaml";

/// The file name of the upstream document.
pub const DOCUMENT: &str = "connect-v1.json";

/// The file name of the upstream document's provenance record.
pub const PROVENANCE: &str = "connect-v1.provenance.json";

/// The paths of a workspace, given its root folder.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The layout of the workspace at `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The root folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of the upstream document and its provenance record.
    pub fn upstream_folder(&self) -> PathBuf {
        self.root.join("spec/upstream")
    }

    /// The upstream document.
    pub fn upstream(&self) -> PathBuf {
        self.upstream_folder().join(DOCUMENT)
    }

    /// The provenance record: where the upstream document came from.
    pub fn provenance(&self) -> PathBuf {
        self.upstream_folder().join(PROVENANCE)
    }

    /// The supplement: the content that the published page collapses.
    pub fn supplement(&self) -> PathBuf {
        self.root.join("spec/reference/supplement.yaml")
    }

    /// The overlay: corrections of the upstream document's data.
    pub fn overlay(&self) -> PathBuf {
        self.root.join(OVERLAY)
    }

    /// The policy: names and other decisions that the upstream document does not contain.
    pub fn policy(&self) -> PathBuf {
        self.root.join(POLICY)
    }

    /// The accepted findings of the drift checker.
    pub fn accepted(&self) -> PathBuf {
        self.root.join("spec/accepted.toml")
    }

    /// The changelog of the crate.
    pub fn changelog(&self) -> PathBuf {
        self.root.join("CHANGELOG.md")
    }

    /// The manifest of the workspace, which contains the crate's version.
    pub fn manifest(&self) -> PathBuf {
        self.root.join("Cargo.toml")
    }

    /// The lock file of the workspace, which contains the crate's version too.
    pub fn lock(&self) -> PathBuf {
        self.root.join("Cargo.lock")
    }

    /// The normalised document.
    pub fn normalised(&self) -> PathBuf {
        self.root.join("spec/connect-v1.openapi.json")
    }

    /// The report of the normalisation.
    pub fn report(&self) -> PathBuf {
        self.root.join("spec/NORMALISATION.md")
    }

    /// The folder of generated code. The generator removes every other file from it.
    pub fn generated(&self) -> PathBuf {
        self.root.join("connect-api/src/generated")
    }
}
