//! Comparison of two documents of the Connect API. Both are normalised first, so that defects which
//! a normalisation rule corrects are not reported. The public APIs of the crates generated from both
//! documents then correct the source verdicts.

mod api_diff;
mod credentials;
mod detect;
mod rust_items;

use connect_codegen::changes::stale_rule::{RuleKind, StaleRule};
use connect_codegen::diagnostic::{Diagnostic, Result};
use connect_codegen::normalise::envelope_names::is_envelope;
use connect_codegen::normalise::{LenientNormalisation, normalise_leniently, validate_normalised};
use connect_codegen::openapi::document::{Flavour, Upstream};
use connect_codegen::pipeline::Rules;
use serde_json::Value;

pub use detect::is_connect_document;

use crate::change_kind::ChangeKind;
use crate::compare::{Comparison, compare};
use crate::finding::Finding;
use crate::load::Document;
use crate::report::{Note, NoteKind};
use api_diff::GeneratedApi;
use detect::{DocumentForm, detect_form};
use rust_items::RustItems;

/// Two normalised documents of the Connect API.
pub struct NormalisedPair {
    base: NormalisedDocument,
    revision: NormalisedDocument,
}

/// A normalised document.
struct NormalisedDocument {
    /// The normalised document and its text, which are compared.
    document: Document,
    /// The result of normalisation.
    lenient: LenientNormalisation,
    /// The form before normalisation.
    form: DocumentForm,
}

impl NormalisedPair {
    /// Normalises both documents. Returns `None` if one of them is not the Connect API's or cannot be
    /// normalised; the caller then compares the original documents.
    ///
    /// Adds notes: for each pass, overlay action and policy entry that applies to the base but no
    /// longer to the revision, and for the reason why only one document is recognised or why
    /// normalisation failed.
    pub fn new(
        base: &Document,
        revision: &Document,
        rules: &Rules,
        notes: &mut Vec<Note>,
    ) -> Option<Self> {
        let base_form = detect_form(&base.value, &rules.policy);
        let revision_form = detect_form(&revision.value, &rules.policy);
        if base_form.is_none() && revision_form.is_none() {
            return None;
        }

        match Self::normalise((base, base_form), (revision, revision_form), rules) {
            Ok(pair) => {
                notes.extend(pair.new_stale_rules().map(stale_rule_note));
                Some(pair)
            }
            Err(diagnostic) => {
                let prefix = "the documents are compared without normalisation: ";
                notes.push(note(NoteKind::NotNormalised, &diagnostic, prefix));
                None
            }
        }
    }

    fn normalise(
        (base, base_form): (&Document, Option<DocumentForm>),
        (revision, revision_form): (&Document, Option<DocumentForm>),
        rules: &Rules,
    ) -> Result<Self> {
        let only_one = |which: &str| {
            Diagnostic::new(format!("only the {which} is a document of the Connect API"))
        };
        let base_form = base_form.ok_or_else(|| only_one("revision"))?;
        let revision_form = revision_form.ok_or_else(|| only_one("base"))?;

        Ok(Self {
            base: NormalisedDocument::new(base, base_form, None, rules)?,
            revision: NormalisedDocument::new(revision, revision_form, Some(&base.value), rules)?,
        })
    }

    /// Returns the rules that apply to the base but not to the revision.
    fn new_stale_rules(&self) -> impl Iterator<Item = &StaleRule> {
        let known = &self.base.lenient.stale_rules;
        self.revision.lenient.stale_rules.iter().filter(|rule| !known.contains(rule))
    }

    /// Returns the normalised documents, which the pointers of findings refer to.
    pub fn documents(&self) -> (&Document, &Document) {
        (&self.base.document, &self.revision.document)
    }

