//! Fetches the API document that the service publishes.
//!
//! Responses are not trusted: their size and time are limited, redirects to other hosts are not
//! followed, and no file is written before the whole response was read and validated.

mod document;
mod response;
mod token;

use std::error::Error;
use std::fmt;
use std::time::{Duration, Instant};

use connect_codegen::diagnostic::{Diagnostic, Result};
use connect_codegen::io::json::decode_utf8;
use connect_codegen::openapi::document::{Flavour, Upstream};
use reqwest::blocking::Client;
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Url, header};

pub use document::{FetchedDocument, ServedDocument};
use response::HttpResponse;
use token::is_loopback;
pub use token::{TOKEN_VARIABLE, Token};

/// The URL of the document.
pub const SPEC_URL: &str = "https://api.ultimaker.com/connect/v1/spec";

/// The OpenAPI version to request first.
///
/// The service compares complete version numbers; its example of an unsupported one is `1.0.0`. Of
/// the OpenAPI 3 versions it most likely supports the first, because 3.0.x only clarify its text.
pub const PREFERRED_VERSION: &str = "3.0.0";

/// The name of the query parameter for the OpenAPI version.
const VERSION_PARAMETER: &str = "version";

const MAX_REDIRECTS: usize = 5;

const MIB: u64 = 1 << 20;

/// A fetch of a document, with its limits.
#[derive(Clone)]
pub struct Fetch {
    /// The URL of the document, without the query parameter `version`.
    pub url: Url,
    /// The OpenAPI version to request.
    pub version: RequestedVersion,
    /// The bearer token. Sent only if it [may be](Token::is_allowed_for) sent to the URL.
    pub token: Option<Token>,
    /// The timeout for connecting.
    pub connect_timeout: Duration,
    /// The timeout for all requests together, until the last byte of the last response.
    pub timeout: Duration,
    /// The size limit for the document, after HTTP decompression.
    pub max_bytes: u64,
}

/// The OpenAPI version to request, with the query parameter `version`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestedVersion {
    /// [`PREFERRED_VERSION`], or the service's default if it does not have that version.
    Preferred,
    /// This version only.
    Exact(String),
    /// No version: the URL is fetched unchanged.
    Unspecified,
}

/// Parses a URL from a command line argument. The error does not contain the text, because an
/// invalid URL may contain a password.
pub fn parse_url(text: &str, argument: &str) -> Result<Url> {
    text.parse().map_err(|error| Diagnostic::new(format!("invalid URL: {error}")).in_file(argument))
}

impl Default for Fetch {
    fn default() -> Self {
        Self {
            url: SPEC_URL.parse().expect("a valid URL"),
            version: RequestedVersion::Preferred,
            token: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            max_bytes: 32 * MIB,
        }
    }
}

impl Fetch {
    /// Fetches the document. Writes no file: see [`store`](crate::store::store).
    pub fn fetch(&self) -> Result<FetchedDocument> {
        let (served, upstream) = self.fetch_as(|_, bytes| self.parse_document(bytes))?;
        let text = format!("{:#}\n", upstream.document);

        Ok(FetchedDocument { text, upstream, served, command: self.command() })
    }

    /// Fetches a document of any API. `parse` gets its URL, without secrets, and its bytes.
    pub fn fetch_as<T>(
        &self,
        parse: impl FnOnce(&str, &[u8]) -> Result<T>,
    ) -> Result<(ServedDocument, T)> {
        let valid = self.validate().map_err(|error| error.in_file(redacted_url(&self.url)));
        valid.and_then(|()| self.send(parse)).map_err(|error| self.redact_error(error))
    }

