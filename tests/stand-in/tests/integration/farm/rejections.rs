//! Error responses to requests that are rejected before an operation runs: they are documented, or
//! listed as exceptions.

use std::collections::BTreeSet;

use connect_stand_in::StandIn;
use connect_stand_in::contract::{Contract, Operation};
use connect_stand_in::server::BODY_LIMIT;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

/// Validates error responses, and collects the undocumented ones.
struct ErrorCheck {
    stand_in: StandIn,
    /// Operation id, or `none`, and status.
    undocumented: BTreeSet<(String, u16)>,
}

impl ErrorCheck {
    async fn expect_error(
        &mut self,
        operation: Option<&Operation>,
        status: u16,
        request: RequestBuilder,
    ) {
        let id = operation.map_or("none", |operation| &operation.id);
        let response = request.send().await.expect("a response");
        assert_eq!(response.status().as_u16(), status, "{id}");

        let body: Value = response.json().await.expect("JSON");
        assert_eq!(body["errors"][0]["http_status"], status.to_string(), "{id}: {body}");

        let contract = self.stand_in.contract();
        let errors = contract.check_error_response(operation, status, Some(&body));
        assert!(errors.is_empty(), "{id}: {status}: {errors:?}");

        if !operation.is_some_and(|operation| operation.responses.contains_key(&status)) {
            self.undocumented.insert((id.to_owned(), status));
        }
    }

    /// The operations with undocumented errors of this status.
    fn undocumented_with_status(&self, status: u16) -> Vec<&str> {
        let errors = self.undocumented.iter().filter(|(_, code)| *code == status);
        errors.map(|(id, _)| id.as_str()).collect()
    }
}

#[tokio::test]
async fn each_rejection_is_documented_or_listed() {
    let stand_in = StandIn::start().await;
    let document = serde_json::from_str(connect_stand_in::CONTRACT).expect("JSON");
    let contract = Contract::read(&document).expect("a contract");
    let (client, token, base_url) = (Client::new(), stand_in.token(), stand_in.base_url());
    let mut check = ErrorCheck { stand_in, undocumented: BTreeSet::new() };

    for (template, methods) in &contract.paths {
        let url = format!("{base_url}{}", template.fill("ABCD"));
        for (method, operation) in methods {
            let method: Method = method.parse().expect("a method");
            let request = || client.request(method.clone(), &url);
            let authorized = || request().bearer_auth(&token);

            if operation.secured {
                check.expect_error(Some(operation), 401, request()).await;
                check.expect_error(Some(operation), 403, request().bearer_auth("another")).await;
            }

            let invalid = authorized().query(&[("unknown", "1")]);
            check.expect_error(Some(operation), 400, invalid).await;

            let oversized = authorized().body(vec![b' '; BODY_LIMIT + 1]);
            check.expect_error(Some(operation), 413, oversized).await;
        }

        check.expect_error(None, 405, client.patch(&url).bearer_auth(&token)).await;
    }

    check.expect_error(None, 404, client.get(format!("{base_url}/nowhere"))).await;
    check.expect_error(None, 400, client.get(format!("{base_url}/clusters/%FF"))).await;

    // The list of common errors names these two operations.
    for status in [401, 403] {
        let expected = ["get_print_job_reports", "get_user_clusters"];
        assert_eq!(check.undocumented_with_status(status), expected, "{status}");
    }

    // Only operations that read or delete lack a documented 400.
    let without_400 = check.undocumented_with_status(400);
    let prefixes = ["get_", "delete_", "brew_", "none"];
    assert_eq!(without_400.len(), 19, "{without_400:?}");
    assert!(
        without_400.iter().all(|id| prefixes.iter().any(|prefix| id.starts_with(prefix))),
        "{without_400:?}"
    );

    assert_eq!(check.undocumented_with_status(413).len(), contract.operations().count());
    assert_eq!(
        (check.undocumented_with_status(404), check.undocumented_with_status(405)),
        (vec!["none"], vec!["none"])
    );
}

/// The response of a stand-in with a changed document to a request without a token.
async fn response_with_changed_document(
    change: impl FnOnce(&mut Value),
    path: &str,
) -> (u16, String) {
    let mut contract: Value = serde_json::from_str(connect_stand_in::CONTRACT).expect("JSON");
    change(&mut contract);
    let stand_in = StandIn::builder().contract(contract).start().await.expect("a stand-in");

    let response = Client::new().get(format!("{}{path}", stand_in.base_url())).send().await;
    let response = response.expect("a response");
    (response.status().as_u16(), response.text().await.expect("text"))
}

#[tokio::test]
async fn rejection_that_violates_the_document_is_an_internal_error() {
    for (path, operation) in [("/settings", "get_settings"), ("/nowhere", "no operation")] {
        let require_colour = |contract: &mut Value| {
            contract["components"]["schemas"]["ErrorObject"]["required"] = json!(["colour"]);
        };
        let (status, body) = response_with_changed_document(require_colour, path).await;
        assert_eq!(status, 500, "{body}");
        assert!(body.contains(operation) && body.contains("colour"), "{body}");
    }
}

#[tokio::test]
async fn rejection_has_no_body_if_the_document_has_none() {
    let remove_body = |contract: &mut Value| {
        contract["paths"]["/settings"]["get"]["responses"]["401"] = json!({"description": "No."});
    };
    let response = response_with_changed_document(remove_body, "/settings").await;
    assert_eq!(response, (401, String::new()));
}
