//! Uploads to a URL that the API or another service has issued.

#[cfg(not(target_family = "wasm"))]
mod body;
mod parts;
mod progress;
mod send;
mod source;

use std::fmt;
use std::time::Duration;

use crate::client::Client;
use crate::error::Error;
use crate::http::options::CallOptions;
use crate::runtime::BoxFuture;
use parts::{Parts, Settings};
pub use progress::UploadProgress;
pub(crate) use send::put;
pub use source::UploadSource;

/// How long an attempt may make no progress.
const DEFAULT_STALL_TIMEOUT: Duration = Duration::from_secs(60);

impl Client {
    /// Uploads a source to an upload URL.
    ///
    /// The content type must be the one for which the URL was issued. For print jobs, the print
    /// file service of the Digital Factory returns both, as `upload_url` and `content_type`.
    ///
    /// The client's token is not sent to the host of the URL. A
    /// [custom HTTP client](crate::ClientBuilder::http_client) must not add it either.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), connect_api::Error> {
    /// use connect_api::UploadSource;
    ///
    /// let client = connect_api::Client::new("an API token");
    /// let source = UploadSource::file("gear.ufp");
    /// client
    ///     .upload("https://storage.example/a-signed-url", "application/x-ufp", source)
    ///     .on_progress(|progress| println!("{} of {}", progress.sent, progress.total))
    ///     .send()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload(
        &self,
        url: impl Into<String>,
        content_type: impl Into<String>,
        source: impl Into<UploadSource>,
    ) -> Upload {
        let (url, content_type) = (url.into(), content_type.into());
        Upload::new(self, source.into(), |parts| {
            Box::pin(async move { put(&url, &content_type, parts).await })
        })
    }
}

/// An upload that is ready to be sent: see [`Client::upload`]. `T` is the type of its result.
///
/// # Retries
///
/// A failed attempt is retried from the start, as often as the [`RetryPolicy`] allows, if the
/// [source](UploadSource) can be read again. The time budget of the policy does not apply, because
/// a long upload would exceed it.
///
/// A success is accepted only if the connection has taken all bytes. A response before that, such
/// as the page of a proxy, is handled as a failed attempt, because the host cannot have stored the
/// source. This is not detected if the source is so small that the connection takes it at once.
///
/// An error response of the host is retried if its status is temporary: 408, 429, 500, 502, 503 or
/// 504. Any other error response is final. If the host closes the connection while bytes are still
/// being sent, its response may be lost; this is handled as a failed attempt, and retried.
///
/// # Timeouts and limits
///
/// The [timeouts](CallOptions) of calls do not apply to the upload; an attempt fails after the
/// [stall timeout](Self::stall_timeout). An upload does not count towards the client's limit of
/// concurrent requests. It holds a few chunks of 64 KiB in memory, or the whole source in a
/// browser.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
/// # use std::time::Duration;
/// # use connect_api::{CallOptions, RetryPolicy};
/// let upload = client.upload("https://storage.example/a-signed-url", "text/plain", vec![0; 9]);
/// let upload = upload.origin_header("https://app.example").stall_timeout(Duration::from_secs(20));
/// let upload = upload.with(CallOptions::new().retry(RetryPolicy::default().max_attempts(9)));
/// upload.on_progress(|progress| println!("{progress:?}")).send().await?;
/// # Ok(())
/// # }
/// ```
///
/// [`RetryPolicy`]: crate::RetryPolicy
#[must_use = "an upload does nothing until it is sent"]
pub struct Upload<T = ()> {
    parts: Parts,
    send: SendUpload<T>,
}

/// Sends an upload to its destination.
type SendUpload<T> = Box<dyn FnOnce(Parts) -> BoxFuture<'static, Result<T, Error>> + Send>;

impl<T> Upload<T> {
    pub(crate) fn new(
        client: &Client,
        source: UploadSource,
        send: impl FnOnce(Parts) -> BoxFuture<'static, Result<T, Error>> + Send + 'static,
    ) -> Self {
        let settings =
            Settings { on_progress: None, stall_timeout: DEFAULT_STALL_TIMEOUT, origin: None };
        let (client, options) = (client.clone(), CallOptions::new());

        Self { parts: Parts { client, options, source, settings }, send: Box::new(send) }
    }

    /// Sets a progress callback. It is called at the start and whenever more bytes were sent. It
    /// must not block.
    pub fn on_progress(mut self, callback: impl FnMut(UploadProgress) + Send + 'static) -> Self {
        self.parts.settings.on_progress = Some(Box::new(callback));
        self
    }

    /// Sets how long an attempt may make no progress before it fails. The default is 60 seconds.
    pub fn stall_timeout(mut self, timeout: Duration) -> Self {
        self.parts.settings.stall_timeout = timeout;
        self
    }

    /// Sends the header `Origin`. The storage requires it if it was sent when the URL was
    /// requested.
    pub fn origin_header(mut self, origin: impl Into<String>) -> Self {
        self.parts.settings.origin = Some(origin.into());
        self
    }

    /// Overrides the client's call options for this upload.
    pub fn with(mut self, options: CallOptions) -> Self {
        self.parts.options = options;
        self
    }

    /// Sends the upload. Dropping the future cancels it.
    ///
    /// # Errors
    ///
    /// [`Error::Upload`] if the source cannot be read or has another length than announced,
    /// [`Error::Configuration`] if the URL or the content type is invalid, and the errors of other
    /// calls. No error contains the URL, because it is a secret.
    pub fn send(self) -> BoxFuture<'static, Result<T, Error>> {
        (self.send)(self.parts)
    }
}

impl<T> fmt::Debug for Upload<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("source", &self.parts.source).finish_non_exhaustive()
    }
}
