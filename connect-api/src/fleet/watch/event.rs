//! The events of a watch.

use std::fmt;
use std::time::Duration;

use crate::error::Error;
use crate::models::{ClusterPrinterStatus, PrintJobInstanceResponse, PrintJobStatus};

/// A change in a watched cluster, with the new state. `Display` describes it on one line.
///
/// ```
/// # fn example(event: connect_api::WatchEvent) {
/// use connect_api::WatchEvent;
///
/// match &event {
///     WatchEvent::JobProgressed { job, percent: Some(percent), .. } => {
///         println!("{}: {percent} %", job.name);
///     }
///     WatchEvent::PrinterNeedsAttention { printer, reasons, .. } => {
///         println!("{:?} needs attention: {reasons:?}", printer.friendly_name);
///     }
///     event => println!("{event}"),
/// }
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum WatchEvent {
    /// A job started to print, or to prepare for printing.
    JobStarted(Box<PrintJobInstanceResponse>),
    /// A running job's status changed, for example to paused, or its progress increased.
    #[non_exhaustive]
    JobProgressed {
        /// The job.
        job: Box<PrintJobInstanceResponse>,
        /// The elapsed share of the total time, in percent. `None` if the elapsed time is unknown.
        percent: Option<u8>,
    },
    /// A job was printed completely. Its printer may still wait to be cleared.
    JobFinished(Box<PrintJobInstanceResponse>),
    /// A job failed or was aborted.
    JobFailed(Box<PrintJobInstanceResponse>),
    /// A job was deleted before it started, or no longer exists. It is in no list of the cluster,
    /// and the API reports it as deleted or not found. Has the last known state.
    JobRemoved(Box<PrintJobInstanceResponse>),
    /// A [tracked](crate::Watch::job) job was not found: it is in no list, and the API has no job
    /// of this UUID a minute after the watch's first status. Has the UUID.
    JobNotFound(String),
    /// A printer is reachable again, or was added.
    PrinterOnline(Box<ClusterPrinterStatus>),
    /// A printer is no longer reachable, or was removed from the cluster. A removed printer has its
    /// last known state.
    PrinterOffline(Box<ClusterPrinterStatus>),
    /// A printer needs a person for a new reason.
    #[non_exhaustive]
    PrinterNeedsAttention {
        /// The printer.
        printer: Box<ClusterPrinterStatus>,
        /// The new reasons.
        reasons: Vec<AttentionReason>,
    },
    /// A poll failed. No changes are detected until a poll succeeds.
    #[non_exhaustive]
    PollFailed {
        /// The error of the poll.
        error: Box<Error>,
        /// The pause before the next poll.
        retry_in: Duration,
    },
    /// A poll succeeded after failed polls.
    PollRecovered,
}

/// Why a printer needs a person. `Display` prints a short code.
///
/// ```
/// # fn example(reason: connect_api::AttentionReason) {
/// use connect_api::AttentionReason;
///
/// match reason {
///     AttentionReason::Fault(code) if code == "AIR_MANAGER_FILTER_MISSING" => println!("insert the filter"),
///     reason => println!("{reason}"),
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttentionReason {
    /// The printer reports an error or a fault with this code.
    Fault(String),
    /// The printer's status is `error`.
    Broken,
    /// Maintenance of the printer is due.
    MaintenanceDue,
    /// The printer's job waits for a person: for a user action, or to clear the printer. Has the
    /// status of the job.
    Job(PrintJobStatus),
}

impl fmt::Display for AttentionReason {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fault(code) => code,
            Self::Broken => "error",
            Self::MaintenanceDue => "maintenance_required",
            Self::Job(status) => status.as_str(),
        })
    }
}

impl WatchEvent {
    /// Whether this is the last event of a job: it finished, failed, was removed or was not found.
    /// A watch that [tracks](crate::Watch::job) the job always reports such an event.
    ///
    /// ```no_run
    /// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
    /// let mut watch = client.watch_cluster("a cluster's id").job("a job's UUID");
    /// while let Some(event) = watch.next().await.transpose()? {
    ///     if event.ends_job("a job's UUID") {
    ///         println!("{event}");
    ///         break;
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn ends_job(&self, uuid: &str) -> bool {
        match self {
            Self::JobFinished(job) | Self::JobFailed(job) | Self::JobRemoved(job) => {
                job.uuid == uuid
            }
            Self::JobNotFound(job_uuid) => job_uuid == uuid,
            _ => false,
        }
    }
}

impl fmt::Display for WatchEvent {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::JobStarted(job) => write!(f, "job `{}` has started{}", job.name, OnPrinter(job)),
            Self::JobProgressed { job, percent: None } => {
                write!(f, "job `{}` is {}{}", job.name, job.status, OnPrinter(job))
            }
            Self::JobProgressed { job, percent: Some(percent) } => {
                write!(f, "job `{}` is {} at {percent} %{}", job.name, job.status, OnPrinter(job))
            }
            Self::JobFinished(job) => {
                write!(f, "job `{}` has finished{}", job.name, OnPrinter(job))
            }
            Self::JobFailed(job) => {
                write!(f, "job `{}` has failed: {}{}", job.name, job.status, OnPrinter(job))
            }
            Self::JobRemoved(job) => write!(f, "job `{}` was removed", job.name),
            Self::JobNotFound(uuid) => write!(f, "job {uuid} was not found"),
            Self::PrinterOnline(printer) => write!(f, "printer `{}` is online", name(printer)),
            Self::PrinterOffline(printer) => write!(f, "printer `{}` is offline", name(printer)),
            Self::PrinterNeedsAttention { printer, reasons } => {
                write!(f, "printer `{}` needs attention: ", name(printer))?;
                let separators = std::iter::once("").chain(std::iter::repeat(", "));
                let mut reasons = separators.zip(reasons);
                reasons.try_for_each(|(separator, reason)| write!(f, "{separator}{reason}"))
            }
            Self::PollFailed { error, retry_in } => {
                write!(f, "poll failed, next poll in {retry_in:?}: {error}")
            }
            Self::PollRecovered => f.write_str("poll recovered"),
        }
    }
}

/// The printer of a job, if it is known.
struct OnPrinter<'a>(&'a PrintJobInstanceResponse);

impl fmt::Display for OnPrinter<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.printer_name {
            Some(name) => write!(f, " on `{name}`"),
            None => Ok(()),
        }
    }
}

#[inline]
fn name(printer: &ClusterPrinterStatus) -> &str {
    let names = [&printer.friendly_name, &printer.unique_name, &printer.uuid];
    names.into_iter().flatten().next().map_or("unnamed", String::as_str)
}
