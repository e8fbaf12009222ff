//! The stages, one after the other, over the files of a workspace.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Result};
use crate::emit::emit;
use crate::io::rustfmt;
use crate::io::write::{self, Files, Mode};
use crate::lower::lower;
use crate::normalise::passes::overlay::Overlay;
use crate::normalise::{Normalised, map_to_upstream, normalise};
use crate::openapi::document::{Provenance, Upstream};
use crate::policy::Policy;
use crate::workspace::{Layout, REGEN};

/// What mends a stale normalised document.
pub const NORMALISE: &str = "cargo xtask normalise";

/// What people wrote about the upstream document: corrections of data, and decisions.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// The corrections of data.
    pub overlay: Overlay,
    /// What we decide.
    pub policy: Policy,
}

impl Rules {
    /// Reads the rules of a workspace.
    pub fn read(layout: &Layout) -> Result<Self> {
        Ok(Self {
            overlay: parsed(&layout.overlay(), Overlay::parse)?,
            policy: parsed(&layout.policy(), Policy::parse)?,
        })
    }
}

/// The text of the committed upstream document, held against its record.
pub fn committed(layout: &Layout) -> Result<String> {
    let path = layout.upstream();
    let text = write::read(&path)?;
    let record = layout.provenance();

    let provenance: Provenance = serde_json::from_str(&write::read(&record)?).map_err(|error| {
        Diagnostic::json(&error, "not a record of provenance").in_file(record.display()).help(
            "run `cargo xtask fetch` or `cargo xtask import` to make document and record anew",
        )
    })?;
    provenance.verify(text.as_bytes()).map_err(|problem| problem.in_file(path.display()))?;

    Ok(text)
}

/// Loads the committed upstream document, held against its record.
pub fn load(layout: &Layout) -> Result<Upstream> {
    let text = committed(layout)?;
    Upstream::parse(&text).map_err(|problem| problem.in_file(layout.upstream().display()))
}

/// Loads and normalises.
pub fn normalised(layout: &Layout) -> Result<(Normalised, Policy)> {
    let upstream = load(layout)?;
    let Rules { overlay, policy } = Rules::read(layout)?;
    let normalised = normalise(&upstream, &overlay, &policy)
        .map_err(|problem| problem.in_file(layout.upstream().display()))?;
    Ok((normalised, policy))
}

/// Brings the normalised document and its report up to date. `command` is what does so, with all
/// that its task brings up to date beside them.
pub fn write_normalised(
    layout: &Layout,
    normalised: &Normalised,
    mode: Mode,
    command: &str,
) -> Result<usize> {
    let document = write::file(&layout.normalised(), &normalised.to_json(), mode, command)?;
    let report = normalised.report.to_markdown(NORMALISE);
    Ok(document + write::file(&layout.report(), &report, mode, command)?)
}

/// Brings everything that is generated up to date: the normalised document and the crate.
/// Nothing is written before all of it has been made. Gives how many files have changed.
pub fn regen(layout: &Layout, mode: Mode) -> Result<usize> {
    let upstream = load(layout)?;
    let made = Made::of(&upstream, &Rules::read(layout)?)
        .map_err(|problem| problem.in_file(layout.upstream().display()))?;
    made.write(layout, mode)
}

/// Everything that is generated of a document, not yet written.
#[derive(Debug, Clone)]
pub struct Made {
    normalised: Normalised,
    files: Files,
}

impl Made {
    /// Makes all of it. A problem of the upstream document names no file: only the caller knows
    /// where it came from.
    pub fn of(upstream: &Upstream, rules: &Rules) -> Result<Self> {
        let normalised = normalise(upstream, &rules.overlay, &rules.policy)?;
        let files = generated(&normalised, &rules.policy)
            .map_err(|problem| map_to_upstream(problem, upstream))?;
        let files = rustfmt::format(&files)?;
        Ok(Self { normalised, files })
    }

    /// The paths of the generated code, within its folder.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.keys().map(PathBuf::as_path)
    }

    /// Writes it, or in check mode compares.
    pub fn write(&self, layout: &Layout, mode: Mode) -> Result<usize> {
        let document = write_normalised(layout, &self.normalised, mode, REGEN)?;
        Ok(document + write::folder(&layout.generated(), &self.files, mode, REGEN)?)
    }
}

/// The files of generated code for a normalised document, before rustfmt has formatted them.
pub fn generated(normalised: &Normalised, policy: &Policy) -> Result<Files> {
    emit(&lower(normalised, policy)?)
}

fn parsed<T>(path: &Path, parse: fn(&str) -> Result<T>) -> Result<T> {
    parse(&write::read(path)?).map_err(|problem| problem.in_file(path.display()))
}
