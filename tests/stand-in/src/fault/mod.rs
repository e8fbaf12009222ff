//! Faults to order: all that goes wrong between a client and a service.

pub mod connection;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::Mutex;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};

use self::connection::Connection;
use super::farm::{undocumented, upload_service};
use super::server::{RecordedRequest, Shared, lock};
use super::{StandIn, contract};
use crate::examples::Answer;

/// What is to go wrong with a request. It is recorded whatever happens to it afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing. It stands between faults, to let a request through.
    None,
    /// The right answer comes, but only after this time.
    Delay(Duration),
    /// The connection closes without a byte of an answer.
    Disconnect,
    /// The connection closes in the middle of the right body.
    DisconnectMidBody(BodyLength),
    /// The right body ends after its first half, and its length says that this is all.
    TruncatedBody,
    /// This media type and body come instead of the right ones.
    Body(&'static str, &'static str),
    /// The right body comes as another media type.
    WrongContentType(&'static str),
    /// An error with this status and a body as documented.
    Status(u16),
    /// An error with this status and the HTML page of a gateway.
    Gateway(u16),
    /// An error with this status, and a `Retry-After`.
    RetryAfter(u16, String),
    /// So many bytes of blank come instead of the right body.
    OversizedBody(u64, BodyLength),
    /// The right body comes byte by byte, with this pause before each.
    SlowBody(Duration),
    /// A redirect with this status to this URL.
    Redirect(u16, String),
}

/// How an answer says how long its body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyLength {
    /// In a `Content-Length`.
    ContentLength,
    /// It does not: the body comes in chunks.
    Chunked,
}

/// The faults that are yet to happen.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// By `operationId`, or method and path.
    queues: Mutex<HashMap<String, VecDeque<Fault>>>,
    recurring: Mutex<Option<Recurring>>,
}

#[derive(Debug)]
struct Recurring {
    every: usize,
    faults: Vec<Fault>,
    seen: usize,
}

impl StandIn {
    /// Orders faults for the next requests of an operation that the document allows, one for each.
    /// What the farm has beyond the document is named by its method and path: `GET /usage`, or
    /// `PUT /cura/v1/jobs/upload`.
    ///
    /// ```
    /// use connect_api::{Client, Method};
    /// use connect_stand_in::{Fault, StandIn};
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), connect_api::Error> {
    /// let stand_in = StandIn::start().await;
    /// let client = Client::builder().base_url(stand_in.base_url()).token(stand_in.token()).build()?;
    /// stand_in.inject_faults("get_settings", [Fault::Status(503)]);
    /// stand_in.inject_faults("GET /usage", [Fault::Disconnect]);
    /// // Both are tried again.
    /// client.get_settings().send().await?;
    /// client.request(Method::GET, "/usage").send::<serde_json::Value>().await?;
    /// assert_eq!(stand_in.requests().len(), 4);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no such operation and no such route, or HTTP has no such status or header.
    #[track_caller]
    pub fn inject_faults(&self, operation: &str, faults: impl IntoIterator<Item = Fault>) {
        let Shared { contract, farm, faults: ordered, .. } = &*self.shared;
        let is_route = || {
            let route = operation.split_once(' ').filter(|_| farm.is_some());
            route.is_some_and(|(method, path)| {
                path.starts_with(upload_service::BASE)
                    || undocumented::handler(method, path).is_some()
            })
        };

        let known = contract.operation(operation).is_some() || is_route();
        assert!(known, "the document has no operation `{operation}`, and the farm no such route");

        let faults = checked(faults);
        lock(&ordered.queues).entry(operation.to_owned()).or_default().extend(faults);
    }

    /// From now on one request in `every` that is allowed meets a fault, of these in turn; also one
    /// to a route that the document lacks, and not one that sends a file.
    ///
    /// # Panics
    ///
    /// If `every` is 0, if there is no fault, or HTTP has no such status or header.
    #[track_caller]
    pub fn inject_fault_every(&self, every: usize, faults: impl IntoIterator<Item = Fault>) {
        let faults = checked(faults);
        assert!(every > 0 && !faults.is_empty(), "one in {every} meets one of {faults:?}");
        *lock(&self.shared.faults.recurring) = Some(Recurring { every, faults, seen: 0 });
    }

    /// From now on nothing goes wrong: faults that were ordered are forgotten.
    pub fn clear_faults(&self) {
        lock(&self.shared.faults.queues).clear();
        *lock(&self.shared.faults.recurring) = None;
    }

    /// From now on this bearer token is the only one that is accepted: all others have expired.
    pub fn renew_token(&self, token: impl Into<String>) {
        *lock(&self.shared.token) = token.into();
        if let Some(farm) = &self.shared.farm {
            lock(farm).give_out_token();
        }
    }

    /// All requests since the start or the last time this was called; they are forgotten.
    pub fn take_requests(&self) -> Vec<RecordedRequest> {
        std::mem::take(&mut *lock(&self.shared.requests)).into()
    }

    /// What the connections have done.
    pub fn traffic(&self) -> &connection::Traffic {
        &self.shared.traffic
    }
}

