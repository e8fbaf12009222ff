//! Options of a call: retries, timeouts and the maximum response size.

use std::time::Duration;

use crate::http::retry::RetryPolicy;

/// Options of a call. An option that is not set has the client's value.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
/// use std::time::Duration;
/// use connect_api::{CallOptions, RetryPolicy};
///
/// let urgent = CallOptions::new()
///     .retry(RetryPolicy::never())
///     .attempt_timeout(Duration::from_secs(2))
///     .timeout(Duration::from_secs(5))
///     .max_response_size(1 << 20);
/// let status = client.get_cluster_status("a cluster's id").with(urgent).send().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct CallOptions {
    retry: Option<RetryPolicy>,
    attempt_timeout: Option<Duration>,
    timeout: Option<Duration>,
    max_response_size: Option<usize>,
}

impl CallOptions {
    /// Creates options of which none is set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets when the call is retried. The default is [`RetryPolicy::default`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Sets the timeout of each attempt, until the last byte of the response. The default is
    /// 30 seconds.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Sets the timeout of the whole call, with all attempts and delays. The default is 2 minutes.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets the maximum size of a response body in bytes. The default is 16 MiB. A larger body is an
    /// error. The body of an error response is read up to 64 KiB, even if the maximum is smaller.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = Some(bytes);
        self
    }

    /// Returns these options, with the values of `other` for options that are not set.
    pub(crate) fn or(&self, other: &Self) -> Self {
        Self {
            retry: self.retry.or(other.retry),
            attempt_timeout: self.attempt_timeout.or(other.attempt_timeout),
            timeout: self.timeout.or(other.timeout),
            max_response_size: self.max_response_size.or(other.max_response_size),
        }
    }

    pub(crate) fn get_retry(&self) -> RetryPolicy {
        self.retry.unwrap_or_default()
    }

    pub(crate) fn get_attempt_timeout(&self) -> Duration {
        self.attempt_timeout.unwrap_or(Duration::from_secs(30))
    }

    pub(crate) fn get_timeout(&self) -> Duration {
        self.timeout.unwrap_or(Duration::from_secs(120))
    }

    pub(crate) fn get_max_response_size(&self) -> usize {
        self.max_response_size.unwrap_or(16 << 20)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn call_option_defaults_are_as_documented() {
        let unset = CallOptions::new();
        assert_eq!(unset.get_retry(), RetryPolicy::default());
        assert_eq!(unset.get_attempt_timeout(), Duration::from_secs(30));
        assert_eq!(unset.get_timeout(), Duration::from_secs(2 * 60));
        assert_eq!(unset.get_max_response_size(), 16 * 1024 * 1024);
    }
}
