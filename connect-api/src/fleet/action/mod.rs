//! Actions: what a printer does in its own time, waited for.

mod methods;

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;

use crate::client::Client;
use crate::error::{ActionError, Error};
use crate::http::call::Call;
use crate::http::options::CallOptions;
use crate::http::retry::RetryPolicy;
use crate::models::{ActionStatus, ActionStatusResponse};
use crate::runtime::{BoxFuture, sleep};

impl Client {
    /// Waits for an action that was sent before, by the id in its status.
    ///
    /// ```no_run
    /// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
    /// let sent = client.pause_print_job("a cluster's id", "a job's UUID").send().await?;
    /// println!("sent as {}", sent.action_id);
    /// client.wait_for_action("a cluster's id", sent.action_id).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait_for_action(
        &self,
        cluster_id: impl Into<String>,
        action_id: impl Into<String>,
    ) -> Action {
        let (cluster_id, action_id) = (cluster_id.into(), action_id.into());
        let first = self.get_action_status(&cluster_id, &action_id).send();
        let action = Action::new(self.clone(), cluster_id, CallOptions::new(), first);
        Action { action_id: Some(action_id), ..action }
    }
}

/// An action on its way: a `Future` of its end, and a `Stream` of its states.
///
/// As a future it sends the action, asks for its status each second and gives the status that says
/// `success`. As a stream (here with `next`, which needs no other crate) it gives the first status
/// and each that differs from the one before, the end included; what it has seen can then still be
/// awaited. States that nobody knows are waited through. Dropping it ends all traffic, though not
/// the action.
///
/// # Errors
///
/// The error of the call if the action was not accepted, and from then on nothing but
/// [`Error::Action`], with its id: if it failed, if it had not ended at the
/// [deadline](Self::deadline), or if asking for its status was refused, which says nothing of what
/// has become of it. Failures that [may pass](Error::is_transient) and answers that nobody can read
/// do not end the wait: the status is asked for again, after the pause that the service asks for if
/// it asks for one, until the deadline.
///
/// ```no_run
/// # async fn example() -> Result<(), connect_api::Error> {
/// use connect_api::models::ActionStatusDetails;
///
/// let client = connect_api::Client::new("an API token");
/// let mut snapshot = client.get_webcam_snapshot("a cluster's id", "a printer's UUID").wait();
/// while let Some(state) = snapshot.next().await {
///     println!("{}", state?.status);
/// }
/// let end = snapshot.await?;
/// if let Some(ActionStatusDetails::WebcamSnapshotStatus { value, .. }) = end.status_details {
///     println!("{:?}", value.image_url);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "an action is sent when it is awaited"]
pub struct Action {
    client: Client,
    cluster_id: String,
    options: CallOptions,
    poll_interval: Duration,
    limit: Duration,
    /// Known once the action was accepted.
    action_id: Option<String>,
    step: Option<BoxFuture<'static, Result<ActionStatusResponse, Error>>>,
    deadline: Option<BoxFuture<'static, ()>>,
    last: Option<ActionStatusResponse>,
    /// Why the status was not to be had, if it was not when last asked for.
    missed: Option<Error>,
    is_over: bool,
}

impl Action {
    pub(crate) fn new(
        client: Client,
        cluster_id: String,
        options: CallOptions,
        first: Call<ActionStatusResponse>,
    ) -> Self {
        Self {
            client,
            cluster_id,
            options,
            poll_interval: Duration::from_secs(1),
            limit: Duration::from_secs(300),
            action_id: None,
            step: Some(Box::pin(first)),
            deadline: None,
            last: None,
            missed: None,
            is_over: false,
        }
    }

