//! The rate limiter: the number of concurrent requests, and the minimum interval between polls.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedMutexGuard, Semaphore};

use crate::runtime::{Instant, sleep, timeout};

/// Limits the rate of a client's own requests. Both limits are off by default.
#[derive(Default)]
pub(crate) struct RateLimiter {
    concurrency: Option<Semaphore>,
    poll_interval: Option<Duration>,
    /// The polled URLs.
    polls: Mutex<Vec<(String, Arc<PollState>)>>,
}

/// The state of a polled URL.
#[derive(Default)]
struct PollState {
    /// Locked by the call that polls next, until its response has arrived or the call is dropped.
    /// Other calls wait for the lock in their order.
    queue: Arc<tokio::sync::Mutex<()>>,
    /// The time of the last request or of its response.
    last_poll: Mutex<Option<Instant>>,
}

/// Permission to poll a URL now.
///
/// The permit is held until the response has arrived, and the interval starts again when it is
/// dropped. The time of the request alone is not enough: a request can wait for a connection, so two
/// requests could reach the service within one interval.
pub(crate) struct Permit {
    poll: Arc<PollState>,
    is_used: bool,
    _queue: OwnedMutexGuard<()>,
}

/// Why no permit was acquired.
#[derive(Debug, PartialEq)]
pub(crate) enum AcquireError {
    /// The interval allows the next request only after this delay, and the timeout ends earlier.
    RetryIn(Duration),
    /// The timeout ended while another call was polling.
    Timeout,
}

impl RateLimiter {
    /// `concurrency` is the maximum number of requests at once, `poll_interval` the minimum interval
    /// between two polls of one URL.
    pub(crate) fn new(concurrency: Option<usize>, poll_interval: Option<Duration>) -> Self {
        Self {
            concurrency: concurrency
                .map(|requests| Semaphore::new(requests.clamp(1, Semaphore::MAX_PERMITS))),
            poll_interval,
            polls: Mutex::default(),
        }
    }

    /// The minimum interval between two polls of one URL, if one is set.
    pub(crate) fn poll_interval(&self) -> Option<Duration> {
        self.poll_interval
    }

    /// The semaphore that limits concurrent requests, if a limit is set. A request holds a permit
    /// until its response is read.
    pub(crate) fn concurrency(&self) -> Option<&Semaphore> {
        self.concurrency.as_ref()
    }

    /// Waits until a URL may be polled, and acquires the permit to do so. Waiting calls are served in
    /// their order. Returns `None` if no interval is set.
    ///
    /// # Errors
    ///
    /// An error if the permit is not available within `max_wait`. If the interval alone is too long,
    /// the error is returned at once, unless other calls are waiting as well.
    pub(crate) async fn acquire_poll(
        &self,
        url: &str,
        max_wait: Duration,
    ) -> Result<Option<Permit>, AcquireError> {
        let Some(interval) = self.poll_interval else { return Ok(None) };
        let start = Instant::now();
        let poll = self.poll_state(url, interval);

        // Returns the delay until the next poll, or an error if it exceeds the remaining wait.
        let check_delay = || {
            let delay = poll.delay(interval);
            if delay > max_wait.saturating_sub(start.elapsed()) {
                return Err(AcquireError::RetryIn(delay));
            }
            Ok(delay)
        };

        check_delay()?;

        let Ok(queue) = timeout(max_wait, poll.queue.clone().lock_owned()).await else {
            return Err(check_delay().err().unwrap_or(AcquireError::Timeout));
        };

        // The call before this one may have polled in the meantime, which restarts the interval.
        sleep(check_delay()?).await;

        Ok(Some(Permit { poll, is_used: false, _queue: queue }))
    }

    /// Returns the state of a URL, and removes the states that no longer delay a call.
    fn poll_state(&self, url: &str, interval: Duration) -> Arc<PollState> {
        let mut polls = self.polls.lock().unwrap_or_else(PoisonError::into_inner);
        polls.retain(|(_, poll)| Arc::strong_count(poll) > 1 || !poll.delay(interval).is_zero());

        if let Some((_, poll)) = polls.iter().find(|(polled_url, _)| polled_url == url) {
            return poll.clone();
        }

        let poll = Arc::<PollState>::default();
        polls.push((url.to_owned(), poll.clone()));

        poll
    }
}

impl PollState {
    /// Returns the delay until the interval allows the next poll.
    fn delay(&self, interval: Duration) -> Duration {
        let last_poll = *self.last_poll.lock().unwrap_or_else(PoisonError::into_inner);
        last_poll.map_or(Duration::ZERO, |time| interval.saturating_sub(time.elapsed()))
    }

