//! `cargo xtask regen --fetch`: adopts a new upstream document, completely or not at all.
//!
//! Everything is computed in memory first. Then these files are written, in this order: the
//! document, its record, the generated files, the changelog, and with `bump` the manifest and the
//! lock file. If that fails, all files are restored.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use connect_codegen::diagnostic::{Diagnostic, Result};
use connect_codegen::io::files::{self, Mode};
use connect_codegen::openapi::document::Provenance;
use connect_codegen::pipeline::{Generated, Rules};
use connect_codegen::workspace::Layout;
use connect_drift::Input;
use connect_drift::changelog::{Entry, latest_release};
use connect_drift::format::Format;
use connect_drift::report::Report;
use connect_drift::review::Review;
use connect_drift::verdict::SourceVerdict;

use crate::bump::{Bump, bump_version};
use crate::drift;
use crate::fetch::{Fetch, FetchedDocument, ServedDocument};
use crate::store::{StoreOutcome, store};

/// The adoption of a new upstream document.
#[derive(Debug, Clone)]
pub struct Adoption {
    /// Where the document comes from.
    pub fetch: Fetch,
    /// Whether to bump the version of the crate.
    pub bump: bool,
}

impl Adoption {
    /// Fetches the document, prints the report, regenerates the crate, and writes the changelog
    /// entry. `now` is the time of the fetch.
    pub fn run(&self, layout: &Layout, now: DateTime<Utc>) -> Result<()> {
        let fetched = self.fetch.fetch()?;
        let rules = Rules::read(layout)?;
        fetched.require_connect_document(&rules.policy)?;

        let report = compare_with_committed(layout, &rules, &fetched)?;
        let entry = Entry::new(&report);
        let review = review(layout, report, now)?;
        drift::print(Format::Text, &review)?;
        println!();

        let bump = self.bump.then_some(review.summary.bump);
        let files = AdoptedFiles::prepare(layout, &rules, fetched, now, &entry, bump)?;
        let outcome = files.write_or_restore(layout)?;

        if let Some(Bump { current, next, .. }) = &files.bump {
            println!("bumped version {current} to {next}");
        }
        match outcome {
            StoreOutcome::Replaced => {
                println!("adopted the new document; `git diff` shows the changes");
            }
            StoreOutcome::Unchanged => println!("the committed document is already up to date"),
        }

        Ok(())
    }
}

/// Compares the fetched document with the committed one.
fn compare_with_committed(
    layout: &Layout,
    rules: &Rules,
    fetched: &FetchedDocument,
) -> Result<Report> {
    let ServedDocument { url, bytes, .. } = &fetched.served;
    let base = drift::read_committed(layout)?;
    let revision = Input { location: url.clone(), bytes: bytes.clone() };

    drift::compare(layout, rules, &base, &revision)
}

/// Reviews a report with the committed acceptances.
fn review(layout: &Layout, report: Report, now: DateTime<Utc>) -> Result<Review> {
    let accepted = drift::read_committed_acceptances(layout)?;
    Ok(Review::new(report, &accepted, now.date_naive(), &drift::crate_version()))
}

/// The new content of all files, before it is written.
struct AdoptedFiles {
    document: String,
    record: Provenance,
    generated: Generated,
    changelog: String,
    bump: Option<Bump>,
}

impl AdoptedFiles {
    /// Generates the crate and computes the changelog and the bump. Writes nothing.
    fn prepare(
        layout: &Layout,
        rules: &Rules,
        fetched: FetchedDocument,
        now: DateTime<Utc>,
        entry: &Entry,
        bump: Option<SourceVerdict>,
    ) -> Result<Self> {
        let generated = Generated::from_upstream(&fetched.upstream, rules)
            .map_err(|error| error.in_file(&fetched.served.url))?;

        let changelog_path = layout.changelog();
        let old_changelog = files::read(&changelog_path)?;
        let changelog = entry
            .write_into(&old_changelog)
            .map_err(|error| error.in_file(changelog_path.display()))?;

        let bump = match bump {
            Some(bump) => bump_version(layout, bump, latest_release(&old_changelog))?,
            None => None,
        };
        let record = fetched.record(now);

        Ok(Self { document: fetched.text, record, generated, changelog, bump })
    }

    /// Writes all files. If one cannot be written, restores the others.
    fn write_or_restore(&self, layout: &Layout) -> Result<StoreOutcome> {
        let generated = self.generated.paths().map(|path| layout.generated().join(path));
        let backup = Backup::read(layout, generated)?;
        self.write(layout).map_err(|error| backup.restore_files(error))
    }

    /// Writes, in this order: the document and its record, the generated files, the changelog, and
    /// with `--bump` the manifest and the lock file.
    fn write(&self, layout: &Layout) -> Result<StoreOutcome> {
        let outcome = store(&self.document, &self.record, &layout.upstream_folder())?;
        self.generated.write(layout, Mode::Write)?;
        files::write(&layout.changelog(), &self.changelog, Mode::Write, "")?;

        for (path, text) in self.bump.iter().flat_map(|bump| &bump.files) {
            files::write(path, text, Mode::Write, "")?;
        }

        Ok(outcome)
    }
}

/// The content of the files before they are written, or `None` for files that do not exist.
struct Backup(BTreeMap<PathBuf, Option<Vec<u8>>>);

impl Backup {
    /// Reads the current content of all files that an adoption writes or removes.
    fn read(layout: &Layout, generated: impl Iterator<Item = PathBuf>) -> Result<Self> {
        let written = [
            layout.upstream(),
            layout.provenance(),
            layout.normalised(),
            layout.report(),
            layout.changelog(),
            layout.manifest(),
            layout.lock(),
        ];
        let existing = files::list(&layout.generated())?;
        let paths = written.into_iter().chain(existing).chain(generated);

        paths
            .map(|path| Ok((path.clone(), files::read_if_exists(&path)?)))
            .collect::<Result<_>>()
            .map(Self)
    }

    /// Restores all files after an error. Adds the files that could not be restored to the message.
    fn restore_files(&self, error: Diagnostic) -> Diagnostic {
        let mut failed = Vec::new();
        for (path, bytes) in &self.0 {
            let result = match bytes {
                Some(bytes) if std::fs::read(path).ok().as_ref() == Some(bytes) => Ok(()),
                Some(bytes) => files::replace(path, bytes).map_err(|_| ()),
                None if path.is_file() => std::fs::remove_file(path).map_err(|_| ()),
                None => Ok(()),
            };

            if result.is_err() {
                failed.push(path.display().to_string());
            }
        }

        if failed.is_empty() {
            return error;
        }

        let message = format!("{}; could not restore {}", error.message, failed.join(", "));
        Diagnostic { message, ..error }
    }
}
