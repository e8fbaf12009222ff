//! Operation ids and resources.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::changes::report::Changes;
use crate::changes::stale_rule::Rule;
use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::normalise::Context;
use crate::normalise::fit_policy;
use crate::normalise::passes::envelopes::is_envelope;
use crate::openapi::walk;
use crate::policy::{FILE, Operation};

pub(crate) const REASON: &str = "The names of our methods are ours, kept in the policy, so that an id that \
     changes upstream renames nothing here. What upstream says is recorded as \
     `x-upstream-operation-id`; its only tag says nothing and gives way to the resource.";

pub(crate) fn run(document: &mut Value, context: &Context, changes: &mut Changes) -> Result<()> {
    let mut seen = Vec::new();
    walk::operations(document, &mut |pointer, operation| {
        let policy = context.policy.operation_at(pointer).ok_or_else(|| {
            unknown(pointer, &fit_policy::suggested(context.policy, pointer, operation))
        })?;

        // Both are replaced, so that nobody looks at them after this.
        if operation.get("tags").is_some_and(|tags| !tags.is_array()) {
            return Err(Diagnostic::at(format!("{pointer}/tags"), "a list belongs here"));
        }

        if let Some(upstream) = operation.get("operationId").cloned() {
            if !upstream.is_string() {
                let at = format!("{pointer}/operationId");
                return Err(Diagnostic::at(at, "a string belongs here"));
            }
            operation["x-upstream-operation-id"] = upstream;
        }

        let (id, tags) = (Value::from(&*policy.id), Value::from(vec![&*policy.resource]));
        let what = format!("is `{}` of `{}`", policy.id, policy.resource);
        match operation["operationId"] == id && operation["tags"] == tags {
            true => changes.book(pointer, what),
            false => changes.note(pointer, what),
        }

        operation["operationId"] = id;
        operation["tags"] = tags;
        seen.push(policy.id.clone());

        Ok(())
    })?;
    let missing = context.policy.operations.iter().filter(|policy| !seen.contains(&policy.id));
    missing.map(gone).try_for_each(|problem| changes.stale_rule(Rule::Policy, problem))?;

    let schemas = walk::object_at(document, "/components/schemas")?;
    let models = schemas.keys().filter(|name| !is_envelope(name));
    let unused = context.policy.prefixes_without(models.map(String::as_str));
    unused.into_iter().try_for_each(|problem| changes.stale_rule(Rule::Policy, problem))?;

    let strings = strings(document)?;
    for (index, secret) in context.policy.secrets.iter().enumerate() {
        if !strings.contains(&secret.at) {
            let said = format!("the document has no string `{}`", secret.at);
            let problem = Diagnostic::at(format!("/secrets/{index}/at"), said).in_file(FILE);
            let help = "upstream has changed there: correct or remove the entry";
            changes.stale_rule(Rule::Policy, problem.help(help))?;
        }
    }

    Ok(())
}

/// The strings that the policy can name: `Model.property` and `operation.parameter`.
fn strings(document: &mut Value) -> Result<BTreeSet<String>> {
    let is_string = |schema: &Value| {
        // A time and an enum have types of their own.
        schema.get("type").and_then(Value::as_str) == Some("string")
            && schema.get("format").and_then(Value::as_str) != Some("date-time")
            && schema.get("enum").is_none()
    };
    let mut strings = BTreeSet::new();
    for (model, schema) in walk::object_at(document, "/components/schemas")? {
        let properties = schema.get("properties").and_then(Value::as_object);
        let properties = properties.into_iter().flatten().filter(|(_, schema)| is_string(schema));
        strings.extend(properties.map(|(name, _)| format!("{model}.{name}")));
    }

    walk::operations(document, &mut |_, operation| {
        let text = |value: &Value, key: &str| value.get(key)?.as_str().map(str::to_owned);
        let id = text(operation, "operationId").unwrap_or_default();
        let parameters = operation.get("parameters").and_then(Value::as_array);
        let parameters = parameters.into_iter().flatten();
        let parameters = parameters.filter(|it| it.get("schema").is_some_and(is_string));

        strings.extend(parameters.filter_map(|it| Some(format!("{id}.{}", text(it, "name")?))));
        Ok(())
    })?;

    Ok(strings)
}

/// An operation that the policy lacks, and the entry that would do.
pub(crate) fn unknown(pointer: &str, entry: &Operation) -> Diagnostic {
    Diagnostic::at(pointer, "the policy does not know this operation")
        .help(format!("name it in spec/policy.yaml, under `operations`, for example:\n  - {entry}"))
}

/// An operation that only the policy has.
pub(crate) fn gone(entry: &Operation) -> Diagnostic {
    Diagnostic::at(
        format!("/paths/{}", pointer_segment(entry.route.path())),
        format!(
            "the document no longer has `{}`, which the policy names `{}`",
            entry.route, entry.id
        ),
    )
    .help("remove it from spec/policy.yaml, or correct its route")
}
