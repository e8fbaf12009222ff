//! What can be set for a client, and again for each of its calls.

use std::time::Duration;

use crate::http::retry::RetryPolicy;

/// Settings of a call. Those that are not set are the client's.
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
    /// With nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// When the call is tried again. By default: [`RetryPolicy::default`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// How long each attempt may take, to the last byte of the answer. By default: 30 seconds.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// How long the whole call may take, with all attempts and waits. By default: 2 minutes.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long the body of an answer may be, in bytes. By default: 16 MiB. A longer one is an
    /// error; of an error's own body the first 64 KiB are read, however low the limit is.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = Some(bytes);
        self
    }

    /// These settings, with those of `other` where nothing is set.
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
    fn what_is_not_set_is_as_documented() {
        let unset = CallOptions::new();
        assert_eq!(unset.get_retry(), RetryPolicy::default());
        assert_eq!(unset.get_attempt_timeout(), Duration::from_secs(30));
        assert_eq!(unset.get_timeout(), Duration::from_secs(2 * 60));
        assert_eq!(unset.get_max_response_size(), 16 * 1024 * 1024);
    }
}
