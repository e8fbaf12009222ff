//! What the account service says: a grant or a refusal.

use std::time::Duration;

use reqwest::StatusCode;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::RefreshToken;
use crate::auth::token::{AccessToken, TokenError};
use crate::redact::text::redact_to_single_line;

/// How long a token lives of which the service does not say it.
const LIFETIME: Duration = Duration::from_secs(600);
/// How long a token lives at the most, whatever the service says.
const LONGEST_LIFETIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The errors with which the service is final (RFC 6749, 5.2; the first and the last are seen beside
/// those). Whatever else is said without one of them says nothing of the token: a proxy between here
/// and there knows 400, 401, 403 and 407 too.
const FINAL: [&str; 8] = [
    "access_denied",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_token",
];

/// What the service has granted.
pub(crate) struct Grant {
    /// The access token and its lifetime. Apart from the rest, so that a fault in it does not lose
    /// a refresh token that came with it.
    pub(crate) access: Result<(AccessToken, Duration), TokenError>,
    pub(crate) refresh_token: Option<RefreshToken>,
}

/// Why there is no grant.
pub(crate) struct Failure {
    pub(crate) error: TokenError,
    status: Option<StatusCode>,
    /// The error in the words of OAuth.
    code: Option<&'static str>,
}

/// A granting answer, with each part left as it came: an odd one does not spoil the others.
#[derive(Deserialize)]
struct GrantAnswer<'a> {
    #[serde(borrow)]
    access_token: Option<&'a RawValue>,
    #[serde(borrow)]
    token_type: Option<&'a RawValue>,
    expires_in: Option<Value>,
    #[serde(borrow)]
    refresh_token: Option<&'a RawValue>,
}

/// A refusing answer.
#[derive(Deserialize)]
struct RefusalAnswer {
    error: String,
    error_description: Option<String>,
}

impl Grant {
    pub(super) fn read(body: &[u8]) -> Result<Self, TokenError> {
        // Nothing of the body shows, not even in serde's words: it may hold tokens.
        let answer: GrantAnswer = serde_json::from_slice(body)
            .map_err(|_| TokenError::transient("the account service's answer is not a grant"))?;
        let fault = |what: &str| Err(TokenError::transient(format!("the account service {what}")));
        let is_bearer = answer
            .token_type
            .is_none_or(|kind| text(kind).is_some_and(|kind| kind.eq_ignore_ascii_case("bearer")));

        let access = match answer.access_token.and_then(text) {
            _ if !is_bearer => fault("gave a token that is not a bearer token"),
            None => fault("gave no access token"),
            Some(token) => match AccessToken::from(token.as_str()) {
                token if token.fault().is_some() => {
                    fault("gave an access token that cannot be one")
                }
                token => Ok((token, lifetime(answer.expires_in.as_ref()))),
            },
        };
        let refresh_token = answer.refresh_token.and_then(text).filter(|token| !token.is_empty());
        let refresh_token =
            refresh_token.map(|token| RefreshToken(SecretString::from(token.as_str())));

        Ok(Self { access, refresh_token })
    }
}

impl Failure {
    pub(super) fn with_retry_after(self, wait: Duration) -> Self {
        Self { error: self.error.with_retry_after(wait), ..self }
    }

    /// Tells of it. The words are the service's, and stand in its body: they can name a user.
    pub(super) fn log(&self) {
        tracing::warn!(
            error.type = if self.error.is_transient() { "transient" } else { "refused" },
            http.response.status_code = self.status.map(|status| status.as_u16()),
            oauth.error = self.code,
            "the access token is not refreshed"
        );
        tracing::trace!(error = %self.error, "why the access token is not refreshed");
    }
}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        Self { error, status: None, code: None }
    }
}

/// What a JSON string says.
fn text(json: &RawValue) -> Option<Zeroizing<String>> {
    serde_json::from_str(json.get()).ok().map(Zeroizing::new)
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
pub(super) fn refusal(status: StatusCode, body: &[u8], secrets: &[&str]) -> Failure {
    let refusal = serde_json::from_slice::<RefusalAnswer>(body).ok();
    let mut why = status.to_string();
    if let Some(refusal) = &refusal {
        why.push_str(&format!(": {}", redact_to_single_line(&refusal.error, secrets)));
        if let Some(description) = &refusal.error_description {
            why.push_str(&format!(" ({})", redact_to_single_line(description, secrets)));
        }
    }

    let later = matches!(
        status,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS
    );
    let code = refusal.and_then(|refusal| FINAL.into_iter().find(|code| *code == refusal.error));

    let error = if status.is_client_error() && code.is_some() && !later {
        TokenError::refused(format!("the account service refuses to give one: {why}"))
    } else {
        TokenError::transient(format!("the account service answered {why}"))
    };

    Failure { error, status: Some(status), code }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
    fn a_refresh_token_survives_an_access_token_that_cannot_be_used() {
        for (access_token, token_type) in [
            (json!(null), json!("bearer")),
            (json!(""), json!("bearer")),
            (json!("a\nb"), json!("bearer")),
            (json!(" a"), json!("bearer")),
            (json!("Bearer a"), json!("bearer")),
            (json!(5), json!(null)),
            (json!({"token": "a"}), json!(null)),
            (json!("a"), json!(5)),
            (json!("a"), json!("mac")),
        ] {
            let body = json!({
                "access_token": access_token, "token_type": token_type, "refresh_token": "n\u{e9}w/",
            });
            let grant = Grant::read(body.to_string().as_bytes()).unwrap_or_else(|e| panic!("{e}"));
            assert!(grant.access.unwrap_err().is_transient(), "{body}");
            assert_eq!(grant.refresh_token.unwrap().expose(), "néw/");
        }
    }

    #[test]
    fn an_access_token_survives_a_refresh_token_that_cannot_be_used() {
        for refresh_token in [json!(null), json!(""), json!(5), json!(["new"])] {
            let body = json!({
                "access_token": "a", "token_type": "Bearer", "refresh_token": refresh_token,
            });
            let grant = Grant::read(body.to_string().as_bytes()).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(grant.access.unwrap().0.expose(), "a");
            assert!(grant.refresh_token.is_none());
        }
    }

    #[test]
    fn a_refusal_in_the_words_of_oauth_is_final_and_trouble_is_not() {
        let refused = |status: u16, body: &str| {
            let status = StatusCode::from_u16(status).unwrap();
            !refusal(status, body.as_bytes(), &[]).error.is_transient()
        };

        for (status, body) in [
            (400, r#"{"error":"invalid_grant"}"#),
            (401, r#"{"error":"invalid_client","error_description":null}"#),
            (403, r#"{"error":"access_denied"}"#),
        ] {
            assert!(refused(status, body), "{status} {body}");
        }

        for (status, body) in [
            (400, "<html><head><title>400 Bad Request</title></head>"),
            (400, r#"{"status":400,"error":"Bad Request"}"#),
            (400, r#"{"error":{"code":"invalid_grant"}}"#),
            (400, r#"{"error":"temporarily_unavailable"}"#),
            (401, ""),
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
