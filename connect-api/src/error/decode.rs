//! Errors of success responses whose body is invalid or empty.

use std::fmt;
use std::sync::Arc;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::auth::token::AccessToken;
use crate::http::operation::Operation;
use crate::http::raw_response::RawResponse;
use crate::json::path::Location;
use crate::redact::WITHHELD;
use crate::redact::body::{excerpt_at, quotes_secret_value};
use crate::redact::headers::redact_headers;
use crate::redact::text::{names_secret_member, redact_text, to_single_line};

/// A response body that does not match the API document.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) {
/// use connect_api::Error;
///
/// if let Err(Error::Decode(error)) = client.get_settings().send().await {
///     println!("invalid value at {} in {:?}", error.path, error.excerpt);
/// }
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct DecodeError {
    pub(super) operation: Arc<Operation>,
    /// The status of the response.
    pub status: StatusCode,
    /// The headers of the response. Headers that can hold secrets are marked as sensitive, so that
    /// `Debug` does not print their values.
    pub headers: HeaderMap,
    /// The JSON path of the invalid value, such as `$.data[3].printer_count`.
    pub path: String,
    /// The part of the body around the invalid value. The token and the queries of URLs are replaced
    /// by `***`. If this part holds another secret (a key, a pin code, a signed URL, the token
    /// encoded), the invalid value alone, redacted, or a note that it is withheld.
    pub excerpt: String,
    message: String,
}

/// A success response without data.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
/// use connect_api::Error;
///
/// match client.print("a cluster's id", "a print file's id").send().await {
///     Err(Error::NoData(_)) => println!("somebody has to approve it first"),
///     result => println!("job {:?}", result?.job_instance_uuid),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NoDataError {
    pub(super) operation: Arc<Operation>,
    /// The status of the response.
    pub status: StatusCode,
}

impl DecodeError {
    pub(crate) fn new(raw: RawResponse, error: serde_json::Error) -> Self {
        let token = raw.token.as_ref().map(AccessToken::expose);
        let secrets = token.as_slice();
        let location = Location::of_error(&error, &raw.body);

        Self {
            path: to_single_line(&redact_text(&location.path, secrets)),
            excerpt: excerpt_at(&raw.body, &location, secrets),
            message: redacted_message(&error, &location, &raw.body, secrets),
            headers: redact_headers(raw.headers, secrets),
            operation: raw.operation,
            status: raw.status,
        }
    }
}

/// Returns the message of a decoding error without secrets. It quotes the invalid value, which can be
/// long, can contain the token, and can be the value of a secret member.
fn redacted_message(
    error: &serde_json::Error,
    location: &Location,
    body: &[u8],
    secrets: &[&str],
) -> String {
    let message = error.to_string();

    // The location alone does not decide: a type that buffers its value, such as an untagged enum,
    // reports the error after that value.
    if names_secret_member(&location.path)
        || (error.is_data() && quotes_secret_value(&message, body))
    {
        return WITHHELD.to_owned();
    }

    to_single_line(&redact_text(&message, secrets))
}

impl NoDataError {
    pub(crate) fn new(operation: &Arc<Operation>, status: StatusCode) -> Self {
        Self { operation: operation.clone(), status }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, status, path, excerpt, message, .. } = self;
        write!(
            f,
            "{operation}: {status}, but the response body is invalid at {path}: {message}; \
             excerpt: {excerpt:?}"
        )
    }
}

impl fmt::Display for NoDataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, but the response has no data", self.operation, self.status)
    }
}

impl std::error::Error for DecodeError {}

impl std::error::Error for NoDataError {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde::de::{DeserializeOwned, IntoDeserializer as _};

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only decoding matters here")]
    struct Strict {
        id: i64,
        access_key: Option<i64>,
    }

    /// Reads the whole value before it is decoded, as an untagged enum does.
    #[derive(Debug)]
    struct Buffered;

    impl<'de> Deserialize<'de> for Buffered {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let members = BTreeMap::<String, String>::deserialize(deserializer)?;
            for value in members.into_values() {
                i64::deserialize(value.into_deserializer())
                    .map_err(|error: serde_json::Error| serde::de::Error::custom(error))?;
            }

            Ok(Self)
        }
    }

    fn decode_error<T: DeserializeOwned + fmt::Debug>(body: &'static str) -> DecodeError {
        let raw = RawResponse {
            operation: Arc::new(Operation::new("a", "GET", "/a")),
            attempts: 1,
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: body.into(),
            token: None,
            span: tracing::Span::none(),
        };

        DecodeError::new(raw, serde_json::from_str::<T>(body).unwrap_err())
    }

    #[test]
    fn message_does_not_quote_the_value_of_a_secret_member() {
        for error in [
            decode_error::<Strict>(r#"{"id": 1, "access_key": "S3CRET"}"#),
            decode_error::<Vec<BTreeMap<String, BTreeMap<String, i64>>>>(
                r#"[{"pin_code": {"a": "S3CRET"}}]"#,
            ),
            decode_error::<Buffered>(r#"{"access_key": "S3CRET"}"#),
            decode_error::<Vec<Buffered>>(r#"[{"access_key": "S3CRET"}, {}]"#),
        ] {
            let text = format!("{error} {error:?}");
            assert!(!text.contains("S3CRET") && text.contains(WITHHELD), "{text}");
        }
    }

    #[test]
    fn message_is_shown_if_it_quotes_no_secret_member() {
        let error = decode_error::<Strict>(r#"{"access_key": null}"#);
        assert!(error.message.starts_with("missing field `id`"), "{error}");

        let error = decode_error::<Strict>(r#"{"access_key": null, "id": "seven"}"#);
        assert!(error.message.contains(r#"string "seven", expected i64"#), "{error}");

        let error = decode_error::<Strict>(r#"{"access_key": null, "id" 7}"#);
        assert!(error.message.starts_with("expected `:`"), "{error}");
    }
}
