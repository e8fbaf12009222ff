//! The changes of `changes.yaml`.

use std::collections::{BTreeMap, BTreeSet};

use connect_drift::finding::{Source, Wire};
use connect_stand_in::spec::to_openapi_3;
use json_patch::Patch;
use serde::Deserialize;
use serde_json::Value;

/// One change of the document, and what it means.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What happens, in the words of somebody who uses the API.
    pub name: String,
    #[serde(default)]
    patch: Patch,
    #[serde(default)]
    written: Language,
    wire: Wire,
    source: Source,
    #[serde(default)]
    findings: BTreeMap<String, BTreeSet<String>>,
    /// What the notes say, a part of each.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What `regen` makes of it.
    pub regen: Regen,
}

/// How a document is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// As it is committed.
    #[default]
    Swagger2,
    /// In OpenAPI 3.0.
    Openapi3,
    /// With its keys in alphabetical order.
    Sorted,
}

/// What `regen` makes of a document.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
pub enum Regen {
    /// A crate that compiles.
    Compiles,
    /// A problem that names this.
    Stops(String),
}

impl From<String> for Regen {
    fn from(text: String) -> Self {
        if text == "compiles" { Self::Compiles } else { Self::Stops(text) }
    }
}

/// All changes.
pub fn changes() -> Vec<Change> {
    let changes: Vec<Change> =
        serde_saphyr::from_str(include_str!("changes.yaml")).expect("a list of changes");
    assert!(changes.len() >= 60, "{} changes", changes.len());
    changes
}

/// A document, written so.
pub fn written(document: &Value, language: Language) -> Value {
    let mut document = document.clone();
    match language {
        Language::Swagger2 => {}
        Language::Openapi3 => document = to_openapi_3(&document),
        Language::Sorted => document.sort_all_objects(),
    }

    document
}

impl Change {
    /// The document after the change.
    pub fn revision(&self, base: &Value) -> Value {
        let mut document = base.clone();
        assert!(self.apply(&mut document), "{}: the patch does not fit", self.name);

        let revision = written(&document, self.written);
        assert_ne!(revision.to_string(), base.to_string(), "{}: nothing changed", self.name);
        revision
    }

    /// Changes a document, if it still has the places; else it stays as it is.
    pub fn apply(&self, document: &mut Value) -> bool {
        json_patch::patch(document, &self.patch).is_ok()
    }

    /// Whether `regen` makes a crate of it.
    pub fn compiles(&self) -> bool {
        matches!(self.regen, Regen::Compiles)
    }

    /// Whether the crate alone shows a part of what it breaks.
    pub fn only_the_crate_shows(&self) -> bool {
        self.findings.contains_key("rust-surface-changed")
    }

    /// The Rust items that its findings name.
    pub fn items(&self) -> impl Iterator<Item = &str> {
        self.findings.values().flatten().map(String::as_str)
    }

    /// Whether the change can be said in OpenAPI 3.0 as well.
    pub fn speaks_both(&self) -> bool {
        self.written == Language::Swagger2
            && !self.notes.iter().any(|note| note == "nothing was normalised")
    }

    /// What the report should say.
    pub fn wanted(&self) -> String {
        let classes = self
            .findings
            .iter()
            .map(|(class, items)| (class.as_str(), items.iter().map(String::as_str).collect()));
        Self::said(Some(self.wire), Some(self.source), classes.collect())
    }

    /// What a report says, in a line.
    pub fn said(
        wire: Option<Wire>,
        source: Option<Source>,
        classes: BTreeMap<&str, Vec<&str>>,
    ) -> String {
        let (wire, source) = (wire.unwrap_or(Wire::None), source.unwrap_or(Source::None));
        let sets: BTreeMap<&str, BTreeSet<&str>> = classes
            .into_iter()
            .map(|(class, items)| (class, items.into_iter().collect()))
            .collect();
        format!("{wire:?} {source:?} {sets:?}")
    }
}
