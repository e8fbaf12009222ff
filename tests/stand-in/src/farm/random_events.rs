//! Life without anybody's doing: jobs that arrive, printers that drop off, prints that go wrong.
//! It is chance, but the same for the same seed.

use std::ops::Range;
use std::time::Duration;

use super::clock::after;
use super::job::Phase;
use super::printer::Printer;
use crate::farm::event_queue::Event;
use crate::farm::state::{FarmState, Sender};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// How often each printer gets a job, drops off, and breaks.
const JOB_EVERY: u64 = HOUR;
const OUTAGE_EVERY: u64 = 12 * HOUR;
const BREAKDOWN_EVERY: u64 = 24 * HOUR;

/// How long a printer is away or broken, and how long it then stays at least. It is longer than
/// the pauses of a polite client, which could not see it otherwise.
const AWAY: Range<u64> = 15 * MINUTE..60 * MINUTE;
const STAY: Duration = Duration::from_secs(15 * MINUTE);

impl FarmState {
    /// Sets the life of a cluster going.
    pub fn enliven(&mut self, at: usize) {
        for _ in 0..self.clusters[at].printers.len() {
            self.send_something(at);
        }

        let id = self.clusters[at].id.clone();
        for (every, event) in [
            (JOB_EVERY, Event::Arrival(id.clone())),
            (OUTAGE_EVERY, Event::Outage(id.clone())),
            (BREAKDOWN_EVERY, Event::Breakdown(id)),
        ] {
            self.again(at, every, event);
        }
    }

    /// Enters an event that happens to each printer about once in so many seconds.
    fn again(&mut self, at: usize, every: u64, event: Event) {
        let mean = every / self.clusters[at].printers.len().max(1) as u64;
        let after = self.chance.u64(mean / 2..=mean + mean / 2);
        self.later(Duration::from_secs(after), event);
    }

    fn send_something(&mut self, at: usize) {
        // One that nobody could print would only fill the queue.
        let loaded: Vec<_> = self.clusters[at]
            .printers
            .iter()
            .filter_map(|printer| printer.loaded.first())
            .collect();

        let files: Vec<_> =
            self.files.iter().filter(|file| loaded.contains(&&file.material)).cloned().collect();
        let Some(file) = self.chance.choice(files) else { return };
        let user = self.chance.choice(&self.users).unwrap_or(&self.users[0]).clone();
        let sender = Sender { user, sent_from: "network", held: false, to_approve: false };
        self.submit(at, file, sender);
    }

    /// Whether a printer is there, and has been as it is for long enough to be seen so.
    fn has_settled(&self, printer: &Printer) -> bool {
        let settled = printer.changed.is_none_or(|changed| after(changed, STAY) <= self.now);
        printer.offline.is_none() && settled
    }

    pub(super) fn arrival(&mut self, cluster: &str) {
        let Some(at) = self.cluster(cluster) else { return };
        let jobs = self.clusters[at].jobs.open();
        let waiting = jobs.filter(|job| job.phase == Phase::Queued).count();

        if waiting <= self.clusters[at].printers.len() {
            self.send_something(at);
        }

        self.again(at, JOB_EVERY, Event::Arrival(cluster.to_owned()));
    }

    pub(super) fn outage(&mut self, cluster: &str) {
        let Some(at) = self.cluster(cluster) else { return };
        // The host stays: without it nothing is seen of the others.
        let printers = self.clusters[at].printers.iter().skip(1);
        let there: Vec<_> = printers.filter(|printer| self.has_settled(printer)).collect();

        if let Some(printer) = self.chance.choice(there).map(|printer| printer.uuid.clone()) {
            self.attach(cluster, &printer, false);
            let away = Duration::from_secs(self.chance.u64(AWAY));
            self.later(away, Event::Return { cluster: cluster.to_owned(), printer });
        }

        self.again(at, OUTAGE_EVERY, Event::Outage(cluster.to_owned()));
    }

    pub(super) fn breakdown(&mut self, cluster: &str) {
        let Some(at) = self.cluster(cluster) else { return };
        let printers = self.clusters[at].printers.iter();
        let well: Vec<_> = printers
            .filter(|printer| self.has_settled(printer) && printer.trouble.is_none())
            .collect();

        if let Some(printer) = self.chance.choice(well).map(|printer| printer.uuid.clone()) {
            self.break_down(cluster, &printer, "AIR_MANAGER_FILTER_MISSING");
            let away = Duration::from_secs(self.chance.u64(AWAY));
            self.later(away, Event::Repair { cluster: cluster.to_owned(), printer });
        }

        self.again(at, BREAKDOWN_EVERY, Event::Breakdown(cluster.to_owned()));
    }
}
