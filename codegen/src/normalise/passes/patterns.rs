//! Regular expression literals where a pattern belongs.

use serde_json::Value;

use crate::changes::report::Changes;
use crate::diagnostic::{Diagnostic, Result};
use crate::normalise::Context;
use crate::openapi::walk;

pub(crate) const REASON: &str = "Upstream writes patterns as literals with their slashes, `/^a$/`. OpenAPI \
     takes the bare expression; with the slashes nothing would ever match.";

/// What can stand behind a literal.
const FLAGS: &str = "dgimsuvy";

pub(crate) fn run(document: &mut Value, _: &Context, changes: &mut Changes) -> Result<()> {
    walk::schemas(document, &mut |pointer, schema| {
        let literal = walk::text(schema, "pattern").and_then(|pattern| pattern.strip_prefix('/'));
        let (bare, flags) = match literal.and_then(|literal| literal.rsplit_once('/')) {
            Some((bare, flags)) if flags.chars().all(|flag| FLAGS.contains(flag)) => (bare, flags),
            _ => return Ok(()),
        };

        let pointer = format!("{pointer}/pattern");
        if !flags.is_empty() {
            return Err(Diagnostic::at(pointer, format!("the flags `{flags}` are not understood"))
                .help("OpenAPI has no word for them; teach normalise/patterns.rs what to do without them"));
        }

        changes.note(pointer, "lost its slashes");
        schema["pattern"] = bare.to_owned().into();

        Ok(())
    })
}
