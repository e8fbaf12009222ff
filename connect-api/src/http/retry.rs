//! How often and how long a call is tried.

use std::time::{Duration, UNIX_EPOCH};

use backon::{BackoffBuilder as _, ExponentialBuilder};
use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::error::Error;

/// When a call is tried again, and how long it waits before.
///
/// An operation that can be repeated (reads, deletions, settings) is tried again after a failed
/// connection and after the statuses 408, 429, 500, 502, 503 and 504. Any other (prints, actions,
/// registrations) is tried again only after what surely did nothing: a connection that failed
/// before anything was sent, 429, and 503 with a `Retry-After` that can be read.
///
/// The waits grow exponentially with full jitter: each is a random part of a bound that doubles.
/// A `Retry-After` of the service is waited for before, so that those who were told the same time do
/// not come back at once.
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
/// // A call of its own has no second attempt.
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
    /// 4 attempts within 60 seconds, waits of up to 0.5, 1 and 2 seconds, a `Retry-After` of up to
    /// 30 seconds.
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
    pub fn initial_backoff(mut self, delay: Duration) -> Self {
        self.initial_backoff = delay;
        self
    }

    /// The bound that no wait of ours exceeds.
    #[must_use]
    pub fn max_backoff(mut self, delay: Duration) -> Self {
        self.max_backoff = delay;
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

    /// The bound of the wait after so many failures before the last one; none if that was the last
    /// attempt.
    pub(crate) fn bound(&self, failures: usize) -> Option<Duration> {
        self.delays().build().nth(failures)
    }

    /// The waits without their jitter.
    fn delays(&self) -> ExponentialBuilder {
        ExponentialBuilder::new()
            .with_factor(2.0)
            .with_min_delay(self.initial_backoff.min(self.max_backoff))
            .with_max_delay(self.max_backoff)
            .with_max_times(self.max_attempts - 1)
    }

    /// How much is left of the budget.
    pub(crate) fn left(&self, elapsed: Duration) -> Duration {
        self.budget.saturating_sub(elapsed)
    }

    /// The wait before the next attempt: what the service asks for, and a random part of `bound`;
    /// none if it would be too long.
    pub(crate) fn wait(
        &self,
        error: &Error,
        bound: Option<Duration>,
        elapsed: Duration,
    ) -> Option<Duration> {
        let jitter = bound?.mul_f64(fastrand::f64());
        let asked = error.retry_after().unwrap_or_default();
        if asked > self.max_retry_after {
            return None;
        }

        let wait = asked.saturating_add(jitter);
        (wait < self.left(elapsed)).then_some(wait)
    }
}

/// Whether a call may be tried again after an error.
pub(crate) fn is_retryable(error: &Error) -> bool {
    !error.is_final() && !error.may_have_been_applied()
}

/// Whether a status says that nothing was done. `asked` says whether a `Retry-After` stands beside
/// it. A redirect does not: 303 is what follows something that was done.
pub(crate) fn is_refusal(status: StatusCode, asked: bool) -> bool {
    match status {
        StatusCode::REQUEST_TIMEOUT => false,
        StatusCode::SERVICE_UNAVAILABLE => asked,
        status => status.is_client_error(),
    }
}

/// Whether a status says that the same request can succeed at another time.
pub(crate) fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
}

/// The wait that an answer asks for, in seconds or until a date. `now` is the time since the epoch;
/// the answer's own `Date` is worth more, since clocks differ.
pub(crate) fn retry_after(headers: &HeaderMap, now: Duration) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let date = |text| {
        let date = httpdate::parse_http_date(text).ok()?;
        Some(date.duration_since(UNIX_EPOCH).unwrap_or_default())
    };

    let value = text(RETRY_AFTER)?;
    if let Some(until) = date(value) {
        return Some(until.saturating_sub(text(DATE).and_then(date).unwrap_or(now)));
    }

    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }

    let is_number = value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds = value.parse::<f64>().ok().filter(|_| is_number)?.ceil();

    // Longer than there is time is still asked for.
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests {
    use backon::BackoffBuilder as _;

    use super::*;
    use crate::auth::token::TokenError;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Duration::from_secs(784_111_777);
        for (value, wait) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:49:07 GMT", Some(0)),
            ("1.5", Some(2)),
            ("0.0", Some(0)),
            ("soon", None),
            ("-1", None),
            ("1e3", None),
            ("inf", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            assert_eq!(retry_after(&headers, now), wait.map(Duration::from_secs), "{value}");
        }

        let until = [
            (RETRY_AFTER, "Sun, 06 Nov 1994 08:49:47 GMT".parse().unwrap()),
            (DATE, "Sun, 06 Nov 1994 08:49:44 GMT".parse().unwrap()),
        ];
        let wait = retry_after(&until.into_iter().collect(), now);
        assert_eq!(wait, Some(Duration::from_secs(3)), "by the clock of who asks for it");

        let headers = [(RETRY_AFTER, "99999999999999999999".parse().unwrap())];
        let wait = retry_after(&headers.into_iter().collect(), now);
        assert_eq!(wait, Some(Duration::MAX), "longer than anyone waits, but asked for");
    }

    #[test]
    fn only_a_client_error_is_a_refusal() {
        let refuses = |status: u16, asked| is_refusal(StatusCode::from_u16(status).unwrap(), asked);
        for status in [400, 401, 403, 404, 409, 429] {
            assert!(refuses(status, false), "{status}");
        }

        for status in [200, 301, 302, 303, 307, 308, 408, 500, 502, 504, 600, 999] {
            assert!(!refuses(status, true), "{status}");
        }

        assert!(refuses(503, true) && !refuses(503, false));
    }

    #[test]
    fn what_is_not_set_is_as_documented() {
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
    fn the_waits_double_unasked() {
        let waits = RetryPolicy::default().delays().build();
        assert_eq!(waits.collect::<Vec<_>>(), [500, 1000, 2000].map(Duration::from_millis));
    }

    #[test]
    fn the_bound_holds_for_the_first_wait_too() {
        let second = Duration::from_secs(1);
        let policy = RetryPolicy::default().initial_backoff(9 * second).max_backoff(second);
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

    #[test]
    fn what_is_asked_for_is_waited_for_and_nobody_comes_back_with_all_others() {
        let policy = RetryPolicy::default();
        let second = Duration::from_secs(1);
        for asked in [Duration::ZERO, 5 * second] {
            let error = Error::Token(TokenError::transient("busy").with_retry_after(asked));
            let wait = || policy.wait(&error, Some(second), Duration::ZERO).unwrap() - asked;
            let waits: Vec<Duration> = (0..1000).map(|_| wait()).collect();

            assert!(waits.iter().all(|wait| *wait <= second), "{asked:?}");
            let late = waits.iter().filter(|wait| **wait > second / 2).count();
            assert!((300..700).contains(&late), "{late} of 1000 in the second half");
        }

        let error = Error::Token(TokenError::transient("busy").with_retry_after(31 * second));
        assert_eq!(policy.wait(&error, Some(second), Duration::ZERO), None);
    }
}
