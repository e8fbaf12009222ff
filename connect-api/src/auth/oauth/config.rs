//! The account service, as a program reaches it and is known to it.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use super::{DEFAULT_TOKEN_URL, RefreshToken, TokenEndpoint};
use crate::client::http_client;
use crate::error::{ConfigurationError, Error};
use crate::http::base_url::parse_secure_url;

/// What the program does with a new refresh token.
pub(crate) type Hook = Arc<dyn Fn(&RefreshToken) + Send + Sync>;

/// What is to be set for whatever gets tokens.
pub(crate) struct Account {
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<SecretString>,
    pub(crate) token_url: Option<String>,
    pub(crate) http: Option<reqwest::Client>,
    pub(crate) hook: Option<Hook>,
    /// How long the service has for each answer.
    pub(crate) timeout: Duration,
}

impl Account {
    pub(crate) fn new(client_id: String) -> Self {
        let timeout = Duration::from_secs(30);
        Self { client_id, client_secret: None, token_url: None, http: None, hook: None, timeout }
    }

    /// Where the tokens come from, and who is told of them.
    pub(crate) fn open(self) -> Result<(TokenEndpoint, Option<Hook>), Error> {
        let Self { client_id, client_secret, token_url, http, hook, timeout } = self;
        let url = token_url.as_deref().unwrap_or(DEFAULT_TOKEN_URL);
        let url = parse_secure_url("token URL", url)?;
        if client_id.trim().is_empty() {
            return Err(fault("the client's id is empty"));
        }

        let http = match http {
            Some(http) => http,
            None => http_client(&url, None, None).map_err(Error::Configuration)?,
        };

        Ok((TokenEndpoint { url, client_id, client_secret, http, timeout }, hook))
    }
}

/// The setters of whatever has an [`Account`].
macro_rules! account_setters {
    () => {
        /// The secret of a confidential client; it is sent as HTTP Basic, to the token URL only. A
        /// program that users run themselves is a public client and has none.
        pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
            self.account.client_secret = Some(crate::auth::token::secret(secret.into()));
            self
        }

        /// Where to get tokens, instead of at [`DEFAULT_TOKEN_URL`](crate::DEFAULT_TOKEN_URL): an
        /// `https` URL, or an `http` one of this machine, which no proxy gets to see.
        pub fn token_url(mut self, url: impl Into<String>) -> Self {
            self.account.token_url = Some(url.into());
            self
        }

        /// The HTTP client to get tokens with, for proxies and certificates of your own. Have it
        /// follow no redirects, and use no proxy for an `http` URL of this machine: the refresh
        /// token is only meant for the token URL.
        pub fn http_client(mut self, http: reqwest::Client) -> Self {
            self.account.http = Some(http);
            self
        }

        /// What to do with each new refresh token, that of a login included: store it, since the
        /// one before it may no longer be good. Calls wait until it is done, but not on a thread of
        /// the async runtime. Should it panic, the token is used nevertheless; it must not call the
        /// API itself.
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

fn fault(what: &str) -> Error {
    Error::Configuration(ConfigurationError::new(what))
}
