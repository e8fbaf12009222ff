//! One call: from a built request to a decoded answer or an error.

use std::fmt;

use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Request, StatusCode};
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;

use crate::client::{Client, authorization};
use crate::decode::decode;
use crate::envelope::{Answer, One, PageAnswer};
use crate::error::{ApiError, Error, NoDataError, TransportError};
use crate::page::Page;
use crate::response::Response;

/// What is known of an operation before it is called.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
}

/// A successful answer whose body is still bytes.
pub(crate) struct Raw {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Operation {
    pub(crate) const fn new(id: &'static str, method: &'static str, path: &'static str) -> Self {
        Self { id, method, path }
    }
}

impl Raw {
    /// The response with its body, or the error that there is none.
    fn with<T>(self, operation: &'static Operation, data: Option<T>) -> Result<Response<T>, Error> {
        match data {
            Some(data) => Ok(Response::new(self.status, self.headers, data)),
            None => Err(Error::NoData(NoDataError::new(operation, self.status))),
        }
    }
}

/// The envelope of an answer; none around an empty body.
fn opened<T: DeserializeOwned>(
    operation: &'static Operation,
    raw: &Raw,
) -> Result<Option<T>, Error> {
    if raw.body.trim_ascii().is_empty() {
        return Ok(None);
    }
    decode(operation, raw).map(Some)
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {})", self.id, self.method, self.path)
    }
}

impl Client {
    /// Sends a request, and decodes the whole body.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        request: Result<Request, Error>,
    ) -> Result<Response<T>, Error> {
        let raw = self.execute(operation, request).await?;
        let body = decode(operation, &raw)?;
        Ok(Response::new(raw.status, raw.headers, body))
    }

    /// Sends a request that is answered with one object in an envelope.
    pub(crate) async fn call_for_one<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        request: Result<Request, Error>,
    ) -> Result<Response<T>, Error> {
        let raw = self.execute(operation, request).await?;
        let data = opened::<Answer<One<T>>>(operation, &raw)?.and_then(|answer| answer.data);
        raw.with(operation, data.map(|One(item)| item))
    }

    /// Sends a request that is answered with a list in an envelope.
    pub(crate) async fn call_for_list<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        request: Result<Request, Error>,
    ) -> Result<Response<Vec<T>>, Error> {
        self.call_for_page(operation, request).await.map(|page| page.map(|page| page.items))
    }

    /// Sends a request that is answered with a page of a list.
    pub(crate) async fn call_for_page<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        request: Result<Request, Error>,
    ) -> Result<Response<Page<T>>, Error> {
        let raw = self.execute(operation, request).await?;
        let answer = opened::<PageAnswer<T>>(operation, &raw)?;
        raw.with(operation, answer.and_then(|answer| answer.try_into().ok()))
    }

    /// Sends a request whose answer has no body.
    pub(crate) async fn call_for_nothing(
        &self,
        operation: &'static Operation,
        request: Result<Request, Error>,
    ) -> Result<Response<()>, Error> {
        let raw = self.execute(operation, request).await?;
        Ok(Response::new(raw.status, raw.headers, ()))
    }

    /// Sends a request, and reads the answer; anything but a success is an error. Not generic, so
    /// that it is compiled once.
    async fn execute(
        &self,
        operation: &'static Operation,
        request: Result<Request, Error>,
    ) -> Result<Raw, Error> {
        let mut request = request?;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(value) = self.token().and_then(authorization) {
            headers.insert(AUTHORIZATION, value);
        }
        let lost = |error| Error::Transport(TransportError::new(operation, error));
        let response = self.wire()?.client.execute(request).await.map_err(lost)?;
        let status = response.status();
        let headers = response.headers().clone();
        let body = response.bytes().await.map_err(lost)?;
        if status.is_success() {
            return Ok(Raw { status, headers, body });
        }
        let token = self.token().map(|token| token.expose_secret());
        Err(Error::Api(Box::new(ApiError::read(operation, status, headers, &body, token))))
    }
}
