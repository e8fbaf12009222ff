//! What can go wrong with a call.

use std::fmt;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::call::{Operation, Raw};
use crate::decode::path_at;
use crate::models::{ErrorCode, ErrorObject};
use crate::redact::{excerpt, redact, redact_headers, redact_strings};

/// Whatever went wrong with a call. Its `Display` is useful alone: it needs no source.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The API answered with an error.
    Api(Box<ApiError>),
    /// No whole answer arrived.
    Transport(TransportError),
    /// The answer was a success, but its body is not what the API documents.
    Decode(Box<DecodeError>),
    /// The answer was a success without the data that it should hold. A print that awaits
    /// approval is answered so.
    NoData(NoDataError),
    /// The client's configuration or an argument of the call cannot be used; nothing was sent.
    Configuration(ConfigurationError),
}

/// An error that the API answered with.
#[derive(Debug)]
#[non_exhaustive]
pub struct ApiError {
    operation: &'static Operation,
    /// The status of the answer. The status inside an [`ErrorObject`] can differ.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// Every error that the body lists; none if the body is not the documented JSON.
    pub errors: Vec<ErrorObject>,
    /// The beginning of the body, if it is not the documented JSON.
    pub excerpt: Option<String>,
}

/// A failure to send a request or to receive the whole answer.
#[derive(Debug)]
pub struct TransportError {
    operation: &'static Operation,
    source: reqwest::Error,
}

/// A body that is not what the API documents.
#[derive(Debug)]
#[non_exhaustive]
pub struct DecodeError {
    operation: &'static Operation,
    /// The status of the answer.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// Where in the body, as in `$.data[3].printer_count`.
    pub path: String,
    /// The beginning of the body.
    pub excerpt: String,
    source: serde_json::Error,
}

/// A success without data.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NoDataError {
    operation: &'static Operation,
    /// The status of the answer.
    pub status: StatusCode,
}

/// A configuration or an argument that cannot be used.
#[derive(Debug, Clone)]
pub struct ConfigurationError {
    message: String,
}

impl Error {
    /// The status of the answer, if one arrived.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Error::Api(error) => Some(error.status),
            Error::Decode(error) => Some(error.status),
            Error::NoData(error) => Some(error.status),
            Error::Transport(_) | Error::Configuration(_) => None,
        }
    }

    /// The operation that was called, by its method of the client; none if it was not the call
    /// that went wrong.
    pub fn operation(&self) -> Option<&'static str> {
        match self {
            Error::Api(error) => Some(error.operation.id),
            Error::Transport(error) => Some(error.operation.id),
            Error::Decode(error) => Some(error.operation.id),
            Error::NoData(error) => Some(error.operation.id),
            Error::Configuration(_) => None,
        }
    }

    /// The API's machine-readable code, if it sent one.
    pub fn code(&self) -> Option<&ErrorCode> {
        match self {
            Error::Api(error) => error.code(),
            _ => None,
        }
    }
}

impl ApiError {
    pub(crate) fn read(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        body: &[u8],
        token: Option<&str>,
    ) -> Self {
        let mut listed = serde_json::from_slice::<serde_json::Value>(body).ok();
        listed.iter_mut().for_each(|body| redact_strings(body, token));
        let listed = listed.as_ref().and_then(|body| body.get("errors")?.as_array());
        let errors: Vec<ErrorObject> = listed
            .into_iter()
            .flatten()
            .filter_map(|error| serde::Deserialize::deserialize(error).ok())
            .collect();
        let whole = listed.is_some_and(|listed| !listed.is_empty() && listed.len() == errors.len());
        let excerpt = (!whole).then(|| excerpt(body, token));
        let headers = redact_headers(headers, token);
        Self { operation, status, headers, errors, excerpt }
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

impl TransportError {
    pub(crate) fn new(operation: &'static Operation, source: reqwest::Error) -> Self {
        // A URL can hold what must not be shown, a signature for one.
        Self { operation, source: source.without_url() }
    }

    /// Whether the time was up.
    pub fn is_timeout(&self) -> bool {
        self.source.is_timeout()
    }

    /// Whether no connection was made, so that nothing was sent.
    pub fn is_connect(&self) -> bool {
        self.source.is_connect()
    }
}

impl DecodeError {
    pub(crate) fn new(
        operation: &'static Operation,
        raw: &Raw,
        source: serde_json::Error,
        token: Option<&str>,
    ) -> Self {
        let path = path_at(&raw.body, source.line(), source.column());
        // It quotes the value that does not fit.
        let message = source.to_string();
        let shown = redact(&message, token);
        Self {
            operation,
            status: raw.status,
            headers: redact_headers(raw.headers.clone(), token),
            path: redact(&path, token).into_owned(),
            excerpt: excerpt(&raw.body, token),
            source: match shown == message {
                true => source,
                false => serde::de::Error::custom(shown),
            },
        }
    }
}

impl NoDataError {
    pub(crate) fn new(operation: &'static Operation, status: StatusCode) -> Self {
        Self { operation, status }
    }
}

impl ConfigurationError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Api(error) => error.fmt(f),
            Error::Transport(error) => error.fmt(f),
            Error::Decode(error) => error.fmt(f),
            Error::NoData(error) => error.fmt(f),
            Error::Configuration(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.status)?;
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

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, chain(&self.source))
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, status, path, excerpt, source, .. } = self;
        write!(f, "{operation}: {status}, but at {path}: {source}; the body begins {excerpt:?}")
    }
}

impl fmt::Display for NoDataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, but without data", self.operation, self.status)
    }
}

impl fmt::Display for ConfigurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Transport(error) => Some(&error.source),
            Error::Decode(error) => Some(&error.source),
            Error::Api(_) | Error::NoData(_) | Error::Configuration(_) => None,
        }
    }
}

impl From<reqwest::Error> for Error {
    /// A request that cannot even be built.
    fn from(error: reqwest::Error) -> Self {
        Error::Configuration(ConfigurationError::new(chain(&error.without_url())))
    }
}

/// An error with all its sources, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!(": {error}"));
        source = error.source();
    }
    text
}
