//! Access tokens: how a call authenticates, and where a client gets its tokens.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderValue;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};

use crate::runtime::BoxFuture;

/// An access token, which is sent as a bearer token.
///
/// `Debug` does not show it. Its memory, and that of the header that carries it, is zeroed when the
/// last clone is dropped. The buffers of connections are not zeroed: those through which it was sent,
/// or received from a login or a refresh.
///
/// ```
/// use connect_api::AccessToken;
///
/// let token = AccessToken::from("a token");
/// assert_eq!(format!("{token:?}"), "AccessToken(***)");
/// assert_eq!(token.expose(), "a token");
/// ```
#[derive(Clone)]
pub struct AccessToken(Arc<Inner>);

struct Inner {
    token: SecretString,
    /// The `Authorization` header, created once and shared by all requests. `None` if the token
    /// cannot be sent in a header.
    header: Option<HeaderValue>,
}

impl AccessToken {
    /// Returns the token as text, for a program that stores it.
    pub fn expose(&self) -> &str {
        self.0.token.expose_secret()
    }

    /// Checks that the token can be sent. Returns an error message if it cannot.
    pub(crate) fn validate(&self) -> Result<(), &'static str> {
        let token = self.expose();
        match token.trim() {
            "" => Err("the token is empty"),
            trimmed if trimmed != token => {
                Err("the token has leading or trailing white space: remove it")
            }
            _ if token.starts_with("Bearer ") => {
                Err("the token starts with `Bearer `: remove the prefix, since the client adds it")
            }
            _ if self.header().is_none() => {
                Err("the token contains characters that are not allowed in a header")
            }
            _ => Ok(()),
        }
    }

    /// Returns the `Authorization` header, if the token can be sent in one.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        self.0.header.clone()
    }
}

impl<T: Into<String>> From<T> for AccessToken {
    fn from(token: T) -> Self {
        let token = zeroizing_secret(token.into());
        let header = authorization_header(token.expose_secret());
        Self(Arc::new(Inner { token, header }))
    }
}

fn authorization_header(token: &str) -> Option<HeaderValue> {
    if token.trim().is_empty() {
        return None;
    }

    // Allocated once in its full length, and shared by all clones of the header.
    let text = Zeroizing::new(["Bearer ", token].concat().into_bytes());
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text)).ok()?;
    value.set_sensitive(true);

    Some(value)
}

/// Converts a text to a secret and zeroes the original. `SecretString::from(String)` would reallocate
/// a string with spare capacity and leave a copy behind.
pub(crate) fn zeroizing_secret(text: String) -> SecretString {
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

/// Provides access tokens that change over time.
///
/// ```
/// use connect_api::{AccessToken, BoxFuture, TokenError, TokenProvider};
///
/// struct FromDisk;
///
/// impl TokenProvider for FromDisk {
///     fn token<'a>(
///         &'a self,
///         expired: Option<&'a AccessToken>,
///     ) -> BoxFuture<'a, Result<AccessToken, TokenError>> {
///         Box::pin(async move {
///             let token = std::fs::read_to_string("token").map_err(TokenError::transient)?;
///             let token = AccessToken::from(token.trim());
///             match expired {
///                 Some(expired) if *expired == token => {
///                     Err(TokenError::permanent("the token on disk has expired"))
///                 }
///                 _ => Ok(token),
///             }
///         })
///     }
/// }
/// ```
pub trait TokenProvider: Send + Sync {
    /// Returns a valid token. `expired` is the token that the API has just rejected as expired, if
    /// any: it must not be returned again.
    ///
    /// A token that cannot be sent, because it is empty or starts with `Bearer `, fails the call with
    /// [`Error::Token`](crate::Error::Token), without a retry.
    ///
    /// Many calls can ask for a token at once: a provider should serve all of them with one refresh.
    fn token<'a>(
        &'a self,
        expired: Option<&'a AccessToken>,
    ) -> BoxFuture<'a, Result<AccessToken, TokenError>>;
}

/// A failure to get an access token.
///
/// ```
/// use std::time::Duration;
/// use connect_api::TokenError;
///
/// assert!(!TokenError::permanent("the user has left").is_transient());
/// let busy = TokenError::transient("the vault is sealed").with_retry_after(Duration::from_secs(60));
/// assert_eq!(busy.retry_after(), Some(Duration::from_secs(60)));
/// assert_eq!(busy.to_string(), "cannot get an access token: the vault is sealed");
/// ```
#[derive(Clone, Debug)]
pub struct TokenError {
    message: String,
    transient: bool,
    retry_after: Option<Duration>,
}

impl TokenError {
    /// A permanent failure: the call fails without a retry.
    pub fn permanent(reason: impl fmt::Display) -> Self {
        Self { message: reason.to_string(), transient: false, retry_after: None }
    }

    /// A transient failure: the call is retried as its retry policy allows.
    pub fn transient(reason: impl fmt::Display) -> Self {
        Self { message: reason.to_string(), transient: true, retry_after: None }
    }

    /// Sets the minimum delay before a retry, as requested by the token service.
    #[must_use]
    pub fn with_retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self
    }

    /// Returns the minimum delay before a retry, if there is one.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether a retry can succeed.
    pub fn is_transient(&self) -> bool {
        self.transient
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot get an access token: {}", self.message)
    }
}

impl std::error::Error for TokenError {}

/// Where a client gets its access tokens.
#[derive(Clone, Default)]
pub(crate) enum TokenSource {
    #[default]
    None,
    Static(AccessToken),
    Provider(Arc<dyn TokenProvider>),
}

/// Checks that the token of a provider can be sent.
pub(crate) fn validate_provided(
    result: Result<AccessToken, TokenError>,
) -> Result<AccessToken, TokenError> {
    let token = result?;
    let invalid = |reason| {
        TokenError::permanent(format!("the token provider returned an invalid token: {reason}"))
    };
    token.validate().map_err(invalid)?;

    Ok(token)
}
