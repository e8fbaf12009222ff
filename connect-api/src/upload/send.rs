//! Sends a source to a URL with PUT, with retries and stall detection.

use std::borrow::Cow;
use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, ORIGIN};
use reqwest::{Request, Response, Url};
use tokio::io::ReadBuf;
use tracing::Instrument as _;

use super::parts::{Parts, Settings};
use super::progress::ProgressTracker;
use super::source::{Reader, UploadSource};
use crate::error::{ApiError, ConfigurationError, Error, TransportError, UploadError};
use crate::http::exchange::{ResponseBody, read_response};
use crate::http::operation::Operation;
use crate::http::options::CallOptions;
use crate::http::request_builder::finish;
use crate::runtime::{sleep, timeout};

/// The minimum length of a secret in a URL, in bytes. Shorter parts are not redacted; signatures
/// are longer.
const MIN_SECRET_LENGTH: usize = 16;

/// Sends an upload to a URL, within a span.
pub(crate) async fn put(url: &str, content_type: &str, parts: Parts) -> Result<(), Error> {
    let span = tracing::info_span!(
        "connect_api.upload",
        otel.kind = "client",
        http.request.method = "PUT",
        error.type = tracing::field::Empty,
    );
    let result = put_with_retries(url, content_type, parts).instrument(span.clone()).await;

    result.inspect_err(|error| error.record(&span))
}

/// Sends the upload until it succeeds, as often as the retry policy allows.
async fn put_with_retries(url: &str, content_type: &str, parts: Parts) -> Result<(), Error> {
    let Parts { client, options, mut source, settings } = parts;
    let Settings { on_progress, stall_timeout, origin } = settings;

    let uploader = Uploader {
        client: &client.endpoint()?.http,
        url: parse_url(url)?,
        content_type,
        origin,
        stall_timeout,
        progress: Arc::new(ProgressTracker::new(source.len().await?, on_progress)),
    };
    let operation = Arc::new(uploader.operation());
    let options = options.or(client.options());
    let policy = options.get_retry();
    let mut attempts = 0;

    loop {
        attempts += 1;
        let Err(error) = uploader.send(&operation, &options, &mut source).await else {
            return Ok(());
        };
        let can_retry = source.can_be_reopened() && error.is_retryable();

        // The time elapsed does not count: a long upload would exceed the budget of any policy.
        let delay = policy.retry_delay(&error, attempts - 1, Duration::ZERO);
        let Some(delay) = delay.filter(|_| can_retry) else {
            return Err(error.with_attempts(attempts));
        };

        tracing::debug!(error.type = %error.error_type(), ?delay, "retrying the upload");
        sleep(delay).await;
    }
}

/// What all attempts of an upload share.
struct Uploader<'a> {
    client: &'a reqwest::Client,
    url: Url,
    content_type: &'a str,
    origin: Option<String>,
    stall_timeout: Duration,
    progress: Arc<ProgressTracker>,
}

