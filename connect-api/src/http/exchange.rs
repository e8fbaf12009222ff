//! One exchange: a request sent, and its answer read within limits.

use std::mem::take;
use std::sync::Arc;

use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Request, Response, StatusCode};

use crate::auth::token::AccessToken;
use crate::client::Client;
use crate::error::{ApiError, ConfigurationError, Error, TransportError};
use crate::http::call::{Operation, RawResponse};
use crate::http::options::CallOptions;

impl Client {
    /// Sends a request once, and reads the answer; anything but a success is an error.
    pub(crate) async fn send(
        &self,
        operation: &Arc<Operation>,
        options: &CallOptions,
        request: &Request,
        token: Option<&AccessToken>,
    ) -> Result<Box<RawResponse>, Error> {
        let client = &self.wire()?.client;
        let request = prepared(request, token)?;
        let lost = |error| TransportError::lost(operation, error);
        let response = client.execute(request).await.map_err(lost)?;
        let (status, headers, body) = read(response, options.get_max_response_size()).await;

        match (status.is_success(), body) {
            (true, Body::Whole(body)) => {
                let (token, span) = (token.cloned(), tracing::Span::none());
                let operation = operation.clone();

                Ok(Box::new(RawResponse {
                    operation,
                    attempts: 1,
                    status,
                    headers,
                    body,
                    token,
                    span,
                }))
            }
            (true, Body::Broken(_, error)) => Err(lost(error).into()),
            (true, Body::TooLong(_)) => {
                Err(TransportError::too_long(operation, options.get_max_response_size()).into())
            }
            // Of an error, whatever has arrived is better than nothing.
            (false, Body::Whole(body) | Body::TooLong(body) | Body::Broken(body, _)) => {
                let secret = token.map(AccessToken::expose);
                let secrets = secret.as_slice();
                let error = ApiError::read(operation, status, headers, &body, secrets);
                Err(Error::Api(Box::new(error)))
            }
        }
    }
}

/// A copy of the request, which may have to be sent again, with what every request has.
fn prepared(request: &Request, token: Option<&AccessToken>) -> Result<Request, Error> {
    let fault = |what: &str| Error::Configuration(ConfigurationError::new(what));
    // `try_clone` would allocate three times for the time limit that no request has of its own.
    let mut copy = Request::new(request.method().clone(), request.url().clone());
    if let Some(body) = request.body() {
        let bytes = body.as_bytes().ok_or_else(|| fault("the body cannot be sent twice"))?;
        *copy.body_mut() = Some(Bytes::copy_from_slice(bytes).into());
    }

    let headers = copy.headers_mut();
    for (name, value) in request.headers() {
        headers.append(name, value.clone());
    }

    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));

    if let Some(token) = token {
        let value = token.header().ok_or_else(|| fault("the token cannot be sent in a header"))?;
        headers.insert(AUTHORIZATION, value);
    }

    Ok(copy)
}

/// The body of an answer, as far as it came and was read.
pub(crate) enum Body {
    Whole(Bytes),
    TooLong(Bytes),
    Broken(Bytes, reqwest::Error),
}

/// How much of an error's body is read, should the limit be less, in bytes.
#[cfg(not(target_family = "wasm"))]
const LEAST_OF_ERROR: usize = 64 << 10;

/// Reads an answer: of its body no more than the limit.
#[cfg(not(target_family = "wasm"))]
#[allow(clippy::manual_async_fn, reason = "an async one would have room for the answer twice")]
pub(crate) fn read(
    mut response: Response,
    limit: usize,
) -> impl Future<Output = (StatusCode, HeaderMap, Body)> {
    async move {
        let body = body(&mut response, limit).await;
        (response.status(), take(response.headers_mut()), body)
    }
}

/// Reads a body chunk by chunk, so that no more than the limit is ever held. One that comes in a
/// single chunk, as most do, is not copied.
#[cfg(not(target_family = "wasm"))]
async fn body(response: &mut Response, limit: usize) -> Body {
    let announced = response.content_length().unwrap_or(0);
    let limit = match response.status().is_success() {
        true if announced > limit as u64 => return Body::TooLong(Bytes::new()),
        true => limit,
        // What is wrong is worth knowing, however short the answer should have been.
        false => limit.max(LEAST_OF_ERROR),
    };

    let announced = usize::try_from(announced).ok().filter(|it| *it <= limit).unwrap_or(0);
    let (mut body, mut only) = (Vec::new(), Bytes::new());

    loop {
        match response.chunk().await {
            // The connection is free for others when the end was asked for, and not before.
            Ok(None) if !only.is_empty() => return Body::Whole(only),
            Ok(Some(chunk)) if chunk.len() == announced => only = chunk,
            Ok(None) => {
                body.shrink_to_fit();
                return Body::Whole(body.into());
            }
            Ok(Some(chunk)) => {
                let more = chunk.len().min(limit - body.len());
                make_room(&mut body, more, announced);
                body.extend_from_slice(&chunk[..more]);

                if more < chunk.len() {
                    return Body::TooLong(body.into());
                }
            }
            Err(error) if !only.is_empty() => return Body::Broken(only, error),
            Err(error) => return Body::Broken(body.into(), error),
        }
    }
}

/// Makes room for more of a body. It grows by half of what has come, and to no more than is
/// announced: what is announced need not come, and what is more than that is copied away.
#[cfg(not(target_family = "wasm"))]
fn make_room(body: &mut Vec<u8>, more: usize, announced: usize) {
    let needed = body.len() + more;
    if needed > body.capacity() {
        let roomy = (body.len() + body.len() / 2).max(64 << 10);
        let roomy = if announced >= needed { roomy.min(announced) } else { roomy };
        body.reserve_exact(roomy.max(needed) - body.len());
    }
}

/// Reads an answer; the browser holds all of its body before we see any.
#[cfg(target_family = "wasm")]
pub(crate) async fn read(mut response: Response, limit: usize) -> (StatusCode, HeaderMap, Body) {
    let (status, headers) = (response.status(), take(response.headers_mut()));
    let body = match response.bytes().await {
        Ok(body) if body.len() > limit => Body::TooLong(body.slice(..limit)),
        Ok(body) => Body::Whole(body),
        Err(error) => Body::Broken(Bytes::new(), error),
    };

    (status, headers, body)
}