    /// Compares the normalised documents, adds the affected Rust items to each finding, and corrects
    /// the source verdicts by the diff of both public APIs.
    ///
    /// # Errors
    ///
    /// If a document cannot be compared.
    pub fn compare(
        &self,
        upstream: (&Document, &Document),
        notes: &mut Vec<Note>,
    ) -> Result<Comparison> {
        let mut comparison = compare(&self.base.document, &self.revision.document)?;
        comparison.findings.retain(|finding| !is_envelope_rename(finding));

        if (self.base.form, self.revision.form) == (DocumentForm::Upstream, DocumentForm::Upstream)
        {
            comparison.findings.extend(credentials::findings(upstream.0, upstream.1)?);
        }

        // Equal documents lead to equal crates.
        let is_same = self.base.document.value == self.revision.document.value;
        if is_same && comparison.findings.is_empty() {
            return Ok(comparison);
        }

        let items = RustItems::new(&self.base.document.value, &self.revision.document.value);
        items.add_to(&mut comparison.findings);

        let base = generate_api(&self.base, "base", notes);
        let revision = generate_api(&self.revision, "revision", notes);
        if let (Some(base), Some(revision)) = (base, revision) {
            api_diff::correct_source_verdicts(&mut comparison, &items, &base, &revision, notes);
        }

        Ok(comparison)
    }
}

/// Generates the public API of one document. A failure becomes a note.
fn generate_api(
    side: &NormalisedDocument,
    which: &str,
    notes: &mut Vec<Note>,
) -> Option<GeneratedApi> {
    let api = GeneratedApi::generate(&side.lenient);
    api.map_err(|diagnostic| {
        let prefix = format!(
            "the public APIs are not compared, no crate can be generated from the {which}: "
        );
        notes.push(note(NoteKind::ApiDiff, &diagnostic, &prefix));
    })
    .ok()
}

/// Whether a finding only reports another envelope. The content of envelopes is compared anyway, and
/// normalisation chooses their names.
fn is_envelope_rename(finding: &Finding) -> bool {
    let names_envelope =
        |value: &Option<Value>| value.as_ref().and_then(Value::as_str).is_some_and(is_envelope);

    matches!(finding.kind, ChangeKind::ComponentRenamed | ChangeKind::ReferenceChanged)
        && names_envelope(&finding.old)
        && names_envelope(&finding.new)
}

impl NormalisedDocument {
    fn new(
        document: &Document,
        form: DocumentForm,
        before: Option<&Value>,
        rules: &Rules,
    ) -> Result<Self> {
        let Rules { overlay, policy } = rules;
        let lenient = match form {
            DocumentForm::Upstream => {
                let upstream =
                    Upstream { flavour: document.flavour, document: document.value.clone() };
                normalise_leniently(&upstream, overlay, policy, before)
            }
            DocumentForm::Normalised => validate_normalised(&document.value, policy, before),
        };
        let lenient = lenient.map_err(|diagnostic| diagnostic.in_file(&document.location))?;

        // Pointers and lines refer to `spec/connect-v1.openapi.json`, so its text is used.
        let (value, text) = match &lenient.normalised {
            Ok(normalised) => (serde_json::to_value(&normalised.openapi), normalised.to_json()),
            Err(_) => (Ok(lenient.document.clone()), format!("{:#}", lenient.document)),
        };
        let value = value.expect("a typed document has only string keys");
        let document = Document { flavour: Flavour::OpenApi3, value, text, ..document.clone() };

        Ok(Self { document, lenient, form })
    }
}

fn stale_rule_note(rule: &StaleRule) -> Note {
    let kind = match rule.kind {
        RuleKind::Pass | RuleKind::Overlay => NoteKind::StaleRule,
        RuleKind::Policy => NoteKind::Policy,
    };

    note(kind, &rule.diagnostic, "")
}

fn note(kind: NoteKind, diagnostic: &Diagnostic, prefix: &str) -> Note {
    Note { kind, message: format!("{prefix}{diagnostic}"), help: diagnostic.help.clone() }
}
