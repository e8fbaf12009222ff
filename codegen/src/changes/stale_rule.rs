//! Stale rules: passes, overlay actions and policy entries that no longer apply to the document.

use crate::diagnostic::Diagnostic;

/// A rule that no longer applies to the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleRule {
    /// The kind of the rule.
    pub kind: RuleKind,
    /// Where the rule no longer applies, and how to correct it. Strict normalisation fails with it.
    pub diagnostic: Diagnostic,
}

/// The kind of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleKind {
    /// A pass of the normalisation.
    Pass,
    /// An action of `spec/overlay.yaml`.
    Overlay,
    /// An entry of `spec/policy.yaml`, or an entry that it lacks.
    Policy,
}
