//! Access tokens from an OAuth 2.0 refresh token.
//!
//! The `oauth2` crate does not fit: its challenges know only `plain` and `S256`, it zeroes no
//! secret, its parse error shows the body with the tokens, and its HTTP stack would be a second one.

mod endpoint;
mod refresh;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

pub(crate) use endpoint::TokenEndpoint;
#[cfg(all(feature = "login", not(target_family = "wasm")))]
pub(crate) use endpoint::{presentable, secure_url};
pub(crate) use refresh::{Hook, Shared};

use crate::error::Error;
use crate::time::{BoxFuture, Instant};
use crate::token::{AccessToken, TokenError, TokenProvider};

/// Where the account service gives tokens.
pub const DEFAULT_TOKEN_URL: &str = "https://account.ultimaker.com/token";

/// How long before its end an access token is refreshed.
pub(crate) const LEEWAY: Duration = Duration::from_secs(30);

/// A refresh token. Never shows in `Debug`, and is zeroed when it is dropped.
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
        Self(SecretString::from(token.into()))
    }
}

impl PartialEq for RefreshToken {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(***)")
    }
}

/// A [`TokenProvider`] that has its access tokens from an OAuth 2.0 refresh token. Cheap to clone:
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
/// A refresh that the service refuses is final: this call and all later ones fail with a
/// [`TokenError`] that says so, and nothing more is sent. After any other failure, the retry policy
/// of each call decides.
#[derive(Clone)]
pub struct OAuthTokens {
    shared: Arc<Shared>,
}

/// Configures [`OAuthTokens`].
///
/// ```no_run
/// # fn example() -> Result<(), connect_api::Error> {
/// use std::time::Duration;
/// use connect_api::{DEFAULT_TOKEN_URL, OAuthTokens};
///
/// let tokens = OAuthTokens::builder("a client's id", "a refresh token")
///     .client_secret("a confidential client's secret")
///     .access_token("an access token", Duration::from_secs(600))
///     .token_url(DEFAULT_TOKEN_URL)
///     .http_client(reqwest::Client::new())
///     .leeway(Duration::from_secs(60))
///     .on_refresh_token(|token| { /* store token.expose() */ })
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a builder does nothing until it builds"]
pub struct OAuthTokensBuilder {
    client_id: String,
    client_secret: Option<SecretString>,
    refresh_token: RefreshToken,
    access_token: Option<(AccessToken, Duration)>,
    token_url: Option<String>,
    http: Option<reqwest::Client>,
    hook: Option<Hook>,
    leeway: Duration,
}

impl OAuthTokens {
    /// Tokens for the client (the program) of this id, from a refresh token that it got at a login.
    pub fn builder(
        client_id: impl Into<String>,
        refresh_token: impl Into<RefreshToken>,
    ) -> OAuthTokensBuilder {
        OAuthTokensBuilder {
            client_id: client_id.into(),
            client_secret: None,
            refresh_token: refresh_token.into(),
            access_token: None,
            token_url: None,
            http: None,
            hook: None,
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
    /// The secret of a confidential client; it is sent as HTTP Basic. A program that users run
    /// themselves is a public client and has none.
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.client_secret = Some(SecretString::from(secret.into()));
        self
    }

    /// An access token to begin with, and how long it will still live. Without one, the first call
    /// gets one.
    pub fn access_token(mut self, token: impl Into<AccessToken>, expires_in: Duration) -> Self {
        self.access_token = Some((token.into(), expires_in));
        self
    }

    /// Where to get tokens, instead of at [`DEFAULT_TOKEN_URL`]: an `https` URL, or an `http` one
    /// of this machine.
    pub fn token_url(mut self, url: impl Into<String>) -> Self {
        self.token_url = Some(url.into());
        self
    }

    /// The HTTP client to get tokens with, for proxies and certificates of your own. Have it follow
    /// no redirects: the refresh token is only meant for the token URL.
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// What to do with each new refresh token: store it, since the one before it may no longer be
    /// good. Calls wait until it is done, but not on a thread of the async runtime. Should it
    /// panic, the token is used nevertheless; it must not call the API itself.
    pub fn on_refresh_token(
        mut self,
        hook: impl Fn(&RefreshToken) + Send + Sync + 'static,
    ) -> Self {
        self.hook = Some(Arc::new(hook));
        self
    }

    /// How long before its end an access token is refreshed, instead of 30 seconds. A token that
    /// lives so short is refreshed after half of its life.
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
        let url = self.token_url.as_deref().unwrap_or(DEFAULT_TOKEN_URL);
        let endpoint = TokenEndpoint::new(url, self.client_id, self.client_secret, self.http)?;
        let shared = Shared::new(endpoint, self.refresh_token, self.hook, self.leeway)?;
        if let Some((token, expires_in)) = self.access_token {
            let due = Instant::now() + endpoint::bounded(expires_in.saturating_sub(self.leeway));
            shared.begin_with(token, due);
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
