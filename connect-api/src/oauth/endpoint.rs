//! The token URL: forms go there, tokens come back.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Response, StatusCode, Url};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::Value;

use super::RefreshToken;
use crate::address::is_secure;
use crate::client::http_client;
use crate::error::{ConfigurationError, Error, chain};
use crate::redact::brief;
use crate::retry::retry_after;
use crate::time::{now, timeout};
use crate::token::{AccessToken, TokenError};

/// How long a token lives of which the service does not say it.
const LIFETIME: Duration = Duration::from_secs(600);
/// How long a token lives at the most, whatever the service says.
const LONGEST_LIFETIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);
const TIMEOUT: Duration = Duration::from_secs(30);
const MAX_BODY: usize = 64 << 10;

pub(crate) struct TokenEndpoint {
    url: Url,
    client_id: String,
    client_secret: Option<SecretString>,
    http: reqwest::Client,
}

/// What the service has granted.
pub(crate) struct Grant {
    /// The access token and its lifetime. Apart from the rest, so that a fault in it does not lose
    /// a refresh token that came with it.
    pub(crate) access: Result<(AccessToken, Duration), TokenError>,
    pub(crate) refresh_token: Option<RefreshToken>,
}

/// What the service has answered.
struct Answer {
    status: StatusCode,
    retry_after: Option<Duration>,
    body: Zeroizing<Vec<u8>>,
}

/// A granting answer, with what may be odd in it left as it came.
#[derive(Deserialize)]
struct GrantAnswer {
    access_token: Option<SecretString>,
    token_type: Option<String>,
    expires_in: Option<Value>,
    refresh_token: Option<SecretString>,
}

/// A refusing answer.
#[derive(Deserialize)]
struct Refusal {
    error: String,
    error_description: Option<String>,
}

impl TokenEndpoint {
    pub(crate) fn new(
        url: &str,
        client_id: String,
        client_secret: Option<SecretString>,
        http: Option<reqwest::Client>,
    ) -> Result<Self, Error> {
        let url = secure_url("token URL", url)?;
        if client_id.trim().is_empty() {
            return Err(fault("the client's id is empty"));
        }
        let http = match http {
            Some(http) => http,
            None => http_client(None, None).map_err(Error::Configuration)?,
        };
        Ok(Self { url, client_id, client_secret, http })
    }

    #[cfg(all(feature = "login", not(target_family = "wasm")))]
    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Posts a form of which the `secrets` must not show.
    pub(crate) async fn exchange(
        &self,
        form: &[(&str, &str)],
        secrets: &[&str],
    ) -> Result<Grant, TokenError> {
        let result = timeout(TIMEOUT, self.post(form)).await;
        let Answer { status, retry_after, body } = result.unwrap_or_else(|_| {
            let why = format!("no whole answer from the account service within {TIMEOUT:?}");
            Err(TokenError::transient(why))
        })?;
        if status.is_success() {
            return Grant::read(&body);
        }
        let secret = self.client_secret.as_ref().map(|secret| secret.expose_secret());
        let secrets: Vec<&str> = secrets.iter().copied().chain(secret).collect();
        let refusal = refusal(status, &body, &secrets);
        Err(match retry_after {
            Some(wait) => refusal.retry_after(wait),
            None => refusal,
        })
    }

    async fn post(&self, form: &[(&str, &str)]) -> Result<Answer, TokenError> {
        let request = self.http.post(self.url.clone());
        let request = match &self.client_secret {
            // RFC 6749, 2.3.1: each part is encoded, so that a colon in one stays in it.
            Some(secret) => request
                .basic_auth(encoded(&self.client_id), Some(encoded(secret.expose_secret())))
                .form(form),
            None => {
                let client_id = ("client_id", self.client_id.as_str());
                request.form(&form.iter().copied().chain([client_id]).collect::<Vec<_>>())
            }
        };
        let lost = |error: reqwest::Error| {
            let error = error.without_url();
            TokenError::transient(format!("the account service: {}", chain(&error)))
        };
        let request = request.header(ACCEPT, HeaderValue::from_static("application/json"));
        let response = request.send().await.map_err(lost)?;
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

impl Grant {
    fn read(body: &[u8]) -> Result<Self, TokenError> {
        // Nothing of the body shows, not even in serde's words: it may hold tokens.
        let answer: GrantAnswer = serde_json::from_slice(body)
            .map_err(|_| TokenError::transient("the account service's answer is not a grant"))?;
        let refresh_token = answer.refresh_token.filter(|token| !token.expose_secret().is_empty());
        let fault = |what: &str| Err(TokenError::transient(format!("the account service {what}")));
        let token = answer.access_token.map(|token| AccessToken::from(token.expose_secret()));
        let access = match (token, answer.token_type) {
            (_, Some(kind)) if !kind.eq_ignore_ascii_case("bearer") => {
                fault("gave a token that is not a bearer token")
            }
            (Some(token), _) if token.header().is_some() => {
                Ok((token, lifetime(answer.expires_in.as_ref())))
            }
            (Some(_), _) => fault("gave an access token that no header can carry"),
            (None, _) => fault("gave no access token"),
        };
        Ok(Self { access, refresh_token: refresh_token.map(RefreshToken) })
    }
}

/// The lifetime that the service says, if it makes sense.
fn lifetime(expires_in: Option<&Value>) -> Duration {
    let seconds = match expires_in {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    match seconds {
        Some(seconds) if seconds > 0.0 => {
            bounded(Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_LIFETIME))
        }
        _ => LIFETIME,
    }
}

/// A lifetime that can be added to the time without overflow.
pub(super) fn bounded(lifetime: Duration) -> Duration {
    lifetime.min(LONGEST_LIFETIME)
}

/// What an answer that is no success means.
fn refusal(status: StatusCode, body: &[u8], secrets: &[&str]) -> TokenError {
    let refusal = serde_json::from_slice::<Refusal>(body).ok();
    let mut why = status.to_string();
    if let Some(refusal) = &refusal {
        why.push_str(&format!(": {}", presentable(&refusal.error, secrets)));
        if let Some(description) = &refusal.error_description {
            why.push_str(&format!(" ({})", presentable(description, secrets)));
        }
    }
    let later = matches!(
        status,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS
    ) || matches!(
        refusal.as_ref().map(|refusal| refusal.error.as_str()),
        Some("server_error" | "slow_down" | "temporarily_unavailable")
    );
    // RFC 6749 refuses with 400 and 401. Another 4xx is final only in the words of OAuth: a proxy
    // between here and there says 403 and 407 too.
    let refuses = matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED);
    if !later && status.is_client_error() && (refuses || refusal.is_some()) {
        TokenError::refused(format!("the account service refuses to give one: {why}"))
    } else {
        TokenError::transient(format!("the account service answered {why}"))
    }
}

/// The words of someone else: short, on one line, without the secrets.
pub(crate) fn presentable(text: &str, secrets: &[&str]) -> String {
    let mut text: String = text.chars().filter(|char| !char.is_control()).collect();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "***").replace(&encoded(secret), "***");
    }
    brief(&text)
}

