//! The farm's time: it stands still until it is pushed, or follows real time at some speed.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// A moment of the farm.
pub type Time = DateTime<Utc>;

/// The clock.
#[derive(Debug, Clone)]
pub struct Clock {
    start: Time,
    speed: u32,
    started: Instant,
    pushed: Duration,
}

impl Clock {
    /// A clock that shows `start` now, and runs `speed` times as fast as real time; with 0 it
    /// stands still.
    pub fn new(start: Time, speed: u32) -> Self {
        Self { start, speed, started: Instant::now(), pushed: Duration::ZERO }
    }

    /// What the clock shows.
    pub fn now(&self) -> Time {
        let real = self.started.elapsed().saturating_mul(self.speed);
        after(self.start, self.pushed.saturating_add(real))
    }

    /// Pushes the clock forward.
    pub fn push(&mut self, time: Duration) {
        self.pushed = self.pushed.saturating_add(time);
    }
}

/// The moment so much later; the last there is if that is beyond it.
pub fn after(time: Time, passed: Duration) -> Time {
    let passed = TimeDelta::from_std(passed).unwrap_or(TimeDelta::MAX);
    time.checked_add_signed(passed).unwrap_or(Time::MAX_UTC)
}

/// How much later `late` is than `early`; nothing if it is not.
pub fn between(early: Time, late: Time) -> Duration {
    (late - early).to_std().unwrap_or_default()
}
