//! Operation ids and resources.

use serde_json::Value;

use super::{Changes, Context, walk};
use crate::problem::{Problem, Result, pointer_segment};

pub(super) const REASON: &str = "The names of our methods are ours, kept in the policy, so that an id that \
     changes upstream renames nothing here. What upstream says is recorded as \
     `x-upstream-operation-id`; its only tag says nothing and gives way to the resource.";

pub(super) fn run(document: &mut Value, context: &Context, changes: &mut Changes) -> Result<()> {
    let mut seen = Vec::new();
    walk::operations(document, &mut |pointer, operation| {
        let policy = context.policy.operation_at(pointer).ok_or_else(|| {
            Problem::at(pointer, "the policy does not know this operation")
                .help("name it in spec/policy.yaml, under `operations`")
        })?;
        if let Some(upstream) = operation.get("operationId").cloned() {
            operation["x-upstream-operation-id"] = upstream;
        }
        operation["operationId"] = policy.id.clone().into();
        operation["tags"] = Value::from(vec![policy.resource.clone()]);
        changes.note(pointer, format!("is `{}` of `{}`", policy.id, policy.resource));
        seen.push(policy.id.clone());
        Ok(())
    })?;
    match context.policy.operations.iter().find(|policy| !seen.contains(&policy.id)) {
        None => Ok(()),
        Some(gone) => Err(Problem::at(
            format!("/paths/{}", pointer_segment(gone.route.path())),
            format!(
                "the document no longer has `{}`, which the policy names `{}`",
                gone.route, gone.id
            ),
        )
        .help("remove it from spec/policy.yaml, or correct its route")),
    }
}
