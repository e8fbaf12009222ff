//! Malicious and very large documents lead to a correct result or a clear error, in bounded time.

use std::fmt::Write as _;

use connect_codegen::diagnostic::Diagnostic;
use connect_drift::compare::compare;
use connect_drift::load::Document;
use serde_json::{Value, json};

use super::documents::{compare_documents, display, document, document_of};

/// Returns the error of loading or comparing a document.
#[track_caller]
fn load_or_compare_error(name: &str, bytes: &[u8]) -> Diagnostic {
    match Document::load(name, bytes) {
        Err(diagnostic) => diagnostic,
        Ok(document) => compare(&document, &document).expect_err("an error"),
    }
}

fn yaml(body: &str) -> String {
    format!("openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\n{body}")
}

/// Returns a document with one response schema, and with components.
fn with_schema(schema: &str, components: &str) -> String {
    let responses = format!("{{'200': {{content: {{application/json: {{schema: {schema}}}}}}}}}");
    yaml(&format!(
        "paths: {{/a: {{get: {{responses: {responses}}}}}}}\ncomponents: {{schemas: {{{components}}}}}\n"
    ))
}

fn reference(name: &str) -> String {
    format!("{{$ref: '#/components/schemas/{name}'}}")
}

#[test]
fn invalid_document_error_names_file_and_position() {
    let text = |text: &str| text.as_bytes().to_vec();
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        (
            "a.json",
            text("{\"openapi\": \"3.0.3\",\n \"openapi\": \"3.0.3\"}"),
            "a.json: line 2, column",
        ),
        ("a.json", text("{\"paths\": {}, \"paths\": {}}"), "duplicate key `paths`"),
        (
            "a.yaml",
            text("openapi: 3.0.3\nopenapi: 3.0.3\n"),
            "a.yaml: line 2, column 1: not valid YAML: duplicate mapping key: openapi",
        ),
        ("a.yaml", text("openapi: 3.0.3\npaths: {a: 1, a: 2}\n"), "a.yaml: line 2, column 15"),
        (
            "a.json",
            b"{\"openapi\":\n \"3.0.\xff\"}".to_vec(),
            "a.json: line 2: invalid UTF-8: byte 0xff",
        ),
        ("a.yaml", b"\xfe\xff\0o\0p".to_vec(), "a.yaml: line 1: invalid UTF-8: byte 0xfe"),
        (
            "a.json",
            format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000)).into(),
            "a.json: line 1, column 128: not valid JSON: recursion limit exceeded",
        ),
        (
            "a.json",
            format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000)).into(),
            "recursion limit exceeded",
        ),
        (
            "a.yaml",
            format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000)).into(),
            "a.yaml: line 1, column",
        ),
        (
            "a.yaml",
            (0..10_000)
                .flat_map(|level| [" ".repeat(level), "a:\n".to_owned()])
                .collect::<String>()
                .into(),
            "a.yaml: line",
        ),
        ("a.yaml", text(BOMB), "not valid YAML"),
        ("a.json", text(""), "a.json: line 1"),
        ("a.yaml", text(""), "an API document must be an object"),
        ("a.yaml", text("- a\n"), "an API document must be an object"),
        ("a.yaml", text("swagger: 2.0\npaths: {}\n"), "/swagger: unsupported version 2.0"),
        ("a.yaml", text("openapi: 3.1.0\npaths: {}\n"), "/openapi: unsupported version \"3.1.0\""),
        ("a.yaml", text("openapi: 3.0.3\n"), "/paths: the document has no `paths` object"),
        ("a.json", text("{\"openapi\": \"3.0.3\", \"paths\": 1e999}"), "a.json: line 1"),
    ];

    for (name, bytes, expected) in cases {
        let message = load_or_compare_error(name, &bytes).to_string();
        assert!(message.contains(expected), "{message}\ndoes not contain: {expected}");
        assert!(message.starts_with(name) && message.len() < 500, "{message}");
    }
}

/// Nested aliases that expand exponentially.
const BOMB: &str = "\
openapi: 3.0.3
a: &a [x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]
f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e]
g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f]
paths: {}
";

