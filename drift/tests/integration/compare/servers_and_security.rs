//! Changes of servers and of required credentials.

use connect_drift::verdict::WireVerdict;

use super::documents::{compare_both_ways, compare_documents, display, document, only, verdicts};

const SECURED: &str = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  /a: {get: {security: [HERE], responses: {}}}
  /b: {get: {security: [{token: []}], responses: {}}}
";

/// Compares the accepted credentials of an operation.
#[track_caller]
fn assert_security_change(base: &str, revision: &str, expected: &[(&str, WireVerdict)]) {
    let found = compare_both_ways(SECURED, base, revision);
    assert_eq!(verdicts(&found), expected, "{}", display(&found));
}

#[test]
fn fewer_required_credentials_are_compatible_and_more_are_not() {
    let (one, two) = ("{key: []}", "{key: [], token: []}");
    assert_security_change(two, one, &[("security-removed", WireVerdict::None)]);

    // Clients already send the token with each request, but not the key.
    assert_security_change(one, two, &[("known-security-added", WireVerdict::Risky)]);
    assert_security_change("{token: []}", two, &[("security-added", WireVerdict::Breaking)]);
    let fewer = compare_both_ways(SECURED, two, one);

    assert_eq!(only(&fewer).message, "GET /a no longer requires `token` in addition to `key`");
    // One of two alternatives requires less.
    assert_security_change(
        "{key: [], token: []}, {other: []}",
        "{other: []}, {key: []}",
        &[("security-removed", WireVerdict::None)],
    );

    assert_security_change(
        "{key: [], token: []}",
        "{key: []}, {token: []}",
        &[
            ("security-alternative-added", WireVerdict::Compatible),
            ("security-removed", WireVerdict::None),
        ],
    );
    assert_security_change(
        "{key: []}",
        "{token: []}",
        &[("security-changed", WireVerdict::Breaking)],
    );

    assert_security_change(
        "{key: [a], token: []}",
        "{key: [a, b]}",
        &[("security-scope-added", WireVerdict::Risky), ("security-removed", WireVerdict::None)],
    );
}

#[test]
fn optional_credentials_are_compared() {
    assert_security_change(
        "{}",
        "{}, {token: []}",
        &[("security-alternative-added", WireVerdict::Compatible)],
    );
    assert_security_change("{}", "", &[]);
    assert_security_change(
        "{token: []}",
        "{}, {token: []}",
        &[("security-removed", WireVerdict::None)],
    );
}

#[test]
fn header_names_and_http_schemes_are_case_insensitive() {
    let template = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths: {}
components: {securitySchemes: {it: {HERE}}}
";
    let assert_same = |one, other| assert_eq!(compare_both_ways(template, one, other), []);
    assert_same("type: http, scheme: bearer", "type: http, scheme: Bearer");
    assert_same("type: apiKey, in: header, name: X-Key", "type: apiKey, in: header, name: x-key");

    let different = compare_both_ways(
        template,
        "type: apiKey, in: query, name: Key",
        "type: apiKey, in: query, name: key",
    );
    assert_eq!(only(&different).kind.id(), "security-scheme-changed");
}

const SERVED: &str = "
openapi: 3.0.3
info: {title: Things, version: '1'}
HERE
paths: {/a: {get: {responses: {}}}}
";

#[test]
fn missing_server_is_the_server_of_the_document() {
    for none in ["", "servers: []", "servers: [{url: ''}]"] {
        assert_eq!(compare_both_ways(SERVED, none, "servers: [{url: /}]"), [], "{none}");
    }

    let moved = compare_both_ways(SERVED, "", "servers: [{url: 'https://a.example/'}]");
    assert_eq!(only(&moved).message, "GET /a has the server https://a.example instead of /");

    let with_head = |head: &str| {
        document(&format!(
            "{head}\ninfo: {{title: Things, version: '1'}}\npaths: {{/a: {{get: {{responses: {{}}}}}}}}"
        ))
    };
    let (swagger, openapi) = (with_head("swagger: '2.0'"), with_head("openapi: 3.0.3"));
    assert_eq!(compare_documents(&swagger, &openapi).findings, []);
}

#[test]
fn server_variables_are_expanded() {
    let literal = "servers: [{url: 'https://eu.a.example/v1'}]";
    let templated = |variables: &str| {
        format!(
            "servers: [{{url: 'https://{{region}}.a.example/v1/', variables: {{region: {{default: eu{variables}}}}}}}]"
        )
    };

    assert_eq!(compare_both_ways(SERVED, literal, &templated(", enum: [eu]")), []);
    let more =
        compare_both_ways(SERVED, &templated(", enum: [eu]"), &templated(", enum: [eu, us]"));
    assert_eq!(verdicts(&more), [("server-added", WireVerdict::Compatible)]);
    assert_eq!(only(&more).message, "GET /a has the additional server https://us.a.example/v1");

    let fewer = compare_both_ways(SERVED, &templated(", enum: [eu, us]"), literal);
    assert_eq!(verdicts(&fewer), [("server-removed", WireVerdict::Risky)]);

    let any = compare_both_ways(SERVED, literal, &templated(""));
    assert_eq!(only(&any).message, "GET /a has the additional server https://{}.a.example/v1");

    let described = compare_both_ways(
        SERVED,
        &templated(", description: Words."),
        &templated(", description: Others."),
    );
    assert_eq!(only(&described).kind.id(), "documentation-changed");

    let moved = compare_both_ways(
        SERVED,
        &templated(", enum: [eu, us]"),
        &templated(", enum: [eu, us]").replace("default: eu", "default: us"),
    );

    assert_eq!(only(&moved).kind.id(), "server-changed");
}
