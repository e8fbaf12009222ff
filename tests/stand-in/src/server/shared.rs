//! The state of the server.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use crate::contract::Contract;
use crate::farm::state::FarmState;
use crate::fault::connection::Traffic;
use crate::fault::queue::FaultQueue;
use crate::recorded_request::RecordedRequest;
use crate::spec::Specification;

/// The state that all requests share.
pub(crate) struct Shared {
    pub contract: Arc<Contract>,
    pub specification: Specification,
    /// The only bearer token that is accepted.
    pub token: Mutex<String>,
    pub requests: Mutex<VecDeque<RecordedRequest>>,
    /// How many requests are kept at most.
    pub kept_requests: usize,
    /// The statuses of the next responses, by `operationId`.
    pub next_responses: Mutex<HashMap<String, VecDeque<u16>>>,
    /// How many responses were sent. The request ids are built from it.
    pub response_count: AtomicU64,
    pub faults: FaultQueue,
    pub traffic: Arc<Traffic>,
    /// The address of the API.
    pub address: SocketAddr,
    /// The farm. Without one, the responses are the document's examples.
    pub farm: Option<Arc<Mutex<FarmState>>>,
}
