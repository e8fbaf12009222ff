//! What can go wrong with an action that is waited for.

use std::fmt;
use std::time::Duration;

use super::Error;
use crate::models::{ActionStatus, ActionStatusResponse};

/// An action that did not succeed, or not in time.
#[derive(Debug)]
#[non_exhaustive]
pub struct ActionError {
    /// The status that came last, if any came.
    pub status: Option<ActionStatusResponse>,
    late: Option<Late>,
}

#[derive(Debug)]
struct Late {
    limit: Duration,
    /// Why the status was not to be had at last.
    missed: Option<Error>,
}

impl ActionError {
    /// An action that has ended, with this status or with an error that was given already.
    pub(crate) fn ended(status: Option<ActionStatusResponse>) -> Box<Self> {
        Box::new(Self { status, late: None })
    }

    pub(crate) fn late(
        status: Option<ActionStatusResponse>,
        limit: Duration,
        missed: Option<Error>,
    ) -> Box<Self> {
        Box::new(Self { status, late: Some(Late { limit, missed }) })
    }

    /// Whether the printer or the service said that the action failed.
    pub fn is_failed(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.status == ActionStatus::Failed)
    }

    /// Whether the action had not ended at the deadline; it may still succeed.
    pub fn is_late(&self) -> bool {
        self.late.is_some()
    }

    pub(super) fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.late.as_ref()?.missed.as_ref()?)
    }
}

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.status {
            Some(status) => write!(f, "the action {} is `{}`", status.action_id, status.status)?,
            None => f.write_str("the action has no status")?,
        }
        match &self.late {
            Some(Late { limit, missed: None }) => write!(f, ", not ended within {limit:?}"),
            Some(Late { limit, missed: Some(error) }) => {
                write!(f, ", not ended within {limit:?}; a status was not to be had: {error}")
            }
            None if self.is_failed() => Ok(()),
            None => f.write_str(": the wait for it ended with an error before"),
        }
    }
}

impl From<Box<ActionError>> for Error {
    fn from(error: Box<ActionError>) -> Self {
        Error::Action(error)
    }
}
