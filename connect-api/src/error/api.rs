//! Errors that the API responds with.

use std::fmt;
use std::sync::Arc;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::Deserialize as _;
use serde_json::Value;

use super::display::Attempts;
use crate::auth::token::AccessToken;
use crate::http::operation::Operation;
use crate::http::raw_response::RawResponse;
use crate::json::path::parse_value;
use crate::models::{ErrorCode, ErrorObject};
use crate::redact::body::{excerpt, redact_json};
use crate::redact::headers::redact_headers;
use crate::redact::text::to_single_line;

/// The number of error objects that `Display` prints.
const MAX_DISPLAYED_ERRORS: usize = 3;

/// An error response of the API.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) {
/// use connect_api::Error;
///
/// if let Err(Error::Api(error)) = client.get_cluster("a cluster's id").send().await {
///     println!("{}: {:?}, request {:?}", error.status, error.code(), error.request_id());
///     println!("{} attempts", error.attempts());
/// }
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct ApiError {
    pub(super) operation: Arc<Operation>,
    pub(super) attempts: usize,
    /// The status of the response. It can differ from the status inside an [`ErrorObject`], and it is
    /// a success status if the body lists errors nevertheless.
    pub status: StatusCode,
    /// The headers of the response. Headers that can hold secrets are marked as sensitive, so that
    /// `Debug` does not print their values.
    pub headers: HeaderMap,
    /// All errors that the body lists. The list is empty if the body is not the documented JSON.
    /// Each error has a code; other missing fields are empty strings. The token, keys, pin codes and
    /// the queries of URLs are redacted.
    pub errors: Vec<ErrorObject>,
    /// The beginning of the body, if the body is not the documented JSON. Secrets are redacted; if they
    /// cannot be removed, a note that the body is withheld.
    pub excerpt: Option<String>,
    is_expired_token: bool,
}

impl ApiError {
    /// Reads the error objects of a response body, and redacts the secrets in body and headers.
    pub(crate) fn new(
        operation: &Arc<Operation>,
        status: StatusCode,
        headers: HeaderMap,
        body: &[u8],
        secrets: &[&str],
    ) -> Self {
        let listed = listed_errors(body);
        let listed_count = listed.len();

        // Checked before the redaction, which could change the code if it contains the token's text.
        let is_expired_token =
            listed.iter().any(|error| error.get("code") == Some(&"tokenExpired".into()));

        let errors: Vec<_> =
            listed.into_iter().filter_map(|error| parse_error_object(error, secrets)).collect();
        let is_documented = !errors.is_empty() && errors.len() == listed_count;
        let excerpt = (!is_documented).then(|| excerpt(body, secrets));

        Self {
            operation: operation.clone(),
            attempts: 1,
            status,
            headers: redact_headers(headers, secrets),
            errors,
            excerpt,
            is_expired_token,
        }
    }

    /// Returns the errors that a success response lists instead of data, if it lists any.
    pub(crate) fn from_success(raw: &RawResponse) -> Option<Self> {
        let token = raw.token.as_ref().map(AccessToken::expose);
        let headers = raw.headers.clone();
        let error = Self::new(&raw.operation, raw.status, headers, &raw.body, token.as_slice());

        if error.errors.is_empty() {
            return None;
        }

        Some(Self { attempts: raw.attempts, ..error })
    }

    /// The number of requests that the call has sent.
    pub fn attempts(&self) -> usize {
        self.attempts
    }

    /// The machine-readable code of the first error.
    pub fn code(&self) -> Option<&ErrorCode> {
        self.errors.first().map(|error| &error.code)
    }

    /// The service's id of the request, from the header `x-request-id`.
    pub fn request_id(&self) -> Option<&str> {
        let id = self.headers.get("x-request-id")?;
        id.to_str().ok().filter(|_| !id.is_sensitive())
    }

    /// Whether the API reports that the token has expired.
    ///
    /// The API reports it with the status 403; its 401 means that the request had no token.
    pub(super) fn is_expired_token(&self) -> bool {
        self.status == StatusCode::FORBIDDEN && self.is_expired_token
    }
}

/// Returns the elements of the body's `errors`, which can be a list or one object.
fn listed_errors(body: &[u8]) -> Vec<Value> {
    match parse_value(body)
        .as_mut()
        .and_then(|document| document.get_mut("errors"))
        .map(Value::take)
    {
        Some(Value::Array(errors)) => errors,
        Some(error @ Value::Object(_)) => vec![error],
        _ => Vec::new(),
    }
}

/// Parses an error object. Only its code is required, because the code alone is useful.
fn parse_error_object(mut error: Value, secrets: &[&str]) -> Option<ErrorObject> {
    let code = ErrorCode::from(error.get("code")?.as_str()?);
    redact_json(&mut error, secrets);
    let members = error.as_object_mut()?;

    for name in ["http_status", "id", "title"] {
        if !members.get(name).is_some_and(|value| value.is_string() || value.is_number()) {
            members.insert(name.to_owned(), Value::String(String::new()));
        }
    }

    let mut error = ErrorObject::deserialize(Value::Object(std::mem::take(members))).ok()?;

    // A documented code is not a secret, even if it contains the token's text.
    if !matches!(code, ErrorCode::Unlisted(_)) {
        error.code = code;
    }

    Some(error)
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}{}", self.operation, self.status, Attempts(self.attempts))?;

        for error in self.errors.iter().take(MAX_DISPLAYED_ERRORS) {
            write!(f, ": {}", to_single_line(error.code.as_str()))?;
            if !error.title.is_empty() {
                write!(f, ": {}", to_single_line(&error.title))?;
            }

            if let Some(detail) = &error.detail {
                write!(f, " ({})", to_single_line(detail))?;
            }
        }

        match self.errors.len().saturating_sub(MAX_DISPLAYED_ERRORS) {
            0 => {}
            more => write!(f, ": and {more} more")?,
        }

        if let Some(excerpt) = &self.excerpt {
            write!(f, ": unexpected response body {excerpt:?}")?;
        }

        match self.request_id() {
            Some(id) => write!(f, " [request {}]", to_single_line(id)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ApiError {}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn large_body_of_short_strings_is_redacted_in_bounded_time() {
        let secrets = ["umapi-SE/CRET1234|main", "another secret with many characters in it"];

        for item in [r#""""#, r#""a""#, r#""umapi-S""#, r#""a longer string with 32 bytes""#, "17"]
        {
            let count = (16 << 20) / (item.len() + 1);
            let items = vec![item; count].join(",");
            let body = format!(r#"{{"errors": [{{"code": "a", "meta": {{"b": [{items}]}}}}]}}"#);

            let start = Instant::now();
            let operation = Arc::new(Operation::new("a", "GET", "/a"));
            let status = StatusCode::BAD_REQUEST;
            let error =
                ApiError::new(&operation, status, HeaderMap::new(), body.as_bytes(), &secrets);

            assert!(start.elapsed() < Duration::from_secs(20), "{item}: {:?}", start.elapsed());
            assert_eq!(error.errors.len(), 1, "{item}");
        }
    }
}
