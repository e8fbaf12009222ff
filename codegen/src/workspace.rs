//! Where everything lies in the workspace.

use std::path::{Path, PathBuf};

/// The file name of the upstream document.
pub const DOCUMENT: &str = "connect-v1.json";

/// The file name of the record of where the upstream document came from.
pub const PROVENANCE: &str = "connect-v1.provenance.json";

/// The command that brings the generated code up to date.
pub const REGEN: &str = "cargo xtask regen";

/// The workspace, by its root folder.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The workspace at `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The root folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of the upstream document and its record.
    pub fn upstream_folder(&self) -> PathBuf {
        self.root.join("spec/upstream")
    }

    /// The upstream document.
    pub fn upstream(&self) -> PathBuf {
        self.upstream_folder().join(DOCUMENT)
    }

    /// The record of where the upstream document came from.
    pub fn provenance(&self) -> PathBuf {
        self.upstream_folder().join(PROVENANCE)
    }

    /// What the published page folds away.
    pub fn supplement(&self) -> PathBuf {
        self.root.join("spec/reference/supplement.yaml")
    }

    /// The corrections of data.
    pub fn overlay(&self) -> PathBuf {
        self.root.join("spec/overlay.yaml")
    }

    /// What we decide.
    pub fn policy(&self) -> PathBuf {
        self.root.join("spec/policy.yaml")
    }

    /// The findings of drift that are known.
    pub fn accepted(&self) -> PathBuf {
        self.root.join("spec/accepted.toml")
    }

    /// The changelog of the crate.
    pub fn changelog(&self) -> PathBuf {
        self.root.join("CHANGELOG.md")
    }

    /// The manifest of the workspace, which holds the crate's version.
    pub fn manifest(&self) -> PathBuf {
        self.root.join("Cargo.toml")
    }

    /// The lock file of the workspace, which names the version too.
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

    /// The folder of generated code, owned by the generator.
    pub fn generated(&self) -> PathBuf {
        self.root.join("connect-api/src/generated")
    }
}
