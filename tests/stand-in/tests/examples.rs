//! Every example of the document is what its schema says, and is what the stand-in answers.

use connect_stand_in::StandIn;
use connect_stand_in::contract::{Content, Contract, Location};
use connect_stand_in::response_check::UNDOCUMENTED_RESPONSES;
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
        for (status, content) in &operation.responses {
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
    let document = serde_json::from_str(connect_stand_in::CONTRACT).expect("JSON");
    let contract = Contract::read(&document).expect("a contract");
    let (requests, responses, findings) = sweep(&contract);
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    assert_eq!((requests, responses), (12, 180));
}

/// Each operation, called with its documented body, answers each of its documented statuses.
#[tokio::test]
async fn the_stand_in_answers_every_documented_status_of_the_api() {
    let stand_in = StandIn::builder().examples().start().await.expect("a stand-in");
    let client = reqwest::Client::new();
    let mut answered = 0;

    for (template, methods) in &stand_in.contract().paths {
        for (method, operation) in methods {
            for (status, content) in &operation.responses {
                let example = content.as_ref().and_then(|content| content.example.as_ref());
                if content.is_some() && example.is_none() {
                    continue;
                }

                stand_in.set_next_response(&operation.id, *status);
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

/// A refusal is a body that fits it, whatever example it is made of.
#[tokio::test]
async fn every_refusal_says_its_own_status_and_what_is_wrong() {
    let stand_in = StandIn::builder().examples().start().await.expect("a stand-in");
    let client = reqwest::Client::new();
    let mut refused = 0;

    for (template, methods) in &stand_in.contract().paths {
        for method in methods.keys() {
            let url = format!("{}{}?odd=1", stand_in.base_url(), template.fill("ABCD"));
            let method = method.parse().expect("a method");
            let request = client.request(method, url).bearer_auth(stand_in.token());
            let answer = request.send().await.expect("an answer");

            assert_eq!(answer.status().as_u16(), 400);
            let body: Value = answer.json().await.expect("JSON");
            let error = &body["errors"][0];
            assert_eq!(error["http_status"], "400", "{body}");
            assert_eq!(error["code"], "requiredField", "{body}");
            assert_eq!(error["title"], "The request is not valid.", "{body}");

            refused += 1;
        }
    }

    assert_eq!(refused, 33);
    let url = format!("{}/spec?version=9", stand_in.base_url());
    let answer = client.get(url).send().await.expect("an answer");
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(body["errors"][0]["http_status"], "400", "{body}");
    assert_eq!(body["errors"][0]["code"], "openApiVersionNotSupported", "{body}");
}

#[tokio::test]
async fn an_answer_of_an_undocumented_status_breaks_the_document() {
    let stand_in = StandIn::start().await;
    let contract = stand_in.contract();
    let operation = contract.operation("get_clusters").expect("an operation");

    let error = serde_json::json!({"errors": [{
        "id": "00000000-1111-2222-3333-444444444444", "code": "recordNotFound",
        "http_status": "404", "title": "The given record does not exist.",
    }]});

    assert!(operation.check_response(404, Some(&error)).is_empty());

    for status in [400, 418, 503] {
        let findings = operation.check_response(status, Some(&error));
        assert_eq!(findings, [format!("{status} is not documented")]);
    }

    for (id, status, reason) in UNDOCUMENTED_RESPONSES {
        let operation = contract.operation(id).expect(id);
        match operation.responses.get(&status) {
            Some(content) => {
                assert!(content.is_some(), "{id} {status} has no body, as documented: {reason}");
                assert!(operation.check_response(status, None).is_empty());
            }
            None => assert!(operation.check_response(status, Some(&error)).is_empty()),
        }
    }
}
