//! Fault injection: errors of networks and services that a test can cause.

mod apply;
pub mod connection;
pub(crate) mod queue;

use std::time::Duration;

use http::{HeaderValue, StatusCode};

/// A fault in the response to a request. The request is recorded in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// No fault. Use it between other faults, to let a request succeed.
    None,
    /// The correct response is sent after this time.
    Delay(Duration),
    /// The connection is closed before the first byte of the response.
    Disconnect,
    /// The connection is closed in the middle of the body.
    DisconnectMidBody(BodyLength),
    /// The body ends after its first half, and the `Content-Length` is that of the half.
    TruncatedBody,
    /// A body with this media type and text replaces the correct one.
    Body(&'static str, &'static str),
    /// The correct body is sent with this media type.
    WrongContentType(&'static str),
    /// An error with this status and the documented body.
    Status(u16),
    /// An error with this status and the HTML page of a gateway.
    Gateway(u16),
    /// An error with this status and this `Retry-After` header.
    RetryAfter(u16, String),
    /// This many space characters replace the correct body.
    OversizedBody(u64, BodyLength),
    /// The correct body is sent one byte at a time, with this pause before each byte.
    SlowBody(Duration),
    /// A redirect with this status to this URL.
    Redirect(u16, String),
}

/// How a response announces the length of its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyLength {
    /// With a `Content-Length` header.
    ContentLength,
    /// Not at all: the body uses chunked transfer encoding.
    Chunked,
}

impl Fault {
    /// Whether its status and headers are valid in HTTP.
    fn is_valid(&self) -> bool {
        let is_header = |value: &str| HeaderValue::from_str(value).is_ok();

        match self {
            Fault::Status(status) | Fault::Gateway(status) => is_response_status(*status),
            Fault::RetryAfter(status, value) | Fault::Redirect(status, value) => {
                is_response_status(*status) && is_header(value)
            }
            Fault::Body(value, _) | Fault::WrongContentType(value) => is_header(value),
            _ => true,
        }
    }
}

/// Whether this is the status of a final response.
pub(crate) fn is_response_status(status: u16) -> bool {
    StatusCode::from_u16(status).is_ok_and(|status| !status.is_informational())
}

/// Collects faults.
///
/// # Panics
///
/// If the status or a header of a fault is not valid in HTTP.
#[track_caller]
pub(crate) fn require_valid(faults: impl IntoIterator<Item = Fault>) -> Vec<Fault> {
    let faults: Vec<_> = faults.into_iter().collect();
    for fault in &faults {
        assert!(fault.is_valid(), "{fault:?} is not valid in HTTP: check its status and header");
    }

    faults
}