impl Uploader<'_> {
    /// Returns an operation for errors. It has only the host of the URL, because the rest is
    /// secret.
    fn operation(&self) -> Operation {
        let host = self.url.host_str().unwrap_or_default();
        let path = format!("{}://{host}/…", self.url.scheme());
        let (method, path) = (Cow::Borrowed("PUT"), Cow::Owned(path));

        Operation { id: "upload", method, path, is_idempotent: true, is_polled: false }
    }

    /// Sends the source once. Fails if there is no progress within the stall timeout.
    async fn send(
        &self,
        operation: &Arc<Operation>,
        options: &CallOptions,
        source: &mut UploadSource,
    ) -> Result<(), Error> {
        let request = self.request(source).await?;
        let mut exchange = std::pin::pin!(self.exchange(operation, options, request));

        let result = loop {
            let sent_before = self.progress.sent();
            match timeout(self.stall_timeout, exchange.as_mut()).await {
                Ok(result) => break result,
                Err(_) if self.progress.sent() > sent_before => {}
                Err(_) => {
                    let error = TransportError::stalled(operation, self.stall_timeout);
                    break Err(error.into());
                }
            }
        };

        // A failed source also breaks the connection. Report the error of the source.
        result.map_err(|error| self.progress.take_source_error().map_or(error, Error::from))
    }

    /// Sends the request and checks the response.
    async fn exchange(
        &self,
        operation: &Arc<Operation>,
        options: &CallOptions,
        request: Request,
    ) -> Result<(), Error> {
        let connection_error = |error| TransportError::connection(operation, error);
        let response = self.client.execute(request).await.map_err(connection_error)?;
        let status = response.status();
        if !status.is_success() {
            return Err(self.api_error(operation, options, response).await);
        }

        // A success before all bytes were sent comes from a proxy, for example: nothing was stored.
        let (sent, total) = (self.progress.sent(), self.progress.total());
        if sent < total {
            return Err(TransportError::early_response(operation, status, sent, total).into());
        }

        Ok(())
    }

    /// Opens the source and builds the request of an attempt.
    async fn request(&self, source: &mut UploadSource) -> Result<Request, Error> {
        let reader = source.open().await?;
        let body = request_body(reader, source.to_string(), &self.progress).await?;
        let request = self.client.put(self.url.clone()).header(CONTENT_TYPE, self.content_type);
        let request = request.header(CONTENT_LENGTH, self.progress.total()).body(body);

        let request = match &self.origin {
            Some(origin) => request.header(ORIGIN, origin),
            None => request,
        };

        finish(request)
    }

    /// Reads an error response, and redacts the parts of the URL that the host may repeat.
    async fn api_error(
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

/// Returns the secrets in a URL, to redact them where the host repeats them: its path and query, and
/// each value of the query, percent-encoded and decoded. Adds the whole URL if path and query are too
/// short, or if it has a user name or password.
fn secrets(url: &Url) -> Vec<String> {
    let (path, query) = (url.path(), url.query().unwrap_or_default());
    let target = format!("{path}?{query}");

    // Otherwise left out: scheme and host are not secret, and a text that ends with the beginning of
    // a secret is withheld.
    let has_credentials = !url.username().is_empty() || url.password().is_some();
    let needs_url = target.len() < MIN_SECRET_LENGTH || has_credentials;
    let whole_url = needs_url.then(|| url.to_string());

    let parts = [target, path.to_owned(), query.to_owned()];
    let raw = query.split('&').filter_map(|pair| Some(pair.split_once('=')?.1.to_owned()));
    let values = url.query_pairs().map(|(_, value)| value.into_owned());
    whole_url
        .into_iter()
        .chain(parts)
        .chain(raw)
        .chain(values)
        .filter(|text| text.len() >= MIN_SECRET_LENGTH)
        .collect()
}

/// Starts an attempt and creates its request body.
async fn request_body(
    mut reader: Reader,
    source: String,
    progress: &Arc<ProgressTracker>,
) -> Result<reqwest::Body, Error> {
    let attempt = progress.start_attempt();

    #[cfg(not(target_family = "wasm"))]
    {
        // An empty body is never polled, so the source would not be read.
        if progress.total() == 0 && read_chunk(&mut reader, &mut [0], &source).await? > 0 {
            return Err(UploadError::length(&source, 0, "more").into());
        }

        Ok(reqwest::Body::wrap(super::body::Body::new(reader, source, progress.clone(), attempt)))
    }

    // A browser cannot stream a request body, so the whole source is read.
    #[cfg(target_family = "wasm")]
    {
        let mut bytes = Vec::new();
        let mut chunk = vec![0; 64 << 10];
        loop {
            let length = read_chunk(&mut reader, &mut chunk, &source).await?;
            if length == 0 {
                break;
            }

            bytes.extend_from_slice(&chunk[..length]);
        }

        if bytes.len() as u64 != progress.total() {
            return Err(UploadError::length(&source, progress.total(), bytes.len()).into());
        }

        progress.add(attempt, bytes.len());
        Ok(bytes.into())
    }
}

/// Reads the next bytes of a source into a buffer. Returns how many; 0 at the end.
async fn read_chunk(
    reader: &mut Reader,
    chunk: &mut [u8],
    source: &str,
) -> Result<usize, UploadError> {
    let mut buffer = ReadBuf::new(chunk);
    let read = poll_fn(|context| reader.as_mut().poll_read(context, &mut buffer));
    read.await.map_err(|error| UploadError::read(source, error))?;

    Ok(buffer.filled().len())
}

/// Parses an upload URL.
fn parse_url(text: &str) -> Result<Url, Error> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let message = "the upload URL is not an absolute `http` or `https` URL";
    url.ok_or_else(|| Error::Configuration(ConfigurationError::new(message)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::WITHHELD;
    use crate::redact::text::redact_text;

    fn redact(url: &str, text: &str) -> String {
        let secrets = secrets(&url.parse().unwrap());
        let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
        redact_text(text, &secrets)
    }

    #[test]
    fn text_that_ends_with_scheme_and_host_is_shown() {
        let url = "https://storage.example/bucket/gear?signature=0123456789abcdef";

        for text in ["see https://", "see https://storage.example", "see https://storage.example/"]
        {
            assert_eq!(redact(url, text), text);
        }
    }

    #[test]
    fn url_and_its_parts_are_redacted() {
        let url = "https://storage.example/bucket/gear?signature=0123456789abcdef";

        assert_eq!(redact(url, &format!("<{url}>")), "<https://storage.example***>");
        assert_eq!(redact(url, "key 0123456789abcdef."), "key ***.");
        assert_eq!(redact(url, "https://storage.example/bucket/ge"), WITHHELD);

        for url in ["https://h.example/a1b2", "https://user:password@h.example/bucket/gear/1?a=b"] {
            assert_eq!(redact(url, &format!("<{url}>")), "<***>");
        }
    }
}
