//! Builds the response with a fault.

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};

use super::connection::Connection;
use super::{BodyLength, Fault};
use crate::api_response::ApiResponse;
use crate::contract::{Contract, Operation};

/// The size of the pieces of an oversized body.
const PIECE_SIZE: u64 = 1 << 16;

impl Fault {
    /// Applies the fault to the response of a request.
    ///
    /// `execute` runs the operation. It is only called if the fault affects the response alone. A
    /// fault that rejects the request must not change the state.
    pub(crate) async fn apply(
        self,
        contract: &Contract,
        operation: Option<&Operation>,
        execute: impl FnOnce() -> ApiResponse,
        connection: &Connection,
    ) -> Response {
        let error = |status: u16| {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            ApiResponse::error(contract, operation, status)
        };

        match self {
            Fault::None => execute().into_response(),
            Fault::Delay(delay) => {
                tokio::time::sleep(delay).await;
                execute().into_response()
            }
            Fault::Disconnect => {
                connection.abort();
                execute().into_response()
            }
            Fault::DisconnectMidBody(length) => disconnect_mid_body(execute(), length),
            Fault::TruncatedBody => {
                let (mut response, body) = split_body(execute());
                *response.body_mut() = body.slice(..body.len() / 2).into();
                response
            }
            Fault::Body(media_type, text) => with_content_type(
                ApiResponse { body: Some(text.to_owned()), ..execute() },
                media_type,
            ),
            Fault::WrongContentType(media_type) => with_content_type(execute(), media_type),
            Fault::Status(status) => error(status).into_response(),
            Fault::Gateway(status) => {
                let page = Some("<html><h1>Gateway error page</h1></html>".to_owned());
                with_content_type(ApiResponse { body: page, ..error(status) }, "text/html")
            }
            Fault::RetryAfter(status, value) => with_header(error(status), RETRY_AFTER, &value),
            Fault::OversizedBody(size, length) => oversized_body(execute(), size, length),
            Fault::SlowBody(pause) => slow_body(execute(), pause),
            Fault::Redirect(status, url) => with_header(error(status), LOCATION, &url),
        }
    }
}

fn disconnect_mid_body(response: ApiResponse, length: BodyLength) -> Response {
    let (head, body) = split_body(response);
    let first_half = Ok(body.slice(..body.len() / 2));
    let pieces = [first_half, Err(io::ErrorKind::ConnectionAborted.into())];
    stream_body(head, pieces, body.len() as u64, length, None)
}

fn oversized_body(response: ApiResponse, size: u64, length: BodyLength) -> Response {
    let (head, _) = split_body(response);
    let piece = Bytes::from_static(&[b' '; PIECE_SIZE as usize]);
    let rest = piece.slice(..usize::try_from(size % PIECE_SIZE).unwrap_or_default());

    let whole_pieces = std::iter::repeat_n(piece, (size / PIECE_SIZE) as usize);
    let pieces = whole_pieces.chain([rest]).map(Ok);
    stream_body(head, pieces, size, length, None)
}

fn slow_body(response: ApiResponse, pause: Duration) -> Response {
    let (head, body) = split_body(response);
    let size = body.len() as u64;
    let pieces = (0..body.len()).map(move |index| Ok(body.slice(index..=index)));
    stream_body(head, pieces, size, BodyLength::ContentLength, Some(pause))
}

/// Splits a response into the response without its body, and the body.
fn split_body(mut response: ApiResponse) -> (Response, Bytes) {
    let body = response.body.take().unwrap_or_default();
    (response.into_response(), body.into())
}

fn with_content_type(response: ApiResponse, media_type: &str) -> Response {
    with_header(response, CONTENT_TYPE, media_type)
}

fn with_header(response: ApiResponse, name: HeaderName, value: &str) -> Response {
    let mut response = response.into_response();
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// Streams a body in pieces, with a pause before each. An `Err` piece closes the connection.
fn stream_body<I>(
    mut response: Response,
    pieces: I,
    size: u64,
    length: BodyLength,
    pause: Option<Duration>,
) -> Response
where
    I: IntoIterator<Item = io::Result<Bytes>, IntoIter: Send + 'static>,
{
    if length == BodyLength::ContentLength {
        response.headers_mut().insert(CONTENT_LENGTH, size.into());
    }

    let pieces = stream::unfold(pieces.into_iter(), move |mut pieces| async move {
        match pause {
            Some(pause) if !pause.is_zero() => tokio::time::sleep(pause).await,
            // Yield, so that the previous piece is written before the next one is produced.
            _ => tokio::task::yield_now().await,
        }
        Some((pieces.next()?, pieces))
    });
    *response.body_mut() = Body::from_stream(pieces);

    response
}
