//! What the API answers instead of a success.

use std::fmt;
use std::sync::Arc;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::Deserialize as _;

use super::Attempts;
use crate::call::Operation;
use crate::decode::value;
use crate::models::{ErrorCode, ErrorObject};
use crate::redact::{excerpt, redact_headers, redact_strings};

/// An error that the API answered with.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) {
/// use connect_api::Error;
///
/// if let Err(Error::Api(error)) = client.get_cluster("a cluster's id").send().await {
///     println!("{}: {:?}, request {:?}", error.status, error.code(), error.request_id());
/// }
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct ApiError {
    pub(super) operation: Arc<Operation>,
    /// How often the call was tried.
    pub attempts: usize,
    /// The status of the answer. The status inside an [`ErrorObject`] can differ.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// Every error that the body lists; none if the body is not the documented JSON.
    pub errors: Vec<ErrorObject>,
    /// The beginning of the body, if it is not the documented JSON.
    pub excerpt: Option<String>,
}

impl ApiError {
    pub(crate) fn read(
        operation: &Arc<Operation>,
        status: StatusCode,
        headers: HeaderMap,
        body: &[u8],
        token: Option<&str>,
    ) -> Self {
        let mut document = value(body).unwrap_or_default();
        redact_strings(&mut document, token);
        let listed = document.get("errors").and_then(serde_json::Value::as_array);
        let listed = listed.map_or(&[][..], Vec::as_slice);
        let mut errors = Vec::new();
        for error in listed {
            errors.extend(ErrorObject::deserialize(error).ok());
        }
        let whole = !listed.is_empty() && listed.len() == errors.len();
        let excerpt = (!whole).then(|| excerpt(body, token));
        let headers = redact_headers(headers, token);
        Self { operation: operation.clone(), attempts: 1, status, headers, errors, excerpt }
    }

    /// The machine-readable code of the first error.
    pub fn code(&self) -> Option<&ErrorCode> {
        self.errors.first().map(|error| &error.code)
    }

    /// The id under which the service knows the request, if it sent one.
    pub fn request_id(&self) -> Option<&str> {
        let id = self.headers.get("x-request-id")?;
        id.to_str().ok().filter(|_| !id.is_sensitive())
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}{}", self.operation, self.status, Attempts(self.attempts))?;
        for error in &self.errors {
            write!(f, ": {}: {}", error.code, error.title)?;
            if let Some(detail) = &error.detail {
                write!(f, " ({detail})")?;
            }
        }
        if let Some(excerpt) = &self.excerpt {
            write!(f, ": not the documented error, but {excerpt:?}")?;
        }
        match self.request_id() {
            Some(id) => write!(f, " [request {id}]"),
            None => Ok(()),
        }
    }
}
