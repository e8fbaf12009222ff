//! Normalise: from the upstream document, quirks and all, to one OpenAPI 3.0.3 document.
//!
//! A chain of named passes. Each gives the reason for its existence in its module's
//! documentation, notes every change that it makes, and fails with "never applied" when it mended
//! nothing: a fix whose fault is gone upstream is to be deleted, not carried.
//!
//! [`normalise`] is for what is committed. [`normalise_leniently`] runs the same chain for a document
//! that nobody has looked at yet: there a rule that no longer fits is noted.

mod canonical;
mod fit_policy;
pub mod passes;
mod source_map;
mod validate;

use openapiv3::OpenAPI;
use serde_json::Value;

pub use crate::changes::report::{Change, Changes, PassReport, Report};
pub use crate::changes::stale_rule::{Rule, StaleRule};
use crate::diagnostic::{Diagnostic, Result};
use crate::normalise::passes::overlay::Overlay;
use crate::openapi::document::{Flavour, Upstream};
use crate::policy::Policy;
pub use fit_policy::operations_of;
pub use passes::envelopes::is_envelope;
pub use passes::routes::plain_path;
use passes::{
    enums, envelopes, examples, numbers, operations, overlay, parameters, patterns, routes,
    security, swagger2, unions,
};
pub use source_map::map_to_upstream;

/// The normalised document: OpenAPI 3.0.3, every quirk of the upstream one resolved.
#[derive(Debug, Clone)]
pub struct Normalised {
    /// The document with its types.
    pub openapi: OpenAPI,
    /// What was changed on the way.
    pub report: Report,
}

/// What the passes are told beside the document.
pub(crate) struct Context<'a> {
    policy: &'a Policy,
    overlay: &'a Overlay,
}

/// One step of the chain.
struct Pass {
    name: &'static str,
    reason: &'static str,
    /// The flavour that has this quirk, if only one has.
    only: Option<Flavour>,
    run: fn(&mut Value, &Context, &mut Changes) -> Result<()>,
}

/// The chain. The order is that of the document's outer shape before its inner one, corrections
/// of data (`overlay`) before anything is named after that data, and names last.
const CHAIN: [Pass; 12] = [
    Pass {
        name: "swagger2",
        reason: swagger2::REASON,
        only: Some(Flavour::Swagger2),
        run: swagger2::run,
    },
    Pass { name: "routes", reason: routes::REASON, only: None, run: routes::run },
    Pass { name: "parameters", reason: parameters::REASON, only: None, run: parameters::run },
    Pass { name: "examples", reason: examples::REASON, only: None, run: examples::run },
    Pass { name: "unions", reason: unions::REASON, only: None, run: unions::run },
    Pass { name: "numbers", reason: numbers::REASON, only: None, run: numbers::run },
    Pass { name: "patterns", reason: patterns::REASON, only: None, run: patterns::run },
    Pass { name: "overlay", reason: overlay::REASON, only: None, run: overlay::run },
    Pass { name: "envelopes", reason: envelopes::REASON, only: None, run: envelopes::run },
    Pass { name: "enums", reason: enums::REASON, only: None, run: enums::run },
    Pass { name: "security", reason: security::REASON, only: None, run: security::run },
    Pass { name: "operations", reason: operations::REASON, only: None, run: operations::run },
];

/// Runs the chain, then refuses whatever no pass has understood.
pub fn normalise(upstream: &Upstream, overlay: &Overlay, policy: &Policy) -> Result<Normalised> {
    let mut document = upstream.document.clone();
    let context = Context { policy, overlay };
    let report = chain(&mut document, upstream, &context, &mut Changes::default())?;
    understood(&mut document, report).map_err(|problem| map_to_upstream(problem, upstream))
}

/// A document as far as the rules fit it.
#[derive(Debug, Clone)]
pub struct Lenient {
    /// The document after the chain: OpenAPI 3.0, sorted as the committed one is.
    pub document: Value,
    /// The same with its types, or what of it no stage after the chain understands.
    pub normalised: Result<Normalised>,
    /// The policy as far as it fits, with an entry for each operation that it lacks.
    pub policy: Policy,
    /// The rules that no longer fit, and the entries that the policy lacks.
    pub stale_rules: Vec<StaleRule>,
}

/// Runs the chain over a document that the rules were not written for. An operation that the
/// policy places elsewhere is recognised by what the document `before`, in whatever language,
/// said of it.
///
/// # Errors
///
/// What no pass can read, at its place in the document.
pub fn normalise_leniently(
    upstream: &Upstream,
    overlay: &Overlay,
    policy: &Policy,
    before: Option<&Value>,
) -> Result<Lenient> {
    let mut document = upstream.document.clone();
    let mut changes = Changes::lenient();
    let policy = fit_policy::run(policy, &document, before, &mut changes)?;
    let context = Context { policy: &policy, overlay };
    let report = chain(&mut document, upstream, &context, &mut changes)?;
    let normalised =
        understood(&mut document, report).map_err(|problem| map_to_upstream(problem, upstream));
    let stale_rules = changes.stale_rules.unwrap_or_default();

    Ok(Lenient { document, normalised, policy, stale_rules })
}

/// Takes a document that has been through the chain before, as the committed one has.
///
/// # Errors
///
/// If it has no paths or no components.
pub fn normalised_before(
    document: &Value,
    policy: &Policy,
    before: Option<&Value>,
) -> Result<Lenient> {
    let mut document = document.clone();
    let mut changes = Changes::lenient();
    let policy = fit_policy::run(policy, &document, before, &mut changes)?;
    canonical::spell(&mut document)?;

    let normalised = understood(&mut document, Report::default());
    let stale_rules = changes.stale_rules.unwrap_or_default();
    Ok(Lenient { document, normalised, policy, stale_rules })
}

/// Runs the passes that a flavour needs.
fn chain(
    document: &mut Value,
    upstream: &Upstream,
    context: &Context,
    changes: &mut Changes,
) -> Result<Report> {
    let mut report = Report::default();
    let has = |pass: &&Pass| pass.only.is_none_or(|only| only == upstream.flavour);
    for pass in CHAIN.iter().filter(has) {
        (pass.run)(document, context, changes).map_err(|problem| match pass.only {
            // It finds the document as upstream has it.
            Some(Flavour::Swagger2) => problem,
            _ => map_to_upstream(problem, upstream),
        })?;
        let (made, mended) = changes.take();
        if !mended {
            let problem = Diagnostic::new(format!("the pass `{}` was never applied", pass.name))
                .help(
                    "the quirk that it mends is gone upstream, so delete the pass from the chain; \
                     or the document is not the Connect API's",
                );
            changes.stale_rule(Rule::Pass, problem)?;
        }

        report.passes.push(PassReport { name: pass.name, reason: pass.reason, changes: made });
    }

    canonical::spell(document)?;
    Ok(report)
}

/// The document with its types, unless there is something in it that no stage would understand.
fn understood(document: &mut Value, report: Report) -> Result<Normalised> {
    validate::check(document)?;
    Ok(Normalised { openapi: canonical::typed(document)?, report })
}

impl Normalised {
    /// The document as it is committed.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(&self.openapi)
            .expect("a typed document has string keys only");
        text.push('\n');
        text
    }
}
