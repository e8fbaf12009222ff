//! What requests and responses hold beside schemas: parameters, headers, forms, words.

use connect_drift::finding::{Finding, Wire};

use super::documents::{between, only, shown, unmirrored, verdicts};

const OPENAPI: &str = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  /a:
    get: HERE
";

/// What two operations differ in, held against its mirror.
#[track_caller]
fn found(base: &str, revision: &str) -> Vec<Finding> {
    let there = between(OPENAPI, base, revision);
    let back = between(OPENAPI, revision, base);
    assert_eq!(unmirrored(&there, &back), Vec::<&Finding>::new());
    assert_eq!(unmirrored(&back, &there), Vec::<&Finding>::new());

    there
}

fn query(says: &str) -> String {
    format!("{{parameters: [{{name: n, in: query, {says}}}], responses: {{}}}}")
}

fn header(says: &str) -> String {
    format!("{{responses: {{'200': {{description: Fine., headers: {{N: {{{says}}}}}}}}}}}")
}

#[test]
fn a_parameter_that_gains_or_loses_its_schema_is_seen() {
    let (bare, typed) = ("description: Words.", "description: Words., schema: {type: integer}");
    let gained = found(&query(bare), &query(typed));
    assert_eq!(verdicts(&gained), [("type-narrowed", Wire::Breaking)]);
    assert_eq!(only(&gained).message, "the parameter `n` of GET /a has a schema now");
    assert_eq!(verdicts(&found(&query(typed), &query(bare))), [("type-widened", Wire::None)]);
    assert_eq!(verdicts(&found(&header(bare), &header(typed))), [("type-narrowed", Wire::None)]);
    assert_eq!(verdicts(&found(&header(typed), &header(bare))), [("type-widened", Wire::None)]);

    // A schema that says nothing is none.
    assert_eq!(found(&query(bare), &query("description: Words., schema: {}")), []);
}

#[test]
fn a_parameter_that_is_written_in_a_media_type_is_one_finding() {
    for of in [query, header] {
        let (plain, json) = (
            of("schema: {type: object, properties: {a: {type: string}}}"),
            of(
                "content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}",
            ),
        );
        let found = found(&plain, &json);
        assert_eq!(only(&found).class.id(), "parameter-serialization-changed", "{}", shown(&found));
    }

    let json = query(
        "content: {application/json: {schema: {type: object, properties: {a: {type: integer}}}}}",
    );
    let found = found(&query("schema: {type: object, properties: {a: {type: string}}}"), &json);
    let classes: Vec<&str> = found.iter().map(|finding| finding.class.id()).collect();

    assert_eq!(classes, ["type-changed", "parameter-serialization-changed"]);
}

#[test]
fn what_is_only_allowed_besides_breaks_nobody() {
    let plain = query("schema: {type: string}");
    for word in ["allowReserved", "allowEmptyValue"] {
        let more = query(&format!("{word}: true, schema: {{type: string}}"));
        assert_eq!(
            verdicts(&found(&plain, &more)),
            [("parameter-serialization-loosened", Wire::None)]
        );

        assert_eq!(
            verdicts(&found(&more, &plain)),
            [("parameter-serialization-tightened", Wire::Breaking)]
        );

        // In a header both mean nothing.
        let silent = header(&format!("{word}: true, schema: {{type: string}}"));
        assert_eq!(found(&header("schema: {type: string}"), &silent), []);
    }
}

#[test]
fn how_fields_are_written_matters_in_forms_only() {
    let body = |media: &str, encoding: &str| {
        format!(
            "{{requestBody: {{content: {{{media}: {{schema: {{type: object, properties: {{a: {{type: array, items: {{type: string}}}}}}}}, encoding: {{{encoding}}}}}}}}}, responses: {{}}}}"
        )
    };
    let query = "application/x-www-form-urlencoded";
    let (usual, commas) = ("a: {style: form}", "a: {explode: false}");
    let changed = [("body-encoding-changed", Wire::Breaking)];

    assert_eq!(verdicts(&found(&body(query, ""), &body(query, commas))), changed);
    assert_eq!(found(&body(query, ""), &body(query, usual)), []);

    let typed = "a: {contentType: text/plain}";
    assert_eq!(
        verdicts(&found(&body("multipart/form-data", ""), &body("multipart/form-data", typed))),
        changed
    );
    assert_eq!(found(&body("multipart/form-data", ""), &body("multipart/form-data", commas)), []);
    assert_eq!(found(&body("application/json", usual), &body("application/json", commas)), []);
}

