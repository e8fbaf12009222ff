//! Requests that come to no operation, on the wire: each refusal is as the document says, or goes
//! beyond it as is listed.

use std::collections::BTreeSet;

use connect_stand_in::StandIn;
use connect_stand_in::contract::Operation;
use connect_stand_in::server::BODY_LIMIT;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

/// A farm, and the refusals that its operations gave without documenting them.
struct Gate {
    farm: StandIn,
    beyond: BTreeSet<(String, u16)>,
}

impl Gate {
    async fn refuses(&mut self, to: Option<&Operation>, status: u16, request: RequestBuilder) {
        let id = to.map_or("none", |operation| &operation.id);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status, "{id}");

        let body: Value = answer.json().await.expect("JSON");
        assert_eq!(body["errors"][0]["http_status"], status.to_string(), "{id}: {body}");

        let findings = self.farm.contract().check_error_response(to, status, Some(&body));
        assert!(findings.is_empty(), "{id}: {status}: {findings:?}");

        match to {
            Some(operation) if operation.responses.contains_key(&status) => {}
            _ => drop(self.beyond.insert((id.to_owned(), status))),
        }
    }
}

#[tokio::test]
async fn every_refusal_is_as_the_document_says_or_listed() {
    let farm = StandIn::start().await;
    // The same document, which outlives the requests.
    let document = serde_json::from_str(connect_stand_in::CONTRACT).expect("JSON");
    let contract = connect_stand_in::contract::Contract::read(&document).expect("a contract");
    let (client, token, base) = (Client::new(), farm.token(), farm.base_url());
    let mut gate = Gate { farm, beyond: BTreeSet::new() };

    for (template, methods) in &contract.paths {
        let url = format!("{base}{}", template.fill("ABCD"));
        for (method, operation) in methods {
            let method: Method = method.parse().expect("a method");
            let request = || client.request(method.clone(), &url);
            let allowed = || request().bearer_auth(&token);

            if operation.secured {
                gate.refuses(Some(operation), 401, request()).await;
                gate.refuses(Some(operation), 403, request().bearer_auth("another")).await;
            }

            gate.refuses(Some(operation), 400, allowed().query(&[("odd", "1")])).await;
            gate.refuses(Some(operation), 413, allowed().body(vec![b' '; BODY_LIMIT + 1])).await;
        }

        gate.refuses(None, 405, client.patch(&url).bearer_auth(&token)).await;
    }

    gate.refuses(None, 404, client.get(format!("{base}/nowhere"))).await;
    gate.refuses(None, 400, client.get(format!("{base}/clusters/%FF"))).await;

    let beyond = |status| {
        let of = gate.beyond.iter().filter(move |(_, beyond)| *beyond == status);
        of.map(|(id, _)| id.as_str()).collect::<Vec<_>>()
    };

    // These two are named in the list.
    for status in [401, 403] {
        assert_eq!(beyond(status), ["get_print_job_reports", "get_user_clusters"], "{status}");
    }

    let readers = beyond(400);
    assert_eq!(readers.len(), 19, "{readers:?}");

    assert!(
        readers.iter().all(|id| ["get_", "delete_", "brew_", "none"]
            .iter()
            .any(|start| id.starts_with(start))),
        "{readers:?}"
    );
    assert_eq!(beyond(413).len(), contract.operations().count());
    assert_eq!((beyond(404), beyond(405)), (vec!["none"], vec!["none"]));
}

/// A farm of this document, changed, and what it says to a request.
async fn said(change: impl FnOnce(&mut Value), path: &str) -> (u16, String) {
    let mut contract: Value = serde_json::from_str(connect_stand_in::CONTRACT).expect("JSON");
    change(&mut contract);
    let farm = StandIn::builder().contract(contract).start().await.expect("a stand-in");
    let answer = Client::new().get(format!("{}{path}", farm.base_url())).send().await;
    let answer = answer.expect("an answer");

    (answer.status().as_u16(), answer.text().await.expect("text"))
}

#[tokio::test]
async fn a_refusal_that_breaks_the_document_is_not_sent() {
    for (path, to) in [("/settings", "get_settings"), ("/nowhere", "no operation")] {
        let colourful = |contract: &mut Value| {
            contract["components"]["schemas"]["ErrorObject"]["required"] = json!(["colour"]);
        };
        let (status, body) = said(colourful, path).await;
        assert_eq!(status, 500, "{body}");
        assert!(body.contains(to) && body.contains("colour"), "{body}");
    }
}

#[tokio::test]
async fn a_refusal_has_no_body_where_the_document_wants_none() {
    let bare = |contract: &mut Value| {
        contract["paths"]["/settings"]["get"]["responses"]["401"] = json!({"description": "No."});
    };
    assert_eq!(said(bare, "/settings").await, (401, String::new()));
}
