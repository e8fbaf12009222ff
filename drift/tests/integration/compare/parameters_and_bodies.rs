//! Changes of parameters, headers, forms and documentation.

use connect_drift::finding::Finding;
use connect_drift::verdict::WireVerdict;

use super::documents::{compare_both_ways, compare_filled, display, kind_ids, only, verdicts};

const OPENAPI: &str = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  /a:
    get: HERE
";

/// Compares two operations, in both directions.
#[track_caller]
fn compare_operations(base: &str, revision: &str) -> Vec<Finding> {
    compare_both_ways(OPENAPI, base, revision)
}

fn query(keywords: &str) -> String {
    format!("{{parameters: [{{name: n, in: query, {keywords}}}], responses: {{}}}}")
}

fn header(keywords: &str) -> String {
    format!("{{responses: {{'200': {{description: Fine., headers: {{N: {{{keywords}}}}}}}}}}}")
}

#[test]
fn added_or_removed_parameter_schema_is_reported() {
    let (bare, typed) = ("description: Words.", "description: Words., schema: {type: integer}");
    let gained = compare_operations(&query(bare), &query(typed));
    assert_eq!(verdicts(&gained), [("type-narrowed", WireVerdict::Breaking)]);
    assert_eq!(only(&gained).message, "the parameter `n` of GET /a now has a schema");
    assert_eq!(
        verdicts(&compare_operations(&query(typed), &query(bare))),
        [("type-widened", WireVerdict::None)]
    );
    assert_eq!(
        verdicts(&compare_operations(&header(bare), &header(typed))),
        [("type-narrowed", WireVerdict::None)]
    );
    assert_eq!(
        verdicts(&compare_operations(&header(typed), &header(bare))),
        [("type-widened", WireVerdict::None)]
    );

    // An empty schema is equivalent to no schema.
    assert_eq!(compare_operations(&query(bare), &query("description: Words., schema: {}")), []);
}

#[test]
fn parameter_with_new_media_type_is_one_finding() {
    for element in [query, header] {
        let (plain, json) = (
            element("schema: {type: object, properties: {a: {type: string}}}"),
            element(
                "content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}",
            ),
        );
        let found = compare_operations(&plain, &json);
        assert_eq!(
            only(&found).kind.id(),
            "parameter-serialization-changed",
            "{}",
            display(&found)
        );
    }

    let json = query(
        "content: {application/json: {schema: {type: object, properties: {a: {type: integer}}}}}",
    );
    let found = compare_operations(
        &query("schema: {type: object, properties: {a: {type: string}}}"),
        &json,
    );

    assert_eq!(kind_ids(&found), ["type-changed", "parameter-serialization-changed"]);
}

#[test]
fn additional_serialization_permission_is_not_breaking() {
    let plain = query("schema: {type: string}");
    for keyword in ["allowReserved", "allowEmptyValue"] {
        let more = query(&format!("{keyword}: true, schema: {{type: string}}"));
        assert_eq!(
            verdicts(&compare_operations(&plain, &more)),
            [("parameter-serialization-loosened", WireVerdict::None)]
        );

        assert_eq!(
            verdicts(&compare_operations(&more, &plain)),
            [("parameter-serialization-tightened", WireVerdict::Breaking)]
        );

        // Both have no effect in a header.
        let without_effect = header(&format!("{keyword}: true, schema: {{type: string}}"));
        assert_eq!(compare_operations(&header("schema: {type: string}"), &without_effect), []);
    }
}

#[test]
fn encoding_of_fields_matters_in_forms_only() {
    let body = |media_type: &str, encoding: &str| {
        format!(
            "{{requestBody: {{content: {{{media_type}: {{schema: {{type: object, properties: {{a: {{type: array, items: {{type: string}}}}}}}}, encoding: {{{encoding}}}}}}}}}, responses: {{}}}}"
        )
    };
    let query = "application/x-www-form-urlencoded";
    let (default, commas) = ("a: {style: form}", "a: {explode: false}");
    let changed = [("body-encoding-changed", WireVerdict::Breaking)];

    assert_eq!(verdicts(&compare_operations(&body(query, ""), &body(query, commas))), changed);
    assert_eq!(compare_operations(&body(query, ""), &body(query, default)), []);

    let typed = "a: {contentType: text/plain}";
    assert_eq!(
        verdicts(&compare_operations(
            &body("multipart/form-data", ""),
            &body("multipart/form-data", typed)
        )),
        changed
    );
    assert_eq!(
        compare_operations(&body("multipart/form-data", ""), &body("multipart/form-data", commas)),
        []
    );
    assert_eq!(
        compare_operations(&body("application/json", default), &body("application/json", commas)),
        []
    );
}

