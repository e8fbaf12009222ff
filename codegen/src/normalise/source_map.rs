//! From a place in the normalised document back to where upstream has it: whoever reads of a
//! problem has only upstream's document before them.

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Place, pointer_segment, unescaped_segment};
use crate::normalise::passes::routes;
use crate::openapi::document::{Flavour, Upstream};
use crate::openapi::walk;

/// The problem at its place in the upstream document, or saying in which document its place is.
/// One that names a file is left alone.
pub fn map_to_upstream(mut problem: Diagnostic, upstream: &Upstream) -> Diagnostic {
    if problem.file.is_none()
        && let Some(Place::Pointer(pointer)) = &mut problem.place
    {
        match origin(pointer, upstream) {
            Some(origin) => *pointer = origin,
            None => problem.message.push_str(" (in the normalised document)"),
        }
    }

    problem
}

/// Where upstream has what is at a pointer, or could have it: its holder is there.
fn origin(pointer: &str, upstream: &Upstream) -> Option<String> {
    let document = &upstream.document;
    let there = match pointer.strip_prefix("/paths/") {
        Some(rest) => in_path(rest, upstream)?,
        None => match upstream.flavour {
            Flavour::OpenApi3 => pointer.to_owned(),
            Flavour::Swagger2 => outside_paths(pointer),
        },
    };

    let holder = there.rsplit_once('/').map_or("", |(holder, _)| holder);
    // A component that upstream has not, a pass has made.
    let made = matches!(holder, "/definitions" | "/components/schemas");
    let could = !made && document.pointer(holder).is_some();

    (could || document.pointer(&there).is_some()).then_some(there)
}

fn outside_paths(pointer: &str) -> String {
    const MOVED: [(&str, &str); 3] = [
        ("/components/schemas", "/definitions"),
        ("/components/securitySchemes", "/securityDefinitions"),
        ("/servers/0/url", "/host"),
    ];

    let moved = MOVED.iter().find_map(|(to, from)| Some((from, pointer.strip_prefix(to)?)));
    moved.map_or_else(|| pointer.to_owned(), |(from, rest)| format!("{from}{rest}"))
}

/// A pointer below `/paths/`.
fn in_path(rest: &str, upstream: &Upstream) -> Option<String> {
    let (path, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let (method, inner) = rest.split_once('/').unwrap_or((rest, ""));
    let path = unescaped_segment(path);

    // Several spellings of a route can become one, each with its own methods.
    let items = upstream.document["paths"].as_object()?;
    let mut spellings = items.iter().filter(|(spelling, item)| {
        routes::plain_path(spelling).as_deref() == Some(&path)
            && (method.is_empty() || item.get(method).is_some())
    });

    let Some((spelling, item)) = spellings.next() else {
        // An operation that should be there and is not.
        return Some(format!("/paths/{}", pointer_segment(&path)));
    };
    let mut place = format!("/paths/{}", pointer_segment(spelling));

    let inner = match upstream.flavour {
        Flavour::OpenApi3 => inner.to_owned(),
        Flavour::Swagger2 => in_operation(inner, &item[method])?,
    };

    for part in [method, &inner] {
        if !part.is_empty() {
            place = format!("{place}/{part}");
        }
    }

    Some(place)
}

/// A pointer below an operation that is written in Swagger 2.0.
fn in_operation(inner: &str, operation: &Value) -> Option<String> {
    const MEDIA: &str = "/content/application~1json";

    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut places = parameters.iter().enumerate();
    let is_body = |parameter: &Value| walk::text(parameter, "in") == Some("body");

    if let Some(rest) = inner.strip_prefix("requestBody") {
        let (at, _) = places.find(|(_, parameter)| is_body(parameter))?;
        return Some(format!("parameters/{at}{}", rest.strip_prefix(MEDIA).unwrap_or(rest)));
    }

    if let Some(rest) = inner.strip_prefix("parameters/") {
        let (index, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let mut others = places.filter(|(_, parameter)| !is_body(parameter));
        let (at, _) = others.nth(index.parse().ok()?)?;

        // The schema of a value is the parameter itself.
        let rest = rest.strip_prefix("schema").unwrap_or(rest).trim_start_matches('/');
        return Some(format!("parameters/{at}/{rest}").trim_end_matches('/').to_owned());
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
    fn a_place_is_told_where_upstream_has_it() {
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
        let was = |rest: &str| Some(format!("/paths/~1parts?~1{{id}}/put/{rest}"));

        for (pointer, wanted) in [
            ("/components/schemas/Part/type".to_owned(), Some("/definitions/Part/type".to_owned())),
            ("/components/schemas/PartKind".to_owned(), None),
            ("/components/schemas/PartKind/enum".to_owned(), None),
            ("/servers/0/url".to_owned(), Some("/host".to_owned())),
            (put("parameters/0/schema"), was("parameters/1")),
            (put("parameters/0/schema/type"), was("parameters/1/type")),
            (put("parameters/0/style"), was("parameters/1/style")),
            (put("requestBody"), was("parameters/0")),
            (
                put("requestBody/content/application~1json/schema/type"),
                was("parameters/0/schema/type"),
            ),
            (put("responses/200/content/application~1json/schema"), was("responses/200/schema")),
            (
                put("responses/200/content/application~1json/example/data"),
                was("responses/200/examples/application~1json/data"),
            ),
            (put("responses/200/description"), was("responses/200/description")),
            ("/paths/~1gone/get".to_owned(), Some("/paths/~1gone".to_owned())),
        ] {
            assert_eq!(origin(&pointer, &upstream), wanted, "{pointer}");
        }
    }
}
