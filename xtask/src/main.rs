//! `cargo xtask`: the maintainers' tasks.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{SecondsFormat, Utc};
use clap::{Args, CommandFactory as _, Parser, Subcommand};
use connect_codegen::diagnostic::{Diagnostic, Result};
use connect_codegen::import;
use connect_codegen::io::files::{self, Mode};
use connect_codegen::openapi::document::{Provenance, sha256};
use connect_codegen::pipeline::{self, Rules};
use connect_codegen::workspace::{Layout, NORMALISE_COMMAND};
use xtask::bench::{self, Bench, Peer};
use xtask::fetch::{Ask, Fetch, SPEC_URL, Token, parse_url};
use xtask::store::{Stored, store};
use xtask::take_in::TakeIn;
use xtask::{drift, tell};

/// The exit status of a task that failed: never 1, which cargo itself uses.
const FAILED: u8 = 2;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The maintainers' tasks of the Connect API client")]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,
    /// Work on another workspace than the one that this program was built in
    #[arg(long, global = true, hide_short_help = true, value_name = "PATH")]
    root: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Task {
    /// Regenerate the crate from the committed upstream document (offline)
    Regen(Regen),
    /// Tell what changed upstream, whom it breaks, and what to do about it
    Drift(drift::Arguments),
    /// Fetch the service's own document into spec/upstream
    Fetch(Download),
    /// Rebuild the upstream document from the published reference page
    Import {
        /// The page, as Markdown
        page: PathBuf,
    },
    /// Normalise the committed upstream document, and report what was changed
    Normalise(Check),
    /// Measure what the crate costs to compile, beside progenitor's crates
    Bench(Measure),
}

#[derive(Args)]
struct Measure {
    /// How often each build is timed
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    /// Another crate to measure in the same run; can be given more than once
    #[arg(long = "peer", value_name = "NAME=PATH", value_parser = bench::peer)]
    peers: Vec<Peer>,
}

#[derive(Args)]
struct Regen {
    #[command(flatten)]
    check: Check,
    /// Fetch the service's own document first, report what changed, and write the changelog's entry
    #[arg(long, conflicts_with = "check")]
    fetch: bool,
    /// Give the crate the version that the changes need
    #[arg(long, requires = "fetch")]
    bump: bool,
    #[command(flatten)]
    download: Download,
}

#[derive(Args)]
struct Check {
    /// Write nothing; fail with the difference if anything is stale
    #[arg(long)]
    check: bool,
}

#[derive(Args)]
struct Download {
    /// Where the document is served [default: the service]. CONNECT_API_TOKEN goes to the service
    /// and to this machine, to no other host
    #[arg(long)]
    url: Option<String>,
    /// The OpenAPI version to ask for, instead of 3 and then the service's default
    #[arg(long)]
    openapi_version: Option<String>,
}

impl Download {
    fn fetch(&self) -> Result<Fetch> {
        let url = parse_url(self.url.as_deref().unwrap_or(SPEC_URL), "--url")?;
        let ask = self.openapi_version.clone().map_or(Ask::First, Ask::Only);
        Ok(Fetch { url, ask, token: Token::from_env()?, ..Fetch::default() })
    }
}

impl Check {
    fn mode(&self) -> Mode {
        if self.check { Mode::Check } else { Mode::Write }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let layout = Layout::new(cli.root.unwrap_or_else(workspace));

    let done = match &cli.task {
        None => return print_tasks(),
        Some(Task::Drift(arguments)) => return drift::run(&layout, arguments),
        Some(Task::Regen(regen)) => run_regen(&layout, regen),
        Some(Task::Fetch(download)) => run_fetch(&layout, download),
        Some(Task::Import { page }) => run_import(&layout, page),
        Some(Task::Bench(measure)) => run_bench(&layout, measure),
        Some(Task::Normalise(check)) => run_normalise(&layout, check.mode()),
    };

    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            tell(&problem);
            ExitCode::from(FAILED)
        }
    }
}

fn print_tasks() -> ExitCode {
    println!("cargo xtask TASK, where TASK is one of\n");

    for task in Cli::command().get_subcommands() {
        println!("  {:<10} {}", task.get_name(), task.get_about().unwrap_or_default());
    }

    println!("\n`cargo xtask TASK --help` tells more of one.");
    ExitCode::SUCCESS
}

fn run_regen(layout: &Layout, regen: &Regen) -> Result<()> {
    if regen.fetch {
        let take_in = TakeIn { fetch: regen.download.fetch()?, bump: regen.bump };
        return take_in.run(layout, Utc::now());
    }

    if regen.download.url.is_some() || regen.download.openapi_version.is_some() {
        return Err(Diagnostic::new("`--url` and `--openapi-version` say what to fetch")
            .help("add `--fetch`, or leave them out"));
    }

    match pipeline::regenerate(layout, regen.check.mode())? {
        0 => println!("everything that is generated is up to date"),
        1 => println!("1 file has changed; `git diff` shows it"),
        changed => println!("{changed} files have changed; `git diff` shows them"),
    }

    Ok(())
}

fn run_normalise(layout: &Layout, mode: Mode) -> Result<()> {
    let (normalised, _) = pipeline::load_and_normalise(layout)?;
    pipeline::write_normalised(layout, &normalised, mode, NORMALISE_COMMAND)?;

    for pass in &normalised.report.passes {
        println!("{:<12} {:>4} changes", pass.name, pass.changes.len());
    }
    Ok(())
}

fn run_bench(layout: &Layout, measure: &Measure) -> Result<()> {
    let bench = Bench { peers: measure.peers.clone(), runs: measure.runs };
    print!("{}", bench.run(layout)?);
    Ok(())
}

fn run_fetch(layout: &Layout, download: &Download) -> Result<()> {
    let Rules { policy, .. } = Rules::read(layout)?;
    let fetched = download.fetch()?.fetch()?;
    fetched.must_be_connects(&policy)?;

    match store(&fetched.text, &fetched.record(Utc::now()), &layout.upstream_folder())? {
        Stored::Replaced => println!("fetched a new document; `cargo xtask regen` is next"),
        Stored::Unchanged => println!("the document is the one that lies here"),
    }

    Ok(())
}

fn run_import(layout: &Layout, page: &Path) -> Result<()> {
    let text = files::read(page)?;
    let supplement = layout.supplement();

    let imported = import::import(
        &text,
        &page.display().to_string(),
        &files::read(&supplement)?,
        &supplement.display().to_string(),
    )?;
    let document = import::to_json(&imported.document);

    // The record is committed: it names no folder of this machine.
    let (root, whole) = (layout.root().canonicalize(), page.canonicalize());
    let inside = root.ok().zip(whole.ok());
    let inside = inside.and_then(|(root, page)| Some(page.strip_prefix(root).ok()?.to_path_buf()));
    let source = inside.or_else(|| page.file_name().map(PathBuf::from)).unwrap_or_default();

    let record = Provenance {
        source: source.display().to_string(),
        retrieved_at: Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true),
        requested_version: None,
        sha256: sha256(document.as_bytes()),
        command: format!("cargo xtask import {}", source.display()),
    };
    store(&document, &record, &layout.upstream_folder())?;
    println!("imported {}", imported.counts);

    Ok(())
}

/// The workspace of this program: it is run by cargo, from anywhere below the root.
fn workspace() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace");
    let here = std::env::current_dir().unwrap_or_default();
    // A relative path reads better in messages, and is the same for everybody.
    root.strip_prefix(&here).map_or_else(|_| root.to_path_buf(), Path::to_path_buf)
}
