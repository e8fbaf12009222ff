//! Watching a cluster: a stream of changes, found by polling the cluster's status.

mod diff;
mod event;
mod missing;
mod refusal;

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_core::Stream;

use crate::client::Client;
use crate::error::Error;
use crate::http::options::CallOptions;
use crate::http::retry::RetryPolicy;
use crate::models::ClusterStatusResponse;
use crate::runtime::{BoxFuture, sleep};
pub use event::{AttentionReason, WatchEvent};
use missing::{Lookup, RequestJob};
use refusal::{is_forbidden, is_permanent};

/// The shortest interval that the vendor allows between two status requests for a cluster.
const VENDOR_MIN_INTERVAL: Duration = Duration::from_secs(10);

/// The minimum backoff after a failed poll, even if the interval is shorter.
const MIN_BACKOFF: Duration = Duration::from_millis(100);

/// The maximum backoff after failed polls, also for a `Retry-After` of the service.
const MAX_BACKOFF: Duration = Duration::from_secs(300);

/// How many outdated statuses in a row are ignored. If there are more, the service's clock was set
/// back, and the status is used.
const MAX_OUTDATED_STATUSES: u8 = 5;

/// How long a new job may be unknown to the service. Its lists are usually up to date after 10 s.
const NEW_JOB_GRACE_PERIOD: Duration = Duration::from_secs(60);

type StatusFuture = BoxFuture<'static, Result<ClusterStatusResponse, Error>>;

type RequestStatus = Box<dyn Fn() -> StatusFuture + Send + Sync>;

/// The request in progress.
enum Step {
    /// Polls the status, after a pause.
    PollStatus(StatusFuture),
    /// Requests the jobs that this status does not list.
    LookUpJobs(BoxFuture<'static, (ClusterStatusResponse, Lookup)>),
}

impl Client {
    /// Watches a cluster: see [`Watch`].
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), connect_api::Error> {
    /// use connect_api::WatchEvent;
    ///
    /// let client = connect_api::Client::new("an API token");
    /// let mut watch = client.watch_cluster("a cluster's id");
    /// while let Some(event) = watch.next().await.transpose()? {
    ///     match event {
    ///         WatchEvent::JobFinished(job) => println!("{} is done", job.name),
    ///         event => println!("{event}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn watch_cluster(&self, cluster_id: impl Into<String>) -> Watch {
        // No retries within a call: the next poll is the retry, so the interval is always kept.
        let once = CallOptions::new().retry(RetryPolicy::never());
        let (client, cluster_id) = (self.clone(), cluster_id.into());
        let min_interval = self.rate_limiter().poll_interval().unwrap_or(VENDOR_MIN_INTERVAL);

        let status_request = self.get_cluster_status(&cluster_id).with(once.clone());
        let request_status = Box::new(move || Box::pin(status_request.clone().send()) as _);
        let request_job: RequestJob = Arc::new(move |uuid| {
            Box::pin(missing::get_job(&client, once.clone(), &cluster_id, uuid))
        });

        Watch::new(min_interval, request_status, request_job)
    }
}

