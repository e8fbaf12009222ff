//! Calls over HTTP: build the request, wait for the rate limiter, send it, retry it.

pub(crate) mod base_url;
#[cfg(feature = "blocking")]
mod blocking;
pub(crate) mod call;
mod deadline;
pub(crate) mod endpoint;
pub(crate) mod exchange;
mod execute;
pub(crate) mod http_client;
pub(crate) mod operation;
pub(crate) mod options;
pub(crate) mod params;
pub(crate) mod rate_limit;
pub(crate) mod raw_request;
pub(crate) mod raw_response;
pub(crate) mod request_builder;
pub(crate) mod response;
pub(crate) mod retry;
pub(crate) mod retry_after;
