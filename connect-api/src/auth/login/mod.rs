//! Login of a user in a browser, with the OAuth 2.0 authorization code flow and PKCE.

mod callback;
mod pkce;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use callback::CallbackServer;

use crate::auth::oauth::{
    AccountConfig, OAuthTokens, RefreshTokenHook, SharedTokens, TokenEndpoint, account_setters,
};
use crate::auth::token::TokenError;
use crate::error::Error;
use crate::http::base_url::parse_secure_url;
use crate::runtime::timeout;

/// The URL of the account service at which users log in.
pub const DEFAULT_AUTHORIZE_URL: &str = "https://account.ultimaker.com/authorize";

/// The port of this machine to which the browser is redirected after a login.
pub const DEFAULT_LOGIN_PORT: u16 = 32118;

/// The login of a user in a browser on this machine.
///
/// ```no_run
/// use connect_api::{Client, Login};
///
/// # async fn example() -> Result<(), connect_api::Error> {
/// let login = Login::new("a client's id")
///     .scope("connect.cluster.read connect.cluster.write")
///     .on_refresh_token(|token| { /* store token.expose() */ })
///     .start()
///     .await?;
/// println!("Log in at {}", login.authorize_url());
/// let tokens = login.finish().await?;
/// let client = Client::builder().token_provider(tokens).build()?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a login does nothing until `start` is called"]
pub struct Login {
    account: AccountConfig,
    scope: Option<String>,
    organization_id: Option<String>,
    port: u16,
    authorize_url: Option<String>,
    timeout: Duration,
}

/// A login that waits for the user. Dropping it cancels the login.
///
/// ```no_run
/// # async fn example() -> Result<(), connect_api::Error> {
/// let login = connect_api::Login::new("a client's id").start().await?;
/// println!("Log in at {}", login.authorize_url());
/// let tokens = login.finish().await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a login is cancelled when it is dropped"]
pub struct PendingLogin {
    authorize_url: String,
    callback: CallbackServer,
    redirect_uri: String,
    verifier: SecretString,
    endpoint: TokenEndpoint,
    hook: Option<RefreshTokenHook>,
    timeout: Duration,
}

/// # Settings
///
/// ```no_run
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use connect_api::reqwest::{Client, redirect::Policy};
/// use connect_api::{DEFAULT_AUTHORIZE_URL, DEFAULT_LOGIN_PORT, DEFAULT_TOKEN_URL, Login};
///
/// let login = Login::new("a client's id")
///     .client_secret("a confidential client's secret")
///     .organization_id("an organization's id")
///     .authorize_url(DEFAULT_AUTHORIZE_URL)
///     .token_url(DEFAULT_TOKEN_URL)
///     .port(DEFAULT_LOGIN_PORT)
///     .http_client(Client::builder().redirect(Policy::none()).build()?)
///     .timeout(Duration::from_secs(600));
/// # Ok(())
/// # }
/// ```
impl Login {
    /// Creates a login for a client id, which identifies the program.
    pub fn new(client_id: impl Into<String>) -> Self {
        Self {
            account: AccountConfig::new(client_id.into()),
            scope: None,
            organization_id: None,
            port: DEFAULT_LOGIN_PORT,
            authorize_url: None,
            timeout: Duration::from_secs(300),
        }
    }

    account_setters!();

    /// Sets the scopes that the program requests, separated by spaces.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Sets the organization to log in to, for users who belong to several.
    pub fn organization_id(mut self, id: impl Into<String>) -> Self {
        self.organization_id = Some(id.into());
        self
    }

    /// Sets the port of this machine to which the browser is redirected, instead of
    /// [`DEFAULT_LOGIN_PORT`]. Port 0 uses any free port. The redirect URI
    /// `http://localhost:<port>/callback` must be registered for the client id.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the URL at which users log in, instead of [`DEFAULT_AUTHORIZE_URL`].
    pub fn authorize_url(mut self, url: impl Into<String>) -> Self {
        self.authorize_url = Some(url.into());
        self
    }

    /// Sets the timeout for the user to log in; 5 minutes by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Starts the server to which the browser is redirected.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] if a URL or the client id is invalid, or the port is in use.
    pub async fn start(self) -> Result<PendingLogin, Error> {
        let url = self.authorize_url.as_deref().unwrap_or(DEFAULT_AUTHORIZE_URL);
        let mut authorize_url = parse_secure_url("authorize URL", url)?;
        let (endpoint, hook) = self.account.into_endpoint()?;

        let state = pkce::random_text()?;
        let (verifier, challenge) = pkce::verifier_and_challenge()?;
        let callback = CallbackServer::bind(self.port, state.clone()).await?;
        let redirect_uri = format!("http://localhost:{}{}", callback.port(), callback::PATH);

        authorize_url
            .query_pairs_mut()
            .append_pair("client_id", endpoint.client_id())
            .append_pair("redirect_uri", &redirect_uri)
            .extend_pairs(self.scope.map(|scope| ("scope", scope)))
            .append_pair("response_type", "code")
            .append_pair("state", state.expose_secret())
            .extend_pairs(self.organization_id.map(|id| ("organization_id", id)))
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", pkce::METHOD);

        Ok(PendingLogin {
            authorize_url: authorize_url.into(),
            callback,
            redirect_uri,
            verifier,
            endpoint,
            hook,
            timeout: self.timeout,
        })
    }
}

impl PendingLogin {
    /// Returns the URL that the user opens in a browser on this machine.
    pub fn authorize_url(&self) -> &str {
        &self.authorize_url
    }

    /// Waits for the user to log in, and gets the first tokens.
    ///
    /// # Errors
    ///
    /// [`Error::Token`] if the user denies the login, the timeout passes, or the account service grants
    /// no tokens.
    pub async fn finish(self) -> Result<OAuthTokens, Error> {
        let result = timeout(self.timeout, self.callback.authorization_code()).await;
        let code = result.unwrap_or_else(|_| {
            let limit = self.timeout;
            Err(TokenError::transient(format!("the login timed out after {limit:?}")))
        })?;

        let code = code.expose_secret();
        let verifier = self.verifier.expose_secret();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", verifier),
        ];
        let issued = self.endpoint.exchange(&form, &[code, verifier]).await;
        let issued = issued.map_err(|failure| failure.error)?;
        let shared = SharedTokens::from_issued_tokens(self.endpoint, issued, self.hook).await?;

        Ok(OAuthTokens::from_shared(Arc::new(shared)))
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").finish_non_exhaustive()
    }
}

impl fmt::Debug for PendingLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingLogin").finish_non_exhaustive()
    }
}