    /// Checks the URL and the requested version.
    fn validate(&self) -> Result<()> {
        let url = &self.url;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Diagnostic::new("only http and https URLs are supported"));
        }

        // They would be sent as basic authentication, and written to the committed record.
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Diagnostic::new("the URL must not contain a user name or a password")
                .help(format!("remove them; set {TOKEN_VARIABLE} to a token of the service")));
        }

        let has_version = url.query_pairs().any(|(name, _)| name == VERSION_PARAMETER);
        if has_version && self.version != RequestedVersion::Unspecified {
            return Err(Diagnostic::new("the URL must not contain the query parameter `version`")
                .help("use `--openapi-version`"));
        }

        let is_invalid = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '_');
        if let RequestedVersion::Exact(version) = &self.version
            && (version.is_empty() || version.contains(is_invalid))
        {
            return Err(Diagnostic::new("invalid OpenAPI version")
                .help("use a version number such as `3.0.0` or `2.0`"));
        }

        Ok(())
    }

    /// Sends the request, and a second one if the service does not have the preferred version.
    fn send<T>(&self, parse: impl FnOnce(&str, &[u8]) -> Result<T>) -> Result<(ServedDocument, T)> {
        let client = self.http_client()?;
        let start = Instant::now();

        let mut version = match &self.version {
            RequestedVersion::Preferred => Some(PREFERRED_VERSION),
            RequestedVersion::Exact(version) => Some(version.as_str()),
            RequestedVersion::Unspecified => None,
        };
        let mut url = self.url_for(version);
        let mut response = self.get(&client, &url, start)?;

        if self.version == RequestedVersion::Preferred && response.lacks_version() {
            version = None;
            url = self.url_for(version);
            response = self.get(&client, &url, start)?;
        }

        let requested_version = version.map(str::to_owned);
        let url = redacted_url(&url);
        let (bytes, parsed) = response
            .parse_body(self, |bytes| parse(&url, bytes))
            .map_err(|error| error.in_file(&url))?;

        Ok((ServedDocument { bytes, url, requested_version }, parsed))
    }

    fn http_client(&self) -> Result<Client> {
        let builder = Client::builder()
            .connect_timeout(self.connect_timeout)
            .redirect(Policy::custom(follow_same_origin))
            .referer(false)
            .user_agent(concat!("connect-api-xtask/", env!("CARGO_PKG_VERSION")));

        // Unencrypted requests to this machine must not pass through a proxy on another one.
        let builder = match is_loopback(&self.url) {
            true => builder.no_proxy(),
            false => builder,
        };

        builder
            .build()
            .map_err(|error| self.transport_error(&error).in_file(redacted_url(&self.url)))
    }

    fn url_for(&self, version: Option<&str>) -> Url {
        let mut url = self.url.clone();
        if let Some(version) = version {
            url.query_pairs_mut().append_pair(VERSION_PARAMETER, version);
        }

        url
    }

    fn get(&self, client: &Client, url: &Url, start: Instant) -> Result<HttpResponse> {
        let mut request = client
            .get(url.clone())
            .header(header::ACCEPT, "application/json, */*;q=0.5")
            // The timeout of a request includes its whole body. The timeout of the client would
            // apply to each read, so a slow body would never exceed it.
            .timeout(self.timeout.saturating_sub(start.elapsed()));

        if let Some(token) = self.token.as_ref().filter(|_| Token::is_allowed_for(url)) {
            request = request.bearer_auth(token.expose());
        }

        request
            .send()
            .map_err(|error| self.transport_error(&error))
            .and_then(|response| HttpResponse::read(self, response))
            .map_err(|error| error.in_file(redacted_url(url)))
    }

    /// Parses a document, and checks that it has the requested version.
    fn parse_document(&self, bytes: &[u8]) -> Result<Upstream> {
        let upstream = Upstream::parse(decode_utf8(bytes)?)?;
        let RequestedVersion::Exact(version) = &self.version else { return Ok(upstream) };

        let matches_version = match version.split('.').next() {
            Some("2") => upstream.flavour == Flavour::Swagger2,
            Some("3") => upstream.flavour == Flavour::OpenApi3,
            _ => true,
        };

        if matches_version {
            return Ok(upstream);
        }

        let message = format!("requested version {version}, but the service sent another version");
        Err(Diagnostic::new(message).help("omit `--openapi-version` to accept any version"))
    }

    /// Returns the error for a failed connection. The HTTP client's errors contain the URL with its
    /// query, so only the innermost cause is used.
    fn transport_error(&self, error: &(dyn Error + 'static)) -> Diagnostic {
        let causes: Vec<_> = std::iter::successors(Some(error), |error| cause(*error)).collect();
        // A rejected redirect.
        let diagnostic = causes.iter().find_map(|error| error.downcast_ref::<Diagnostic>());
        if let Some(error) = diagnostic {
            return error.clone();
        }

        let has_kind = |is_kind: fn(&reqwest::Error) -> bool| {
            causes.iter().filter_map(|error| error.downcast_ref::<reqwest::Error>()).any(is_kind)
        };
        let root = causes.last().map(ToString::to_string).unwrap_or_default();

        if has_kind(reqwest::Error::is_builder) {
            Diagnostic::new(format!("cannot create the HTTP client: {root}"))
        } else if has_kind(reqwest::Error::is_connect) {
            Diagnostic::new(format!("cannot connect: {root}")).help("check the network and the URL")
        } else if has_kind(reqwest::Error::is_timeout) {
            Diagnostic::new(format!(
                "timed out after {:?} while waiting for the response",
                self.timeout
            ))
            .help("the service or the network is slow; try again later")
        } else {
            Diagnostic::new(format!(
                "the connection was lost before the response was complete: {root}"
            ))
            .help("try again later")
        }
    }

    /// Returns the command for the record, without the query of the URL, which may be secret.
    fn command(&self) -> String {
        let mut command = "cargo xtask fetch".to_owned();
        if self.url.as_str() != SPEC_URL {
            let url = redacted_url(&self.url).replace('\'', r"'\''");
            command += &format!(" --url '{url}'");
        }

        if let RequestedVersion::Exact(version) = &self.version {
            command += &format!(" --openapi-version {version}");
        }

        command
    }

    /// Redacts the token in a text, in case the service repeats it.
    fn redact(&self, text: &str) -> String {
        self.token.as_ref().map_or_else(|| text.to_owned(), |token| token.redact(text))
    }

    fn redact_error(&self, error: Diagnostic) -> Diagnostic {
        Diagnostic {
            file: error.file.map(|file| self.redact(&file)),
            message: self.redact(&error.message),
            help: error.help.map(|help| self.redact(&help)),
            ..error
        }
    }
}

impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetch")
            .field("url", &redacted_url(&self.url))
            .field("version", &self.version)
            .field("token", &self.token)
            .field("connect_timeout", &self.connect_timeout)
            .field("timeout", &self.timeout)
            .field("max_bytes", &self.max_bytes)
            .finish()
    }
}

/// Follows redirects only within the origin (scheme, host and port). A document from another origin
/// is not the service's, even if no token is sent.
fn follow_same_origin(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let origin = attempt.previous()[0].origin();
    let target = attempt.url().origin();

    if target != origin {
        let target = target.ascii_serialization();
        attempt.error(
            Diagnostic::new(format!("redirect to another host ({target}) is not followed"))
                .help("if the document has moved, use its new URL"),
        )
    } else if attempt.previous().len() > MAX_REDIRECTS {
        attempt.error(Diagnostic::new(format!("more than {MAX_REDIRECTS} redirects")))
    } else {
        attempt.follow()
    }
}

/// Returns the cause of an error. Unlike `source`, it includes the error that an I/O error wraps.
fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

/// Returns a URL without the parts that may be secret. Only the version remains of its query.
fn redacted_url(url: &Url) -> String {
    let version = url.query_pairs().find(|(name, _)| name == VERSION_PARAMETER);
    let mut redacted = url.clone();

    // These fail if the URL cannot have such parts.
    let _ = redacted.set_username("");
    let _ = redacted.set_password(None);
    redacted.set_fragment(None);
    redacted.set_query(None);

    if let Some((name, version)) = version {
        redacted.query_pairs_mut().append_pair(&name, &version);
    }

    redacted.into()
}
