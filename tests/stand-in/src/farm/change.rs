//! The farm's own record of what happened, to hold against what a client noticed.

use super::clock::Time;

/// Something that changed on the farm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When, in the farm's time.
    pub at: Time,
    /// Where.
    pub cluster_id: String,
    /// The UUID of the job or the printer.
    pub subject: String,
    /// What.
    pub kind: ChangeKind,
}

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ChangeKind {
    /// A job came into the queue.
    JobQueued,
    /// A printer began with a job: it warms up.
    JobStarted,
    /// A print stands still.
    JobPaused,
    /// A print goes on.
    JobResumed,
    /// A job was printed to its end.
    JobFinished,
    /// A job was ended before its time.
    JobAborted,
    /// What was printed was taken off the build plate: the job is history.
    JobCleared,
    /// A job ended since its printer broke.
    JobFailed,
    /// A waiting job was taken out of the queue.
    JobRemoved,
    /// A printer can be reached again.
    PrinterOnline,
    /// A printer can no longer be reached.
    PrinterOffline,
    /// A printer broke: somebody must see to it.
    PrinterBroken,
    /// A broken printer was mended.
    PrinterRepaired,
}
