//! One spelling: the same document, whatever flavour and order it came in.

use openapiv3::OpenAPI;
use serde_json::Value;
use serde_path_to_error::Segment;

use super::walk;
use crate::problem::{Problem, Result, pointer_segment};

/// Sorts paths and components, and says what the standard says where the document leaves it out;
/// the rest keeps upstream's order.
pub fn spell(document: &mut Value) -> Result<()> {
    walk::object_at(document, "/paths")?.sort_keys();
    walk::object_at(document, "/components/schemas")?.sort_keys();
    if let Some(Value::String(url)) = document.pointer_mut("/servers/0/url") {
        url.truncate(url.trim_end_matches('/').len());
    }
    walk::parameters(document, &mut |_, parameter| {
        let is_list = parameter.pointer("/schema/items").is_some();
        if walk::text(parameter, "in") == Some("query")
            && walk::text(parameter, "style").unwrap_or("form") == "form"
            && let Some(parameter) = parameter.as_object_mut()
        {
            match is_list {
                true => drop(parameter.entry("explode").or_insert(true.into())),
                // A single value is the same either way.
                false => drop(parameter.shift_remove("explode")),
            }
        }
        Ok(())
    })
}

/// Gives the document its types; these also fix the order of the keys.
pub fn typed(document: &Value) -> Result<OpenAPI> {
    serde_path_to_error::deserialize(document).map_err(|error| {
        let segments = error.path().iter().map(|segment| match segment {
            Segment::Map { key } => format!("/{}", pointer_segment(key)),
            segment => format!("/{segment}").replace(['[', ']'], ""),
        });
        let pointer: String = segments.collect();
        Problem::at(pointer, format!("not OpenAPI 3.0: {}", error.inner()))
    })
}
