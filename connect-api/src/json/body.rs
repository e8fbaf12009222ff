//! Decodes the body of a successful response to the type that the operation returns.
//!
//! The macro `impl_send!` selects the function for each generated request.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::error::{ApiError, DecodeError, Error, NoDataError};
use crate::http::raw_response::RawResponse;
use crate::http::response::Response;
use crate::json::envelope::{AnyData, Content, Envelope, One};
use crate::json::path::parse_value;
use crate::paging::page::Page;

/// Decodes a body without an envelope.
pub(crate) fn decode_bare<T: DeserializeOwned>(raw: RawResponse) -> Result<Response<T>, Error> {
    if is_empty(&raw) {
        return Err(decode_error(raw, None));
    }

    match serde_json::from_slice(&raw.body) {
        Ok(body) => Ok(Response::new(raw.status, raw.headers, body)),
        Err(error) => Err(decode_error(raw, Some(error))),
    }
}

/// Decodes one object in an envelope.
#[inline]
pub(crate) fn decode_one<T: DeserializeOwned>(raw: RawResponse) -> Result<Response<T>, Error> {
    decode_envelope(raw, |envelope: &mut Envelope<One<T>>| envelope.data.take())
}

/// Decodes a page of a list.
pub(crate) fn decode_page<T: DeserializeOwned>(
    raw: RawResponse,
) -> Result<Response<Page<T>>, Error> {
    decode_envelope(raw, Page::from_envelope)
}

/// Decodes a list in an envelope.
pub(crate) fn decode_list<T: DeserializeOwned>(
    raw: RawResponse,
) -> Result<Response<Vec<T>>, Error> {
    decode_page(raw).map(|response| response.map(|page| page.items))
}

/// Decodes any JSON in an envelope.
pub(crate) fn decode_data<T: DeserializeOwned>(raw: RawResponse) -> Result<Response<T>, Error> {
    decode_envelope(raw, |envelope: &mut Envelope<AnyData<T>>| envelope.data.take())
}

/// Returns the body as it was received.
pub(crate) fn read_bytes(raw: RawResponse) -> Result<Response<Bytes>, Error> {
    Ok(Response::new(raw.status, raw.headers, raw.body))
}

/// Ignores the body.
pub(crate) fn ignore_body(raw: RawResponse) -> Result<Response<()>, Error> {
    Ok(Response::new(raw.status, raw.headers, ()))
}

/// Decodes an envelope, and takes its content with a function.
#[inline]
fn decode_envelope<C: Content, T>(
    raw: RawResponse,
    take_content: impl FnOnce(&mut Envelope<C>) -> Option<T>,
) -> Result<Response<T>, Error> {
    if is_empty(&raw) {
        return Err(decode_error(raw, None));
    }

    let mut envelope = Envelope::empty();
    let mut json = serde_json::Deserializer::from_slice(&raw.body);
    if let Err(error) = envelope.read(&mut json).and_then(|()| json.end()) {
        return Err(decode_error(raw, Some(error)));
    }

    match take_content(&mut envelope) {
        Some(body) => Ok(Response::new(raw.status, raw.headers, body)),
        None => Err(decode_error(raw, None)),
    }
}

/// Whether the body is empty, or is JSON that means the same.
fn is_empty(raw: &RawResponse) -> bool {
    matches!(raw.body.trim_ascii(), b"" | b"null" | b"\"\"")
}

/// Returns the error for a successful response that cannot be decoded: it lists errors in spite of its
/// status, has no data, or is not the documented JSON.
fn decode_error(raw: RawResponse, error: Option<serde_json::Error>) -> Error {
    let span = raw.span.clone();
    let error = match (ApiError::from_success(&raw), error) {
        (Some(error), _) => Error::Api(Box::new(error)),
        (None, Some(error)) if !is_accepted_without_data(&raw) => {
            Error::Decode(Box::new(DecodeError::new(raw, error)))
        }
        (None, _) => Error::NoData(NoDataError::new(&raw.operation, raw.status)),
    };

    error.record(&span);
    error
}

/// Whether the response to an operation that is not idempotent has an empty object as its data. The
/// service responds so to a request that it has accepted but not carried out yet.
fn is_accepted_without_data(raw: &RawResponse) -> bool {
    let has_empty_data = || Some(parse_value(&raw.body)?.get("data")?.as_object()?.is_empty());
    !raw.operation.is_idempotent && has_empty_data() == Some(true)
}
