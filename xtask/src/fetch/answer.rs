//! One answer of the service, read to its end, and what can be made of it.

use std::io::Read as _;

use connect_codegen::diagnostic::{Diagnostic, Result};
use reqwest::blocking::Response;
use reqwest::{StatusCode, header};
use serde_json::Value;

use super::{Ask, Fetch, MIB, TOKEN_VARIABLE, Token};

/// As much of an error's body as is looked at.
const MAX_ERROR_BYTES: u64 = 64 * 1024;
const EXCERPT_CHARS: usize = 80;
const REASON_CHARS: usize = 300;

/// A status with its body.
pub(super) struct Answer {
    status: StatusCode,
    content_type: Option<String>,
    body: Vec<u8>,
}

impl Answer {
    /// Reads an answer, as far as `fetch` permits.
    pub(super) fn read(fetch: &Fetch, response: Response) -> Result<Self> {
        let status = response.status();
        let content_type = response.headers().get(header::CONTENT_TYPE);
        let content_type =
            content_type.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let mut body = Vec::new();

        if status.is_success() {
            // The declared length saves the reading but is not to be trusted.
            if response.content_length().is_some_and(|length| length > fetch.max_bytes) {
                return Err(too_large(fetch.max_bytes));
            }

            response
                .take(fetch.max_bytes.saturating_add(1))
                .read_to_end(&mut body)
                .map_err(|error| fetch.transport(&error))?;

            if body.len() as u64 > fetch.max_bytes {
                return Err(too_large(fetch.max_bytes));
            }
        } else {
            // The status alone is an answer, so that a body which breaks off does no harm.
            let _ = response.take(MAX_ERROR_BYTES).read_to_end(&mut body);
        }

        Ok(Self { status, content_type, body })
    }

    /// Whether the service says that it has no document of the version it was asked for.
    pub(super) fn lacks_version(&self) -> bool {
        self.status == StatusCode::BAD_REQUEST
            && self.errors().iter().any(|error| error["code"] == "openApiVersionNotSupported")
    }

    /// The body, and what `read` makes of it. What it cannot read is shown for what it is.
    pub(super) fn read_as<T>(
        self,
        fetch: &Fetch,
        read: impl FnOnce(&[u8]) -> Result<T>,
    ) -> Result<(Vec<u8>, T)> {
        if !self.status.is_success() {
            return Err(self.refusal(fetch));
        }
        match read(&self.body) {
            Ok(made) => Ok((self.body, made)),
            Err(problem) => {
                let told = excerpt(fetch, &problem.message, REASON_CHARS);
                let message = format!("{told} ({})", self.appearance(fetch));
                let help = problem.help.unwrap_or_else(|| CHECK_URL.to_owned());
                Err(Diagnostic { message, help: Some(help), ..problem })
            }
        }
    }

    fn refusal(&self, fetch: &Fetch) -> Diagnostic {
        let reasons: Vec<_> = self
            .errors()
            .iter()
            .map(|error| match (error["code"].as_str(), error["title"].as_str()) {
                (Some(code), Some(title)) => format!("{code} ({title})"),
                (Some(reason), None) | (None, Some(reason)) => reason.to_owned(),
                (None, None) => "an error without a code".to_owned(),
            })
            .collect();

        let reason = if reasons.is_empty() {
            self.appearance(fetch)
        } else {
            excerpt(fetch, &reasons.join(", "), REASON_CHARS)
        };

        let version = match &fetch.ask {
            Ask::Only(version) => format!(" to the request for version {version}"),
            Ask::First | Ask::Nothing => String::new(),
        };

        let help = match (self.status.as_u16(), &fetch.ask) {
            (400, Ask::Only(_)) => "leave `--openapi-version` out to take what it has".to_owned(),
            (401 | 403, _) if !Token::may_go_to(&fetch.url) => {
                format!("{TOKEN_VARIABLE} is for the service, and was not sent to this host")
            }
            (401 | 403, _) if fetch.token.is_some() => {
                format!("the token in {TOKEN_VARIABLE} does not do; get a new one")
            }
            (401 | 403, _) => format!("give a bearer token in {TOKEN_VARIABLE}"),
            (429 | 500.., _) => "the trouble is the service's; try again later".to_owned(),
            _ => CHECK_URL.to_owned(),
        };

        Diagnostic::new(format!("the service answered {}{version}: {reason}", self.status))
            .help(help)
    }

    /// The errors of the service's error envelope; none if the body is something else.
    fn errors(&self) -> Vec<Value> {
        let body = serde_json::from_slice::<Value>(&self.body).unwrap_or_default();
        body["errors"].as_array().cloned().unwrap_or_default()
    }

    /// What the body looks like, for who expected another.
    fn appearance(&self, fetch: &Fetch) -> String {
        let content_type = match &self.content_type {
            Some(it) => format!("content type {}", excerpt(fetch, it, EXCERPT_CHARS)),
            None => "no content type".to_owned(),
        };

        if self.body.is_empty() {
            return format!("{content_type}, an empty body");
        }

        let text = String::from_utf8_lossy(&self.body);
        format!("{content_type}, beginning \"{}\"", excerpt(fetch, &text, EXCERPT_CHARS))
    }
}

const CHECK_URL: &str = "check that the URL is that of the API's own document";

/// The beginning of a text, without what could upset a terminal. The token goes first, lest a
/// part of it remain at the cut.
fn excerpt(fetch: &Fetch, text: &str, chars: usize) -> String {
    fetch.hide(text).chars().take(chars).flat_map(char::escape_debug).collect()
}

fn too_large(limit: u64) -> Diagnostic {
    let limit = match limit % MIB {
        0 => format!("{} MiB", limit / MIB),
        _ => format!("{limit} bytes"),
    };
    Diagnostic::new(format!("the answer is larger than the limit of {limit}")).help(CHECK_URL)
}
