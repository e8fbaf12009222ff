//! The record of changes, to compare with what a client observed.

use super::clock::Time;

/// A change on the farm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The farm's time of the change.
    pub at: Time,
    /// The id of the cluster.
    pub cluster_id: String,
    /// The UUID of the job or the printer.
    pub subject: String,
    /// The kind of change.
    pub kind: ChangeKind,
}

/// The kind of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ChangeKind {
    /// A job was added to the queue.
    JobQueued,
    /// A printer started a job, and warms up.
    JobStarted,
    /// A print was paused.
    JobPaused,
    /// A paused print was resumed.
    JobResumed,
    /// A print was completed.
    JobFinished,
    /// A job was aborted.
    JobAborted,
    /// The print was removed from the build plate, and the job is in the history.
    JobCleared,
    /// A job failed because its printer has an error.
    JobFailed,
    /// A waiting job was removed from the queue.
    JobRemoved,
    /// A printer went online.
    PrinterOnline,
    /// A printer went offline.
    PrinterOffline,
    /// A printer has an error that a person must repair.
    PrinterBroken,
    /// The error of a printer was repaired.
    PrinterRepaired,
}
