//! What a watch reports.

use std::fmt;
use std::time::Duration;

use crate::error::Error;
use crate::models::{ClusterPrinterStatus, PrintJobInstanceResponse, PrintJobStatus};

/// Something that changed in a watched cluster, with what it changed to. `Display` says it in a
/// line.
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
///         println!("{:?} needs you: {reasons:?}", printer.friendly_name);
///     }
///     event => println!("{event}"),
/// }
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum WatchEvent {
    /// A job has begun to print, or to prepare for it.
    JobStarted(Box<PrintJobInstanceResponse>),
    /// A running job has another status (paused, say), or a greater part of it is done.
    #[non_exhaustive]
    JobProgressed {
        /// The job.
        job: Box<PrintJobInstanceResponse>,
        /// How much of its time has passed, in percent; none if it says not.
        percent: Option<u8>,
    },
    /// A job has been printed to its end; its printer may still wait to be cleared.
    JobFinished(Box<PrintJobInstanceResponse>),
    /// A job has ended otherwise: it failed, or was aborted.
    JobFailed(Box<PrintJobInstanceResponse>),
    /// A job that had not ended is in none of the cluster's lists any more, and the API says that it
    /// was deleted before it began, or knows no such job. As it was last seen.
    JobGone(Box<PrintJobInstanceResponse>),
    /// A job that the watch was [told of](crate::Watch::job) is in no list, and the API knows no job
    /// of this UUID, a minute after the watch's first status.
    JobUnknown(String),
    /// A printer can be reached again, or is new.
    PrinterOnline(Box<ClusterPrinterStatus>),
    /// A printer cannot be reached any more, or was taken out of the cluster (then as it was last
    /// seen).
    PrinterOffline(Box<ClusterPrinterStatus>),
    /// There is a reason more for a person to go to a printer.
    #[non_exhaustive]
    PrinterNeedsAttention {
        /// The printer.
        printer: Box<ClusterPrinterStatus>,
        /// What is new of that.
        reasons: Vec<AttentionReason>,
    },
    /// A poll has failed: nothing is seen until another succeeds.
    #[non_exhaustive]
    PollFailed {
        /// Why.
        error: Box<Error>,
        /// The pause before the next poll.
        retry_in: Duration,
    },
    /// A poll has succeeded after others had failed.
    PollRecovered,
}

/// Why a person is wanted at a printer. `Display` says it in a word.
///
/// ```
/// # fn example(reason: connect_api::AttentionReason) {
/// use connect_api::AttentionReason;
///
/// match reason {
///     AttentionReason::Fault(code) if code == "AIR_MANAGER_FILTER_MISSING" => println!("a filter!"),
///     reason => println!("{reason}"),
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttentionReason {
    /// The printer reports an error or a fault of this code.
    Fault(String),
    /// The printer's status is `error`.
    Broken,
    /// Maintenance of the printer is due.
    MaintenanceDue,
    /// The printer's job waits for a person, by its status: to do something, or to clear the
    /// printer.
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
    /// Whether this is the last event of a job, by its UUID: it has finished, has failed, is gone
    /// or is unknown. A watch that was [told of](crate::Watch::job) the job reports one.
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
            Self::JobFinished(job) | Self::JobFailed(job) | Self::JobGone(job) => job.uuid == uuid,
            Self::JobUnknown(job) => job == uuid,
            _ => false,
        }
    }
}

impl fmt::Display for WatchEvent {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::JobStarted(job) => write!(f, "job `{}` has started{}", job.name, Place(job)),
            Self::JobProgressed { job, percent: None } => {
                write!(f, "job `{}` is {}{}", job.name, job.status, Place(job))
            }
            Self::JobProgressed { job, percent: Some(percent) } => {
                write!(f, "job `{}` is {} at {percent} %{}", job.name, job.status, Place(job))
            }
            Self::JobFinished(job) => write!(f, "job `{}` has finished{}", job.name, Place(job)),
            Self::JobFailed(job) => {
                write!(f, "job `{}` has failed: {}{}", job.name, job.status, Place(job))
            }
            Self::JobGone(job) => write!(f, "job `{}` is gone", job.name),
            Self::JobUnknown(uuid) => write!(f, "job {uuid} is unknown"),
            Self::PrinterOnline(printer) => write!(f, "printer `{}` is online", name(printer)),
            Self::PrinterOffline(printer) => write!(f, "printer `{}` is offline", name(printer)),
            Self::PrinterNeedsAttention { printer, reasons } => {
                write!(f, "printer `{}` needs attention: ", name(printer))?;
                let separators = std::iter::once("").chain(std::iter::repeat(", "));
                let mut reasons = separators.zip(reasons);
                reasons.try_for_each(|(separator, reason)| write!(f, "{separator}{reason}"))
            }
            Self::PollFailed { error, retry_in } => {
                write!(f, "blind for {retry_in:?} at least: {error}")
            }
            Self::PollRecovered => f.write_str("sees again"),
        }
    }
}

/// On which printer a job is, if that is known.
struct Place<'a>(&'a PrintJobInstanceResponse);

impl fmt::Display for Place<'_> {
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
    names.into_iter().flatten().next().map_or("without a name", String::as_str)
}
