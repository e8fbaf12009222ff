//! The passes of the normalisation, one module each. Each has a `REASON`, which the report shows,
//! and a function `run`.
//!
//! To add a pass, write its module, and add it here as a module and to [`CHAIN`].

mod enums;
mod envelopes;
mod examples;
mod numbers;
mod operations;
mod overlay;
mod parameters;
mod patterns;
mod routes;
mod security;
mod swagger2;
mod unions;

use serde_json::Value;

use super::context::Context;
use crate::changes::report::Changes;
use crate::diagnostic::Result;
use crate::openapi::document::Flavour;

/// One pass of the chain.
pub(super) struct Pass {
    /// The name in the report.
    pub name: &'static str,
    /// Why the pass exists. The report shows it.
    pub reason: &'static str,
    /// The only flavour that the pass runs for. `None` means all flavours.
    pub only: Option<Flavour>,
    /// Changes the document and records the changes. A pass that records no fix is stale.
    pub run: fn(&mut Value, &Context, &mut Changes) -> Result<()>,
}

/// The passes in their order: first the outer structure, then the inner one; `overlay`, which
/// corrects data, before the passes that name things after that data; names last.
pub(super) const CHAIN: &[Pass] = &[
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
