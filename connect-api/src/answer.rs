//! From the bytes of an answer to what the operation promises.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::call::Raw;
use crate::decode::decode;
use crate::envelope::{Answer, One, PageAnswer};
use crate::error::{Error, NoDataError};
use crate::page::Page;
use crate::response::Response;

/// The whole body, without an envelope.
pub(crate) fn whole<T: DeserializeOwned>(mut raw: Raw) -> Result<Response<T>, Error> {
    let body = decode(&mut raw)?;
    Ok(Response::new(raw.status, raw.headers, body))
}

/// One object in an envelope.
pub(crate) fn one<T: DeserializeOwned>(mut raw: Raw) -> Result<Response<T>, Error> {
    let data = opened::<Answer<One<T>>>(&mut raw)?.and_then(|answer| answer.data);
    with(raw, data.map(|One(item)| item))
}

/// A page of a list.
pub(crate) fn page<T: DeserializeOwned>(mut raw: Raw) -> Result<Response<Page<T>>, Error> {
    let answer = opened::<PageAnswer<T>>(&mut raw)?;
    with(raw, answer.and_then(|answer| answer.try_into().ok()))
}

/// A list in an envelope.
pub(crate) fn list<T: DeserializeOwned>(raw: Raw) -> Result<Response<Vec<T>>, Error> {
    page(raw).map(|response| response.map(|page| page.items))
}

/// Whatever an envelope holds.
pub(crate) fn data<T: DeserializeOwned>(mut raw: Raw) -> Result<Response<T>, Error> {
    let data = opened::<Answer<T>>(&mut raw)?.and_then(|answer| answer.data);
    with(raw, data)
}

/// The body as it came.
pub(crate) fn bytes(raw: Raw) -> Result<Response<Bytes>, Error> {
    Ok(Response::new(raw.status, raw.headers, raw.body))
}

/// No body, or one that does not matter.
pub(crate) fn nothing(raw: Raw) -> Result<Response<()>, Error> {
    Ok(Response::new(raw.status, raw.headers, ()))
}

/// The envelope of an answer; none around an empty body.
fn opened<T: DeserializeOwned>(raw: &mut Raw) -> Result<Option<T>, Error> {
    if raw.body.trim_ascii().is_empty() {
        return Ok(None);
    }
    decode(raw).map(Some)
}

/// The response with its body, or the error that there is none.
fn with<T>(raw: Raw, data: Option<T>) -> Result<Response<T>, Error> {
    match data {
        Some(data) => Ok(Response::new(raw.status, raw.headers, data)),
        None => {
            let error = Error::NoData(NoDataError::new(&raw.operation, raw.status));
            error.record(&raw.span);
            Err(error)
        }
    }
}
