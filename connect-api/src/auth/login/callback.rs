//! The server to which the browser is redirected after a login. It listens on this machine only.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use reqwest::{StatusCode, Url};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::auth::token::TokenError;
use crate::error::{ConfigurationError, Error};
use crate::redact::text::redact_to_single_line;
use crate::runtime::{sleep, timeout};

/// The path of the redirect URI.
pub(super) const PATH: &str = "/callback";

const MAX_REQUEST: usize = 16 << 10;
const MAX_HEADERS: usize = 100;
const MAX_CONNECTIONS: usize = 32;

/// Timeout for one connection.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(10);

/// Waits for the browser.
pub(super) struct CallbackServer {
    port: u16,
    ipv4: TcpListener,
    /// Some browsers try `::1` first for `localhost`. `None` on a machine without IPv6.
    ipv6: Option<TcpListener>,
    /// The `state` of this login, which the browser must send back.
    state: SecretString,
}

/// The result of a login in the browser: the authorization code, or an error.
type LoginResult = Result<SecretString, TokenError>;

impl CallbackServer {
    pub(super) async fn bind(port: u16, state: SecretString) -> Result<Self, Error> {
        let error = |error: io::Error| {
            let message = format!("cannot listen on port {port} for the login: {error}");
            Error::Configuration(ConfigurationError::new(message))
        };
        let ipv4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(error)?;
        let port = ipv4.local_addr().map_err(error)?.port();

        let ipv6 = match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(listener) => Some(listener),
            // The browser would send the authorization code to another program.
            Err(in_use) if in_use.kind() == io::ErrorKind::AddrInUse => return Err(error(in_use)),
            Err(_) => None,
        };

        Ok(Self { port, ipv4, ipv6, state })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Returns the authorization code of the first request that has one and the right state.
    ///
    /// Serves connections concurrently, since browsers open connections that they do not use.
    pub(super) async fn authorization_code(&self) -> LoginResult {
        let mut connections = JoinSet::new();
        loop {
            let is_full = connections.len() >= MAX_CONNECTIONS;
            tokio::select! {
                connection = self.accept(), if !is_full => match connection {
                    Ok(connection) => {
                        let state = self.state.clone();
                        connections.spawn(async move {
                            let result = timeout(CONNECTION_TIMEOUT, serve(connection, &state)).await;
                            result.ok()?.ok()?
                        });
                    }
                    // The process may have reached its limit of open files.
                    Err(_) => sleep(Duration::from_millis(100)).await,
                },
                Some(served) = connections.join_next() => {
                    if let Ok(Some(result)) = served {
                        return result;
                    }
                }
            }
        }
    }

    async fn accept(&self) -> io::Result<TcpStream> {
        let ipv6 = async {
            match &self.ipv6 {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };

        let (connection, _) = tokio::select! {
            accepted = self.ipv4.accept() => accepted?,
            accepted = ipv6 => accepted?,
        };

        Ok(connection)
    }
}

/// Serves one request. Returns the result of the login, if the request carries it.
async fn serve(mut connection: TcpStream, state: &SecretString) -> io::Result<Option<LoginResult>> {
    // Allocated once: a vector that grows leaves copies of the code behind.
    let mut request = Zeroizing::new(vec![0; MAX_REQUEST]);
    let mut length = 0;

    let result = loop {
        let count = connection.read(&mut request[length..]).await?;
        length += count;

        match request_target(&request[..length]) {
            Ok(Some(target)) => break login_result(target, state),
            Ok(None) if count > 0 && length < MAX_REQUEST => {}
            Ok(None) | Err(()) => break Err(StatusCode::BAD_REQUEST),
        }
    };

    let (status, message) = match &result {
        Ok(Ok(_)) => (StatusCode::OK, "You can close this page and return to the program."),
        Ok(Err(_)) => (StatusCode::OK, "The login failed. The program shows the reason."),
        Err(status) => (*status, "This page is only for the redirect after a login."),
    };

    // The result counts even if the browser has closed the connection.
    if connection.write_all(html_response(status, message).as_bytes()).await.is_ok() {
        _ = connection.shutdown().await;
    }

    Ok(result.ok())
}

/// Returns the target of a GET request, or `None` while the head is incomplete.
fn request_target(request: &[u8]) -> Result<Option<&str>, ()> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);

    match parsed.parse(request) {
        Ok(httparse::Status::Complete(_)) if parsed.method == Some("GET") => Ok(parsed.path),
        Ok(httparse::Status::Partial) => Ok(None),
        Ok(httparse::Status::Complete(_)) | Err(_) => Err(()),
    }
}

