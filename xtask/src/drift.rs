//! `cargo xtask drift`: compares two documents, writes a report, and sets an exit status.

use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{NaiveDate, Utc};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use connect_codegen::diagnostic::{Diagnostic, Result};
use connect_codegen::io::files;
use connect_codegen::pipeline::{self, Rules};
use connect_codegen::workspace::Layout;
use connect_drift::accepted::Accepted;
use connect_drift::format::Format;
use connect_drift::load::Document;
use connect_drift::report::Report;
use connect_drift::review::{FailOn, Review};
use connect_drift::{Input, drift};
use reqwest::Url;
use semver::Version;

use crate::fetch::{Fetch, RequestedVersion, SPEC_URL, Token, parse_url};
use crate::print_error;

/// The exit status for an invalid command line, the same as clap's.
const INVALID_USAGE: u8 = 2;

/// The exit status if there is no result: a comparison or the writing of its report failed. It
/// differs from "no drift".
const NO_RESULT: u8 = 70;

/// The width of a report that is not printed to a terminal, in columns.
const DEFAULT_WIDTH: usize = 100;

const EXIT_STATUS_HELP: &str = "Exit status:
  0   no finding that --fail-on selects
  3   compatible changes                                          (any)
  4   programs may not compile against the regenerated crate      (any, source)
  5   deployed programs break or may break                        (any, wire)
  2   invalid command line
  70  no result: a document was not fetched or read, or the report was not written
The worst finding that --fail-on selects counts; accepted findings do not.";

/// The command line of `drift`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS_HELP)]
pub struct Arguments {
    /// The document to compare with: a file or a URL [default: the committed document]
    #[arg(long, value_name = "URL|FILE")]
    base: Option<String>,
    /// The document to compare: a file or a URL [default: the document that the service publishes]
    #[arg(long, value_name = "URL|FILE")]
    revision: Option<String>,
    /// The format of the report
    #[arg(long, default_value = "text", value_parser = format_parser())]
    format: Format,
    /// The file for the report, instead of the standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Also write the report in another format; can be repeated
    #[arg(long, value_name = "FORMAT=FILE", value_parser = parse_also)]
    also: Vec<(Format, PathBuf)>,
    /// Which findings set the exit status
    #[arg(long, default_value = "any", value_parser = fail_on_parser())]
    fail_on: FailOn,
    /// The accepted findings [default: spec/accepted.toml, if the base is the committed document]
    #[arg(long, value_name = "FILE")]
    accepted: Option<PathBuf>,
}

fn format_parser() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::id)).try_map(|id| id.parse::<Format>())
}

fn fail_on_parser() -> impl TypedValueParser<Value = FailOn> {
    let find =
        |id: String| FailOn::ALL.into_iter().find(|fail_on| fail_on.id() == id).ok_or("unknown");
    PossibleValuesParser::new(FailOn::ALL.map(FailOn::id)).try_map(find)
}

fn parse_also(text: &str) -> std::result::Result<(Format, PathBuf), String> {
    let (format, file) = text.split_once('=').ok_or("`=` is missing")?;
    if file.is_empty() {
        return Err("the file after `=` is missing".to_owned());
    }

    Ok((format.parse()?, file.into()))
}

/// The location of a document.
enum Location {
    Committed,
    Url(Url),
    File(PathBuf),
}

/// Compares two documents, writes the report, and returns the exit status.
pub fn run(layout: &Layout, arguments: &Arguments) -> ExitCode {
    let locations = match arguments.locations() {
        Ok(locations) => locations,
        Err(error) => {
            print_error(&error);
            return ExitCode::from(INVALID_USAGE);
        }
    };
    let today = Utc::now().date_naive();

    let status = arguments.review(layout, locations, today).and_then(|review| {
        arguments.write(&review)?;
        Ok(arguments.fail_on.outcome(&review).exit_status())
    });

    match status {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            print_error(&error);
            eprintln!("note: no result: see the error above");
            ExitCode::from(NO_RESULT)
        }
    }
}

impl Location {
    fn parse(text: &str, argument: &str) -> Result<Self> {
        match text {
            url if url.contains("://") => parse_url(url, argument).map(Self::Url),
            path => Ok(Self::File(path.into())),
        }
    }

    fn read(self, layout: &Layout) -> Result<Input> {
        match self {
            Self::Committed => read_committed(layout),
            Self::Url(url) => fetch(url),
            Self::File(path) => read_file(&path),
        }
    }
}

