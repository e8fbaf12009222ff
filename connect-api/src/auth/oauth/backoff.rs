//! The account service is left alone for a while after it has failed, by all calls.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::auth::token::TokenError;
use crate::runtime::Instant;

/// The longest that the service can have all calls wait: a slip of its must not end a program that
/// runs for months.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// How long nobody asks the service after the first failure, and after many of them in a row.
const BACKOFF: RangeInclusive<Duration> = Duration::from_millis(500)..=Duration::from_secs(10);

/// A failure that may pass, for all who ask before the next refresh.
#[derive(Clone)]
pub(super) struct Later {
    pub(super) until: Instant,
    /// It tells how long the service is left alone.
    pub(super) error: TokenError,
    /// How many there were in a row.
    failures: u32,
}

impl Later {
    /// After another failure: as long as the service asks for, and longer from one to the next.
    pub(super) fn after(before: Option<Self>, error: TokenError) -> Self {
        let failures = before.map_or(0, |before| before.failures);
        let backoff = BACKOFF.start().saturating_mul(2_u32.saturating_pow(failures));
        let asked = error.retry_after().unwrap_or_default().min(LONGEST_WAIT);
        let wait = backoff.min(*BACKOFF.end()).max(asked);

        Self {
            until: Instant::now() + wait,
            error: error.with_retry_after(wait),
            failures: failures.saturating_add(1),
        }
    }

    /// The failure, for who asks before it may have passed: with what is left of the wait.
    pub(super) fn error_at(&self, now: Instant) -> Option<TokenError> {
        let left = self.until.saturating_duration_since(now);
        (!left.is_zero()).then(|| self.error.clone().with_retry_after(left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_is_left_alone_for_longer_after_each_failure() {
        let mut before = None;
        for wait in [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000] {
            let later = Later::after(before, TokenError::transient("trouble"));
            let start = later.until - Duration::from_millis(wait);
            assert_eq!(later.error.retry_after(), Some(Duration::from_millis(wait)));

            let left = later.error_at(start + Duration::from_millis(100)).unwrap().retry_after();
            assert_eq!(left, Some(Duration::from_millis(wait - 100)));
            assert!(later.error_at(later.until).is_none());

            before = Some(later);
        }

        let many = before.map(|before| Later { failures: u32::MAX, ..before });
        for (asked, wait) in [(0, 10), (60, 60), (u64::MAX, 600)] {
            let busy = TokenError::transient("busy").with_retry_after(Duration::from_secs(asked));
            let later = Later::after(many.clone(), busy);
            assert_eq!(later.error.retry_after(), Some(Duration::from_secs(wait)), "{asked}");
        }
    }
}