/// Reads the result of the login from a request target. Returns the status to respond with if the
/// target has none.
fn login_result(target: &str, state: &SecretString) -> Result<LoginResult, StatusCode> {
    let path = target.split(['?', '#']).next();
    if path != Some(PATH) {
        return Err(StatusCode::NOT_FOUND);
    }

    let base = Url::parse("http://localhost").map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let url = base.join(target).map_err(|_| StatusCode::BAD_REQUEST)?;
    let parameter = |name: &str| {
        let pair = url.query_pairs().find(|(key, _)| key == name);
        pair.map(|(_, value)| Zeroizing::new(value.into_owned())).filter(|value| !value.is_empty())
    };

    // Any web site can send the browser here, but only the account service has the state.
    let received = parameter("state").unwrap_or_default();
    if !bool::from(received.as_bytes().ct_eq(state.expose_secret().as_bytes())) {
        return Err(StatusCode::BAD_REQUEST);
    }

    // The standard parameter is `error`; the service has been seen to send `error_code=user_denied`.
    if let Some(error) = parameter("error").or_else(|| parameter("error_code")) {
        let description = parameter("error_description");
        return Ok(Err(login_error(&error, description.as_deref(), state)));
    }

    let code = parameter("code").ok_or(StatusCode::BAD_REQUEST)?;
    Ok(Ok(SecretString::from(code.as_str())))
}

fn login_error(error: &str, description: Option<&String>, state: &SecretString) -> TokenError {
    let secrets = [state.expose_secret()];
    let summary = match error {
        "access_denied" | "user_denied" => "the user denied the login",
        _ => "the login failed",
    };
    let mut message = format!("{summary}: {}", redact_to_single_line(error, &secrets));

    if let Some(description) = description {
        message.push_str(&format!(" ({})", redact_to_single_line(description, &secrets)));
    }

    TokenError::permanent(message)
}

/// Formats a response with one message. The browser stores nothing of it and sends no referrer.
fn html_response(status: StatusCode, message: &str) -> String {
    let body = format!("<!doctype html><meta charset=utf-8><title>Login</title><p>{message}</p>\n");
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
         cache-control: no-store\r\nreferrer-policy: no-referrer\r\n\
         content-security-policy: default-src 'none'\r\nx-content-type-options: nosniff\r\n\
         connection: close\r\n\r\n{body}",
        body.len(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_callback_with_the_right_state_ends_the_login() {
        let state = SecretString::from("right");
        let status =
            |target: &str| login_result(target, &state).err().map(|status| status.as_u16());
        for (target, expected) in [
            ("/favicon.ico", Some(404)),
            ("/callback/", Some(404)),
            ("//callback?state=right&code=c", Some(404)),
            ("/x/../callback?state=right&code=c", Some(404)),
            ("http://evil/callback?state=right&code=c", Some(404)),
            ("/callback", Some(400)),
            ("/callback?code=c", Some(400)),
            ("/callback?state=&code=c", Some(400)),
            ("/callback?state=wrong&code=c", Some(400)),
            ("/callback?state=wrong&error=access_denied", Some(400)),
            ("/callback?state=right", Some(400)),
            ("/callback?state=right&code=", Some(400)),
            ("/callback?state=right&code=c", None),
            ("/callback?error=access_denied&state=right", None),
        ] {
            assert_eq!(status(target), expected, "{target}");
        }

        let code = login_result("/callback?code=a%2Fb&state=right", &state).unwrap().unwrap();
        assert_eq!(code.expose_secret(), "a/b");
    }

    #[test]
    fn invalid_request_is_refused() {
        assert_eq!(
            request_target(b"GET /callback?a HTTP/1.1\r\nhost: x\r\n\r\n"),
            Ok(Some("/callback?a"))
        );
        assert_eq!(request_target(b"GET /callback?a HTTP/1.1\r\nhos"), Ok(None));
        assert_eq!(request_target(b""), Ok(None));

        for bad in ["POST /callback HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02", "GET  HTTP/9\r\n\r\n"] {
            assert_eq!(request_target(bad.as_bytes()), Err(()), "{bad:?}");
        }

        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(MAX_HEADERS + 1));
        assert_eq!(request_target(many.as_bytes()), Err(()));
    }

    #[test]
    fn denied_login_is_reported_on_one_line() {
        let state = SecretString::from("right");
        for target in [
            "/callback?state=right&error=access_denied",
            "/callback?state=right&error_code=user_denied",
        ] {
            let error = login_result(target, &state).unwrap().unwrap_err();
            assert!(error.to_string().contains("the user denied the login"), "{error}");
        }

        let target = "/callback?state=right&error=x%0d%0ay&error_description=right%1b[0m";
        let error = login_result(target, &state).unwrap().unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot get an access token: the login failed: x  y (*** [0m)"
        );
    }
}
