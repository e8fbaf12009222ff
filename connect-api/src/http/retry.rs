//! The retry policy: how many attempts a call makes, and the delay between them.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};

use crate::error::Error;

/// When a call is retried, and the delay before each retry.
///
/// An idempotent operation (reads, deletions, settings) is retried after a failed
/// connection and after the statuses 408, 429, 500, 502, 503 and 504. Any other operation (prints,
/// actions, registrations) is retried only if the request was certainly not applied: the connection
/// failed before anything was sent, or the status is 429, or 503 with a valid `Retry-After`.
///
/// The delay is exponential backoff with full jitter: a random part of a maximum that doubles with
/// each retry. If the service sends a `Retry-After`, the jitter is added to it, so that clients with
/// the same `Retry-After` do not retry at the same moment.
///
/// ```no_run
/// # async fn example() -> Result<(), connect_api::Error> {
/// use std::time::Duration;
/// use connect_api::{CallOptions, Client, RetryPolicy};
///
/// let patient = RetryPolicy::default()
///     .max_attempts(10)
///     .initial_backoff(Duration::from_secs(1))
///     .max_backoff(Duration::from_secs(30))
///     .max_retry_after(Duration::from_secs(120))
///     .budget(Duration::from_secs(600));
/// let options = CallOptions::new().retry(patient).timeout(Duration::from_secs(900));
/// let client = Client::builder().token("an API token").call_options(options).build()?;
/// // No retry for this call.
/// let once = CallOptions::new().retry(RetryPolicy::never());
/// client.get_settings().with(once).send().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    max_attempts: usize,
    initial_backoff: Duration,
    max_backoff: Duration,
    max_retry_after: Duration,
    budget: Duration,
}

impl Default for RetryPolicy {
    /// 4 attempts within 60 seconds, backoffs of up to 0.5, 1 and 2 seconds, and a `Retry-After` of
    /// up to 30 seconds.
    fn default() -> Self {
        Self {
            max_attempts: 4,
            initial_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(10),
            max_retry_after: Duration::from_secs(30),
            budget: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// One attempt without retries.
    pub fn never() -> Self {
        Self::default().max_attempts(1)
    }

    /// The maximum number of attempts, including the first one.
    #[must_use]
    pub fn max_attempts(mut self, attempts: usize) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// The maximum backoff before the first retry. It doubles with each retry.
    #[must_use]
    pub fn initial_backoff(mut self, backoff: Duration) -> Self {
        self.initial_backoff = backoff;
        self
    }

    /// The maximum backoff before any retry.
    #[must_use]
    pub fn max_backoff(mut self, backoff: Duration) -> Self {
        self.max_backoff = backoff;
        self
    }

    /// The maximum `Retry-After` that a call waits for. If the service sends a longer one, the call
    /// fails.
    #[must_use]
    pub fn max_retry_after(mut self, delay: Duration) -> Self {
        self.max_retry_after = delay;
        self
    }

    /// The maximum time from the start of a call to the start of its last attempt.
    #[must_use]
    pub fn budget(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// Limits the budget to the timeout of the call.
    ///
    /// A call that cannot finish the next delay before its timeout then fails at once with the error
    /// of its last attempt, instead of with a timeout later.
    pub(crate) fn limited_by(mut self, timeout: Duration) -> Self {
        self.budget = self.budget.min(timeout);
        self
    }

    /// Returns the part of the budget that is left.
    pub(crate) fn remaining_budget(&self, elapsed: Duration) -> Duration {
        self.budget.saturating_sub(elapsed)
    }

    /// Returns the delay before the next attempt: the `Retry-After` of the service plus a random part
    /// of the backoff.
    ///
    /// `retries` counts the retries before this one. `None` means that the policy allows no other
    /// attempt: there were too many, or the delay is too long.
    pub(crate) fn retry_delay(
        &self,
        error: &Error,
        retries: usize,
        elapsed: Duration,
    ) -> Option<Duration> {
        let jitter = self.backoffs().build().nth(retries)?.mul_f64(fastrand::f64());
        let retry_after = error.retry_after().unwrap_or_default();

        if retry_after > self.max_retry_after {
            return None;
        }

        let delay = retry_after.saturating_add(jitter);
        (delay < self.remaining_budget(elapsed)).then_some(delay)
    }

    /// The maximum backoff before each retry, without jitter.
    fn backoffs(&self) -> ExponentialBuilder {
        ExponentialBuilder::new()
            .with_factor(2.0)
            .with_min_delay(self.initial_backoff.min(self.max_backoff))
            .with_max_delay(self.max_backoff)
            .with_max_times(self.max_attempts - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::token::TokenError;

    const SECOND: Duration = Duration::from_secs(1);

    fn error_with_retry_after(delay: Duration) -> Error {
        Error::Token(TokenError::transient("busy").with_retry_after(delay))
    }

    #[test]
    fn retry_policy_defaults_are_as_documented() {
        let policy = RetryPolicy {
            max_attempts: 4,
            initial_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(10),
            max_retry_after: Duration::from_secs(30),
            budget: Duration::from_secs(60),
        };

        assert_eq!(RetryPolicy::default(), policy);
    }

    #[test]
    fn backoff_doubles_with_each_retry() {
        let backoffs = RetryPolicy::default().backoffs().build();
        assert_eq!(backoffs.collect::<Vec<_>>(), [500, 1000, 2000].map(Duration::from_millis));
    }

    #[test]
    fn max_backoff_limits_the_initial_backoff() {
        let policy = RetryPolicy::default().initial_backoff(9 * SECOND).max_backoff(SECOND);
        assert_eq!(policy.backoffs().build().collect::<Vec<_>>(), [SECOND; 3]);
    }

    #[test]
    fn retry_delay_is_limited_by_backoff_attempts_and_budget() {
        let policy = RetryPolicy::default().initial_backoff(SECOND);
        let error = Error::Token(TokenError::transient("busy"));

        for _ in 0..1000 {
            assert!(policy.retry_delay(&error, 0, Duration::ZERO).unwrap() <= SECOND);
        }

        assert_eq!(policy.retry_delay(&error, 3, Duration::ZERO), None, "no fifth attempt");
        assert_eq!(policy.retry_delay(&error, 0, Duration::from_secs(60)), None);
    }

    #[test]
    fn retry_delay_adds_jitter_to_retry_after() {
        let policy = RetryPolicy::default().initial_backoff(SECOND);

        for retry_after in [Duration::ZERO, 5 * SECOND] {
            let error = error_with_retry_after(retry_after);
            let jitters: Vec<Duration> = (0..1000)
                .map(|_| policy.retry_delay(&error, 0, Duration::ZERO).unwrap() - retry_after)
                .collect();

            assert!(jitters.iter().all(|jitter| *jitter <= SECOND), "{retry_after:?}");

            let in_second_half = jitters.iter().filter(|jitter| **jitter > SECOND / 2).count();
            assert!((300..700).contains(&in_second_half), "{in_second_half} of 1000");
        }
    }

    #[test]
    fn retry_after_above_the_maximum_is_not_retried() {
        let error = error_with_retry_after(31 * SECOND);
        assert_eq!(RetryPolicy::default().retry_delay(&error, 0, Duration::ZERO), None);
    }
}
