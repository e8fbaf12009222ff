//! `cargo xtask regen --fetch`: takes in a new upstream document, the whole of it or nothing.
//!
//! Everything is made in memory first: the document is fetched and compared with the committed one,
//! the crate is generated, the changelog's entry is written. Only then is the disk touched, and put
//! back if that fails half way.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use connect_codegen::layout::Layout;
use connect_codegen::pipeline::{Made, Rules};
use connect_codegen::problem::{Problem, Result};
use connect_codegen::write::{self, Mode};
use connect_drift::Input;
use connect_drift::changelog::{Entry, released};
use connect_drift::finding::Source;
use connect_drift::format::Format;
use connect_drift::review::Review;
use connect_drift::summary::next_version;
use semver::Version;
use toml_edit::DocumentMut;

use crate::drift;
use crate::fetch::Fetch;
use crate::store::{Stored, store};

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
        let bytes = fetched.text.clone().into_bytes();
        let revision = Input { location: fetched.url.clone(), bytes };
        let rules = Rules::read(layout)?;
        let report = drift::compare(layout, &rules, &base, &revision)?;
        let entry = Entry::of(&report);
        let accepted = drift::committed_acceptances(layout)?;
        let review = Review::new(report, &accepted, now.date_naive(), &drift::version());
        drift::print(Format::Text, &review)?;
        println!();

        let made =
            Made::of(&fetched.upstream, &rules).map_err(|problem| problem.in_file(&fetched.url))?;
        let path = layout.changelog();
        let changelog = write::read(&path)?;
        let written =
            entry.write_into(&changelog).map_err(|problem| problem.in_file(path.display()))?;
        let manifest = match self.bump {
            true => bumped(layout, review.summary.bump, released(&changelog))?,
            false => None,
        };

        let paths = made.paths().map(|path| layout.generated().join(path));
        let before = Before::of(layout, paths)?;
        let record = fetched.record(now);
        let write = || {
            let stored = store(&fetched.text, &record, &layout.upstream_folder())?;
            made.write(layout, Mode::Write)?;
            write::file(&path, &written, Mode::Write, "")?;
            if let Some(manifest) = &manifest {
                write::file(&layout.manifest(), manifest, Mode::Write, "")?;
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

/// The manifest with the version that a bump needs, if it has another. What counts is the newest
/// release in the changelog: a version that is not released yet is bumped no second time.
fn bumped(layout: &Layout, bump: Source, released: Option<Version>) -> Result<Option<String>> {
    let path = layout.manifest();
    let text = write::read(&path)?;
    let wrong = |message: String| Problem::new(message).in_file(path.display());
    let mut manifest: DocumentMut =
        text.parse().map_err(|error| wrong(format!("not a manifest: {error}")))?;
    let version = manifest
        .get_mut("workspace")
        .and_then(|it| it.get_mut("package"))
        .and_then(|it| it.get_mut("version"))
        .and_then(|it| it.as_value_mut())
        .ok_or_else(|| wrong("there is no `version` in `[workspace.package]`".to_owned()))?;
    let current: Version = version
        .as_str()
        .and_then(|it| it.parse().ok())
        .ok_or_else(|| wrong("the version is not one".to_owned()))?;
    let wanted = next_version(&released.unwrap_or_else(|| current.clone()), bump);
    if wanted <= current {
        return Ok(None);
    }
    let decor = version.decor().clone();
    *version = toml_edit::Value::from(wanted.to_string());
    *version.decor_mut() = decor;
    println!("the version {current} becomes {wanted}");
    Ok(Some(manifest.to_string()))
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
        ];
        let there = write::listing(&layout.generated())?;
        let paths = own.into_iter().chain(there).chain(generated);
        // What is no file is left to the writing, which says so.
        Ok(Self(paths.map(|path| (path.clone(), std::fs::read(path).ok())).collect()))
    }

    /// Puts all of it back, and adds to the problem what could not be.
    fn put_back(&self, problem: Problem) -> Problem {
        let mut left = Vec::new();
        for (path, bytes) in &self.0 {
            let done = match bytes {
                Some(bytes) if std::fs::read(path).ok().as_ref() == Some(bytes) => Ok(()),
                Some(bytes) => write::replace(path, bytes).map_err(|_| ()),
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
        Problem { message, ..problem }
    }
}
