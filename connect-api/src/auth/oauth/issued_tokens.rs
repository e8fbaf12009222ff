//! The tokens or the error in a response of the token endpoint.

use std::time::Duration;

use reqwest::StatusCode;
use secrecy::zeroize::Zeroizing;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::refresh_token::RefreshToken;
use crate::auth::token::{AccessToken, TokenError};
use crate::redact::text::redact_to_single_line;

/// The lifetime of an access token if the response omits it.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(600);

/// Maximum lifetime of an access token.
const MAX_LIFETIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The OAuth errors that are permanent: those of RFC 6749, 5.2, and `access_denied` and
/// `invalid_token`, which this service also sends.
///
/// A status alone is not permanent, since a proxy can also respond with 400, 401, 403 or 407.
const PERMANENT_ERRORS: [&str; 8] = [
    "access_denied",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_token",
];

/// The tokens that the account service has issued.
pub(crate) struct IssuedTokens {
    /// The access token and its lifetime. An invalid access token is kept as an error, so the refresh
    /// token of the same response is not lost.
    pub(crate) access: Result<(AccessToken, Duration), TokenError>,
    pub(crate) refresh_token: Option<RefreshToken>,
}

/// A failed request for tokens.
pub(crate) struct Failure {
    pub(crate) error: TokenError,
    status: Option<StatusCode>,
    /// The OAuth error code, if it is one of [`PERMANENT_ERRORS`].
    code: Option<&'static str>,
}

/// The body of a successful response. Each member is kept as raw JSON, so an invalid one does not fail
/// the others.
#[derive(Deserialize)]
struct TokenBody<'a> {
    #[serde(borrow)]
    access_token: Option<&'a RawValue>,
    #[serde(borrow)]
    token_type: Option<&'a RawValue>,
    expires_in: Option<Value>,
    #[serde(borrow)]
    refresh_token: Option<&'a RawValue>,
}

/// The body of an error response.
#[derive(Deserialize)]
struct ErrorBody {
    error: String,
    error_description: Option<String>,
}

impl IssuedTokens {
    pub(super) fn read(body: &[u8]) -> Result<Self, TokenError> {
        // Omit serde's message: it can quote a token.
        let body: TokenBody = serde_json::from_slice(body).map_err(|_| {
            TokenError::transient("the response of the account service is not a token response")
        })?;

        let refresh_token = body.refresh_token.and_then(decode_string);
        let refresh_token = refresh_token.filter(|token| !token.is_empty());

        Ok(Self {
            access: read_access_token(&body).map_err(|message| {
                TokenError::transient(format!("the account service issued {message}"))
            }),
            refresh_token: refresh_token.map(|token| RefreshToken::from(token.as_str())),
        })
    }
}

/// Reads the access token and its lifetime. Returns an error message if the token cannot be used.
fn read_access_token(body: &TokenBody) -> Result<(AccessToken, Duration), &'static str> {
    let is_bearer = body.token_type.is_none_or(|token_type| {
        decode_string(token_type).is_some_and(|name| name.eq_ignore_ascii_case("bearer"))
    });
    if !is_bearer {
        return Err("a token that is not a bearer token");
    }

    let token = body.access_token.and_then(decode_string).ok_or("no access token")?;
    let token = AccessToken::from(token.as_str());
    token.validate().map_err(|_| "an invalid access token")?;

    Ok((token, lifetime(body.expires_in.as_ref())))
}

impl Failure {
    pub(super) fn with_retry_after(self, delay: Duration) -> Self {
        Self { error: self.error.with_retry_after(delay), ..self }
    }

    /// Logs the failure. The message of the service is logged at `trace` only, since it can name a
    /// user.
    pub(super) fn log(&self) {
        tracing::warn!(
            error.type = if self.error.is_transient() { "transient" } else { "refused" },
            http.response.status_code = self.status.map(|status| status.as_u16()),
            oauth.error = self.code,
            "token refresh failed"
        );
        tracing::trace!(error = %self.error, "error message of the failed token refresh");
    }
}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        Self { error, status: None, code: None }
    }
}