#[test]
fn swagger_form_fields_are_properties_of_the_body() {
    let template = "
swagger: '2.0'
info: {title: Things, version: '1'}
paths: {/a: {post: {parameters: [{name: name, in: formData, type: string}HERE], responses: {}}}}
";
    let field = |keywords: &str| format!(", {{name: n, in: formData, {keywords}}}");
    let added = compare_filled(template, "", &field("type: integer"));

    assert_eq!(verdicts(&added), [("optional-property-added", WireVerdict::Compatible)]);
    let other = compare_filled(template, &field("type: integer"), &field("type: string"));
    assert_eq!(verdicts(&other), [("type-changed", WireVerdict::Breaking)]);

    let encoded = compare_filled(
        template,
        &field("type: array, items: {type: string}"),
        &field("type: array, items: {type: string}, collectionFormat: multi"),
    );

    assert_eq!(verdicts(&encoded), [("body-encoding-changed", WireVerdict::Breaking)]);
    // A file requires a multipart form.
    let file = compare_filled(template, "", &field("type: file"));
    assert_eq!(kind_ids(&file), ["request-media-type-removed", "request-media-type-added"]);
}

#[test]
fn swagger_default_media_type_is_one_finding() {
    let template = "
swagger: '2.0'
info: {title: Things, version: '1'}
produces: [application/jsonHERE]
paths:
  /a: {get: {responses: {'200': {description: Fine., schema: {type: string}}}}}
  /b: {get: {responses: {'200': {description: Fine., schema: {type: integer}}}}}
";
    let found = compare_filled(template, "", ", text/csv");
    assert_eq!(only(&found).operations, ["GET /a", "GET /b"]);
    assert_eq!(only(&found).revision_pointer.as_deref(), Some("/produces/1"));
}

#[test]
fn documentation_keyword_in_unexpected_object_is_unclassified() {
    let operation = |keywords: &str| format!("{{{keywords}, responses: {{}}}}");
    let assert_unclassified = |found: Vec<Finding>| {
        assert_eq!(only(&found).kind.id(), "unclassified");
    };
    assert_unclassified(compare_operations(&operation("version: 1"), &operation("version: 2")));
    assert_unclassified(compare_operations(&operation("links: 1"), &operation("links: 2")));
    assert_unclassified(compare_operations(
        &query("schema: {links: 1}"),
        &query("schema: {links: 2}"),
    ));
    assert_unclassified(compare_operations(&query("callbacks: {}"), &query("callbacks: {a: {}}")));
}

#[test]
fn extensions_and_paths_without_operations_are_compared() {
    let template = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  /a: {get: {responses: {}}}
  HERE
";
    let kind = |base, revision| only(&compare_filled(template, base, revision)).kind.id();
    assert_eq!(kind("x-note: 1", "x-note: 2"), "extension-changed");
    assert_eq!(kind("", "/b: {summary: Words.}"), "documentation-changed");
    assert_eq!(kind("/b: {summary: Words.}", "/b: {summary: Others.}"), "documentation-changed");

    // The first operation of a path is reported instead of the path.
    let first = "/b: {summary: Words., get: {responses: {}}}";
    assert_eq!(kind("/b: {summary: Words.}", first), "operation-added");
    assert_eq!(kind(first, "/b: {summary: Words.}"), "operation-removed");
}

#[test]
fn equal_extensions_at_two_locations_are_two_findings() {
    let both = |of: u8, inside: u8| format!("{{x-note: {of}, responses: {{x-note: {inside}}}}}");
    assert_eq!(only(&compare_operations(&both(1, 2), &both(1, 3))).new, Some(3.into()));
    assert_eq!(compare_operations(&both(1, 2), &both(3, 4)).len(), 2);
}
