//! One call: from a built request to a decoded answer or an error.

use std::fmt;

use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Request, StatusCode};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::client::{Client, authorization};
use crate::decode::decode;
use crate::error::{ApiError, Error, NoDataError, TransportError};
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

/// The envelope of an answer. Its `data` can be missing where the document promises it: a print
/// that awaits approval is answered so.
#[derive(Deserialize)]
struct Answer<T> {
    #[serde(default = "none")]
    data: Option<T>,
}

fn none<T>() -> Option<T> {
    None
}

impl Operation {
    pub(crate) const fn new(id: &'static str, method: &'static str, path: &'static str) -> Self {
        Self { id, method, path }
    }
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
        let body = decode(operation, &raw, self.exposed_token())?;
        Ok(Response::new(raw.status, raw.headers, body))
    }

    /// Sends a request, and opens the envelope of the answer.
    pub(crate) async fn call_for_data<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        request: Result<Request, Error>,
    ) -> Result<Response<T>, Error> {
        let raw = self.execute(operation, request).await?;
        let empty = raw.body.trim_ascii().is_empty();
        let answer = match empty {
            true => Answer { data: None },
            false => decode::<Answer<T>>(operation, &raw, self.exposed_token())?,
        };
        match answer.data {
            Some(data) => Ok(Response::new(raw.status, raw.headers, data)),
            None => Err(Error::NoData(NoDataError::new(operation, raw.status))),
        }
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
        let token = self.exposed_token();
        Err(Error::Api(Box::new(ApiError::read(operation, status, headers, &body, token))))
    }

    /// What no error may show, should an answer repeat it.
    fn exposed_token(&self) -> Option<&str> {
        self.token().map(|token| token.expose_secret())
    }
}
