//! Print jobs and their phases.

use std::sync::Arc;
use std::time::Duration;

use super::print_file::PrintFile;
use super::printer::{Material, Model, Printer};
use crate::farm::clock::{Time, duration_between};

/// The phase of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It awaits approval.
    WaitApproval,
    /// It waits for a printer.
    Queued,
    /// It is being sent to a printer.
    SentToPrinter,
    /// The printer warms up.
    PrePrint,
    /// It is being printed.
    Printing,
    /// The printer is pausing.
    Pausing,
    /// The print is paused.
    Paused,
    /// The printer is resuming.
    Resuming,
    /// The printer cools down.
    PostPrint,
    /// The print is on the build plate.
    WaitCleanup,
    /// It was completed.
    Finished,
    /// It was aborted.
    Aborted,
    /// It failed because its printer has an error.
    Failed,
    /// It was removed from the queue.
    Removed,
}

/// The API's `status` and `state` of a phase, and its duration if that does not depend on the job.
type PhaseDetails = (&'static str, &'static str, Option<Duration>);

impl Phase {
    const fn details(self) -> PhaseDetails {
        const fn seconds(seconds: u64) -> Option<Duration> {
            Some(Duration::from_secs(seconds))
        }

        match self {
            Phase::WaitApproval => ("none", "wait_approval", None),
            Phase::Queued => ("queued", "waiting", None),
            Phase::SentToPrinter => ("sent_to_printer", "sending", seconds(10)),
            Phase::PrePrint => ("pre_print", "in_progress", seconds(120)),
            Phase::Printing => ("printing", "in_progress", None),
            Phase::Pausing => ("pausing", "in_progress", seconds(5)),
            Phase::Paused => ("paused", "in_progress", None),
            Phase::Resuming => ("resuming", "in_progress", seconds(5)),
            Phase::PostPrint => ("post_print", "in_progress", seconds(60)),
            Phase::WaitCleanup => ("wait_cleanup", "in_progress", seconds(300)),
            Phase::Finished => ("finished", "history", None),
            Phase::Aborted => ("aborted", "history", None),
            Phase::Failed => ("failed", "history", None),
            Phase::Removed => ("none", "deleted", None),
        }
    }

    /// The API's `status` of a job.
    pub const fn status(self) -> &'static str {
        self.details().0
    }

    /// The API's `state` of a job.
    pub const fn state(self) -> &'static str {
        self.details().1
    }

    /// Whether the job occupies a printer.
    pub fn is_on_printer(self) -> bool {
        matches!(self.state(), "sending" | "in_progress")
    }

    /// Whether the job has ended.
    pub fn is_final(self) -> bool {
        matches!(self.state(), "history" | "deleted")
    }
}

/// A user who sends jobs.
#[derive(Debug, Clone)]
pub struct User {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
}

/// How a job is submitted.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Who submits it.
    pub user: User,
    /// The API's `sent_from`.
    pub sent_from: &'static str,
    /// Whether it waits in the queue until it is started manually.
    pub on_hold: bool,
    /// Whether it needs approval first.
    pub needs_approval: bool,
}

/// A print job.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its UUID.
    pub uuid: String,
    /// The file that is printed.
    pub file: Arc<PrintFile>,
    /// Who submitted it.
    pub owner: User,
    /// The API's `sent_from`.
    pub sent_from: &'static str,
    /// When it was submitted.
    pub created_at: Time,
    /// Its phase.
    pub phase: Phase,
    /// When the phase started.
    pub phase_started_at: Time,
    /// The number of phase changes. An event for an earlier phase is obsolete.
    pub phase_number: u32,
    /// Whether the phase has ended but the printer is offline, so the service does not know it yet.
    pub is_phase_end_pending: bool,
    /// The UUID of the printer that it is assigned to.
    pub printer_uuid: Option<String>,
    /// Whether a printer has started it.
    pub started: bool,
    /// How long it was printed before the current phase.
    pub printed: Duration,
    /// Whether it is printed with any loaded material.
    pub forced: bool,
    /// Whether it waits in the queue until it is started manually.
    pub on_hold: bool,
    /// Its phase after the build plate is cleared.
    pub final_phase: Phase,
    /// The note that users wrote.
    pub note: Option<String>,
    /// When it ended.
    pub ended_at: Option<Time>,
}

impl Job {
    /// A new job that is not in the queue yet.
    pub fn new(uuid: String, file: Arc<PrintFile>, submission: Submission, now: Time) -> Self {
        Self {
            uuid,
            file,
            owner: submission.user,
            sent_from: submission.sent_from,
            created_at: now,
            phase: Phase::WaitApproval,
            phase_started_at: now,
            phase_number: 0,
            is_phase_end_pending: false,
            printer_uuid: None,
            started: false,
            printed: Duration::ZERO,
            forced: false,
            on_hold: submission.on_hold,
            final_phase: Phase::Finished,
            note: None,
            ended_at: None,
        }
    }

    /// The time for which it has been printed.
    ///
    /// It never exceeds the print time, even if the printer is offline and the end is not known
    /// yet.
    pub fn elapsed(&self, now: Time) -> Duration {
        let in_phase = match self.phase {
            Phase::Printing => duration_between(self.phase_started_at, now),
            _ => Duration::ZERO,
        };
        (self.printed + in_phase).min(self.file.print_time)
    }

    /// The remaining print time.
    pub fn remaining(&self, now: Time) -> Duration {
        self.file.print_time.saturating_sub(self.elapsed(now))
    }

    /// The duration of its phase. `None` if only a command ends the phase.
    pub fn phase_duration(&self) -> Option<Duration> {
        match self.phase {
            Phase::Printing => Some(self.file.print_time.saturating_sub(self.printed)),
            phase => phase.details().2,
        }
    }

    /// Whether a printer model can print it.
    pub fn fits(&self, model: &Model) -> bool {
        let variants = &self.file.variants;
        variants.is_empty() || variants.iter().any(|variant| variant == model.variant)
    }

    /// The material that must be loaded into a printer before it can print the job, if any.
    pub fn required_material_change(&self, printer: &Printer) -> Option<&'static Material> {
        let required = self.file.material;
        let loaded = printer.loaded_materials.first();
        loaded.is_some_and(|loaded| *loaded != required).then_some(required)
    }

    /// The phase that follows when the duration of this one is over.
    pub fn next_phase(&self) -> Option<Phase> {
        match self.phase {
            Phase::SentToPrinter => Some(Phase::PrePrint),
            Phase::PrePrint | Phase::Resuming => Some(Phase::Printing),
            Phase::Printing => Some(Phase::PostPrint),
            Phase::Pausing => Some(Phase::Paused),
            Phase::PostPrint => Some(Phase::WaitCleanup),
            Phase::WaitCleanup => Some(self.final_phase),
            _ => None,
        }
    }
}