/// All but what `application/x-www-form-urlencoded` leaves as it is.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, FORM).to_string()
}

/// A URL that secrets may go to: nobody between here and there can read them.
pub(crate) fn secure_url(what: &str, text: &str) -> Result<Url, Error> {
    let fault = |how: &str| Err(fault(&format!("the {what} {how}")));
    let Ok(url) = Url::parse(text) else { return fault("is not an absolute URL") };
    if !is_secure(&url) {
        return fault("is neither https nor on this machine");
    }
    if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return fault("has a user name, a password or a fragment");
    }
    Ok(url)
}

fn fault(what: &str) -> Error {
    Error::Configuration(ConfigurationError::new(what))
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_go_only_where_nobody_reads_them() {
        for good in
            ["https://h/token", "http://localhost:1/t", "http://127.0.0.1/", "http://[::1]:1/"]
        {
            assert!(secure_url("token URL", good).is_ok(), "{good}");
        }
        for bad in [
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
            let error = secure_url("token URL", bad).unwrap_err();
            assert!(matches!(error, Error::Configuration(_)), "{bad}: {error:?}");
            assert!(!format!("{error} {error:?}").contains("secret"), "{bad}: {error:?}");
        }
    }

    #[test]
    fn a_lifetime_is_whatever_makes_sense() {
        for (expires_in, seconds) in [
            (json!(60), 60),
            (json!(60.0), 60),
            (json!("60"), 60),
            (json!(null), 600),
            (json!(0), 600),
            (json!(-5), 600),
            (json!("soon"), 600),
            (json!("NaN"), 600),
            (json!([]), 600),
            (json!(u64::MAX), LONGEST_LIFETIME.as_secs()),
            (json!(1e300), LONGEST_LIFETIME.as_secs()),
        ] {
            assert_eq!(lifetime(Some(&expires_in)).as_secs(), seconds, "{expires_in}");
        }
        assert_eq!(lifetime(None), LIFETIME);
    }

    #[test]
    fn a_refresh_token_survives_a_bad_access_token() {
        for access_token in [json!(null), json!(""), json!("a\nb")] {
            let body = json!({"access_token": access_token, "refresh_token": "new"}).to_string();
            let grant = Grant::read(body.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
            assert!(grant.access.unwrap_err().is_transient());
            assert_eq!(grant.refresh_token.unwrap().expose(), "new");
        }
    }

    #[test]
    fn someone_elses_words_hold_no_secret_and_fit_a_line() {
        let text = presentable("no\x1b[31m s/cret\r\n s%2Fcret s\0/cret", &["s/cret"]);
        assert_eq!(text, "no[31m *** *** ***");
        assert!(presentable(&"ä".repeat(1000), &[""]).chars().count() <= 200);
    }

    #[test]
    fn a_refusal_is_final_and_trouble_is_not() {
        let refused = |status: u16, body: &str| {
            !refusal(StatusCode::from_u16(status).unwrap(), body.as_bytes(), &[]).is_transient()
        };
        for (status, body) in [
            (400, r#"{"error":"invalid_grant"}"#),
            (400, "<html>"),
            (401, ""),
            (403, r#"{"error":"access_denied"}"#),
        ] {
            assert!(refused(status, body), "{status} {body}");
        }
        for (status, body) in [
            (400, r#"{"error":"temporarily_unavailable"}"#),
            (302, ""),
            (403, "<html>"),
            (407, ""),
            (408, ""),
            (429, r#"{"error":"invalid_grant"}"#),
            (500, r#"{"error":"invalid_grant"}"#),
            (503, ""),
        ] {
            assert!(!refused(status, body), "{status} {body}");
        }
    }
}
