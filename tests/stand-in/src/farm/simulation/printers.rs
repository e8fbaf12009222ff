//! Printers: outages, errors and firmware updates.

use std::time::Duration;

use crate::farm::change::ChangeKind;
use crate::farm::state::FarmState;
use crate::farm::state::event_queue::Event;
use crate::farm::state::job::Phase;
use crate::farm::state::printer::{FirmwareUpdate, PrinterError};

/// The duration of a firmware update.
const FIRMWARE_UPDATE_TIME: Duration = Duration::from_secs(600);

impl FarmState {
    /// Connects or disconnects a printer. With the host of a cluster, all its printers go offline.
    pub fn set_printer_online(&mut self, cluster_id: &str, uuid: &str, online: bool) {
        let Some(cluster) = self.cluster_index(cluster_id) else { return };
        if let Some(printer) = self.clusters[cluster].printer_mut(uuid) {
            printer.disconnected = !online;
        }

        let affected_jobs = self.update_online_status(cluster);
        for uuid in affected_jobs {
            self.apply_pending_phase_end(cluster, &uuid);
        }

        self.assign_jobs(cluster);
    }

    /// Updates which printers of a cluster are offline, and records the changes.
    ///
    /// Returns the jobs of the printers that went online.
    fn update_online_status(&mut self, index: usize) -> Vec<String> {
        let now = self.now;
        let cluster = &mut self.clusters[index];
        let is_host_disconnected = cluster.printers.first().is_some_and(|host| host.disconnected);

        let (mut changes, mut jobs) = (Vec::new(), Vec::new());
        for printer in &mut cluster.printers {
            let is_offline = printer.disconnected || is_host_disconnected;
            if is_offline == printer.offline_since.is_some() {
                continue;
            }

            printer.offline_since = is_offline.then_some(now);
            printer.last_change = Some(now);
            if is_offline {
                changes.push((printer.uuid.clone(), ChangeKind::PrinterOffline));
            } else {
                changes.push((printer.uuid.clone(), ChangeKind::PrinterOnline));
                jobs.extend(printer.job_uuid.clone());
            }
        }

        for (printer, kind) in changes {
            self.record_change(index, &printer, kind);
        }

        jobs
    }

    /// Ends the phase of a job whose time was over while its printer was offline.
    fn apply_pending_phase_end(&mut self, cluster: usize, uuid: &str) {
        let job = self.clusters[cluster].job(uuid).filter(|job| job.is_phase_end_pending);
        if let Some(next_phase) = job.and_then(|job| job.next_phase()) {
            self.enter_phase(cluster, uuid, next_phase);
        }
    }

    /// Causes an error of a printer. Its print job fails.
    pub fn break_printer(&mut self, cluster_id: &str, uuid: &str, code: &str) {
        let Some(cluster) = self.cluster_index(cluster_id) else { return };
        let error = PrinterError { since: self.now, uuid: self.ids.uuid(), code: code.to_owned() };

        let printer = self.clusters[cluster].printer_mut(uuid);
        let Some(printer) = printer.filter(|printer| printer.error.is_none()) else { return };
        printer.last_change = Some(error.since);
        printer.error = Some(error);

        let job_uuid = printer.job_uuid.clone();
        self.record_change(cluster, uuid, ChangeKind::PrinterBroken);

        // A print that is complete cannot fail.
        let job = job_uuid.as_deref().and_then(|uuid| self.clusters[cluster].job(uuid));
        if let Some(job) = job.filter(|job| job.phase != Phase::WaitCleanup) {
            let uuid = job.uuid.clone();
            self.enter_phase(cluster, &uuid, Phase::Failed);
        }
    }

    /// Clears the error of a printer.
    pub fn repair_printer(&mut self, cluster_id: &str, uuid: &str) {
        let Some(cluster) = self.cluster_index(cluster_id) else { return };
        let now = self.now;

        let printer = self.clusters[cluster].printer_mut(uuid);
        if let Some(printer) = printer.filter(|printer| printer.error.is_some()) {
            printer.error = None;
            printer.last_change = Some(now);
            self.record_change(cluster, uuid, ChangeKind::PrinterRepaired);
            self.assign_jobs(cluster);
        }
    }

    /// Starts the scheduled firmware updates of printers that are free.
    pub(super) fn start_firmware_updates(&mut self, index: usize) {
        let cluster = &mut self.clusters[index];
        let mut events = Vec::new();

        for printer in &mut cluster.printers {
            if printer.firmware_update == FirmwareUpdate::Scheduled && printer.is_free() {
                printer.firmware_update = FirmwareUpdate::Running;
                events.push(Event::FirmwareUpdated {
                    cluster: cluster.id.clone(),
                    printer: printer.uuid.clone(),
                });
            }
        }

        for event in events {
            self.schedule(FIRMWARE_UPDATE_TIME, event);
        }
    }

    pub(super) fn complete_firmware_update(&mut self, cluster_id: &str, uuid: &str) {
        let Some(cluster) = self.cluster_index(cluster_id) else { return };
        if let Some(printer) = self.clusters[cluster].printer_mut(uuid) {
            printer.firmware_update = FirmwareUpdate::None;
            printer.firmware = 1;
        }
        self.assign_jobs(cluster);
    }
}
