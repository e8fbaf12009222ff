//! The committed rules and the committed upstream document.

use std::path::Path;

use connect_codegen::diagnostic::Result;
use connect_codegen::io::files::{self, Files};
use connect_codegen::normalise::normalise;
use connect_codegen::openapi::document::Upstream;
use connect_codegen::pipeline::{self, Rules};
use connect_codegen::policy::Policy;
use connect_codegen::workspace::Layout;
use connect_drift::report::Report;
use connect_drift::{Input, drift};
use serde_json::Value;

/// The documents and rules of this workspace.
pub struct Workspace {
    /// The overlay and the policy.
    pub rules: Rules,
    /// The upstream document.
    pub upstream: Value,
    /// The text of the normalised document.
    pub normalised: String,
    /// The text of the policy.
    pub policy: String,
}

impl Workspace {
    /// Reads the committed files.
    pub fn committed() -> Self {
        let layout = Layout::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));

        Self {
            rules: Rules::read(&layout).expect("the rules"),
            upstream: pipeline::load_upstream(&layout).expect("the upstream document").document,
            normalised: files::read(&layout.normalised()).expect("the normalised document"),
            policy: files::read(&layout.policy()).expect("the policy"),
        }
    }

    /// Replaces the policy.
    pub fn with_policy(mut self, policy: &str) -> Self {
        self.rules.policy =
            Policy::parse(policy).unwrap_or_else(|diagnostic| panic!("{diagnostic}"));
        self
    }

    /// Compares two documents like `cargo xtask drift`.
    pub fn drift(&self, base: &Value, revision: &Value) -> Result<Report> {
        let input = |location: &str, document: &Value| Input {
            location: location.to_owned(),
            bytes: document.to_string().into_bytes(),
        };
        drift(&input("base.json", base), &input("revision.json", revision), &self.rules)
    }

    /// Generates the code for a document in memory, like `cargo xtask regen`.
    pub fn regen(&self, document: &Value) -> Result<Files> {
        let upstream = Upstream::parse(&document.to_string())?;
        let normalised = normalise(&upstream, &self.rules.overlay, &self.rules.policy)?;
        pipeline::generate_code(&normalised, &self.rules.policy)
    }
}
