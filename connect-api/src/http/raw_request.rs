//! Requests to routes that the API document does not describe.

use std::borrow::Cow;
use std::fmt::{self, Display};

use bytes::Bytes;
use reqwest::{Method, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::Client;
use crate::error::{ConfigurationError, Error};
use crate::http::call::{Call, Decode};
use crate::http::operation::Operation;
use crate::http::options::CallOptions;
use crate::http::params::path_segment;
use crate::http::request_builder::finish;
use crate::http::response::Response;
use crate::json::body;

impl Client {
    /// Creates a request to a route that the API document does not describe. It uses the same token,
    /// retries, timeouts and errors as any other call.
    ///
    /// `path` is relative to the base URL and begins with a slash. A segment can be a `{name}`, whose
    /// value is set with [`segment`](RawRequest::segment). Errors and spans show the path with the
    /// names instead of the values.
    ///
    /// `GET`, `HEAD`, `OPTIONS`, `TRACE` and `DELETE` requests are retried as [`RetryPolicy`] defines.
    /// Other requests count as not [idempotent](RawRequest::idempotent), because this API also uses
    /// `PUT` to create objects.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), connect_api::Error> {
    /// use connect_api::Method;
    /// use serde_json::{Value, json};
    ///
    /// let client = connect_api::Client::new("an API token");
    /// let usage: Value = client.request(Method::GET, "/usage").query("limit", 20).send().await?;
    /// let shared = client
    ///     .request(Method::POST, "/clusters/share_all")
    ///     .json(&json!({"data": {"organization_shared": true}}))
    ///     .send_for_bytes()
    ///     .await?;
    /// println!("{usage}, {}", shared.status());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [`RetryPolicy`]: crate::RetryPolicy
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawRequest {
        RawRequest {
            client: self.clone(),
            options: CallOptions::new(),
            is_idempotent: method.is_safe() || method == Method::DELETE,
            method,
            path: path.into(),
            segments: Vec::new(),
            query: Vec::new(),
            body: None,
        }
    }
}

/// A request to a route that the API document does not describe: see [`Client::request`].
///
/// ```no_run
/// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
/// use connect_api::{CallOptions, Method, RetryPolicy};
/// use serde_json::{Value, json};
///
/// let settings = client
///     .request(Method::PUT, "/clusters/{cluster_id}/settings")
///     .segment("cluster_id", "a cluster's id")
///     .query("dry_run", true)
///     .json(&json!({"data": {"name": "any"}}))
///     .idempotent(true)
///     .with(CallOptions::new().retry(RetryPolicy::never()));
/// // The `data` of the response.
/// let data: Value = settings.clone().send().await?;
/// // The `data` with status and headers.
/// let response = settings.clone().send_for_response::<Value>().await?;
/// // The body as bytes.
/// let bytes = settings.send_for_bytes().await?.into_body();
/// # Ok(())
/// # }
/// ```
///
/// `Debug` prints the names of segments and query parameters, but neither their values nor the body,
/// which can be secrets.
#[derive(Clone)]
#[must_use = "a request does nothing until it is sent"]
pub struct RawRequest {
    client: Client,
    options: CallOptions,
    method: Method,
    is_idempotent: bool,
    path: String,
    segments: Vec<(String, String)>,
    query: Vec<(String, String)>,
    body: Option<Result<Value, ConfigurationError>>,
}

impl RawRequest {
    /// Sets the value of a `{name}` in the path. The value is percent-encoded, so it stays one
    /// segment.
    ///
    /// ```no_run
    /// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
    /// let usage = client.request(connect_api::Method::GET, "/clusters/{cluster_id}/usage");
    /// let usage: serde_json::Value = usage.segment("cluster_id", "a cluster's id").send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn segment(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.segments.push((name.into(), value.into()));
        self
    }

    /// Adds a parameter to the query. A name can occur more than once.
    pub fn query(mut self, name: impl Into<String>, value: impl Display) -> Self {
        self.query.push((name.into(), value.to_string()));
        self
    }

    /// Sets the complete body as JSON. This API expects an envelope: `{"data": …}`.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        let body = serde_json::to_value(body).map_err(|error| {
            ConfigurationError::new(format!("cannot serialize the body as JSON: {error}"))
        });
        self.body = Some(body);
        self
    }

    /// Sets whether sending the request twice has the same effect as sending it once, so it can be
    /// retried after any transient error.
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.is_idempotent = idempotent;
        self
    }

    /// Sets options of this call, instead of the client's options.
    pub fn with(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Sends the request and returns the `data` of the response.
    ///
    /// # Errors
    ///
    /// The errors of any call, [`Error::NoData`] if the response has no `data`, and
    /// [`Error::Configuration`] if the path or the body is invalid.
    #[inline]
    pub fn send<T: DeserializeOwned>(self) -> Call<T> {
        self.call(|raw| body::decode_data(raw).map(Response::into_body))
    }

    /// Sends the request like [`send`](Self::send), and returns status and headers, too.
    #[inline]
    pub fn send_for_response<T: DeserializeOwned>(self) -> Call<Response<T>> {
        self.call(body::decode_data)
    }

    /// Sends the request and returns the body as bytes. The body need not be JSON.
    #[inline]
    pub fn send_for_bytes(self) -> Call<Response<Bytes>> {
        self.call(body::read_bytes)
    }

    fn call<T>(self, decode: Decode<T>) -> Call<T> {
        let request = self.build();
        let operation = Operation {
            id: "request",
            method: Cow::Owned(self.method.to_string()),
            path: Cow::Owned(self.path),
            is_idempotent: self.is_idempotent,
            is_polled: false,
        };

        Call::new(self.client, operation, self.options, request, decode)
    }

    fn build(&self) -> Result<Request, Error> {
        let endpoint = self.client.endpoint()?;
        let url = format!("{}{}", endpoint.base_url, build_path(&self.path, &self.segments)?);
        let request = endpoint.http.request(self.method.clone(), url).query(&self.query);

        let request = match self.body.clone().transpose().map_err(Error::Configuration)? {
            Some(body) => request.json(&body),
            None => request,
        };

        finish(request)
    }
}

