//! Validation of the URLs that a token or another secret is sent to.

use std::net::IpAddr;

use reqwest::Url;

use crate::error::ConfigurationError;

/// Parses the base URL of the API.
pub(crate) fn parse_base_url(text: &str) -> Result<Url, ConfigurationError> {
    let url = parse_url("base URL", text)?;
    if url.query().is_some() {
        return Err(ConfigurationError::new("the base URL has a query: remove it"));
    }

    Ok(url)
}

/// Parses a URL that receives secrets; `name` is what error messages call it.
#[cfg(feature = "oauth")]
pub(crate) fn parse_secure_url(name: &str, text: &str) -> Result<Url, ConfigurationError> {
    let url = parse_url(name, text)?;
    if !is_secure(&url) {
        let message = format!("the {name} is neither https nor on this machine");
        return Err(ConfigurationError::new(message));
    }

    Ok(url)
}

/// Parses an absolute `http` or `https` URL without user name, password and fragment.
fn parse_url(name: &str, text: &str) -> Result<Url, ConfigurationError> {
    let error = |message: &str| Err(ConfigurationError::new(format!("the {name} {message}")));
    let Ok(url) = Url::parse(text) else {
        return error("is not an absolute URL like https://example.com/path");
    };

    if !matches!(url.scheme(), "http" | "https") {
        return error("is neither http nor https");
    }
    if url.fragment().is_some() {
        return error("has a fragment: remove it");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return error("has a user name or a password: remove it");
    }

    Ok(url)
}

/// Whether a secret that is sent to a URL cannot be read on the way: the scheme of the URL is `https`, or
/// its host is this machine.
pub(crate) fn is_secure(url: &Url) -> bool {
    (url.scheme() == "https" && url.has_host()) || is_loopback_http(url)
}

/// Whether a URL is an `http` URL of this machine. What is sent to it is not encrypted, so no
/// proxy may be used for it.
pub(crate) fn is_loopback_http(url: &Url) -> bool {
    let Some(host) = url.host_str().filter(|_| url.scheme() == "http") else { return false };
    let address = host.trim_start_matches('[').trim_end_matches(']');

    host == "localhost" || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_loopback_are_secure() {
        let is_secure = |url: &str| is_secure(&Url::parse(url).unwrap());
        for url in ["https://h/v1", "http://localhost:1/", "http://127.0.0.2/", "http://[::1]:1/"] {
            assert!(is_secure(url), "{url}");
        }

        for url in [
            "http://h/v1",
            "http://localhost.evil.com/",
            "http://127.0.0.1.evil.com/",
            "http://10.0.0.1/",
            "http://[::ffff:10.0.0.1]/",
            "http://0.0.0.0/",
            "ftp://localhost/",
            "file:///secret",
        ] {
            assert!(!is_secure(url), "{url}");
        }
    }

    #[cfg(feature = "oauth")]
    #[test]
    fn insecure_or_ambiguous_url_is_refused_without_showing_it() {
        for url in
            ["https://h/token", "http://localhost:1/t", "http://127.0.0.1/", "http://[::1]:1/"]
        {
            assert!(parse_secure_url("token URL", url).is_ok(), "{url}");
        }

        for url in [
            "",
            "token",
            "http://h/token",
            "http://localhost.evil.com/",
            "http://127.0.0.1.evil.com/",
            "http://10.0.0.1/",
            "ftp://h/",
            "file:///secret",
            "https://secret@h/",
            "https://u:secret@h/",
            "https://h/#secret",
        ] {
            let error = parse_secure_url("token URL", url).unwrap_err();
            assert!(error.to_string().starts_with("the token URL "), "{url}: {error}");
            assert!(!format!("{error} {error:?}").contains("secret"), "{url}: {error:?}");
        }
    }
}
