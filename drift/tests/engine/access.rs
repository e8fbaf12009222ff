//! Where the API is served, and with which credentials it is called.

use connect_drift::finding::{Finding, Wire};

use super::documents::{between, only, shown, unmirrored, verdicts};

const SECURED: &str = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  /a: {get: {security: [HERE], responses: {}}}
  /b: {get: {security: [{token: []}], responses: {}}}
";

/// What two documents of a frame differ in, held against its mirror.
#[track_caller]
fn found(frame: &str, base: &str, revision: &str) -> Vec<Finding> {
    let there = between(frame, base, revision);
    let back = between(frame, revision, base);
    assert_eq!(unmirrored(&there, &back), Vec::<&Finding>::new());
    assert_eq!(unmirrored(&back, &there), Vec::<&Finding>::new());

    there
}

#[track_caller]
fn secured(base: &str, revision: &str, expected: &[(&str, Wire)]) {
    let found = found(SECURED, base, revision);
    assert_eq!(verdicts(&found), expected, "{}", shown(&found));
}

#[test]
fn who_sends_more_credentials_than_are_wanted_is_let_in() {
    let (one, two) = ("{key: []}", "{key: [], token: []}");
    secured(two, one, &[("security-removed", Wire::None)]);

    // The token is sent with each call already; the key is new to all.
    secured(one, two, &[("known-security-added", Wire::Risky)]);
    secured("{token: []}", two, &[("security-added", Wire::Breaking)]);
    let fewer = found(SECURED, two, one);

    assert_eq!(only(&fewer).message, "GET /a no longer wants `token` beside `key`");
    // Of two ways, one wants less.
    secured(
        "{key: [], token: []}, {other: []}",
        "{other: []}, {key: []}",
        &[("security-removed", Wire::None)],
    );

    secured(
        "{key: [], token: []}",
        "{key: []}, {token: []}",
        &[("security-alternative-added", Wire::Compatible), ("security-removed", Wire::None)],
    );
    secured("{key: []}", "{token: []}", &[("security-changed", Wire::Breaking)]);

    secured(
        "{key: [a], token: []}",
        "{key: [a, b]}",
        &[("security-scope-added", Wire::Risky), ("security-removed", Wire::None)],
    );
}

#[test]
fn credentials_that_may_be_left_out_are_compared_too() {
    secured("{}", "{}, {token: []}", &[("security-alternative-added", Wire::Compatible)]);
    secured("{}", "", &[]);
    secured("{token: []}", "{}, {token: []}", &[("security-removed", Wire::None)]);
}

#[test]
fn the_names_of_headers_and_of_schemes_of_http_have_no_case() {
    let frame = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths: {}
components: {securitySchemes: {it: {HERE}}}
";
    let same = |one, other| assert_eq!(found(frame, one, other), []);
    same("type: http, scheme: bearer", "type: http, scheme: Bearer");
    same("type: apiKey, in: header, name: X-Key", "type: apiKey, in: header, name: x-key");

    let other =
        found(frame, "type: apiKey, in: query, name: Key", "type: apiKey, in: query, name: key");
    assert_eq!(only(&other).class.id(), "security-scheme-changed");
}

const SERVED: &str = "
openapi: 3.0.3
info: {title: Things, version: '1'}
HERE
paths: {/a: {get: {responses: {}}}}
";

#[test]
fn no_server_is_that_of_the_document() {
    for none in ["", "servers: []", "servers: [{url: ''}]"] {
        assert_eq!(found(SERVED, none, "servers: [{url: /}]"), [], "{none}");
    }

    let moved = found(SERVED, "", "servers: [{url: 'https://a.example/'}]");
    assert_eq!(only(&moved).message, "GET /a is served at https://a.example, and no longer at /");

    let document = |head: &str| {
        super::documents::document(&format!(
            "{head}\ninfo: {{title: Things, version: '1'}}\npaths: {{/a: {{get: {{responses: {{}}}}}}}}"
        ))
    };
    let (swagger, openapi) = (document("swagger: '2.0'"), document("openapi: 3.0.3"));
    assert_eq!(super::documents::compared(&swagger, &openapi).findings, []);
}

#[test]
fn a_url_is_what_its_variables_make_of_it() {
    let literal = "servers: [{url: 'https://eu.a.example/v1'}]";
    let by = |variables: &str| {
        format!(
            "servers: [{{url: 'https://{{region}}.a.example/v1/', variables: {{region: {{default: eu{variables}}}}}}}]"
        )
    };

    assert_eq!(found(SERVED, literal, &by(", enum: [eu]")), []);
    let more = found(SERVED, &by(", enum: [eu]"), &by(", enum: [eu, us]"));
    assert_eq!(verdicts(&more), [("server-added", Wire::Compatible)]);
    assert_eq!(only(&more).message, "GET /a is served at https://us.a.example/v1 as well");

    let fewer = found(SERVED, &by(", enum: [eu, us]"), literal);
    assert_eq!(verdicts(&fewer), [("server-removed", Wire::Risky)]);

    let any = found(SERVED, literal, &by(""));
    assert_eq!(only(&any).message, "GET /a is served at https://{}.a.example/v1 as well");

    let words = found(SERVED, &by(", description: Words."), &by(", description: Others."));
    assert_eq!(only(&words).class.id(), "documentation-changed");

    let moved = found(
        SERVED,
        &by(", enum: [eu, us]"),
        &by(", enum: [eu, us]").replace("default: eu", "default: us"),
    );

    assert_eq!(only(&moved).class.id(), "server-changed");
}