impl Arguments {
    /// Returns the locations of the base and the revision.
    fn locations(&self) -> Result<(Location, Location)> {
        let base = self.base.as_deref().map(|text| Location::parse(text, "--base")).transpose()?;
        let revision = Location::parse(self.revision.as_deref().unwrap_or(SPEC_URL), "--revision")?;
        Ok((base.unwrap_or(Location::Committed), revision))
    }

    fn review(
        &self,
        layout: &Layout,
        (base, revision): (Location, Location),
        today: NaiveDate,
    ) -> Result<Review> {
        let accepted = match (&self.accepted, &base) {
            (Some(path), _) => read_accepted(path)?,
            (None, Location::Committed) => read_committed_acceptances(layout)?,
            (None, _) => Accepted::default(),
        };
        let (base, revision) = (base.read(layout)?, revision.read(layout)?);
        let report = compare(layout, &Rules::read(layout)?, &base, &revision)?;

        Ok(Review::new(report, &accepted, today, &crate_version()))
    }

    fn write(&self, review: &Review) -> Result<()> {
        let files = self.also.iter().map(|(format, path)| (*format, Some(path)));
        for (format, path) in files.chain([(self.format, self.output.as_ref())]) {
            match path {
                Some(path) => {
                    let text = format.render(review, DEFAULT_WIDTH);
                    let text = match format {
                        Format::Text => anstream::adapter::strip_str(&text).to_string(),
                        _ => text,
                    };

                    files::replace(path, text.as_bytes())?;
                }
                None => print(format, review)?,
            }
        }

        Ok(())
    }
}

/// Returns the version of the crate. All members of the workspace have the same version.
pub(crate) fn crate_version() -> Version {
    env!("CARGO_PKG_VERSION").parse().expect("cargo validates the version")
}

/// Reads the committed document and verifies it against its record.
pub(crate) fn read_committed(layout: &Layout) -> Result<Input> {
    let bytes = pipeline::read_upstream_text(layout)?.into_bytes();
    Ok(Input { location: layout.upstream().display().to_string(), bytes })
}

/// Reads `spec/accepted.toml`. Returns no acceptances if the file does not exist.
pub(crate) fn read_committed_acceptances(layout: &Layout) -> Result<Accepted> {
    let path = layout.accepted();
    if path.exists() { read_accepted(&path) } else { Ok(Accepted::default()) }
}

/// Compares two documents with the policy and overlay of the workspace.
pub(crate) fn compare(
    layout: &Layout,
    rules: &Rules,
    base: &Input,
    revision: &Input,
) -> Result<Report> {
    let mut report = drift(base, revision, rules)?;

    // The lines of the committed document are shown in the normalised document.
    let path = layout.normalised();
    if let Ok(text) = std::fs::read_to_string(&path) {
        for side in [&mut report.base, &mut report.revision] {
            if side.is_connect && side.text == text {
                // Relative to the root, as GitHub names files.
                let file = path.strip_prefix(layout.root()).unwrap_or(&path);
                side.text_file = Some(file.display().to_string());
            }
        }
    }

    Ok(report)
}

/// Prints a report. If the standard output is a terminal, uses colours and its width.
pub(crate) fn print(format: Format, review: &Review) -> Result<()> {
    let columns = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let width = std::io::stdout().is_terminal().then(columns).flatten().unwrap_or(DEFAULT_WIDTH);
    let text = format.render(review, width);

    let result = match format {
        Format::Text => anstream::stdout().write_all(text.as_bytes()),
        _ => std::io::stdout().write_all(text.as_bytes()),
    };

    match result.and_then(|()| std::io::stdout().flush()) {
        // A closed pipe is no error: `… | head` closes it.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Diagnostic::new(format!("cannot write: {error}")).in_file("the standard output"))
        }
        _ => Ok(()),
    }
}

/// Fetches a document.
fn fetch(url: Url) -> Result<Input> {
    // Only the service is known to support the query parameter `version`.
    let version = match url.as_str() {
        SPEC_URL => RequestedVersion::Preferred,
        _ => RequestedVersion::Unspecified,
    };
    let fetch = Fetch { url, version, token: Token::from_env()?, ..Fetch::default() };

    // Loading it here lets the error describe the response if it is not a document.
    let (served, _) = fetch.fetch_as(Document::load)?;
    Ok(Input { location: served.url, bytes: served.bytes })
}

/// Reads a document from a file.
fn read_file(path: &Path) -> Result<Input> {
    let bytes = std::fs::read(path).map_err(|error| {
        Diagnostic::new(format!("cannot read: {error}")).in_file(path.display())
    })?;

    Ok(Input { location: path.display().to_string(), bytes })
}

fn read_accepted(path: &Path) -> Result<Accepted> {
    Accepted::parse(&files::read(path)?).map_err(|error| error.in_file(path.display()))
}
