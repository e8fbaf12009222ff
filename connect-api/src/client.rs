//! The client, and how it is configured.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderValue, USER_AGENT};

use crate::auth::token::{AccessToken, TokenProvider, Tokens};
use crate::error::{ConfigurationError, Error, chain};
use crate::http::base_url::{is_loopback_http, is_secure, parse_base_url};
use crate::http::options::CallOptions;
use crate::http::params::Wire;
use crate::http::rate_limit::RateLimiter;

/// Where the Connect API lives.
pub const DEFAULT_BASE_URL: &str = "https://api.ultimaker.com/connect/v1";

/// A client of the Connect API. Cheap to clone: clones share connections.
///
/// ```no_run
/// # async fn example() -> Result<(), connect_api::Error> {
/// use connect_api::Client;
///
/// let client = Client::new("an API token");
/// let clusters = client.get_clusters().send().await?;
/// // With settings of its own:
/// let client = Client::builder().token("an API token").concurrency(4).build()?;
/// # Ok(())
/// # }
/// ```
///
/// It sends its token on every call to its own base URL and nowhere else; redirects are not
/// followed. (In wasm it is the browser that follows them, whatever a program wants; today's browsers
/// do not take the token along to another origin.)
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    /// Kept as a result, so that [`Client::new`] cannot fail: the first call reports the fault.
    wire: Result<Wire, ConfigurationError>,
    tokens: Tokens,
    options: CallOptions,
    pace: RateLimiter,
}

/// How long a connection may take, if nothing else is set.
#[cfg(not(target_family = "wasm"))]
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

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
#[must_use = "a builder does nothing until it builds"]
pub struct ClientBuilder {
    base_url: Option<String>,
    allow_plain_http: bool,
    tokens: Tokens,
    user_agent: Option<String>,
    connect_timeout: Option<Duration>,
    http: Option<reqwest::Client>,
    options: CallOptions,
    concurrency: Option<usize>,
    poll_interval: Option<Duration>,
}

impl Client {
    /// A client that authenticates with an API token, or with the access token of a login.
    ///
    /// A fault in the token (a line break, say) is reported by the first call; use
    /// [`Client::builder`] to learn of it at once.
    pub fn new(token: impl Into<String>) -> Self {
        Self::builder().token(token).build_lazily()
    }

    /// A client with settings of your own.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    pub(crate) fn wire(&self) -> Result<&Wire, Error> {
        self.inner.wire.as_ref().map_err(|fault| Error::Configuration(fault.clone()))
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.inner.tokens
    }

    pub(crate) fn options(&self) -> &CallOptions {
        &self.inner.options
    }

    pub(crate) fn pace(&self) -> &RateLimiter {
        &self.inner.pace
    }
}

impl ClientBuilder {
    /// The token to authenticate with. Without one, only the operations that want none succeed.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.tokens = Tokens::Static(AccessToken::from(token));
        self
    }

    /// Where to get tokens, when they are not one token forever.
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
        self.tokens = Tokens::Provider(Arc::new(provider));
        self
    }

    /// The settings of every call, which a call can override: retries, timeouts, the longest body.
    pub fn call_options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// How long connecting may take, instead of 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Has at most this many requests under way at once; without it, there is no limit.
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = Some(requests);
        self
    }

    /// Has the same cluster's status asked for at most once in this time, counted from an answer to the
    /// next request: calls that come sooner wait for their turn. Without it, no call waits, and a watch
    /// keeps to 10 seconds, since the vendor advises against asking more often. Zero is for a stand-in.
    ///
    /// A call whose turn comes only after its [`timeout`](CallOptions::timeout) fails at once, with
    /// the wait as its [`retry_after`](Error::retry_after). Another attempt after a failure needs a
    /// turn, too: if it cannot have one in time, the call ends with that failure. Only the repeat with
    /// another token, which a call makes once if the API says that the first has expired, needs none.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = Some(interval);
        self
    }

    /// Where the API lives, instead of at [`DEFAULT_BASE_URL`]: an absolute `https` URL without
    /// query and fragment, or an `http` one of this machine, which no proxy gets to see.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Sends the token also without TLS, where anybody on the way can read and use it: for a
    /// network of your own, behind a proxy that speaks TLS.
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

    /// The `User-Agent` to send, instead of the name and version of this crate.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// The HTTP client to use, for proxies, certificates and timeouts of your own. Have it follow
    /// no redirects, and use no proxy for an `http` URL of this machine: the token is only meant for
    /// the base URL. [`Self::user_agent`] and [`Self::connect_timeout`] have no effect on it.
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

    /// The client.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] if the base URL, the token or the user agent cannot be used, or if
    /// the token would be sent to another machine without TLS.
    pub fn build(self) -> Result<Client, Error> {
        let client = self.build_lazily();
        client.wire()?;
        Ok(client)
    }

    fn build_lazily(self) -> Client {
        let wire = self.wire();
        let pace = RateLimiter::new(self.concurrency, self.poll_interval);
        let inner = Inner { wire, tokens: self.tokens, options: self.options, pace };
        Client { inner: Arc::new(inner) }
    }

    fn wire(&self) -> Result<Wire, ConfigurationError> {
        if let Tokens::Static(token) = &self.tokens {
            token.fault().map_or(Ok(()), |fault| Err(ConfigurationError::new(fault)))?;
        }

        let baseurl = parse_base_url(self.base_url.as_deref().unwrap_or(DEFAULT_BASE_URL))?;
        let secret = !matches!(self.tokens, Tokens::None);
        if secret && !self.allow_plain_http && !is_secure(&baseurl) {
            let fault = "the base URL is neither https nor on this machine, so that others could \
                         read the token; `allow_plain_http` sends it nevertheless";
            return Err(ConfigurationError::new(fault));
        }

        let client = match &self.http {
            Some(client) => client.clone(),
            None => http_client(&baseurl, self.user_agent.as_deref(), self.connect_timeout)?,
        };
        let baseurl = baseurl.as_str().trim_end_matches('/').to_owned();

        Ok(Wire { baseurl, client })
    }
}

