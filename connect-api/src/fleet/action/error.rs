//! What can go wrong with an action that is waited for.

use std::fmt;
use std::time::Duration;

use crate::error::Error;
use crate::models::ActionStatus;
use crate::redact::text::to_single_line;

/// An action that was accepted and did not succeed, not in time, or not as far as is known.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
/// use connect_api::Error;
///
/// match client.pause_print_job("a cluster's id", "a job's UUID").wait().await {
///     Err(Error::Action(error)) if error.is_failed() => println!("it said no: {error}"),
///     Err(Error::Action(error)) if error.is_timeout() => println!("not yet: {error}"),
///     Err(Error::Action(error)) => {
///         println!("wait for {:?} again: {:?}", error.action_id, error.last_failure());
///     }
///     end => println!("{}", end?.status),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct ActionError {
    /// The action's id, if an answer has said that it was accepted.
    pub action_id: Option<String>,
    /// The status that came last, if any came.
    pub status: Option<ActionStatus>,
    /// The time that it had, if that was not enough.
    limit: Option<Duration>,
    missed: Option<Error>,
}

impl ActionError {
    /// An action that has ended, with this status or with an error that was given already.
    pub(crate) fn ended(action_id: Option<String>, status: Option<ActionStatus>) -> Self {
        Self { action_id, status, limit: None, missed: None }
    }

    /// An action that has not ended in time.
    pub(crate) fn late(self, limit: Duration) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// The same, with why its status was not to be had at last, if it was not.
    pub(crate) fn missed(self, missed: Option<Error>) -> Self {
        Self { missed, ..self }
    }

    /// Whether the printer or the service said that the action failed. If not, it may have succeeded
    /// or still succeed.
    pub fn is_failed(&self) -> bool {
        self.status == Some(ActionStatus::Failed)
    }

    /// Whether the action had not ended at the deadline.
    pub fn is_timeout(&self) -> bool {
        self.limit.is_some()
    }

    /// Why the status was not to be had at last, if it was not: what ended the wait, unless that
    /// [was late](Self::is_timeout).
    pub fn last_failure(&self) -> Option<&Error> {
        self.missed.as_ref()
    }
}

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.action_id, &self.status) {
            (Some(id), Some(status)) => {
                write!(
                    f,
                    "the action `{}` is `{}`",
                    to_single_line(id),
                    to_single_line(status.as_str())
                )?;
            }
            (Some(id), None) => write!(f, "the action `{}` has no status", to_single_line(id))?,
            (None, _) => f.write_str("it is not known whether the action was accepted")?,
        }

        if let Some(limit) = self.limit {
            write!(f, ", not ended within {limit:?}")?;
        }
        match &self.missed {
            Some(error) => write!(f, "; a status was not to be had: {error}"),
            None if self.is_failed() || self.is_timeout() => Ok(()),
            None => f.write_str(": the wait for it ended with an error before"),
        }
    }
}

impl std::error::Error for ActionError {}

impl From<ActionError> for Error {
    fn from(error: ActionError) -> Self {
        Error::Action(Box::new(error))
    }
}
