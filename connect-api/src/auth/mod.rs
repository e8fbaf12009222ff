//! Authentication: access tokens, OAuth 2.0 refresh tokens, and the login in a browser.

#[cfg(all(feature = "login", not(target_family = "wasm")))]
pub(crate) mod login;
#[cfg(feature = "oauth")]
pub(crate) mod oauth;
pub(crate) mod token;
