//! A call under way: what `send` gives.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use reqwest::header::HeaderMap;
use reqwest::{Request, StatusCode};

use crate::auth::token::AccessToken;
use crate::client::Client;
use crate::error::Error;
use crate::http::options::CallOptions;
use crate::runtime::BoxFuture;

/// A call that is sent when it is awaited. Dropping it ends the call and whatever it waits for.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
/// let (clusters, settings) = (client.get_clusters().send(), client.get_settings().send());
/// // Both at once.
/// let (clusters, settings) = tokio::join!(clusters, settings);
/// println!("{} clusters, {:?}", clusters?.items.len(), settings?);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Whatever goes wrong is an [`Error`].
#[must_use = "a call is sent when it is awaited"]
pub struct Call<T> {
    // Not a future of `T`, so that all that happens before the body is decoded is compiled once.
    raw: BoxFuture<'static, Result<Box<RawResponse>, Error>>,
    open: Open<T>,
}

/// Makes of an answer's bytes what the call promises.
pub(crate) type Open<T> = fn(RawResponse) -> Result<T, Error>;

impl<T> Call<T> {
    pub(crate) fn new(
        client: Client,
        operation: Operation,
        options: CallOptions,
        request: Result<Request, Error>,
        open: Open<T>,
    ) -> Self {
        Self { raw: client.execute(operation, options, request), open }
    }
}

#[cfg(feature = "blocking")]
impl<T> Call<T> {
    /// Sends the call and waits for its end, without async. Streams, actions and uploads have no such
    /// end; they are for async programs.
    ///
    /// ```no_run
    /// # fn example() -> Result<(), connect_api::Error> {
    /// let client = connect_api::Client::new("an API token");
    /// let cluster = client.get_cluster("a cluster's id").send().wait()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As when it is awaited; and [`Error::Configuration`] inside an async task, which it would
    /// block together with others. Where a runtime's threads may block (`spawn_blocking`,
    /// `block_in_place`) it is at home.
    pub fn wait(self) -> Result<T, Error> {
        crate::http::blocking::block_on(self.raw).and_then(|raw| (self.open)(*raw))
    }
}

impl<T> Future for Call<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let raw = self.raw.as_mut().poll(context);
        raw.map(|raw| raw.and_then(|raw| (self.open)(*raw)))
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

/// What is known of an operation before it is called. Owned, since a route of the caller's own is
/// one too.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: Cow<'static, str>,
    pub(crate) path: Cow<'static, str>,
    /// Whether calling it twice does no more than calling it once.
    pub(crate) repeatable: bool,
    /// Whether programs call it again and again to see what has changed.
    pub(crate) polled: bool,
}

/// A successful answer whose body is still bytes.
pub(crate) struct RawResponse {
    pub(crate) operation: Arc<Operation>,
    /// How often the call was tried.
    pub(crate) attempts: usize,
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
        let (method, path) = (Cow::Borrowed(method), Cow::Borrowed(path));
        Self { id, method, path, repeatable: true, polled: false }
    }

    /// The operation does something anew each time.
    pub(crate) const fn once(mut self) -> Self {
        self.repeatable = false;
        self
    }

    /// The operation is asked for changes.
    pub(crate) const fn polled(mut self) -> Self {
        self.polled = true;
        self
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {})", self.id, self.method, self.path)
    }
}

/// What each request can do, and an example of it: `sent! { GetCluster.one(models::Cluster) }` names
/// the request, what of [`answer`](crate::json::body) opens its answer, and the model in it.
macro_rules! sent {
    ($request:ident.nothing()) => {
        crate::http::call::sent! { @ $request nothing () }
    };
    ($request:ident.list($item:ty)) => {
        crate::http::call::sent! { @ $request list Vec<$item> }
    };
    ($request:ident.page($item:ty)) => {
        crate::http::call::sent! { @ $request page crate::Page<$item> }
    };
    ($request:ident.$open:ident($answer:ty)) => {
        crate::http::call::sent! { @ $request $open $answer }
    };
    (@ $request:ident $open:ident $answer:ty) => {
        #[doc = concat!(
            "```no_run\n",
            "# async fn example(request: connect_api::requests::", stringify!($request), ")",
            " -> Result<(), connect_api::Error> {\n",
            "use connect_api::{CallOptions, RetryPolicy};\n\n",
            "let once = request.with(CallOptions::new().retry(RetryPolicy::never()));\n",
            "// `send` gives the body alone.\n",
            "let answer = once.send_for_response().await?;\n",
            "println!(\"{}: {:?}\", answer.status(), answer.body());\n",
            "# Ok(())\n# }\n",
            "```",
        )]
        impl $request {
            /// Has this call differ from the client's settings.
            #[inline]
            pub fn with(mut self, options: crate::CallOptions) -> Self {
                self.options = options;
                self
            }

            /// Sends the request, and gives the body of the answer without its envelope.
            #[inline]
            pub fn send(self) -> crate::Call<$answer> {
                self.call(|raw| crate::json::body::$open(raw).map(crate::Response::into_body))
            }

            /// As [`send`](Self::send), with status and headers.
            #[inline]
            pub fn send_for_response(self) -> crate::Call<crate::Response<$answer>> {
                self.call(crate::json::body::$open)
            }

            /// Sends the request, and reads the response with a function.
            #[inline]
            pub(crate) fn call<T>(self, open: crate::http::call::Open<T>) -> crate::Call<T> {
                let request = self.request();
                crate::Call::new(self.client, Self::OPERATION, self.options, request, open)
            }
        }
    };
}

pub(crate) use sent;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_under_way_is_small() {
        let call = Client::new("any").get_settings().send();
        let size = size_of_val(&*call.raw);
        // Up to about here, an allocator has memory at hand; for more it has to search.
        assert!(size <= 1024, "{size} bytes");
    }
}
