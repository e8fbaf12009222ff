//! A cluster that is watched: a stream of what changes in it, made of polls of its status.

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
use missing::{Answers, Ask};
use refusal::{is_forbidden, is_refusal};

/// How often the vendor wants a status to be asked for at the most.
const POLITE: Duration = Duration::from_secs(10);

/// The shortest pause after a failure, however short the interval is.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause after failures, and the longest that the service can ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// How many late answers in a row are ignored. More are none: the service's clock was set back.
const LATE: u8 = 5;

/// How long the service may take to know of a job that was just sent. Its lists take some 10 seconds.
const NEW: Duration = Duration::from_secs(60);

type Answer = BoxFuture<'static, Result<ClusterStatusResponse, Error>>;

/// What the next events wait for.
enum Step {
    /// A status.
    Poll(Answer),
    /// What has become of the jobs that this status lacks.
    Ask(BoxFuture<'static, (ClusterStatusResponse, Answers)>),
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
        // One attempt a poll: the watch paces itself, so that it is never faster than its interval.
        let once = CallOptions::new().retry(RetryPolicy::never());
        let (client, cluster_id) = (self.clone(), cluster_id.into());
        let poll = self.get_cluster_status(&cluster_id).with(once.clone());
        let least = self.rate_limiter().poll_interval().unwrap_or(POLITE);
        let ask: Ask =
            Arc::new(move |uuid| Box::pin(missing::job(&client, once.clone(), &cluster_id, uuid)));

        Watch::new(least, Box::new(move || Box::pin(poll.clone().send())), ask)
    }
}

/// What changes in a cluster: a `Stream`, made of polls of the cluster's status.
///
/// The first status is what changes are measured by, unless [another](Self::since) is given: it
/// gives no events, but can be read with [`status`](Self::status). Each change after it is reported
/// once and in order; what comes and goes between two polls is not seen, but for a job that started
/// and ended meanwhile, as long as the status still lists it.
///
/// A status lists only the last ten jobs that ended. Open jobs that are in none of its lists are asked
/// for by themselves, one after the other, before anything of that status is reported. Those that
/// cannot be asked for are asked for again after the next status; what has become of them is then
/// reported late, once nevertheless. A status that was made before the last one is late, and ignored
/// (up to five in a row). A job that has ended does not run again, whatever a status says.
///
/// A job that no status lists before it ends has no events, unless the watch is told of it with
/// [`job`](Self::job).
///
/// Polls are made while the stream is awaited, by nobody else; dropping it ends all traffic. Two are
/// never closer than the client's [`poll_interval`](crate::ClientBuilder::poll_interval), which for
/// a watch is the vendor's 10 seconds unless it is set; only what is answered that its token has
/// expired is repeated at once, with another one.
///
/// A poll that fails is reported as [`WatchEvent::PollFailed`] and tried again after a pause, which
/// doubles with each failure in a row, up to 5 minutes, and is as long as the service asks for if it
/// asks for more. What has changed meanwhile is reported after [`WatchEvent::PollRecovered`]. A missing job
/// that cannot be asked for is `PollFailed`, too; it is asked for again after the next status.
///
/// # Errors
///
/// A refusal is the end of the stream: no cluster of this id, a token that may not see it or one of
/// its jobs, a client that cannot call. All else, from lost connections to answers that nobody can
/// read, may pass, and is an event. Another watch can go on from the
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
#[must_use = "a watch does nothing until it is asked for its next event"]
pub struct Watch {
    poll: Box<dyn Fn() -> Answer + Send + Sync>,
    ask: Ask,
    /// The shortest interval, and the one that is kept.
    least: Duration,
    interval: Duration,
    step: Option<Step>,
    events: VecDeque<WatchEvent>,
    status: Option<ClusterStatusResponse>,
    /// The status, and what it leaves out.
    known: ClusterStatusResponse,
    /// The jobs whose end is to be reported, by their UUIDs, and which are not known as open yet.
    sought: Vec<String>,
    /// When the first poll's status was made, and the time that the watch has paused since it.
    first: Option<DateTime<Utc>>,
    paused: Duration,
    /// Failed polls in a row, and late answers in a row.
    failures: u32,
    late: u8,
    /// The job that was asked for last.
    asked: Option<String>,
    /// Why the watch ends, once its events have been given.
    end: Option<Error>,
    is_over: bool,
}