#[test]
fn the_fields_of_a_form_of_swagger_are_the_properties_of_a_body() {
    let frame = "
swagger: '2.0'
info: {title: Things, version: '1'}
paths: {/a: {post: {parameters: [{name: name, in: formData, type: string}HERE], responses: {}}}}
";
    let field = |says: &str| format!(", {{name: n, in: formData, {says}}}");
    let added = between(frame, "", &field("type: integer"));

    assert_eq!(verdicts(&added), [("optional-property-added", Wire::Compatible)]);
    let other = between(frame, &field("type: integer"), &field("type: string"));
    assert_eq!(verdicts(&other), [("type-changed", Wire::Breaking)]);

    let written = between(
        frame,
        &field("type: array, items: {type: string}"),
        &field("type: array, items: {type: string}, collectionFormat: multi"),
    );

    assert_eq!(verdicts(&written), [("body-encoding-changed", Wire::Breaking)]);
    // A file is sent in parts.
    let file = between(frame, "", &field("type: file"));
    let classes: Vec<&str> = file.iter().map(|finding| finding.class.id()).collect();
    assert_eq!(classes, ["request-media-type-removed", "request-media-type-added"]);
}

#[test]
fn media_types_that_swagger_lists_for_all_are_one_cause() {
    let frame = "
swagger: '2.0'
info: {title: Things, version: '1'}
produces: [application/jsonHERE]
paths:
  /a: {get: {responses: {'200': {description: Fine., schema: {type: string}}}}}
  /b: {get: {responses: {'200': {description: Fine., schema: {type: integer}}}}}
";
    let found = between(frame, "", ", text/csv");
    assert_eq!(only(&found).operations, ["GET /a", "GET /b"]);
    assert_eq!(only(&found).revision_pointer.as_deref(), Some("/produces/1"));
}

#[test]
fn a_word_is_a_word_only_where_it_has_a_meaning() {
    let operation = |says: &str| format!("{{{says}, responses: {{}}}}");
    let unknown = |found: Vec<Finding>| {
        assert_eq!(only(&found).class.id(), "unclassified");
    };
    unknown(found(&operation("version: 1"), &operation("version: 2")));
    unknown(found(&operation("links: 1"), &operation("links: 2")));
    unknown(found(&query("schema: {links: 1}"), &query("schema: {links: 2}")));
    unknown(found(&query("callbacks: {}"), &query("callbacks: {a: {}}")));
}

#[test]
fn what_stands_under_paths_and_is_no_operation_is_seen() {
    let frame = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  /a: {get: {responses: {}}}
  HERE
";
    let class = |base, revision| only(&between(frame, base, revision)).class.id();
    assert_eq!(class("x-note: 1", "x-note: 2"), "extension-changed");
    assert_eq!(class("", "/b: {summary: Words.}"), "documentation-changed");
    assert_eq!(class("/b: {summary: Words.}", "/b: {summary: Others.}"), "documentation-changed");

    // Of a path that gets its first operation, the operation tells.
    let first = "/b: {summary: Words., get: {responses: {}}}";
    assert_eq!(class("/b: {summary: Words.}", first), "operation-added");
    assert_eq!(class(first, "/b: {summary: Words.}"), "operation-removed");
}

#[test]
fn two_extensions_of_one_name_at_two_places_are_two() {
    let both = |of: u8, inside: u8| format!("{{x-note: {of}, responses: {{x-note: {inside}}}}}");
    assert_eq!(only(&found(&both(1, 2), &both(1, 3))).new, Some(3.into()));
    assert_eq!(found(&both(1, 2), &both(3, 4)).len(), 2);
}
