//! Detects documents of the Connect API.

use connect_codegen::policy::Policy;
use connect_codegen::policy::operations::list_operations;
use serde_json::Value;

/// The form of a document of the Connect API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DocumentForm {
    /// The document as published by the service.
    Upstream,
    /// The document after normalisation.
    Normalised,
}

/// Whether a document describes the Connect API: it has at least half of the operations that the
/// policy names.
pub fn is_connect_document(document: &Value, policy: &Policy) -> bool {
    detect_form(document, policy).is_some()
}

/// Returns the form of a document of the Connect API, or `None` for any other document.
///
/// A document belongs to the Connect API if it has at least half of the operations that the policy
/// names. Title and server URL do not matter. It is normalised if most of these operations have the
/// ids of the policy.
pub(super) fn detect_form(document: &Value, policy: &Policy) -> Option<DocumentForm> {
    let operations = list_operations(document);
    let known = policy.operations.iter().filter_map(|entry| {
        let (_, operation) = operations.iter().find(|(route, _)| *route == entry.route)?;
        Some(operation["operationId"] == entry.id.as_str())
    });

    let (normalised, upstream): (Vec<_>, Vec<_>) = known.partition(|has_policy_id| *has_policy_id);
    let known_count = normalised.len() + upstream.len();
    if known_count == 0 || 2 * known_count < policy.operations.len() {
        return None;
    }

    Some(match normalised.len() > upstream.len() {
        true => DocumentForm::Normalised,
        false => DocumentForm::Upstream,
    })
}
