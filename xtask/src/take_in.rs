//! `cargo xtask regen --fetch`: takes in a new upstream document, the whole of it or nothing.
//!
//! Everything is made in memory first: the document is fetched and compared with the committed one,
//! the crate is generated, the changelog's entry is written. Only then is the disk touched, and put
//! back if that fails half way.

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

use crate::fetch::{Fetch, Served};
use crate::store::{Stored, store};
use crate::{bump, drift};

/// How a new document is taken in.
#[derive(Debug, Clone)]
pub struct TakeIn {
    /// Where it is got.
    pub fetch: Fetch,
    /// Whether the crate is given the version that the changes need.
    pub bump: bool,
}

impl TakeIn {
    /// Fetches, prints the report, regenerates, and writes the changelog's entry. `now` is the
    /// time of the fetch.
    pub fn run(&self, layout: &Layout, now: DateTime<Utc>) -> Result<()> {
        let fetched = self.fetch.fetch()?;
        let base = drift::committed(layout)?;
        let Served { url, bytes, .. } = &fetched.served;
        let revision = Input { location: url.clone(), bytes: bytes.clone() };
        let rules = Rules::read(layout)?;

        fetched.must_be_connects(&rules.policy)?;
        let report = drift::compare(layout, &rules, &base, &revision)?;
        let entry = Entry::new(&report);
        let accepted = drift::committed_acceptances(layout)?;
        let review = Review::new(report, &accepted, now.date_naive(), &drift::version());

        drift::print(Format::Text, &review)?;
        println!();
        let made = Generated::from_upstream(&fetched.upstream, &rules)
            .map_err(|problem| problem.in_file(url))?;
        let path = layout.changelog();
        let changelog = files::read(&path)?;
        let written =
            entry.write_into(&changelog).map_err(|problem| problem.in_file(path.display()))?;

        let bumped = match self.bump {
            true => bump::to(layout, review.summary.bump, latest_release(&changelog))?,
            false => Vec::new(),
        };
        let paths = made.paths().map(|path| layout.generated().join(path));
        let before = Before::of(layout, paths)?;
        let record = fetched.record(now);

        let write = || {
            let stored = store(&fetched.text, &record, &layout.upstream_folder())?;
            made.write(layout, Mode::Write)?;
            files::write(&path, &written, Mode::Write, "")?;

            for (path, text) in &bumped {
                files::write(path, text, Mode::Write, "")?;
            }
            Ok(stored)
        };

        match write().map_err(|problem| before.put_back(problem))? {
            Stored::Replaced => println!("took in the new document; `git diff` shows what it made"),
            Stored::Unchanged => println!("the document is the one that lies here"),
        }

        Ok(())
    }
}

/// What stood in the files that are about to be written: nothing, for a file that was not there.
struct Before(BTreeMap<PathBuf, Option<Vec<u8>>>);

impl Before {
    fn of(layout: &Layout, generated: impl Iterator<Item = PathBuf>) -> Result<Self> {
        let own = [
            layout.upstream(),
            layout.provenance(),
            layout.normalised(),
            layout.report(),
            layout.changelog(),
            layout.manifest(),
            layout.lock(),
        ];
        let there = files::list(&layout.generated())?;
        let paths = own.into_iter().chain(there).chain(generated);

        // What is no file is left to the writing, which says so.
        Ok(Self(paths.map(|path| (path.clone(), std::fs::read(path).ok())).collect()))
    }

    /// Puts all of it back, and adds to the problem what could not be.
    fn put_back(&self, problem: Diagnostic) -> Diagnostic {
        let mut left = Vec::new();
        for (path, bytes) in &self.0 {
            let done = match bytes {
                Some(bytes) if std::fs::read(path).ok().as_ref() == Some(bytes) => Ok(()),
                Some(bytes) => files::replace(path, bytes).map_err(|_| ()),
                None if path.is_file() => std::fs::remove_file(path).map_err(|_| ()),
                None => Ok(()),
            };

            if done.is_err() {
                left.push(path.display().to_string());
            }
        }

        if left.is_empty() {
            return problem;
        }

        let message = format!("{}; then not put back: {}", problem.message, left.join(", "));
        Diagnostic { message, ..problem }
    }
}