/// A `Stream` of the changes in a cluster, found by polling the cluster's status.
///
/// # Events
///
/// Events are the differences between two statuses. The first status causes no events, unless an
/// [earlier status](Self::since) is given; [`status`](Self::status) returns it. Each change is
/// reported once and in order. A change that is undone between two polls is not detected. A job
/// that started and ended between two polls is, if the status still lists it.
///
/// A status lists only the last ten jobs that ended. An open job that is in none of its lists is
/// requested separately, before the changes of that status are reported. If that request fails, it
/// is repeated after the next status, and the change is reported then. A job that no status lists
/// before it ends causes no events, unless it is [tracked](Self::job).
///
/// A status that is older than the previous one is ignored, up to five times in a row. A job that
/// has ended is never reported as running again.
///
/// # Polling
///
/// Polls are sent only while the stream is awaited; dropping the stream stops them. The interval
/// between two polls is never shorter than the client's
/// [`poll_interval`](crate::ClientBuilder::poll_interval), or the vendor's 10 seconds if that is
/// not set. A poll whose access token has expired is repeated at once with a new token.
///
/// A failed poll is reported as [`WatchEvent::PollFailed`] and retried after a backoff. The backoff
/// doubles with each failure in a row, up to 5 minutes, and is at least the `Retry-After` of the
/// response. After the next success, [`WatchEvent::PollRecovered`] precedes the changes. A failed
/// request for a missing job is `PollFailed`, too.
///
/// # Errors
///
/// A permanent error ends the stream: the cluster does not exist, the token has no access to it or
/// to one of its jobs, or the client is not configured correctly. Other errors, such as lost
/// connections and responses that cannot be decoded, are events. A new watch can continue from the
/// [last status](Self::status).
///
/// ```no_run
/// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
/// # use std::time::Duration;
/// let minute = Duration::from_secs(60);
/// let mut watch = client.watch_cluster("a cluster's id").interval(minute);
/// while let Some(event) = watch.next().await.transpose()? {
///     let printers = watch.status().and_then(|status| status.printers.as_ref());
///     println!("{event}; there are {} printers", printers.map_or(0, Vec::len));
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a watch does nothing until its next event is awaited"]
pub struct Watch {
    request_status: RequestStatus,
    request_job: RequestJob,
    min_interval: Duration,
    interval: Duration,
    step: Option<Step>,
    /// Events that were not returned yet.
    events: VecDeque<WatchEvent>,
    /// The last status, as the API returned it.
    status: Option<ClusterStatusResponse>,
    /// The last status, merged with the entries of earlier ones that it does not list.
    state: ClusterStatusResponse,
    /// The UUIDs of the jobs whose end must be reported, and that were not seen open yet.
    tracked_jobs: Vec<String>,
    /// When the service generated the first status.
    first_generated_time: Option<DateTime<Utc>>,
    /// The sum of the pauses since the first status.
    total_pause: Duration,
    /// The number of failed polls in a row.
    failed_polls: u32,
    /// The number of outdated statuses in a row.
    outdated_statuses: u8,
    /// The job that was requested last. The next requests start with the job after it.
    last_requested_job: Option<String>,
    /// The error that ends the stream, after the remaining events.
    error: Option<Error>,
    is_finished: bool,
}

impl Watch {
    fn new(min_interval: Duration, request_status: RequestStatus, request_job: RequestJob) -> Self {
        Self {
            request_status,
            request_job,
            min_interval,
            interval: min_interval,
            step: None,
            events: VecDeque::new(),
            status: None,
            state: ClusterStatusResponse::default(),
            tracked_jobs: Vec::new(),
            first_generated_time: None,
            total_pause: Duration::ZERO,
            failed_polls: 0,
            outdated_statuses: 0,
            last_requested_job: None,
            error: None,
            is_finished: false,
        }
    }

