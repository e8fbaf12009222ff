//! Refresh tokens.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};

use crate::auth::token::zeroizing_secret;

/// A refresh token.
///
/// `Debug` does not show it. Its memory, and that of the form that it is sent in, is zeroed when it is
/// dropped. The buffers of the connection are not zeroed, as for an
/// [`AccessToken`](crate::AccessToken).
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
    /// Returns the token as text, for a program that stores it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl<T: Into<String>> From<T> for RefreshToken {
    fn from(token: T) -> Self {
        Self(zeroizing_secret(token.into()))
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
