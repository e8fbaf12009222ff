//! The backoff after a failed refresh, shared by all calls.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::auth::token::TokenError;
use crate::runtime::Instant;

/// Maximum `Retry-After` that is honoured, so a mistake of the service does not stop a program
/// for months.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(600);

/// The delay after the first failure, and the maximum after many failures in a row.
const BACKOFF: RangeInclusive<Duration> = Duration::from_millis(500)..=Duration::from_secs(10);

/// A transient failure, and when the next refresh may start.
#[derive(Clone)]
pub(super) struct RefreshBackoff {
    pub(super) until: Instant,
    /// The failure, with the whole delay as its `retry_after`.
    pub(super) error: TokenError,
    /// The number of failures in a row.
    failures: u32,
}

impl RefreshBackoff {
    /// Returns the backoff after a failure. The delay doubles with each failure in a row, and is at
    /// least the `retry_after` of the error.
    pub(super) fn after_failure(previous: Option<Self>, error: TokenError) -> Self {
        let failures = previous.map_or(0, |previous| previous.failures);
        let backoff = BACKOFF.start().saturating_mul(2_u32.saturating_pow(failures));
        let retry_after = error.retry_after().unwrap_or_default().min(MAX_RETRY_AFTER);
        let delay = backoff.min(*BACKOFF.end()).max(retry_after);

        Self {
            until: Instant::now() + delay,
            error: error.with_retry_after(delay),
            failures: failures.saturating_add(1),
        }
    }

    /// Returns the failure, with the remaining delay, if the delay is not over.
    pub(super) fn error_at(&self, now: Instant) -> Option<TokenError> {
        let remaining = self.until.saturating_duration_since(now);
        (!remaining.is_zero()).then(|| self.error.clone().with_retry_after(remaining))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_with_each_failure_and_honours_retry_after() {
        let mut previous = None;
        for millis in [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000] {
            let delay = Duration::from_millis(millis);
            let backoff = RefreshBackoff::after_failure(previous, TokenError::transient("any"));
            assert_eq!(backoff.error.retry_after(), Some(delay));

            let later = backoff.until - delay + Duration::from_millis(100);
            let remaining = backoff.error_at(later).unwrap().retry_after();
            assert_eq!(remaining, Some(delay - Duration::from_millis(100)));
            assert!(backoff.error_at(backoff.until).is_none());

            previous = Some(backoff);
        }

        let previous = previous.map(|backoff| RefreshBackoff { failures: u32::MAX, ..backoff });
        for (retry_after, delay) in [(0, 10), (60, 60), (u64::MAX, 600)] {
            let error = TokenError::transient("busy");
            let error = error.with_retry_after(Duration::from_secs(retry_after));
            let backoff = RefreshBackoff::after_failure(previous.clone(), error);
            let delay = Duration::from_secs(delay);
            assert_eq!(backoff.error.retry_after(), Some(delay), "{retry_after}");
        }
    }
}
