//! The way of a request: recorded, routed, authorised, checked, answered.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{ConnectInfo, Request, State};
use axum::response::{IntoResponse as _, Response};
use bytes::{Bytes, BytesMut};
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode};

use super::contract::{Contract, Operation};
use super::farm::operation::Handler;
use super::farm::{undocumented, upload_service};
use super::fault::connection::{Connection, Traffic};
use super::fault::{Fault, Faults};
use super::route::{BadPath, split_path};
use super::spec::Specification;
use crate::examples::Answer;
use crate::farm::state::FarmState;
use crate::request_check::check;

/// The largest body that is taken. The documented ones are a thousandth of it.
pub const BODY_LIMIT: usize = 1 << 20;

/// How much of a body beyond the limit is read and dropped, so that a client which is still
/// sending learns its answer and not just that the connection broke.
const DRAIN_LIMIT: usize = 64 << 20;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct RecordedRequest {
    /// The method.
    pub method: Method,
    /// The path, with its percent-encoding.
    pub path: String,
    /// The query, with its percent-encoding, if there was a `?`.
    pub query: Option<String>,
    /// The headers. The bearer is there, but does not show in `Debug`.
    pub headers: HeaderMap,
    /// The body, up to the limit.
    pub body: Bytes,
    /// Whether the body went beyond the limit.
    pub too_large: bool,
    /// When it had arrived.
    pub received_at: Instant,
    /// What was made to go wrong with it.
    pub fault: Option<Fault>,
}

/// What all requests share.
pub(super) struct Shared {
    pub contract: Arc<Contract>,
    pub specification: Specification,
    /// The only bearer token that is accepted.
    pub token: Mutex<String>,
    pub requests: Mutex<VecDeque<RecordedRequest>>,
    /// How many of them are kept at most.
    pub kept_requests: usize,
    /// The statuses to answer next, by `operationId`.
    pub script: Mutex<HashMap<String, VecDeque<u16>>>,
    pub answered: AtomicU64,
    pub faults: Faults,
    pub traffic: Arc<Traffic>,
    /// Where the API is served.
    pub address: SocketAddr,
    /// What there is instead of the documented examples.
    pub farm: Option<Mutex<FarmState>>,
}

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(handle).with_state(shared)
}

async fn handle(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request,
) -> Response {
    let request = record(request).await;
    let _under_way = shared.traffic.enter();
    if let Some(farm) = &shared.farm {
        lock(farm).tick(&request.path);
    }

    let mut response = shared.respond(request, &connection).await;
    let count = shared.answered.fetch_add(1, Ordering::Relaxed);
    if let Ok(id) = HeaderValue::from_str(&format!("00000000-0000-4000-8000-{count:012x}")) {
        response.headers_mut().insert(REQUEST_ID, id);
    }

    response
}

