//! From a request to the bytes of its answer: as often as it takes, in time, and traced.

use std::future::ready;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::Request;
use tracing::Instrument as _;

use crate::auth::token::{AccessToken, TokenSource, validate_provided};
use crate::client::Client;
use crate::error::{Error, TransportError};
use crate::http::call::{Operation, RawResponse};
use crate::http::deadline::Deadline;
use crate::http::options::CallOptions;
use crate::http::rate_limit::Permit;
use crate::http::retry::{RetryPolicy, is_retryable};
use crate::runtime::{BoxFuture, sleep, timeout};

impl Client {
    /// Sends a request, as often as it takes; anything but a success is an error. Neither generic
    /// nor part of the future that awaits it, so that it is compiled once.
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
        let (operation, attempts) = (Arc::new(operation), AtomicUsize::new(0));

        // Apart from the future: two small pieces of memory are cheaper to get than a large one.
        let sending = Box::new(Sending { client: self, operation, options, request, attempts });
        Box::pin(sending.traced())
    }
}

/// What all attempts of a call have in common.
struct Sending {
    client: Client,
    operation: Arc<Operation>,
    options: CallOptions,
    request: Request,
    /// How often it was tried so far.
    attempts: AtomicUsize,
}

impl Sending {
    /// The call in its span and its time.
    async fn traced(self: Box<Self>) -> Result<Box<RawResponse>, Error> {
        let operation = &self.operation;
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
                Err(error.after(attempts))
            }
        }
    }

    /// Tries as often as the policy allows.
    async fn run_with_retries(&self) -> Result<Box<RawResponse>, Error> {
        let deadline = Deadline::new(&self.operation, self.options.get_timeout());
        let mut renewed = false;
        let mut last = None;
        let mut failures = 0;

        loop {
            let again = last.is_some();
            let error = match (self.attempt(&deadline, again, &mut renewed).await, last.take()) {
                (Ok(raw), _) => return Ok(raw),
                // What went wrong says more than that there was no time to try again.
                (Err(Error::Transport(error)), Some(last)) if error.is_unsent() => {
                    return Err(last);
                }
                (Err(Error::Transport(error)), Some(last)) => error.since(last).into(),
                (Err(error), _) => error,
            };

            let bound = self.policy().bound(failures).filter(|_| is_retryable(&error));
            let Some(wait) = self.policy().wait(&error, bound, deadline.elapsed()) else {
                return Err(error);
            };
            tracing::debug!(error.type = %error.kind(), ?wait, "will try again");
            sleep(wait).await;
            last = Some(error);
            failures += 1;
        }
    }

    fn policy(&self) -> RetryPolicy {
        self.options.get_retry().within(self.options.get_timeout())
    }

    /// Tries once, should its turn come in time; and once more with another token, should the API
    /// call the first one expired.
    async fn attempt(
        &self,
        deadline: &Deadline<'_>,
        again: bool,
        renewed: &mut bool,
    ) -> Result<Box<RawResponse>, Error> {
        let mut turn = match self.operation.polled {
            true => self.turn(deadline, again).await?,
            false => None,
        };

        // Not before: a token can expire while others have their turn.
        let mut token = match self.client.tokens() {
            TokenSource::None => None,
            TokenSource::Static(token) => Some(token.clone()),
            TokenSource::Provider(provider) => {
                Some(validate_provided(deadline.hold(provider.token(None)).await?)?)
            }
        };

        loop {
            let error = match self.sent(deadline, token.as_ref(), &mut turn).await {
                Err(error) if error.is_expired_token() => error,
                result => return result,
            };

            let (TokenSource::Provider(provider), false) = (self.client.tokens(), *renewed) else {
                return Err(error);
            };
            *renewed = true;
            token = Some(validate_provided(deadline.hold(provider.token(token.as_ref())).await?)?);
        }
    }

    /// Waits for a poll's turn. Boxed, since few calls have to.
    fn turn<'a>(
        &'a self,
        deadline: &'a Deadline,
        again: bool,
    ) -> BoxFuture<'a, Result<Option<Permit>, Error>> {
        let left = match again {
            true => self.policy().left(deadline.elapsed()),
            false => deadline.left(),
        };

        Box::pin(async move {
            let turn = self.client.pace().turn(self.request.url().as_str(), left).await;
            turn.map_err(|wait| match wait {
                Duration::ZERO => deadline.missed(false),
                wait => TransportError::no_turn(&self.operation, wait).into(),
            })
        })
    }

    /// Sends the request with a token, when there is a place for it, in a span of its own.
    async fn sent(
        &self,
        deadline: &Deadline<'_>,
        token: Option<&AccessToken>,
        turn: &mut Option<Permit>,
    ) -> Result<Box<RawResponse>, Error> {
        let _place = match self.client.pace().places() {
            Some(places) => deadline.hold(places.acquire()).await?.ok(),
            None => None,
        };

        if let Some(turn) = turn {
            turn.asks();
        }

        let resend_count = self.attempts.fetch_add(1, Ordering::Relaxed);
        let span = attempt_span(&self.operation, &self.request, resend_count);
        let exchange = pin!(self.client.send(&self.operation, &self.options, &self.request, token));
        let (limit, left) = (self.options.get_attempt_timeout(), deadline.left());
        let sent = timeout(limit.min(left), exchange).instrument(span.clone()).await;
        let result = sent.unwrap_or_else(|_| Err(deadline.missed_attempt(limit, left)));

        match &result {
            Ok(raw) => _ = span.record("http.response.status_code", raw.status.as_u16()),
            Err(error) => error.record(&span),
        }

        result
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
