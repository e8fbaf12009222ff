//! `cargo xtask drift`: what changed between two documents, in a report and an exit status.

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

use crate::fetch::{Ask, Fetch, SPEC_URL, Token, parse_url};
use crate::tell;

/// The exit status of a command line that makes no sense, which is clap's as well.
const WRONG_USAGE: u8 = 2;

/// The exit status when nothing was compared, so that nobody takes it for "no drift".
const COULD_NOT_TELL: u8 = 70;

/// How wide a report is that goes to no terminal, in columns.
const WIDTH: usize = 100;

const STATUS: &str = "Exit status:
  0   nothing that --fail-on names
  3   drift, and nobody breaks                                    (any)
  4   programs may not compile against the regenerated crate      (any, source)
  5   deployed programs break, or may break                       (any, wire)
  2   wrong usage
  70  could not tell: not fetched, not read, not compared, or the report not written
The worst that --fail-on names counts; an accepted finding does not.";

/// What to compare, and how to tell.
#[derive(Debug, Args)]
#[command(after_help = STATUS)]
pub struct Arguments {
    /// The document to compare with: a file, or a URL that is fetched as it stands [default: the
    /// committed one]
    #[arg(long, value_name = "URL|FILE")]
    base: Option<String>,
    /// The document to compare, likewise [default: the service's own]
    #[arg(long, value_name = "URL|FILE")]
    revision: Option<String>,
    /// The shape of the report
    #[arg(long, default_value = "text", value_parser = formats())]
    format: Format,
    /// Where to write the report, instead of to the terminal
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The same report in another shape as well; can be given more than once
    #[arg(long, value_name = "FORMAT=FILE", value_parser = copy)]
    also: Vec<(Format, PathBuf)>,
    /// What the exit status is to tell
    #[arg(long, default_value = "any", value_parser = fail_on())]
    fail_on: FailOn,
    /// The findings that are known [default: spec/accepted.toml, if the base is the committed one]
    #[arg(long, value_name = "FILE")]
    accepted: Option<PathBuf>,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::id)).try_map(|it| it.parse::<Format>())
}

fn fail_on() -> impl TypedValueParser<Value = FailOn> {
    let find = |id: String| FailOn::ALL.into_iter().find(|it| it.id() == id).ok_or("unknown");
    PossibleValuesParser::new(FailOn::ALL.map(FailOn::id)).try_map(find)
}

fn copy(text: &str) -> std::result::Result<(Format, PathBuf), String> {
    let (format, file) = text.split_once('=').ok_or("it has no `=`")?;
    if file.is_empty() {
        return Err("there is no file behind the `=`".to_owned());
    }
    Ok((format.parse()?, file.into()))
}

/// Where a document is.
enum Place {
    Committed,
    Url(Url),
    File(PathBuf),
}

/// Compares, writes the report, and tells the exit status.
pub fn run(layout: &Layout, arguments: &Arguments) -> ExitCode {
    let places = match arguments.places() {
        Ok(places) => places,
        Err(problem) => {
            tell(&problem);
            return ExitCode::from(WRONG_USAGE);
        }
    };
    let today = Utc::now().date_naive();

    let done = arguments.review(layout, places, today).and_then(|review| {
        arguments.write(&review)?;
        Ok(arguments.fail_on.outcome(&review).exit_status())
    });

    done.map_or_else(
        |problem| {
            tell(&problem);
            eprintln!("note: this says nothing about drift");
            ExitCode::from(COULD_NOT_TELL)
        },
        ExitCode::from,
    )
}

impl Place {
    fn parse(text: &str, argument: &str) -> Result<Self> {
        match text {
            url if url.contains("://") => parse_url(url, argument).map(Self::Url),
            path => Ok(Self::File(path.into())),
        }
    }

    fn read(self, layout: &Layout) -> Result<Input> {
        match self {
            Self::Committed => committed(layout),
            Self::Url(url) => fetched(url),
            Self::File(path) => read(&path),
        }
    }
}

impl Arguments {
    /// Where the base and the revision are.
    fn places(&self) -> Result<(Place, Place)> {
        let base = self.base.as_deref().map(|text| Place::parse(text, "--base")).transpose()?;
        let revision = Place::parse(self.revision.as_deref().unwrap_or(SPEC_URL), "--revision")?;
        Ok((base.unwrap_or(Place::Committed), revision))
    }

