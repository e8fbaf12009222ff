//! An answer with its status and headers.

use std::fmt;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

/// A successful answer: its body, and the status and headers that it came with.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
/// let answer = client.get_cluster("a cluster's id").send_for_response().await?;
/// println!("{}, {:?}", answer.status(), answer.headers().get("date"));
/// println!("{}", answer.body().host_name);
/// let note = answer.map(|cluster| cluster.note).into_body();
/// # Ok(())
/// # }
/// ```
///
/// `Debug` shows the names of the headers only: a value can repeat the token.
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

    /// The body.
    pub fn body(&self) -> &T {
        &self.body
    }

    /// The body alone.
    pub fn into_body(self) -> T {
        self.body
    }

    /// The same with another body.
    pub fn map<U>(self, to: impl FnOnce(T) -> U) -> Response<U> {
        Response { status: self.status, headers: self.headers, body: to(self.body) }
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, headers, body } = self;
        let names: Vec<_> = headers.keys().collect();
        let mut shown = f.debug_struct("Response");
        shown.field("status", status).field("headers", &names).field("body", body).finish()
    }
}
