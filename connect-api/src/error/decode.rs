//! Answers that are not what the API documents, or hold nothing.

use std::fmt;
use std::sync::Arc;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::auth::token::AccessToken;
use crate::http::call::{Operation, RawResponse};
use crate::json::path::Location;
use crate::redact::body::excerpt_at;
use crate::redact::headers::redact_headers;
use crate::redact::text::{redact_text, to_single_line};

/// A body that is not what the API documents.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) {
/// use connect_api::Error;
///
/// if let Err(Error::Decode(error)) = client.get_settings().send().await {
///     println!("look at {} of {:?}", error.path, error.excerpt);
/// }
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct DecodeError {
    pub(super) operation: Arc<Operation>,
    /// The status of the answer.
    pub status: StatusCode,
    /// The headers of the answer. Those that may open something are sensitive: `Debug` does not show
    /// their values.
    pub headers: HeaderMap,
    /// Where in the body, as in `$.data[3].printer_count`.
    pub path: String,
    /// What the body has around that place, without the secrets in it: the token, keys, pin codes,
    /// and the queries of URLs.
    pub excerpt: String,
    fault: String,
}

/// A success without data.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
/// use connect_api::Error;
///
/// match client.print("a cluster's id", "a print file's id").send().await {
///     Err(Error::NoData(_)) => println!("somebody has to approve it first"),
///     sent => println!("job {:?}", sent?.job_instance_uuid),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NoDataError {
    pub(super) operation: Arc<Operation>,
    /// The status of the answer.
    pub status: StatusCode,
}

impl DecodeError {
    pub(crate) fn new(raw: RawResponse, error: serde_json::Error) -> Self {
        let token = raw.token.as_ref().map(AccessToken::expose);
        let secrets = token.as_slice();
        let location = Location::of_error(&error, &raw.body);
        // It quotes the invalid value, which can be long.
        let fault = error.to_string();

        Self {
            path: to_single_line(&redact_text(&location.path, secrets)),
            excerpt: excerpt_at(&raw.body, &location, secrets),
            fault: to_single_line(&redact_text(&fault, secrets)),
            headers: redact_headers(raw.headers, secrets),
            operation: raw.operation,
            status: raw.status,
        }
    }
}

impl NoDataError {
    pub(crate) fn new(operation: &Arc<Operation>, status: StatusCode) -> Self {
        Self { operation: operation.clone(), status }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, status, path, excerpt, fault, .. } = self;
        write!(f, "{operation}: {status}, but at {path}: {fault}; the body there: {excerpt:?}")
    }
}

impl fmt::Display for NoDataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, but without data", self.operation, self.status)
    }
}

impl std::error::Error for DecodeError {}

impl std::error::Error for NoDataError {}
