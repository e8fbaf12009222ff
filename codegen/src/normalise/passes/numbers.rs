//! Whole numbers that are declared as `number`, and limits that JavaScript has mangled.

use serde_json::Value;

use crate::changes::report::Changes;
use crate::diagnostic::{Diagnostic, Result};
use crate::normalise::Context;
use crate::openapi::walk;

pub(crate) const REASON: &str = "The library that writes the document gives whole numbers as `number` \
     without a format and floating point numbers as `number` with the format `float`, although the \
     service writes doubles. Quantities listed in the policy may carry a fraction whatever the \
     document says. Limits of a 64-bit integer that went through a double are no limits.";

/// 2⁶³, which is what a double makes of either 64-bit bound.
const MANGLED_BOUND: f64 = 9_223_372_036_854_775_808.0;

pub(crate) fn run(document: &mut Value, context: &Context, changes: &mut Changes) -> Result<()> {
    let mut unused = context.policy.quantities();
    walk::schemas(document, &mut |pointer, schema| {
        let Some(schema) = schema.as_object_mut() else { return Ok(()) };
        for limit in ["minimum", "maximum"] {
            let value = schema.get(limit).and_then(Value::as_f64);
            if value.is_some_and(|value| value.abs() >= MANGLED_BOUND) {
                schema.shift_remove(limit);
                changes.note(format!("{pointer}/{limit}"), "removed");
            }
        }

        if schema.get("type").and_then(Value::as_str) != Some("number") {
            return Ok(());
        }

        match schema.get("format").and_then(Value::as_str) {
            // Only a number without a format needs the policy to say what it is.
            None if unused.remove(pointer).is_some() => {
                schema.insert("format".into(), "double".into());
                changes.note(pointer, "a quantity that may carry a fraction: `double`");
            }
            None => {
                schema.insert("type".into(), "integer".into());
                schema.insert("format".into(), "int64".into());
                changes.note(pointer, "a whole number: `integer`, `int64`");
            }
            Some("float") => {
                schema.insert("format".into(), "double".into());
                changes.note(pointer, "`double`");
            }
            Some("double") => {}
            Some(other) => {
                return Err(Diagnostic::at(
                    format!("{pointer}/format"),
                    format!("the number format `{other}` is not understood"),
                ));
            }
        }

        Ok(())
    })?;

    unused.finish(changes)
}
