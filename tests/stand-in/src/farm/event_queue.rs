//! What is going to happen, in the order of time.

use std::collections::BTreeMap;

use super::clock::Time;

/// Something that happens by itself once its time has come.
#[derive(Debug, Clone)]
pub enum Event {
    /// A job comes to its next phase, unless it has taken another step meanwhile.
    Job {
        /// The cluster.
        cluster: String,
        /// The job.
        job: String,
        /// The step that the job has to be at.
        step: u32,
    },
    /// An action comes to its next status.
    Action {
        /// The cluster.
        cluster: String,
        /// The action.
        action: String,
    },
    /// The firmware of a printer is updated.
    Updated {
        /// The cluster.
        cluster: String,
        /// The printer.
        printer: String,
    },
    /// Somebody sends a job to a cluster, and will do it again.
    Arrival(String),
    /// A printer of the cluster drops off the network, and another one will.
    Outage(String),
    /// A printer comes back.
    Return {
        /// The cluster.
        cluster: String,
        /// The printer.
        printer: String,
    },
    /// A print of the cluster goes wrong, and another one will.
    Breakdown(String),
    /// A broken printer is mended.
    Repair {
        /// The cluster.
        cluster: String,
        /// The printer.
        printer: String,
    },
}

/// The events to come. Of two at the same time, the one that was entered first comes first.
#[derive(Debug, Default)]
pub struct EventQueue {
    entries: BTreeMap<(Time, u64), Event>,
    entered: u64,
}

impl EventQueue {
    /// Enters an event.
    pub fn enter(&mut self, at: Time, event: Event) {
        self.entered += 1;
        self.entries.insert((at, self.entered), event);
    }

    /// Takes the next event out, if it is due by then.
    pub fn take(&mut self, until: Time) -> Option<(Time, Event)> {
        let next = self.entries.first_entry().filter(|entry| entry.key().0 <= until)?;
        let ((at, _), event) = next.remove_entry();
        Some((at, event))
    }
}
