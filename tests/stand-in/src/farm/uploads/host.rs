//! The upload host: it receives files and serves pictures.
//!
//! It is a separate host from the API. It requires no bearer token, since the upload URLs are
//! signed.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{ConnectInfo, Path, RawQuery, Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, put};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use sha2::{Digest as _, Sha256};

use crate::farm::state::FarmState;
use crate::farm::state::upload::{Upload, UploadAttempt, UploadFault};
use crate::fault::connection::Connection;
use crate::sync::lock;

/// A picture of one grey pixel.
const PICTURE: &[u8] = include_bytes!("pixel.png");

type SharedFarm = Arc<Mutex<FarmState>>;

/// The status and message of a response.
type Outcome = (StatusCode, &'static str);

/// The routes of the host.
pub(crate) fn router(farm: SharedFarm) -> Router {
    Router::new()
        .route("/upload/{id}", put(receive_file))
        .route("/pictures/{name}", get(get_picture))
        .with_state(farm)
}

async fn get_picture() -> Response {
    ([(CONTENT_TYPE, "image/png")], PICTURE).into_response()
}

async fn receive_file(
    State(farm): State<SharedFarm>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let fault = {
        let mut farm = lock(&farm);
        if farm.uploads.get_mut(&id).is_none() {
            return (StatusCode::NOT_FOUND, "unknown upload\n").into_response();
        }
        farm.uploads.faults.pop_front()
    };

    let (parts, mut body) = request.into_parts();
    let received = ReceivedBody::read(&mut body, byte_limit(fault)).await;

    let outcome = {
        let mut farm = lock(&farm);
        farm.catch_up();
        let Some(upload) = farm.uploads.get_mut(&id) else {
            return StatusCode::NOT_FOUND.into_response();
        };

        let check = || check_attempt(upload, query.as_deref(), &parts.headers, received.size);
        let outcome = outcome(fault, &received, check);
        upload.attempts.push(UploadAttempt {
            content_type: content_type(&parts.headers).map(str::to_owned),
            authorized: parts.headers.contains_key(AUTHORIZATION),
            size: received.size,
            sha256: received.sha256,
            status: outcome.map(|(status, _)| status.as_u16()),
        });

        outcome
    };

    match fault {
        Some(UploadFault::Delay(delay)) => tokio::time::sleep(delay).await,
        Some(UploadFault::StallAfter(_)) if !received.is_complete => std::future::pending().await,
        // Read the rest, so that the client gets the response instead of a connection error.
        Some(UploadFault::EarlyResponse { .. }) => {
            tokio::spawn(async move { ReceivedBody::read(&mut body, u64::MAX).await });
        }
        _ => {}
    }

    match outcome {
        Some((StatusCode::OK, _)) => StatusCode::OK.into_response(),
        Some((status, message)) => (status, format!("{message}\n")).into_response(),
        None => {
            connection.abort();
            StatusCode::BAD_REQUEST.into_response()
        }
    }
}

/// How many bytes are read with a fault.
fn byte_limit(fault: Option<UploadFault>) -> u64 {
    match fault {
        Some(UploadFault::DisconnectAfter(bytes) | UploadFault::StallAfter(bytes)) => bytes,
        Some(UploadFault::EarlyResponse { bytes, .. }) => bytes,
        _ => u64::MAX,
    }
}

/// The outcome of an attempt. `None` closes the connection without a response.
fn outcome(
    fault: Option<UploadFault>,
    received: &ReceivedBody,
    check: impl FnOnce() -> Outcome,
) -> Option<Outcome> {
    match fault {
        Some(UploadFault::EarlyResponse { bytes, status }) if received.size >= bytes => {
            Some(injected(status))
        }
        _ if !received.is_complete => None,
        Some(UploadFault::Status(status)) => Some(injected(status)),
        _ => Some(check()),
    }
}

fn injected(status: u16) -> Outcome {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, "an injected fault")
}

/// The bytes of a file that were received. They are not stored, so a file can have any size.
struct ReceivedBody {
    size: u64,
    sha256: String,
    /// Whether the end of the body was received.
    is_complete: bool,
}

impl ReceivedBody {
    /// Reads a body up to a number of bytes.
    async fn read(body: &mut Body, limit: u64) -> Self {
        let (mut size, mut hash) = (0, Sha256::new());
        let is_complete = loop {
            if size >= limit {
                break false;
            }

            let next_frame =
                std::future::poll_fn(|context| std::pin::Pin::new(&mut *body).poll_frame(context));
            match next_frame.await {
                None => break true,
                Some(Err(_)) => break false,
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        size += data.len() as u64;
                        hash.update(&data);
                    }
                }
            }
        };

        let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { size, sha256, is_complete }
    }
}

/// Checks a complete attempt, as a host with signed URLs does.
fn check_attempt(upload: &Upload, query: Option<&str>, headers: &HeaderMap, size: u64) -> Outcome {
    if headers.contains_key(AUTHORIZATION) {
        (StatusCode::BAD_REQUEST, "the URL is signed: send no Authorization header")
    } else if query != Some(&format!("signature={}", upload.signature)) {
        (StatusCode::FORBIDDEN, "the signature does not match the URL")
    } else if upload.is_complete() {
        (StatusCode::FORBIDDEN, "the upload is already complete: the URL is valid once")
    } else if content_type(headers) != Some(&upload.content_type) {
        (StatusCode::FORBIDDEN, "the Content-Type differs from that of the upload")
    } else if size != upload.file_size {
        (StatusCode::BAD_REQUEST, "the size differs from that of the upload")
    } else {
        (StatusCode::OK, "")
    }
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok())
}
