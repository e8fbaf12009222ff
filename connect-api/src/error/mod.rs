//! Errors of calls.

mod action;
mod api;
mod classify;
mod decode;
mod display;
mod paging;
mod transport;
#[cfg(feature = "upload")]
mod upload;

use std::fmt;

use reqwest::StatusCode;

use crate::auth::token::TokenError;
use crate::models::ErrorCode;

pub use action::ActionError;
pub use api::ApiError;
pub use decode::{DecodeError, NoDataError};
pub(crate) use display::error_chain;
pub use paging::RepeatedPageError;
pub use transport::TransportError;
#[cfg(feature = "upload")]
pub use upload::UploadError;

/// An error of a call.
///
/// `Display` prints the complete message, including its causes, on one line. `source` returns `None`,
/// so a program that prints the sources does not print them twice.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) {
/// use connect_api::Error;
///
/// if let Err(error) = client.get_cluster("a cluster's id").send().await {
///     match &error {
///         Error::Api(response) => println!("the API refused the request: {response}"),
///         Error::Token(cause) => println!("log in again: {cause}"),
///         error => println!("{error}"),
///     }
///     println!("{:?}: {:?}, {:?}", error.operation(), error.status(), error.code());
///     if let Some(delay) = error.retry_after() {
///         println!("retry after {delay:?}");
///     }
/// }
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The API responded with an error status or a list of errors.
    Api(Box<ApiError>),
    /// The request could not be sent, or no complete response arrived.
    Transport(TransportError),
    /// No access token was available.
    Token(TokenError),
    /// The response has a success status, but its body does not match the API document.
    Decode(Box<DecodeError>),
    /// The response has a success status, but no data. The API responds like this to a print that
    /// awaits approval.
    NoData(NoDataError),
    /// A page of a list repeats items of earlier pages.
    RepeatedPage(RepeatedPageError),
    /// An action failed, timed out, or its outcome is unknown.
    Action(Box<ActionError>),
    /// The source of an upload could not be read, or its length differs from the expected length.
    #[cfg(feature = "upload")]
    Upload(UploadError),
    /// The client's configuration or an argument of the call is invalid. No request was sent.
    Configuration(ConfigurationError),
}

/// An invalid configuration or argument.
///
/// ```
/// use connect_api::{Client, Error};
///
/// let error = Client::builder().token("Bearer abc").build().unwrap_err();
/// assert!(matches!(error, Error::Configuration(_)));
/// assert!(error.to_string().contains("Bearer"));
/// ```
#[derive(Debug, Clone)]
pub struct ConfigurationError {
    message: String,
}

impl Error {
    /// The status of the response, if the error is about a response.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Error::Api(error) => Some(error.status),
            Error::Decode(error) => Some(error.status),
            Error::NoData(error) => Some(error.status),
            _ => None,
        }
    }

    /// The name of the client's method that was called, if a call failed.
    pub fn operation(&self) -> Option<&'static str> {
        match self {
            Error::Api(error) => Some(error.operation.id),
            Error::Transport(error) => Some(error.operation().id),
            Error::Decode(error) => Some(error.operation.id),
            Error::NoData(error) => Some(error.operation.id),
            Error::RepeatedPage(error) => Some(error.operation()),
            _ => None,
        }
    }

    /// The API's machine-readable error code, if the response has one.
    pub fn code(&self) -> Option<&ErrorCode> {
        match self {
            Error::Api(error) => error.code(),
            _ => None,
        }
    }

    /// Sets the number of attempts that the message reports.
    pub(crate) fn with_attempts(mut self, attempts: usize) -> Self {
        match &mut self {
            Error::Api(error) => error.attempts = attempts,
            Error::Transport(error) => error.set_attempts(attempts),
            _ => {}
        }

        self
    }

    /// Records the error in a span, in the fields that OpenTelemetry defines.
    pub(crate) fn record(&self, span: &tracing::Span) {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", self.error_type().as_ref());

        if let Some(status) = self.status() {
            span.record("http.response.status_code", status.as_u16());
        }
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
            Error::Token(error) => error.fmt(f),
            Error::Decode(error) => error.fmt(f),
            Error::NoData(error) => error.fmt(f),
            Error::RepeatedPage(error) => error.fmt(f),
            Error::Action(error) => error.fmt(f),
            #[cfg(feature = "upload")]
            Error::Upload(error) => error.fmt(f),
            Error::Configuration(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for ConfigurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl std::error::Error for ConfigurationError {}

impl From<ActionError> for Error {
    fn from(error: ActionError) -> Self {
        Error::Action(Box::new(error))
    }
}

impl From<ConfigurationError> for Error {
    fn from(error: ConfigurationError) -> Self {
        Error::Configuration(error)
    }
}

impl From<TokenError> for Error {
    fn from(error: TokenError) -> Self {
        Error::Token(error)
    }
}

impl From<RepeatedPageError> for Error {
    fn from(error: RepeatedPageError) -> Self {
        Error::RepeatedPage(error)
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        Error::Transport(error)
    }
}

#[cfg(feature = "upload")]
impl From<UploadError> for Error {
    fn from(error: UploadError) -> Self {
        Error::Upload(error)
    }
}
