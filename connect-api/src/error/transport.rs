//! Errors of the connection to the API: lost connections, timeouts and response size.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "upload")]
use reqwest::StatusCode;

use super::Error;
use super::display::{Attempts, error_chain};
use crate::http::operation::Operation;

/// A request that could not be sent completely, or a response that did not arrive completely.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) {
/// use connect_api::Error;
///
/// if let Err(Error::Transport(error)) = client.get_settings().send().await {
///     let cause = match () {
///         () if error.is_connect() => "could not connect",
///         () if error.is_timeout() => "timed out",
///         () if error.is_response_too_large() => "response too large",
///         () => "connection lost",
///     };
///     println!("{cause} after {} attempts: {error}", error.attempts());
///     if let Some(previous) = error.last_failure() {
///         println!("the attempt before failed with: {previous}");
///     }
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct TransportError {
    operation: Arc<Operation>,
    attempts: usize,
    cause: Cause,
    last_failure: Option<Box<Error>>,
}

#[derive(Debug)]
enum Cause {
    Connection {
        /// The host, and the port if the URL has one.
        host: String,
        error: reqwest::Error,
    },
    AttemptTimeout(Duration),
    CallTimeout {
        timeout: Duration,
        is_in_flight: bool,
    },
    ResponseTooLarge {
        max_size: usize,
    },
    /// `poll_interval` allows the next request only after this delay.
    RateLimited(Duration),
    /// No bytes of an upload were transferred for this long.
    #[cfg(feature = "upload")]
    Stalled(Duration),
    /// A success status arrived before the whole body of the upload was sent.
    #[cfg(feature = "upload")]
    EarlyResponse {
        status: StatusCode,
        sent: u64,
        total: u64,
    },
}

impl TransportError {
    fn new(operation: &Arc<Operation>, cause: Cause) -> Self {
        Self { operation: operation.clone(), attempts: 1, cause, last_failure: None }
    }

    pub(crate) fn connection(operation: &Arc<Operation>, error: reqwest::Error) -> Self {
        // Only the host is kept: the rest of a URL can hold secrets, such as a signature.
        let host = error.url().map(|url| {
            let port = url.port().map(|port| format!(":{port}"));
            format!("{}{}", url.host_str().unwrap_or_default(), port.unwrap_or_default())
        });
        let host = host.unwrap_or_default();

        Self::new(operation, Cause::Connection { host, error: error.without_url() })
    }

    pub(crate) fn attempt_timeout(operation: &Arc<Operation>, timeout: Duration) -> Self {
        Self::new(operation, Cause::AttemptTimeout(timeout))
    }

    /// `is_in_flight`: whether a request had been sent and its response was still missing.
    pub(crate) fn call_timeout(
        operation: &Arc<Operation>,
        timeout: Duration,
        is_in_flight: bool,
    ) -> Self {
        Self::new(operation, Cause::CallTimeout { timeout, is_in_flight })
    }

    /// `retry_in` is the time until `poll_interval` allows the next request.
    pub(crate) fn rate_limited(operation: &Arc<Operation>, retry_in: Duration) -> Self {
        Self::new(operation, Cause::RateLimited(retry_in))
    }

    pub(crate) fn response_too_large(operation: &Arc<Operation>, max_size: usize) -> Self {
        Self::new(operation, Cause::ResponseTooLarge { max_size })
    }

    #[cfg(feature = "upload")]
    pub(crate) fn stalled(operation: &Arc<Operation>, timeout: Duration) -> Self {
        Self::new(operation, Cause::Stalled(timeout))
    }

    /// `sent` of the `total` bytes had been sent when the success status arrived.
    #[cfg(feature = "upload")]
    pub(crate) fn early_response(
        operation: &Arc<Operation>,
        status: StatusCode,
        sent: u64,
        total: u64,
    ) -> Self {
        Self::new(operation, Cause::EarlyResponse { status, sent, total })
    }

    /// Adds the error of the previous attempt of the same call.
    pub(crate) fn with_last_failure(self, error: Error) -> Self {
        Self { last_failure: Some(Box::new(error)), ..self }
    }

    pub(super) fn operation(&self) -> &Operation {
        &self.operation
    }

