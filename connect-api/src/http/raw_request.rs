//! Requests of routes that the API's document lacks.

use std::borrow::Cow;
use std::fmt::{self, Display};

use bytes::Bytes;
use reqwest::{Method, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::Client;
use crate::error::{ConfigurationError, Error};
use crate::http::call::{Call, Open, Operation};
use crate::http::options::CallOptions;
use crate::http::params::path_segment;
use crate::http::request_builder::finish;
use crate::http::response::Response;
use crate::json::body;

impl Client {
    /// A request of a route that the API's document lacks, with the same token, retries, time
    /// limits and errors as any other call.
    ///
    /// `path` is below the base URL and begins with a slash. It can hold `{names}`, each a whole
    /// segment, whose values [`segment`](RawRequest::segment) gives; errors and spans show the
    /// path as it is written here.
    ///
    /// Requests that only read and deletions are tried again as [`RetryPolicy`] says; any other
    /// is taken for one that does something anew each time, since this API creates with `PUT`, too.
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
            repeatable: method.is_safe() || method == Method::DELETE,
            method,
            path: path.into(),
            segments: Vec::new(),
            query: Vec::new(),
            body: None,
        }
    }
}

/// A request of a route that the API's document lacks: see [`Client::request`].
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
///     .repeatable(true)
///     .with(CallOptions::new().retry(RetryPolicy::never()));
/// // The data of the answer; the same with status and headers; or all of it as it came.
/// let data: Value = settings.clone().send().await?;
/// let answer = settings.clone().send_for_response::<Value>().await?;
/// let bytes = settings.send_for_bytes().await?.into_body();
/// # Ok(())
/// # }
/// ```
///
/// `Debug` shows the names of segments and of the query only, and no body: any value can be a secret.
#[derive(Clone)]
#[must_use = "a request does nothing until it is sent"]
pub struct RawRequest {
    client: Client,
    options: CallOptions,
    method: Method,
    repeatable: bool,
    path: String,
    segments: Vec<(String, String)>,
    query: Vec<(String, String)>,
    body: Option<Result<Value, ConfigurationError>>,
}

impl RawRequest {
    /// The value of a `{name}` in the path. It stays one segment, whatever it holds.
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

    /// Adds a pair to the query; a name can come more than once.
    pub fn query(mut self, name: impl Into<String>, value: impl Display) -> Self {
        self.query.push((name.into(), value.to_string()));
        self
    }

    /// The body, whole: this API wants it as `{"data": …}`.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        let fault = |error| ConfigurationError::new(format!("the body cannot be JSON: {error}"));
        self.body = Some(serde_json::to_value(body).map_err(fault));
        self
    }

    /// Whether sending it twice does no more than sending it once, so that it can be tried again
    /// after any failure that may pass.
    pub fn repeatable(mut self, repeatable: bool) -> Self {
        self.repeatable = repeatable;
        self
    }

    /// Has this call differ from the client's settings.
    pub fn with(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Sends the request, and gives the `data` of the answer.
    ///
    /// # Errors
    ///
    /// As any call; [`Error::NoData`] if the answer has no `data`, and [`Error::Configuration`] if
    /// the path or the body cannot be sent.
    #[inline]
    pub fn send<T: DeserializeOwned>(self) -> Call<T> {
        self.call(|raw| body::data(raw).map(Response::into_body))
    }

    /// As [`send`](Self::send), with status and headers.
    #[inline]
    pub fn send_for_response<T: DeserializeOwned>(self) -> Call<Response<T>> {
        self.call(body::data)
    }

    /// Sends the request, and gives the answer as it came, be it JSON or not.
    #[inline]
    pub fn send_for_bytes(self) -> Call<Response<Bytes>> {
        self.call(body::bytes)
    }

    fn call<T>(self, open: Open<T>) -> Call<T> {
        let request = self.build();
        let operation = Operation {
            id: "request",
            method: Cow::Owned(self.method.to_string()),
            path: Cow::Owned(self.path),
            repeatable: self.repeatable,
            polled: false,
        };

        Call::new(self.client, operation, self.options, request, open)
    }

    fn build(&self) -> Result<Request, Error> {
        let endpoint = self.client.endpoint()?;
        let url = format!("{}{}", endpoint.base_url, route(&self.path, &self.segments)?);
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

/// The path with its values. Nothing but plain text and encoded values gets in, so that no parser
/// of URLs, here or there, sees another path than the one that is written.
fn route(path: &str, values: &[(String, String)]) -> Result<String, Error> {
    let fault = |what: String| {
        Error::Configuration(ConfigurationError::new(format!("the path {path:?} {what}")))
    };
    let rest = path
        .strip_prefix('/')
        .ok_or_else(|| fault("does not begin with a slash: it is below the base URL".into()))?;
    let mut route = String::new();
    let mut used = 0;

    for part in rest.split('/') {
        route.push('/');
        if let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            let (_, value) = values
                .iter()
                .find(|(given, _)| given == name)
                .ok_or_else(|| fault(format!("has no value for {part}: give it with `segment`")))?;
            route.push_str(&path_segment(name, value)?);
            used += 1;
        } else if is_plain(part) || rest.is_empty() {
            route.push_str(part);
        } else {
            let what = "cannot hold {}: a value goes through `segment`, a query through `query`";
            return Err(fault(what.replace("{}", &format!("{part:?}"))));
        }
    }

    match used == values.len() {
        true => Ok(route),
        false => Err(fault("does not hold each name that has a value, once".into())),
    }
}

/// Whether a text is a segment of a path as it stands.
fn is_plain(segment: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@".contains(c);
    !matches!(segment, "" | "." | "..") && segment.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    #[test]
    fn values_are_filled_in_and_stay_segments() {
        assert_eq!(route("/", &[]).unwrap(), "/");
        assert_eq!(route("/usage", &[]).unwrap(), "/usage");
        let given = values(&[("b", "../x?y#z"), ("a", "=")]);
        assert_eq!(route("/c/{a}/{b}/d", &given).unwrap(), "/c/%3D/..%2Fx%3Fy%23z/d");
    }

    #[test]
    fn no_path_leaves_the_base_url() {
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
            let error = route(path, &[]).unwrap_err();
            assert!(matches!(error, Error::Configuration(_)), "{path:?}: {error:?}");
        }

        for value in ["", ".", ".."] {
            assert!(route("/{a}", &values(&[("a", value)])).is_err(), "{value:?}");
        }
    }

    #[test]
    fn names_and_values_go_together() {
        assert!(route("/{a}", &[]).is_err());
        assert!(route("/a", &values(&[("a", "1")])).is_err());
        assert!(route("/{a}", &values(&[("a", "1"), ("a", "2")])).is_err());
    }

    #[test]
    fn only_what_surely_does_no_harm_twice_is_repeated_unasked() {
        let client = Client::new("any");
        for (method, repeatable) in [
            (Method::GET, true),
            (Method::HEAD, true),
            (Method::DELETE, true),
            (Method::POST, false),
            (Method::PUT, false),
            (Method::PATCH, false),
        ] {
            assert_eq!(client.request(method.clone(), "/a").repeatable, repeatable, "{method}");
        }
    }
}
