//! Classification of failed polls.

use reqwest::StatusCode;

use crate::error::Error;

/// Whether the error is permanent: a later request would fail in the same way.
#[inline]
pub(super) fn is_permanent(error: &Error) -> bool {
    match error {
        Error::Api(api) => api.status.is_client_error() && !error.is_transient(),
        Error::Token(_) => !error.is_transient(),
        Error::Configuration(_) => true,
        _ => false,
    }
}

/// Whether the error means that the job does not exist. Other errors say nothing about the job.
#[inline]
pub(super) fn is_not_found(error: &Error) -> bool {
    let statuses = [StatusCode::NOT_FOUND, StatusCode::GONE];
    let has_status = error.status().is_some_and(|status| statuses.contains(&status));

    // `Configuration` is a UUID that fits into no URL.
    has_status || matches!(error, Error::Configuration(_))
}

/// Whether the client has no permission to request a job, now or later.
#[inline]
pub(super) fn is_forbidden(error: &Error) -> bool {
    let statuses = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
    let has_status = error.status().is_some_and(|status| statuses.contains(&status));

    (has_status || matches!(error, Error::Token(_))) && is_permanent(error)
}
