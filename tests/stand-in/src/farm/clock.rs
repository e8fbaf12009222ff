//! The farm's time: it stands still until it is pushed, or follows real time at some speed.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// A moment of the farm.
pub type Time = DateTime<Utc>;

/// How long a farm lives at most. Who wants more has mistaken a unit.
pub const MAX_FARM_AGE: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// The clock. It stops at the end of the farm's life.
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
        after(self.start, self.passed())
    }

    fn passed(&self) -> Duration {
        let real = self.started.elapsed().saturating_mul(self.speed);
        self.pushed.saturating_add(real).min(MAX_FARM_AGE)
    }

    /// How much time is left.
    pub fn left(&self) -> Duration {
        MAX_FARM_AGE.saturating_sub(self.passed())
    }

    /// Pushes the clock forward.
    pub fn push(&mut self, time: Duration) {
        self.pushed = self.pushed.saturating_add(time);
    }

    /// Goes on from an earlier moment.
    pub fn fall_back(&mut self, to: Time) {
        (self.pushed, self.started) = (between(self.start, to), Instant::now());
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
