//! What an operation is asked, and what it says: the edge between HTTP and the state of the farm.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::super::contract::Operation;
use super::super::server::RecordedRequest;
use super::ids::Ids;
use super::operation::{HANDLERS, Handler};
use crate::examples::{Answer, INVALID};
use crate::farm::state::FarmState;
use crate::request_check::read_query;

/// A request that the document allows.
#[derive(Debug)]
pub struct Call<'r> {
    /// The values of the path's parameters.
    pub path: &'r BTreeMap<String, String>,
    /// The values of each name of the query.
    pub query: BTreeMap<String, Vec<String>>,
    /// What the body holds in its envelope; null without a body.
    pub data: Value,
    /// The URL of the request, without its query.
    pub url: String,
}

/// What a request gets.
#[derive(Debug)]
pub enum Reply {
    /// This, in an envelope.
    Data(Value),
    /// A whole body: a page in its envelope.
    Page(Value),
    /// A success without a body.
    Nothing,
}

/// Why a request gets an error.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    error_type: &'static str,
    detail: String,
}

impl Call<'_> {
    /// A parameter of the path.
    pub fn path(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// A value of the query, unless it is empty.
    pub fn one(&self, name: &str) -> Option<&str> {
        self.all(name).first().map(String::as_str).filter(|value| !value.is_empty())
    }

    /// All values of a name of the query.
    pub fn all(&self, name: &str) -> &[String] {
        self.query.get(name).map_or(&[], Vec::as_slice)
    }

    /// A whole number of the query.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.one(name)?.parse().ok()
    }

    /// Whether a list of the query holds this value, or is not there.
    pub fn allows(&self, name: &str, value: &str) -> bool {
        let list = self.all(name);
        list.is_empty() || list.iter().any(|listed| listed == value)
    }
}

impl Refusal {
    /// There is no such thing.
    pub fn not_found(what: &str) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            code: "recordNotFound",
            title: "The given record does not exist.",
            error_type: "ValidationError",
            detail: format!("there is no such {what}"),
        }
    }

    /// It is there already.
    pub fn duplicate(what: &str) -> Self {
        Self {
            status: StatusCode::CONFLICT,
            code: "recordDuplicated",
            title: "The given record already exists.",
            error_type: "ValidationError",
            detail: format!("the {what} is there already"),
        }
    }

    /// The request says what cannot be.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code: "requiredField",
            title: INVALID,
            error_type: "ModelValidationError",
            detail: detail.into(),
        }
    }

    /// The printer is not to be reached.
    pub fn inactive() -> Self {
        Self {
            status: StatusCode::CONFLICT,
            code: "printerInactive",
            title: "Printer is not active",
            error_type: "PrinterError",
            detail: "the printer is offline".to_owned(),
        }
    }

    /// The printer takes no job now.
    pub fn not_accepting() -> Self {
        Self {
            status: StatusCode::CONFLICT,
            code: "printerNotAcceptingJobs",
            title: "Printer is not accepting jobs",
            error_type: "PrinterError",
            detail: "the printer is busy and has no queue".to_owned(),
        }
    }

    /// It is a teapot.
    pub fn teapot() -> Self {
        Self {
            status: StatusCode::IM_A_TEAPOT,
            code: "iAmATeapot",
            title: "I am a teapot.",
            error_type: "TeapotError",
            detail: "no coffee comes out of a teapot".to_owned(),
        }
    }

    /// The answer for who holds it against no document.
    pub fn answer(&self, ids: &mut Ids) -> Answer {
        Answer::json(self.status, self.body(ids).to_string())
    }

    fn body(&self, ids: &mut Ids) -> Value {
        json!({"errors": [{
            "id": ids.uuid(),
            "code": self.code,
            "http_status": self.status.as_str(),
            "title": self.title,
            "detail": self.detail,
            "meta": {"error_type": self.error_type},
        }]})
    }
}

impl FarmState {
    /// What the farm says to a request that the document allows; nothing if the operation has
    /// nothing to do with it. `address` is where the API is served.
    pub fn answer(
        &mut self,
        operation: &Operation,
        path: &BTreeMap<String, String>,
        request: &RecordedRequest,
        address: SocketAddr,
    ) -> Option<Answer> {
        let (_, handler) = HANDLERS.iter().find(|(id, _)| *id == operation.id)?;
        let reply = self.reply(*handler, path, request, address);
        Some(answer(operation, reply, &mut self.ids))
    }

    /// What the farm says to a request to a route that the document lacks.
    pub fn undocumented(
        &mut self,
        handler: Handler,
        request: &RecordedRequest,
        address: SocketAddr,
    ) -> Answer {
        match self.reply(handler, &BTreeMap::new(), request, address) {
            Ok(Reply::Data(data)) => {
                Answer::json(StatusCode::OK, object([("data", data)]).to_string())
            }
            Ok(_) => Answer { status: StatusCode::NO_CONTENT, headers: Vec::new(), body: None },
            Err(refusal) => refusal.answer(&mut self.ids),
        }
    }

    fn reply(
        &mut self,
        handler: Handler,
        path: &BTreeMap<String, String>,
        request: &RecordedRequest,
        address: SocketAddr,
    ) -> Result<Reply, Refusal> {
        self.catch_up();
        let query = read_query(request.query.as_deref().unwrap_or_default(), &mut Vec::new());
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let url = format!("http://{address}{}", request.path);
        handler(self, &Call { path, query, data: body["data"].clone(), url })
    }
}

/// The answer on the wire. Each one is held against the document, and one that breaks it is not
/// sent: who writes a client against this server may rely on that.
fn answer(operation: &Operation, reply: Result<Reply, Refusal>, ids: &mut Ids) -> Answer {
    let success = StatusCode::from_u16(operation.success().unwrap_or(200)).unwrap_or_default();
    let (status, body) = match reply {
        Ok(Reply::Data(data)) => (success, Some(object([("data", without_nulls(data))]))),
        Ok(Reply::Page(page)) => (success, Some(without_nulls(page))),
        Ok(Reply::Nothing) => (success, None),
        Err(refusal) => (refusal.status, Some(refusal.body(ids))),
    };

    let findings = operation.check_response(status.as_u16(), body.as_ref());
    match (findings.is_empty(), body) {
        (true, Some(body)) => Answer::json(status, body.to_string()),
        (true, None) => Answer { status, headers: Vec::new(), body: None },
        (false, _) => Answer::broken(Some(operation), &findings),
    }
}

/// An object of these members. Unlike `json!`, it does not copy them.
pub fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>().into()
}

/// The service leaves out what has no value.
pub fn without_nulls(mut value: Value) -> Value {
    fn clear(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.retain(|_, value| !value.is_null());
                members.values_mut().for_each(clear);
            }
            Value::Array(items) => items.iter_mut().for_each(clear),
            _ => {}
        }
    }

    clear(&mut value);
    value
}
