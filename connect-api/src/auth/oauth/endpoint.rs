//! The token URL: forms go there, tokens come back.

use std::time::Duration;

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Response, StatusCode, Url};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};

use super::grant::{Failure, Grant, refusal};
use crate::auth::token::TokenError;
use crate::error::error_chain;
use crate::http::retry_after::retry_after;
use crate::runtime::{now, timeout};

const MAX_BODY: usize = 64 << 10;

pub(crate) struct TokenEndpoint {
    pub(super) url: Url,
    pub(super) client_id: String,
    pub(super) client_secret: Option<SecretString>,
    pub(super) http: reqwest::Client,
    /// How long an exchange may take.
    pub(super) timeout: Duration,
}

/// What the service has answered.
struct Answer {
    status: StatusCode,
    retry_after: Option<Duration>,
    body: Zeroizing<Vec<u8>>,
}

impl TokenEndpoint {
    #[cfg(all(feature = "login", not(target_family = "wasm")))]
    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Posts a form of which the `secrets` must not show.
    pub(crate) async fn exchange(
        &self,
        form: &[(&str, &str)],
        secrets: &[&str],
    ) -> Result<Grant, Failure> {
        let result = timeout(self.timeout, self.post(form)).await;
        let Answer { status, retry_after, body } = result.unwrap_or_else(|_| {
            let why = format!("no whole answer from the account service within {:?}", self.timeout);
            Err(TokenError::transient(why))
        })?;

        if status.is_success() {
            return Ok(Grant::read(&body)?);
        }

        let secret = self.client_secret.as_ref().map(|secret| secret.expose_secret());
        let secrets: Vec<&str> = secrets.iter().copied().chain(secret).collect();
        let refusal = refusal(status, &body, &secrets);

        Err(match retry_after {
            Some(wait) => refusal.with_retry_after(wait),
            None => refusal,
        })
    }

    async fn post(&self, form: &[(&str, &str)]) -> Result<Answer, TokenError> {
        let request = self.http.post(self.url.clone());
        let (request, client_id) = match &self.client_secret {
            Some(secret) => {
                // RFC 6749, 2.3.1: each part is encoded, so that a colon in one stays in it.
                let (name, secret) = (encoded(&self.client_id), encoded(secret.expose_secret()));
                (request.basic_auth(name.as_str(), Some(secret.as_str())), None)
            }
            None => (request, Some(("client_id", self.client_id.as_str()))),
        };

        let pairs: Vec<_> = form.iter().copied().chain(client_id).collect();
        let request = request
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Bytes::from_owner(form_body(&pairs)));

        let lost = |error: reqwest::Error| {
            let error = error.without_url();
            TokenError::transient(format!("the account service: {}", error_chain(&error)))
        };
        let response = request.send().await.map_err(lost)?;
        // A browser follows redirects, and so may a program's own client.
        if response.url().origin() != self.url.origin() {
            let why = "the token URL redirects to another host, whose answer is not taken";
            return Err(TokenError::refused(why));
        }

        let status = response.status();
        let retry_after = retry_after(response.headers(), now());

        match read(response).await.map_err(lost)? {
            Some(body) => Ok(Answer { status, retry_after, body }),
            None => {
                let what = format!("{status} and a body of more than {MAX_BODY} bytes");
                Err(TokenError::transient(format!("the account service answered {what}")))
            }
        }
    }
}

/// All but what `application/x-www-form-urlencoded` leaves as it is.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

/// A form, in memory that is zeroed once it is sent.
fn form_body(pairs: &[(&str, &str)]) -> Zeroizing<Vec<u8>> {
    // All of it at once: a vector that grows leaves copies behind.
    let longest = pairs.iter().map(|(name, value)| name.len() + 3 * value.len() + 2).sum();
    let mut body = Zeroizing::new(Vec::with_capacity(longest));
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

fn encoded(text: &str) -> Zeroizing<String> {
    let mut encoded = Zeroizing::new(String::with_capacity(3 * text.len()));
    encoded.extend(utf8_percent_encode(text, FORM));
    encoded
}

/// Reads a body into memory that is zeroed; none if it is too long.
#[cfg(not(target_family = "wasm"))]
async fn read(mut response: Response) -> Result<Option<Zeroizing<Vec<u8>>>, reqwest::Error> {
    // All of it at once: a vector that grows leaves copies behind.
    let mut body = Zeroizing::new(Vec::with_capacity(MAX_BODY));
    while let Some(chunk) = response.chunk().await? {
        if chunk.len() > MAX_BODY - body.len() {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }

    Ok(Some(body))
}

/// Reads a body; the browser holds all of it before we see any.
#[cfg(target_family = "wasm")]
async fn read(response: Response) -> Result<Option<Zeroizing<Vec<u8>>>, reqwest::Error> {
    let body = response.bytes().await?;
    Ok((body.len() <= MAX_BODY).then(|| Zeroizing::new(body.to_vec())))
}
