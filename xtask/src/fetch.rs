//! Gets the document that the service publishes of itself, and puts it in the old one's place.
//!
//! Whatever comes from the network is taken for hostile: it is bounded in size and time, it may
//! lead to no other host, and nothing touches the disk before all of it has been read and checked.

mod answer;
mod fetched;
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

use answer::Answer;
pub use fetched::{Fetched, Served};
use token::is_loopback;
pub use token::{TOKEN_VARIABLE, Token};

/// Where the service publishes its document.
pub const SPEC_URL: &str = "https://api.ultimaker.com/connect/v1/spec";

/// The version that is asked for first. The service compares whole version numbers (its own
/// example of a refused one is `1.0.0`), and a generator that names one OpenAPI 3 version most
/// likely names the first; the later 3.0.x are only clarifications of its text.
pub const FIRST_VERSION: &str = "3.0.0";

const VERSION: &str = "version";
const MAX_REDIRECTS: usize = 5;
const MIB: u64 = 1 << 20;

/// What to get, and how much patience to have with the service.
#[derive(Clone)]
pub struct Fetch {
    /// Where the document is; without a `version` in the query, if that is ours to add.
    pub url: Url,
    /// Which version of the document is asked for.
    pub ask: Ask,
    /// Sent as the bearer, if it [may go](Token::may_go_to) to `url`.
    pub token: Option<Token>,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long everything may take: all requests, to the last byte of the last answer.
    pub timeout: Duration,
    /// How large the document may be, as it leaves the HTTP layer.
    pub max_bytes: u64,
}

/// Which OpenAPI version of its document a service is asked for, with `version` in the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// [`FIRST_VERSION`]; and the service's default, when it lacks that.
    First,
    /// This one. No other will do.
    Only(String),
    /// None: the URL is that of some document and fetched as it stands.
    Nothing,
}

/// Reads a URL. It is not shown when it is none: who mistypes a URL may have typed a password
/// into it. `argument` is what it was given as.
pub fn parse_url(text: &str, argument: &str) -> Result<Url> {
    text.parse().map_err(|error| Diagnostic::new(format!("not a URL: {error}")).in_file(argument))
}

impl Default for Fetch {
    fn default() -> Self {
        Self {
            url: SPEC_URL.parse().expect("the constant is a URL"),
            ask: Ask::First,
            token: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            max_bytes: 32 * MIB,
        }
    }
}

impl Fetch {
    /// Gets the service's document. Writes nothing; see [`store`](crate::store::store) for that.
    pub fn fetch(&self) -> Result<Fetched> {
        let (served, upstream) = self.fetch_as(|_, bytes| self.accept(bytes))?;
        let text = format!("{:#}\n", upstream.document);
        Ok(Fetched { text, upstream, served, command: self.command() })
    }

    /// Gets a document of any API, and what `read` makes of its URL, fit to be shown, and of its
    /// bytes.
    pub fn fetch_as<T>(&self, read: impl FnOnce(&str, &[u8]) -> Result<T>) -> Result<(Served, T)> {
        let check = self.check().map_err(|problem| problem.in_file(shown(&self.url)));
        check.and_then(|()| self.negotiate(read)).map_err(|problem| self.without_token(problem))
    }

