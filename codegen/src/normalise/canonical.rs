//! One spelling: the same document, whatever flavour and order it came in.

use openapiv3::OpenAPI;
use serde_json::Value;
use serde_path_to_error::Segment;

use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::openapi::walk;

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
        Diagnostic::at(pointer, format!("not OpenAPI 3.0: {}", error.inner()))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_has_no_type_is_named_by_its_pointer() {
        let with = |servers: Value| json!({ "openapi": "3.0.3", "info": { "title": "", "version": "" }, "servers": servers, "paths": {} });
        assert!(typed(&with(json!([]))).is_ok());
        let problem = typed(&with(json!([{ "url": "" }, { "url": 5 }]))).unwrap_err().to_string();
        assert!(problem.starts_with("/servers/1/url: not OpenAPI 3.0: "), "{problem}");
    }

    #[test]
    fn what_the_standard_takes_for_granted_is_written_out() {
        let list =
            json!({ "name": "a", "in": "query", "schema": { "type": "array", "items": {} } });
        let one = json!({ "name": "b", "in": "query", "explode": false, "schema": {} });

        let mut document = json!({
            "servers": [{ "url": "https://h/v1/" }],
            "paths": { "/": { "get": { "parameters": [list, one] } } },
            "components": { "schemas": {} },
        });
        spell(&mut document).unwrap();
        assert_eq!(document["servers"][0]["url"], "https://h/v1");

        let parameters = &document["paths"]["/"]["get"]["parameters"];
        assert_eq!(parameters[0]["explode"], true);
        assert_eq!(parameters[1].get("explode"), None);
    }
}
