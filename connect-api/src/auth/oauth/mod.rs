//! Access tokens from an OAuth 2.0 refresh token.
//!
//! The `oauth2` crate does not fit: it supports only the challenge methods `plain` and `S256`, zeroes no
//! secret, shows the body with the tokens in its parse error, and would add a second HTTP stack.

mod backoff;
mod config;
mod endpoint;
mod issued_tokens;
mod refresh;
mod refresh_token;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

#[cfg(all(feature = "login", not(target_family = "wasm")))]
pub(crate) use config::RefreshTokenHook;
pub(crate) use config::{AccountConfig, account_setters};
pub use endpoint::DEFAULT_TOKEN_URL;
#[cfg(all(feature = "login", not(target_family = "wasm")))]
pub(crate) use endpoint::TokenEndpoint;
pub(crate) use refresh::SharedTokens;
pub use refresh_token::RefreshToken;

use crate::auth::token::{AccessToken, TokenError, TokenProvider};
use crate::error::Error;
use crate::runtime::BoxFuture;
use refresh::DEFAULT_LEEWAY;

/// A [`TokenProvider`] that gets its access tokens with an OAuth 2.0 refresh token. Cheap to clone:
/// clones share their tokens.
///
/// ```no_run
/// use connect_api::{Client, OAuthTokens};
///
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let stored = std::fs::read_to_string("refresh-token")?;
/// let tokens = OAuthTokens::builder("a client's id", stored.trim())
///     .on_refresh_token(|token| {
///         if let Err(error) = std::fs::write("refresh-token", token.expose()) {
///             eprintln!("cannot store the new refresh token: {error}");
///         }
///     })
///     .build()?;
/// let client = Client::builder().token_provider(tokens).build()?;
/// # Ok(())
/// # }
/// ```
///
/// # Refresh
///
/// One refresh serves all calls that wait for a token. It continues when the call that started it is
/// cancelled, since the account service may already have replaced the refresh token.
///
/// # Failures
///
/// A refresh that the account service rejects with an OAuth error is a permanent failure: this call and
/// all later ones fail with a [`TokenError`], and no further request is sent.
///
/// After any other failure, calls use the current access token until it expires. Without one, they fail
/// with a transient [`TokenError`], and each call's retry policy applies. The next refresh starts after
/// a backoff, which all calls share: half a second after the first failure, longer after each further
/// one up to 10 seconds, and at least as long as a `Retry-After`.
///
/// # Redirects
///
/// Where redirects are followed (in wasm, the browser always follows them), a response from another
/// host than that of the token URL counts as a permanent error.
#[derive(Clone)]
pub struct OAuthTokens {
    shared: Arc<SharedTokens>,
}

/// Configures [`OAuthTokens`].
///
/// ```no_run
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use connect_api::reqwest::{Client, redirect::Policy};
/// use connect_api::{DEFAULT_TOKEN_URL, OAuthTokens};
///
/// let tokens = OAuthTokens::builder("a client's id", "a refresh token")
///     .client_secret("a confidential client's secret")
///     .access_token("an access token", Duration::from_secs(600))
///     .token_url(DEFAULT_TOKEN_URL)
///     .http_client(Client::builder().redirect(Policy::none()).build()?)
///     .leeway(Duration::from_secs(60))
///     .timeout(Duration::from_secs(10))
///     .on_refresh_token(|token| { /* store token.expose() */ })
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct OAuthTokensBuilder {
    account: AccountConfig,
    refresh_token: RefreshToken,
    access_token: Option<(AccessToken, Duration)>,
    leeway: Duration,
}

impl OAuthTokens {
    /// Configures tokens for a client id (which identifies the program) and a refresh token from a
    /// login with that client id.
    pub fn builder(
        client_id: impl Into<String>,
        refresh_token: impl Into<RefreshToken>,
    ) -> OAuthTokensBuilder {
        OAuthTokensBuilder {
            account: AccountConfig::new(client_id.into()),
            refresh_token: refresh_token.into(),
            access_token: None,
            leeway: DEFAULT_LEEWAY,
        }
    }

    /// Returns the current refresh token.
    ///
    /// ```no_run
    /// # fn example(tokens: connect_api::OAuthTokens) -> std::io::Result<()> {
    /// std::fs::write("refresh-token", tokens.refresh_token().expose())?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn refresh_token(&self) -> RefreshToken {
        self.shared.refresh_token()
    }

    #[cfg(all(feature = "login", not(target_family = "wasm")))]
    pub(crate) fn from_shared(shared: Arc<SharedTokens>) -> Self {
        Self { shared }
    }
}

impl TokenProvider for OAuthTokens {
    fn token<'a>(
        &'a self,
        expired: Option<&'a AccessToken>,
    ) -> BoxFuture<'a, Result<AccessToken, TokenError>> {
        Box::pin(self.shared.token(expired))
    }
}

impl OAuthTokensBuilder {
    account_setters!();

    /// Sets the first access token and its remaining lifetime. Without one, the first call gets one.
    pub fn access_token(mut self, token: impl Into<AccessToken>, expires_in: Duration) -> Self {
        self.access_token = Some((token.into(), expires_in));
        self
    }

    /// Sets the timeout for one response of the account service; 30 seconds by default.
    ///
    /// After twice this time, calls no longer wait for a refresh and start another: the async runtime
    /// that the refresh started on may have stopped.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.account.timeout = timeout;
        self
    }

    /// Sets how long before its expiry an access token is refreshed; 30 seconds by default. A token
    /// with less than twice this lifetime is refreshed after half of its lifetime.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Builds the token provider.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] if the token URL, the client id or the refresh token is invalid.
    pub fn build(self) -> Result<OAuthTokens, Error> {
        let (endpoint, hook) = self.account.into_endpoint()?;
        let shared = SharedTokens::new(endpoint, self.refresh_token, hook, self.leeway)?;

        if let Some((token, lifetime)) = self.access_token {
            shared.set_access_token(token, lifetime);
        }

        Ok(OAuthTokens { shared: Arc::new(shared) })
    }
}

impl fmt::Debug for OAuthTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthTokens").finish_non_exhaustive()
    }
}

impl fmt::Debug for OAuthTokensBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthTokensBuilder").finish_non_exhaustive()
    }
}
