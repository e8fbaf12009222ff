//! The policy's operation entries in relation to a document: which operations lack an entry, which
//! entries lack an operation, and an entry to suggest for a new operation.

use std::collections::BTreeMap;

use heck::ToSnakeCase as _;
use serde_json::{Map, Value};

use super::{OperationEntry, Policy};
use crate::diagnostic::{Diagnostic, pointer_segment};
use crate::openapi::route::{Route, plain_path};
use crate::openapi::walk;

/// The operations of a document, by the route that they have after normalisation. The document can
/// be an upstream one; paths that are not valid are skipped.
pub fn list_operations(document: &Value) -> Vec<(Route, &Value)> {
    let paths = document.get("paths").and_then(Value::as_object);
    let mut operations = Vec::new();

    for (path, item) in paths.into_iter().flat_map(Map::iter) {
        let Some(path) = plain_path(path) else { continue };
        for (method, operation) in item.as_object().into_iter().flat_map(Map::iter) {
            if walk::METHODS.contains(&method.as_str()) {
                operations.push((Route::new(method, path.clone()), operation));
            }
        }
    }

    operations
}

/// A diagnostic for an operation that the policy has no entry for. It suggests one.
pub(crate) fn missing_entry(pointer: &str, suggestion: &OperationEntry) -> Diagnostic {
    Diagnostic::at(pointer, "the policy has no entry for this operation").help(format!(
        "add an entry to spec/policy.yaml, under `operations`, for example:\n  - {suggestion}"
    ))
}

/// A diagnostic for an entry whose operation the document does not have.
pub(crate) fn entry_without_operation(entry: &OperationEntry) -> Diagnostic {
    Diagnostic::at(
        format!("/paths/{}", pointer_segment(entry.route.path())),
        format!(
            "the document no longer has the operation `{}`, which the policy names `{}`",
            entry.route, entry.id
        ),
    )
    .help("remove the entry from spec/policy.yaml, or correct its route")
}

/// Suggests an entry for an operation. Its id is the upstream operation id or, if that is missing or
/// already used, derived from the method and the path. Its resource is that of the operation with the
/// longest common path prefix.
pub(crate) fn suggest_entry(policy: &Policy, pointer: &str, operation: &Value) -> OperationEntry {
    let path = walk::path_of(pointer);
    let method = pointer.rsplit('/').next().unwrap_or_default();

    OperationEntry {
        id: suggest_id(policy, method, &path, operation),
        resource: suggest_resource(policy, &path),
        route: Route::new(method, path),
        public: false,
        once: false,
        polled: false,
        awaited: false,
        arguments: Vec::new(),
        examples: BTreeMap::new(),
    }
}

fn suggest_id(policy: &Policy, method: &str, path: &str, operation: &Value) -> String {
    let words = path.split('/').map(|segment| match segment.strip_prefix('{') {
        Some(parameter) => format!("by {parameter}"),
        None => segment.to_owned(),
    });
    let from_route = words.fold(method.to_owned(), |name, word| format!("{name} {word}"));
    let from_route = from_route.to_snake_case();

    let upstream_id = walk::text(operation, "operationId").unwrap_or_default().to_snake_case();
    let is_usable = upstream_id.starts_with(|c: char| c.is_ascii_lowercase())
        && upstream_id.is_ascii()
        && policy.operation(&upstream_id).is_none();

    if is_usable { upstream_id } else { from_route }
}

fn suggest_resource(policy: &Policy, path: &str) -> String {
    let common_segments = |entry: &&OperationEntry| {
        let segments = entry.route.path().split('/').zip(path.split('/')).skip(1);
        segments.take_while(|(one, other)| one == other).count()
    };

    let related = policy.operations.iter().rev().filter(|entry| common_segments(entry) > 0);
    match related.max_by_key(common_segments) {
        Some(entry) => entry.resource.clone(),
        None => policy.resources.last().map(|resource| resource.name.clone()).unwrap_or_default(),
    }
}
