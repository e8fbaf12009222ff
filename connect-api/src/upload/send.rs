//! Puts a source to a URL: in as many attempts as it takes, each with all of the bytes.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, ORIGIN};
use reqwest::{Request, Response, Url};
use tracing::Instrument as _;

use super::{Parts, Settings, UploadSource};
use crate::error::{ApiError, ConfigurationError, Error, TransportError};
use crate::http::exchange::{ResponseBody, read_response};
use crate::http::operation::Operation;
use crate::http::options::CallOptions;
use crate::http::request_builder::finish;
use crate::runtime::{sleep, timeout};
use crate::upload::progress::Gauge;

/// Parts of a URL from this length on, in bytes, are taken for secrets: signatures are longer.
const SECRET: usize = 16;

/// Puts an upload to a URL, in a span of its own.
pub(crate) async fn put(url: &str, content_type: &str, parts: Parts) -> Result<(), Error> {
    let span = tracing::info_span!(
        "connect_api.upload",
        otel.kind = "client",
        http.request.method = "PUT",
        error.type = tracing::field::Empty,
    );
    let result = attempts(url, content_type, parts).instrument(span.clone()).await;
    result.inspect_err(|error| error.record(&span))
}

/// Tries as often as the policy allows.
async fn attempts(to: &str, content_type: &str, parts: Parts) -> Result<(), Error> {
    let Parts { client, options, mut source, settings } = parts;
    let Settings { on_progress, stall_timeout, origin } = settings;

    let put = Put {
        client: &client.endpoint()?.http,
        url: url(to)?,
        content_type,
        origin,
        stall_timeout,
        gauge: Arc::new(Gauge::new(source.len().await?, on_progress)),
    };
    let operation = Arc::new(put.operation());
    let options = options.or(client.options());
    let policy = options.get_retry();
    let mut attempts = 0;

    loop {
        attempts += 1;
        let Err(error) = put.attempt(&operation, &options, &mut source).await else {
            return Ok(());
        };
        let can_retry = source.can_be_read_again() && error.is_retryable();

        // The time elapsed does not count: a long upload would exceed the budget of any policy.
        let delay = policy.retry_delay(&error, attempts - 1, Duration::ZERO);
        let Some(delay) = delay.filter(|_| can_retry) else {
            return Err(error.with_attempts(attempts));
        };

        tracing::debug!(error.type = %error.error_type(), ?delay, "retrying the upload");
        sleep(delay).await;
    }
}

/// What all attempts have in common.
struct Put<'a> {
    client: &'a reqwest::Client,
    url: Url,
    content_type: &'a str,
    origin: Option<String>,
    stall_timeout: Duration,
    gauge: Arc<Gauge>,
}