impl fmt::Debug for RawRequest {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |pairs: &[(String, String)]| -> Vec<String> {
            pairs.iter().map(|(name, _)| name.clone()).collect()
        };
        f.debug_struct("RawRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("segments", &names(&self.segments))
            .field("query", &names(&self.query))
            .finish_non_exhaustive()
    }
}

/// Fills the values into the path.
///
/// The result contains only plain segments and percent-encoded values. So no URL parser, in this
/// program or on the server, can read it as another path.
fn build_path(path: &str, values: &[(String, String)]) -> Result<String, Error> {
    let error = |message: String| {
        Error::Configuration(ConfigurationError::new(format!("the path {path:?} {message}")))
    };

    let relative = path
        .strip_prefix('/')
        .ok_or_else(|| error("must begin with a slash: it is relative to the base URL".into()))?;
    let mut result = String::new();
    let mut used_values = 0;

    for segment in relative.split('/') {
        result.push('/');

        if let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            let (_, value) =
                values.iter().find(|(value_name, _)| value_name == name).ok_or_else(|| {
                    error(format!("has no value for {segment}: set it with `segment`"))
                })?;
            result.push_str(&path_segment(name, value)?);
            used_values += 1;
        } else if is_plain_segment(segment) || relative.is_empty() {
            result.push_str(segment);
        } else {
            return Err(error(format!(
                "has the invalid segment {segment:?}: set values with `segment`, and query \
                 parameters with `query`"
            )));
        }
    }

    match used_values == values.len() {
        true => Ok(result),
        false => Err(error("must contain each name that is set with `segment` once".into())),
    }
}

/// Whether a segment of a path needs no encoding.
fn is_plain_segment(segment: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@".contains(c);
    !matches!(segment, "" | "." | "..") && segment.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    #[test]
    fn build_path_encodes_values_as_segments() {
        assert_eq!(build_path("/", &[]).unwrap(), "/");
        assert_eq!(build_path("/usage", &[]).unwrap(), "/usage");

        let values = values(&[("b", "../x?y#z"), ("a", "=")]);
        assert_eq!(build_path("/c/{a}/{b}/d", &values).unwrap(), "/c/%3D/..%2Fx%3Fy%23z/d");
    }

    #[test]
    fn build_path_rejects_paths_that_could_leave_the_base_url() {
        for path in [
            "",
            "usage",
            "//evil.example/",
            "/..",
            "/a/../../b",
            "/a/%2e%2e/b",
            "/a/..%2fb",
            "/a\\..\\b",
            "/@evil/..",
            "/a?b",
            "/a#b",
            "/a/",
            "/a b",
            "/ä",
            "/a\n",
            "/{a}b",
            "/{a",
            "https://evil.example",
        ] {
            let error = build_path(path, &[]).unwrap_err();
            assert!(matches!(error, Error::Configuration(_)), "{path:?}: {error:?}");
        }

        for value in ["", ".", ".."] {
            assert!(build_path("/{a}", &values(&[("a", value)])).is_err(), "{value:?}");
        }
    }

    #[test]
    fn build_path_requires_one_value_for_each_name() {
        assert!(build_path("/{a}", &[]).is_err());
        assert!(build_path("/a", &values(&[("a", "1")])).is_err());
        assert!(build_path("/{a}", &values(&[("a", "1"), ("a", "2")])).is_err());
    }

    #[test]
    fn only_safe_methods_and_delete_are_idempotent_by_default() {
        let client = Client::new("any");
        for (method, is_idempotent) in [
            (Method::GET, true),
            (Method::HEAD, true),
            (Method::DELETE, true),
            (Method::POST, false),
            (Method::PUT, false),
            (Method::PATCH, false),
        ] {
            assert_eq!(
                client.request(method.clone(), "/a").is_idempotent,
                is_idempotent,
                "{method}"
            );
        }
    }
}
