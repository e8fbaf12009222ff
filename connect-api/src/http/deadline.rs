//! The time that a call has, for all that it does.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crate::error::{Error, TransportError};
use crate::http::call::Operation;
use crate::runtime::{Instant, timeout};

/// The end of a call, whatever it is about then. Each part of it is held to what time is left,
/// rather than all of it by a timer of its own: most parts need no time and hence no timer.
pub(crate) struct Deadline<'a> {
    operation: &'a Arc<Operation>,
    start: Instant,
    limit: Duration,
}

impl<'a> Deadline<'a> {
    pub(crate) fn new(operation: &'a Arc<Operation>, limit: Duration) -> Self {
        Self { operation, start: Instant::now(), limit }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    pub(crate) fn left(&self) -> Duration {
        self.limit.saturating_sub(self.elapsed())
    }

    /// A part of the call in which nothing is under way to the service. It has all the time that is
    /// left.
    pub(crate) async fn hold<T>(&self, part: impl Future<Output = T>) -> Result<T, Error> {
        let mut part = pin!(part);
        // Most parts have ended when they are begun, and want no timer.
        let begun = poll_fn(|context| Poll::Ready(part.as_mut().poll(context)));
        if let Poll::Ready(end) = begun.await {
            return Ok(end);
        }

        timeout(self.left(), part).await.map_err(|_| self.missed(false))
    }

    /// Why an attempt has been broken off: its own limit was reached, or what was left of the call.
    pub(crate) fn missed_attempt(&self, limit: Duration, left: Duration) -> Error {
        match left <= limit {
            true => self.missed(true),
            false => TransportError::attempt_timeout(self.operation, limit).into(),
        }
    }

    /// Why a call has ended: its time is up.
    pub(crate) fn missed(&self, is_under_way: bool) -> Error {
        TransportError::call_timeout(self.operation, self.limit, is_under_way).into()
    }
}