#[test]
fn unresolvable_reference_error_names_the_reference() {
    let circle =
        with_schema(&reference("A"), &format!("A: {}, B: {}", reference("B"), reference("A")));
    let own = with_schema(&reference("A"), &format!("A: {}", reference("A")));

    let parameters = |target: &str| {
        yaml(&format!(
            "paths: {{/a: {{get: {{parameters: [{{$ref: '{target}'}}], responses: {{}}}}}}}}\n\
            components: {{parameters: {{P: {{$ref: '#/components/parameters/P'}}}}}}\n"
        ))
    };
    let schema = "/paths/~1a/get/responses/200/content/application~1json/schema/$ref";

    let cases = [
        (
            with_schema(&reference("Gone"), ""),
            format!("{schema}: the target of `#/components/schemas/Gone` is missing"),
        ),
        (
            with_schema("{$ref: 'other.yaml#/Cat'}", ""),
            format!("{schema}: `other.yaml#/Cat` refers to another document"),
        ),
        (
            with_schema("{$ref: 'https://a.example/b.json'}", ""),
            "refers to another document".to_owned(),
        ),
        (with_schema("{$ref: '#'}", ""), "the target of `#` is missing".to_owned()),
        (with_schema("{$ref: 1}", ""), "a reference must be a string".to_owned()),
        (circle, "the reference is circular".to_owned()),
        (own, "the reference is circular".to_owned()),
        (parameters("#/components/parameters/P"), "the reference is circular".to_owned()),
        (parameters("#/components/parameters/Gone"), "is missing".to_owned()),
    ];

    for (text, expected) in cases {
        let message = load_or_compare_error("a.yaml", text.as_bytes()).to_string();
        assert!(
            message.starts_with("a.yaml: /") && message.contains(&expected),
            "{message}\ndoes not contain: {expected}"
        );
    }
}

#[test]
fn chain_of_references_is_followed_up_to_a_limit() {
    let chain = |length: usize, end: &str| {
        let links =
            (0..length).map(|at| format!("L{at}: {}, ", reference(&format!("L{}", at + 1))));
        with_schema(&reference("L0"), &format!("{}L{length}: {end}", links.collect::<String>()))
    };
    let short = |end: &str| document(&chain(999, end));
    let found = compare_documents(&short("{type: string}"), &short("{type: boolean}"));

    assert_eq!(found.findings.len(), 1, "{}", display(&found.findings));
    let message =
        load_or_compare_error("a.yaml", chain(2_000, "{type: string}").as_bytes()).to_string();
    assert!(message.contains("the chain has more than 1000 references"), "{message}");
}

#[test]
fn error_names_the_document_that_contains_the_problem() {
    let good = document(&with_schema("{type: string}", ""));
    let bad = with_schema("{type: wrong}", "");
    let bad = Document::load("revision.yaml", bad.as_bytes()).expect("a document");

    for (base, revision) in [(&good, &bad), (&bad, &good)] {
        let message = compare(base, revision).expect_err("an error").to_string();
        assert!(message.starts_with("revision.yaml: /paths/"), "{message}");
        assert!(message.ends_with("schema/type: `wrong` is not a type"), "{message}");
    }
}

#[test]
fn recursive_schemas_are_compared_once() {
    let recursive = |kind: &str| {
        let node = format!(
            "Node: {{allOf: [{}], properties: {{next: {}, all: {{type: array, items: {}}}, \
             either: {{oneOf: [{}, {{type: string}}]}}, it: {{type: {kind}}}}}}}",
            reference("Node"),
            reference("Node"),
            reference("Node"),
            reference("Node"),
        );

        document(&with_schema(&reference("Node"), &node))
    };
    let found = compare_documents(&recursive("string"), &recursive("integer"));
    assert_eq!(found.findings.len(), 1, "{}", display(&found.findings));

    assert_eq!(
        found.findings[0].pointer.as_deref(),
        Some("/components/schemas/Node/properties/it/type")
    );
}

#[test]
fn change_below_ten_thousand_nested_schemas_is_found() {
    let chain = |last: &str, link: fn(&str) -> String| {
        let mut components = String::new();
        for level in 0..10_000 {
            let inner = link(&reference(&format!("S{}", level + 1)));
            writeln!(components, "S{level}: {inner},").expect("a string");
        }
        document(&with_schema(&reference("S0"), &format!("\n{components}S10000: {last}")))
    };
    let inside = |inner: &str| format!("{{properties: {{next: {inner}}}}}");
    let found =
        compare_documents(&chain("{type: string}", inside), &chain("{type: integer}", inside));

    assert_eq!(found.findings.len(), 1, "{}", display(&found.findings));
    assert_eq!(found.findings[0].operations, ["GET /a"]);

    let parts = |inner: &str| format!("{{type: object, allOf: [{inner}]}}");
    let deep = chain("{type: object}", parts);
    let message = compare(&deep, &deep).expect_err("an error").to_string();

    assert!(message.contains("more than 1000 schemas apply at once"), "{message}");
}

