//! A successful response before its body is decoded.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::auth::token::AccessToken;
use crate::http::operation::Operation;

/// A successful response whose body is still bytes.
pub(crate) struct RawResponse {
    pub(crate) operation: Arc<Operation>,
    /// The number of requests that the call has sent.
    pub(crate) attempts: usize,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The token of the request. Errors redact it in case the response repeats it.
    pub(crate) token: Option<AccessToken>,
    /// The span of the call. It stays open until the body is decoded.
    pub(crate) span: tracing::Span,
}
