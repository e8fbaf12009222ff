//! Rules of ours that no longer fit the document.

use super::Changes;
use crate::problem::{Problem, Result};

/// A rule that no longer fits, and what there is to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lapse {
    /// What kind of rule it is.
    pub of: Rule,
    /// Where it no longer fits, and what to do: what stops `regen`.
    pub problem: Problem,
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
    /// Collects what strictly is an error: lapses are noted, and the chain goes on.
    pub(super) fn lenient() -> Self {
        Self { lapses: Some(Vec::new()), ..Self::default() }
    }

    /// A rule no longer fits: an error, so that no dead rule survives, unless lapses are noted.
    pub(crate) fn lapse(&mut self, of: Rule, problem: Problem) -> Result<()> {
        match &mut self.lapses {
            None => Err(problem),
            Some(lapses) => {
                lapses.push(Lapse { of, problem });
                Ok(())
            }
        }
    }
}
