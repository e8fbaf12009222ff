//! `Call`: the future that `send` returns.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use reqwest::Request;

use crate::client::Client;
use crate::error::Error;
use crate::http::operation::Operation;
use crate::http::options::CallOptions;
use crate::http::raw_response::RawResponse;
use crate::runtime::BoxFuture;

/// A call of an operation. The request is sent when the call is awaited.
///
/// Dropping the call cancels it, including retries.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
/// let (clusters, settings) = (client.get_clusters().send(), client.get_settings().send());
/// // Sends both requests concurrently.
/// let (clusters, settings) = tokio::join!(clusters, settings);
/// println!("{} clusters, {:?}", clusters?.items.len(), settings?);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// See [`Error`].
#[must_use = "a call is sent when it is awaited"]
pub struct Call<T> {
    // Independent of `T`, so that everything before the decoding is compiled only once.
    raw: BoxFuture<'static, Result<Box<RawResponse>, Error>>,
    decode: Decode<T>,
}

/// Decodes the body of a response.
pub(crate) type Decode<T> = fn(RawResponse) -> Result<T, Error>;

impl<T> Call<T> {
    pub(crate) fn new(
        client: Client,
        operation: Operation,
        options: CallOptions,
        request: Result<Request, Error>,
        decode: Decode<T>,
    ) -> Self {
        Self { raw: client.execute(operation, options, request), decode }
    }
}

#[cfg(feature = "blocking")]
impl<T> Call<T> {
    /// Sends the call and blocks the thread until it has finished.
    ///
    /// Streams, actions and uploads have no blocking variant.
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
    /// The errors of the call, and [`Error::Configuration`] if no thread can be started.
    ///
    /// # Panics
    ///
    /// Panics inside an async task, because it would block the task's thread: await the call there, or
    /// use it in `tokio::task::spawn_blocking` or `block_in_place`.
    #[track_caller]
    pub fn wait(self) -> Result<T, Error> {
        crate::http::blocking::block_on(self.raw).and_then(|raw| (self.decode)(*raw))
    }
}

impl<T> Future for Call<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let raw = self.raw.as_mut().poll(context);
        raw.map(|raw| raw.and_then(|raw| (self.decode)(*raw)))
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

/// Implements `with`, `send` and `send_for_response` for a request type, with an example.
///
/// `impl_send! { GetCluster.one(models::Cluster) }` names the request type, the kind of the response
/// body, and the model in the body. The kind selects the type of the body and the function of
/// [`json::body`](crate::json::body) that decodes it.
macro_rules! impl_send {
    ($request:ident.empty()) => {
        crate::http::call::impl_send! { @ $request ignore_body () }
    };
    ($request:ident.one($model:ty)) => {
        crate::http::call::impl_send! { @ $request decode_one $model }
    };
    ($request:ident.list($item:ty)) => {
        crate::http::call::impl_send! { @ $request decode_list Vec<$item> }
    };
    ($request:ident.page($item:ty)) => {
        crate::http::call::impl_send! { @ $request decode_page crate::Page<$item> }
    };
    ($request:ident.bare($body:ty)) => {
        crate::http::call::impl_send! { @ $request decode_bare $body }
    };
    (@ $request:ident $decode:ident $body:ty) => {
        #[doc = concat!(
            "```no_run\n",
            "# async fn example(request: connect_api::requests::", stringify!($request), ")",
            " -> Result<(), connect_api::Error> {\n",
            "use connect_api::{CallOptions, RetryPolicy};\n\n",
            "let once = request.with(CallOptions::new().retry(RetryPolicy::never()));\n",
            "// `send` returns only the body.\n",
            "let response = once.send_for_response().await?;\n",
            "println!(\"{}: {:?}\", response.status(), response.body());\n",
            "# Ok(())\n# }\n",
            "```",
        )]
        impl $request {
            /// Sets options of this call, instead of the client's options.
            #[inline]
            pub fn with(mut self, options: crate::CallOptions) -> Self {
                self.options = options;
                self
            }

            /// Sends the request and returns the body of the response, without the API's envelope.
            #[inline]
            pub fn send(self) -> crate::Call<$body> {
                self.call(|raw| crate::json::body::$decode(raw).map(crate::Response::into_body))
            }

            /// Sends the request like [`send`](Self::send), and returns status and headers, too.
            #[inline]
            pub fn send_for_response(self) -> crate::Call<crate::Response<$body>> {
                self.call(crate::json::body::$decode)
            }

            /// Sends the request and decodes the response with a function.
            #[inline]
            pub(crate) fn call<T>(self, decode: crate::http::call::Decode<T>) -> crate::Call<T> {
                let request = self.request();
                crate::Call::new(self.client, Self::OPERATION, self.options, request, decode)
            }
        }
    };
}

pub(crate) use impl_send;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn future_of_a_call_is_at_most_1024_bytes() {
        let call = Client::new("any").get_settings().send();
        let size = size_of_val(&*call.raw);

        // Allocators serve small sizes from caches; larger allocations are slower.
        assert!(size <= 1024, "{size} bytes");
    }
}
