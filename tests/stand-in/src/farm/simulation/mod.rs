//! The simulation: it advances the farm to a time, and applies all events until then.

mod actions;
mod commands;
mod initial_state;
mod jobs;
mod printers;
mod random_events;

use std::time::{Duration, Instant};

use super::clock::{Time, time_after};
use super::state::FarmState;
use super::state::event_queue::Event;

/// How long a request may wait for the simulation, in real time.
const MAX_SIMULATION_TIME: Duration = Duration::from_millis(200);

impl FarmState {
    /// Advances the farm to the time of its clock.
    ///
    /// If the clock runs faster than this machine can simulate, the clock is set back, so that
    /// requests do not time out.
    pub fn catch_up(&mut self) {
        if self.config.speed == 0 {
            return self.catch_up_completely();
        }

        let (until, started) = (self.clock.now(), Instant::now());
        while self.step(until) {
            if started.elapsed() > MAX_SIMULATION_TIME {
                self.clock.set_back(self.now);
                return;
            }
        }
    }

    /// Advances the farm to the time of its clock, however long the simulation takes.
    pub fn catch_up_completely(&mut self) {
        let until = self.clock.now();
        self.run_until(until);
    }

    /// Advances the farm by the time that a request to this path takes.
    pub fn tick(&mut self, path: &str) {
        if path.ends_with(self.config.tick_path_suffix) {
            self.clock.advance(self.config.tick_duration());
        }
        self.catch_up();
    }

    /// Advances the farm to a time.
    pub(super) fn run_until(&mut self, until: Time) {
        while self.step(until) {}
    }

    /// Applies the next event, or advances to `until` if none is due. Returns whether there was
    /// one.
    fn step(&mut self, until: Time) -> bool {
        let next = self.events.pop_due(until);
        let time = next.as_ref().map_or(until, |(time, _)| *time);
        self.now = self.now.max(time);

        let Some((_, event)) = next else { return false };
        self.apply(event);

        true
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::JobPhaseEnd { cluster, job, phase_number } => {
                self.end_phase(&cluster, &job, phase_number);
            }
            Event::ActionProgress { cluster, action } => self.advance_action(&cluster, &action),
            Event::FirmwareUpdated { cluster, printer } => {
                self.complete_firmware_update(&cluster, &printer);
            }
            Event::JobArrival(cluster) => self.random_job_arrival(&cluster),
            Event::Outage(cluster) => self.random_outage(&cluster),
            Event::OutageEnd { cluster, printer } => {
                self.set_printer_online(&cluster, &printer, true);
            }
            Event::Breakdown(cluster) => self.random_breakdown(&cluster),
            Event::Repair { cluster, printer } => self.repair_printer(&cluster, &printer),
        }
    }

    /// Whether the bearer token has expired.
    pub fn is_token_expired(&mut self) -> bool {
        self.catch_up();
        let lifetime = self.config.token_lifetime;
        lifetime.is_some_and(|lifetime| time_after(self.token_issued_at, lifetime) <= self.now)
    }

    /// Records that a new bearer token was issued.
    pub fn record_new_token(&mut self) {
        self.catch_up();
        self.token_issued_at = self.now;
    }
}
