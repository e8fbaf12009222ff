//! The client and its builder.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::auth::token::{AccessToken, TokenProvider, TokenSource};
use crate::error::{ConfigurationError, Error};
use crate::http::base_url::{is_secure, parse_base_url};
use crate::http::endpoint::Endpoint;
use crate::http::http_client::build_http_client;
use crate::http::options::CallOptions;
use crate::http::rate_limit::RateLimiter;

/// The base URL of the Connect API.
pub const DEFAULT_BASE_URL: &str = "https://api.ultimaker.com/connect/v1";

/// A client of the Connect API.
///
/// Clones are cheap and share connections. The token is sent to the base URL only, and redirects are
/// not followed. (In wasm, the browser follows redirects; current browsers do not send the token to
/// another origin.)
///
/// ```no_run
/// # async fn example() -> Result<(), connect_api::Error> {
/// use connect_api::Client;
///
/// let client = Client::new("an API token");
/// let clusters = client.get_clusters().send().await?;
/// // With options:
/// let client = Client::builder().token("an API token").concurrency(4).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    /// A result, because [`Client::new`] cannot fail: the first call returns the error.
    endpoint: Result<Endpoint, ConfigurationError>,
    tokens: TokenSource,
    options: CallOptions,
    rate_limiter: RateLimiter,
}

/// Configures a [`Client`].
///
/// ```no_run
/// # fn example() -> Result<(), connect_api::Error> {
/// use std::time::Duration;
/// use connect_api::{CallOptions, Client, DEFAULT_BASE_URL};
///
/// let token = std::env::var("CONNECT_API_TOKEN").unwrap_or_default();
/// let client = Client::builder()
///     .token(token)
///     .base_url(DEFAULT_BASE_URL)
///     .user_agent("my-farm/1.0")
///     .connect_timeout(Duration::from_secs(5))
///     .call_options(CallOptions::new().timeout(Duration::from_secs(60)))
///     .concurrency(8)
///     .poll_interval(Duration::from_secs(60))
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    base_url: Option<String>,
    allow_plain_http: bool,
    tokens: TokenSource,
    user_agent: Option<String>,
    connect_timeout: Option<Duration>,
    http: Option<reqwest::Client>,
    options: CallOptions,
    concurrency: Option<usize>,
    poll_interval: Option<Duration>,
}

impl Client {
    /// Creates a client that authenticates with an API token or an access token.
    ///
    /// An invalid token, such as one with a line break, is reported by the first call. Use
    /// [`Client::builder`] to get the error at once.
    pub fn new(token: impl Into<String>) -> Self {
        Self::builder().token(token).build_client()
    }

    /// Creates a builder, to set options of the client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    pub(crate) fn endpoint(&self) -> Result<&Endpoint, Error> {
        self.inner.endpoint.as_ref().map_err(|error| Error::Configuration(error.clone()))
    }

    pub(crate) fn tokens(&self) -> &TokenSource {
        &self.inner.tokens
    }

    pub(crate) fn options(&self) -> &CallOptions {
        &self.inner.options
    }

    pub(crate) fn rate_limiter(&self) -> &RateLimiter {
        &self.inner.rate_limiter
    }
}