impl Put<'_> {
    /// Of the URL no more than the host may show.
    fn operation(&self) -> Operation {
        let host = self.url.host_str().unwrap_or_default();
        let path = format!("{}://{host}/…", self.url.scheme());
        let (method, path) = (Cow::Borrowed("PUT"), Cow::Owned(path));
        Operation { id: "upload", method, path, repeatable: true, polled: false }
    }

    /// Sends all of the bytes once; as long as some move, it has time.
    async fn attempt(
        &self,
        operation: &Arc<Operation>,
        options: &CallOptions,
        source: &mut UploadSource,
    ) -> Result<(), Error> {
        let request = self.request(source).await?;
        let limit = self.stall_timeout;

        let mut exchange = std::pin::pin!(async {
            let lost = |error| TransportError::connection(operation, error);
            let response = self.client.execute(request).await.map_err(lost)?;
            let (status, sent, total) = (response.status(), self.gauge.sent(), self.gauge.total());
            match status.is_success() {
                // A proxy's page, say: nobody has stored what was not sent.
                true if sent < total => {
                    Err(TransportError::early_response(operation, status, sent, total).into())
                }
                true => Ok(()),
                false => Err(self.refusal(operation, options, response).await),
            }
        });

        let result = loop {
            let before = self.gauge.sent();
            match timeout(limit, exchange.as_mut()).await {
                Ok(result) => break result,
                Err(_) if self.gauge.sent() > before => {}
                Err(_) => break Err(TransportError::stalled(operation, limit).into()),
            }
        };

        // A source that fails breaks the connection off, which is not the connection's fault.
        result.map_err(|error| self.gauge.take_fault().map_or(error, Error::from))
    }

    async fn request(&self, source: &mut UploadSource) -> Result<Request, Error> {
        let reader = source.open().await?;
        let body = body(reader, source.to_string(), &self.gauge).await?;
        let request = self.client.put(self.url.clone()).header(CONTENT_TYPE, self.content_type);
        let request = request.header(CONTENT_LENGTH, self.gauge.total()).body(body);

        let request = match &self.origin {
            Some(origin) => request.header(ORIGIN, origin),
            None => request,
        };

        finish(request)
    }

    /// What the host answered, without what it may repeat of the URL.
    async fn refusal(
        &self,
        operation: &Arc<Operation>,
        options: &CallOptions,
        response: Response,
    ) -> Error {
        let (status, headers, body) =
            read_response(response, options.get_max_response_size()).await;
        let (ResponseBody::Complete(body)
        | ResponseBody::TooLarge(body)
        | ResponseBody::Incomplete(body, _)) = body;
        let secrets = secrets(&self.url);
        let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let error = ApiError::new(operation, status, headers, &body, &secrets);

        Error::Api(Box::new(error))
    }
}

/// What of a URL is secret, should the host repeat it: all of it, what the request line has of it,
/// and each value of its query, as it is written and as it is meant.
fn secrets(url: &Url) -> Vec<String> {
    let (path, query) = (url.path(), url.query().unwrap_or_default());
    let whole = [url.to_string(), format!("{path}?{query}"), path.to_owned(), query.to_owned()];
    let raw = query.split('&').filter_map(|pair| Some(pair.split_once('=')?.1.to_owned()));
    let values = url.query_pairs().map(|(_, value)| value.into_owned());
    whole.into_iter().chain(raw).chain(values).filter(|text| text.len() >= SECRET).collect()
}

#[cfg(not(target_family = "wasm"))]
async fn body(
    mut reader: super::source::Reader,
    source: String,
    gauge: &Arc<Gauge>,
) -> Result<reqwest::Body, Error> {
    let attempt = gauge.begin();
    // A body of no bytes is never asked for any.
    if gauge.total() == 0 {
        super::body::hold_empty(&mut reader, &source).await?;
    }
    Ok(reqwest::Body::wrap(super::body::Body::new(reader, source, gauge.clone(), attempt)))
}

/// A browser sends no body that is still being read.
#[cfg(target_family = "wasm")]
async fn body(
    mut reader: super::source::Reader,
    source: String,
    gauge: &Arc<Gauge>,
) -> Result<reqwest::Body, Error> {
    use crate::error::UploadError;
    use tokio::io::ReadBuf;

    let attempt = gauge.begin();
    let mut bytes = Vec::new();
    let mut piece = vec![0; 64 << 10];

    loop {
        let mut buffer = ReadBuf::new(&mut piece);
        let read = std::future::poll_fn(|context| reader.as_mut().poll_read(context, &mut buffer));
        read.await.map_err(|error| UploadError::read(&source, error))?;

        if buffer.filled().is_empty() {
            break;
        }

        bytes.extend_from_slice(buffer.filled());
    }

    if bytes.len() as u64 != gauge.total() {
        return Err(UploadError::length(&source, gauge.total(), bytes.len()).into());
    }

    gauge.add(attempt, bytes.len());
    Ok(bytes.into())
}

fn url(text: &str) -> Result<Url, Error> {
    let usable = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let fault = "the URL to upload to is not an absolute `http` or `https` URL";
    usable.ok_or_else(|| Error::Configuration(ConfigurationError::new(fault)))
}