    pub(super) fn set_attempts(&mut self, attempts: usize) {
        self.attempts = attempts;
    }

    /// The number of requests that the call has sent.
    pub fn attempts(&self) -> usize {
        self.attempts
    }

    /// The error of the previous attempt, if the call's timeout ended a later attempt.
    pub fn last_failure(&self) -> Option<&Error> {
        self.last_failure.as_deref()
    }

    /// Whether an attempt or the call timed out.
    pub fn is_timeout(&self) -> bool {
        match &self.cause {
            Cause::Connection { error, .. } => error.is_timeout(),
            Cause::AttemptTimeout(_) | Cause::CallTimeout { .. } => true,
            #[cfg(feature = "upload")]
            Cause::Stalled(_) => true,
            #[cfg(feature = "upload")]
            Cause::EarlyResponse { .. } => false,
            Cause::ResponseTooLarge { .. } | Cause::RateLimited(_) => false,
        }
    }

    /// Whether no connection was made, so nothing was sent. Always `false` in a browser, which
    /// does not report it.
    pub fn is_connect(&self) -> bool {
        match &self.cause {
            #[cfg(not(target_family = "wasm"))]
            Cause::Connection { error, .. } => error.is_connect(),
            _ => false,
        }
    }

    /// Whether the response body exceeds
    /// [`max_response_size`](crate::CallOptions::max_response_size).
    pub fn is_response_too_large(&self) -> bool {
        matches!(self.cause, Cause::ResponseTooLarge { .. })
    }

    /// The time until `poll_interval` allows the next request, if it rejected this one.
    pub(super) fn rate_limited_for(&self) -> Option<Duration> {
        match self.cause {
            Cause::RateLimited(retry_in) => Some(retry_in),
            _ => None,
        }
    }

    /// Whether the attempt ended before anything was sent.
    pub(crate) fn is_unsent(&self) -> bool {
        matches!(self.cause, Cause::RateLimited(_) | Cause::CallTimeout { is_in_flight: false, .. })
    }

    pub(super) fn may_have_been_applied(&self) -> bool {
        !self.operation.is_idempotent && !self.is_unsent() && !self.is_connect()
    }

    /// Whether the call must not start another attempt.
    pub(super) fn is_final(&self) -> bool {
        matches!(
            self.cause,
            Cause::ResponseTooLarge { .. } | Cause::CallTimeout { .. } | Cause::RateLimited(_)
        )
    }

    pub(super) fn error_type(&self) -> &'static str {
        match () {
            () if self.is_connect() => "connect",
            () if self.is_timeout() => "timeout",
            () if self.is_response_too_large() => "response_too_large",
            () if self.rate_limited_for().is_some() => "rate_limited",
            () => "transport",
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}: ", self.operation, Attempts(self.attempts))?;

        match &self.cause {
            Cause::Connection { host, error } => {
                let message = error_chain(error);
                match host.is_empty() || message.contains(host.as_str()) {
                    true => f.write_str(&message),
                    false => write!(f, "{host}: {message}"),
                }
            }
            Cause::AttemptTimeout(timeout) => {
                write!(f, "timed out after {timeout:?} while waiting for the response")
            }
            Cause::CallTimeout { timeout, .. } => {
                write!(f, "the call timed out after {timeout:?}")?;
                match &self.last_failure {
                    Some(error) => write!(f, "; the attempt before failed: {error}"),
                    None => Ok(()),
                }
            }
            Cause::RateLimited(retry_in) => write!(
                f,
                "rate limited by `poll_interval`: the next request is allowed in {retry_in:?}, \
                 after this call's timeout"
            ),
            #[cfg(feature = "upload")]
            Cause::Stalled(timeout) => {
                write!(f, "timed out: no bytes were transferred for {timeout:?}")
            }
            #[cfg(feature = "upload")]
            Cause::EarlyResponse { status, sent, total } => {
                write!(f, "incomplete upload: {status} after {sent} of {total} bytes")
            }
            Cause::ResponseTooLarge { max_size } => write!(
                f,
                "the response body is larger than {max_size} bytes, the limit set by \
                 `max_response_size`"
            ),
        }
    }
}

impl std::error::Error for TransportError {}
