//! Normalisation: converts the upstream document, with its quirks, to one OpenAPI 3.0.3 document.
//!
//! It runs `passes::CHAIN`, a list of named passes. Each pass states the reason why it exists,
//! records every change that it makes, and is reported as stale if it recorded no fix: when
//! upstream fixes a quirk, the pass for it is to be deleted.
//!
//! [`normalise`] is strict: a stale rule is an error. It is used for the committed document.
//! [`normalise_leniently`] runs the same chain for a new document and collects the stale rules.

mod adapt_policy;
mod canonical;
mod context;
pub mod envelope_names;
mod passes;
mod source_map;
mod validate;

use openapiv3::OpenAPI;
use serde_json::Value;

use crate::changes::report::{Changes, PassReport, Report};
use crate::changes::stale_rule::{RuleKind, StaleRule};
use crate::diagnostic::{Diagnostic, Result};
use crate::openapi::document::{Flavour, Upstream};
use crate::openapi::overlay::Overlay;
use crate::policy::Policy;
use context::Context;
use passes::{CHAIN, Pass};
pub use source_map::map_to_upstream;

/// The normalised document: OpenAPI 3.0.3, without the quirks of the upstream document.
#[derive(Debug, Clone)]
pub struct Normalised {
    /// The typed document.
    pub openapi: OpenAPI,
    /// The changes that the passes made.
    pub report: Report,
}

impl Normalised {
    /// The document as committed: indented JSON with a final line break.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(&self.openapi)
            .expect("a typed document has only string keys");
        text.push('\n');
        text
    }
}

/// A document normalised with the rules that apply to it.
#[derive(Debug, Clone)]
pub struct LenientNormalisation {
    /// The document after the chain: OpenAPI 3.0, in canonical form.
    pub document: Value,
    /// The typed document, or the first error of its validation.
    pub normalised: Result<Normalised>,
    /// The policy adapted to the document: with an entry for each of its operations, and no other.
    pub policy: Policy,
    /// The stale rules, and the operations that the policy has no entry for.
    pub stale_rules: Vec<StaleRule>,
}

/// Runs the chain, then validates the result.
///
/// # Errors
///
/// Fails if a pass cannot read the document, if a rule is stale, or if the result contains anything
/// that the later stages do not support. Locations are those in the upstream document.
pub fn normalise(upstream: &Upstream, overlay: &Overlay, policy: &Policy) -> Result<Normalised> {
    let mut document = upstream.document.clone();
    let context = Context { policy, overlay };
    let report = run_chain(&mut document, upstream, &context, &mut Changes::default())?;

    validate_and_parse(&mut document, report)
        .map_err(|diagnostic| map_to_upstream(diagnostic, upstream))
}

/// Runs the chain over a document that the rules were not written for, and collects stale rules.
///
/// If the route of an operation has changed, its policy entry is found by comparing the operation
/// with those of `previous`, the document that the policy was written for, in any flavour.
///
/// # Errors
///
/// Fails if a pass cannot read the document.
pub fn normalise_leniently(
    upstream: &Upstream,
    overlay: &Overlay,
    policy: &Policy,
    previous: Option<&Value>,
) -> Result<LenientNormalisation> {
    let mut document = upstream.document.clone();
    let mut changes = Changes::lenient();
    let policy = adapt_policy::adapt_policy(policy, &document, previous, &mut changes)?;

    let context = Context { policy: &policy, overlay };
    let report = run_chain(&mut document, upstream, &context, &mut changes)?;
    let normalised = validate_and_parse(&mut document, report)
        .map_err(|diagnostic| map_to_upstream(diagnostic, upstream));

    let stale_rules = changes.into_stale_rules();
    Ok(LenientNormalisation { document, normalised, policy, stale_rules })
}

/// Validates a document that is normalised already, such as the committed one. Otherwise as
/// [`normalise_leniently`].
///
/// # Errors
///
/// Fails if the document has no paths or no components.
pub fn validate_normalised(
    document: &Value,
    policy: &Policy,
    previous: Option<&Value>,
) -> Result<LenientNormalisation> {
    let mut document = document.clone();
    let mut changes = Changes::lenient();
    let policy = adapt_policy::adapt_policy(policy, &document, previous, &mut changes)?;

    canonical::canonicalise(&mut document)?;
    let normalised = validate_and_parse(&mut document, Report::default());

    let stale_rules = changes.into_stale_rules();
    Ok(LenientNormalisation { document, normalised, policy, stale_rules })
}

/// Runs the passes for the document's flavour, and brings the result into canonical form.
fn run_chain(
    document: &mut Value,
    upstream: &Upstream,
    context: &Context,
    changes: &mut Changes,
) -> Result<Report> {
    let mut report = Report::default();
    let applies = |pass: &&Pass| pass.only.is_none_or(|only| only == upstream.flavour);

    for pass in CHAIN.iter().filter(applies) {
        (pass.run)(document, context, changes).map_err(|diagnostic| match pass.only {
            // This pass runs on the upstream document, so its pointers need no mapping.
            Some(Flavour::Swagger2) => diagnostic,
            _ => map_to_upstream(diagnostic, upstream),
        })?;

        let (recorded, has_fix) = changes.take_recorded();
        if !has_fix {
            changes.report_stale_rule(RuleKind::Pass, stale_pass(pass.name))?;
        }

        report.passes.push(PassReport { name: pass.name, reason: pass.reason, changes: recorded });
    }

    canonical::canonicalise(document)?;
    Ok(report)
}

fn stale_pass(name: &str) -> Diagnostic {
    Diagnostic::new(format!("stale pass: `{name}` fixed nothing")).help(
        "if upstream has fixed the quirk, delete the pass from the chain; otherwise check that the \
         document is the Connect API's",
    )
}

/// Validates the document and parses it into types.
fn validate_and_parse(document: &mut Value, report: Report) -> Result<Normalised> {
    validate::validate(document)?;
    Ok(Normalised { openapi: canonical::parse_typed(document)?, report })
}
