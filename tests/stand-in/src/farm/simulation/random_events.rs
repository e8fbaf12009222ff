//! Random events: jobs arrive, printers go offline, printers break. The same seed gives the same
//! events.

use std::ops::Range;
use std::time::Duration;

use crate::farm::clock::time_after;
use crate::farm::state::FarmState;
use crate::farm::state::event_queue::Event;
use crate::farm::state::job::{Phase, Submission};
use crate::farm::state::printer::Printer;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// The mean time between two jobs for each printer, in seconds.
const JOB_INTERVAL: u64 = HOUR;

/// The mean time between two outages of each printer, in seconds.
const OUTAGE_INTERVAL: u64 = 12 * HOUR;

/// The mean time between two errors of each printer, in seconds.
const BREAKDOWN_INTERVAL: u64 = 24 * HOUR;

/// The duration of an outage or an error, in seconds.
const DOWNTIME: Range<u64> = 15 * MINUTE..60 * MINUTE;

/// The minimum time between two changes of a printer.
///
/// It is longer than a typical poll interval: a client could not see shorter changes.
const MIN_UPTIME: Duration = Duration::from_secs(15 * MINUTE);

impl FarmState {
    /// Submits a job for each printer of a cluster, and schedules the first random events.
    pub(super) fn start_random_events(&mut self, cluster: usize) {
        for _ in 0..self.clusters[cluster].printers.len() {
            self.submit_random_job(cluster);
        }

        let id = self.clusters[cluster].id.clone();
        for (interval, event) in [
            (JOB_INTERVAL, Event::JobArrival(id.clone())),
            (OUTAGE_INTERVAL, Event::Outage(id.clone())),
            (BREAKDOWN_INTERVAL, Event::Breakdown(id)),
        ] {
            self.schedule_random(cluster, interval, event);
        }
    }

    /// Schedules an event that affects each printer about once in `interval` seconds.
    fn schedule_random(&mut self, cluster: usize, interval: u64, event: Event) {
        let mean = interval / self.clusters[cluster].printers.len().max(1) as u64;
        let delay = self.rng.u64(mean / 2..=mean + mean / 2);
        self.schedule(Duration::from_secs(delay), event);
    }

    fn submit_random_job(&mut self, cluster: usize) {
        // A file that no printer can print would stay in the queue forever.
        let printers = self.clusters[cluster].printers.iter();
        let loaded: Vec<_> =
            printers.filter_map(|printer| printer.loaded_materials.first()).collect();
        let files = self.files.iter().filter(|file| loaded.contains(&&file.material));
        let files: Vec<_> = files.cloned().collect();

        let Some(file) = self.rng.choice(files) else { return };
        let user = self.rng.choice(&self.users).unwrap_or(&self.users[0]).clone();
        let submission =
            Submission { user, sent_from: "network", on_hold: false, needs_approval: false };
        self.submit_job(cluster, file, submission);
    }

    /// Whether a printer is online and has not changed for the minimum time.
    fn is_settled(&self, printer: &Printer) -> bool {
        let is_unchanged =
            printer.last_change.is_none_or(|change| time_after(change, MIN_UPTIME) <= self.now);
        printer.offline_since.is_none() && is_unchanged
    }

    /// Submits a random job unless the queue is long, and schedules the next one.
    pub(super) fn random_job_arrival(&mut self, cluster_id: &str) {
        let Some(cluster) = self.cluster_index(cluster_id) else { return };
        let jobs = self.clusters[cluster].jobs.open();
        let queued = jobs.filter(|job| job.phase == Phase::Queued).count();

        if queued <= self.clusters[cluster].printers.len() {
            self.submit_random_job(cluster);
        }

        self.schedule_random(cluster, JOB_INTERVAL, Event::JobArrival(cluster_id.to_owned()));
    }

    /// Takes a random printer offline, and schedules the next outage.
    pub(super) fn random_outage(&mut self, cluster_id: &str) {
        let Some(cluster) = self.cluster_index(cluster_id) else { return };

        // The host stays online, since the other printers would be offline without it.
        let printers = self.clusters[cluster].printers.iter().skip(1);
        let candidates: Vec<_> = printers.filter(|printer| self.is_settled(printer)).collect();

        if let Some(printer) = self.rng.choice(candidates).map(|printer| printer.uuid.clone()) {
            self.set_printer_online(cluster_id, &printer, false);
            let downtime = Duration::from_secs(self.rng.u64(DOWNTIME));
            let event = Event::OutageEnd { cluster: cluster_id.to_owned(), printer };
            self.schedule(downtime, event);
        }

        self.schedule_random(cluster, OUTAGE_INTERVAL, Event::Outage(cluster_id.to_owned()));
    }

    /// Breaks a random printer, and schedules the next breakdown.
    pub(super) fn random_breakdown(&mut self, cluster_id: &str) {
        let Some(cluster) = self.cluster_index(cluster_id) else { return };
        let printers = self.clusters[cluster].printers.iter();
        let candidates: Vec<_> = printers
            .filter(|printer| self.is_settled(printer) && printer.error.is_none())
            .collect();

        if let Some(printer) = self.rng.choice(candidates).map(|printer| printer.uuid.clone()) {
            self.break_printer(cluster_id, &printer, "AIR_MANAGER_FILTER_MISSING");
            let downtime = Duration::from_secs(self.rng.u64(DOWNTIME));
            let event = Event::Repair { cluster: cluster_id.to_owned(), printer };
            self.schedule(downtime, event);
        }

        self.schedule_random(cluster, BREAKDOWN_INTERVAL, Event::Breakdown(cluster_id.to_owned()));
    }
}
