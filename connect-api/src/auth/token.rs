//! Tokens: what a call authenticates with.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderValue;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};

use crate::runtime::BoxFuture;

/// A bearer token. Never shows in `Debug`, and is zeroed when the last of its clones is dropped; so
/// is the header that carries it. What cannot be zeroed are the buffers of connections through
/// which it was sent, and through which it came from a login or a refresh.
///
/// ```
/// use connect_api::AccessToken;
///
/// let token = AccessToken::from("a token");
/// assert_eq!(format!("{token:?}"), "AccessToken(***)");
/// assert_eq!(token.expose(), "a token");
/// ```
#[derive(Clone)]
pub struct AccessToken(Arc<Secret>);

struct Secret {
    text: SecretString,
    /// The header that carries the token, if one can: made once, and shared by all requests.
    header: Option<HeaderValue>,
}

impl AccessToken {
    /// The token itself, for a program that stores it.
    pub fn expose(&self) -> &str {
        self.0.text.expose_secret()
    }

    /// Why the token cannot be one, if that can be told by its looks.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let token = self.expose();
        match token.trim() {
            "" => Some("the token is empty"),
            trimmed if trimmed != token => Some("the token has blanks or line breaks around it"),
            _ if token.starts_with("Bearer ") => {
                Some("the token begins with `Bearer`, which is the header's and not its own")
            }
            _ if self.header().is_none() => {
                Some("the token holds characters that no header can carry")
            }
            _ => None,
        }
    }

    /// The header that carries the token, if one can.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        self.0.header.clone()
    }
}

impl<T: Into<String>> From<T> for AccessToken {
    fn from(token: T) -> Self {
        let text = secret(token.into());
        let header = header(text.expose_secret());
        Self(Arc::new(Secret { text, header }))
    }
}

fn header(token: &str) -> Option<HeaderValue> {
    if token.trim().is_empty() {
        return None;
    }

    // Made at once in its full length, and shared by all copies of the header.
    let text = Zeroizing::new(["Bearer ", token].concat().into_bytes());
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text)).ok()?;
    value.set_sensitive(true);

    Some(value)
}

/// A secret of which no copy is left behind: a string that has room to spare would be moved.
pub(crate) fn secret(text: String) -> SecretString {
    SecretString::from(Zeroizing::new(text).as_str())
}

impl PartialEq for AccessToken {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for AccessToken {}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(***)")
    }
}

/// Gives the tokens that calls authenticate with, when they are not one token forever.
///
/// ```
/// use connect_api::{AccessToken, BoxFuture, TokenError, TokenProvider};
///
/// struct FromDisk;
///
/// impl TokenProvider for FromDisk {
///     fn token<'a>(
///         &'a self,
///         refused: Option<&'a AccessToken>,
///     ) -> BoxFuture<'a, Result<AccessToken, TokenError>> {
///         Box::pin(async move {
///             let token = std::fs::read_to_string("token").map_err(TokenError::transient)?;
///             let token = AccessToken::from(token.trim());
///             match refused {
///                 Some(refused) if *refused == token => Err(TokenError::refused("still the expired one")),
///                 _ => Ok(token),
///             }
///         })
///     }
/// }
/// ```
pub trait TokenProvider: Send + Sync {
    /// A token that is good now. The API has just called `refused` expired, if one is given: it
    /// must not be given again.
    ///
    /// What cannot be a token, as one that is empty or begins with `Bearer `, is not sent: the call
    /// fails with [`Error::Token`](crate::Error::Token), and is not tried again.
    ///
    /// Many calls ask at once; a provider that refreshes has one refresh serve them all.
    fn token<'a>(
        &'a self,
        refused: Option<&'a AccessToken>,
    ) -> BoxFuture<'a, Result<AccessToken, TokenError>>;
}

/// A failure to get a token.
///
/// ```
/// use std::time::Duration;
/// use connect_api::TokenError;
///
/// assert!(!TokenError::refused("the user has left").is_transient());
/// let busy = TokenError::transient("the vault is sealed").with_retry_after(Duration::from_secs(60));
/// assert_eq!(busy.retry_after(), Some(Duration::from_secs(60)));
/// assert_eq!(busy.to_string(), "no token: the vault is sealed");
/// ```
#[derive(Clone, Debug)]
pub struct TokenError {
    message: String,
    transient: bool,
    retry_after: Option<Duration>,
}

impl TokenError {
    /// The token was refused for good: calls fail, and nobody tries again.
    pub fn refused(why: impl fmt::Display) -> Self {
        Self { message: why.to_string(), transient: false, retry_after: None }
    }

    /// No token could be had this time; the call's retry policy decides whether to try again.
    pub fn transient(why: impl fmt::Display) -> Self {
        Self { message: why.to_string(), transient: true, retry_after: None }
    }

    /// The same, with how long to wait before another attempt: the wait that the token service asks
    /// for.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// How long to wait before another attempt, if the token service or the provider asks for a
    /// wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether another attempt can succeed.
    pub fn is_transient(&self) -> bool {
        self.transient
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no token: {}", self.message)
    }
}

impl std::error::Error for TokenError {}

/// Where a client gets its tokens.
#[derive(Clone, Default)]
pub(crate) enum Tokens {
    #[default]
    None,
    Static(AccessToken),
    Provider(Arc<dyn TokenProvider>),
}

/// What a provider gave, if it can be a token.
pub(crate) fn provided(given: Result<AccessToken, TokenError>) -> Result<AccessToken, TokenError> {
    let token = given?;
    match token.fault() {
        None => Ok(token),
        Some(fault) => {
            let why = format!("what the token provider gave cannot be sent: {fault}");
            Err(TokenError::refused(why))
        }
    }
}
