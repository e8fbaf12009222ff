//! Names of envelopes, the objects around every body. The later stages recognise an envelope by its
//! name.

use crate::diagnostic::{Diagnostic, Result, pointer_segment};

/// The name of the envelope of every error response.
pub const ERROR_ENVELOPE: &str = "ErrorEnvelope";

/// Whether a component of the normalised document is an envelope.
pub fn is_envelope(name: &str) -> bool {
    name.ends_with("Envelope")
}

/// Rejects an envelope's name for a component that is not an envelope.
pub(crate) fn reject_envelope_name(name: &str) -> Result<()> {
    if !is_envelope(name) {
        return Ok(());
    }

    Err(Diagnostic::at(
        format!("/components/schemas/{}", pointer_segment(name)),
        format!("the name `{name}` ends in `Envelope`, which is reserved for envelopes"),
    )
    .help(
        "name an enum or a union differently in spec/policy.yaml, under `names`; for a model of \
         upstream's, change how codegen/src/normalise/envelope_names.rs recognises envelopes",
    ))
}
