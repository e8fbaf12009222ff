//! Where secrets may go: where nobody between here and there can read them.

use reqwest::Url;

use crate::error::ConfigurationError;

/// Whether nobody on the way to a URL can read what is sent to it: its scheme is `https`, or it
/// is on this machine.
pub(crate) fn is_secure(url: &Url) -> bool {
    (url.scheme() == "https" && url.has_host()) || is_plain_here(url)
}

/// Whether what is sent to a URL is not encrypted and is safe all the same, since it does not leave
/// this machine: as long as no proxy is asked to carry it.
pub(crate) fn is_plain_here(url: &Url) -> bool {
    let Some(host) = url.host_str().filter(|_| url.scheme() == "http") else { return false };
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
}

/// A base URL, if it can be one.
pub(crate) fn base_url(text: &str) -> Result<Url, ConfigurationError> {
    let fault = |what: &str| Err(ConfigurationError::new(format!("the base URL {what}")));
    let Ok(url) = Url::parse(text) else {
        return fault("is not an absolute URL like https://api.ultimaker.com/connect/v1");
    };

    if !matches!(url.scheme(), "http" | "https") {
        return fault("is neither http nor https");
    }

    if url.query().is_some() || url.fragment().is_some() {
        return fault("has a query or a fragment");
    }

    if !url.username().is_empty() || url.password().is_some() {
        return fault("has a user name or a password");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tls_and_this_machine_are_secure() {
        let secure = |url: &str| is_secure(&Url::parse(url).unwrap());
        for url in ["https://h/v1", "http://localhost:1/", "http://127.0.0.2/", "http://[::1]:1/"] {
            assert!(secure(url), "{url}");
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
            assert!(!secure(url), "{url}");
        }
    }
}
