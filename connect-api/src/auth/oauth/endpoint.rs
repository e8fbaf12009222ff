//! The token URL: sends OAuth forms and reads the responses.

use std::time::Duration;

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Response, StatusCode, Url};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};

use super::issued_tokens::{Failure, IssuedTokens, read_error_response};
use crate::auth::token::TokenError;
use crate::error::error_chain;
use crate::http::retry_after::retry_after;
use crate::runtime::{now, timeout};

/// The token URL of the account service.
pub const DEFAULT_TOKEN_URL: &str = "https://account.ultimaker.com/token";

/// Maximum size of a response body, in bytes.
const MAX_BODY: usize = 64 << 10;

/// The characters that `application/x-www-form-urlencoded` encodes.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

pub(crate) struct TokenEndpoint {
    pub(super) url: Url,
    pub(super) client_id: String,
    pub(super) client_secret: Option<SecretString>,
    pub(super) http: reqwest::Client,
    /// Timeout for one request and its response.
    pub(super) timeout: Duration,
}

struct TokenResponse {
    status: StatusCode,
    retry_after: Option<Duration>,
    body: Zeroizing<Vec<u8>>,
}

impl TokenEndpoint {
    #[cfg(all(feature = "login", not(target_family = "wasm")))]
    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Posts a form and reads the issued tokens. The error message shows none of the form's `secrets`.
    pub(crate) async fn exchange(
        &self,
        form: &[(&str, &str)],
        secrets: &[&str],
    ) -> Result<IssuedTokens, Failure> {
        let result = timeout(self.timeout, self.post(form)).await;
        let TokenResponse { status, retry_after, body } = result.unwrap_or_else(|_| {
            let limit = self.timeout;
            Err(TokenError::transient(format!("the account service timed out after {limit:?}")))
        })?;

        if status.is_success() {
            return Ok(IssuedTokens::read(&body)?);
        }

        let client_secret = self.client_secret.as_ref().map(|secret| secret.expose_secret());
        let secrets: Vec<&str> = secrets.iter().copied().chain(client_secret).collect();
        let failure = read_error_response(status, &body, &secrets);

        Err(match retry_after {
            Some(delay) => failure.with_retry_after(delay),
            None => failure,
        })
    }

    async fn post(&self, form: &[(&str, &str)]) -> Result<TokenResponse, TokenError> {
        let transport_error = |error: reqwest::Error| {
            let error = error_chain(&error.without_url());
            TokenError::transient(format!("the request to the account service failed: {error}"))
        };
        let response = self.request(form).send().await.map_err(transport_error)?;

        // A browser follows redirects, and an HTTP client of the program can do so too.
        if response.url().origin() != self.url.origin() {
            return Err(TokenError::permanent(
                "the token URL redirects to another host, whose response is not used",
            ));
        }

        let status = response.status();
        let retry_after = retry_after(response.headers(), now());

        match read_body(response).await.map_err(transport_error)? {
            Some(body) => Ok(TokenResponse { status, retry_after, body }),
            None => Err(TokenError::transient(format!(
                "the account service responded with {status} and a body of more than {MAX_BODY} bytes"
            ))),
        }
    }

    fn request(&self, form: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let request = self.http.post(self.url.clone());
        let (request, client_id) = match &self.client_secret {
            Some(secret) => {
                // RFC 6749, 2.3.1: both parts are encoded, so they can contain a colon.
                let name = form_encode(&self.client_id);
                let secret = form_encode(secret.expose_secret());
                (request.basic_auth(name.as_str(), Some(secret.as_str())), None)
            }
            None => (request, Some(("client_id", self.client_id.as_str()))),
        };

        let pairs: Vec<_> = form.iter().copied().chain(client_id).collect();
        request
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Bytes::from_owner(form_body(&pairs)))
    }
}

/// Encodes a form into memory that is zeroed after it is sent.
fn form_body(pairs: &[(&str, &str)]) -> Zeroizing<Vec<u8>> {
    // Allocated once: a vector that grows leaves copies behind.
    let max_length = pairs.iter().map(|(name, value)| name.len() + 3 * value.len() + 2).sum();
    let mut body = Zeroizing::new(Vec::with_capacity(max_length));

    for (name, value) in pairs {
        if !body.is_empty() {
            body.push(b'&');
        }
        body.extend_from_slice(name.as_bytes());
        body.push(b'=');
        body.extend(utf8_percent_encode(value, FORM).flat_map(str::bytes));
    }

    body
}

fn form_encode(text: &str) -> Zeroizing<String> {
    let mut encoded = Zeroizing::new(String::with_capacity(3 * text.len()));
    encoded.extend(utf8_percent_encode(text, FORM));
    encoded
}

/// Reads a body into memory that is zeroed. Returns `None` if it exceeds [`MAX_BODY`].
#[cfg(not(target_family = "wasm"))]
async fn read_body(mut response: Response) -> Result<Option<Zeroizing<Vec<u8>>>, reqwest::Error> {
    // Allocated once: a vector that grows leaves copies behind.
    let mut body = Zeroizing::new(Vec::with_capacity(MAX_BODY));
    while let Some(chunk) = response.chunk().await? {
        if chunk.len() > MAX_BODY - body.len() {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }

    Ok(Some(body))
}

/// Reads a body. The browser has received all of it before.
#[cfg(target_family = "wasm")]
async fn read_body(response: Response) -> Result<Option<Zeroizing<Vec<u8>>>, reqwest::Error> {
    let body = response.bytes().await?;
    Ok((body.len() <= MAX_BODY).then(|| Zeroizing::new(body.to_vec())))
}
