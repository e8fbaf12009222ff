//! The Connect API's own document: normalised before it is compared, so that what a rule mends is
//! no drift, and held against the crates that both sides would make.

mod api_diff;
mod credentials;
mod rust_items;

use connect_codegen::changes::stale_rule::{RuleKind, StaleRule};
use connect_codegen::diagnostic::{Diagnostic, Result};
use connect_codegen::normalise::envelope::is_envelope;
use connect_codegen::normalise::{LenientNormalisation, normalise_leniently, validate_normalised};
use connect_codegen::openapi::document::{Flavour, Upstream};
use connect_codegen::pipeline::Rules;
use connect_codegen::policy::Policy;
use connect_codegen::policy::operations::list_operations;
use serde_json::Value;

use crate::change_kind::ChangeKind;
use crate::compare::{Comparison, compare};
use crate::finding::Finding;
use crate::load::Document;
use crate::report::{Note, NoteKind};
use api_diff::Crate;
use rust_items::Items;

/// Two documents of the Connect API, normalised.
pub struct Pair {
    base: Normal,
    revision: Normal,
}

/// One of them.
struct Normal {
    /// What is compared: the normalised document and its text.
    document: Document,
    /// What the rules made of it.
    lenient: LenientNormalisation,
    /// How it came.
    form: Form,
}

/// How a document of the Connect API comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As the service writes it.
    Upstream,
    /// As normalisation leaves it.
    Normalised,
}

impl Pair {
    /// Normalises both documents, if both are the Connect API's. A pass, an overlay action or an
    /// entry of the policy that fits the base and no longer the revision is a note. So is a
    /// document that cannot be normalised: then nothing is, and both are compared as they are.
    pub fn of(
        base: &Document,
        revision: &Document,
        rules: &Rules,
        notes: &mut Vec<Note>,
    ) -> Option<Self> {
        let forms = (form(&base.value, &rules.policy), form(&revision.value, &rules.policy));
        let one_is = |which: &str| {
            Diagnostic::new(format!("only the {which} is the Connect API's document"))
        };

        let both = match forms {
            (None, None) => return None,
            (Some(_), None) => Err(one_is("base")),
            (None, Some(_)) => Err(one_is("revision")),
            (Some(old), Some(new)) => Normal::of(base, old, None, rules)
                .and_then(|one| Ok((one, Normal::of(revision, new, Some(&base.value), rules)?))),
        };

        match both {
            Ok((base, revision)) => {
                let old = &base.lenient.stale_rules;
                let new = revision.lenient.stale_rules.iter().filter(|rule| !old.contains(rule));
                notes.extend(new.map(note));
                Some(Self { base, revision })
            }
            Err(problem) => {
                let before = "nothing was normalised, both documents are compared as they are: ";
                notes.push(said(NoteKind::NeverApplied, &problem, before));
                None
            }
        }
    }

    /// The documents whose places the findings name.
    pub fn documents(&self) -> (&Document, &Document) {
        (&self.base.document, &self.revision.document)
    }

    /// Compares the normalised documents, names the Rust items that each finding touches, and has
    /// the public surfaces of both crates testify to its source verdict.
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
        comparison.findings.retain(|finding| !is_about_envelopes_names(finding));

        if (self.base.form, self.revision.form) == (Form::Upstream, Form::Upstream) {
            comparison.findings.extend(credentials::findings(upstream.0, upstream.1)?);
        }

        let same = self.base.document.value == self.revision.document.value;
        if same && comparison.findings.is_empty() {
            // The same document makes the same crate.
            return Ok(comparison);
        }

        let items = Items::of(&self.base, &self.revision);
        items.name(&mut comparison.findings);

        let made = |side: &Normal, which: &str, notes: &mut Vec<Note>| {
            let made = Crate::of(&side.lenient);
            let before = format!("no crate can be made of the {which}, so no witness testifies: ");
            made.map_err(|problem| notes.push(said(NoteKind::Witness, &problem, &before))).ok()
        };

        let (base, revision) =
            (made(&self.base, "base", notes), made(&self.revision, "revision", notes));
        if let (Some(base), Some(revision)) = (base, revision) {
            api_diff::testify(&mut comparison, &items, &base, &revision, notes);
        }

        Ok(comparison)
    }
}

/// Whether a finding says only that another envelope stands somewhere: what it holds is compared,
/// and its name is of our making.
fn is_about_envelopes_names(finding: &Finding) -> bool {
    let is_ours =
        |value: &Option<Value>| value.as_ref().and_then(Value::as_str).is_some_and(is_envelope);
    matches!(finding.class, ChangeKind::ComponentRenamed | ChangeKind::ReferenceChanged)
        && is_ours(&finding.old)
        && is_ours(&finding.new)
}

/// Whether a document is the Connect API's: whether it has at least half of the operations that the
/// policy names.
pub fn is_connects(document: &Value, policy: &Policy) -> bool {
    form(document, policy).is_some()
}

/// How the Connect API's document comes, if a document is that: if it has at least half of the
/// operations that the policy names, whatever it calls itself and wherever it is served. It is
/// normalised if most of them have our names.
fn form(document: &Value, policy: &Policy) -> Option<Form> {
    let operations = list_operations(document);
    let known = policy.operations.iter().filter_map(|entry| {
        let found = operations.iter().find(|(route, _)| *route == entry.route);
        found.map(|(_, operation)| operation["operationId"] == entry.id.as_str())
    });

    let (ours, others): (Vec<_>, Vec<_>) = known.partition(|has_our_name| *has_our_name);
    let known = ours.len() + others.len();
    if known == 0 || 2 * known < policy.operations.len() {
        return None;
    }

    Some(if ours.len() > others.len() { Form::Normalised } else { Form::Upstream })
}

impl Normal {
    fn of(of: &Document, form: Form, before: Option<&Value>, rules: &Rules) -> Result<Self> {
        let Rules { overlay, policy } = rules;
        let lenient = match form {
            Form::Upstream => {
                let upstream = Upstream { flavour: of.flavour, document: of.value.clone() };
                normalise_leniently(&upstream, overlay, policy, before)
            }
            Form::Normalised => validate_normalised(&of.value, policy, before),
        };

        let lenient = lenient.map_err(|problem| problem.in_file(&of.location))?;
        // The places and lines are those of `spec/connect-v1.openapi.json`.
        let (value, text) = match &lenient.normalised {
            Ok(typed) => (serde_json::to_value(&typed.openapi), typed.to_json()),
            Err(_) => (Ok(lenient.document.clone()), format!("{:#}", lenient.document)),
        };

        let value = value.expect("a typed document has string keys only");
        let document = Document { flavour: Flavour::OpenApi3, value, text, ..of.clone() };

        Ok(Self { document, lenient, form })
    }
}

fn note(stale_rule: &StaleRule) -> Note {
    let kind = match stale_rule.kind {
        RuleKind::Pass | RuleKind::Overlay => NoteKind::NeverApplied,
        RuleKind::Policy => NoteKind::Policy,
    };
    said(kind, &stale_rule.diagnostic, "")
}

fn said(kind: NoteKind, problem: &Diagnostic, before: &str) -> Note {
    Note { kind, message: format!("{before}{problem}"), help: problem.help.clone() }
}
