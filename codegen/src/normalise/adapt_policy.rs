//! Adapts the policy to a document that it was not written for.
//!
//! The passes and the emitter need a policy entry for each operation, so this runs before the chain.
//! An operation whose route has changed keeps its entry, a new operation gets a suggested entry, and
//! entries without an operation are removed.

use serde_json::Value;

use crate::changes::report::Changes;
use crate::changes::stale_rule::RuleKind;
use crate::diagnostic::{Diagnostic, Result};
use crate::openapi::route::Route;
use crate::openapi::walk;
use crate::policy::operations::{
    entry_without_operation, list_operations, missing_entry, suggest_entry,
};
use crate::policy::{OperationEntry, Policy};

/// The properties that identify an operation whose route has changed, the most reliable first: the
/// upstream operation id, the route without the names of its path parameters, the description.
const IDENTITIES: [fn(&Route, &Value) -> Option<String>; 3] = [
    |_, operation| walk::text(operation, "operationId").map(str::to_owned),
    |route, _| Some(route.without_parameter_names()),
    |_, operation| walk::text(operation, "description").map(str::to_owned),
];

/// Adapts the policy to `document`. Entries that do not apply are reported as stale. `previous` is
/// the upstream document that the policy was written for.
pub(super) fn adapt_policy(
    policy: &Policy,
    document: &Value,
    previous: Option<&Value>,
    changes: &mut Changes,
) -> Result<Policy> {
    let mut adapted = policy.clone();
    let operations = list_operations(document);

    let has_operation =
        |entry: &OperationEntry| operations.iter().any(|(route, _)| *route == entry.route);
    let (mut entries, mut unmatched): (Vec<_>, Vec<_>) =
        adapted.operations.drain(..).partition(has_operation);
    let mut new_operations: Vec<_> = operations
        .iter()
        .filter(|(route, _)| !entries.iter().any(|entry| entry.route == *route))
        .collect();

    let previous = previous.map(list_operations).unwrap_or_default();
    let moved = take_moved_entries(&mut unmatched, &mut new_operations, &previous);
    for entry in &moved {
        changes.report_stale_rule(RuleKind::Policy, moved_entry(entry))?;
    }
    entries.extend(moved);

    for entry in &unmatched {
        changes.report_stale_rule(RuleKind::Policy, entry_without_operation(entry))?;
    }

    adapted.operations = entries;
    for (route, operation) in new_operations {
        let pointer = route.pointer();
        let entry = suggest_entry(&adapted, &pointer, operation);
        changes.report_stale_rule(RuleKind::Policy, missing_entry(&pointer, &entry))?;
        adapted.operations.push(entry);
    }

    for entry in &mut adapted.operations {
        let operation = operations.iter().find(|(route, _)| *route == entry.route);
        remove_stale_arguments(entry, operation.map(|(_, operation)| *operation), changes)?;
    }

    Ok(adapted)
}

/// Removes from `unmatched` the entries of operations whose route has changed, and from
/// `new_operations` those operations. Returns the entries with their new routes.
fn take_moved_entries(
    unmatched: &mut Vec<OperationEntry>,
    new_operations: &mut Vec<&(Route, &Value)>,
    previous: &[(Route, &Value)],
) -> Vec<OperationEntry> {
    let mut moved = Vec::new();

    for identity in IDENTITIES {
        new_operations.retain(|(route, operation)| {
            let Some(expected) = identity(route, operation) else { return true };
            let matches = |entry: &OperationEntry| {
                let operation = previous.iter().find(|(route, _)| *route == entry.route);
                let operation = operation.map_or(&Value::Null, |(_, operation)| *operation);
                identity(&entry.route, operation).as_ref() == Some(&expected)
            };

            // An ambiguous match is no match.
            let mut candidates = unmatched.iter().enumerate().filter(|(_, entry)| matches(entry));
            let (Some((index, _)), None) = (candidates.next(), candidates.next()) else {
                return true;
            };

            let mut entry = unmatched.remove(index);
            entry.route = route.clone();
            moved.push(entry);

            false
        });
    }

    moved
}

fn moved_entry(entry: &OperationEntry) -> Diagnostic {
    let message = format!("the operation `{}` has moved to `{}`", entry.id, entry.route);
    Diagnostic::at(entry.route.pointer(), message)
        .help(format!("correct its line in spec/policy.yaml:\n  - {entry}"))
}

/// Removes the arguments that are not required parameters of the operation.
fn remove_stale_arguments(
    entry: &mut OperationEntry,
    operation: Option<&Value>,
    changes: &mut Changes,
) -> Result<()> {
    let is_required = |name: &String| operation.is_some_and(|operation| requires(operation, name));

    if let Some(name) = entry.arguments.iter().find(|name| !is_required(name)) {
        let message = format!("the argument `{name}` in the policy is not a required parameter");
        let diagnostic = Diagnostic::at(entry.route.pointer(), message)
            .help("remove it from `arguments` of the operation in spec/policy.yaml");
        changes.report_stale_rule(RuleKind::Policy, diagnostic)?;
        entry.arguments.retain(is_required);
    }

    Ok(())
}

