//! Each quirk of the base, mended: what mends it in normalisation then says that it is dead.

use serde_json::{Value, json};

use super::document::Document;

const GET: &str = "/document/paths/~1bases?/get";

/// A pass, and the patch of the base after which there is nothing left for it to mend.
fn mended() -> Vec<(&'static str, Value)> {
    let at = |rest: &str| format!("{GET}/{rest}");
    let whole = |path: &str| json!({ "op": "replace", "path": path, "value": "integer" });
    let model = |name: &str| format!("/document/definitions/{name}");

    vec![
        (
            "routes",
            json!([{ "op": "move", "from": "/document/paths/~1bases?", "path": "/document/paths/~1bases" }]),
        ),
        (
            "parameters",
            json!([{ "op": "replace", "path": at("parameters/0/in"), "value": "query" }]),
        ),
        (
            "examples",
            json!([
                { "op": "replace", "path": at("responses/200/examples/application~1json"), "value": { "data": [] } },
                // Where Swagger 2.0 has no better place, an example is no quirk.
                { "op": "add", "path": at("responses/404/schema/example"), "value": { "errors": [] } },
            ]),
        ),
        ("unions", json!([{ "op": "remove", "path": model("Base/properties/either") }])),
        (
            "numbers",
            json!([
                whole(&at("parameters/1/type")),
                whole(&model("Base/properties/count/type")),
                whole(&model("PaginationMetadata/properties/total_count/type")),
                whole(&model("PaginationMetadata/properties/total_pages/type")),
            ]),
        ),
        (
            "patterns",
            json!([{ "op": "replace", "path": at("parameters/0/pattern"), "value": "^[0-9]+$" }]),
        ),
        ("overlay", json!([{ "op": "replace", "path": "/overlay/actions", "value": [] }])),
        (
            "envelopes",
            json!([
                { "op": "move", "from": at("responses/200/schema"), "path": model("Bases") },
                { "op": "add", "path": at("responses/200/schema"), "value": { "$ref": "#/definitions/Bases" } },
                { "op": "move", "from": at("responses/404/schema"), "path": model("Errors") },
                { "op": "add", "path": at("responses/404/schema"), "value": { "$ref": "#/definitions/Errors" } },
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
                { "op": "add", "path": at("operationId"), "value": "get_bases" },
                { "op": "add", "path": at("tags"), "value": ["base"] },
            ]),
        ),
    ]
}

#[test]
fn a_pass_whose_quirk_is_gone_says_so() {
    for (pass, patch) in mended() {
        let problem = Document::patched(patch).generate().expect_err(pass).to_string();
        assert!(problem.contains(&format!("stale pass: `{pass}` fixed nothing")), "{problem}");
    }
}

#[test]
fn what_upstream_declares_of_security_is_not_replaced_in_silence() {
    let token = json!({ "token": { "type": "apiKey", "in": "header", "name": "Authorization" } });
    for (place, patch) in [
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
        let problem = Document::patched(json!([patch])).generate().expect_err(place).to_string();
        assert!(
            problem.starts_with(&format!("{place}: upstream now declares security itself")),
            "{problem}"
        );
    }
}

#[test]
fn a_rule_of_the_policy_that_fits_nothing_is_named() {
    let quantity = json!({ "at": "Base.count", "because": "It can be half." });
    let secret = |at: &str| {
        let secrets = json!([{ "at": at, "because": "It opens a door." }]);
        json!([{ "op": "add", "path": "/policy/secrets", "value": secrets }])
    };

    for (place, patch) in [
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
        let problem = Document::patched(patch).generate().expect_err(place).to_string();
        assert!(problem.starts_with(&format!("spec/policy.yaml: {place}: ")), "{problem}");
    }
}
