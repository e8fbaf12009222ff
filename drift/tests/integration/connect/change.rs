//! The changes in `changes.yaml`.

use std::collections::{BTreeMap, BTreeSet};

use connect_drift::report::Report;
use connect_drift::verdict::{SourceVerdict, WireVerdict};
use connect_stand_in::spec::to_openapi_3;
use json_patch::Patch;
use serde::Deserialize;
use serde_json::Value;

/// A change of the document with the expected report.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// A description from the point of view of an API user.
    pub name: String,
    #[serde(default)]
    patch: Patch,
    #[serde(default)]
    form: DocumentForm,
    wire: WireVerdict,
    source: SourceVerdict,
    #[serde(default)]
    findings: BTreeMap<String, BTreeSet<String>>,
    /// A part of each expected note.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The expected result of `regen`.
    pub regen: RegenResult,
}

/// The form in which a document is served.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DocumentForm {
    /// Swagger 2.0, like the committed document.
    #[default]
    Swagger2,
    /// OpenAPI 3.0.
    Openapi3,
    /// Swagger 2.0 with sorted keys.
    Sorted,
}

/// The result of `regen` for a document.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
pub enum RegenResult {
    /// A crate that compiles.
    Compiles,
    /// An error that contains this text.
    Fails(String),
}

impl From<String> for RegenResult {
    fn from(text: String) -> Self {
        if text == "compiles" { Self::Compiles } else { Self::Fails(text) }
    }
}

/// Reads all changes.
pub fn changes() -> Vec<Change> {
    let changes: Vec<Change> =
        serde_saphyr::from_str(include_str!("changes.yaml")).expect("a list of changes");
    assert!(changes.len() >= 60, "only {} changes", changes.len());

    changes
}

/// Converts the upstream document to another form.
pub fn convert(document: &Value, form: DocumentForm) -> Value {
    let mut document = document.clone();
    match form {
        DocumentForm::Swagger2 => {}
        DocumentForm::Openapi3 => document = to_openapi_3(&document),
        DocumentForm::Sorted => document.sort_all_objects(),
    }

    document
}

impl Change {
    /// Returns the document after the change.
    pub fn revision(&self, base: &Value) -> Value {
        let mut document = base.clone();
        assert!(self.apply(&mut document), "{}: the patch does not apply", self.name);

        let revision = convert(&document, self.form);
        assert_ne!(revision.to_string(), base.to_string(), "{}: nothing changed", self.name);
        revision
    }

    /// Applies the patch. Returns `false`, and leaves the document unchanged, if it does not apply.
    pub fn apply(&self, document: &mut Value) -> bool {
        json_patch::patch(document, &self.patch).is_ok()
    }

    /// Whether `regen` succeeds.
    pub fn compiles(&self) -> bool {
        matches!(self.regen, RegenResult::Compiles)
    }

    /// Whether only the public API diff detects a part of the change.
    pub fn needs_api_diff(&self) -> bool {
        self.findings.contains_key("rust-surface-changed")
    }

    /// Returns the affected Rust items.
    pub fn items(&self) -> impl Iterator<Item = &str> {
        self.findings.values().flatten().map(String::as_str)
    }

    /// Whether the change can be tested with OpenAPI 3.0 documents as well.
    pub fn supports_openapi3(&self) -> bool {
        let is_normalised = !self.notes.iter().any(|note| note == "without normalisation");
        self.form == DocumentForm::Swagger2 && is_normalised
    }

    /// Returns the expected summary of the report.
    pub fn expected_summary(&self) -> ReportSummary {
        ReportSummary { wire: self.wire, source: self.source, findings: self.findings.clone() }
    }
}

/// The part of a report that a change specifies.
#[derive(Debug, PartialEq)]
pub struct ReportSummary {
    wire: WireVerdict,
    source: SourceVerdict,
    /// The affected Rust items by change kind.
    findings: BTreeMap<String, BTreeSet<String>>,
}

impl ReportSummary {
    pub fn of(report: &Report) -> Self {
        let wire = report.findings.iter().map(|finding| finding.wire).max();
        let source = report.findings.iter().map(|finding| finding.source).max();

        let mut findings: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for finding in &report.findings {
            let items = findings.entry(finding.kind.id().to_owned()).or_default();
            items.extend(finding.rust_items.iter().cloned());
        }

        Self {
            wire: wire.unwrap_or(WireVerdict::None),
            source: source.unwrap_or(SourceVerdict::None),
            findings,
        }
    }
}