    /// How long to wait before asking for the status again, instead of 1 second.
    ///
    /// ```no_run
    /// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
    /// # use std::time::Duration;
    /// let update = client.update_printer_firmware("a cluster's id", "a printer's UUID", true);
    /// let minute = Duration::from_secs(60);
    /// update.wait().poll_interval(10 * minute / 60).deadline(30 * minute).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval;
        self
    }

    /// How long the action may take, from when it is first awaited, instead of 5 minutes.
    ///
    /// ```no_run
    /// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
    /// let pause = client.pause_print_job("a cluster's id", "a job's UUID").wait();
    /// pause.deadline(std::time::Duration::from_secs(30)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The next state; none after the end.
    ///
    /// # Errors
    ///
    /// As of the action itself, but that a state which says `failed` is a state as any other. An
    /// error is the end.
    pub async fn next(&mut self) -> Option<Result<ActionStatusResponse, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Goes on to the next state that differs. `#[inline]`, as what it calls: compiled by the programs
    /// that wait, and not by each that depends on the crate.
    #[inline]
    fn poll_state(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<ActionStatusResponse, Error>>> {
        while !self.is_over {
            let Some(step) = &mut self.step else {
                self.step = Some(self.ask());
                continue;
            };

            let Poll::Ready(answer) = step.as_mut().poll(context) else {
                let limit = self.limit;
                let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep(limit)));
                ready!(deadline.as_mut().poll(context));
                (self.is_over, self.step) = (true, None);

                let missed = self.missed.take();
                return Poll::Ready(Some(Err(self
                    .error()
                    .with_timeout(limit)
                    .with_last_failure(missed)
                    .into())));
            };
            self.step = None;

            match answer {
                Ok(state) => {
                    self.missed = None;
                    self.action_id.get_or_insert_with(|| state.action_id.clone());
                    self.is_over = has_ended(&state);

                    let is_new = self.last.as_ref().is_none_or(|last| last.status != state.status);
                    self.last = Some(state.clone());

                    if is_new {
                        return Poll::Ready(Some(Ok(state)));
                    }
                }
                Err(error) if self.action_id.is_none() => {
                    self.is_over = true;
                    return Poll::Ready(Some(Err(error)));
                }
                Err(error) if may_pass(&error) => self.missed = Some(error),
                Err(error) => {
                    self.is_over = true;
                    return Poll::Ready(Some(Err(self
                        .error()
                        .with_last_failure(Some(error))
                        .into())));
                }
            }
        }

        Poll::Ready(None)
    }

    /// What has become of the action, as an error.
    #[inline]
    fn error(&self) -> ActionError {
        let status = self.last.as_ref().map(|last| last.status.clone());
        ActionError::new(self.action_id.clone(), status)
    }

    /// Asks for the status, when it is time.
    #[inline]
    fn ask(&self) -> BoxFuture<'static, Result<ActionStatusResponse, Error>> {
        let action_id = self.action_id.clone().unwrap_or_default();
        let call = self.client.get_action_status(&self.cluster_id, action_id);

        // One attempt: the wait asks again as long as it may, and knows what went wrong.
        let call = call.with(self.options.clone().retry(RetryPolicy::never())).send();
        let asked_for = self.missed.as_ref().and_then(Error::retry_after).unwrap_or_default();
        let pause = self.poll_interval.max(asked_for);

        Box::pin(async move {
            sleep(pause).await;
            call.await
        })
    }
}

/// Whether a status that was not to be had may be had later. What cannot be read may be the page of
/// a proxy.
#[inline]
fn may_pass(error: &Error) -> bool {
    error.is_transient() || matches!(error, Error::Decode(_) | Error::NoData(_))
}

#[inline]
fn has_ended(state: &ActionStatusResponse) -> bool {
    matches!(state.status, ActionStatus::Success | ActionStatus::Failed)
}

impl Stream for Action {
    type Item = Result<ActionStatusResponse, Error>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_state(context)
    }
}

impl Future for Action {
    type Output = Result<ActionStatusResponse, Error>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let action = self.get_mut();
        while let Some(state) = ready!(action.poll_state(context)) {
            state?;
        }

        Poll::Ready(match action.last.clone() {
            Some(last) if last.status == ActionStatus::Success => Ok(last),
            _ => Err(action.error().into()),
        })
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Action");
        debug.field("cluster_id", &self.cluster_id).field("last", &self.last);
        debug.finish_non_exhaustive()
    }
}

/// What a request does whose answer is the status of an action.
macro_rules! awaited {
    ($request:ident) => {
        #[doc = concat!(
            "```no_run\n",
            "# async fn example(request: connect_api::requests::", stringify!($request), ")",
            " -> Result<(), connect_api::Error> {\n",
            "let end = request.wait().await?;\n",
            "println!(\"{}: {:?}\", end.action_id, end.status_details);\n",
            "# Ok(())\n# }\n",
            "```",
        )]
        impl $request {
            /// Sends the action and waits for its end, as [`Action`](crate::Action) shows.
            #[inline]
            pub fn wait(self) -> crate::Action {
                let (client, options) = (self.client.clone(), self.options.clone());
                crate::Action::new(client, self.cluster_id.clone(), options, self.send())
            }
        }
    };
}

pub(crate) use awaited;
