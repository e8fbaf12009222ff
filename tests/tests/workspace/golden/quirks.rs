//! Quirks of the upstream document that are gone: the pass, or the rule of the policy, that handles
//! one is reported as stale.

use serde_json::{Value, json};

use super::document::Document;

const GET: &str = "/document/paths/~1bases?/get";

/// Each pass, with a patch of the base that removes the quirk that the pass corrects.
fn patches_without_quirk() -> Vec<(&'static str, Value)> {
    let get = |rest: &str| format!("{GET}/{rest}");
    let integer = |path: &str| json!({ "op": "replace", "path": path, "value": "integer" });
    let model = |name: &str| format!("/document/definitions/{name}");

    vec![
        (
            "routes",
            json!([{ "op": "move", "from": "/document/paths/~1bases?", "path": "/document/paths/~1bases" }]),
        ),
        (
            "parameters",
            json!([{ "op": "replace", "path": get("parameters/0/in"), "value": "query" }]),
        ),
        (
            "examples",
            json!([
                { "op": "replace", "path": get("responses/200/examples/application~1json"), "value": { "data": [] } },
                // An example of an error is no quirk, because Swagger 2.0 has no other location for it.
                { "op": "add", "path": get("responses/404/schema/example"), "value": { "errors": [] } },
            ]),
        ),
        ("unions", json!([{ "op": "remove", "path": model("Base/properties/either") }])),
        (
            "numbers",
            json!([
                integer(&get("parameters/1/type")),
                integer(&model("Base/properties/count/type")),
                integer(&model("PaginationMetadata/properties/total_count/type")),
                integer(&model("PaginationMetadata/properties/total_pages/type")),
            ]),
        ),
        (
            "patterns",
            json!([{ "op": "replace", "path": get("parameters/0/pattern"), "value": "^[0-9]+$" }]),
        ),
        ("overlay", json!([{ "op": "replace", "path": "/overlay/actions", "value": [] }])),
        (
            "envelopes",
            json!([
                { "op": "move", "from": get("responses/200/schema"), "path": model("Bases") },
                { "op": "add", "path": get("responses/200/schema"), "value": { "$ref": "#/definitions/Bases" } },
                { "op": "move", "from": get("responses/404/schema"), "path": model("Errors") },
                { "op": "add", "path": get("responses/404/schema"), "value": { "$ref": "#/definitions/Errors" } },
            ]),
        ),
        (
            "enums",
            json!([
                { "op": "remove", "path": model("ErrorObject/properties/code/enum") },
                { "op": "remove", "path": "/policy/names/enums/ErrorObject.code" },
            ]),
        ),
        (
            "operations",
            json!([
                { "op": "add", "path": get("operationId"), "value": "get_bases" },
                { "op": "add", "path": get("tags"), "value": ["base"] },
            ]),
        ),
    ]
}

#[test]
fn pass_without_its_quirk_is_reported_as_never_applied() {
    for (pass, patch) in patches_without_quirk() {
        let problem = Document::patched(patch).generate().expect_err(pass).to_string();
        assert!(problem.contains(&format!("stale pass: `{pass}` fixed nothing")), "{problem}");
    }
}

#[test]
fn security_declared_by_upstream_is_an_error() {
    let token = json!({ "token": { "type": "apiKey", "in": "header", "name": "Authorization" } });
    for (pointer, patch) in [
        (
            "/securityDefinitions",
            json!({ "op": "add", "path": "/document/securityDefinitions", "value": token }),
        ),
        (
            "/security",
            json!({ "op": "add", "path": "/document/security", "value": [{ "token": [] }] }),
        ),
        (
            "/paths/~1bases?/get/security",
            json!({ "op": "add", "path": format!("{GET}/security"), "value": [{ "token": [] }] }),
        ),
    ] {
        let problem = Document::patched(json!([patch])).generate().expect_err(pointer).to_string();
        assert!(
            problem.starts_with(&format!("{pointer}: the upstream document now declares security")),
            "{problem}"
        );
    }
}

#[test]
fn policy_rule_that_matches_nothing_is_an_error() {
    let quantity = json!({ "at": "Base.count", "because": "It can be half." });
    let secret = |at: &str| {
        let secrets = json!([{ "at": at, "because": "It opens a door." }]);
        json!([{ "op": "add", "path": "/policy/secrets", "value": secrets }])
    };

    for (location, patch) in [
        (
            "/resources/0/models/4",
            json!([{ "op": "add", "path": "/policy/resources/0/models/-", "value": "Gone" }]),
        ),
        (
            "/names/enums/Base.gone",
            json!([{ "op": "add", "path": "/policy/names/enums/Base.gone", "value": "Gone" }]),
        ),
        (
            "/names/unions/Base.gone",
            json!([{ "op": "add", "path": "/policy/names/unions/Base.gone", "value": "Gone" }]),
        ),
        (
            "/quantities/0",
            json!([
                { "op": "add", "path": "/policy/quantities/-", "value": quantity },
                { "op": "add", "path": "/document/definitions/Base/properties/count/format", "value": "float" },
            ]),
        ),
        ("/secrets/0/at", secret("Base.gone")),
        ("/secrets/0/at", secret("Gone.count")),
        ("/secrets/0/at", secret("Base.count")),
        ("/secrets/0/at", secret("ErrorObject.code")),
        ("/secrets/0/at", secret("get_bases.gone")),
        ("/secrets/0/at", secret("get_bases.page")),
        ("/secrets/0/at", secret("get_bases")),
    ] {
        let problem = Document::patched(patch).generate().expect_err(location).to_string();
        assert!(problem.starts_with(&format!("spec/policy.yaml: {location}: ")), "{problem}");
    }
}
