//! Actions on print jobs and printers, and waiting for their result.

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

/// The pause between two status requests.
const DEFAULT_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// The time that an action may take.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);

impl Client {
    /// Waits for an action that was already sent. Its id is in the status that the API returned.
    ///
    /// ```no_run
    /// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
    /// let accepted = client.pause_print_job("a cluster's id", "a job's UUID").send().await?;
    /// println!("accepted as {}", accepted.action_id);
    /// client.wait_for_action("a cluster's id", accepted.action_id).await?;
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

/// An action in progress: a `Future` of its final status, and a `Stream` of its statuses.
///
/// As a future, it sends the action, polls the status each second, and returns the status
/// `success`. As a stream (here with `next`, which needs no other crate), it returns the first
/// status and each status that differs from the previous one, including the final one; the future
/// can still be awaited afterwards. A status that this crate does not know is not final. Dropping
/// the value stops all requests, but does not cancel the action.
///
/// # Errors
///
/// The error of the first call, if the API does not accept the action. After that, always
/// [`Error::Action`], which has the action's id: the action failed, did not finish before the
/// [timeout](Self::timeout), or a status request was rejected. In the last case the outcome of the
/// action is unknown.
///
/// [Transient](Error::is_transient) errors and responses that cannot be decoded do not end the wait:
/// the status is polled again, not before a `Retry-After` of the response, until the timeout.
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
/// let last = snapshot.await?;
/// if let Some(ActionStatusDetails::WebcamSnapshotStatus { value, .. }) = last.status_details {
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
    timeout: Duration,
    /// Set once the API has accepted the action.
    action_id: Option<String>,
    /// The current request: it sends the action, or polls the status.
    request: Option<BoxFuture<'static, Result<ActionStatusResponse, Error>>>,
    /// Ends at the deadline. Starts with the first poll of this value.
    timer: Option<BoxFuture<'static, ()>>,
    last: Option<ActionStatusResponse>,
    /// The error of the last status request, if that request failed.
    last_failure: Option<Error>,
    is_finished: bool,
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
            poll_interval: DEFAULT_POLL_INTERVAL,
            timeout: DEFAULT_TIMEOUT,
            action_id: None,
            request: Some(Box::pin(first)),
            timer: None,
            last: None,
            last_failure: None,
            is_finished: false,
        }
    }

    /// Sets the pause between two status requests. The default is 1 second.
    ///
    /// ```no_run
    /// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
    /// # use std::time::Duration;
    /// let update = client.update_printer_firmware("a cluster's id", "a printer's UUID", true);
    /// let minute = Duration::from_secs(60);
    /// update.wait().poll_interval(minute / 6).timeout(30 * minute).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval;
        self
    }

    /// Sets how long to wait for the action, from when it is first awaited. The default is 5
    /// minutes.
    ///
    /// ```no_run
    /// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
    /// let pause = client.pause_print_job("a cluster's id", "a job's UUID").wait();
    /// pause.timeout(std::time::Duration::from_secs(30)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Returns the next status, or `None` after the final one.
    ///
    /// # Errors
    ///
    /// The errors of [`Action`], except that the status `failed` is returned like any other. No
    /// status follows an error.
    pub async fn next(&mut self) -> Option<Result<ActionStatusResponse, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Polls until the status differs from the previous one.
    ///
    /// This function and the ones that it calls are `#[inline]`, so they are compiled only in
    /// programs that wait for an action.
    #[inline]
    fn poll_state(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<ActionStatusResponse, Error>>> {
        while !self.is_finished {
            let Some(request) = &mut self.request else {
                self.request = Some(self.request_status());
                continue;
            };

            let Poll::Ready(result) = request.as_mut().poll(context) else {
                ready!(self.poll_timer(context));
                return Poll::Ready(Some(Err(self.time_out())));
            };
            self.request = None;

            if let Some(state) = self.handle(result) {
                return Poll::Ready(Some(state));
            }
        }

        Poll::Ready(None)
    }

    #[inline]
    fn poll_timer(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let timeout = self.timeout;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(timeout)));
        timer.as_mut().poll(context)
    }

    /// Handles the result of a request. Returns what the stream yields for it, if anything.
    #[inline]
    fn handle(
        &mut self,
        result: Result<ActionStatusResponse, Error>,
    ) -> Option<Result<ActionStatusResponse, Error>> {
        let error = match result {
            Ok(state) => return self.handle_state(state).map(Ok),
            Err(error) => error,
        };

        if self.action_id.is_none() {
            // The action was not accepted.
            self.is_finished = true;
            return Some(Err(error));
        }

        if is_worth_retrying(&error) {
            self.last_failure = Some(error);
            return None;
        }

        self.is_finished = true;
        Some(Err(self.error().with_last_failure(Some(error)).into()))
    }

    /// Stores a status. Returns it if it differs from the previous one.
    #[inline]
    fn handle_state(&mut self, state: ActionStatusResponse) -> Option<ActionStatusResponse> {
        self.last_failure = None;
        self.action_id.get_or_insert_with(|| state.action_id.clone());
        self.is_finished = is_final(&state);

        let is_new = self.last.as_ref().is_none_or(|last| last.status != state.status);
        self.last = Some(state.clone());

        is_new.then_some(state)
    }

    /// Ends the wait at the deadline, and returns the error.
    #[inline]
    fn time_out(&mut self) -> Error {
        (self.is_finished, self.request) = (true, None);
        let last_failure = self.last_failure.take();

        self.error().with_timeout(self.timeout).with_last_failure(last_failure).into()
    }

    /// Returns an error with the id and the last status of the action.
    #[inline]
    fn error(&self) -> ActionError {
        let status = self.last.as_ref().map(|last| last.status.clone());
        ActionError::new(self.action_id.clone(), status)
    }

    /// Requests the status after the poll interval, or after a longer `Retry-After`.
    #[inline]
    fn request_status(&self) -> BoxFuture<'static, Result<ActionStatusResponse, Error>> {
        let action_id = self.action_id.clone().unwrap_or_default();
        let call = self.client.get_action_status(&self.cluster_id, action_id);

        // No retries within the call: the next poll is the retry, and reports the last failure.
        let call = call.with(self.options.clone().retry(RetryPolicy::never())).send();
        let retry_after = self.last_failure.as_ref().and_then(Error::retry_after);
        let pause = self.poll_interval.max(retry_after.unwrap_or_default());

        Box::pin(async move {
            sleep(pause).await;
            call.await
        })
    }
}

/// Whether a later status request may succeed. A response that cannot be decoded may be the error
/// page of a proxy.
#[inline]
fn is_worth_retrying(error: &Error) -> bool {
    error.is_transient() || matches!(error, Error::Decode(_) | Error::NoData(_))
}

#[inline]
fn is_final(state: &ActionStatusResponse) -> bool {
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

/// Implements `wait` for a request that returns the status of an action.
macro_rules! impl_wait {
    ($request:ident) => {
        #[doc = concat!(
            "```no_run\n",
            "# async fn example(request: connect_api::requests::", stringify!($request), ")",
            " -> Result<(), connect_api::Error> {\n",
            "let last = request.wait().await?;\n",
            "println!(\"{}: {:?}\", last.action_id, last.status_details);\n",
            "# Ok(())\n# }\n",
            "```",
        )]
        impl $request {
            /// Sends the action and waits for its result: see [`Action`](crate::Action).
            #[inline]
            pub fn wait(self) -> crate::Action {
                let (client, options) = (self.client.clone(), self.options.clone());
                crate::Action::new(client, self.cluster_id.clone(), options, self.send())
            }
        }
    };
}

pub(crate) use impl_wait;
