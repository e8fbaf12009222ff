//! The stages, one after the other, over the files of a workspace.

use std::path::Path;

use crate::document::{Provenance, Upstream};
use crate::emit::emit;
use crate::layout::Layout;
use crate::lower::lower;
use crate::normalise::overlay::Overlay;
use crate::normalise::{Normalised, normalise};
use crate::policy::Policy;
use crate::problem::{Problem, Result};
use crate::write::{self, Files, Mode};

/// What mends a stale generated file.
pub const REGEN: &str = "cargo xtask regen";

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

/// Loads the committed upstream document, held against its record.
pub fn load(layout: &Layout) -> Result<Upstream> {
    let path = layout.upstream();
    let text = write::read(&path)?;
    let record = layout.provenance();
    let provenance: Provenance = serde_json::from_str(&write::read(&record)?).map_err(|error| {
        Problem::new(format!("not a record of provenance: {error}")).in_file(record.display()).help(
            "run `cargo xtask fetch` or `cargo xtask import` to make document and record anew",
        )
    })?;
    provenance.verify(text.as_bytes()).map_err(|problem| problem.in_file(path.display()))?;
    Upstream::parse(&text).map_err(|problem| problem.in_file(path.display()))
}

/// Loads and normalises.
pub fn normalised(layout: &Layout) -> Result<(Normalised, Policy)> {
    let upstream = load(layout)?;
    let Rules { overlay, policy } = Rules::read(layout)?;
    let normalised = normalise(&upstream, &overlay, &policy)
        .map_err(|problem| problem.in_file(layout.upstream().display()))?;
    Ok((normalised, policy))
}

/// Brings the normalised document and its report up to date.
pub fn write_normalised(layout: &Layout, normalised: &Normalised, mode: Mode) -> Result<()> {
    write::file(&layout.normalised(), &normalised.to_json(), mode, NORMALISE)?;
    write::file(&layout.report(), &normalised.report.to_markdown(NORMALISE), mode, NORMALISE)
}

/// Brings everything that is generated up to date: the normalised document and the crate.
/// Nothing is written before all of it has been made.
pub fn regen(layout: &Layout, mode: Mode) -> Result<()> {
    let (normalised, policy) = normalised(layout)?;
    let files = generated(&normalised, &policy)
        .map_err(|problem| problem.in_file(layout.normalised().display()))?;
    write_normalised(layout, &normalised, mode)?;
    write::folder(&layout.generated(), &files, mode, REGEN)
}

/// The files of generated code for a normalised document.
pub fn generated(normalised: &Normalised, policy: &Policy) -> Result<Files> {
    emit(&lower(normalised, policy)?)
}

fn parsed<T>(path: &Path, parse: fn(&str) -> Result<T>) -> Result<T> {
    parse(&write::read(path)?).map_err(|problem| problem.in_file(path.display()))
}
