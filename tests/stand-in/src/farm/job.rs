//! A print job and the phases of its life.

use std::sync::Arc;
use std::time::Duration;

use super::clock::{Time, between};
use super::file::File;
use super::printer::{Material, Model, Printer};

/// Where a job is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It waits until somebody approves of it.
    WaitApproval,
    /// It waits for a printer.
    Queued,
    /// It is on its way to a printer.
    SentToPrinter,
    /// The printer warms up.
    PrePrint,
    /// It is printed.
    Printing,
    /// The printer comes to a stop.
    Pausing,
    /// It stands still.
    Paused,
    /// The printer starts again.
    Resuming,
    /// The printer cools down.
    PostPrint,
    /// It lies on the build plate.
    WaitCleanup,
    /// It ended well.
    Finished,
    /// It was ended before its time.
    Aborted,
    /// It ended since its printer broke.
    Failed,
    /// It was taken out of the queue.
    Removed,
}

/// What the API says of a phase: the job's `status` and `state`, and how long it lasts where that
/// does not depend on the job.
type Facts = (&'static str, &'static str, Option<Duration>);

impl Phase {
    const fn facts(self) -> Facts {
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
        self.facts().0
    }

    /// The API's `state` of a job.
    pub const fn state(self) -> &'static str {
        self.facts().1
    }

    /// Whether a printer works on it.
    pub fn is_on_printer(self) -> bool {
        matches!(self.state(), "sending" | "in_progress")
    }

    /// Whether it is over.
    pub fn is_over(self) -> bool {
        matches!(self.state(), "history" | "deleted")
    }
}

/// Somebody who sends jobs.
#[derive(Debug, Clone)]
pub struct User {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
}

/// A print job.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its UUID.
    pub uuid: String,
    /// What is printed.
    pub file: Arc<File>,
    /// Who sent it.
    pub owner: User,
    /// From where: the API's `sent_from`.
    pub sent_from: &'static str,
    /// When it came.
    pub created: Time,
    /// Where it is in its life.
    pub phase: Phase,
    /// Since when.
    pub since: Time,
    /// How many phases it has been in. An event for an earlier one is too late.
    pub step: u32,
    /// Whether its phase ended while its printer was not to be reached.
    pub overdue: bool,
    /// The printer that it was given to.
    pub printer: Option<String>,
    /// Whether a printer has begun with it.
    pub started: bool,
    /// How long it was printed before this phase.
    pub printed: Duration,
    /// Whether it is to be printed whatever is loaded.
    pub forced: bool,
    /// Whether it waits until it is told to start.
    pub held: bool,
    /// What it ends as, once the build plate is clear.
    pub end: Phase,
    /// What people noted.
    pub note: Option<String>,
    /// When it was over.
    pub ended: Option<Time>,
}

impl Job {
    /// How long it has been printed by then: never longer than it takes, also where nobody has seen
    /// the end yet since its printer is not to be reached.
    pub fn elapsed(&self, now: Time) -> Duration {
        let running = match self.phase {
            Phase::Printing => between(self.since, now),
            _ => Duration::ZERO,
        };
        (self.printed + running).min(self.file.print_time)
    }

    /// How long it will still be printed.
    pub fn remaining(&self, now: Time) -> Duration {
        self.file.print_time.saturating_sub(self.elapsed(now))
    }

    /// How long its phase lasts from its beginning; nothing for one that ends only by a deed.
    pub fn phase_lasts(&self) -> Option<Duration> {
        match self.phase {
            Phase::Printing => Some(self.file.print_time.saturating_sub(self.printed)),
            phase => phase.facts().2,
        }
    }

    /// Whether a kind of printer can print it.
    pub fn fits(&self, model: &Model) -> bool {
        let variants = &self.file.variants;
        variants.is_empty() || variants.iter().any(|variant| variant == model.variant)
    }

    /// The material that a printer has to be loaded with instead of what it has, if it has to.
    pub fn needs_change(&self, printer: &Printer) -> Option<&'static Material> {
        let needed = self.file.material;
        printer.loaded.first().is_some_and(|loaded| *loaded != needed).then_some(needed)
    }

    /// The phase that comes after this one by itself.
    pub fn next_phase(&self) -> Option<Phase> {
        match self.phase {
            Phase::SentToPrinter => Some(Phase::PrePrint),
            Phase::PrePrint | Phase::Resuming => Some(Phase::Printing),
            Phase::Printing => Some(Phase::PostPrint),
            Phase::Pausing => Some(Phase::Paused),
            Phase::PostPrint => Some(Phase::WaitCleanup),
            Phase::WaitCleanup => Some(self.end),
            _ => None,
        }
    }
}