impl Faults {
    /// What goes wrong with this request of an operation.
    pub(super) fn next(&self, operation_id: &str) -> Option<Fault> {
        let ordered = lock(&self.queues).get_mut(operation_id).and_then(VecDeque::pop_front);
        let fault = ordered.or_else(|| lock(&self.recurring).as_mut()?.next());
        fault.filter(|fault| *fault != Fault::None)
    }
}

impl Recurring {
    fn next(&mut self) -> Option<Fault> {
        self.seen += 1;
        let due = self.seen.is_multiple_of(self.every);
        due.then(|| self.faults[self.seen / self.every % self.faults.len()].clone())
    }
}

impl Fault {
    /// What comes of the right answer. It is made only where it is sent, or was lost on its way:
    /// a request that is refused changes nothing.
    pub(super) async fn spoil(
        self,
        contract: &contract::Contract,
        operation: Option<&contract::Operation>,
        right: impl FnOnce() -> Answer,
        connection: &Connection,
    ) -> Response {
        let error = |status: u16| {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Answer::error(contract, operation, status, &[])
        };

        match self {
            Fault::None => right().into_response(),
            Fault::Delay(time) => {
                tokio::time::sleep(time).await;
                right().into_response()
            }
            Fault::Disconnect => {
                connection.cut();
                right().into_response()
            }
            Fault::DisconnectMidBody(length) => {
                let (head, body) = parted(right());
                let half = Ok(body.slice(..body.len() / 2));
                let pieces = [half, Err(io::ErrorKind::ConnectionAborted.into())];
                in_pieces(head, pieces, body.len() as u64, length, None)
            }
            Fault::TruncatedBody => {
                let (mut head, body) = parted(right());
                *head.body_mut() = body.slice(..body.len() / 2).into();
                head
            }
            Fault::Body(media_type, text) => labelled(right(), media_type, Some(text)),
            Fault::WrongContentType(media_type) => labelled(right(), media_type, None),
            Fault::Status(status) => error(status).into_response(),
            Fault::Gateway(status) => {
                labelled(error(status), "text/html", Some("<html><h1>Bad luck</h1></html>"))
            }
            Fault::RetryAfter(status, wait) => with(error(status), RETRY_AFTER, &wait),
            Fault::OversizedBody(bytes, length) => {
                let blank = Bytes::from_static(&[b' '; 1 << 16]);
                let rest = usize::try_from(bytes % blank.len() as u64).unwrap_or_default();
                let whole = std::iter::repeat_n(blank.clone(), (bytes >> 16) as usize);
                let pieces = whole.chain([blank.slice(..rest)]).map(Ok);
                in_pieces(parted(right()).0, pieces, bytes, length, None)
            }
            Fault::SlowBody(pause) => {
                let (head, body) = parted(right());
                let length = body.len() as u64;
                let pieces = (0..body.len()).map(move |at| Ok(body.slice(at..=at)));
                in_pieces(head, pieces, length, BodyLength::ContentLength, Some(pause))
            }
            Fault::Redirect(status, url) => with(error(status), LOCATION, &url),
        }
    }
}

/// Whether an answer can have this status.
pub(super) fn is_status(status: u16) -> bool {
    StatusCode::from_u16(status).is_ok_and(|status| !status.is_informational())
}

/// The faults, all of which can be sent.
#[track_caller]
fn checked(faults: impl IntoIterator<Item = Fault>) -> Vec<Fault> {
    let faults: Vec<_> = faults.into_iter().collect();
    let header = |value: &str| HeaderValue::from_str(value).is_ok();
    for fault in &faults {
        let can_be_sent = match fault {
            Fault::Status(of) | Fault::Gateway(of) => is_status(*of),
            Fault::RetryAfter(of, value) | Fault::Redirect(of, value) => {
                is_status(*of) && header(value)
            }
            Fault::Body(value, _) | Fault::WrongContentType(value) => header(value),
            _ => true,
        };

        assert!(can_be_sent, "HTTP has no answer for {fault:?}");
    }

    faults
}

/// An answer without its body, and its body.
fn parted(answer: Answer) -> (Response, Bytes) {
    let body = answer.body.clone().unwrap_or_default();
    (Answer { body: None, ..answer }.into_response(), body.into())
}

fn labelled(answer: Answer, media_type: &str, text: Option<&str>) -> Response {
    let body = text.map(str::to_owned).or_else(|| answer.body.clone());
    with(Answer { body, ..answer }, CONTENT_TYPE, media_type)
}

fn with(answer: Answer, name: HeaderName, value: &str) -> Response {
    let mut response = answer.into_response();
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// A body that comes piece by piece. An `Err` among them closes the connection.
fn in_pieces<I>(
    mut head: Response,
    pieces: I,
    bytes: u64,
    length: BodyLength,
    pause: Option<Duration>,
) -> Response
where
    I: IntoIterator<Item = io::Result<Bytes>, IntoIter: Send + 'static>,
{
    if length == BodyLength::ContentLength {
        head.headers_mut().insert(CONTENT_LENGTH, bytes.into());
    }

    let pieces = stream::unfold(pieces.into_iter(), move |mut pieces| async move {
        match pause {
            Some(pause) if !pause.is_zero() => tokio::time::sleep(pause).await,
            // What came before is sent before what comes now.
            _ => tokio::task::yield_now().await,
        }
        Some((pieces.next()?, pieces))
    });
    *head.body_mut() = Body::from_stream(pieces);

    head
}
