//! Executes a call: rate limit, token, request, retries, timeouts and tracing spans.

use std::future::ready;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use reqwest::Request;
use tracing::Instrument as _;

use crate::auth::token::{AccessToken, TokenSource, validate_provided};
use crate::client::Client;
use crate::error::{Error, TransportError};
use crate::http::deadline::Deadline;
use crate::http::operation::Operation;
use crate::http::options::CallOptions;
use crate::http::rate_limit::{AcquireError, Permit};
use crate::http::raw_response::RawResponse;
use crate::http::retry::RetryPolicy;
use crate::runtime::{BoxFuture, sleep, timeout};

impl Client {
    /// Sends a request with retries, and returns the response. A status other than success is an error.
    ///
    /// The future is boxed and has no generic parameters, so the crate compiles it once, and not each
    /// program for each operation.
    pub(crate) fn execute(
        self,
        operation: Operation,
        options: CallOptions,
        request: Result<Request, Error>,
    ) -> BoxFuture<'static, Result<Box<RawResponse>, Error>> {
        let request = match request {
            Ok(request) => request,
            Err(error) => return Box::pin(ready(Err(error))),
        };

        let options = options.or(self.options());
        let operation = Arc::new(operation);

        // A separate box: two small allocations are faster than one large allocation.
        let execution = Box::new(Execution {
            client: self,
            operation,
            options,
            request,
            attempts: AtomicUsize::new(0),
            is_token_renewed: AtomicBool::new(false),
        });
        Box::pin(execution.run())
    }
}

/// A call with everything that its attempts share.
struct Execution {
    client: Client,
    operation: Arc<Operation>,
    options: CallOptions,
    request: Request,
    /// The number of requests sent so far.
    attempts: AtomicUsize,
    /// Whether an expired token was already replaced. A call does this at most once.
    is_token_renewed: AtomicBool,
}

impl Execution {
    /// Runs the call in its tracing span.
    async fn run(self: Box<Self>) -> Result<Box<RawResponse>, Error> {
        let span = call_span(&self.operation);
        let call = pin!(self.run_with_retries());
        let result = call.instrument(span.clone()).await;

        let attempts = self.attempts.load(Ordering::Relaxed);
        span.record("http.request.resend_count", attempts.saturating_sub(1));

        match result {
            Ok(mut raw) => {
                span.record("http.response.status_code", raw.status.as_u16());
                (raw.span, raw.attempts) = (span, attempts);
                Ok(raw)
            }
            Err(error) => {
                error.record(&span);
                Err(error.with_attempts(attempts))
            }
        }
    }

    /// Runs attempts until one succeeds or the retry policy allows no other.
    async fn run_with_retries(&self) -> Result<Box<RawResponse>, Error> {
        let deadline = Deadline::start(&self.operation, self.options.get_timeout());
        let mut last_failure = None;
        let mut retries = 0;

        loop {
            let is_retry = last_failure.is_some();
            let failure = match self.attempt(&deadline, is_retry).await {
                Ok(raw) => return Ok(raw),
                Err(failure) => failure,
            };

            // Checked first: the merged error can be an earlier failure, which was retryable.
            let is_retryable = failure.is_retryable();
            let error = merge_failures(failure, last_failure.take());
            if !is_retryable {
                return Err(error);
            }

            let delay = self.retry_policy().retry_delay(&error, retries, deadline.elapsed());
            let Some(delay) = delay else { return Err(error) };

            tracing::debug!(error.type = %error.error_type(), ?delay, "retrying the call");
            sleep(delay).await;
            last_failure = Some(error);
            retries += 1;
        }
    }

    fn retry_policy(&self) -> RetryPolicy {
        self.options.get_retry().limited_by(self.options.get_timeout())
    }