    /// Sets the time between a status and the next poll.
    ///
    /// The default and minimum is the client's
    /// [`poll_interval`](crate::ClientBuilder::poll_interval), or 10 seconds if that is not set.
    /// The vendor recommends 60 seconds.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # fn example(client: connect_api::Client) {
    /// let watch = client.watch_cluster("a cluster's id").interval(Duration::from_secs(60));
    /// # }
    /// ```
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval.max(self.min_interval);
        self
    }

    /// Reports the changes since an earlier status.
    ///
    /// Use a status from before a job was sent, so that the start of the job is reported, or the
    /// last status of a previous watch, to continue it.
    ///
    /// ```no_run
    /// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
    /// let before = client.get_cluster_status("a cluster's id").send().await?;
    /// client.print("a cluster's id", "a print file's id").send().await?;
    /// let watch = client.watch_cluster("a cluster's id").since(before);
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn since(mut self, status: ClusterStatusResponse) -> Self {
        self.state.clone_from(&status);
        self.status = Some(status);
        self
    }

    /// Tracks a job by its UUID: reports its end, even if no status lists the job before it ends.
    /// Can be called for several jobs.
    ///
    /// Use it for a job that was just sent; [`print`](Client::print) returns its UUID as
    /// `job_instance_uuid`. Such a job may be removed before the next poll.
    ///
    /// While the job is in no list, it is requested separately after each status. Its end is also
    /// reported if it had already ended in the first status or in the [given one](Self::since). The
    /// service may need some seconds to list a new job. If the job is not found a minute after the
    /// watch's first status, [`WatchEvent::JobNotFound`] is reported, and the job is no longer
    /// requested. The minute is measured by the times in the statuses or by the pauses of the
    /// watch.
    ///
    /// ```no_run
    /// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
    /// let sent = client.print("a cluster's id", "a print file's id").send().await?;
    /// let Some(uuid) = sent.job_instance_uuid else { return Ok(()) };
    /// let mut watch = client.watch_cluster("a cluster's id").job(&uuid);
    /// while let Some(event) = watch.next().await.transpose()? {
    ///     if event.ends_job(&uuid) {
    ///         println!("{event}");
    ///         break;
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn job(mut self, uuid: impl Into<String>) -> Self {
        let uuid = uuid.into();
        if !self.tracked_jobs.contains(&uuid) {
            self.tracked_jobs.push(uuid);
        }

        self
    }

    /// Returns the next event, or `None` after an error.
    ///
    /// # Errors
    ///
    /// A permanent error, which ends the stream: see [`Watch`].
    pub async fn next(&mut self) -> Option<Result<WatchEvent, Error>> {
        poll_fn(|context| self.poll_event(context)).await
    }

    /// The last status whose changes were reported, or the given one. `None` before the first.
    pub fn status(&self) -> Option<&ClusterStatusResponse> {
        self.status.as_ref()
    }

    /// Polls until there is an event.
    ///
    /// This function and the ones that it calls are `#[inline]`, so they are compiled only in
    /// programs that watch a cluster.
    #[inline]
    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<WatchEvent, Error>>> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }

            if let Some(error) = self.error.take() {
                (self.is_finished, self.step) = (true, None);
                return Poll::Ready(Some(Err(error)));
            }

            if self.is_finished {
                return Poll::Ready(None);
            }

            ready!(self.poll_step(context));
        }
    }

    /// Polls the request in progress, handles its result, and starts the next request.
    #[inline]
    fn poll_step(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let step = self.step.get_or_insert_with(|| Step::PollStatus((self.request_status)()));

        let pause = match step {
            Step::PollStatus(status) => match ready!(status.as_mut().poll(context)) {
                Ok(status) => match self.handle_status(status) {
                    Some(pause) => pause,
                    None => return Poll::Ready(()),
                },
                Err(error) if is_permanent(&error) => {
                    self.error = Some(error);
                    return Poll::Ready(());
                }
                Err(error) => self.handle_failed_poll(error),
            },
            Step::LookUpJobs(lookup) => {
                let (status, lookup) = ready!(lookup.as_mut().poll(context));
                self.apply_status(status, lookup)
            }
        };

        let request = (self.request_status)();
        self.step = Some(Step::PollStatus(Box::pin(async move {
            sleep(pause).await;
            request.await
        })));

        Poll::Ready(())
    }

    /// Applies a status, unless it is outdated. Returns the pause before the next poll, or `None`
    /// if missing jobs must be requested first.
    #[inline]
    fn handle_status(&mut self, status: ClusterStatusResponse) -> Option<Duration> {
        if std::mem::take(&mut self.failed_polls) > 0 {
            self.events.push_back(WatchEvent::PollRecovered);
        }

        if self.is_outdated(&status) && self.outdated_statuses < MAX_OUTDATED_STATUSES {
            self.outdated_statuses += 1;
            return Some(self.interval);
        }
        self.outdated_statuses = 0;

        self.tracked_jobs.retain(|uuid| !diff::is_open_job(&self.state, uuid));
        let missing = diff::missing_jobs(&self.state, &status, &self.tracked_jobs);
        if missing.is_empty() {
            return Some(self.apply_status(status, Lookup::default()));
        }

        self.look_up_jobs(status, missing);
        None
    }

    /// Whether the service generated the status before the previous one.
    #[inline]
    fn is_outdated(&self, status: &ClusterStatusResponse) -> bool {
        let previous = self.status.as_ref().and_then(|previous| previous.generated_time);
        let times = previous.zip(status.generated_time);
        times.is_some_and(|(previous, time)| time < previous)
    }

    /// Starts to request missing jobs.
    #[inline]
    fn look_up_jobs(&mut self, status: ClusterStatusResponse, mut missing: Vec<String>) {
        // Continue after the job that was requested last, so each job is requested in turn,
        // also if there are too many for one status or if one request always fails.
        let last = self.last_requested_job.as_ref();
        if let Some(index) = missing.iter().position(|uuid| Some(uuid) == last) {
            missing.rotate_left(index + 1);
        }

        missing.truncate(missing::MAX_REQUESTS_PER_STATUS);
        self.last_requested_job = missing.last().cloned();

        let lookup = missing::look_up(missing, self.request_job.clone());
        self.step = Some(Step::LookUpJobs(Box::pin(async move { (status, lookup.await) })));
    }

    /// Merges a status into the state and queues the events. Returns the pause before the next
    /// poll.
    #[inline]
    fn apply_status(&mut self, status: ClusterStatusResponse, lookup: Lookup) -> Duration {
        let state = diff::merge(&self.state, &status, &self.tracked_jobs, &lookup);
        let mut events = diff::changes(&self.state, &state, &self.tracked_jobs);
        if self.status.is_none() {
            // The first status is the baseline: only tracked jobs are reported.
            events.retain(|event| self.tracked_jobs.iter().any(|uuid| event.ends_job(uuid)));
        }

        let may_be_new = self.is_in_grace_period(&status);
        for uuid in &self.tracked_jobs {
            match lookup.removed.get(uuid) {
                Some(Some(job)) => events.push(WatchEvent::JobRemoved(job.clone().into())),
                Some(None) if !may_be_new => events.push(WatchEvent::JobNotFound(uuid.clone())),
                _ => {}
            }
        }

        self.tracked_jobs.retain(|uuid| !events.iter().any(|event| event.ends_job(uuid)));
        self.events.extend(events);
        (self.status, self.state) = (Some(status), state);

        let retry_after = lookup.failure.as_ref().and_then(|(_, error)| error.retry_after());
        let pause = self.interval.max(retry_after.unwrap_or_default().min(MAX_BACKOFF));
        self.total_pause = self.total_pause.saturating_add(pause);

        if let Some((uuid, error)) = lookup.failure {
            self.handle_failed_lookup(uuid, error, pause);
        }

        pause
    }

    /// Reports a failed request for a missing job. Ends the stream if the client has no permission.
    #[inline]
    fn handle_failed_lookup(&mut self, uuid: String, error: Error, pause: Duration) {
        self.last_requested_job = Some(uuid);
        if is_forbidden(&error) {
            self.error = Some(error);
            return;
        }

        self.failed_polls += 1;
        let error = Box::new(error);
        self.events.push_back(WatchEvent::PollFailed { error, retry_in: pause });
    }

    /// Whether a tracked job may be too new for the service to list it. Measured from the first
    /// status, by the times in the statuses or by the pauses, whichever is longer.
    #[inline]
    fn is_in_grace_period(&mut self, status: &ClusterStatusResponse) -> bool {
        let generated = status.generated_time;
        self.first_generated_time = self.first_generated_time.or(generated);

        let times = generated.zip(self.first_generated_time);
        let elapsed = times.map(|(generated, first)| generated.signed_duration_since(first));
        let elapsed = elapsed.and_then(|elapsed| elapsed.to_std().ok()).unwrap_or_default();

        elapsed.max(self.total_pause) < NEW_JOB_GRACE_PERIOD
    }

    /// Reports a failed poll. Returns the backoff before the next poll.
    #[inline]
    fn handle_failed_poll(&mut self, error: Error) -> Duration {
        let max_backoff = MAX_BACKOFF.max(self.interval);
        let initial_backoff = self.interval.max(MIN_BACKOFF);
        let backoff = initial_backoff.saturating_mul(1 << self.failed_polls.min(20));

        let retry_after = error.retry_after().unwrap_or_default();
        let retry_in = backoff.max(retry_after).min(max_backoff);
        self.failed_polls += 1;
        self.events.push_back(WatchEvent::PollFailed { error: Box::new(error), retry_in });

        retry_in
    }
}

impl Stream for Watch {
    type Item = Result<WatchEvent, Error>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_event(context)
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("interval", &self.interval).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
