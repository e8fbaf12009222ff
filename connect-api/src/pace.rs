//! How many requests are under way at once, and how often a status is asked for.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::time::{Instant, sleep};

/// The limits of a client on itself. Both are off unless switched on.
#[derive(Default)]
pub(crate) struct Pace {
    concurrency: Option<Semaphore>,
    poll_interval: Option<Duration>,
    /// When each status may be asked for again, by its URL.
    next_poll: Mutex<HashMap<String, Instant>>,
}

impl Pace {
    pub(crate) fn new(concurrency: Option<usize>, poll_interval: Option<Duration>) -> Self {
        Self {
            concurrency: concurrency
                .map(|most| Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS))),
            poll_interval,
            next_poll: Mutex::default(),
        }
    }

    /// A place among the requests under way; held until the answer is read.
    pub(crate) async fn place(&self) -> Option<SemaphorePermit<'_>> {
        match &self.concurrency {
            Some(semaphore) => semaphore.acquire().await.ok(),
            None => None,
        }
    }

    /// Waits until a status may be asked for again. Each who waits takes a turn of its own.
    pub(crate) async fn turn(&self, url: &str) {
        let Some(interval) = self.poll_interval else { return };
        let now = Instant::now();
        let turn = {
            let mut next = self.next_poll.lock().unwrap_or_else(PoisonError::into_inner);
            next.retain(|_, at| *at > now);
            let turn = next.get(url).copied().unwrap_or(now);
            next.insert(url.to_owned(), turn + interval);
            turn
        };
        sleep(turn.saturating_duration_since(now)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_status_waits_for_its_turn_and_others_do_not() {
        let pace = Pace::new(None, Some(Duration::from_secs(10)));
        let start = tokio::time::Instant::now();
        pace.turn("a").await;
        pace.turn("b").await;
        assert!(start.elapsed() < Duration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(pace.next_poll.lock().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn no_more_than_allowed_are_under_way() {
        let pace = Pace::new(Some(2), None);
        let (one, _two) = (pace.place().await, pace.place().await);
        let third = tokio::time::timeout(Duration::from_millis(20), pace.place());
        assert!(third.await.is_err());
        drop(one);
        assert!(pace.place().await.is_some());
    }
}
