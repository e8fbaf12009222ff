//! Declares the access token, which the upstream document does not mention.

use serde_json::{Value, json};

use crate::changes::report::Changes;
use crate::changes::stale_rule::RuleKind;
use crate::diagnostic::{Diagnostic, Result};
use crate::normalise::context::Context;
use crate::openapi::walk;

pub(crate) const REASON: &str = "Upstream declares no security, although every operation that the policy \
     does not list as public requires a bearer token.";

pub(crate) fn run(document: &mut Value, context: &Context, changes: &mut Changes) -> Result<()> {
    if let Some(pointer) = find_upstream_security(document)? {
        let diagnostic = Diagnostic::at(pointer, "the upstream document now declares security")
            .help(
                "compare it with `public` in spec/policy.yaml, then change \
             codegen/src/normalise/passes/security.rs to keep it instead of replacing it",
            );
        changes.report_stale_rule(RuleKind::Pass, diagnostic)?;
    }

    let schemes = json!({
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API token, or the access token of an OAuth 2.0 login.",
        },
    });
    walk::object_at(document, "/components")?.insert("securitySchemes".into(), schemes);
    changes.record_fix("/components/securitySchemes", "scheme `bearer` added");

    document["security"] = json!([{ "bearer": [] }]);
    changes.record_fix("/security", "set to `bearer`, for every operation");

    walk::operations(document, &mut |pointer, operation| {
        let operation = operation.as_object_mut().expect("an operation is an object");
        operation.shift_remove("security");

        if context.policy.operation_at(pointer).is_some_and(|entry| entry.public) {
            operation.insert("security".into(), json!([]));
            changes
                .record_fix(format!("{pointer}/security"), "set to none: the operation is public");
        }

        Ok(())
    })
}

/// The pointer of the first security declaration of the upstream document.
fn find_upstream_security(document: &mut Value) -> Result<Option<String>> {
    let mut first = ["/components/securitySchemes", "/security"]
        .into_iter()
        .find(|pointer| document.pointer(pointer).is_some())
        .map(str::to_owned);

    walk::operations(document, &mut |pointer, operation| {
        if operation.get("security").is_some() && first.is_none() {
            first = Some(format!("{pointer}/security"));
        }
        Ok(())
    })?;

    Ok(first)
}
