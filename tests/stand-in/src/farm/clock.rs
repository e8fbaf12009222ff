//! The farm's clock: it stands still until it is advanced, or follows real time at some speed.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// A point in the farm's time.
pub type Time = DateTime<Utc>;

/// The maximum age of a farm: a hundred years. A longer time is probably in the wrong unit.
pub const MAX_FARM_AGE: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// The farm's clock. It stops at the [maximum age](MAX_FARM_AGE).
#[derive(Debug, Clone)]
pub struct Clock {
    start: Time,
    speed: u32,
    /// When the clock started to run, in real time.
    running_since: Instant,
    /// How far it was advanced, apart from running.
    advanced: Duration,
}

impl Clock {
    /// A clock that shows `start` now, and runs `speed` times as fast as real time. With 0 it
    /// stands still.
    pub fn new(start: Time, speed: u32) -> Self {
        Self { start, speed, running_since: Instant::now(), advanced: Duration::ZERO }
    }

    /// The current time.
    pub fn now(&self) -> Time {
        time_after(self.start, self.age())
    }

    fn age(&self) -> Duration {
        let running_time = self.running_since.elapsed().saturating_mul(self.speed);
        self.advanced.saturating_add(running_time).min(MAX_FARM_AGE)
    }

    /// The time until the maximum age.
    pub fn remaining(&self) -> Duration {
        MAX_FARM_AGE.saturating_sub(self.age())
    }

    /// Advances the clock.
    pub fn advance(&mut self, time: Duration) {
        self.advanced = self.advanced.saturating_add(time);
    }

    /// Sets the clock back to an earlier time.
    pub fn set_back(&mut self, time: Time) {
        self.advanced = duration_between(self.start, time);
        self.running_since = Instant::now();
    }
}

/// The time after a duration, or the last possible time.
pub fn time_after(time: Time, duration: Duration) -> Time {
    let duration = TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX);
    time.checked_add_signed(duration).unwrap_or(Time::MAX_UTC)
}

/// The duration from `earlier` to `later`, or zero if `later` is not later.
pub fn duration_between(earlier: Time, later: Time) -> Duration {
    (later - earlier).to_std().unwrap_or_default()
}
