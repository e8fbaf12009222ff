//! A response of the service, and the errors that it causes.

use std::io::Read as _;

use connect_codegen::diagnostic::{Diagnostic, Result};
use reqwest::blocking::Response;
use reqwest::{StatusCode, header};
use serde_json::Value;

use super::{Fetch, MIB, RequestedVersion, TOKEN_VARIABLE, Token};

/// The size limit for the body of an error response.
const MAX_ERROR_BYTES: u64 = 64 * 1024;

/// The length limit for an excerpt of a body or a header.
const EXCERPT_CHARS: usize = 80;

/// The length limit for the reason of an error.
const REASON_CHARS: usize = 300;

const CHECK_URL_HELP: &str = "check that the URL is the URL of the API document";

const OMIT_VERSION_HELP: &str = "omit `--openapi-version` to accept any version";

/// A response that was read completely.
pub(super) struct HttpResponse {
    status: StatusCode,
    content_type: Option<String>,
    body: Vec<u8>,
}

impl HttpResponse {
    /// Reads a response up to the size limit.
    pub(super) fn read(fetch: &Fetch, response: Response) -> Result<Self> {
        let status = response.status();
        let content_type = response.headers().get(header::CONTENT_TYPE);
        let content_type =
            content_type.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let mut body = Vec::new();

        if status.is_success() {
            // A large `Content-Length` saves reading the body. A small one is not trusted.
            if response.content_length().is_some_and(|length| length > fetch.max_bytes) {
                return Err(too_large(fetch.max_bytes));
            }

            response
                .take(fetch.max_bytes.saturating_add(1))
                .read_to_end(&mut body)
                .map_err(|error| fetch.transport_error(&error))?;

            if body.len() as u64 > fetch.max_bytes {
                return Err(too_large(fetch.max_bytes));
            }
        } else {
            // An incomplete body is ignored: the status is enough for an error.
            let _ = response.take(MAX_ERROR_BYTES).read_to_end(&mut body);
        }

        Ok(Self { status, content_type, body })
    }

    /// Whether the service does not have the document in the requested version.
    pub(super) fn lacks_version(&self) -> bool {
        self.status == StatusCode::BAD_REQUEST
            && self.errors().iter().any(|error| error["code"] == "openApiVersionNotSupported")
    }

    /// Parses the body with `parse`. An error describes the response.
    pub(super) fn parse_body<T>(
        self,
        fetch: &Fetch,
        parse: impl FnOnce(&[u8]) -> Result<T>,
    ) -> Result<(Vec<u8>, T)> {
        if !self.status.is_success() {
            return Err(self.status_error(fetch));
        }

        match parse(&self.body) {
            Ok(parsed) => Ok((self.body, parsed)),
            Err(error) => {
                let reason = excerpt(fetch, &error.message, REASON_CHARS);
                let message = format!("{reason} ({})", self.description(fetch));
                let help = error.help.unwrap_or_else(|| CHECK_URL_HELP.to_owned());
                Err(Diagnostic { message, help: Some(help), ..error })
            }
        }
    }

    /// Returns the error for a status other than success.
    fn status_error(&self, fetch: &Fetch) -> Diagnostic {
        let version = match &fetch.version {
            RequestedVersion::Exact(version) => format!(" to the request for version {version}"),
            RequestedVersion::Preferred | RequestedVersion::Unspecified => String::new(),
        };
        let message =
            format!("the service responded {}{version}: {}", self.status, self.reason(fetch));

        Diagnostic::new(message).help(self.status_help(fetch))
    }

    /// Returns the errors in the body, or a description of another body.
    fn reason(&self, fetch: &Fetch) -> String {
        let errors = self.errors();
        if errors.is_empty() {
            return self.description(fetch);
        }

        let reasons =
            errors.iter().map(|error| match (error["code"].as_str(), error["title"].as_str()) {
                (Some(code), Some(title)) => format!("{code} ({title})"),
                (Some(reason), None) | (None, Some(reason)) => reason.to_owned(),
                (None, None) => "an error without a code".to_owned(),
            });
        let reasons: Vec<String> = reasons.collect();

        excerpt(fetch, &reasons.join(", "), REASON_CHARS)
    }

    fn status_help(&self, fetch: &Fetch) -> String {
        match (self.status.as_u16(), &fetch.version) {
            (400, RequestedVersion::Exact(_)) => OMIT_VERSION_HELP.to_owned(),
            (401 | 403, _) if !Token::is_allowed_for(&fetch.url) => {
                format!("{TOKEN_VARIABLE} is sent only to the service, not to this host")
            }
            (401 | 403, _) if fetch.token.is_some() => {
                format!("the token in {TOKEN_VARIABLE} is not accepted; use a new one")
            }
            (401 | 403, _) => format!("set {TOKEN_VARIABLE} to a bearer token"),
            (429 | 500.., _) => "this is a problem of the service; try again later".to_owned(),
            _ => CHECK_URL_HELP.to_owned(),
        }
    }

    /// Returns the errors in the service's error envelope, or none if the body is something else.
    fn errors(&self) -> Vec<Value> {
        let body = serde_json::from_slice::<Value>(&self.body).unwrap_or_default();
        body["errors"].as_array().cloned().unwrap_or_default()
    }

    /// Describes the content type and the body, for errors about an unexpected body.
    fn description(&self, fetch: &Fetch) -> String {
        let content_type = match &self.content_type {
            Some(value) => format!("content type {}", excerpt(fetch, value, EXCERPT_CHARS)),
            None => "no content type".to_owned(),
        };

        if self.body.is_empty() {
            return format!("{content_type}, empty body");
        }

        let text = String::from_utf8_lossy(&self.body);
        format!("{content_type}, body starts with \"{}\"", excerpt(fetch, &text, EXCERPT_CHARS))
    }
}

/// Returns the beginning of a text, with control characters escaped. The token is redacted before
/// the text is cut, so that no part of it remains.
fn excerpt(fetch: &Fetch, text: &str, chars: usize) -> String {
    fetch.redact(text).chars().take(chars).flat_map(char::escape_debug).collect()
}

fn too_large(limit: u64) -> Diagnostic {
    let limit = match limit % MIB {
        0 => format!("{} MiB", limit / MIB),
        _ => format!("{limit} bytes"),
    };

    Diagnostic::new(format!("the response is larger than the limit of {limit}"))
        .help(CHECK_URL_HELP)
}
