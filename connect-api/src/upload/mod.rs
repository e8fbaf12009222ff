//! Uploads: bytes put to the URL that the API gave for them.

#[cfg(not(target_family = "wasm"))]
mod body;
mod progress;
mod send;
mod source;

use std::fmt;
use std::time::Duration;

use crate::client::Client;
use crate::error::Error;
use crate::http::options::CallOptions;
use crate::runtime::BoxFuture;
pub(crate) use send::put;
pub use source::UploadSource;

impl Client {
    /// Uploads to a URL that a service gave for it, with exactly the content type that it was given
    /// for. Print jobs get theirs from the service of the Digital Factory that takes in print files;
    /// its answer holds `upload_url` and `content_type`.
    ///
    /// The URL's host never sees the client's token. (A [client of your own](crate::ClientBuilder::http_client)
    /// must not add it either.)
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

/// An upload to be sent: see [`Client::upload`]. `T` is what it gives at its end.
///
/// What breaks off is sent again from its start, as often as the [`RetryPolicy`] says, if the
/// [source](UploadSource) can be read again; the policy's budget does not count, since a long
/// upload would use it up. Of the [time limits](CallOptions) none holds for the bytes: there is
/// [`stall_timeout`](Self::stall_timeout). It takes no place among the requests that a client may
/// have under way. No more than a few pieces of 64 KiB are held in memory, however long the source
/// is (in a browser, all of it).
///
/// A success is one only once the connection has taken all bytes. A host that answers sooner, as a
/// proxy with a page of its own does, cannot have stored them: that is a failure as if it had broken
/// off. It is not noticed of an upload so short that the connection takes it at once.
///
/// A host's refusal is final. One that refuses before it has all bytes, and closes the connection
/// while they are still being sent, can be taken for one that breaks off: its answer may never
/// arrive, and the upload is then tried again.
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
    put: Put<T>,
}

/// What an upload is made of, wherever it goes.
pub(crate) struct Parts {
    pub(crate) client: Client,
    pub(crate) options: CallOptions,
    pub(crate) source: UploadSource,
    settings: Settings,
}

/// Sends an upload to where it goes.
type Put<T> = Box<dyn FnOnce(Parts) -> BoxFuture<'static, Result<T, Error>> + Send>;

/// How far an upload is.
///
/// ```
/// let show = |progress: connect_api::UploadProgress| {
///     println!("{} of {} bytes", progress.sent, progress.total);
/// };
/// # let _ = show;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadProgress {
    /// How many bytes were handed to the connection. It never goes backwards: when an upload starts
    /// anew, this stands still until it is surpassed.
    pub sent: u64,
    /// How many bytes there are.
    pub total: u64,
    /// How often the upload has been started, this time included.
    pub attempt: usize,
}

/// Who is told of the progress.
type OnProgress = Box<dyn FnMut(UploadProgress) + Send>;

/// How an upload is sent.
struct Settings {
    on_progress: Option<OnProgress>,
    stall_timeout: Duration,
    origin: Option<String>,
}

impl<T> Upload<T> {
    pub(crate) fn new(
        client: &Client,
        source: UploadSource,
        put: impl FnOnce(Parts) -> BoxFuture<'static, Result<T, Error>> + Send + 'static,
    ) -> Self {
        let stall_timeout = Duration::from_secs(60);
        let settings = Settings { on_progress: None, stall_timeout, origin: None };
        let (client, options) = (client.clone(), CallOptions::new());
        Self { parts: Parts { client, options, source, settings }, put: Box::new(put) }
    }

    /// Tells how far the upload is, whenever that is further than before, and at its start. Must
    /// not block.
    pub fn on_progress(mut self, tell: impl FnMut(UploadProgress) + Send + 'static) -> Self {
        self.parts.settings.on_progress = Some(Box::new(tell));
        self
    }

    /// How long nothing may move before an attempt is given up, instead of 60 seconds.
    pub fn stall_timeout(mut self, timeout: Duration) -> Self {
        self.parts.settings.stall_timeout = timeout;
        self
    }

    /// Sends the header `Origin`: storage wants it if it was given when the URL was asked for.
    pub fn origin_header(mut self, origin: impl Into<String>) -> Self {
        self.parts.settings.origin = Some(origin.into());
        self
    }

    /// Has this upload differ from the client's settings.
    pub fn with(mut self, options: CallOptions) -> Self {
        self.parts.options = options;
        self
    }

    /// Sends the bytes. Dropping the future breaks the upload off.
    ///
    /// # Errors
    ///
    /// [`Error::Upload`] if the source cannot be read or is not as long as it was said to be,
    /// [`Error::Configuration`] if the URL or the content type cannot be used; else as any call.
    /// The URL shows in none, because it is a secret.
    pub fn send(self) -> BoxFuture<'static, Result<T, Error>> {
        (self.put)(self.parts)
    }
}

impl<T> fmt::Debug for Upload<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("source", &self.parts.source).finish_non_exhaustive()
    }
}
