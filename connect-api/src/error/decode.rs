//! Errors of success responses whose body is invalid or empty.

use std::fmt;
use std::sync::Arc;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::auth::token::AccessToken;
use crate::http::operation::Operation;
use crate::http::raw_response::RawResponse;
use crate::json::path::Location;
use crate::redact::body::excerpt_at;
use crate::redact::headers::redact_headers;
use crate::redact::text::{redact_text, to_single_line};

/// A response body that does not match the API document.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) {
/// use connect_api::Error;
///
/// if let Err(Error::Decode(error)) = client.get_settings().send().await {
///     println!("invalid value at {} in {:?}", error.path, error.excerpt);
/// }
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct DecodeError {
    pub(super) operation: Arc<Operation>,
    /// The status of the response.
    pub status: StatusCode,
    /// The headers of the response. Headers that can hold secrets are marked as sensitive, so that
    /// `Debug` does not print their values.
    pub headers: HeaderMap,
    /// The JSON path of the invalid value, such as `$.data[3].printer_count`.
    pub path: String,
    /// The part of the body around the invalid value. If that part holds a secret (the token, a key, a
    /// pin code, the query of a URL), the invalid value alone, redacted, or a note that it is withheld.
    pub excerpt: String,
    message: String,
}

/// A success response without data.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
/// use connect_api::Error;
///
/// match client.print("a cluster's id", "a print file's id").send().await {
///     Err(Error::NoData(_)) => println!("somebody has to approve it first"),
///     result => println!("job {:?}", result?.job_instance_uuid),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NoDataError {
    pub(super) operation: Arc<Operation>,
    /// The status of the response.
    pub status: StatusCode,
}

impl DecodeError {
    pub(crate) fn new(raw: RawResponse, error: serde_json::Error) -> Self {
        let token = raw.token.as_ref().map(AccessToken::expose);
        let secrets = token.as_slice();
        let location = Location::of_error(&error, &raw.body);

        Self {
            path: to_single_line(&redact_text(&location.path, secrets)),
            excerpt: excerpt_at(&raw.body, &location, secrets),
            // The message quotes the invalid value, which can be long and can contain the token.
            message: to_single_line(&redact_text(&error.to_string(), secrets)),
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
        let Self { operation, status, path, excerpt, message, .. } = self;
        write!(
            f,
            "{operation}: {status}, but the response body is invalid at {path}: {message}; \
             excerpt: {excerpt:?}"
        )
    }
}

impl fmt::Display for NoDataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, but the response has no data", self.operation, self.status)
    }
}

impl std::error::Error for DecodeError {}

impl std::error::Error for NoDataError {}