    fn review(
        &self,
        layout: &Layout,
        (base, revision): (Place, Place),
        today: NaiveDate,
    ) -> Result<Review> {
        let accepted = match (&self.accepted, &base) {
            (Some(path), _) => read_accepted(path)?,
            (None, Place::Committed) => committed_acceptances(layout)?,
            (None, _) => Accepted::default(),
        };
        let (base, revision) = (base.read(layout)?, revision.read(layout)?);
        let report = compare(layout, &Rules::read(layout)?, &base, &revision)?;

        Ok(Review::new(report, &accepted, today, &version()))
    }

    fn write(&self, review: &Review) -> Result<()> {
        let files = self.also.iter().map(|(format, path)| (*format, Some(path)));
        for (format, path) in files.chain([(self.format, self.output.as_ref())]) {
            match path {
                Some(path) => {
                    let text = format.render(review, WIDTH);
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

/// The version of the crate: all members of the workspace have the same.
pub(crate) fn version() -> Version {
    env!("CARGO_PKG_VERSION").parse().expect("cargo knows versions")
}

/// The committed document, held against its record.
pub(crate) fn committed(layout: &Layout) -> Result<Input> {
    let bytes = pipeline::read_upstream_text(layout)?.into_bytes();
    Ok(Input { location: layout.upstream().display().to_string(), bytes })
}

/// What `spec/accepted.toml` holds; nothing if there is none.
pub(crate) fn committed_acceptances(layout: &Layout) -> Result<Accepted> {
    let path = layout.accepted();
    if path.exists() { read_accepted(&path) } else { Ok(Accepted::default()) }
}

/// Compares two documents by the rules of the workspace.
pub(crate) fn compare(
    layout: &Layout,
    rules: &Rules,
    base: &Input,
    revision: &Input,
) -> Result<Report> {
    let mut report = drift(base, revision, rules)?;
    // A reader of the committed document finds its lines in the normalised one beside it.
    let path = layout.normalised();
    if let Ok(text) = std::fs::read_to_string(&path) {
        for side in [&mut report.base, &mut report.revision] {
            if side.is_connect && side.text == text {
                // From the root, as GitHub names files.
                let file = path.strip_prefix(layout.root()).unwrap_or(&path);
                side.text_file = Some(file.display().to_string());
            }
        }
    }

    Ok(report)
}

/// Prints a report: coloured and as wide as the terminal if it goes to one.
pub(crate) fn print(format: Format, review: &Review) -> Result<()> {
    let columns = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let width = std::io::stdout().is_terminal().then(columns).flatten().unwrap_or(WIDTH);
    let text = format.render(review, width);

    let written = match format {
        Format::Text => anstream::stdout().write_all(text.as_bytes()),
        _ => std::io::stdout().write_all(text.as_bytes()),
    };

    match written.and_then(|()| std::io::stdout().flush()) {
        // Who closes the pipe has seen enough.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Diagnostic::new(format!("cannot be written: {error}"))
                .in_file("the standard output"))
        }
        _ => Ok(()),
    }
}

fn fetched(url: Url) -> Result<Input> {
    // Only the service itself knows what a version is; another URL may be one that a query breaks.
    let ask = if url.as_str() == SPEC_URL { Ask::First } else { Ask::Nothing };
    let fetch = Fetch { url, ask, token: Token::from_env()?, ..Fetch::default() };
    // It is read here already, where it is known what else came if it is no document.
    let (served, _) = fetch.fetch_as(Document::load)?;
    Ok(Input { location: served.url, bytes: served.bytes })
}

fn read(path: &Path) -> Result<Input> {
    let bytes = std::fs::read(path).map_err(|error| {
        Diagnostic::new(format!("cannot be read: {error}")).in_file(path.display())
    })?;
    Ok(Input { location: path.display().to_string(), bytes })
}

fn read_accepted(path: &Path) -> Result<Accepted> {
    Accepted::parse(&files::read(path)?).map_err(|problem| problem.in_file(path.display()))
}
