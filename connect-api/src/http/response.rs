//! A response with its status and headers.

use std::fmt;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

/// A successful response: its status, headers and decoded body.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
/// let response = client.get_cluster("a cluster's id").send_for_response().await?;
/// println!("{}, {:?}", response.status(), response.headers().get("date"));
/// println!("{}", response.body().host_name);
/// let note = response.map(|cluster| cluster.note).into_body();
/// # Ok(())
/// # }
/// ```
///
/// `Debug` prints only the names of the headers, because a value can contain the token.
#[derive(Clone)]
pub struct Response<T> {
    status: StatusCode,
    headers: HeaderMap,
    body: T,
}

impl<T> Response<T> {
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, body: T) -> Self {
        Self { status, headers, body }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The decoded body.
    pub fn body(&self) -> &T {
        &self.body
    }

    /// Returns the decoded body without status and headers.
    pub fn into_body(self) -> T {
        self.body
    }

    /// Converts the body, and keeps status and headers.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Response<U> {
        Response { status: self.status, headers: self.headers, body: convert(self.body) }
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, headers, body } = self;
        let names: Vec<_> = headers.keys().collect();

        f.debug_struct("Response")
            .field("status", status)
            .field("headers", &names)
            .field("body", body)
            .finish()
    }
}
