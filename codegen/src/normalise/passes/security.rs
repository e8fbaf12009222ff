//! The token, which the document does not mention.

use serde_json::{Value, json};

use crate::changes::report::Changes;
use crate::changes::stale_rule::Rule;
use crate::diagnostic::{Diagnostic, Result};
use crate::normalise::Context;
use crate::openapi::walk;

pub(crate) const REASON: &str = "Upstream declares no security although all operations but those named in \
     the policy want a bearer token.";

pub(crate) fn run(document: &mut Value, context: &Context, changes: &mut Changes) -> Result<()> {
    declared(document)?.into_iter().try_for_each(|at| {
        let problem = Diagnostic::at(at, "upstream says by now what wants a token, and how");
        let help = "hold it against `public` in spec/policy.yaml; then have normalise/security.rs \
                    take it over instead of replacing it";
        changes.stale_rule(Rule::Pass, problem.help(help))
    })?;
    let components = walk::object_at(document, "/components")?;

    components.insert(
        "securitySchemes".into(),
        json!({
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "description": "An API token, or the access token of an OAuth 2.0 login.",
            },
        }),
    );
    changes.note("/components/securitySchemes", "has the scheme `bearer`");
    document["security"] = json!([{ "bearer": [] }]);
    changes.note("/security", "is `bearer` for every operation");

    walk::operations(document, &mut |pointer, operation| {
        let operation = operation.as_object_mut().expect("the walk gives objects");
        operation.shift_remove("security");

        if context.policy.operation_at(pointer).is_some_and(|policy| policy.public) {
            operation.insert("security".into(), json!([]));
            changes.note(format!("{pointer}/security"), "wants no token");
        }

        Ok(())
    })
}

/// The first place at which upstream itself says anything of security.
fn declared(document: &mut Value) -> Result<Option<String>> {
    let mut found = ["/components/securitySchemes", "/security"]
        .into_iter()
        .find(|at| document.pointer(at).is_some())
        .map(str::to_owned);

    walk::operations(document, &mut |pointer, operation| {
        if operation.get("security").is_some() && found.is_none() {
            found = Some(format!("{pointer}/security"));
        }
        Ok(())
    })?;

    Ok(found)
}
