//! The host that takes files and serves pictures. It is another one than the API's, and the URL is
//! all the permission that it wants.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{ConnectInfo, Path, RawQuery, Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, put};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use sha2::{Digest as _, Sha256};

use super::super::fault::connection::Connection;
use super::super::server::{Shared, lock};
use super::upload::{Upload, UploadAttempt, UploadFault};

/// A picture of one grey pixel.
const PICTURE: &[u8] = include_bytes!("pixel.png");

/// The routes of the host.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/upload/{id}", put(take))
        .route("/pictures/{name}", get(picture))
        .with_state(shared)
}

async fn picture() -> Response {
    ([(CONTENT_TYPE, "image/png")], PICTURE).into_response()
}

async fn take(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let Some(farm) = &shared.farm else { return StatusCode::NOT_FOUND.into_response() };
    let fault = {
        let mut world = lock(farm);
        if world.uploads.get(&id).is_none() {
            return (StatusCode::NOT_FOUND, "no such file was announced\n").into_response();
        }
        world.uploads.faults.pop_front()
    };

    let (parts, mut body) = request.into_parts();
    let most = match fault {
        Some(UploadFault::DisconnectAfter(bytes) | UploadFault::StallAfter(bytes)) => bytes,
        Some(UploadFault::EarlyResponse { bytes, .. }) => bytes,
        _ => u64::MAX,
    };

    // A file may be as large as it likes: nothing of it is kept.
    let (size, sha256, whole) = measure(&mut body, most).await;
    let answer = {
        let mut world = lock(farm);
        world.catch_up();
        let Some(upload) = world.uploads.get(&id) else {
            return StatusCode::NOT_FOUND.into_response();
        };

        let answer = match fault {
            Some(UploadFault::EarlyResponse { bytes, status }) if size >= bytes => {
                Some(ordered(status))
            }
            _ if !whole => None,
            Some(UploadFault::Status(status)) => Some(ordered(status)),
            _ => Some(judge(upload, query.as_deref(), &parts.headers, size)),
        };

        upload.attempts.push(UploadAttempt {
            content_type: text(&parts.headers, CONTENT_TYPE.as_str()).map(str::to_owned),
            authorized: parts.headers.contains_key(AUTHORIZATION),
            size,
            sha256,
            status: answer.map(|(status, _)| status.as_u16()),
        });

        answer
    };

    match fault {
        Some(UploadFault::Delay(time)) => tokio::time::sleep(time).await,
        Some(UploadFault::StallAfter(_)) if !whole => std::future::pending().await,
        // Who is still sending is to learn the answer, and not just that the connection broke.
        Some(UploadFault::EarlyResponse { .. }) => {
            tokio::spawn(async move { measure(&mut body, u64::MAX).await });
        }
        _ => {}
    }

    match answer {
        Some((StatusCode::OK, _)) => StatusCode::OK.into_response(),
        Some((status, words)) => (status, format!("{words}\n")).into_response(),
        None => {
            connection.cut();
            StatusCode::BAD_REQUEST.into_response()
        }
    }
}

/// The answer that was ordered.
fn ordered(status: u16) -> (StatusCode, &'static str) {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, "this was ordered")
}

/// How many bytes came, up to a limit; their hash; and whether that was all.
async fn measure(body: &mut Body, most: u64) -> (u64, String, bool) {
    let (mut size, mut hash) = (0, Sha256::new());
    let whole = loop {
        if size >= most {
            break false;
        }

        let next =
            std::future::poll_fn(|context| std::pin::Pin::new(&mut *body).poll_frame(context));
        match next.await {
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
    (size, sha256, whole)
}

/// What a host with signed URLs says to an attempt of which all has come.
fn judge(
    upload: &Upload,
    query: Option<&str>,
    headers: &HeaderMap,
    size: u64,
) -> (StatusCode, &'static str) {
    if headers.contains_key(AUTHORIZATION) {
        (StatusCode::BAD_REQUEST, "the URL is signed, an Authorization must not come with it")
    } else if query != Some(&format!("signature={}", upload.signature)) {
        (StatusCode::FORBIDDEN, "the signature is not of this URL")
    } else if upload.has_arrived() {
        (StatusCode::FORBIDDEN, "the URL is good for one upload, which has come")
    } else if text(headers, CONTENT_TYPE.as_str()) != Some(&upload.content_type) {
        (StatusCode::FORBIDDEN, "the Content-Type is not the one that was announced")
    } else if size != upload.file_size {
        (StatusCode::BAD_REQUEST, "the size is not the one that was announced")
    } else {
        (StatusCode::OK, "")
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
