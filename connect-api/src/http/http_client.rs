//! Builds the `reqwest` client for a service that receives secrets.

use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderValue, USER_AGENT};

use crate::error::{ConfigurationError, error_chain};

/// The connect timeout, if the program sets none.
#[cfg(not(target_family = "wasm"))]
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The user agent, if the program sets none.
const DEFAULT_USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// Builds an HTTP client that sends secrets to one host only.
///
/// It follows no redirect. It uses no proxy for an `http` URL on this machine, because that traffic is
/// not encrypted.
pub(crate) fn build_http_client(
    url: &Url,
    user_agent: Option<&str>,
    connect_timeout: Option<Duration>,
) -> Result<reqwest::Client, ConfigurationError> {
    let user_agent =
        HeaderValue::from_str(user_agent.unwrap_or(DEFAULT_USER_AGENT)).map_err(|_| {
            ConfigurationError::new("the user agent contains characters that a header cannot hold")
        })?;
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, user_agent);

    let builder = reqwest::Client::builder().default_headers(headers);
    let builder = configure_connections(builder, url, connect_timeout);

    builder.build().map_err(|error| {
        ConfigurationError::new(format!("cannot build an HTTP client: {}", error_chain(&error)))
    })
}

#[cfg(not(target_family = "wasm"))]
fn configure_connections(
    builder: reqwest::ClientBuilder,
    url: &Url,
    connect_timeout: Option<Duration>,
) -> reqwest::ClientBuilder {
    let builder = builder
        .connect_timeout(connect_timeout.unwrap_or(CONNECT_TIMEOUT))
        .redirect(reqwest::redirect::Policy::none());

    match crate::http::base_url::is_loopback_http(url) {
        true => builder.no_proxy(),
        false => builder,
    }
}

/// A browser manages connections, redirects and proxies itself.
#[cfg(target_family = "wasm")]
fn configure_connections(
    builder: reqwest::ClientBuilder,
    _url: &Url,
    _connect_timeout: Option<Duration>,
) -> reqwest::ClientBuilder {
    builder
}
