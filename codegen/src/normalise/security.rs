//! The token, which the document does not mention.

use serde_json::{Value, json};

use super::{Changes, Context, walk};
use crate::problem::Result;

pub(super) const REASON: &str = "Upstream declares no security although all operations but those named in \
     the policy want a bearer token.";

pub(super) fn run(document: &mut Value, context: &Context, changes: &mut Changes) -> Result<()> {
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
