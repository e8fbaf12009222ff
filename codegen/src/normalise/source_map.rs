//! The source map: from locations in the normalised document to locations in the upstream document,
//! so that diagnostics point into the document that the maintainer has.

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Location, pointer_segment, unescaped_segment};
use crate::openapi::document::{Flavour, Upstream};
use crate::openapi::route::plain_path;
use crate::openapi::walk;

/// Maps a diagnostic's pointer from the normalised to the upstream document. If the upstream
/// document has no such location, the message says that the pointer is one into the normalised
/// document. A diagnostic that names a file is returned unchanged.
pub fn map_to_upstream(mut diagnostic: Diagnostic, upstream: &Upstream) -> Diagnostic {
    if diagnostic.file.is_none()
        && let Some(Location::Pointer(pointer)) = &mut diagnostic.location
    {
        match upstream_pointer(pointer, upstream) {
            Some(upstream_pointer) => *pointer = upstream_pointer,
            None => diagnostic.message.push_str(" (in the normalised document)"),
        }
    }

    diagnostic
}

/// The pointer into the upstream document, if that value exists or could exist there: its parent
/// exists.
fn upstream_pointer(pointer: &str, upstream: &Upstream) -> Option<String> {
    let document = &upstream.document;
    let mapped = match pointer.strip_prefix("/paths/") {
        Some(rest) => map_path_pointer(rest, upstream)?,
        None => match upstream.flavour {
            Flavour::OpenApi3 => pointer.to_owned(),
            Flavour::Swagger2 => map_root_pointer(pointer),
        },
    };

    let parent = mapped.rsplit_once('/').map_or("", |(parent, _)| parent);
    // A component that does not exist upstream was created by a pass.
    let is_component = matches!(parent, "/definitions" | "/components/schemas");
    let could_exist = !is_component && document.pointer(parent).is_some();

    (could_exist || document.pointer(&mapped).is_some()).then_some(mapped)
}

/// Maps a pointer outside `/paths` to Swagger 2.0.
fn map_root_pointer(pointer: &str) -> String {
    const MOVED: [(&str, &str); 3] = [
        ("/components/schemas", "/definitions"),
        ("/components/securitySchemes", "/securityDefinitions"),
        ("/servers/0/url", "/host"),
    ];

    let moved = MOVED.iter().find_map(|(to, from)| Some((from, pointer.strip_prefix(to)?)));
    moved.map_or_else(|| pointer.to_owned(), |(from, rest)| format!("{from}{rest}"))
}

/// Maps a pointer below `/paths/`.
fn map_path_pointer(rest: &str, upstream: &Upstream) -> Option<String> {
    let (path, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let (method, inner) = rest.split_once('/').unwrap_or((rest, ""));
    let path = unescaped_segment(path);

    // Several upstream paths can become one path, each with different methods.
    let items = upstream.document["paths"].as_object()?;
    let mut sources = items.iter().filter(|(source, item)| {
        plain_path(source).as_deref() == Some(&path)
            && (method.is_empty() || item.get(method).is_some())
    });

    let Some((source, item)) = sources.next() else {
        // The operation is missing upstream.
        return Some(format!("/paths/{}", pointer_segment(&path)));
    };

    let inner = match upstream.flavour {
        Flavour::OpenApi3 => inner.to_owned(),
        Flavour::Swagger2 => map_operation_pointer(inner, &item[method])?,
    };

    let mut pointer = format!("/paths/{}", pointer_segment(source));
    for part in [method, &inner] {
        if !part.is_empty() {
            pointer = format!("{pointer}/{part}");
        }
    }

    Some(pointer)
}

/// Maps a pointer below an operation to Swagger 2.0.
fn map_operation_pointer(inner: &str, operation: &Value) -> Option<String> {
    const MEDIA: &str = "/content/application~1json";

    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut indexed = parameters.iter().enumerate();
    let is_body = |parameter: &Value| walk::text(parameter, "in") == Some("body");

    if let Some(rest) = inner.strip_prefix("requestBody") {
        let (index, _) = indexed.find(|(_, parameter)| is_body(parameter))?;
        return Some(format!("parameters/{index}{}", rest.strip_prefix(MEDIA).unwrap_or(rest)));
    }

    if let Some(rest) = inner.strip_prefix("parameters/") {
        let (index, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let mut not_body = indexed.filter(|(_, parameter)| !is_body(parameter));
        let (index, _) = not_body.nth(index.parse().ok()?)?;

        // In Swagger, the members of a parameter's schema are members of the parameter.
        let rest = rest.strip_prefix("schema").unwrap_or(rest).trim_start_matches('/');
        return Some(format!("parameters/{index}/{rest}").trim_end_matches('/').to_owned());
    }

    Some(match inner.split_once(MEDIA) {
        Some((response, rest)) => match rest.strip_prefix("/example") {
            Some(rest) => format!("{response}/examples/application~1json{rest}"),
            None => format!("{response}{rest}"),
        },
        None => inner.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pointers_map_to_their_location_in_swagger_2() {
        let upstream = json!({
            "swagger": "2.0",
            "host": "h",
            "definitions": { "Part": { "type": "object" } },
            "paths": { "/parts?/{id}": {
                "get": { "description": "" },
                "put": {
                    "parameters": [
                        { "in": "body", "name": "b", "schema": { "type": "object" } },
                        { "in": "path", "name": "id", "type": "string" },
                    ],
                    "responses": { "200": {
                        "schema": { "type": "object" },
                        "examples": { "application/json": { "data": 1 } },
                    } },
                },
            } },
        });
        let upstream = Upstream::parse(&upstream.to_string()).unwrap();
        let put = |rest: &str| format!("/paths/~1parts~1{{id}}/put/{rest}");
        let upstream_put = |rest: &str| Some(format!("/paths/~1parts?~1{{id}}/put/{rest}"));

        for (pointer, expected) in [
            ("/components/schemas/Part/type".to_owned(), Some("/definitions/Part/type".to_owned())),
            ("/components/schemas/PartKind".to_owned(), None),
            ("/components/schemas/PartKind/enum".to_owned(), None),
            ("/servers/0/url".to_owned(), Some("/host".to_owned())),
            (put("parameters/0/schema"), upstream_put("parameters/1")),
            (put("parameters/0/schema/type"), upstream_put("parameters/1/type")),
            (put("parameters/0/style"), upstream_put("parameters/1/style")),
            (put("requestBody"), upstream_put("parameters/0")),
            (
                put("requestBody/content/application~1json/schema/type"),
                upstream_put("parameters/0/schema/type"),
            ),
            (
                put("responses/200/content/application~1json/schema"),
                upstream_put("responses/200/schema"),
            ),
            (
                put("responses/200/content/application~1json/example/data"),
                upstream_put("responses/200/examples/application~1json/data"),
            ),
            (put("responses/200/description"), upstream_put("responses/200/description")),
            ("/paths/~1gone/get".to_owned(), Some("/paths/~1gone".to_owned())),
        ] {
            assert_eq!(upstream_pointer(&pointer, &upstream), expected, "{pointer}");
        }
    }
}
