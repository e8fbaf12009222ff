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
use xtask::adopt::Adoption;
use xtask::bench::{self, Bench, Peer};
use xtask::fetch::{Fetch, RequestedVersion, SPEC_URL, Token, parse_url};
use xtask::store::{StoreOutcome, store};
use xtask::{drift, print_error};

/// The exit status of a failed task. Not 1, because cargo itself uses that.
const FAILURE: u8 = 2;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The maintainers' tasks of the Connect API client")]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,
    /// The root of the workspace [default: the one in which this program was built]
    #[arg(long, global = true, hide_short_help = true, value_name = "PATH")]
    root: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Task {
    /// Regenerate the crate from the committed upstream document (offline)
    Regen(RegenArgs),
    /// Compare the committed document with the published one, and report breaking changes
    Drift(drift::Arguments),
    /// Fetch the document that the service publishes, into spec/upstream
    Fetch(FetchArgs),
    /// Rebuild the upstream document from the published reference page
    Import {
        /// The page in Markdown
        page: PathBuf,
    },
    /// Normalise the committed upstream document, and report the changes of each pass
    Normalise(CheckArgs),
    /// Measure the compile time of the crate and of progenitor's crates
    Bench(BenchArgs),
}

#[derive(Args)]
struct BenchArgs {
    /// The number of timed runs of each build
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    /// Another crate to measure in the same run; can be repeated
    #[arg(long = "peer", value_name = "NAME=PATH", value_parser = bench::parse_peer)]
    peers: Vec<Peer>,
}

#[derive(Args)]
struct RegenArgs {
    #[command(flatten)]
    check: CheckArgs,
    /// Adopt the published document: fetch it, report the changes, regenerate the crate, and write
    /// the changelog entry
    #[arg(long, conflicts_with = "check")]
    fetch: bool,
    /// Bump the version of the crate as the changes require
    #[arg(long, requires = "fetch")]
    bump: bool,
    #[command(flatten)]
    fetch_arguments: FetchArgs,
}

#[derive(Args)]
struct CheckArgs {
    /// Write nothing; fail with a diff if a file is stale
    #[arg(long)]
    check: bool,
}

#[derive(Args)]
struct FetchArgs {
    /// The URL of the document [default: the service's]. CONNECT_API_TOKEN is sent only to the
    /// service and to this machine
    #[arg(long)]
    url: Option<String>,
    /// The OpenAPI version to request [default: 3, or else the service's default]
    #[arg(long)]
    openapi_version: Option<String>,
}

impl FetchArgs {
    fn to_fetch(&self) -> Result<Fetch> {
        let url = parse_url(self.url.as_deref().unwrap_or(SPEC_URL), "--url")?;
        let version = self.openapi_version.clone();
        let version = version.map_or(RequestedVersion::Preferred, RequestedVersion::Exact);

        Ok(Fetch { url, version, token: Token::from_env()?, ..Fetch::default() })
    }
}

impl CheckArgs {
    fn mode(&self) -> Mode {
        if self.check { Mode::Check } else { Mode::Write }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let layout = Layout::new(cli.root.unwrap_or_else(workspace_root));

    let result = match &cli.task {
        None => return print_tasks(),
        Some(Task::Drift(arguments)) => return drift::run(&layout, arguments),
        Some(Task::Regen(arguments)) => run_regen(&layout, arguments),
        Some(Task::Fetch(arguments)) => run_fetch(&layout, arguments),
        Some(Task::Import { page }) => run_import(&layout, page),
        Some(Task::Bench(arguments)) => run_bench(&layout, arguments),
        Some(Task::Normalise(check)) => run_normalise(&layout, check.mode()),
    };

    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(&error);
            ExitCode::from(FAILURE)
        }
    }
}

fn print_tasks() -> ExitCode {
    println!("usage: cargo xtask TASK, where TASK is one of\n");

    for task in Cli::command().get_subcommands() {
        println!("  {:<10} {}", task.get_name(), task.get_about().unwrap_or_default());
    }

    println!("\n`cargo xtask TASK --help` describes a task.");
    ExitCode::SUCCESS
}

fn run_regen(layout: &Layout, arguments: &RegenArgs) -> Result<()> {
    if arguments.fetch {
        let fetch = arguments.fetch_arguments.to_fetch()?;
        return Adoption { fetch, bump: arguments.bump }.run(layout, Utc::now());
    }

    let FetchArgs { url, openapi_version } = &arguments.fetch_arguments;
    if url.is_some() || openapi_version.is_some() {
        return Err(Diagnostic::new("`--url` and `--openapi-version` need `--fetch`")
            .help("add `--fetch`, or omit them"));
    }

    match pipeline::regenerate(layout, arguments.check.mode())? {
        0 => println!("all generated files are up to date"),
        1 => println!("1 file changed; `git diff` shows it"),
        changed => println!("{changed} files changed; `git diff` shows them"),
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

fn run_bench(layout: &Layout, arguments: &BenchArgs) -> Result<()> {
    let bench = Bench { peers: arguments.peers.clone(), runs: arguments.runs };
    print!("{}", bench.run(layout)?);
    Ok(())
}

fn run_fetch(layout: &Layout, arguments: &FetchArgs) -> Result<()> {
    let Rules { policy, .. } = Rules::read(layout)?;
    let fetched = arguments.to_fetch()?.fetch()?;
    fetched.require_connect_document(&policy)?;

    match store(&fetched.text, &fetched.record(Utc::now()), &layout.upstream_folder())? {
        StoreOutcome::Replaced => println!("fetched a new document; run `cargo xtask regen` next"),
        StoreOutcome::Unchanged => println!("the committed document is already up to date"),
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

    let source = recorded_source(layout, page);
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

/// Returns the path of a page for the committed record: relative to the workspace, or only the file
/// name, so that it contains no path of this machine.
fn recorded_source(layout: &Layout, page: &Path) -> PathBuf {
    let paths = layout.root().canonicalize().ok().zip(page.canonicalize().ok());
    let relative = paths.and_then(|(root, page)| Some(page.strip_prefix(root).ok()?.to_path_buf()));

    relative.or_else(|| page.file_name().map(PathBuf::from)).unwrap_or_default()
}

/// Returns the root of the workspace in which this program was built.
fn workspace_root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is in the workspace");
    let current = std::env::current_dir().unwrap_or_default();

    // Messages show a relative path, which is shorter, and the same on each machine.
    root.strip_prefix(&current).map_or_else(|_| root.to_path_buf(), Path::to_path_buf)
}
