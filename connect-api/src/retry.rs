//! How often and how long a call is tried.

use std::num::IntErrorKind;
use std::time::{Duration, UNIX_EPOCH};

use backon::ExponentialBuilder;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::call::Operation;
use crate::error::Error;

/// When a call is tried again, and how long it waits before.
///
/// An operation that can be repeated (reads, deletions, settings) is tried again after a failed
/// connection and after the statuses 408, 429, 500, 502, 503 and 504. Any other (prints, actions,
/// registrations) is tried again only after what surely did nothing: a connection that failed
/// before anything was sent, 429, and 503 with a `Retry-After`.
///
/// The waits grow exponentially with full jitter: each is a random part of a bound that doubles.
/// A `Retry-After` of the service takes their place.
///
/// ```no_run
/// # async fn example() -> Result<(), connect_api::Error> {
/// use std::time::Duration;
/// use connect_api::{CallOptions, Client, RetryPolicy};
///
/// let patient = RetryPolicy::default()
///     .max_attempts(10)
///     .first_delay(Duration::from_secs(1))
///     .max_delay(Duration::from_secs(30))
///     .max_retry_after(Duration::from_secs(120))
///     .budget(Duration::from_secs(600));
/// let options = CallOptions::new().retry(patient).timeout(Duration::from_secs(900));
/// let client = Client::builder().token("an API token").call_options(options).build()?;
/// // A call of its own has no second attempt.
/// let once = CallOptions::new().retry(RetryPolicy::never());
/// client.get_settings().with(once).send().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RetryPolicy {
    max_attempts: usize,
    first_delay: Duration,
    max_delay: Duration,
    max_retry_after: Duration,
    budget: Duration,
}

impl Default for RetryPolicy {
    /// 4 attempts within 60 seconds, waits of up to 0.5, 1 and 2 seconds, a `Retry-After` of up to
    /// 30 seconds.
    fn default() -> Self {
        Self {
            max_attempts: 4,
            first_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(10),
            max_retry_after: Duration::from_secs(30),
            budget: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// One attempt, and no other.
    pub fn never() -> Self {
        Self::default().max_attempts(1)
    }

    /// How often a call is tried at the most, the first time included.
    #[must_use]
    pub fn max_attempts(mut self, attempts: usize) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// The bound of the first wait; it doubles with every other.
    #[must_use]
    pub fn first_delay(mut self, delay: Duration) -> Self {
        self.first_delay = delay;
        self
    }

    /// The bound that no wait of ours exceeds.
    #[must_use]
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// The longest `Retry-After` that is waited for; when the service wants more, the call fails.
    #[must_use]
    pub fn max_retry_after(mut self, delay: Duration) -> Self {
        self.max_retry_after = delay;
        self
    }

    /// How long a call may have lasted, the wait included, for another attempt to begin.
    #[must_use]
    pub fn budget(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// The same for a call of so much time: no wait is begun of which the call would not see the
    /// end, so that it ends with what went wrong and not with its time.
    pub(crate) fn within(mut self, timeout: Duration) -> Self {
        self.budget = self.budget.min(timeout);
        self
    }

    /// The waits without their jitter.
    pub(crate) fn delays(&self) -> ExponentialBuilder {
        ExponentialBuilder::new()
            .with_factor(2.0)
            .with_min_delay(self.first_delay.min(self.max_delay))
            .with_max_delay(self.max_delay)
            .with_max_times(self.max_attempts - 1)
    }

    /// The wait before the next attempt: the service's, else a random part of `bound`; none if it
    /// would be too long.
    pub(crate) fn wait(
        &self,
        error: &Error,
        bound: Option<Duration>,
        elapsed: Duration,
    ) -> Option<Duration> {
        let bound = bound?;
        let wait = match error.retry_after() {
            Some(asked) if asked > self.max_retry_after => return None,
            Some(asked) => asked,
            None => bound.mul_f64(fastrand::f64()),
        };
        (elapsed.saturating_add(wait) < self.budget).then_some(wait)
    }
}

/// Whether an operation may be tried again after an error.
pub(crate) fn is_retryable(operation: &Operation, error: &Error) -> bool {
    match error {
        Error::Api(error) => match error.status {
            StatusCode::TOO_MANY_REQUESTS => true,
            StatusCode::SERVICE_UNAVAILABLE => {
                operation.repeatable || error.headers.contains_key(RETRY_AFTER)
            }
            status => operation.repeatable && is_transient(status),
        },
        Error::Transport(error) => {
            error.is_connect() || (operation.repeatable && !error.is_final())
        }
        // Nothing has been sent to the API itself.
        Error::Token(error) => error.is_transient(),
        _ => false,
    }
}

/// Whether a status says that the same request can succeed at another time.
pub(crate) fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
}

/// The wait that an answer asks for, in seconds or until a date. `now` is the time since the epoch.
pub(crate) fn retry_after(headers: &HeaderMap, now: Duration) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    match value.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => Some(Duration::MAX),
        Err(_) => {
            let date = httpdate::parse_http_date(value).ok()?;
            Some(date.duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(now))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Duration::from_secs(784_111_777);
        for (value, wait) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:49:07 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            assert_eq!(retry_after(&headers, now), wait.map(Duration::from_secs), "{value}");
        }
        let headers = [(RETRY_AFTER, "99999999999999999999".parse().unwrap())];
        let wait = retry_after(&headers.into_iter().collect(), now);
        assert_eq!(wait, Some(Duration::MAX), "longer than anyone waits, but asked for");
    }

    #[test]
    fn the_bound_holds_for_the_first_wait_too() {
        use backon::BackoffBuilder as _;
        let second = Duration::from_secs(1);
        let policy = RetryPolicy::default().first_delay(9 * second).max_delay(second);
        assert_eq!(policy.delays().build().collect::<Vec<_>>(), [second; 3]);
    }

    #[test]
    fn no_wait_exceeds_its_bound_or_the_budget() {
        let policy = RetryPolicy::default();
        let error = Error::Configuration(crate::error::ConfigurationError::new("any"));
        let second = Duration::from_secs(1);
        for _ in 0..1000 {
            assert!(policy.wait(&error, Some(second), Duration::ZERO).unwrap() <= second);
        }
        assert_eq!(policy.wait(&error, None, Duration::ZERO), None);
        assert_eq!(policy.wait(&error, Some(second), Duration::from_secs(60)), None);
    }
}
