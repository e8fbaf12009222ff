//! The deadline of a call: the point in time at which its timeout ends.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crate::error::{Error, TransportError};
use crate::http::operation::Operation;
use crate::runtime::{Instant, timeout};

/// The deadline of a call.
///
/// Each step of the call is limited to the remaining time. A timer for the whole call would be
/// simpler, but it costs time in every call, and most steps finish without waiting.
pub(crate) struct Deadline<'a> {
    operation: &'a Arc<Operation>,
    start: Instant,
    timeout: Duration,
}

impl<'a> Deadline<'a> {
    /// Starts the timeout of a call now.
    pub(crate) fn start(operation: &'a Arc<Operation>, timeout: Duration) -> Self {
        Self { operation, start: Instant::now(), timeout }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    pub(crate) fn remaining(&self) -> Duration {
        self.timeout.saturating_sub(self.elapsed())
    }

    /// Runs a step of the call in which no request is in flight, until the deadline.
    ///
    /// # Errors
    ///
    /// The call's timeout.
    pub(crate) async fn limit<T>(&self, step: impl Future<Output = T>) -> Result<T, Error> {
        let mut step = pin!(step);

        // Most steps are ready when they are polled first, and need no timer.
        let first_poll = poll_fn(|context| Poll::Ready(step.as_mut().poll(context)));
        if let Poll::Ready(output) = first_poll.await {
            return Ok(output);
        }

        timeout(self.remaining(), step).await.map_err(|_| self.call_timeout(false))
    }

    /// Returns the error of an attempt that timed out: the attempt's timeout, or the call's timeout
    /// if the call had less time left.
    pub(crate) fn attempt_timeout(&self, attempt_timeout: Duration, remaining: Duration) -> Error {
        match remaining <= attempt_timeout {
            true => self.call_timeout(true),
            false => TransportError::attempt_timeout(self.operation, attempt_timeout).into(),
        }
    }

    /// Returns the error of a call that timed out.
    pub(crate) fn call_timeout(&self, is_in_flight: bool) -> Error {
        TransportError::call_timeout(self.operation, self.timeout, is_in_flight).into()
    }
}
