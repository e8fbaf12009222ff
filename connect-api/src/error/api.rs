//! What the API answers instead of what was asked.

use std::fmt;
use std::sync::Arc;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::Deserialize as _;
use serde_json::Value;

use super::Attempts;
use crate::auth::token::AccessToken;
use crate::http::call::{Operation, RawResponse};
use crate::json::path::parse_value;
use crate::models::{ErrorCode, ErrorObject};
use crate::redact::body::{excerpt, redact_json};
use crate::redact::headers::redact_headers;
use crate::redact::text::to_single_line;

/// How many of the errors of an answer are shown.
const SHOWN: usize = 3;

/// An error that the API answered with.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) {
/// use connect_api::Error;
///
/// if let Err(Error::Api(error)) = client.get_cluster("a cluster's id").send().await {
///     println!("{}: {:?}, request {:?}", error.status, error.code(), error.request_id());
///     println!("tried {} times", error.attempts());
/// }
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct ApiError {
    pub(super) operation: Arc<Operation>,
    pub(super) attempts: usize,
    /// The status of the answer. The status inside an [`ErrorObject`] can differ. A success, if the
    /// answer lists errors nevertheless.
    pub status: StatusCode,
    /// The headers of the answer. Those that may open something are sensitive: `Debug` does not show
    /// their values.
    pub headers: HeaderMap,
    /// Every error that the body lists; none if the body is not the documented JSON. What an error
    /// lacks but its code is an empty text. The token, keys, pin codes and the queries of URLs
    /// are left out.
    pub errors: Vec<ErrorObject>,
    /// The beginning of the body, if it is not the documented JSON.
    pub excerpt: Option<String>,
    expired: bool,
}

impl ApiError {
    pub(crate) fn read(
        operation: &Arc<Operation>,
        status: StatusCode,
        headers: HeaderMap,
        body: &[u8],
        secrets: &[&str],
    ) -> Self {
        let listed = listed(body);
        let count = listed.len();

        // Judged before the token is taken out, which can be a part of any word.
        let expired = listed.iter().any(|error| error.get("code") == Some(&"tokenExpired".into()));
        let errors: Vec<_> =
            listed.into_iter().filter_map(|error| error_object(error, secrets)).collect();
        let whole = !errors.is_empty() && errors.len() == count;
        let excerpt = (!whole).then(|| excerpt(body, secrets));
        let headers = redact_headers(headers, secrets);

        Self {
            operation: operation.clone(),
            attempts: 1,
            status,
            headers,
            errors,
            excerpt,
            expired,
        }
    }

    /// The errors that a success lists in the place of its data, if it does.
    pub(crate) fn listed(raw: &RawResponse) -> Option<Self> {
        let token = raw.token.as_ref().map(AccessToken::expose);
        let headers = raw.headers.clone();
        let error = Self::read(&raw.operation, raw.status, headers, &raw.body, token.as_slice());
        let error = Self { attempts: raw.attempts, ..error };
        Some(error).filter(|error| !error.errors.is_empty())
    }

    /// How often the call was tried.
    pub fn attempts(&self) -> usize {
        self.attempts
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

    /// Whether the API says that the token has expired. It says so with 403; its 401 means that
    /// no token was sent.
    pub(super) fn is_expired_token(&self) -> bool {
        self.status == StatusCode::FORBIDDEN && self.expired
    }
}

/// The errors that a body lists, or the one that it holds.
fn listed(body: &[u8]) -> Vec<Value> {
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

/// An error, of which only the code must be there: it is worth more than the rest.
fn error_object(mut error: Value, secrets: &[&str]) -> Option<ErrorObject> {
    let code = ErrorCode::from(error.get("code")?.as_str()?);
    redact_json(&mut error, secrets);
    let members = error.as_object_mut()?;

    for name in ["http_status", "id", "title"] {
        if !members.get(name).is_some_and(|value| value.is_string() || value.is_number()) {
            members.insert(name.to_owned(), Value::String(String::new()));
        }
    }

    let mut error = ErrorObject::deserialize(Value::Object(std::mem::take(members))).ok()?;
    // A code that is documented is no secret, whatever token it happens to hold.
    if !matches!(code, ErrorCode::Unknown(_)) {
        error.code = code;
    }

    Some(error)
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}{}", self.operation, self.status, Attempts(self.attempts))?;

        for error in self.errors.iter().take(SHOWN) {
            write!(f, ": {}", to_single_line(error.code.as_str()))?;

            if !error.title.is_empty() {
                write!(f, ": {}", to_single_line(&error.title))?;
            }
            if let Some(detail) = &error.detail {
                write!(f, " ({})", to_single_line(detail))?;
            }
        }

        match self.errors.len().saturating_sub(SHOWN) {
            0 => {}
            more => write!(f, ": and {more} more")?,
        }

        if let Some(excerpt) = &self.excerpt {
            write!(f, ": not the documented error, but {excerpt:?}")?;
        }
        match self.request_id() {
            Some(id) => write!(f, " [request {}]", to_single_line(id)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ApiError {}