    /// Starts the interval again.
    fn restart_interval(&self) {
        *self.last_poll.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}

impl Permit {
    /// Records that a request is sent now. A call with an expired token records its second request
    /// with the same permit.
    pub(crate) fn record_request(&mut self) {
        self.is_used = true;
        self.poll.restart_interval();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.is_used {
            self.poll.restart_interval();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Acquires a permit, records a request, and drops the permit.
    async fn poll(
        rate_limiter: &RateLimiter,
        url: &str,
        max_wait: Duration,
    ) -> Result<(), AcquireError> {
        rate_limiter.acquire_poll(url, max_wait).await?.unwrap().record_request();
        Ok(())
    }

    #[tokio::test(start_paused = true)]
    async fn poll_interval_applies_to_each_url_separately() {
        let rate_limiter = RateLimiter::new(None, Some(Duration::from_secs(10)));
        let start = tokio::time::Instant::now();
        poll(&rate_limiter, "a", Duration::MAX).await.unwrap();
        poll(&rate_limiter, "b", Duration::ZERO).await.unwrap();

        assert!(start.elapsed() < Duration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(rate_limiter.polls.lock().unwrap().len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn cancelled_acquire_does_not_delay_later_calls() {
        let rate_limiter = RateLimiter::new(None, Some(Duration::from_secs(10)));
        poll(&rate_limiter, "a", Duration::MAX).await.unwrap();
        let start = tokio::time::Instant::now();

        for _ in 0..5 {
            let cancelled = tokio::time::timeout(
                Duration::from_millis(1),
                poll(&rate_limiter, "a", Duration::MAX),
            );
            assert!(cancelled.await.is_err());
        }

        poll(&rate_limiter, "a", Duration::MAX).await.unwrap();
        assert!(start.elapsed() < Duration::from_secs(11));
    }

    #[tokio::test]
    async fn rate_limiter_rejects_call_at_once_when_delay_exceeds_max_wait() {
        let hour = Duration::from_secs(3600);
        let rate_limiter = RateLimiter::new(None, Some(hour));
        poll(&rate_limiter, "a", hour).await.unwrap();

        let start = Instant::now();
        let error = poll(&rate_limiter, "a", hour / 2).await.unwrap_err();
        assert!(start.elapsed() < hour / 60);

        let AcquireError::RetryIn(delay) = error else { panic!("{error:?}") };
        assert!(delay > hour / 2 && delay <= hour, "{delay:?}");
    }

    #[tokio::test]
    async fn rate_limiter_rejects_queued_call_when_the_call_before_polls() {
        let rate_limiter = RateLimiter::new(None, Some(Duration::from_millis(200)));
        poll(&rate_limiter, "a", Duration::ZERO).await.unwrap();
        let max_wait = Duration::from_millis(250);
        let (first, second) =
            tokio::join!(poll(&rate_limiter, "a", max_wait), poll(&rate_limiter, "a", max_wait));

        assert!(first.is_ok() && second.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn states_of_urls_without_delay_are_removed() {
        let rate_limiter = RateLimiter::new(None, Some(Duration::ZERO));
        for cluster in 0..100 {
            poll(&rate_limiter, &cluster.to_string(), Duration::MAX).await.unwrap();
        }

        assert_eq!(rate_limiter.polls.lock().unwrap().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn longest_interval_does_not_overflow() {
        let rate_limiter = RateLimiter::new(None, Some(Duration::MAX));
        poll(&rate_limiter, "a", Duration::ZERO).await.unwrap();
    }

    #[tokio::test]
    async fn concurrency_limits_requests_in_flight() {
        let rate_limiter = RateLimiter::new(Some(2), None);
        let concurrency = rate_limiter.concurrency().unwrap();
        let (first, _second) = (concurrency.acquire().await, concurrency.acquire().await);
        let third = tokio::time::timeout(Duration::from_millis(20), concurrency.acquire());

        assert!(third.await.is_err());
        drop(first);
        assert!(concurrency.acquire().await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn interval_starts_when_the_permit_is_dropped() {
        let interval = Duration::from_secs(10);
        let rate_limiter = RateLimiter::new(None, Some(interval));
        let permit = rate_limiter.acquire_poll("a", Duration::MAX).await.unwrap();
        let mut permit = permit.unwrap();
        let start = tokio::time::Instant::now();

        // The call waits for something else before its request, and sends a second request.
        let slow_call = async move {
            tokio::time::sleep(3 * interval).await;
            permit.record_request();
            tokio::time::sleep(interval / 2).await;
            permit.record_request();
        };
        let (_, next) = tokio::join!(slow_call, poll(&rate_limiter, "a", Duration::MAX));
        next.unwrap();

        let elapsed = start.elapsed();
        assert!(elapsed >= 4 * interval && elapsed < 5 * interval, "{elapsed:?}");
    }
}
