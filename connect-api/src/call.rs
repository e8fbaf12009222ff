//! One call: from a built request to a decoded answer or an error.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use backon::Retryable as _;
use bytes::Bytes;
use reqwest::header::HeaderMap;
use reqwest::{Request, StatusCode};
use serde::de::DeserializeOwned;
use tracing::Instrument as _;

use crate::client::Client;
use crate::decode::decode;
use crate::envelope::{Answer, One, PageAnswer};
use crate::error::{Error, NoDataError, TransportError};
use crate::options::CallOptions;
use crate::page::Page;
use crate::response::Response;
use crate::retry::is_retryable;
use crate::time::{BoxFuture, Instant, sleep, timeout};
use crate::token::AccessToken;

/// What is known of an operation before it is called.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// Whether calling it twice does no more than calling it once.
    pub(crate) repeatable: bool,
    /// Whether programs call it again and again to see what has changed.
    pub(crate) polled: bool,
}

/// A successful answer whose body is still bytes.
pub(crate) struct Raw {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The token that was sent: what no error may show, should the answer repeat it.
    pub(crate) token: Option<AccessToken>,
    /// The span of the call, open until the body is decoded.
    pub(crate) span: tracing::Span,
}

impl Operation {
    pub(crate) const fn new(id: &'static str, method: &'static str, path: &'static str) -> Self {
        Self { id, method, path, repeatable: true, polled: false }
    }

    /// The operation does something anew each time.
    pub(crate) const fn once(self) -> Self {
        Self { repeatable: false, ..self }
    }

    /// The operation is asked for changes.
    pub(crate) const fn polled(self) -> Self {
        Self { polled: true, ..self }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {})", self.id, self.method, self.path)
    }
}

