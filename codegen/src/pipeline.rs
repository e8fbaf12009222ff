//! Runs the stages, from the upstream document to the generated files, over a workspace.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Result};
use crate::emit::emit;
use crate::io::files::{self, Files, Mode};
use crate::io::rustfmt;
use crate::lower::lower;
use crate::normalise::{Normalised, map_to_upstream, normalise};
use crate::openapi::document::{Provenance, Upstream};
use crate::openapi::overlay::Overlay;
use crate::policy::Policy;
use crate::workspace::{Layout, NORMALISE_COMMAND, REGEN_COMMAND};

/// The rules that maintainers write for the upstream document.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Corrections of its data.
    pub overlay: Overlay,
    /// Names and other decisions.
    pub policy: Policy,
}

impl Rules {
    /// Reads the rules of a workspace.
    pub fn read(layout: &Layout) -> Result<Self> {
        Ok(Self {
            overlay: read_with(&layout.overlay(), Overlay::parse)?,
            policy: read_with(&layout.policy(), Policy::parse)?,
        })
    }
}

fn read_with<T>(path: &Path, parse: fn(&str) -> Result<T>) -> Result<T> {
    parse(&files::read(path)?).map_err(|diagnostic| diagnostic.in_file(path.display()))
}

/// Reads the text of the committed upstream document.
///
/// # Errors
///
/// Fails if the document differs from the hash in its provenance record.
pub fn read_upstream_text(layout: &Layout) -> Result<String> {
    let path = layout.upstream();
    let text = files::read(&path)?;

    let record = layout.provenance();
    let provenance: Provenance = serde_json::from_str(&files::read(&record)?).map_err(|error| {
        Diagnostic::from_json_error(&error, "not a provenance record")
            .in_file(record.display())
            .help(
                "run `cargo xtask fetch` or `cargo xtask import` to write the document and its \
                 record again",
            )
    })?;
    provenance.verify(text.as_bytes()).map_err(|diagnostic| diagnostic.in_file(path.display()))?;

    Ok(text)
}

/// Loads the committed upstream document.
///
/// # Errors
///
/// As [`read_upstream_text`], or if it is not an API document.
pub fn load_upstream(layout: &Layout) -> Result<Upstream> {
    let text = read_upstream_text(layout)?;
    Upstream::parse(&text).map_err(|diagnostic| diagnostic.in_file(layout.upstream().display()))
}

/// Loads and normalises the committed upstream document.
pub fn load_and_normalise(layout: &Layout) -> Result<(Normalised, Policy)> {
    let upstream = load_upstream(layout)?;
    let Rules { overlay, policy } = Rules::read(layout)?;
    let normalised = normalise(&upstream, &overlay, &policy)
        .map_err(|diagnostic| diagnostic.in_file(layout.upstream().display()))?;

    Ok((normalised, policy))
}

/// Writes the normalised document and its report. Returns how many files changed. `command` is the
/// command to recommend if they differ in check mode.
pub fn write_normalised(
    layout: &Layout,
    normalised: &Normalised,
    mode: Mode,
    command: &str,
) -> Result<usize> {
    let report = normalised.report.to_markdown(NORMALISE_COMMAND);
    let changed = files::write(&layout.normalised(), &normalised.to_json(), mode, command)?;

    Ok(changed + files::write(&layout.report(), &report, mode, command)?)
}

/// Regenerates all generated files from the committed upstream document. Returns how many files
/// changed. Nothing is written unless all files could be generated.
pub fn regenerate(layout: &Layout, mode: Mode) -> Result<usize> {
    let upstream = load_upstream(layout)?;
    let generated = Generated::from_upstream(&upstream, &Rules::read(layout)?)
        .map_err(|diagnostic| diagnostic.in_file(layout.upstream().display()))?;

    generated.write(layout, mode)
}

/// All generated content for an upstream document, in memory.
#[derive(Debug, Clone)]
pub struct Generated {
    normalised: Normalised,
    files: Files,
}

impl Generated {
    /// Generates everything. A diagnostic about the upstream document names no file, because only
    /// the caller knows where the document came from.
    pub fn from_upstream(upstream: &Upstream, rules: &Rules) -> Result<Self> {
        let normalised = normalise(upstream, &rules.overlay, &rules.policy)?;
        let files = generate_code(&normalised, &rules.policy)
            .map_err(|diagnostic| map_to_upstream(diagnostic, upstream))?;
        let files = rustfmt::format(&files)
            .map_err(|diagnostic| diagnostic.in_file("connect-api/src/generated"))?;

        Ok(Self { normalised, files })
    }

    /// The paths of the generated code, relative to its folder.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.keys().map(PathBuf::as_path)
    }

    /// Writes the normalised document, its report and the generated code, or compares them in check
    /// mode. Returns how many files changed.
    pub fn write(&self, layout: &Layout, mode: Mode) -> Result<usize> {
        let changed = write_normalised(layout, &self.normalised, mode, REGEN_COMMAND)?;
        Ok(changed + files::sync_folder(&layout.generated(), &self.files, mode, REGEN_COMMAND)?)
    }
}

/// Generates the code for a normalised document, before rustfmt formats it.
pub fn generate_code(normalised: &Normalised, policy: &Policy) -> Result<Files> {
    emit(&lower(normalised, policy)?)
}
