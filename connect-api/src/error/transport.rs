//! What can go wrong between here and the API.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "upload")]
use reqwest::StatusCode;

use super::{Attempts, Error, chain};
use crate::http::call::Operation;

/// A failure to send all of a request or to receive the whole answer.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) {
/// use connect_api::Error;
///
/// if let Err(Error::Transport(error)) = client.get_settings().send().await {
///     let what = match () {
///         () if error.is_connect() => "nobody is there",
///         () if error.is_timeout() => "it takes too long",
///         () if error.is_too_long() => "it says too much",
///         () => "the connection is lost",
///     };
///     println!("{what}, after {} attempts: {error}", error.attempts());
///     if let Some(before) = error.last_failure() {
///         println!("and before that: {before}");
///     }
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct TransportError {
    operation: Arc<Operation>,
    attempts: usize,
    cause: Cause,
    last: Option<Box<Error>>,
}

#[derive(Debug)]
enum Cause {
    Lost {
        /// The host, and the port if the URL names one.
        host: String,
        error: reqwest::Error,
    },
    AttemptTimeout(Duration),
    CallTimeout {
        limit: Duration,
        is_under_way: bool,
    },
    TooLong(usize),
    /// What is left of the interval of polls.
    NoTurn(Duration),
    #[cfg(feature = "upload")]
    Stalled(Duration),
    /// A success, though not all bytes had been sent.
    #[cfg(feature = "upload")]
    Early {
        status: StatusCode,
        sent: u64,
        total: u64,
    },
}

impl TransportError {
    fn new(operation: &Arc<Operation>, cause: Cause) -> Self {
        Self { operation: operation.clone(), attempts: 1, cause, last: None }
    }

    pub(crate) fn lost(operation: &Arc<Operation>, source: reqwest::Error) -> Self {
        // The rest of a URL can hold what must not be shown, a signature for one.
        let host = source.url().map(|url| {
            let port = url.port().map(|port| format!(":{port}"));
            format!("{}{}", url.host_str().unwrap_or_default(), port.unwrap_or_default())
        });
        let host = host.unwrap_or_default();
        Self::new(operation, Cause::Lost { host, error: source.without_url() })
    }

    pub(crate) fn attempt_timeout(operation: &Arc<Operation>, limit: Duration) -> Self {
        Self::new(operation, Cause::AttemptTimeout(limit))
    }

    /// `is_under_way` says whether something had been sent, and was not answered yet.
    pub(crate) fn call_timeout(
        operation: &Arc<Operation>,
        limit: Duration,
        is_under_way: bool,
    ) -> Self {
        Self::new(operation, Cause::CallTimeout { limit, is_under_way })
    }

    /// `left` is how long the client's interval holds up another poll.
    pub(crate) fn no_turn(operation: &Arc<Operation>, left: Duration) -> Self {
        Self::new(operation, Cause::NoTurn(left))
    }

    /// The same, with what went wrong before in the same call.
    pub(crate) fn since(self, last: Error) -> Self {
        Self { last: Some(Box::new(last)), ..self }
    }

    pub(crate) fn too_long(operation: &Arc<Operation>, limit: usize) -> Self {
        Self::new(operation, Cause::TooLong(limit))
    }

    #[cfg(feature = "upload")]
    pub(crate) fn stalled(operation: &Arc<Operation>, limit: Duration) -> Self {
        Self::new(operation, Cause::Stalled(limit))
    }

    /// `sent` is how many of the `total` bytes had been sent when a success was answered.
    #[cfg(feature = "upload")]
    pub(crate) fn early(
        operation: &Arc<Operation>,
        status: StatusCode,
        sent: u64,
        total: u64,
    ) -> Self {
        Self::new(operation, Cause::Early { status, sent, total })
    }

    pub(super) fn operation(&self) -> &Operation {
        &self.operation
    }

    pub(super) fn set_attempts(&mut self, attempts: usize) {
        self.attempts = attempts;
    }

    /// How often the call was tried.
    pub fn attempts(&self) -> usize {
        self.attempts
    }

    /// What went wrong with the attempt before, if the time of the call ended another one.
    pub fn last_failure(&self) -> Option<&Error> {
        self.last.as_deref()
    }

    /// Whether the time was up, of an attempt or of the call.
    pub fn is_timeout(&self) -> bool {
        match &self.cause {
            Cause::Lost { error, .. } => error.is_timeout(),
            Cause::AttemptTimeout(_) | Cause::CallTimeout { .. } => true,
            #[cfg(feature = "upload")]
            Cause::Stalled(_) => true,
            #[cfg(feature = "upload")]
            Cause::Early { .. } => false,
            Cause::TooLong(_) | Cause::NoTurn(_) => false,
        }
    }

    /// Whether no connection was made, so that nothing was sent. A browser does not tell.
    pub fn is_connect(&self) -> bool {
        match &self.cause {
            #[cfg(not(target_family = "wasm"))]
            Cause::Lost { error, .. } => error.is_connect(),
            _ => false,
        }
    }

    /// Whether the body of the answer was longer than allowed.
    pub fn is_too_long(&self) -> bool {
        matches!(self.cause, Cause::TooLong(_))
    }

    /// How long the client's own `poll_interval` holds up the poll, if that is why nothing was sent.
    pub(super) fn until_turn(&self) -> Option<Duration> {
        match self.cause {
            Cause::NoTurn(left) => Some(left),
            _ => None,
        }
    }

    /// Whether it ended before anything of the attempt was sent.
    pub(crate) fn is_unsent(&self) -> bool {
        matches!(self.cause, Cause::NoTurn(_) | Cause::CallTimeout { is_under_way: false, .. })
    }

    pub(super) fn may_have_been_applied(&self) -> bool {
        !self.operation.repeatable && !self.is_unsent() && !self.is_connect()
    }

    /// Whether another attempt would end no better.
    pub(super) fn is_final(&self) -> bool {
        matches!(self.cause, Cause::TooLong(_) | Cause::CallTimeout { .. } | Cause::NoTurn(_))
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}: ", self.operation, Attempts(self.attempts))?;
        match &self.cause {
            Cause::Lost { host, error } => {
                let what = chain(error);
                match host.is_empty() || what.contains(host.as_str()) {
                    true => f.write_str(&what),
                    false => write!(f, "{host}: {what}"),
                }
            }
            Cause::AttemptTimeout(limit) => write!(f, "no whole answer within {limit:?}"),
            Cause::CallTimeout { limit, .. } => {
                write!(f, "the call did not end within {limit:?}")?;
                match &self.last {
                    Some(error) => write!(f, "; the attempt before: {error}"),
                    None => Ok(()),
                }
            }
            Cause::NoTurn(left) => {
                let what = "the client's `poll_interval` holds it up for another";
                write!(f, "{what} {left:?}, which is more than the call has")
            }
            #[cfg(feature = "upload")]
            Cause::Stalled(limit) => write!(f, "nothing moved for {limit:?}"),
            #[cfg(feature = "upload")]
            Cause::Early { status, sent, total } => {
                write!(f, "answered {status} before all bytes were sent: {sent} of {total}")
            }
            Cause::TooLong(limit) => write!(f, "the answer is longer than {limit} bytes"),
        }
    }
}

impl std::error::Error for TransportError {}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        Error::Transport(error)
    }
}