/// Decodes a JSON string. Returns `None` for any other JSON value.
fn decode_string(json: &RawValue) -> Option<Zeroizing<String>> {
    serde_json::from_str(json.get()).ok().map(Zeroizing::new)
}

/// Returns the lifetime in a response, or [`DEFAULT_LIFETIME`] if it is missing or invalid.
fn lifetime(expires_in: Option<&Value>) -> Duration {
    let seconds = match expires_in {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };

    match seconds {
        Some(seconds) if seconds > 0.0 => {
            limit_duration(Duration::try_from_secs_f64(seconds).unwrap_or(MAX_LIFETIME))
        }
        _ => DEFAULT_LIFETIME,
    }
}

/// Limits a duration to a value that can be added to the current time without overflow.
pub(super) fn limit_duration(duration: Duration) -> Duration {
    duration.min(MAX_LIFETIME)
}

/// Reads a response with an error status.
pub(super) fn read_error_response(status: StatusCode, body: &[u8], secrets: &[&str]) -> Failure {
    let body = serde_json::from_slice::<ErrorBody>(body).ok();
    let mut message = status.to_string();
    if let Some(body) = &body {
        message.push_str(&format!(": {}", redact_to_single_line(&body.error, secrets)));
        if let Some(description) = &body.error_description {
            message.push_str(&format!(" ({})", redact_to_single_line(description, secrets)));
        }
    }

    let can_be_retried = matches!(
        status,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS
    );
    let code = body.and_then(|body| PERMANENT_ERRORS.into_iter().find(|code| *code == body.error));

    let error = if status.is_client_error() && code.is_some() && !can_be_retried {
        TokenError::permanent(format!("the account service refused the request: {message}"))
    } else {
        TokenError::transient(format!("the account service responded with {message}"))
    };

    Failure { error, status: Some(status), code }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn invalid_lifetime_is_replaced_and_long_lifetime_limited() {
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
            (json!(u64::MAX), MAX_LIFETIME.as_secs()),
            (json!(1e300), MAX_LIFETIME.as_secs()),
        ] {
            assert_eq!(lifetime(Some(&expires_in)).as_secs(), seconds, "{expires_in}");
        }

        assert_eq!(lifetime(None), DEFAULT_LIFETIME);
    }

    #[test]
    fn refresh_token_is_kept_if_the_access_token_is_invalid() {
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
            let tokens =
                IssuedTokens::read(body.to_string().as_bytes()).unwrap_or_else(|e| panic!("{e}"));
            assert!(tokens.access.unwrap_err().is_transient(), "{body}");
            assert_eq!(tokens.refresh_token.unwrap().expose(), "néw/");
        }
    }

    #[test]
    fn access_token_is_kept_if_the_refresh_token_is_invalid() {
        for refresh_token in [json!(null), json!(""), json!(5), json!(["new"])] {
            let body = json!({
                "access_token": "a", "token_type": "Bearer", "refresh_token": refresh_token,
            });
            let tokens =
                IssuedTokens::read(body.to_string().as_bytes()).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(tokens.access.unwrap().0.expose(), "a");
            assert!(tokens.refresh_token.is_none());
        }
    }

    #[test]
    fn oauth_error_is_permanent_and_any_other_failure_transient() {
        let is_permanent = |status: u16, body: &str| {
            let status = StatusCode::from_u16(status).unwrap();
            !read_error_response(status, body.as_bytes(), &[]).error.is_transient()
        };

        for (status, body) in [
            (400, r#"{"error":"invalid_grant"}"#),
            (401, r#"{"error":"invalid_client","error_description":null}"#),
            (403, r#"{"error":"access_denied"}"#),
        ] {
            assert!(is_permanent(status, body), "{status} {body}");
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
            assert!(!is_permanent(status, body), "{status} {body}");
        }
    }
}
