//! The secrets that the policy lists: which fields `Debug` redacts, and which members errors redact.

use crate::lower::ir::LoweredDocument;
use crate::policy::Secret;

/// The secrets of one model or operation.
pub struct Secrets<'a> {
    secrets: &'a [Secret],
    owner: &'a str,
}

impl<'a> Secrets<'a> {
    /// The secrets of the model or operation with this name.
    pub fn new(lowered: &'a LoweredDocument, owner: &'a str) -> Self {
        Self { secrets: &lowered.secrets, owner }
    }

    /// Whether the member or parameter with this name in the document is a secret.
    pub fn contains(&self, name: &str) -> bool {
        self.secrets.iter().any(|secret| secret.at.split_once('.') == Some((self.owner, name)))
    }
}

/// The names of the members of bodies that are secrets.
pub fn in_bodies(lowered: &LoweredDocument) -> Vec<&str> {
    let is_component =
        |name: &str| lowered.component_resources.iter().any(|(component, _)| component == name);
    let mut names: Vec<&str> = lowered
        .secrets
        .iter()
        .filter_map(|secret| secret.at.split_once('.'))
        .filter(|(owner, _)| is_component(owner))
        .map(|(_, name)| name)
        .collect();
    names.sort_unstable();
    names.dedup();

    names
}
