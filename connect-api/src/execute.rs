//! From a request to the bytes of its answer: as often as it takes, in time, and traced.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use backon::BackoffBuilder as _;
use reqwest::Request;
use tracing::Instrument as _;

use crate::call::{Operation, Raw};
use crate::client::Client;
use crate::deadline::Deadline;
use crate::error::{Error, TransportError};
use crate::options::CallOptions;
use crate::retry::is_retryable;
use crate::time::{BoxFuture, sleep};
use crate::token::AccessToken;

impl Client {
    /// Sends a request, as often as it takes; anything but a success is an error. Neither generic
    /// nor part of the future that awaits it, so that it is compiled once.
    pub(crate) fn execute(
        self,
        operation: Operation,
        options: CallOptions,
        request: Result<Request, Error>,
    ) -> BoxFuture<'static, Result<Raw, Error>> {
        let operation = Arc::new(operation);
        Box::pin(async move { self.traced(&operation, &options, request?).await })
    }

    /// As [`Self::execute`]: a call in its span and its time.
    async fn traced(
        &self,
        operation: &Arc<Operation>,
        options: &CallOptions,
        request: Request,
    ) -> Result<Raw, Error> {
        let options = options.or(self.options());
        let span = tracing::info_span!(
            "connect_api.call",
            otel.name = %format_args!("{} {}", operation.method, operation.path),
            otel.kind = "client",
            http.request.method = &*operation.method,
            url.template = &*operation.path,
            http.request.resend_count = tracing::field::Empty,
            http.response.status_code = tracing::field::Empty,
            error.type = tracing::field::Empty,
            otel.status_code = tracing::field::Empty,
        );
        let attempts = AtomicUsize::new(0);
        let call = pin!(self.attempts(operation, &options, &request, &attempts));
        let result = call.instrument(span.clone()).await;
        let attempts = attempts.load(Ordering::Relaxed);
        span.record("http.request.resend_count", attempts.saturating_sub(1));
        match result {
            Ok(raw) => {
                span.record("http.response.status_code", raw.status.as_u16());
                Ok(Raw { span, attempts, ..raw })
            }
            Err(error) => {
                error.record(&span);
                Err(error.after(attempts))
            }
        }
    }

    /// Tries as often as the policy allows.
    async fn attempts(
        &self,
        operation: &Arc<Operation>,
        options: &CallOptions,
        request: &Request,
        attempts: &AtomicUsize,
    ) -> Result<Raw, Error> {
        let deadline = Deadline::new(operation, options.get_timeout());
        let policy = options.get_retry().within(options.get_timeout());
        let mut bounds = policy.delays().build();
        let mut renewed = false;
        let mut last = None;
        loop {
            let left = match &last {
                None => deadline.left(),
                Some(_) => policy.left(deadline.elapsed()),
            };
            if operation.polled
                && let Err(wait) = self.pace().turn(request.url().as_str(), left).await
            {
                return Err(last.unwrap_or(TransportError::no_turn(operation, wait).into()));
            }
            let attempt =
                self.attempt(operation, &deadline, options, request, attempts, &mut renewed);
            let error = match (attempt.await, last.take()) {
                (Ok(raw), _) => return Ok(raw),
                // What went wrong says more than that there was no time to try again.
                (Err(Error::Transport(error)), Some(last)) if error.is_unsent() => {
                    return Err(last);
                }
                (Err(Error::Transport(error)), Some(last)) => error.since(last).into(),
                (Err(error), _) => error,
            };
            let bound = bounds.next().filter(|_| is_retryable(&error));
            let Some(wait) = policy.wait(&error, bound, deadline.elapsed()) else {
                return Err(error);
            };
            tracing::debug!(error.type = %error.kind(), ?wait, "will try again");
            sleep(wait).await;
            last = Some(error);
        }
    }

    /// Tries once; and once more with another token, should the API call the first one expired.
    async fn attempt(
        &self,
        operation: &Arc<Operation>,
        deadline: &Deadline<'_>,
        options: &CallOptions,
        request: &Request,
        attempts: &AtomicUsize,
        renewed: &mut bool,
    ) -> Result<Raw, Error> {
        let send = async |token: Option<&AccessToken>| {
            let _place = deadline.hold(self.pace().place()).await?;
            let resend_count = attempts.fetch_add(1, Ordering::Relaxed);
            let span = attempt_span(operation, request, resend_count);
            let exchange = pin!(self.send(operation, options, request, token));
            let sent = deadline.hold_attempt(options.get_attempt_timeout(), exchange);
            let result = sent.instrument(span.clone()).await;
            match &result {
                Ok(raw) => _ = span.record("http.response.status_code", raw.status.as_u16()),
                Err(error) => error.record(&span),
            }
            result
        };
        let token = deadline.hold(self.tokens().current()).await??;
        let result = send(token.as_ref()).await;
        let (Err(error), Some(token)) = (&result, &token) else { return result };
        if !error.is_expired_token() || std::mem::replace(renewed, true) {
            return result;
        }
        match deadline.hold(self.tokens().instead_of(token)).await?? {
            Some(token) => send(Some(&token)).await,
            None => result,
        }
    }
}

/// The span of one request, whatever it is sent for: again after a failure, or with another token.
fn attempt_span(operation: &Operation, request: &Request, resend_count: usize) -> tracing::Span {
    tracing::debug_span!(
        "connect_api.attempt",
        http.request.method = &*operation.method,
        url.template = &*operation.path,
        http.request.resend_count = resend_count,
        http.response.status_code = tracing::field::Empty,
        error.type = tracing::field::Empty,
        otel.status_code = tracing::field::Empty,
        server.address = request.url().host_str(),
        server.port = request.url().port_or_known_default(),
    )
}