impl Watch {
    fn new(least: Duration, poll: Box<dyn Fn() -> Answer + Send + Sync>, ask: Ask) -> Self {
        Self {
            poll,
            ask,
            least,
            interval: least,
            step: None,
            events: VecDeque::new(),
            status: None,
            known: ClusterStatusResponse::default(),
            sought: Vec::new(),
            first: None,
            paused: Duration::ZERO,
            failures: 0,
            late: 0,
            asked: None,
            end: None,
            is_over: false,
        }
    }

    /// The time between a status and asking for the next, instead of the shortest: that of the
    /// client's [`poll_interval`](crate::ClientBuilder::poll_interval), else 10 seconds. What is
    /// shorter counts as that. The vendor names 60 seconds as usual.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # fn example(client: connect_api::Client) {
    /// let watch = client.watch_cluster("a cluster's id").interval(Duration::from_secs(60));
    /// # }
    /// ```
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval.max(self.least);
        self
    }

    /// Measures the first changes by this status, which came before: by one from before a print was
    /// sent, so that its start is reported, or by the last one of a watch that was stopped.
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
        self.known.clone_from(&status);
        self.status = Some(status);
        self
    }

    /// Has the end of a job reported, by its UUID, also if no status lists it before: what
    /// [`print`](Client::print) gave as `job_instance_uuid`, say, which somebody may remove before the
    /// next poll. It can be called for several jobs.
    ///
    /// While it is in no list, the job is asked for by itself after each status. If it has ended by
    /// the first status, or [the one given](Self::since) lists it so, that is reported, too. A job just
    /// sent can take the service some seconds to list, so that not to know it says nothing at first:
    /// only a minute after the watch's first status, by the times that the statuses say or by the
    /// watch's own pauses, it is [unknown](WatchEvent::JobUnknown), and not asked for any more.
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
        if !self.sought.contains(&uuid) {
            self.sought.push(uuid);
        }
        self
    }

    /// The next event; none after the end.
    ///
    /// # Errors
    ///
    /// The refusal that is the end, as [`Watch`] says.
    pub async fn next(&mut self) -> Option<Result<WatchEvent, Error>> {
        poll_fn(|context| self.poll_event(context)).await
    }

    /// The newest status of which the events come, or that was given; none before the first.
    pub fn status(&self) -> Option<&ClusterStatusResponse> {
        self.status.as_ref()
    }

    #[inline]
    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<WatchEvent, Error>>> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }

            if let Some(error) = self.end.take() {
                (self.is_over, self.step) = (true, None);
                return Poll::Ready(Some(Err(error)));
            }

            if self.is_over {
                return Poll::Ready(None);
            }

            let pause = match self.step.get_or_insert_with(|| Step::Poll((self.poll)())) {
                Step::Poll(answer) => match ready!(answer.as_mut().poll(context)) {
                    Ok(status) => match self.receive(status) {
                        Some(pause) => pause,
                        None => continue,
                    },
                    Err(error) if is_refusal(&error) => {
                        self.end = Some(error);
                        continue;
                    }
                    Err(error) => self.miss(error),
                },
                Step::Ask(answers) => {
                    let (status, answers) = ready!(answers.as_mut().poll(context));
                    self.see(status, answers)
                }
            };
            let poll = (self.poll)();

            self.step = Some(Step::Poll(Box::pin(async move {
                sleep(pause).await;
                poll.await
            })));
        }
    }

    /// Takes a status in, unless it comes late; gives the pause after it, or none if it lacks jobs
    /// that have to be asked for first.
    #[inline]
    fn receive(&mut self, status: ClusterStatusResponse) -> Option<Duration> {
        if std::mem::take(&mut self.failures) > 0 {
            self.events.push_back(WatchEvent::PollRecovered);
        }

        let newest = self.status.as_ref().and_then(|newest| newest.generated_time);
        let times = newest.zip(status.generated_time);
        let is_timeout = times.is_some_and(|(newest, time)| time < newest) && self.late < LATE;
        self.late = if is_timeout { self.late + 1 } else { 0 };

        if is_timeout {
            return Some(self.interval);
        }

        self.sought.retain(|uuid| !diff::has_open(&self.known, uuid));
        let mut missing = diff::missing(&self.known, &status, &self.sought);
        if missing.is_empty() {
            return Some(self.see(status, Answers::default()));
        }

        // Each has its turn, however many there are and whichever cannot be asked for.
        if let Some(at) = missing.iter().position(|uuid| Some(uuid) == self.asked.as_ref()) {
            missing.rotate_left(at + 1);
        }

        missing.truncate(missing::AT_ONCE);
        self.asked = missing.last().cloned();
        let answers = missing::ask_for(missing, self.ask.clone());
        self.step = Some(Step::Ask(Box::pin(async move { (status, answers.await) })));

        None
    }

    /// Takes in what is seen; gives the pause after it.
    #[inline]
    fn see(&mut self, status: ClusterStatusResponse, answers: Answers) -> Duration {
        let known = diff::known(&self.known, &status, &self.sought, &answers);
        let mut events = diff::between(&self.known, &known, &self.sought);
        if self.status.is_none() {
            events.retain(|event| self.sought.iter().any(|uuid| event.ends_job(uuid)));
        }

        let may_be_new = self.may_be_new(&status);
        for uuid in &self.sought {
            match answers.gone.get(uuid) {
                Some(Some(job)) => events.push(WatchEvent::JobGone(job.clone().into())),
                Some(None) if !may_be_new => events.push(WatchEvent::JobUnknown(uuid.clone())),
                _ => {}
            }
        }

        self.sought.retain(|uuid| !events.iter().any(|event| event.ends_job(uuid)));
        self.events.extend(events);
        (self.status, self.known) = (Some(status), known);

        let asks_for = answers.failed.as_ref().and_then(|(_, error)| error.retry_after());
        let pause = self.interval.max(asks_for.unwrap_or_default().min(LONGEST_PAUSE));
        self.paused = self.paused.saturating_add(pause);

        if let Some((uuid, error)) = answers.failed {
            self.asked = Some(uuid);
            if is_forbidden(&error) {
                self.end = Some(error);
            } else {
                self.failures += 1;
                let error = Box::new(error);
                self.events.push_back(WatchEvent::PollFailed { error, retry_in: pause });
            }
        }

        pause
    }

    /// Whether the service may not know yet of a job that was sent before the watch began.
    #[inline]
    fn may_be_new(&mut self, status: &ClusterStatusResponse) -> bool {
        let made = status.generated_time;
        self.first = self.first.or(made);
        let passed = made.zip(self.first).map(|(made, first)| made.signed_duration_since(first));
        let passed = passed.and_then(|passed| passed.to_std().ok()).unwrap_or_default();

        passed.max(self.paused) < NEW
    }

    /// Takes a failure in; gives the pause after it.
    #[inline]
    fn miss(&mut self, error: Error) -> Duration {
        let longest = LONGEST_PAUSE.max(self.interval);
        let first = self.interval.max(SHORTEST_PAUSE);
        let pause = first.saturating_mul(1 << self.failures.min(20)).min(longest);
        let retry_in = pause.max(error.retry_after().unwrap_or_default().min(longest));
        self.failures += 1;
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
