//! The phases of jobs, and their assignment to printers.

use std::sync::Arc;

use crate::farm::change::ChangeKind;
use crate::farm::state::FarmState;
use crate::farm::state::cluster::Cluster;
use crate::farm::state::event_queue::Event;
use crate::farm::state::job::{Job, Phase, Submission};
use crate::farm::state::print_file::PrintFile;

impl FarmState {
    /// Submits a job, and returns its UUID. `cluster` is the index of the cluster.
    pub fn submit_job(
        &mut self,
        cluster: usize,
        file: Arc<PrintFile>,
        submission: Submission,
    ) -> String {
        let needs_approval = submission.needs_approval;
        let uuid = self.ids.uuid();
        let job = Job::new(uuid.clone(), file, submission, self.now);
        self.clusters[cluster].jobs.push(job);

        if !needs_approval {
            self.enter_phase(cluster, &uuid, Phase::Queued);
        }

        uuid
    }

    /// Ends the phase of a job when its duration is over.
    pub(super) fn end_phase(&mut self, cluster_id: &str, uuid: &str, phase_number: u32) {
        let Some(index) = self.cluster_index(cluster_id) else { return };
        let cluster = &mut self.clusters[index];
        let job = cluster.job(uuid).filter(|job| job.phase_number == phase_number);
        let Some((job, next_phase)) = job.and_then(|job| Some((job, job.next_phase()?))) else {
            return;
        };

        let printer = cluster.printer_of(job);
        if printer.is_some_and(|printer| printer.offline_since.is_some()) {
            // The service learns of the end when the printer is online again.
            if let Some(job) = cluster.job_mut(uuid) {
                job.is_phase_end_pending = true;
            }
        } else {
            self.enter_phase(index, uuid, next_phase);
        }
    }

    /// Puts a job into a phase, and schedules the end of the phase.
    pub fn enter_phase(&mut self, cluster: usize, uuid: &str, phase: Phase) {
        let now = self.now;
        let Some(job) = self.clusters[cluster].job_mut(uuid) else { return };

        let previous_phase = job.phase;
        job.printed = job.elapsed(now);
        job.phase = phase;
        job.phase_started_at = now;
        job.phase_number += 1;
        job.is_phase_end_pending = false;
        job.started |= phase == Phase::PrePrint;

        let (phase_number, duration) = (job.phase_number, job.phase_duration());
        let change = change_kind(previous_phase, phase, job.final_phase);

        if phase.is_final() {
            job.ended_at = Some(now);
            release_printer(&mut self.clusters[cluster], uuid);
            self.clusters[cluster].jobs.mark_ended(uuid);
        }

        if let Some(kind) = change {
            self.record_change(cluster, uuid, kind);
        }

        if let Some(duration) = duration {
            let cluster = self.clusters[cluster].id.clone();
            let event = Event::JobPhaseEnd { cluster, job: uuid.to_owned(), phase_number };
            self.schedule(duration, event);
        }

        if phase.is_final() || phase == Phase::Queued {
            self.assign_jobs(cluster);
        }
    }

    /// Starts scheduled firmware updates, then assigns queued jobs to free printers, in queue
    /// order.
    pub fn assign_jobs(&mut self, cluster: usize) {
        self.start_firmware_updates(cluster);

        while let Some((job_uuid, printer_uuid)) = next_assignment(&self.clusters[cluster]) {
            if let Some(printer) = self.clusters[cluster].printer_mut(&printer_uuid) {
                printer.job_uuid = Some(job_uuid.clone());
            }
            if let Some(job) = self.clusters[cluster].job_mut(&job_uuid) {
                job.printer_uuid = Some(printer_uuid);
            }

            self.enter_phase(cluster, &job_uuid, Phase::SentToPrinter);
        }
    }
}

/// Frees the printer of a job that has ended.
fn release_printer(cluster: &mut Cluster, job_uuid: &str) {
    let Some(job) = cluster.job(job_uuid) else { return };
    let printed = job.printed;
    let Some(printer_uuid) = job.printer_uuid.clone() else { return };

    let printer = cluster.printer_mut(&printer_uuid);
    if let Some(printer) = printer.filter(|printer| printer.job_uuid.as_deref() == Some(job_uuid)) {
        printer.job_uuid = None;
        printer.consume_material(printed);
    }
}

/// The first queued job that a free printer can print, and that printer. Both as UUIDs.
fn next_assignment(cluster: &Cluster) -> Option<(String, String)> {
    let queued = cluster.jobs.open().filter(|job| job.phase == Phase::Queued && !job.on_hold);

    let mut assignments = queued.filter_map(|job| {
        let printer = cluster.printers.iter().find(|printer| {
            printer.is_free()
                && job.fits(printer.model)
                && (job.forced || job.required_material_change(printer).is_none())
        })?;
        Some((job.uuid.clone(), printer.uuid.clone()))
    });

    assignments.next()
}

/// The change that a phase transition means to an observer. `final_phase` is that of the job.
fn change_kind(previous: Phase, phase: Phase, final_phase: Phase) -> Option<ChangeKind> {
    match (previous, phase) {
        (_, Phase::Queued) => Some(ChangeKind::JobQueued),
        (_, Phase::PrePrint) => Some(ChangeKind::JobStarted),
        (_, Phase::Paused) => Some(ChangeKind::JobPaused),
        (Phase::Resuming, Phase::Printing) => Some(ChangeKind::JobResumed),
        (_, Phase::WaitCleanup) if final_phase == Phase::Finished => Some(ChangeKind::JobFinished),
        (_, Phase::WaitCleanup) => Some(ChangeKind::JobAborted),
        (Phase::WaitCleanup, Phase::Finished | Phase::Aborted) => Some(ChangeKind::JobCleared),
        (_, Phase::Aborted) => Some(ChangeKind::JobAborted),
        (_, Phase::Failed) => Some(ChangeKind::JobFailed),
        (_, Phase::Removed) => Some(ChangeKind::JobRemoved),
        _ => None,
    }
}
