//! How many requests are under way at once, and how often a status is asked for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedMutexGuard, Semaphore};

use crate::runtime::{Instant, sleep, timeout};

/// The limits of a client on itself. Both are off unless switched on.
#[derive(Default)]
pub(crate) struct RateLimiter {
    concurrency: Option<Semaphore>,
    poll_interval: Option<Duration>,
    /// The turns at each status, by its URL.
    polls: Mutex<Vec<(String, Arc<Turns>)>>,
}

/// The turns at a status.
#[derive(Default)]
struct Turns {
    /// Held by whoever is next, until its answer is there: a call that is given up meanwhile leaves the
    /// turn to the one behind it.
    queue: Arc<tokio::sync::Mutex<()>>,
    /// When the status was last asked for, or its answer was there.
    last: Mutex<Option<Instant>>,
}

/// A turn at a status, of one who may ask now. It lasts until the answer is there: nobody here sees
/// when a request arrives, which may have to wait for a connection.
pub(crate) struct Permit {
    turns: Arc<Turns>,
    has_asked: bool,
    _first: OwnedMutexGuard<()>,
}

impl Permit {
    /// Says that the status is asked for now, be it for the first time or again.
    pub(crate) fn asks(&mut self) {
        self.has_asked = true;
        self.turns.take();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.has_asked {
            self.turns.take();
        }
    }
}

impl Turns {
    /// How long nobody may ask.
    fn pause(&self, interval: Duration) -> Duration {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.map_or(Duration::ZERO, |at| interval.saturating_sub(at.elapsed()))
    }

    fn take(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}

impl RateLimiter {
    pub(crate) fn new(concurrency: Option<usize>, poll_interval: Option<Duration>) -> Self {
        Self {
            concurrency: concurrency
                .map(|most| Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS))),
            poll_interval,
            polls: Mutex::default(),
        }
    }

    /// The least time between two polls of the same status, if one is set.
    pub(crate) fn poll_interval(&self) -> Option<Duration> {
        self.poll_interval
    }

    /// The places among the requests under way, if they are limited; each is held until the answer
    /// is read.
    pub(crate) fn places(&self) -> Option<&Semaphore> {
        self.concurrency.as_ref()
    }

    /// Waits until a status may be asked for again. Each who waits has a turn of its own, and holds up
    /// those behind it until it asks. None where nobody waits.
    ///
    /// # Errors
    ///
    /// How long it is until then, if that is more than is `left`: at once, unless others wait too.
    /// Nothing, if it is another's turn for longer than that.
    pub(crate) async fn turn(&self, url: &str, left: Duration) -> Result<Option<Permit>, Duration> {
        let Some(interval) = self.poll_interval else { return Ok(None) };
        let start = Instant::now();
        let turns = self.turns(url, interval);

        let pause = || match turns.pause(interval) {
            pause if pause > left.saturating_sub(start.elapsed()) => Err(pause),
            pause => Ok(pause),
        };
        pause()?;
        let queue = timeout(left, turns.queue.clone().lock_owned()).await;
        let first = queue.map_err(|_| pause().err().unwrap_or_default())?;
        sleep(pause()?).await;

        Ok(Some(Permit { turns, has_asked: false, _first: first }))
    }

    /// The turns at a status. Those that hold nobody up any more are forgotten.
    fn turns(&self, url: &str, interval: Duration) -> Arc<Turns> {
        let mut polls = self.polls.lock().unwrap_or_else(PoisonError::into_inner);
        polls.retain(|(_, turns)| Arc::strong_count(turns) > 1 || !turns.pause(interval).is_zero());

        if let Some((_, turns)) = polls.iter().find(|(at, _)| at == url) {
            return turns.clone();
        }

        let turns = Arc::<Turns>::default();
        polls.push((url.to_owned(), turns.clone()));

        turns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waits for a turn and asks.
    async fn ask(pace: &RateLimiter, url: &str, left: Duration) -> Result<(), Duration> {
        pace.turn(url, left).await?.unwrap().asks();
        Ok(())
    }

    #[tokio::test(start_paused = true)]
    async fn a_status_waits_for_its_turn_and_others_do_not() {
        let pace = RateLimiter::new(None, Some(Duration::from_secs(10)));
        let start = tokio::time::Instant::now();
        ask(&pace, "a", Duration::MAX).await.unwrap();
        ask(&pace, "b", Duration::ZERO).await.unwrap();

        assert!(start.elapsed() < Duration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(pace.polls.lock().unwrap().len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_waiting_leaves_its_turn_to_others() {
        let pace = RateLimiter::new(None, Some(Duration::from_secs(10)));
        ask(&pace, "a", Duration::MAX).await.unwrap();
        let start = tokio::time::Instant::now();

        for _ in 0..5 {
            let given_up =
                tokio::time::timeout(Duration::from_millis(1), ask(&pace, "a", Duration::MAX));
            assert!(given_up.await.is_err());
        }

        ask(&pace, "a", Duration::MAX).await.unwrap();
        assert!(start.elapsed() < Duration::from_secs(11));
    }

    #[tokio::test]
    async fn who_cannot_have_a_turn_in_time_hears_so_at_once() {
        let hour = Duration::from_secs(3600);
        let pace = RateLimiter::new(None, Some(hour));
        ask(&pace, "a", hour).await.unwrap();

        let start = Instant::now();
        let wait = ask(&pace, "a", hour / 2).await.unwrap_err();
        assert!(start.elapsed() < hour / 60 && wait > hour / 2 && wait <= hour, "{wait:?}");
    }

    #[tokio::test]
    async fn who_waits_behind_another_hears_so_when_the_turn_is_taken() {
        let pace = RateLimiter::new(None, Some(Duration::from_millis(200)));
        ask(&pace, "a", Duration::ZERO).await.unwrap();
        let long = Duration::from_millis(250);
        let (one, other) = tokio::join!(ask(&pace, "a", long), ask(&pace, "a", long));

        assert!(one.is_ok() && other.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn what_holds_nobody_up_is_forgotten_and_no_interval_is_too_long() {
        let pace = RateLimiter::new(None, Some(Duration::ZERO));
        for cluster in 0..100 {
            ask(&pace, &cluster.to_string(), Duration::MAX).await.unwrap();
        }

        assert_eq!(pace.polls.lock().unwrap().len(), 1);
        ask(&RateLimiter::new(None, Some(Duration::MAX)), "a", Duration::ZERO).await.unwrap();
    }

    #[tokio::test]
    async fn no_more_than_allowed_are_under_way() {
        let pace = RateLimiter::new(Some(2), None);
        let places = pace.places().unwrap();
        let (one, _two) = (places.acquire().await, places.acquire().await);
        let third = tokio::time::timeout(Duration::from_millis(20), places.acquire());

        assert!(third.await.is_err());
        drop(one);
        assert!(places.acquire().await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn the_interval_begins_when_the_turn_before_ends() {
        let ten = Duration::from_secs(10);
        let pace = RateLimiter::new(None, Some(ten));
        let mut turn = pace.turn("a", Duration::MAX).await.unwrap().unwrap();
        let start = tokio::time::Instant::now();

        // Whoever has the turn may be held up before it asks, or ask again.
        let held_up = async move {
            tokio::time::sleep(3 * ten).await;
            turn.asks();
            tokio::time::sleep(ten / 2).await;
            turn.asks();
        };
        let (_, next) = tokio::join!(held_up, ask(&pace, "a", Duration::MAX));
        next.unwrap();

        let elapsed = start.elapsed();
        assert!(elapsed >= 4 * ten && elapsed < 5 * ten, "{elapsed:?}");
    }
}
