//! Gives numbers their formats, and removes limits that have lost precision.

use serde_json::Value;

use crate::changes::report::Changes;
use crate::diagnostic::{Diagnostic, Result};
use crate::normalise::context::Context;
use crate::openapi::walk;

pub(crate) const REASON: &str = "The library that writes the upstream document declares whole numbers as \
     `number` without a format, and floating-point numbers as `number` with the format `float`, \
     although the service sends doubles. The quantities listed in the policy can be fractional, \
     regardless of the document. The limits of 64-bit integers went through a double and are wrong, \
     so they are removed.";

/// 2⁶³: both bounds of a 64-bit integer have this absolute value after a conversion to a double.
const ROUNDED_BOUND: f64 = 9_223_372_036_854_775_808.0;

pub(crate) fn run(document: &mut Value, context: &Context, changes: &mut Changes) -> Result<()> {
    let mut fractional = context.policy.fractional_numbers();

    walk::schemas(document, &mut |pointer, schema| {
        let Some(schema) = schema.as_object_mut() else { return Ok(()) };
        for limit in ["minimum", "maximum"] {
            let value = schema.get(limit).and_then(Value::as_f64);
            if value.is_some_and(|value| value.abs() >= ROUNDED_BOUND) {
                schema.shift_remove(limit);
                changes.record_fix(format!("{pointer}/{limit}"), "removed");
            }
        }

        if schema.get("type").and_then(Value::as_str) != Some("number") {
            return Ok(());
        }

        match schema.get("format").and_then(Value::as_str) {
            // Only for a number without a format the policy decides whether it is whole.
            None if fractional.take(pointer).is_some() => {
                schema.insert("format".into(), "double".into());
                changes.record_fix(pointer, "format set to `double`: the policy lists it");
            }
            None => {
                schema.insert("type".into(), "integer".into());
                schema.insert("format".into(), "int64".into());
                changes.record_fix(pointer, "type set to `integer`, format to `int64`");
            }
            Some("float") => {
                schema.insert("format".into(), "double".into());
                changes.record_fix(pointer, "format set to `double`");
            }
            Some("double") => {}
            Some(other) => {
                return Err(Diagnostic::at(
                    format!("{pointer}/format"),
                    format!("the number format `{other}` is not supported"),
                )
                .help("supported are `float` and `double`"));
            }
        }

        Ok(())
    })?;

    fractional.report_stale(changes)
}