    fn check(&self) -> Result<()> {
        let url = &self.url;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Diagnostic::new("only http and https URLs can be fetched"));
        }

        // They would be sent as basic authentication and end up in the committed record.
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Diagnostic::new("the URL must not hold a user name or a password").help(
                format!("leave them out; a token for the service goes into {TOKEN_VARIABLE}"),
            ));
        }

        if self.ask != Ask::Nothing && url.query_pairs().any(|(name, _)| name == VERSION) {
            return Err(Diagnostic::new("the URL must not ask for a version itself")
                .help("say it with `--openapi-version`"));
        }

        let odd = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '_');
        if matches!(&self.ask, Ask::Only(it) if it.is_empty() || it.contains(odd)) {
            return Err(Diagnostic::new("the OpenAPI version is not a version number")
                .help("write it as `3.0.0` or `2.0`"));
        }

        Ok(())
    }

    fn negotiate<T>(&self, read: impl FnOnce(&str, &[u8]) -> Result<T>) -> Result<(Served, T)> {
        let client = Client::builder()
            .connect_timeout(self.connect_timeout)
            .redirect(Policy::custom(same_origin))
            .referer(false)
            .user_agent(concat!("connect-api-xtask/", env!("CARGO_PKG_VERSION")));

        // What is meant for this machine and is not encrypted goes to no other, a proxy neither.
        let client = match is_loopback(&self.url) {
            true => client.no_proxy(),
            false => client,
        };

        let client =
            client.build().map_err(|error| self.transport(&error).in_file(shown(&self.url)))?;
        let start = Instant::now();

        let mut asked = match &self.ask {
            Ask::First => Some(FIRST_VERSION),
            Ask::Only(version) => Some(version.as_str()),
            Ask::Nothing => None,
        };
        let mut url = self.url_for(asked);
        let mut answer = self.get(&client, &url, start)?;

        if self.ask == Ask::First && answer.lacks_version() {
            asked = None;
            url = self.url_for(asked);
            answer = self.get(&client, &url, start)?;
        }

        let requested_version = asked.map(str::to_owned);
        let url = shown(&url);
        let (bytes, made) = answer
            .read_as(self, |bytes| read(&url, bytes))
            .map_err(|problem| problem.in_file(&url))?;

        Ok((Served { bytes, url, requested_version }, made))
    }

    fn url_for(&self, version: Option<&str>) -> Url {
        let mut url = self.url.clone();
        if let Some(version) = version {
            url.query_pairs_mut().append_pair(VERSION, version);
        }
        url
    }

    fn get(&self, client: &Client, url: &Url, start: Instant) -> Result<Answer> {
        let mut request = client
            .get(url.clone())
            .header(header::ACCEPT, "application/json, */*;q=0.5")
            // Only a request's own time limit covers its body as a whole; the client's is one
            // for each read, which a dripping server never exceeds.
            .timeout(self.timeout.saturating_sub(start.elapsed()));

        if let Some(token) = self.token.as_ref().filter(|_| Token::may_go_to(url)) {
            request = request.bearer_auth(token.expose());
        }
        request
            .send()
            .map_err(|error| self.transport(&error))
            .and_then(|response| Answer::read(self, response))
            .map_err(|problem| problem.in_file(shown(url)))
    }

    fn accept(&self, bytes: &[u8]) -> Result<Upstream> {
        let upstream = Upstream::parse(decode_utf8(bytes)?)?;
        let Ask::Only(version) = &self.ask else { return Ok(upstream) };

        let fits = match version.split('.').next() {
            Some("2") => upstream.flavour == Flavour::Swagger2,
            Some("3") => upstream.flavour == Flavour::OpenApi3,
            _ => true,
        };

        if fits {
            return Ok(upstream);
        }

        let message = format!("asked for version {version}, the service sent one of another kind");
        Err(Diagnostic::new(message).help("leave `--openapi-version` out to take what it has"))
    }

    /// Says what went wrong below HTTP. The errors of the HTTP client name their URL, with all of
    /// its query, so only their innermost cause is told.
    fn transport(&self, error: &(dyn Error + 'static)) -> Diagnostic {
        let causes: Vec<_> = std::iter::successors(Some(error), |error| cause(*error)).collect();
        if let Some(problem) = causes.iter().find_map(|it| it.downcast_ref::<Diagnostic>()) {
            return problem.clone();
        }

        let http = |is: fn(&reqwest::Error) -> bool| {
            causes.iter().filter_map(|it| it.downcast_ref::<reqwest::Error>()).any(is)
        };
        let root = causes.last().map(ToString::to_string).unwrap_or_default();

        if http(reqwest::Error::is_builder) {
            Diagnostic::new(format!("the HTTP client cannot be set up: {root}"))
        } else if http(reqwest::Error::is_connect) {
            Diagnostic::new(format!("cannot connect: {root}")).help("check the network and the URL")
        } else if http(reqwest::Error::is_timeout) {
            Diagnostic::new(format!("no whole answer within {:?}", self.timeout))
                .help("the service or the network is slow; try again later")
        } else {
            Diagnostic::new(format!("the answer broke off: {root}")).help("try again later")
        }
    }

    /// The command for the record. Other parts of the query than ours are not told: they may be
    /// secret.
    fn command(&self) -> String {
        let mut command = "cargo xtask fetch".to_owned();
        if self.url.as_str() != SPEC_URL {
            let url = shown(&self.url).replace('\'', r"'\''");
            command += &format!(" --url '{url}'");
        }

        if let Ask::Only(version) = &self.ask {
            command += &format!(" --openapi-version {version}");
        }
        command
    }

    /// Takes the token out of a text that the service may have put it into.
    fn hide(&self, text: &str) -> String {
        self.token.as_ref().map_or_else(|| text.to_owned(), |token| token.hide(text))
    }

    fn without_token(&self, problem: Diagnostic) -> Diagnostic {
        Diagnostic {
            file: problem.file.map(|file| self.hide(&file)),
            message: self.hide(&problem.message),
            help: problem.help.map(|help| self.hide(&help)),
            ..problem
        }
    }
}

impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetch")
            .field("url", &shown(&self.url))
            .field("ask", &self.ask)
            .field("token", &self.token)
            .field("connect_timeout", &self.connect_timeout)
            .field("timeout", &self.timeout)
            .field("max_bytes", &self.max_bytes)
            .finish()
    }
}

/// Follows redirects within the origin (scheme, host and port) only, whether there is a token or
/// not: a document from elsewhere is not the service's.
fn same_origin(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let home = attempt.previous()[0].origin();
    let target = attempt.url().origin();

    if target != home {
        let target = target.ascii_serialization();
        attempt.error(
            Diagnostic::new(format!(
                "redirected to another host ({target}), which is not followed"
            ))
            .help("if the document has moved, give its new URL"),
        )
    } else if attempt.previous().len() > MAX_REDIRECTS {
        attempt.error(Diagnostic::new(format!("redirected more than {MAX_REDIRECTS} times")))
    } else {
        attempt.follow()
    }
}

/// The cause of an error; unlike `source`, it does not skip what an I/O error wraps.
fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

/// A URL without the parts that can be secret: of its query only the version is kept.
fn shown(url: &Url) -> String {
    let version = url.query_pairs().find(|(name, _)| name == VERSION);
    let mut shown = url.clone();

    // They fail for a URL that cannot have such parts.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.set_fragment(None);
    shown.set_query(None);

    if let Some((name, version)) = version {
        shown.query_pairs_mut().append_pair(&name, &version);
    }
    shown.into()
}
