//! The bearer token, which is redacted everywhere.

use std::ffi::OsStr;
use std::net::IpAddr;

use connect_codegen::diagnostic::{Diagnostic, Result};
use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};

use super::SPEC_URL;

/// The environment variable that holds the token.
pub const TOKEN_VARIABLE: &str = "CONNECT_API_TOKEN";

/// A bearer token. `Debug` does not show it.
#[derive(Debug, Clone)]
pub struct Token(SecretString);

impl Token {
    /// Reads the token from the environment.
    pub fn from_env() -> Result<Option<Self>> {
        Self::parse(std::env::var_os(TOKEN_VARIABLE).as_deref())
    }

    /// Parses the value of the variable. An empty value is no token; surrounding blanks are
    /// ignored.
    pub fn parse(value: Option<&OsStr>) -> Result<Option<Self>> {
        let text = value.map_or(Some(""), OsStr::to_str).map(str::trim);
        // The characters of RFC 6750, and the bar in the vendor's API tokens. Only the slash can be
        // escaped in JSON: see `redact`.
        let is_valid = |c: char| c.is_ascii_alphanumeric() || "-._~+/=|".contains(c);

        match text {
            Some("") => Ok(None),
            Some(text) if text.chars().all(is_valid) => Ok(Some(Self(text.into()))),
            _ => Err(Diagnostic::new("invalid bearer token").in_file(TOKEN_VARIABLE).help(
                "a token has only letters, digits and `-._~+/=|`; remove the `Bearer ` prefix",
            )),
        }
    }

    /// Whether the token may be sent to a URL: only to the service, and to this machine for
    /// stand-in servers. The variable is set for all fetches, so a URL of another host is no
    /// consent to send the token there.
    pub fn is_allowed_for(url: &Url) -> bool {
        SPEC_URL.parse().is_ok_and(|service: Url| service.origin() == url.origin())
            || is_loopback(url)
    }

    pub(super) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Replaces the token in a text, also with its slashes escaped as in JSON.
    pub(super) fn redact(&self, text: &str) -> String {
        let escaped = self.expose().replace('/', r"\/");
        text.replace(self.expose(), "***").replace(&escaped, "***")
    }
}

/// Whether the host of a URL is this machine.
///
/// `connect-api` has the same check for its base URLs. This crate does not depend on `connect-api`,
/// because it must build when the generated code does not compile.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}
