//! Where the browser comes back to: a server of one page, on this machine only.

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

pub(super) const PATH: &str = "/callback";
const MAX_REQUEST: usize = 16 << 10;
const MAX_HEADERS: usize = 100;
const MAX_CONNECTIONS: usize = 32;
const TIMEOUT: Duration = Duration::from_secs(10);

/// The listener for the browser.
pub(super) struct Callback {
    port: u16,
    ipv4: TcpListener,
    /// `localhost` is this one first for some browsers; not every machine has it.
    ipv6: Option<TcpListener>,
    state: SecretString,
}

/// How the login ended in the browser.
type Ended = Result<SecretString, TokenError>;

impl Callback {
    pub(super) async fn bind(port: u16, state: SecretString) -> Result<Self, Error> {
        let fault = |error: io::Error| {
            let what = format!("cannot listen for the login on port {port}: {error}");
            Error::Configuration(ConfigurationError::new(what))
        };
        let ipv4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(fault)?;
        let port = ipv4.local_addr().map_err(fault)?.port();

        let ipv6 = match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(listener) => Some(listener),
            // The browser would take the code to whoever listens there.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(fault(error)),
            Err(_) => None,
        };

        Ok(Self { port, ipv4, ipv6, state })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The authorization code, from the first request that has one and knows the state. Browsers
    /// open connections that they do not use, so each is served beside the others.
    pub(super) async fn code(&self) -> Ended {
        let mut connections = JoinSet::new();
        loop {
            let full = connections.len() >= MAX_CONNECTIONS;
            tokio::select! {
                connection = self.accept(), if !full => match connection {
                    Ok(connection) => {
                        let state = self.state.clone();
                        connections.spawn(async move {
                            timeout(TIMEOUT, serve(connection, &state)).await.ok()?.ok()?
                        });
                    }
                    // No file is left for it, perhaps: the next may do better.
                    Err(_) => sleep(Duration::from_millis(100)).await,
                },
                Some(served) = connections.join_next() => {
                    if let Ok(Some(ended)) = served {
                        return ended;
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

/// Answers one request; gives the login's end, if the request is that.
async fn serve(mut connection: TcpStream, state: &SecretString) -> io::Result<Option<Ended>> {
    // All of it at once: a vector that grows leaves copies of the code behind.
    let mut request = Zeroizing::new(vec![0; MAX_REQUEST]);
    let mut len = 0;

    let answer = loop {
        let read = connection.read(&mut request[len..]).await?;
        len += read;

        match target(&request[..len]) {
            Ok(Some(target)) => break answer(target, state),
            Ok(None) if read > 0 && len < MAX_REQUEST => {}
            Ok(None) | Err(()) => break Err(StatusCode::BAD_REQUEST),
        }
    };

    let (status, text) = match &answer {
        Ok(Ok(_)) => (StatusCode::OK, "You can close this page and go back to the program."),
        Ok(Err(_)) => (StatusCode::OK, "The login has failed. The program knows why."),
        Err(status) => (*status, "This is not the page that you are looking for."),
    };

    // A browser that is already gone has brought what it brought.
    if connection.write_all(page(status, text).as_bytes()).await.is_ok() {
        _ = connection.shutdown().await;
    }
    Ok(answer.ok())
}

/// The target of a request for a page, once the head is whole.
fn target(request: &[u8]) -> Result<Option<&str>, ()> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);

    match parsed.parse(request) {
        Ok(httparse::Status::Complete(_)) if parsed.method == Some("GET") => Ok(parsed.path),
        Ok(httparse::Status::Partial) => Ok(None),
        Ok(httparse::Status::Complete(_)) | Err(_) => Err(()),
    }
}

/// What the browser brings, or the status to send it away with.
fn answer(target: &str, state: &SecretString) -> Result<Ended, StatusCode> {
    let base = Url::parse("http://localhost").map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let path = target.split(['?', '#']).next();
    if path != Some(PATH) {
        return Err(StatusCode::NOT_FOUND);
    }

    let url = base.join(target).map_err(|_| StatusCode::BAD_REQUEST)?;
    let value = |name: &str| {
        let pair = url.query_pairs().find(|(key, _)| key == name);
        pair.map(|(_, value)| Zeroizing::new(value.into_owned())).filter(|value| !value.is_empty())
    };

    // Any page of any site can send the browser here; only ours knows the state.
    let theirs = value("state").unwrap_or_default();
    if !bool::from(theirs.as_bytes().ct_eq(state.expose_secret().as_bytes())) {
        return Err(StatusCode::BAD_REQUEST);
    }

    // The service has been seen to say `error_code=user_denied`; the standard says `error`.
    if let Some(error) = value("error").or_else(|| value("error_code")) {
        return Ok(Err(failure(&error, value("error_description").as_deref(), state)));
    }

    let code = value("code").ok_or(StatusCode::BAD_REQUEST)?;
    Ok(Ok(SecretString::from(code.as_str())))
}

fn failure(error: &str, description: Option<&String>, state: &SecretString) -> TokenError {
    let secrets = [state.expose_secret()];
    let mut why = match error {
        "access_denied" | "user_denied" => "the user denied the login".to_owned(),
        _ => "the login failed".to_owned(),
    };

    why.push_str(&format!(": {}", redact_to_single_line(error, &secrets)));

    if let Some(description) = description {
        why.push_str(&format!(" ({})", redact_to_single_line(description, &secrets)));
    }
    TokenError::refused(why)
}

/// A page that says one thing, and that nothing remembers.
fn page(status: StatusCode, text: &str) -> String {
    let body = format!("<!doctype html><meta charset=utf-8><title>Login</title><p>{text}</p>\n");
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
    fn only_the_callback_with_our_state_ends_the_login() {
        let state = SecretString::from("ours");
        let status = |target: &str| answer(target, &state).err().map(|status| status.as_u16());
        for (target, expected) in [
            ("/favicon.ico", Some(404)),
            ("/callback/", Some(404)),
            ("//callback?state=ours&code=c", Some(404)),
            ("/x/../callback?state=ours&code=c", Some(404)),
            ("http://evil/callback?state=ours&code=c", Some(404)),
            ("/callback", Some(400)),
            ("/callback?code=c", Some(400)),
            ("/callback?state=&code=c", Some(400)),
            ("/callback?state=theirs&code=c", Some(400)),
            ("/callback?state=theirs&error=access_denied", Some(400)),
            ("/callback?state=ours", Some(400)),
            ("/callback?state=ours&code=", Some(400)),
            ("/callback?state=ours&code=c", None),
            ("/callback?error=access_denied&state=ours", None),
        ] {
            assert_eq!(status(target), expected, "{target}");
        }

        let code = answer("/callback?code=a%2Fb&state=ours", &state).unwrap().unwrap();
        assert_eq!(code.expose_secret(), "a/b");
    }

    #[test]
    fn what_is_no_request_for_a_page_is_refused() {
        assert_eq!(target(b"GET /callback?a HTTP/1.1\r\nhost: x\r\n\r\n"), Ok(Some("/callback?a")));
        assert_eq!(target(b"GET /callback?a HTTP/1.1\r\nhos"), Ok(None));
        assert_eq!(target(b""), Ok(None));

        for bad in ["POST /callback HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02", "GET  HTTP/9\r\n\r\n"] {
            assert_eq!(target(bad.as_bytes()), Err(()), "{bad:?}");
        }

        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(MAX_HEADERS + 1));
        assert_eq!(target(many.as_bytes()), Err(()));
    }

    #[test]
    fn a_denial_says_so_on_one_line() {
        let state = SecretString::from("ours");
        for target in [
            "/callback?state=ours&error=access_denied",
            "/callback?state=ours&error_code=user_denied",
        ] {
            let error = answer(target, &state).unwrap().unwrap_err();
            assert!(error.to_string().contains("the user denied the login"), "{error}");
        }

        let target = "/callback?state=ours&error=x%0d%0ay&error_description=ours%1b[0m";
        let error = answer(target, &state).unwrap().unwrap_err();
        assert_eq!(error.to_string(), "no token: the login failed: x  y (*** [0m)");
    }
}
