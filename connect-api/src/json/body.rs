//! From the bytes of an answer to what the operation promises.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::error::{ApiError, DecodeError, Error, NoDataError};
use crate::http::raw_response::RawResponse;
use crate::http::response::Response;
use crate::json::envelope::{Answer, Any, Content, One};
use crate::json::path::parse_value;
use crate::paging::page::Page;

/// The whole body, without an envelope.
pub(crate) fn whole<T: DeserializeOwned>(raw: RawResponse) -> Result<Response<T>, Error> {
    if is_empty(&raw) {
        return Err(failure(raw, None));
    }
    match serde_json::from_slice(&raw.body) {
        Ok(body) => Ok(Response::new(raw.status, raw.headers, body)),
        Err(error) => Err(failure(raw, Some(error))),
    }
}

/// One object in an envelope.
#[inline]
pub(crate) fn one<T: DeserializeOwned>(raw: RawResponse) -> Result<Response<T>, Error> {
    opened(raw, |answer: &mut Answer<One<T>>| answer.data.take())
}

/// A page of a list.
pub(crate) fn page<T: DeserializeOwned>(raw: RawResponse) -> Result<Response<Page<T>>, Error> {
    opened(raw, Page::of)
}

/// A list in an envelope.
pub(crate) fn list<T: DeserializeOwned>(raw: RawResponse) -> Result<Response<Vec<T>>, Error> {
    page(raw).map(|response| response.map(|page| page.items))
}

/// Whatever an envelope holds.
pub(crate) fn data<T: DeserializeOwned>(raw: RawResponse) -> Result<Response<T>, Error> {
    opened(raw, |answer: &mut Answer<Any<T>>| answer.data.take())
}

/// The body as it came.
pub(crate) fn bytes(raw: RawResponse) -> Result<Response<Bytes>, Error> {
    Ok(Response::new(raw.status, raw.headers, raw.body))
}

/// No body, or one that does not matter.
pub(crate) fn nothing(raw: RawResponse) -> Result<Response<()>, Error> {
    Ok(Response::new(raw.status, raw.headers, ()))
}

/// What the envelope of an answer holds.
#[inline]
fn opened<C: Content, T>(
    raw: RawResponse,
    open: impl FnOnce(&mut Answer<C>) -> Option<T>,
) -> Result<Response<T>, Error> {
    if is_empty(&raw) {
        return Err(failure(raw, None));
    }

    let mut answer = Answer::empty();
    let mut json = serde_json::Deserializer::from_slice(&raw.body);
    let read = answer.read(&mut json).and_then(|()| json.end());

    if let Err(error) = read {
        return Err(failure(raw, Some(error)));
    }
    match open(&mut answer) {
        Some(body) => Ok(Response::new(raw.status, raw.headers, body)),
        None => Err(failure(raw, None)),
    }
}

/// Whether the body says nothing, in one of the ways that answers do.
fn is_empty(raw: &RawResponse) -> bool {
    matches!(raw.body.trim_ascii(), b"" | b"null" | b"\"\"")
}

/// Why an answer does not hold what it should: it lists errors in spite of its status, has no data,
/// or cannot be decoded.
fn failure(raw: RawResponse, error: Option<serde_json::Error>) -> Error {
    let span = raw.span.clone();
    let error = match (ApiError::from_success(&raw), error) {
        (Some(error), _) => Error::Api(Box::new(error)),
        (None, Some(error)) if !is_empty_outcome(&raw) => {
            Error::Decode(Box::new(DecodeError::new(raw, error)))
        }
        (None, _) => Error::NoData(NoDataError::new(&raw.operation, raw.status)),
    };

    error.record(&span);
    error
}

/// Whether an operation that does something anew is answered with an object without members: it has
/// been taken in, and there is nothing to tell yet.
fn is_empty_outcome(raw: &RawResponse) -> bool {
    let data = || parse_value(&raw.body)?.get("data")?.as_object().map(serde_json::Map::is_empty);
    !raw.operation.repeatable && data() == Some(true)
}
