//! What the refusals of polls say.

use reqwest::StatusCode;

use crate::error::Error;

/// Whether asking again, soon or late, would end no better.
#[inline]
pub(super) fn is_refusal(error: &Error) -> bool {
    match error {
        Error::Api(answer) => answer.status.is_client_error() && !error.is_transient(),
        Error::Token(_) => !error.is_transient(),
        Error::Configuration(_) => true,
        _ => false,
    }
}

/// Whether an error says that there is no such job. Any other refusal says nothing about the job.
#[inline]
pub(super) fn is_unknown(error: &Error) -> bool {
    let none = [StatusCode::NOT_FOUND, StatusCode::GONE];
    let is_none = error.status().is_some_and(|status| none.contains(&status));
    is_none || matches!(error, Error::Configuration(_))
}

/// Whether an error says that nobody here may ask for a job, now or later.
#[inline]
pub(super) fn is_forbidden(error: &Error) -> bool {
    let forbidden = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
    let is_forbidden = error.status().is_some_and(|status| forbidden.contains(&status));
    (is_forbidden || matches!(error, Error::Token(_))) && is_refusal(error)
}
