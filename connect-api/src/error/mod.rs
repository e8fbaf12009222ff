//! What can go wrong with a call.

mod api;
mod decode;
mod paging;
mod transport;
#[cfg(feature = "upload")]
mod upload;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;

use crate::auth::token::TokenError;
use crate::fleet::ActionError;
use crate::http::retry::{is_refusal, is_transient, retry_after};
use crate::models::ErrorCode;
use crate::runtime::now;
pub use api::ApiError;
pub use decode::{DecodeError, NoDataError};
pub use paging::RepeatedPageError;
pub use transport::TransportError;
#[cfg(feature = "upload")]
pub use upload::UploadError;

/// Whatever went wrong with a call. Its `Display` is useful alone: it says all that there is to say,
/// on one line, and no error here has a source that would say it again.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) {
/// use connect_api::Error;
///
/// if let Err(error) = client.get_cluster("a cluster's id").send().await {
///     match &error {
///         Error::Api(refusal) => println!("the API says no: {refusal}"),
///         Error::Token(fault) => println!("log in again: {fault}"),
///         error => println!("{error}"),
///     }
///     println!("{:?}: {:?}, {:?}", error.operation(), error.status(), error.code());
///     if let Some(wait) = error.retry_after() {
///         println!("it asks to be left alone for {wait:?}");
///     }
/// }
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The API answered with an error.
    Api(Box<ApiError>),
    /// No whole answer arrived.
    Transport(TransportError),
    /// There was no token to call with.
    Token(TokenError),
    /// The answer was a success, but its body is not what the API documents.
    Decode(Box<DecodeError>),
    /// The answer was a success without the data that it should hold. A print that awaits
    /// approval is answered so.
    NoData(NoDataError),
    /// A list in pages repeats a page instead of going on.
    RepeatedPage(RepeatedPageError),
    /// An action that was waited for did not succeed, not in time, or not as far as is known.
    Action(Box<ActionError>),
    /// What was to be uploaded cannot be read, or is not as long as it was said to be.
    #[cfg(feature = "upload")]
    Upload(UploadError),
    /// The client's configuration or an argument of the call cannot be used; nothing was sent.
    Configuration(ConfigurationError),
}

/// A configuration or an argument that cannot be used.
///
/// ```
/// use connect_api::{Client, Error};
///
/// let error = Client::builder().token("Bearer abc").build().unwrap_err();
/// assert!(matches!(error, Error::Configuration(_)));
/// assert!(error.to_string().starts_with("the token starts with `Bearer `"));
/// ```
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
            _ => None,
        }
    }

    /// The operation that was called, by its method of the client; none if it was not the call
    /// that went wrong.
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

    /// The API's machine-readable code, if it sent one.
    pub fn code(&self) -> Option<&ErrorCode> {
        match self {
            Error::Api(error) => error.code(),
            _ => None,
        }
    }
}

impl Error {
    /// Whether the same call can succeed at another time: nothing is wrong with what was asked.
    ///
    /// That is no permission to ask again for what does something anew each time: a print whose
    /// answer was lost can be under way. See [`may_have_been_applied`](Self::may_have_been_applied).
    ///
    /// ```no_run
    /// # async fn example(client: connect_api::Client) {
    /// match client.print("a cluster's id", "a print file's id").send().await {
    ///     Ok(sent) => println!("{}", sent.status),
    ///     Err(error) if error.may_have_been_applied() => println!("look at the queue: {error}"),
    ///     Err(error) if error.is_transient() => println!("again, later: {error}"),
    ///     Err(error) => println!("never: {error}"),
    /// }
    /// # }
    /// ```
    pub fn is_transient(&self) -> bool {
        match self {
            Error::Api(error) => is_transient(error.status),
            Error::Transport(error) => !error.is_too_long(),
            Error::Token(error) => error.is_transient(),
            _ => false,
        }
    }

    /// Whether what was asked may have been done nevertheless, so that asking again may do it
    /// twice. Never so of an operation that can be repeated, and never after what says that nothing
    /// was done: a connection that was not made, a refusal, a `Retry-After`. Always so of an action
    /// that was accepted, unless it is said to have failed.
    ///
    /// ```no_run
    /// # async fn example(client: connect_api::Client) {
    /// let pause = client.pause_print_job("a cluster's id", "a job's UUID").send();
    /// if let Err(error) = pause.await {
    ///     let again = if error.may_have_been_applied() { "look first" } else { "try again" };
    ///     println!("{again}: {error}");
    /// }
    /// # }
    /// ```
    pub fn may_have_been_applied(&self) -> bool {
        match self {
            Error::Api(error) => {
                let asked = self.retry_after().is_some();
                !error.operation.repeatable && !is_refusal(error.status, asked)
            }
            Error::Transport(error) => error.may_have_been_applied(),
            Error::Decode(error) => !error.operation.repeatable,
            Error::NoData(error) => !error.operation.repeatable,
            Error::Action(error) => !error.is_failed(),
            #[cfg(feature = "upload")]
            Error::Upload(_) => false,
            Error::Token(_) | Error::RepeatedPage(_) | Error::Configuration(_) => false,
        }
    }

    /// Whether another attempt within the same call would end no better.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Error::Transport(error) => error.is_final(),
            error => !error.is_transient(),
        }
    }

    /// The wait that the answer asks for, the API's or that of who gives the tokens, if it does;
    /// and what is left of the client's own `poll_interval`, if that is why nothing was sent.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Error::Api(error) => retry_after(&error.headers, now()),
            Error::Token(error) => error.retry_after(),
            Error::Transport(error) => error.until_turn(),
            _ => None,
        }
    }

    /// What kind of error this is, in a word: the status of an API's error, else as in
    /// OpenTelemetry's `error.type`.
    pub(crate) fn kind(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Error::Api(error) => return Cow::Owned(error.status.as_str().to_owned()),
            Error::Transport(error) if error.is_connect() => "connect",
            Error::Transport(error) if error.is_timeout() => "timeout",
            Error::Transport(error) if error.is_too_long() => "body_too_long",
            Error::Transport(error) if error.until_turn().is_some() => "no_turn",
            Error::Transport(_) => "transport",
            Error::Token(_) => "token",
            Error::Decode(_) => "decode",
            Error::NoData(_) => "no_data",
            Error::RepeatedPage(_) => "repeated_page",
            Error::Action(_) => "action",
            #[cfg(feature = "upload")]
            Error::Upload(_) => "source",
            Error::Configuration(_) => "configuration",
        })
    }

    /// Records the error in the span of what has failed.
    pub(crate) fn record(&self, span: &tracing::Span) {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", self.kind().as_ref());
        if let Some(status) = self.status() {
            span.record("http.response.status_code", status.as_u16());
        }
    }

    /// The same, with how often the call was tried.
    pub(crate) fn after(mut self, attempts: usize) -> Self {
        match &mut self {
            Error::Api(error) => error.attempts = attempts,
            Error::Transport(error) => error.set_attempts(attempts),
            _ => {}
        }
        self
    }

    /// Whether the API says that the token has expired.
    pub(crate) fn is_expired_token(&self) -> bool {
        matches!(self, Error::Api(error) if error.is_expired_token())
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

/// How often something was tried, where that is worth saying.
struct Attempts(usize);

impl fmt::Display for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 | 1 => Ok(()),
            attempts => write!(f, " (after {attempts} attempts)"),
        }
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
