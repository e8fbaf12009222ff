//! Converts regular expression literals to plain patterns.

use serde_json::Value;

use crate::changes::report::Changes;
use crate::diagnostic::{Diagnostic, Result};
use crate::normalise::context::Context;
use crate::openapi::walk;

pub(crate) const REASON: &str = "Upstream writes patterns as JavaScript literals with slashes, `/^a$/`. \
     OpenAPI expects the expression alone; with the slashes it would match nothing.";

/// The flags that can follow a literal.
const FLAGS: &str = "dgimsuvy";

pub(crate) fn run(document: &mut Value, _: &Context, changes: &mut Changes) -> Result<()> {
    walk::schemas(document, &mut |pointer, schema| {
        let literal = walk::text(schema, "pattern").and_then(|pattern| pattern.strip_prefix('/'));
        let (expression, flags) = match literal.and_then(|literal| literal.rsplit_once('/')) {
            Some((expression, flags)) if flags.chars().all(|flag| FLAGS.contains(flag)) => {
                (expression, flags)
            }
            _ => return Ok(()),
        };

        let pointer = format!("{pointer}/pattern");
        if !flags.is_empty() {
            let message = format!("the flags `{flags}` of the pattern are not supported");
            return Err(Diagnostic::at(pointer, message).help(
                "OpenAPI has no flags: extend codegen/src/normalise/passes/patterns.rs to convert \
                 the expression",
            ));
        }

        changes.record_fix(pointer, "slashes removed");
        schema["pattern"] = expression.to_owned().into();

        Ok(())
    })
}
