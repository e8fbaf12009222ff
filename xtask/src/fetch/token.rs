//! The bearer token, which nobody gets to see.

use std::ffi::OsStr;

use connect_codegen::diagnostic::{Diagnostic, Result};
use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};

use super::SPEC_URL;

/// The environment variable that holds the token.
pub const TOKEN_VARIABLE: &str = "CONNECT_API_TOKEN";

/// A bearer token. Its `Debug` form does not show it.
#[derive(Debug, Clone)]
pub struct Token(SecretString);

impl Token {
    /// The token of the environment, if there is one.
    pub fn from_env() -> Result<Option<Self>> {
        Self::read(std::env::var_os(TOKEN_VARIABLE).as_deref())
    }

    /// Reads the value of the variable. An empty one is none; blanks around it do not count.
    pub fn read(value: Option<&OsStr>) -> Result<Option<Self>> {
        let text = value.map_or(Some(""), OsStr::to_str).map(str::trim);
        // The characters of RFC 6750, and the bar that the vendor's API tokens hold. Of them only the
        // slash has an escape in JSON, so that a token which a service repeats is found in its text.
        let fits = |c: char| c.is_ascii_alphanumeric() || "-._~+/=|".contains(c);

        match text {
            Some("") => Ok(None),
            Some(text) if text.chars().all(fits) => Ok(Some(Self(text.into()))),
            _ => Err(Diagnostic::new("the value is not a bearer token")
                .in_file(TOKEN_VARIABLE)
                .help("a token has only letters, digits and `-._~+/=|`; leave out `Bearer`")),
        }
    }

    /// Whether a token may be sent to a URL: to the service's own origin, and to this machine, where
    /// stand-ins are. It lies in the environment whatever is fetched, so naming another host is not
    /// asking for it to be sent there.
    pub fn may_go_to(url: &Url) -> bool {
        SPEC_URL.parse().is_ok_and(|service: Url| service.origin() == url.origin())
            || is_loopback(url)
    }

    pub(super) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Takes the token out of a text.
    pub(super) fn hide(&self, text: &str) -> String {
        let escaped = self.expose().replace('/', r"\/");
        text.replace(self.expose(), "***").replace(&escaped, "***")
    }
}

/// Whether a URL is of this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}
