//! Requests as they were received.

use std::time::Instant;

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use bytes::{Bytes, BytesMut};
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};

use crate::fault::Fault;

/// The maximum size of a request body. Documented bodies are about a thousand times smaller.
pub const BODY_LIMIT: usize = 1 << 20;

/// How many bytes of an oversized body are read and discarded.
///
/// A client that is still sending can then read the response instead of a connection error.
const DRAIN_LIMIT: usize = 64 << 20;

/// A request as it was received.
#[derive(Debug, Clone)]
pub struct RecordedRequest {
    /// The method.
    pub method: Method,
    /// The path, percent-encoded.
    pub path: String,
    /// The query, percent-encoded. `None` if the URL had no `?`.
    pub query: Option<String>,
    /// The headers. `Debug` redacts the `Authorization` header.
    pub headers: HeaderMap,
    /// The body, cut off at the size limit.
    pub body: Bytes,
    /// Whether the body was larger than the limit.
    pub too_large: bool,
    /// When the request was received completely.
    pub received_at: Instant,
    /// The fault that was injected into its response.
    pub fault: Option<Fault>,
}

impl RecordedRequest {
    /// Reads a request completely.
    pub(crate) async fn read(request: Request) -> Self {
        let (mut parts, body) = request.into_parts();
        if let Some(authorization) = parts.headers.get_mut(AUTHORIZATION) {
            authorization.set_sensitive(true);
        }

        let (body, too_large) = read_body(body).await;

        Self {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(str::to_owned),
            headers: parts.headers,
            body,
            too_large,
            received_at: Instant::now(),
            fault: None,
        }
    }
}

/// Returns the body up to the limit, and whether it was larger.
///
/// A read error ends the body: the client has disconnected, so nobody reads the response.
async fn read_body(mut body: Body) -> (Bytes, bool) {
    let mut kept = BytesMut::new();
    let mut received = 0;

    while received <= DRAIN_LIMIT {
        let next_frame =
            std::future::poll_fn(|context| std::pin::Pin::new(&mut body).poll_frame(context));
        let Some(Ok(frame)) = next_frame.await else { break };
        let Ok(data) = frame.into_data() else { continue };
        received += data.len();

        let capacity = BODY_LIMIT.saturating_sub(kept.len());
        kept.extend_from_slice(&data[..data.len().min(capacity)]);
    }

    (kept.freeze(), received > BODY_LIMIT)
}
