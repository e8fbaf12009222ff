//! Access tokens from an OAuth 2.0 refresh token.
//!
//! The `oauth2` crate does not fit: its challenges know only `plain` and `S256`, it zeroes no
//! secret, its parse error shows the body with the tokens, and its HTTP stack would be a second one.

mod backoff;
mod config;
mod endpoint;
mod grant;
mod refresh;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

#[cfg(all(feature = "login", not(target_family = "wasm")))]
pub(crate) use config::Hook;
pub(crate) use config::{Account, account_setters};
pub(crate) use endpoint::TokenEndpoint;
pub(crate) use refresh::Shared;

use crate::auth::token::{AccessToken, TokenError, TokenProvider, secret};
use crate::error::Error;
use crate::runtime::BoxFuture;

/// Where the account service gives tokens.
pub const DEFAULT_TOKEN_URL: &str = "https://account.ultimaker.com/token";

/// How long before its end an access token is refreshed.
const LEEWAY: Duration = Duration::from_secs(30);

/// A refresh token. Never shows in `Debug`, and is zeroed when it is dropped; so is the form that
/// it is sent in, though not the buffers of the connection (see [`AccessToken`]).
///
/// ```
/// use connect_api::RefreshToken;
///
/// let token = RefreshToken::from("a refresh token");
/// assert_eq!(format!("{token:?}"), "RefreshToken(***)");
/// assert_eq!(token.expose(), "a refresh token");
/// ```
#[derive(Clone)]
pub struct RefreshToken(SecretString);

impl RefreshToken {
    /// The token itself, for a program that stores it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl<T: Into<String>> From<T> for RefreshToken {
    fn from(token: T) -> Self {
        Self(secret(token.into()))
    }
}

impl PartialEq for RefreshToken {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for RefreshToken {}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(***)")
    }
}

/// A [`TokenProvider`] that gets its access tokens from an OAuth 2.0 refresh token. Cheap to clone:
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
///             eprintln!("the new refresh token is not stored: {error}");
///         }
///     })
///     .build()?;
/// let client = Client::builder().token_provider(tokens).build()?;
/// # Ok(())
/// # }
/// ```
///
/// However many calls wait for a token, one refresh serves them all. It runs on when the call that
/// began it is cancelled, since the service may already have exchanged the refresh token.
///
/// A refresh that the service refuses, in the words of OAuth, is final: this call and all later ones
/// fail with a [`TokenError`] that says so, and nothing more is sent. After any other failure, calls
/// go on with the access token that there is, until its end; without one, the retry policy of each
/// call decides. The service is then left alone, by all calls: for half a second, and longer after each
/// further failure, up to 10 seconds, or for as long as it asks.
///
/// Where redirects are followed (in wasm the browser does, whatever a program wants), an answer of
/// another host than the token URL's is taken for a refusal.
#[derive(Clone)]
pub struct OAuthTokens {
    shared: Arc<Shared>,
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
#[must_use = "a builder does nothing until it builds"]
pub struct OAuthTokensBuilder {
    account: Account,
    refresh_token: RefreshToken,
    access_token: Option<(AccessToken, Duration)>,
    leeway: Duration,
}

impl OAuthTokens {
    /// Tokens for the client (the program) of this id, from a refresh token that it got at a login.
    pub fn builder(
        client_id: impl Into<String>,
        refresh_token: impl Into<RefreshToken>,
    ) -> OAuthTokensBuilder {
        OAuthTokensBuilder {
            account: Account::new(client_id.into()),
            refresh_token: refresh_token.into(),
            access_token: None,
            leeway: LEEWAY,
        }
    }

    /// The refresh token as it is now.
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
    pub(crate) fn from_shared(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

impl TokenProvider for OAuthTokens {
    fn token<'a>(
        &'a self,
        refused: Option<&'a AccessToken>,
    ) -> BoxFuture<'a, Result<AccessToken, TokenError>> {
        Box::pin(self.shared.token(refused))
    }
}

impl OAuthTokensBuilder {
    account_setters!();

    /// An access token to begin with, and how long it will still live. Without one, the first call
    /// gets one.
    pub fn access_token(mut self, token: impl Into<AccessToken>, expires_in: Duration) -> Self {
        self.access_token = Some((token.into(), expires_in));
        self
    }

    /// How long the account service may take for each answer, instead of 30 seconds. After twice that
    /// time nobody waits for a refresh any longer: the async runtime that it began on may have
    /// stopped. Another is begun then.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.account.timeout = timeout;
        self
    }

    /// How long before its end an access token is refreshed, instead of 30 seconds. A token that
    /// would live shorter than twice that is refreshed after half of its life.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// The provider.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] if the token URL, the client's id or the refresh token cannot be
    /// used.
    pub fn build(self) -> Result<OAuthTokens, Error> {
        let (endpoint, hook) = self.account.open()?;
        let shared = Shared::new(endpoint, self.refresh_token, hook, self.leeway)?;
        if let Some((token, lifetime)) = self.access_token {
            shared.begin_with(token, lifetime);
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