impl ClientBuilder {
    /// Sets the token. Without a token, only operations without authentication succeed.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.tokens = TokenSource::Static(AccessToken::from(token));
        self
    }

    /// Sets a provider of tokens, for tokens that expire or change.
    ///
    /// ```no_run
    /// # fn example(tokens: impl connect_api::TokenProvider + 'static) -> Result<(), connect_api::Error> {
    /// use connect_api::Client;
    ///
    /// let client = Client::builder().token_provider(tokens).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn token_provider(mut self, provider: impl TokenProvider + 'static) -> Self {
        self.tokens = TokenSource::Provider(Arc::new(provider));
        self
    }

    /// Sets the options of every call: retries, timeouts, maximum response size. A call can override
    /// them.
    pub fn call_options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets the timeout for opening a connection. The default is 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Sets the maximum number of concurrent requests. The default is no limit.
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = Some(requests);
        self
    }

    /// Sets the minimum interval between two status requests for one cluster, measured from response
    /// to request. A call made sooner waits.
    ///
    /// By default, single calls are not limited, and a watch polls every 10 seconds, because the vendor
    /// advises against a shorter interval. Zero is meant for tests with a stand-in server.
    ///
    /// A call that would wait longer than its [`timeout`](CallOptions::timeout) fails at once;
    /// [`retry_after`](Error::retry_after) returns the time until the next request is allowed. A retry
    /// waits for the interval as well; if the interval ends after the timeout, the call returns the
    /// error of the attempt before. The repeat with a new token, after the API reported an expired one,
    /// does not wait.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = Some(interval);
        self
    }

    /// Sets the base URL. The default is [`DEFAULT_BASE_URL`].
    ///
    /// It is an absolute `https` URL without query and fragment. An `http` URL is allowed on this
    /// machine; no proxy is used for it.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Allows to send the token without TLS to another machine.
    ///
    /// Everybody on the network path can then read and use the token. This is meant for a private
    /// network, for example behind a proxy that terminates TLS.
    ///
    /// ```no_run
    /// # fn example() -> Result<(), connect_api::Error> {
    /// let builder = connect_api::Client::builder().base_url("http://printers.internal/connect/v1");
    /// let client = builder.token("an API token").allow_plain_http().build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn allow_plain_http(mut self) -> Self {
        self.allow_plain_http = true;
        self
    }

    /// Sets the header `User-Agent`. The default is the name and version of this crate.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Sets the HTTP client, for example to configure proxies, certificates or timeouts.
    ///
    /// To keep the token secret, configure it to follow no redirects, and to use no proxy for an `http`
    /// URL on this machine. [`Self::user_agent`] and [`Self::connect_timeout`] have no effect on it.
    ///
    /// ```no_run
    /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use reqwest::redirect::Policy;
    ///
    /// let http = reqwest::Client::builder().redirect(Policy::none()).build()?;
    /// let client = connect_api::Client::builder().token("an API token").http_client(http).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] if the base URL, the token or the user agent is invalid, or if the
    /// token would be sent to another machine without TLS.
    pub fn build(self) -> Result<Client, Error> {
        let client = self.build_client();
        client.endpoint()?;
        Ok(client)
    }

    /// Builds the client, which keeps a configuration error until the first call.
    fn build_client(self) -> Client {
        let endpoint = self.build_endpoint();
        let rate_limiter = RateLimiter::new(self.concurrency, self.poll_interval);
        let inner = Inner { endpoint, tokens: self.tokens, options: self.options, rate_limiter };

        Client { inner: Arc::new(inner) }
    }

    /// Validates the configuration and builds the HTTP client.
    fn build_endpoint(&self) -> Result<Endpoint, ConfigurationError> {
        if let TokenSource::Static(token) = &self.tokens {
            token.validate().map_err(ConfigurationError::new)?;
        }

        let base_url = parse_base_url(self.base_url.as_deref().unwrap_or(DEFAULT_BASE_URL))?;
        let has_token = !matches!(self.tokens, TokenSource::None);
        if has_token && !self.allow_plain_http && !is_secure(&base_url) {
            return Err(ConfigurationError::new(
                "the base URL is neither https nor on this machine, so the token could be read on \
                 the network: use https, or call `allow_plain_http`",
            ));
        }

        let http = match &self.http {
            Some(client) => client.clone(),
            None => build_http_client(&base_url, self.user_agent.as_deref(), self.connect_timeout)?,
        };
        let base_url = base_url.as_str().trim_end_matches('/').to_owned();

        Ok(Endpoint { base_url, http })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Client");
        match &self.inner.endpoint {
            Ok(endpoint) => debug.field("base_url", &endpoint.base_url),
            Err(error) => debug.field("error", error),
        };
        debug.finish_non_exhaustive()
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_print_the_token() {
        let builder = Client::builder().token("umapi-secret");
        assert!(!format!("{builder:?}").contains("secret"));

        let client = builder.build().unwrap();
        assert!(!format!("{client:?} {client:#?} {:?}", client.get_clusters()).contains("secret"));

        let header = AccessToken::from("umapi-secret").header().unwrap();
        assert!(!format!("{header:?}").contains("secret"));
    }

    #[test]
    fn invalid_configuration_is_rejected_without_printing_secrets() {
        let assert_rejected = |builder: ClientBuilder| {
            let error = builder.build().unwrap_err();
            assert!(matches!(error, Error::Configuration(_)), "{error:?}");
            assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
        };
        assert_rejected(Client::builder().token("secret\nX-Evil: 1"));
        assert_rejected(Client::builder().token(" "));
        assert_rejected(Client::builder().token("secret\n"));
        assert_rejected(Client::builder().token("Bearer secret"));

        for url in [
            "",
            "api.ultimaker.com",
            "ftp://h/",
            "https://h/?a=secret",
            "https://u:secret@h/",
            "https://h/#x",
        ] {
            assert_rejected(Client::builder().base_url(url));
        }

        assert_rejected(Client::builder().user_agent("secret\n"));
    }

    #[test]
    fn token_without_tls_is_rejected_unless_allowed_or_on_this_machine() {
        struct NoToken;

        impl TokenProvider for NoToken {
            fn token<'a>(
                &'a self,
                _: Option<&'a AccessToken>,
            ) -> crate::BoxFuture<'a, Result<AccessToken, crate::TokenError>> {
                Box::pin(async { Err(crate::TokenError::permanent("never")) })
            }
        }

        let plain = || Client::builder().base_url("http://printers.example/v1");
        for builder in [plain().token("secret"), plain().token_provider(NoToken)] {
            let error = builder.build().unwrap_err().to_string();
            assert!(error.contains("allow_plain_http") && !error.contains("secret"), "{error}");
        }

        plain().build().unwrap();
        plain().token("secret").allow_plain_http().build().unwrap();
        plain().token("secret").base_url("http://[::1]:8080").build().unwrap();
        plain().token("secret").base_url("https://printers.example/v1").build().unwrap();
    }

    #[test]
    fn trailing_slash_of_the_base_url_is_removed() {
        let client = Client::builder().base_url("http://localhost:1/v1/").build().unwrap();
        assert_eq!(client.endpoint().unwrap().base_url, "http://localhost:1/v1");
    }
}
