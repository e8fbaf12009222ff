//! `cargo xtask regen --fetch`: adopts a new upstream document, completely or not at all.
//!
//! All steps happen in memory first: the document is fetched and compared with the committed one,
//! the crate is generated, and the changelog entry is written. Then the files are written, and
//! restored if that fails.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use connect_codegen::diagnostic::{Diagnostic, Result};
use connect_codegen::io::files::{self, Mode};
use connect_codegen::pipeline::{Generated, Rules};
use connect_codegen::workspace::Layout;
use connect_drift::Input;
use connect_drift::changelog::{Entry, latest_release};
use connect_drift::format::Format;
use connect_drift::review::Review;

use crate::bump::bump_version;
use crate::drift;
use crate::fetch::{Fetch, ServedDocument};
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

        let ServedDocument { url, bytes, .. } = &fetched.served;
        let base = drift::read_committed(layout)?;
        let revision = Input { location: url.clone(), bytes: bytes.clone() };
        let report = drift::compare(layout, &rules, &base, &revision)?;
        let entry = Entry::new(&report);

        let accepted = drift::read_committed_acceptances(layout)?;
        let review = Review::new(report, &accepted, now.date_naive(), &drift::crate_version());
        drift::print(Format::Text, &review)?;
        println!();

        let generated = Generated::from_upstream(&fetched.upstream, &rules)
            .map_err(|error| error.in_file(url))?;
        let changelog_path = layout.changelog();
        let changelog = files::read(&changelog_path)?;
        let new_changelog = entry
            .write_into(&changelog)
            .map_err(|error| error.in_file(changelog_path.display()))?;

        let bumped_files = match self.bump {
            true => bump_version(layout, review.summary.bump, latest_release(&changelog))?,
            false => Vec::new(),
        };

        let paths = generated.paths().map(|path| layout.generated().join(path));
        let backup = Backup::read(layout, paths)?;
        let record = fetched.record(now);

        let write_files = || {
            let outcome = store(&fetched.text, &record, &layout.upstream_folder())?;
            generated.write(layout, Mode::Write)?;
            files::write(&changelog_path, &new_changelog, Mode::Write, "")?;

            for (path, text) in &bumped_files {
                files::write(path, text, Mode::Write, "")?;
            }

            Ok(outcome)
        };

        match write_files().map_err(|error| backup.restore(error))? {
            StoreOutcome::Replaced => {
                println!("adopted the new document; `git diff` shows the changes");
            }
            StoreOutcome::Unchanged => println!("the committed document is already up to date"),
        }

        Ok(())
    }
}

/// The content of the files before they are written, or `None` for files that do not exist.
struct Backup(BTreeMap<PathBuf, Option<Vec<u8>>>);

impl Backup {
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

        // A path that cannot be read is no file. Writing it fails, and that error is reported.
        Ok(Self(paths.map(|path| (path.clone(), std::fs::read(path).ok())).collect()))
    }

    /// Restores all files after an error. Adds the files that could not be restored to the message.
    fn restore(&self, error: Diagnostic) -> Diagnostic {
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
