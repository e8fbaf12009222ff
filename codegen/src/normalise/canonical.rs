//! The canonical form of a document: the same for both flavours, and independent of the order of
//! paths and components.

use openapiv3::OpenAPI;
use serde_json::Value;
use serde_path_to_error::Segment;

use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::openapi::walk;

/// Sorts paths and components, removes a trailing slash of the server URL, sets `explode` to `true` on
/// list parameters that omit it, and removes it from others. Everything else keeps its order.
pub fn canonicalise(document: &mut Value) -> Result<()> {
    walk::object_at(document, "/paths")?.sort_keys();
    walk::object_at(document, "/components/schemas")?.sort_keys();

    if let Some(Value::String(url)) = document.pointer_mut("/servers/0/url") {
        url.truncate(url.trim_end_matches('/').len());
    }

    walk::parameters(document, &mut |_, parameter| {
        canonicalise_explode(parameter);
        Ok(())
    })
}

fn canonicalise_explode(parameter: &mut Value) {
    let is_list = parameter.pointer("/schema/items").is_some();
    let is_form_query = walk::text(parameter, "in") == Some("query")
        && walk::text(parameter, "style").unwrap_or("form") == "form";

    let Some(parameter) = parameter.as_object_mut().filter(|_| is_form_query) else { return };

    if is_list {
        parameter.entry("explode").or_insert(true.into());
    } else {
        // `explode` has no effect on a single value.
        parameter.shift_remove("explode");
    }
}

/// Parses the document into types. The types also determine the order of keys.
///
/// # Errors
///
/// Fails with the pointer of a value that does not fit OpenAPI 3.0.
pub fn parse_typed(document: &Value) -> Result<OpenAPI> {
    serde_path_to_error::deserialize(document).map_err(|error| {
        let segments = error.path().iter().map(|segment| match segment {
            Segment::Map { key } => format!("/{}", pointer_segment(key)),
            // serde_path_to_error prints an index in brackets, `[1]`; a pointer has none.
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
    fn parse_typed_reports_the_pointer_of_an_invalid_value() {
        let with_servers = |servers: Value| {
            let info = json!({ "title": "", "version": "" });
            json!({ "openapi": "3.0.3", "info": info, "servers": servers, "paths": {} })
        };

        assert!(parse_typed(&with_servers(json!([]))).is_ok());

        let servers = json!([{ "url": "" }, { "url": 5 }]);
        let error = parse_typed(&with_servers(servers)).unwrap_err().to_string();
        assert!(error.starts_with("/servers/1/url: not OpenAPI 3.0: "), "{error}");
    }

    #[test]
    fn canonicalise_trims_the_server_url_and_sets_explode() {
        let list =
            json!({ "name": "a", "in": "query", "schema": { "type": "array", "items": {} } });
        let single = json!({ "name": "b", "in": "query", "explode": false, "schema": {} });

        let mut document = json!({
            "servers": [{ "url": "https://h/v1/" }],
            "paths": { "/": { "get": { "parameters": [list, single] } } },
            "components": { "schemas": {} },
        });
        canonicalise(&mut document).unwrap();

        assert_eq!(document["servers"][0]["url"], "https://h/v1");
        let parameters = &document["paths"]["/"]["get"]["parameters"];
        assert_eq!(parameters[0]["explode"], true);
        assert_eq!(parameters[1].get("explode"), None);
    }
}