fn requires(operation: &Value, name: &str) -> bool {
    operation["parameters"].as_array().into_iter().flatten().any(|parameter| {
        walk::text(parameter, "name") == Some(name) && parameter["required"] == true
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const POLICY: &str = "
operations:
  - { id: list, route: GET /lists, resource: lists }
  - { id: get_list, route: 'GET /lists/{id}', resource: lists, once: true, arguments: [since] }
  - { id: status, route: GET /, resource: service, public: true }
resources: [{ name: lists, about: Lists. }, { name: service, about: The service. }]
names: { unions: {}, enums: {} }
quantities: []
";

    fn previous() -> Value {
        let since = json!([{ "name": "since", "in": "query", "required": true }]);
        json!({ "paths": {
            "/": { "get": { "description": "Says how it is." } },
            "/lists?": { "get": { "operationId": "getLists" } },
            "/lists/{id}": { "get": { "parameters": since } },
        }})
    }

    /// The policy's entries for a document, and the messages about stale entries.
    fn adapt(document: &Value) -> (Vec<String>, Vec<String>) {
        let policy = Policy::parse(POLICY).unwrap();
        let mut changes = Changes::lenient();
        let policy = adapt_policy(&policy, document, Some(&previous()), &mut changes).unwrap();
        let stale_rules = changes.into_stale_rules().into_iter();
        let messages = stale_rules.map(|rule| rule.diagnostic.to_string());

        (policy.operations.iter().map(ToString::to_string).collect(), messages.collect())
    }

    fn with_moved_path(from: &str, to: &str) -> Value {
        let mut document = previous();
        let paths = document["paths"].as_object_mut().unwrap();
        let item = paths.shift_remove(from).unwrap();
        paths.insert(to.to_owned(), item);
        document
    }

    #[test]
    fn policy_is_unchanged_for_the_document_it_was_written_for() {
        let policy = Policy::parse(POLICY).unwrap();
        let lines = policy.operations.iter().map(ToString::to_string).collect();
        assert_eq!(adapt(&previous()), (lines, vec![]));
    }

    #[test]
    fn moved_operation_keeps_its_entry_by_id_route_or_description() {
        for (from, to, entry) in [
            ("/lists?", "/tables", "{ id: list, route: \"GET /tables\", resource: lists }"),
            (
                "/lists/{id}",
                "/lists?/{list_id}",
                "{ id: get_list, route: \"GET /lists/{list_id}\", resource: lists, once: true, \
                 arguments: [since] }",
            ),
            (
                "/",
                "/health",
                "{ id: status, route: \"GET /health\", resource: service, public: true }",
            ),
        ] {
            let (entries, messages) = adapt(&with_moved_path(from, to));
            assert_eq!((entries.len(), messages.len()), (3, 1), "{from}: {messages:?}");
            assert!(entries.iter().any(|actual| actual == entry), "{from}: {entries:?}");
            assert!(messages[0].contains("has moved to"), "{from}: {messages:?}");
        }
    }

    #[test]
    fn new_operation_gets_an_unused_id_and_a_resource() {
        let mut document = previous();
        for (path, id) in [("/lists/{id}/rows", None), ("/a", Some("list")), ("/b", Some("makeB"))]
        {
            document["paths"][path] = json!({ "put": {} });
            if let Some(id) = id {
                document["paths"][path]["put"]["operationId"] = id.into();
            }
        }

        let (entries, messages) = adapt(&document);
        let new = [
            "{ id: put_lists_by_id_rows, route: \"PUT /lists/{id}/rows\", resource: lists }",
            "{ id: put_a, route: \"PUT /a\", resource: service }",
            "{ id: make_b, route: \"PUT /b\", resource: service }",
        ];

        assert_eq!(entries[3..], new);
        assert_eq!(messages.len(), 3, "{messages:?}");
    }

    #[test]
    fn entries_and_arguments_without_counterpart_are_removed() {
        let mut document = previous();
        document["paths"].as_object_mut().unwrap().shift_remove("/");
        document["paths"]["/lists/{id}"]["get"]["parameters"][0]["required"] = false.into();

        let (entries, messages) = adapt(&document);
        assert_eq!(
            entries[1],
            "{ id: get_list, route: \"GET /lists/{id}\", resource: lists, once: true }"
        );
        assert_eq!(entries.len(), 2);
        assert!(messages[0].contains("no longer has the operation `GET /`"), "{messages:?}");
        assert!(
            messages[1].contains("the argument `since` in the policy is not a required parameter"),
            "{messages:?}"
        );
    }

    #[test]
    fn ambiguous_move_keeps_ids_distinct() {
        let mut document = with_moved_path("/lists?", "/tables");
        document["paths"]["/others"] = document["paths"]["/tables"].clone();
        let (entries, _) = adapt(&document);
        let entry = |route: &str| entries.iter().find(|entry| entry.contains(route)).cloned();

        // One of them keeps the id, the other gets a new one.
        let (one, other) = (entry("/tables").unwrap(), entry("/others").unwrap());
        assert_ne!(one.split(',').next(), other.split(',').next());
    }
}