    /// Sends the request once, and once more with a new token if the API reports that the first one
    /// has expired. A polled operation waits for the rate limiter first.
    async fn attempt(
        &self,
        deadline: &Deadline<'_>,
        is_retry: bool,
    ) -> Result<Box<RawResponse>, Error> {
        let mut permit = match self.operation.is_polled {
            true => self.acquire_poll(deadline, is_retry).await?,
            false => None,
        };

        // Requested after the wait for the permit, during which a token could expire.
        let mut token = match self.client.tokens() {
            TokenSource::None => None,
            TokenSource::Static(token) => Some(token.clone()),
            TokenSource::Provider(provider) => {
                Some(validate_provided(deadline.limit(provider.token(None)).await?)?)
            }
        };

        loop {
            let error = match self.send_request(deadline, token.as_ref(), &mut permit).await {
                Err(error) if error.is_expired_token() => error,
                result => return result,
            };

            let TokenSource::Provider(provider) = self.client.tokens() else {
                return Err(error);
            };
            if self.is_token_renewed.swap(true, Ordering::Relaxed) {
                return Err(error);
            }

            token = Some(validate_provided(deadline.limit(provider.token(token.as_ref())).await?)?);
        }
    }

    /// Waits until the rate limiter permits a poll. The future is boxed, because few calls need it.
    fn acquire_poll<'a>(
        &'a self,
        deadline: &'a Deadline,
        is_retry: bool,
    ) -> BoxFuture<'a, Result<Option<Permit>, Error>> {
        let max_wait = match is_retry {
            true => self.retry_policy().remaining_budget(deadline.elapsed()),
            false => deadline.remaining(),
        };

        Box::pin(async move {
            let url = self.request.url().as_str();
            let permit = self.client.rate_limiter().acquire_poll(url, max_wait).await;

            permit.map_err(|error| match error {
                AcquireError::Timeout => deadline.call_timeout(false),
                AcquireError::RetryIn(delay) => {
                    TransportError::rate_limited(&self.operation, delay).into()
                }
            })
        })
    }

    /// Sends the request with a token in a tracing span, when the concurrency limit allows it.
    async fn send_request(
        &self,
        deadline: &Deadline<'_>,
        token: Option<&AccessToken>,
        permit: &mut Option<Permit>,
    ) -> Result<Box<RawResponse>, Error> {
        let _concurrency_permit = match self.client.rate_limiter().concurrency() {
            Some(concurrency) => deadline.limit(concurrency.acquire()).await?.ok(),
            None => None,
        };

        if let Some(permit) = permit {
            permit.record_request();
        }

        let resend_count = self.attempts.fetch_add(1, Ordering::Relaxed);
        let span = attempt_span(&self.operation, &self.request, resend_count);
        let exchange = pin!(self.client.send(&self.operation, &self.options, &self.request, token));
        let (attempt_timeout, remaining) =
            (self.options.get_attempt_timeout(), deadline.remaining());

        let result = timeout(attempt_timeout.min(remaining), exchange)
            .instrument(span.clone())
            .await
            .unwrap_or_else(|_| Err(deadline.attempt_timeout(attempt_timeout, remaining)));

        match &result {
            Ok(raw) => _ = span.record("http.response.status_code", raw.status.as_u16()),
            Err(error) => error.record(&span),
        }

        result
    }
}

/// Combines the failures of two consecutive attempts into the error of the call.
///
/// If the last attempt sent no request, because the rate limit or the timeout ended it first, the
/// earlier failure is the more useful error. Otherwise, the last failure is the error; a transport error
/// also contains the earlier failure.
fn merge_failures(last: Error, earlier: Option<Error>) -> Error {
    match (last, earlier) {
        (Error::Transport(last), Some(earlier)) if last.is_unsent() => earlier,
        (Error::Transport(last), Some(earlier)) => last.with_last_failure(earlier).into(),
        (last, _) => last,
    }
}

/// Creates the span of a call, with the field names of OpenTelemetry.
fn call_span(operation: &Operation) -> tracing::Span {
    tracing::info_span!(
        "connect_api.call",
        otel.name = %format_args!("{} {}", operation.method, operation.path),
        otel.kind = "client",
        http.request.method = &*operation.method,
        url.template = &*operation.path,
        http.request.resend_count = tracing::field::Empty,
        http.response.status_code = tracing::field::Empty,
        error.type = tracing::field::Empty,
        otel.status_code = tracing::field::Empty,
    )
}

/// Creates the span of one request of a call: the first one, a retry, or a repeat with a new token.
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
