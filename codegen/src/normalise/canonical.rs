//! One spelling: the same document, whatever flavour and order it came in.

use openapiv3::OpenAPI;
use serde_json::Value;

use super::walk;
use crate::problem::{Problem, Result};

/// Sorts paths and components; the rest keeps upstream's order.
pub fn sort(document: &mut Value) -> Result<()> {
    walk::object_at(document, "/paths")?.sort_keys();
    walk::object_at(document, "/components/schemas")?.sort_keys();
    Ok(())
}

/// Gives the document its types; these also fix the order of the keys.
pub fn typed(document: &Value) -> Result<OpenAPI> {
    serde_path_to_error::deserialize(document).map_err(|error| {
        let pointer: String = error.path().iter().map(|segment| format!("/{segment}")).collect();
        Problem::at(pointer, format!("not OpenAPI 3.0: {}", error.inner()))
    })
}