#[test]
fn enum_with_100000_values_is_compared() {
    let values = |from: usize| -> Value {
        (from..from + 100_000).map(|number| format!("value-{number}")).collect()
    };
    let of_enum = |from: usize| {
        document_of(
            &json!({ "openapi": "3.0.3", "paths": { "/a": { "get": { "responses": { "200": {
            "content": { "application/json": { "schema": { "type": "string", "enum": values(from) } } },
        } } } } } }),
        )
    };

    let found = compare_documents(&of_enum(0), &of_enum(1));
    assert_eq!(found.findings.len(), 2, "{}", display(&found.findings));
    assert_eq!(found.findings[0].new, Some("value-100000".into()));
    assert_eq!(found.findings[1].old, Some("value-0".into()));
}

#[test]
fn many_elements_of_each_kind_are_compared_in_bounded_time() {
    const MANY: usize = 20_000;

    let named = |prefix: &str, value: Value| -> Value {
        let members = (0..MANY).map(|at| (format!("{prefix}{at}"), value.clone()));
        members.collect::<serde_json::Map<_, _>>().into()
    };

    let wide = |prefix: &str| {
        let union: Vec<Value> = (0..MANY)
            .map(|at| json!({ "type": "object", "title": format!("{prefix}{at}") }))
            .collect();
        let mut schema = named("x-", json!(prefix));
        schema["properties"] = named(prefix, json!({ "type": "string" }));
        schema["required"] = (0..MANY).map(|at| format!("{prefix}{at}")).collect();

        let parameters: Vec<Value> =
            (0..MANY).map(|at| json!({ "name": format!("{prefix}{at}"), "in": "query" })).collect();
        document_of(&json!({ "openapi": "3.0.3", "paths": { "/a": { "put": {
            "parameters": parameters,
            "requestBody": { "content": { "application/json": { "schema": schema } } },
            "responses": { "200": { "content": named(prefix, json!({})) }, "400": { "content": {
                "application/json": { "schema": { "oneOf": union } },
            } } },
        } } } }))
    };
    let found = compare_documents(&wide("a"), &wide("b"));
    assert!(found.findings.len() > 5 * MANY, "{}", found.findings.len());
}

#[test]
fn unexpected_value_at_any_location_does_not_panic() {
    let documents: [Value; 2] = [
        document(include_str!("../../flavours/openapi3.yaml")).value,
        document(include_str!("../../flavours/swagger2.yaml")).value,
    ];

    let unexpected = [
        json!(null),
        json!(true),
        json!(-1),
        json!("x"),
        json!([]),
        json!([{}]),
        json!({}),
        json!({ "$ref": "#/paths" }),
    ];
    let mut accepted = 0;
    for document in &documents {
        let mut pointers = Vec::new();
        collect_pointers(document, String::new(), &mut pointers);

        for pointer in &pointers {
            for value in &unexpected {
                let mut broken = document.clone();
                *broken.pointer_mut(pointer).expect("a value") = value.clone();
                let text = broken.to_string();
                let Ok(broken) = Document::load("broken.json", text.as_bytes()) else { continue };

                match compare(&document_of(document), &broken) {
                    Ok(_) => accepted += 1,
                    Err(diagnostic) => {
                        assert!(
                            diagnostic.location.is_some() && diagnostic.file.is_some(),
                            "{diagnostic}"
                        )
                    }
                }
            }
        }
    }

    assert!(accepted > 500, "only {accepted} documents were accepted");
}

fn collect_pointers(value: &Value, pointer: String, pointers: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(key, inner)| (key.clone(), inner)).collect(),
        Value::Array(members) => {
            members.iter().enumerate().map(|(index, inner)| (index.to_string(), inner)).collect()
        }
        _ => Vec::new(),
    };

    for (key, inner) in members {
        let segment = connect_codegen::diagnostic::pointer_segment(&key);
        collect_pointers(inner, format!("{pointer}/{segment}"), pointers);
    }

    pointers.push(pointer);
}
