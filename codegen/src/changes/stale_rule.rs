//! Rules of ours that no longer fit the document.

use crate::diagnostic::{Diagnostic, Result};
use crate::normalise::Changes;

/// A rule that no longer fits, and what there is to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleRule {
    /// What kind of rule it is.
    pub of: Rule,
    /// Where it no longer fits, and what to do: what stops `regen`.
    pub problem: Diagnostic,
}

/// The kinds of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A pass of the chain.
    Pass,
    /// An action of `spec/overlay.yaml`.
    Overlay,
    /// An entry of `spec/policy.yaml`, or one that it lacks.
    Policy,
}

impl Changes {
    /// Collects what strictly is an error: stale_rules are noted, and the chain goes on.
    pub(crate) fn lenient() -> Self {
        Self { stale_rules: Some(Vec::new()), ..Self::default() }
    }

    /// A rule no longer fits: an error, so that no dead rule survives, unless stale_rules are noted.
    pub(crate) fn stale_rule(&mut self, of: Rule, problem: Diagnostic) -> Result<()> {
        match &mut self.stale_rules {
            None => Err(problem),
            Some(stale_rules) => {
                stale_rules.push(StaleRule { of, problem });
                Ok(())
            }
        }
    }
}