impl Client {
    /// Sends a request, and decodes the whole body.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        options: &CallOptions,
        request: Result<Request, Error>,
    ) -> Result<Response<T>, Error> {
        let raw = self.execute(operation, options, request).await?;
        let body = decode(operation, &raw)?;
        Ok(Response::new(raw.status, raw.headers, body))
    }

    /// Sends a request that is answered with one object in an envelope.
    pub(crate) async fn call_for_one<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        options: &CallOptions,
        request: Result<Request, Error>,
    ) -> Result<Response<T>, Error> {
        let raw = self.execute(operation, options, request).await?;
        let data = opened::<Answer<One<T>>>(operation, &raw)?.and_then(|answer| answer.data);
        raw.with(operation, data.map(|One(item)| item))
    }

    /// Sends a request that is answered with a list in an envelope.
    pub(crate) async fn call_for_list<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        options: &CallOptions,
        request: Result<Request, Error>,
    ) -> Result<Response<Vec<T>>, Error> {
        let page = self.call_for_page(operation, options, request).await?;
        Ok(page.map(|page| page.items))
    }

    /// Sends a request that is answered with a page of a list.
    pub(crate) async fn call_for_page<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        options: &CallOptions,
        request: Result<Request, Error>,
    ) -> Result<Response<Page<T>>, Error> {
        let raw = self.execute(operation, options, request).await?;
        let answer = opened::<PageAnswer<T>>(operation, &raw)?;
        raw.with(operation, answer.and_then(|answer| answer.try_into().ok()))
    }

    /// Sends a request whose answer has no body.
    pub(crate) async fn call_for_nothing(
        &self,
        operation: &'static Operation,
        options: &CallOptions,
        request: Result<Request, Error>,
    ) -> Result<Response<()>, Error> {
        let raw = self.execute(operation, options, request).await?;
        Ok(Response::new(raw.status, raw.headers, ()))
    }

    /// Sends a request, as often as it takes; anything but a success is an error. Neither generic
    /// nor part of the future that awaits it, so that it is compiled once.
    fn execute<'a>(
        &'a self,
        operation: &'static Operation,
        options: &'a CallOptions,
        request: Result<Request, Error>,
    ) -> BoxFuture<'a, Result<Raw, Error>> {
        Box::pin(async move { self.traced(operation, options, request?).await })
    }

    /// As [`Self::execute`]: a call in its span and its time.
    async fn traced(
        &self,
        operation: &'static Operation,
        options: &CallOptions,
        request: Request,
    ) -> Result<Raw, Error> {
        let options = options.or(self.options());
        let span = tracing::info_span!(
            "connect_api.call",
            otel.name = %format_args!("{} {}", operation.method, operation.path),
            otel.kind = "client",
            http.request.method = operation.method,
            url.template = operation.path,
            http.request.resend_count = tracing::field::Empty,
            http.response.status_code = tracing::field::Empty,
            error.type = tracing::field::Empty,
        );
        let attempts = AtomicUsize::new(0);
        let limit = options.get_timeout();
        let call = self.attempts(operation, &options, &request, &attempts);
        let result = timeout(limit, call.instrument(span.clone())).await;
        let result =
            result.unwrap_or_else(|_| Err(TransportError::call_timeout(operation, limit).into()));
        let attempts = attempts.into_inner();
        span.record("http.request.resend_count", attempts.saturating_sub(1));
        match result {
            Ok(raw) => {
                span.record("http.response.status_code", raw.status.as_u16());
                Ok(Raw { span, ..raw })
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
        operation: &'static Operation,
        options: &CallOptions,
        request: &Request,
        attempts: &AtomicUsize,
    ) -> Result<Raw, Error> {
        let policy = options.get_retry();
        let start = Instant::now();
        let renewed = AtomicBool::new(false);
        let attempt = || self.attempt(operation, options, request, attempts, &renewed);
        attempt
            .retry(policy.delays())
            .sleep(sleep)
            .when(|error| is_retryable(operation, error))
            .adjust(|error, bound| policy.wait(error, bound, start.elapsed()))
            .notify(
                |error, wait| tracing::debug!(error.type = %error.kind(), ?wait, "will try again"),
            )
            .await
    }

    /// Tries once; and once more with another token, should the API call the first one expired.
    async fn attempt(
        &self,
        operation: &'static Operation,
        options: &CallOptions,
        request: &Request,
        attempts: &AtomicUsize,
        renewed: &AtomicBool,
    ) -> Result<Raw, Error> {
        if operation.polled {
            self.pace().turn(request.url().as_str()).await;
        }
        let send = async |token: Option<&AccessToken>| {
            let resend_count = attempts.fetch_add(1, Ordering::Relaxed);
            let span = attempt_span(operation, resend_count);
            let sent = self.send(operation, options, request, token);
            let result = sent.instrument(span.clone()).await;
            match &result {
                Ok(raw) => _ = span.record("http.response.status_code", raw.status.as_u16()),
                Err(error) => error.record(&span),
            }
            result
        };
        let token = self.tokens().current().await?;
        let result = send(token.as_ref()).await;
        let (Err(error), Some(token)) = (&result, &token) else { return result };
        if !error.is_expired_token() || renewed.swap(true, Ordering::Relaxed) {
            return result;
        }
        match self.tokens().instead_of(token).await? {
            Some(token) => send(Some(&token)).await,
            None => result,
        }
    }
}

/// The span of one request, whatever it is sent for: again after a failure, or with another token.
fn attempt_span(operation: &Operation, resend_count: usize) -> tracing::Span {
    tracing::debug_span!(
        "connect_api.attempt",
        http.request.method = operation.method,
        url.template = operation.path,
        http.request.resend_count = resend_count,
        http.response.status_code = tracing::field::Empty,
        error.type = tracing::field::Empty,
    )
}

impl Raw {
    /// The response with its body, or the error that there is none.
    fn with<T>(self, operation: &'static Operation, data: Option<T>) -> Result<Response<T>, Error> {
        match data {
            Some(data) => Ok(Response::new(self.status, self.headers, data)),
            None => {
                let error = Error::NoData(NoDataError::new(operation, self.status));
                error.record(&self.span);
                Err(error)
            }
        }
    }
}

/// The envelope of an answer; none around an empty body.
fn opened<T: DeserializeOwned>(
    operation: &'static Operation,
    raw: &Raw,
) -> Result<Option<T>, Error> {
    if raw.body.trim_ascii().is_empty() {
        return Ok(None);
    }
    decode(operation, raw).map(Some)
}
