//! Classifies errors: whether one is transient, whether the call can be retried, and its
//! `error.type`.

use std::borrow::Cow;
use std::time::Duration;

use reqwest::StatusCode;

use super::Error;
use crate::http::retry_after::retry_after;
use crate::runtime::now;

impl Error {
    /// Whether the same call can succeed later, because its cause is temporary.
    ///
    /// Do not retry an operation that is not idempotent only because of this: a print
    /// whose response was lost may have started. Check
    /// [`may_have_been_applied`](Self::may_have_been_applied) first.
    ///
    /// ```no_run
    /// # async fn example(client: connect_api::Client) {
    /// match client.print("a cluster's id", "a print file's id").send().await {
    ///     Ok(job) => println!("{}", job.status),
    ///     Err(error) if error.may_have_been_applied() => println!("check the queue: {error}"),
    ///     Err(error) if error.is_transient() => println!("retry later: {error}"),
    ///     Err(error) => println!("do not retry: {error}"),
    /// }
    /// # }
    /// ```
    pub fn is_transient(&self) -> bool {
        match self {
            Error::Api(error) => is_transient_status(error.status),
            Error::Transport(error) => !error.is_response_too_large(),
            Error::Token(error) => error.is_transient(),
            _ => false,
        }
    }

    /// Whether the request may have been applied although the call failed. A retry may then apply
    /// it twice.
    ///
    /// It is `false` for idempotent operations, and for errors which show that the request was not
    /// applied: no connection was made, or the API refused the request with a client error (4xx
    /// except 408) or with 503 and a `Retry-After`. It is `true` for an accepted action, unless the
    /// action is reported as failed.
    ///
    /// ```no_run
    /// # async fn example(client: connect_api::Client) {
    /// let pause = client.pause_print_job("a cluster's id", "a job's UUID").send();
    /// if let Err(error) = pause.await {
    ///     let advice = if error.may_have_been_applied() { "check the job" } else { "retry" };
    ///     println!("{advice}: {error}");
    /// }
    /// # }
    /// ```
    pub fn may_have_been_applied(&self) -> bool {
        match self {
            Error::Api(error) => {
                let has_retry_after = self.retry_after().is_some();
                !error.operation.is_idempotent && !is_refusal(error.status, has_retry_after)
            }
            Error::Transport(error) => error.may_have_been_applied(),
            Error::Decode(error) => !error.operation.is_idempotent,
            Error::NoData(error) => !error.operation.is_idempotent,
            Error::Action(error) => !error.is_failed(),
            #[cfg(feature = "upload")]
            Error::Upload(_) => false,
            Error::Token(_) | Error::RepeatedPage(_) | Error::Configuration(_) => false,
        }
    }

    /// The delay before a retry, if the API or the token service requested one with `Retry-After`,
    /// or if the client's `poll_interval` rejected the call.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Error::Api(error) => retry_after(&error.headers, now()),
            Error::Token(error) => error.retry_after(),
            Error::Transport(error) => error.rate_limited_for(),
            _ => None,
        }
    }

    /// Whether the same call may send its request again after this error.
    pub(crate) fn is_retryable(&self) -> bool {
        let is_temporary = match self {
            Error::Transport(error) => !error.is_final(),
            error => error.is_transient(),
        };

        is_temporary && !self.may_have_been_applied()
    }

    /// Whether the API reports that the access token has expired.
    pub(crate) fn is_expired_token(&self) -> bool {
        matches!(self, Error::Api(error) if error.is_expired_token())
    }

    /// The value of OpenTelemetry's `error.type`: the status code of the API's error, or a fixed word.
    pub(crate) fn error_type(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Error::Api(error) => return Cow::Owned(error.status.as_str().to_owned()),
            Error::Transport(error) => error.error_type(),
            Error::Token(_) => "token",
            Error::Decode(_) => "decode",
            Error::NoData(_) => "no_data",
            Error::RepeatedPage(_) => "repeated_page",
            Error::Action(_) => "action",
            #[cfg(feature = "upload")]
            Error::Upload(_) => "upload",
            Error::Configuration(_) => "configuration",
        })
    }
}

/// Whether a status shows that the request was not applied.
///
/// A redirect does not: 303 is the usual response to a request that was applied.
fn is_refusal(status: StatusCode, has_retry_after: bool) -> bool {
    match status {
        StatusCode::REQUEST_TIMEOUT => false,
        StatusCode::SERVICE_UNAVAILABLE => has_retry_after,
        status => status.is_client_error(),
    }
}

/// Whether the same request can succeed later after this status.
fn is_transient_status(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_client_errors_and_503_with_retry_after_are_refusals() {
        let is_refusal = |status: u16, has_retry_after| {
            is_refusal(StatusCode::from_u16(status).unwrap(), has_retry_after)
        };

        for status in [400, 401, 403, 404, 409, 429] {
            assert!(is_refusal(status, false), "{status}");
        }

        for status in [200, 301, 302, 303, 307, 308, 408, 500, 502, 504, 600, 999] {
            assert!(!is_refusal(status, true), "{status}");
        }

        assert!(is_refusal(503, true) && !is_refusal(503, false));
    }
}
