//! Validates the base URL, and checks whether a URL may receive secrets.

use reqwest::Url;

use crate::error::ConfigurationError;

/// Whether a secret that is sent to a URL cannot be read on the way: the URL is `https`, or it is on
/// this machine.
pub(crate) fn is_secure(url: &Url) -> bool {
    (url.scheme() == "https" && url.has_host()) || is_loopback_http(url)
}

/// Whether a URL is an `http` URL on this machine.
///
/// Traffic to it is not encrypted. It is safe as long as no proxy forwards it.
pub(crate) fn is_loopback_http(url: &Url) -> bool {
    let Some(host) = url.host_str().filter(|_| url.scheme() == "http") else { return false };
    let address = host.trim_start_matches('[').trim_end_matches(']');

    host == "localhost" || address.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Parses a base URL.
///
/// # Errors
///
/// An error without the URL's text, which can contain a secret.
pub(crate) fn parse_base_url(text: &str) -> Result<Url, ConfigurationError> {
    let error = |message: &str| Err(ConfigurationError::new(format!("the base URL {message}")));

    let Ok(url) = Url::parse(text) else {
        return error("is not an absolute URL such as https://api.ultimaker.com/connect/v1");
    };

    if !matches!(url.scheme(), "http" | "https") {
        return error("must have the scheme http or https");
    }

    if url.query().is_some() || url.fragment().is_some() {
        return error("must not have a query or a fragment");
    }

    if !url.username().is_empty() || url.password().is_some() {
        return error("must not contain a user name or a password");
    }

    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_loopback_urls_are_secure() {
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
}
