//! Sets operation ids and resources from the policy, and checks that its other entries apply.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::changes::report::Changes;
use crate::changes::stale_rule::RuleKind;
use crate::diagnostic::Result;
use crate::normalise::context::Context;
use crate::normalise::envelope_names::is_envelope;
use crate::openapi::walk;
use crate::policy::operations::{entry_without_operation, missing_entry, suggest_entry};
use crate::policy::{Policy, stale_entry};

pub(crate) const REASON: &str = "The names of our methods come from the policy, so an id that changes \
     upstream renames nothing here. The upstream id is kept as `x-upstream-operation-id`. The only \
     upstream tag carries no information; the resource replaces it.";

pub(crate) fn run(document: &mut Value, context: &Context, changes: &mut Changes) -> Result<()> {
    let mut ids = BTreeSet::new();
    walk::operations(document, &mut |pointer, operation| {
        ids.insert(set_id_and_resource(pointer, operation, context.policy, changes)?);
        Ok(())
    })?;

    for entry in context.policy.operations.iter().filter(|entry| !ids.contains(&entry.id)) {
        changes.report_stale_rule(RuleKind::Policy, entry_without_operation(entry))?;
    }

    let schemas = walk::object_at(document, "/components/schemas")?;
    let models = schemas.keys().filter(|name| !is_envelope(name)).map(String::as_str);
    for diagnostic in context.policy.unused_model_prefixes(models) {
        changes.report_stale_rule(RuleKind::Policy, diagnostic)?;
    }

    check_secrets(document, context.policy, changes)
}

/// Sets the id and the tag of an operation. Returns the id.
fn set_id_and_resource(
    pointer: &str,
    operation: &mut Value,
    policy: &Policy,
    changes: &mut Changes,
) -> Result<String> {
    let Some(entry) = policy.operation_at(pointer) else {
        return Err(missing_entry(pointer, &suggest_entry(policy, pointer, operation)));
    };

    // Both are replaced, so the validation would not see a wrong type.
    if let Some(tags) = operation.get("tags").filter(|tags| !tags.is_array()) {
        return Err(walk::unexpected_type(format!("{pointer}/tags"), "an array", tags));
    }

    if let Some(upstream_id) = operation.get("operationId").cloned() {
        if !upstream_id.is_string() {
            let pointer = format!("{pointer}/operationId");
            return Err(walk::unexpected_type(pointer, "a string", &upstream_id));
        }
        operation["x-upstream-operation-id"] = upstream_id;
    }

    let (id, tags) = (Value::from(&*entry.id), Value::from(vec![&*entry.resource]));
    let description = format!("id set to `{}`, resource to `{}`", entry.id, entry.resource);
    if operation["operationId"] == id && operation["tags"] == tags {
        changes.record_rewrite(pointer, description);
    } else {
        changes.record_fix(pointer, description);
    }

    operation["operationId"] = id;
    operation["tags"] = tags;

    Ok(entry.id.clone())
}

/// Checks that each secret of the policy is a string of the document.
fn check_secrets(document: &mut Value, policy: &Policy, changes: &mut Changes) -> Result<()> {
    let strings = list_strings(document)?;

    for (index, secret) in policy.secrets.iter().enumerate() {
        if !strings.contains(&secret.at) {
            let reason = format!("the document has no string `{}`", secret.at);
            let diagnostic = stale_entry(format!("/secrets/{index}/at"), &reason);
            changes.report_stale_rule(RuleKind::Policy, diagnostic)?;
        }
    }

    Ok(())
}

/// The strings that can be secrets, as `Model.property` and `operation.parameter`.
fn list_strings(document: &mut Value) -> Result<BTreeSet<String>> {
    let mut strings = BTreeSet::new();

    for (model, schema) in walk::object_at(document, "/components/schemas")? {
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, schema) in properties.into_iter().flat_map(Map::iter) {
            if is_plain_string(schema) {
                strings.insert(format!("{model}.{name}"));
            }
        }
    }

    walk::operations(document, &mut |_, operation| {
        let id = walk::text(operation, "operationId").unwrap_or_default();
        let parameters = operation.get("parameters").and_then(Value::as_array);

        for parameter in parameters.into_iter().flatten() {
            if parameter.get("schema").is_some_and(is_plain_string)
                && let Some(name) = walk::text(parameter, "name")
            {
                strings.insert(format!("{id}.{name}"));
            }
        }

        Ok(())
    })?;

    Ok(strings)
}

/// Whether a schema becomes a `String`. A date-time and an enum become other types.
fn is_plain_string(schema: &Value) -> bool {
    walk::text(schema, "type") == Some("string")
        && walk::text(schema, "format") != Some("date-time")
        && schema.get("enum").is_none()
}
