//! A running stand-in: its address, token and requests.

use std::fmt;
use std::sync::Arc;

use super::listener::Server;
use crate::contract::Contract;
use crate::recorded_request::RecordedRequest;
use crate::server::Shared;
use crate::sync::lock;

/// A running stand-in. It stops when it is dropped.
pub struct StandIn {
    pub(super) shared: Arc<Shared>,
    pub(super) server: Server,
    /// The host that receives uploaded files. It stops with the stand-in.
    pub(super) _upload_host: Option<Server>,
}

impl StandIn {
    /// The base URL for a client, without a trailing slash.
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.server.address(), self.shared.contract.base_path)
    }

    /// The current bearer token. No other token is accepted. It can expire.
    pub fn token(&self) -> String {
        lock(&self.shared.token).clone()
    }

    /// Replaces the bearer token. All earlier tokens are rejected as expired.
    pub fn renew_token(&self, token: impl Into<String>) {
        *lock(&self.shared.token) = token.into();
        if let Some(farm) = &self.shared.farm {
            lock(farm).record_new_token();
        }
    }

    /// The API contract that the stand-in read from the document.
    pub fn contract(&self) -> &Contract {
        &self.shared.contract
    }

    /// The recorded requests, in the order in which they were received.
    ///
    /// Only the latest ones are kept if [`Builder::keep_requests`](crate::Builder::keep_requests)
    /// sets a limit.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.shared.requests).iter().cloned().collect()
    }

    /// Returns the recorded requests and removes them.
    pub fn take_requests(&self) -> Vec<RecordedRequest> {
        std::mem::take(&mut *lock(&self.shared.requests)).into()
    }

    /// Sets the status of the response to the next valid request of an operation.
    ///
    /// The body is the documented example. Each call affects one request.
    ///
    /// # Panics
    ///
    /// If the operation does not exist, or does not document the status.
    #[track_caller]
    pub fn set_next_response(&self, operation_id: &str, status: u16) {
        let Some(operation) = self.shared.contract.operation(operation_id) else {
            panic!("the document has no operation `{operation_id}`");
        };
        assert!(
            operation.responses.contains_key(&status),
            "`{operation_id}` does not document the status {status}, only {:?}",
            operation.responses.keys()
        );

        let mut next_responses = lock(&self.shared.next_responses);
        next_responses.entry(operation_id.to_owned()).or_default().push_back(status);
    }

    /// Stops the stand-in, and waits until open requests are completed and the port is free.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

impl fmt::Display for StandIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stand-in of the Connect API at {}", self.base_url())
    }
}

/// The token is omitted.
impl fmt::Debug for StandIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StandIn").field("base_url", &self.base_url()).finish_non_exhaustive()
    }
}