/// An HTTP client for what is meant for one host only: it follows no redirect, and asks no proxy to
/// carry what is not encrypted because it stays on this machine.
pub(crate) fn http_client(
    url: &Url,
    user_agent: Option<&str>,
    connect_timeout: Option<Duration>,
) -> Result<reqwest::Client, ConfigurationError> {
    let ours = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
    let user_agent = HeaderValue::from_str(user_agent.unwrap_or(ours))
        .map_err(|_| ConfigurationError::new("no header can carry the user agent"))?;
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, user_agent);

    let builder = reqwest::Client::builder().default_headers(headers);
    #[cfg(not(target_family = "wasm"))]
    let builder = builder
        .connect_timeout(connect_timeout.unwrap_or(CONNECT_TIMEOUT))
        .redirect(reqwest::redirect::Policy::none());

    #[cfg(not(target_family = "wasm"))]
    let builder = if is_loopback_http(url) { builder.no_proxy() } else { builder };
    #[cfg(target_family = "wasm")]
    let _ = (url, connect_timeout);

    builder
        .build()
        .map_err(|error| ConfigurationError::new(format!("no HTTP client: {}", chain(&error))))
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Client");
        match &self.inner.wire {
            Ok(wire) => debug.field("base_url", &wire.baseurl),
            Err(fault) => debug.field("fault", fault),
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
    fn the_token_never_shows() {
        let builder = Client::builder().token("umapi-secret");
        assert!(!format!("{builder:?}").contains("secret"));

        let client = builder.build().unwrap();
        assert!(!format!("{client:?} {client:#?} {:?}", client.get_clusters()).contains("secret"));

        let header = AccessToken::from("umapi-secret").header().unwrap();
        assert!(!format!("{header:?}").contains("secret"));
    }

    #[test]
    fn what_cannot_be_used_is_refused_without_showing_it() {
        let refused = |builder: ClientBuilder| {
            let error = builder.build().unwrap_err();
            assert!(matches!(error, Error::Configuration(_)), "{error:?}");
            assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
        };
        refused(Client::builder().token("secret\nX-Evil: 1"));
        refused(Client::builder().token(" "));
        refused(Client::builder().token("secret\n"));
        refused(Client::builder().token("Bearer secret"));

        for url in [
            "",
            "api.ultimaker.com",
            "ftp://h/",
            "https://h/?a=secret",
            "https://u:secret@h/",
            "https://h/#x",
        ] {
            refused(Client::builder().base_url(url));
        }

        refused(Client::builder().user_agent("secret\n"));
    }

    #[test]
    fn no_token_goes_to_others_without_tls_unless_that_is_allowed() {
        struct Never;

        impl TokenProvider for Never {
            fn token<'a>(
                &'a self,
                _: Option<&'a AccessToken>,
            ) -> crate::BoxFuture<'a, Result<AccessToken, crate::TokenError>> {
                Box::pin(async { Err(crate::TokenError::refused("never")) })
            }
        }

        let plain = || Client::builder().base_url("http://printers.example/v1");
        for builder in [plain().token("secret"), plain().token_provider(Never)] {
            let error = builder.build().unwrap_err().to_string();
            assert!(error.contains("allow_plain_http") && !error.contains("secret"), "{error}");
        }

        plain().build().unwrap();
        plain().token("secret").allow_plain_http().build().unwrap();
        plain().token("secret").base_url("http://[::1]:8080").build().unwrap();
        plain().token("secret").base_url("https://printers.example/v1").build().unwrap();
    }

    #[test]
    fn a_slash_at_the_end_of_the_base_url_does_not_matter() {
        let client = Client::builder().base_url("http://localhost:1/v1/").build().unwrap();
        assert_eq!(client.wire().unwrap().baseurl, "http://localhost:1/v1");
    }
}
