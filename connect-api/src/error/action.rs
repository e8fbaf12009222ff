//! Errors of actions that a program waits for.

use std::fmt;
use std::time::Duration;

use super::Error;
use crate::models::ActionStatus;
use crate::redact::text::to_single_line;

/// An action that failed, timed out, or whose outcome is unknown.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
/// use connect_api::Error;
///
/// match client.pause_print_job("a cluster's id", "a job's UUID").wait().await {
///     Err(Error::Action(error)) if error.is_failed() => println!("failed: {error}"),
///     Err(Error::Action(error)) if error.is_timeout() => println!("not finished yet: {error}"),
///     Err(Error::Action(error)) => {
///         println!("wait for {:?} again: {:?}", error.action_id, error.last_failure());
///     }
///     result => println!("{}", result?.status),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct ActionError {
    /// The action's id, if the API accepted the action.
    pub action_id: Option<String>,
    /// The last known status.
    pub status: Option<ActionStatus>,
    /// The timeout of the wait, if the wait timed out.
    timeout: Option<Duration>,
    last_failure: Option<Error>,
}

impl ActionError {
    pub(crate) fn new(action_id: Option<String>, status: Option<ActionStatus>) -> Self {
        Self { action_id, status, timeout: None, last_failure: None }
    }

    /// Marks the wait as timed out.
    pub(crate) fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// Adds the error of the last status request, if that request failed.
    pub(crate) fn with_last_failure(self, last_failure: Option<Error>) -> Self {
        Self { last_failure, ..self }
    }

    /// Whether the printer or the service reported that the action failed. If not, the action may
    /// have succeeded or may still succeed.
    pub fn is_failed(&self) -> bool {
        self.status == Some(ActionStatus::Failed)
    }

    /// Whether the wait timed out before the action finished.
    pub fn is_timeout(&self) -> bool {
        self.timeout.is_some()
    }

    /// The error of the last status request, if it failed. This error ended the wait, unless the wait
    /// [timed out](Self::is_timeout).
    pub fn last_failure(&self) -> Option<&Error> {
        self.last_failure.as_ref()
    }
}

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.action_id, &self.status) {
            (Some(id), Some(status)) => {
                write!(
                    f,
                    "action `{}` has the status `{}`",
                    to_single_line(id),
                    to_single_line(status.as_str())
                )?;
            }
            (Some(id), None) => write!(f, "action `{}` has no known status", to_single_line(id))?,
            (None, _) => f.write_str("it is unknown whether the action was accepted")?,
        }

        if let Some(timeout) = self.timeout {
            write!(f, "; timed out after {timeout:?}")?;
        }

        match &self.last_failure {
            Some(error) => write!(f, "; the last status request failed: {error}"),
            None if self.is_failed() || self.is_timeout() => Ok(()),
            None => f.write_str("; an error has already ended the wait"),
        }
    }
}

impl std::error::Error for ActionError {}
