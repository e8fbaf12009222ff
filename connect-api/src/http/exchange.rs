//! One HTTP exchange: sends a request and reads its response up to a size limit.

use std::mem::take;
use std::sync::Arc;

use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Request, Response, StatusCode};

use crate::auth::token::AccessToken;
use crate::client::Client;
use crate::error::{ApiError, ConfigurationError, Error, TransportError};
use crate::http::operation::Operation;
use crate::http::options::CallOptions;
use crate::http::raw_response::RawResponse;

/// The minimum size limit for the body of an error response, in bytes.
#[cfg(not(target_family = "wasm"))]
const MIN_ERROR_BODY_LIMIT: usize = 64 << 10;

/// The initial capacity for a body that arrives in several chunks, in bytes.
#[cfg(not(target_family = "wasm"))]
const INITIAL_BODY_CAPACITY: usize = 64 << 10;

/// A response body, read as far as possible.
pub(crate) enum ResponseBody {
    Complete(Bytes),
    /// The part of the body up to the size limit.
    TooLarge(Bytes),
    /// The part of the body that arrived before the connection failed.
    Incomplete(Bytes, reqwest::Error),
}

impl Client {
    /// Sends a request once and reads the response. A status other than success is an error.
    pub(crate) async fn send(
        &self,
        operation: &Arc<Operation>,
        options: &CallOptions,
        request: &Request,
        token: Option<&AccessToken>,
    ) -> Result<Box<RawResponse>, Error> {
        let client = &self.endpoint()?.http;
        let request = prepare_request(request, token)?;
        let connection_error = |error| TransportError::connection(operation, error);

        let response = client.execute(request).await.map_err(connection_error)?;
        let (status, headers, body) =
            read_response(response, options.get_max_response_size()).await;

        match (status.is_success(), body) {
            (true, ResponseBody::Complete(body)) => Ok(Box::new(RawResponse {
                operation: operation.clone(),
                attempts: 1,
                status,
                headers,
                body,
                token: token.cloned(),
                span: tracing::Span::none(),
            })),
            (true, ResponseBody::Incomplete(_, error)) => Err(connection_error(error).into()),
            (true, ResponseBody::TooLarge(_)) => {
                let max_size = options.get_max_response_size();
                Err(TransportError::response_too_large(operation, max_size).into())
            }
            // Even a part of an error's body can explain the error.
            (
                false,
                ResponseBody::Complete(body)
                | ResponseBody::TooLarge(body)
                | ResponseBody::Incomplete(body, _),
            ) => {
                let token = token.map(AccessToken::expose);
                let secrets = token.as_slice();
                let error = ApiError::new(operation, status, headers, &body, secrets);
                Err(Error::Api(Box::new(error)))
            }
        }
    }
}

/// Copies a request, which may be sent again, and adds the headers that every request has.
fn prepare_request(request: &Request, token: Option<&AccessToken>) -> Result<Request, Error> {
    let error = |message: &str| Error::Configuration(ConfigurationError::new(message));

    // Not `try_clone`: it allocates three times to copy extensions that no request here has.
    let mut copy = Request::new(request.method().clone(), request.url().clone());
    if let Some(body) = request.body() {
        let bytes = body.as_bytes().ok_or_else(|| error("a streamed body cannot be copied"))?;
        *copy.body_mut() = Some(Bytes::copy_from_slice(bytes).into());
    }

    let headers = copy.headers_mut();
    for (name, value) in request.headers() {
        headers.append(name, value.clone());
    }
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));

    if let Some(token) = token {
        let value = token
            .header()
            .ok_or_else(|| error("the token contains characters that a header cannot hold"))?;
        headers.insert(AUTHORIZATION, value);
    }

    Ok(copy)
}

/// Reads a response, and of its body at most the limit.
#[cfg(not(target_family = "wasm"))]
#[allow(clippy::manual_async_fn, reason = "an `async fn` would hold the response twice")]
pub(crate) fn read_response(
    mut response: Response,
    limit: usize,
) -> impl Future<Output = (StatusCode, HeaderMap, ResponseBody)> {
    async move {
        let body = read_body(&mut response, limit).await;
        (response.status(), take(response.headers_mut()), body)
    }
}

/// Reads a body chunk by chunk to limit memory use. A body that arrives in one chunk, as
/// most do, is not copied.
#[cfg(not(target_family = "wasm"))]
async fn read_body(response: &mut Response, limit: usize) -> ResponseBody {
    let content_length = response.content_length().unwrap_or(0);
    let limit = match response.status().is_success() {
        true if content_length > limit as u64 => return ResponseBody::TooLarge(Bytes::new()),
        true => limit,
        // An error is read even if the limit for a success is small.
        false => limit.max(MIN_ERROR_BODY_LIMIT),
    };

    let content_length =
        usize::try_from(content_length).ok().filter(|length| *length <= limit).unwrap_or(0);
    let (mut body, mut only_chunk) = (Vec::new(), Bytes::new());

    loop {
        match response.chunk().await {
            // Read until `None` even after the only chunk: only then is the connection reused.
            Ok(None) if !only_chunk.is_empty() => return ResponseBody::Complete(only_chunk),
            Ok(None) => {
                body.shrink_to_fit();
                return ResponseBody::Complete(body.into());
            }
            Ok(Some(chunk)) if chunk.len() == content_length => only_chunk = chunk,
            Ok(Some(chunk)) => {
                let length = chunk.len().min(limit - body.len());
                reserve(&mut body, length, content_length);
                body.extend_from_slice(&chunk[..length]);

                if length < chunk.len() {
                    return ResponseBody::TooLarge(body.into());
                }
            }
            Err(error) if !only_chunk.is_empty() => {
                return ResponseBody::Incomplete(only_chunk, error);
            }
            Err(error) => return ResponseBody::Incomplete(body.into(), error),
        }
    }
}

/// Reserves capacity for more bytes of a body.
///
/// The capacity grows by half, but not beyond the `Content-Length`. The full length is not reserved at
/// once, because a server can announce a large body and not send it.
#[cfg(not(target_family = "wasm"))]
fn reserve(body: &mut Vec<u8>, additional: usize, content_length: usize) {
    let needed = body.len() + additional;
    if needed <= body.capacity() {
        return;
    }

    let grown = (body.len() + body.len() / 2).max(INITIAL_BODY_CAPACITY);
    let grown = if content_length >= needed { grown.min(content_length) } else { grown };
    body.reserve_exact(grown.max(needed) - body.len());
}

/// Reads a response. The browser has read the whole body before this function gets it.
#[cfg(target_family = "wasm")]
pub(crate) async fn read_response(
    mut response: Response,
    limit: usize,
) -> (StatusCode, HeaderMap, ResponseBody) {
    let (status, headers) = (response.status(), take(response.headers_mut()));
    let body = match response.bytes().await {
        Ok(body) if body.len() > limit => ResponseBody::TooLarge(body.slice(..limit)),
        Ok(body) => ResponseBody::Complete(body),
        Err(error) => ResponseBody::Incomplete(Bytes::new(), error),
    };

    (status, headers, body)
}
