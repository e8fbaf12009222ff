//! Every example of the document is what its schema says, and is what the stand-in answers.

use std::path::Path;

use connect_tests::StandIn;
use connect_tests::stand_in::contract::{Content, Contract, Location};
use serde_json::Value;

/// How many examples of requests and of responses there are, and all that is wrong with them.
fn sweep(contract: &Contract) -> (usize, usize, Vec<String>) {
    let mut findings = Vec::new();
    let mut hold = |place: String, content: &Content| {
        let Some(example) = &content.example else { return 0 };
        let errors = content.schema.iter_errors(example);
        findings.extend(errors.map(|error| format!("{place} {}: {error}", error.instance_path())));
        1
    };
    let (mut requests, mut responses) = (0, 0);
    for operation in contract.operations() {
        if let Some(body) = &operation.body {
            requests += hold(format!("{} request", operation.id), &body.content);
        }
        for (status, content) in &operation.answers {
            if let Some(content) = content {
                responses += hold(format!("{} {status}", operation.id), content);
            }
        }
    }
    (requests, responses, findings)
}

#[test]
fn the_examples_of_the_small_document_are_valid_and_a_wrong_one_is_found() {
    let text = include_str!("fixtures/stand_in.openapi.json");
    let mut document: Value = serde_json::from_str(text).expect("JSON");
    let contract = Contract::read(&document).expect("a contract");
    assert_eq!(sweep(&contract), (2, 22, vec![]));
    let example = "/paths/~1clusters/get/responses/200/content/application~1json/example/data/0";
    document.pointer_mut(example).expect("an example")["created_at"] = "yesterday".into();
    let contract = Contract::read(&document).expect("a contract");
    let (.., findings) = sweep(&contract);
    assert!(findings.len() == 1 && findings[0].starts_with("get_clusters 200 /data/0/created_at"));
}

#[test]
fn the_examples_of_the_api_are_valid() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/connect-v1.openapi.json");
    let text = std::fs::read_to_string(path).expect("the normalised document");
    let document = serde_json::from_str(&text).expect("JSON");
    let contract = Contract::read(&document).expect("a contract");
    let (requests, responses, findings) = sweep(&contract);
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    assert_eq!((requests, responses), (12, 180));
}

/// Each operation, called with its documented body, answers each of its documented statuses.
#[tokio::test]
async fn the_stand_in_answers_every_documented_status_of_the_api() {
    let stand_in = StandIn::start().await;
    let client = reqwest::Client::new();
    let mut answered = 0;
    for (template, methods) in &stand_in.contract().paths {
        for (method, operation) in methods {
            for (status, content) in &operation.answers {
                let example = content.as_ref().and_then(|content| content.example.as_ref());
                if content.is_some() && example.is_none() {
                    continue;
                }
                stand_in.answer_next(&operation.id, *status);
                let url = format!("{}{}", stand_in.base_url(), template.fill("ABCD"));
                let method = method.parse().expect("a method");
                let mut request = client.request(method, url).bearer_auth(stand_in.token());
                for parameter in &operation.parameters {
                    if parameter.required && parameter.location == Location::Query {
                        request = request.query(&[(&parameter.name, "2020-01-01T00:00:00Z")]);
                    }
                }
                if let Some(body) = &operation.body {
                    request = request.json(&body.content.example);
                }
                let response = request.send().await.expect("an answer");
                assert_eq!(response.status().as_u16(), *status, "{}", operation.id);
                let text = response.text().await.expect("text");
                match example {
                    Some(example) => {
                        assert_eq!(&serde_json::from_str::<Value>(&text).expect("JSON"), example);
                    }
                    None => assert_eq!(text, ""),
                }
                answered += 1;
            }
        }
    }
    // All 185 responses but the API's description of itself, which has no example.
    assert_eq!(answered, 184);
}
