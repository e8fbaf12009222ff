//! The pending events of a farm, ordered by time.

use std::collections::BTreeMap;

use crate::farm::clock::Time;

/// An event that happens at a scheduled time.
#[derive(Debug, Clone)]
pub enum Event {
    /// The phase of a job ends, unless the phase has changed in the meantime.
    JobPhaseEnd {
        /// The id of the cluster.
        cluster: String,
        /// The UUID of the job.
        job: String,
        /// The number of the phase.
        phase_number: u32,
    },
    /// An action reaches its next status.
    ActionProgress {
        /// The id of the cluster.
        cluster: String,
        /// The id of the action.
        action: String,
    },
    /// The firmware update of a printer is complete.
    FirmwareUpdated {
        /// The id of the cluster.
        cluster: String,
        /// The UUID of the printer.
        printer: String,
    },
    /// A random job arrives at this cluster. The event recurs.
    JobArrival(String),
    /// A random printer of this cluster goes offline. The event recurs.
    Outage(String),
    /// A printer is online again after an outage.
    OutageEnd {
        /// The id of the cluster.
        cluster: String,
        /// The UUID of the printer.
        printer: String,
    },
    /// A random printer of this cluster breaks. The event recurs.
    Breakdown(String),
    /// A broken printer is repaired.
    Repair {
        /// The id of the cluster.
        cluster: String,
        /// The UUID of the printer.
        printer: String,
    },
}

/// The pending events. Events with the same time are in the order in which they were added.
#[derive(Debug, Default)]
pub struct EventQueue {
    events: BTreeMap<(Time, u64), Event>,
    push_count: u64,
}

impl EventQueue {
    /// Adds an event.
    pub fn push(&mut self, time: Time, event: Event) {
        self.push_count += 1;
        self.events.insert((time, self.push_count), event);
    }

    /// Removes the next event if it is due at `until`.
    pub fn pop_due(&mut self, until: Time) -> Option<(Time, Event)> {
        let next = self.events.first_entry().filter(|entry| entry.key().0 <= until)?;
        let ((time, _), event) = next.remove_entry();
        Some((time, event))
    }
}
