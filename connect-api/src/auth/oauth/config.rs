//! Configuration of the OAuth client and its token endpoint, shared by `OAuthTokens` and `Login`.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use super::endpoint::{DEFAULT_TOKEN_URL, TokenEndpoint};
use super::refresh_token::RefreshToken;
use crate::error::{ConfigurationError, Error};
use crate::http::base_url::parse_secure_url;
use crate::http::http_client::build_http_client;

/// A callback of the program, called with each new refresh token.
pub(crate) type RefreshTokenHook = Arc<dyn Fn(&RefreshToken) + Send + Sync>;

/// Configuration of the OAuth client and its token endpoint.
pub(crate) struct AccountConfig {
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<SecretString>,
    pub(crate) token_url: Option<String>,
    pub(crate) http: Option<reqwest::Client>,
    pub(crate) hook: Option<RefreshTokenHook>,
    /// Timeout for one response of the account service.
    pub(crate) timeout: Duration,
}

impl AccountConfig {
    pub(crate) fn new(client_id: String) -> Self {
        let timeout = Duration::from_secs(30);
        Self { client_id, client_secret: None, token_url: None, http: None, hook: None, timeout }
    }

    /// Validates the configuration and converts it to the token endpoint and the callback.
    pub(crate) fn into_endpoint(self) -> Result<(TokenEndpoint, Option<RefreshTokenHook>), Error> {
        let Self { client_id, client_secret, token_url, http, hook, timeout } = self;
        let url = parse_secure_url("token URL", token_url.as_deref().unwrap_or(DEFAULT_TOKEN_URL))?;
        if client_id.trim().is_empty() {
            return Err(ConfigurationError::new("the client id is empty").into());
        }

        let http = match http {
            Some(http) => http,
            None => build_http_client(&url, None, None)?,
        };

        Ok((TokenEndpoint { url, client_id, client_secret, http, timeout }, hook))
    }
}

/// The setters of a builder that has an [`AccountConfig`].
macro_rules! account_setters {
    () => {
        /// Sets the secret of a confidential client. It is sent with HTTP Basic authentication, and only
        /// to the token URL. A program that runs on its users' machines is a public client and has no
        /// secret.
        pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
            self.account.client_secret = Some(crate::auth::token::zeroizing_secret(secret.into()));
            self
        }

        /// Sets the URL of the token endpoint, instead of [`DEFAULT_TOKEN_URL`](crate::DEFAULT_TOKEN_URL):
        /// an `https` URL, or an `http` URL of this machine, which is requested without a proxy.
        pub fn token_url(mut self, url: impl Into<String>) -> Self {
            self.account.token_url = Some(url.into());
            self
        }

        /// Sets the HTTP client for the token URL, for example to configure proxies and certificates.
        /// Since the refresh token is meant for the token URL only, the client should follow no
        /// redirects and use no proxy for an `http` URL of this machine.
        pub fn http_client(mut self, http: reqwest::Client) -> Self {
            self.account.http = Some(http);
            self
        }

        /// Sets a callback for each new refresh token, including that of a login. It should store the
        /// token, since the previous one may no longer be valid.
        ///
        /// Calls wait until the callback returns. It may block, since it does not run on a thread of
        /// the async runtime. It must not call the API. If it panics, the token is used nevertheless.
        pub fn on_refresh_token(
            mut self,
            hook: impl Fn(&crate::RefreshToken) + Send + Sync + 'static,
        ) -> Self {
            self.account.hook = Some(std::sync::Arc::new(hook));
            self
        }
    };
}

pub(crate) use account_setters;
