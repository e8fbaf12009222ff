//! Authentication: access tokens, and where they come from.

#[cfg(all(feature = "login", not(target_family = "wasm")))]
pub(crate) mod login;
#[cfg(feature = "oauth")]
pub(crate) mod oauth;
pub(crate) mod token;