/// What a request is for.
enum Target<'s> {
    /// An operation, with the values of its path.
    Operation(&'s Operation, BTreeMap<String, String>),
    /// A route that the document lacks.
    Undocumented(&'s Mutex<FarmState>, Handler),
    /// The neighbour of the API.
    Neighbour(&'s Mutex<FarmState>),
}

impl Target<'_> {
    fn operation(&self) -> Option<&Operation> {
        match self {
            Target::Operation(operation, _) => Some(operation),
            Target::Undocumented(..) | Target::Neighbour(..) => None,
        }
    }

    /// What faults are ordered by.
    fn name(&self, base: &str, request: &RecordedRequest) -> String {
        match self {
            Target::Operation(operation, _) => operation.id.clone(),
            Target::Undocumented(..) | Target::Neighbour(..) => {
                let path = request.path.strip_prefix(base).unwrap_or(&request.path);
                format!("{} {path}", request.method)
            }
        }
    }
}

impl Shared {
    /// Records a request, and forgets the oldest of too many.
    fn keep(&self, request: RecordedRequest) {
        let mut requests = lock(&self.requests);
        requests.push_back(request);
        let surplus = requests.len().saturating_sub(self.kept_requests);
        requests.drain(..surplus);
    }

    /// Answers a request, unless something is to go wrong.
    async fn respond(&self, mut request: RecordedRequest, connection: &Connection) -> Response {
        let allowed = self.allow(&request);
        let name =
            allowed.as_ref().ok().map(|target| target.name(&self.contract.base_path, &request));
        request.fault = name.and_then(|name| self.faults.next(&name));
        self.keep(request.clone());

        match (allowed, request.fault.clone()) {
            (Err(refusal), _) => refusal.into_response(),
            (Ok(target), None) => self.answer(&target, &request).into_response(),
            (Ok(target), Some(fault)) => {
                let right = || self.answer(&target, &request);
                fault.spoil(&self.contract, target.operation(), right, connection).await
            }
        }
    }

    /// What a request is for if it is allowed, else the refusal.
    fn allow(&self, request: &RecordedRequest) -> Result<Target<'_>, Answer> {
        let target = self.target(request)?;
        let operation = target.operation();
        if operation.is_none_or(|operation| operation.secured)
            && let Some(status) = self.refused_bearer(&request.headers)
        {
            return Err(self.refusal(operation, status, &[]));
        }

        if request.too_large {
            let details = [format!("the body is larger than {BODY_LIMIT} bytes")];
            return Err(self.refusal(operation, StatusCode::PAYLOAD_TOO_LARGE, &details));
        }

        if let Target::Operation(operation, path) = &target {
            let query = request.query.as_deref();
            let findings = check(operation, path, query, &request.headers, &request.body);
            if !findings.is_empty() {
                return Err(Answer::invalid(&self.contract, operation, &findings));
            }
        }

        Ok(target)
    }

    fn target(&self, request: &RecordedRequest) -> Result<Target<'_>, Answer> {
        if let Some(farm) = &self.farm {
            let route = request.path.strip_prefix(&self.contract.base_path);
            let handler =
                route.and_then(|route| undocumented::handler(request.method.as_str(), route));

            match handler {
                Some(handler) => return Ok(Target::Undocumented(farm, handler)),
                None if request.path.starts_with(upload_service::BASE) => {
                    return Ok(Target::Neighbour(farm));
                }
                None => {}
            }
        }

        let (operation, path) = self.route(request)?;
        Ok(Target::Operation(operation, path))
    }

    fn answer(&self, target: &Target<'_>, request: &RecordedRequest) -> Answer {
        let (operation, path) = match target {
            Target::Operation(operation, path) => (operation, path),
            Target::Undocumented(farm, handler) => {
                return lock(farm).undocumented(*handler, request, self.address);
            }
            Target::Neighbour(farm) => return lock(farm).neighbour(request),
        };
        let scripted = lock(&self.script).get_mut(&operation.id).and_then(VecDeque::pop_front);
        if let Some(status) = scripted {
            return Answer::documented(operation, status);
        }

        if operation.id == Specification::OPERATION {
            let query = request.query.as_deref();
            let answer = self.specification.answer(&self.contract, operation, query);
            return answer.unwrap_or_else(|refusal| refusal);
        }

        let farm = self.farm.as_ref();
        let lived = farm.and_then(|farm| lock(farm).answer(operation, path, request, self.address));

        lived.unwrap_or_else(|| {
            Answer::documented(operation, operation.success().unwrap_or_default())
        })
    }

    fn route(
        &self,
        request: &RecordedRequest,
    ) -> Result<(&Operation, BTreeMap<String, String>), Answer> {
        let refuse = |status, detail: &str| {
            let detail = format!("{} {}: {detail}", request.method, request.path);
            self.refusal(None, status, &[detail])
        };
        let unknown = || refuse(StatusCode::NOT_FOUND, "there is no such route");
        let rest = request.path.strip_prefix(&self.contract.base_path).ok_or_else(unknown)?;

        if !rest.is_empty() && !rest.starts_with('/') {
            return Err(unknown());
        }

        let path = split_path(rest).map_err(|bad| match bad {
            BadPath::Encoding => refuse(StatusCode::BAD_REQUEST, "not percent-encoded UTF-8"),
            BadPath::DotSegment => {
                refuse(StatusCode::NOT_FOUND, "a dot segment makes this another route")
            }
        })?;
        let mut matching = self.contract.paths.iter();
        let (methods, values) = matching
            .find_map(|(template, methods)| Some((methods, template.matches(&path)?)))
            .ok_or_else(unknown)?;
        let operation = methods.get(request.method.as_str()).ok_or_else(|| {
            Answer::method_not_allowed(&self.contract, methods.keys().map(String::as_str))
        })?;

        Ok((operation, values))
    }

    /// The status for a request without the bearer that is accepted.
    fn refused_bearer(&self, headers: &HeaderMap) -> Option<StatusCode> {
        let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer = given.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token)
        });

        let accepts = |token: &str| *lock(&self.token) == token;
        let expired = || self.farm.as_ref().is_some_and(|farm| lock(farm).token_has_expired());

        match bearer {
            Some(token) if accepts(token) && !expired() => None,
            Some(_) => Some(StatusCode::FORBIDDEN),
            None => Some(StatusCode::UNAUTHORIZED),
        }
    }

    fn refusal(
        &self,
        operation: Option<&Operation>,
        status: StatusCode,
        details: &[String],
    ) -> Answer {
        Answer::refusal(&self.contract, operation, status, details)
    }
}

async fn record(request: Request) -> RecordedRequest {
    let (mut parts, body) = request.into_parts();
    if let Some(bearer) = parts.headers.get_mut(AUTHORIZATION) {
        bearer.set_sensitive(true);
    }

    let (body, too_large) = read_body(body).await;
    RecordedRequest {
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

/// The body up to the limit, and whether there was more. A body that breaks off ends there: the
/// client is gone, and nobody reads the answer.
async fn read_body(mut body: Body) -> (Bytes, bool) {
    let mut kept = BytesMut::new();
    let mut seen = 0;
    while seen <= DRAIN_LIMIT {
        let next =
            std::future::poll_fn(|context| std::pin::Pin::new(&mut body).poll_frame(context));
        let Some(Ok(frame)) = next.await else { break };
        let Ok(data) = frame.into_data() else { continue };
        seen += data.len();

        let room = BODY_LIMIT.saturating_sub(kept.len());
        kept.extend_from_slice(&data[..data.len().min(room)]);
    }

    (kept.freeze(), seen > BODY_LIMIT)
}

/// A test that failed while it held the lock must not fail the others.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
