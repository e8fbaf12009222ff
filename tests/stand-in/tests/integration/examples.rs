//! The examples of the document are valid, and the stand-in responds with them.

use connect_stand_in::StandIn;
use connect_stand_in::contract::{Content, Contract, Location};
use connect_stand_in::response_check::UNDOCUMENTED_RESPONSES;
use serde_json::{Value, json};

/// The result of a check of all examples.
#[derive(Debug, Default, PartialEq)]
struct ExampleCheck {
    request_count: usize,
    response_count: usize,
    errors: Vec<String>,
}

impl ExampleCheck {
    fn run(contract: &Contract) -> Self {
        let mut check = Self::default();
        for operation in contract.operations() {
            if let Some(body) = &operation.body {
                let subject = format!("{} request", operation.id);
                check.request_count += check.validate(&subject, &body.content);
            }

            for (status, content) in &operation.responses {
                if let Some(content) = content {
                    let subject = format!("{} {status}", operation.id);
                    check.response_count += check.validate(&subject, content);
                }
            }
        }

        check
    }

    /// Validates an example, and returns the number of examples.
    fn validate(&mut self, subject: &str, content: &Content) -> usize {
        let Some(example) = &content.example else { return 0 };
        let errors = content.schema.iter_errors(example);
        self.errors
            .extend(errors.map(|error| format!("{subject} {}: {error}", error.instance_path())));
        1
    }
}

fn read_contract(text: &str) -> Contract {
    Contract::read(&serde_json::from_str(text).expect("JSON")).expect("a contract")
}

#[test]
fn examples_of_small_document_are_valid() {
    let contract = read_contract(include_str!("../fixtures/stand_in.openapi.json"));
    let expected = ExampleCheck { request_count: 2, response_count: 22, errors: Vec::new() };
    assert_eq!(ExampleCheck::run(&contract), expected);
}

#[test]
fn invalid_example_is_reported() {
    let text = include_str!("../fixtures/stand_in.openapi.json");
    let mut document: Value = serde_json::from_str(text).expect("JSON");
    let example = "/paths/~1clusters/get/responses/200/content/application~1json/example/data/0";
    document.pointer_mut(example).expect("an example")["created_at"] = "yesterday".into();

    let contract = Contract::read(&document).expect("a contract");
    let errors = ExampleCheck::run(&contract).errors;
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("get_clusters 200 /data/0/created_at"), "{errors:?}");
}

#[test]
fn examples_of_api_document_are_valid() {
    let check = ExampleCheck::run(&read_contract(connect_stand_in::CONTRACT));
    assert!(check.errors.is_empty(), "{}", check.errors.join("\n"));
    assert_eq!((check.request_count, check.response_count), (12, 180));
}

/// Requests each documented status of each operation.
#[tokio::test]
async fn each_documented_response_can_be_set() {
    let stand_in = StandIn::builder().examples().start().await.expect("a stand-in");
    let client = reqwest::Client::new();
    let mut response_count = 0;

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

                let response = request.send().await.expect("a response");
                assert_eq!(response.status().as_u16(), *status, "{}", operation.id);

                let text = response.text().await.expect("text");
                match example {
                    Some(example) => {
                        assert_eq!(&serde_json::from_str::<Value>(&text).expect("JSON"), example);
                    }
                    None => assert_eq!(text, ""),
                }

                response_count += 1;
            }
        }
    }

    // All 185 responses but the API's own document, which has no example.
    assert_eq!(response_count, 184);
}

/// The body is built from an example, but has the status and the error of this request.
#[tokio::test]
async fn error_body_has_its_own_status_code_and_title() {
    let stand_in = StandIn::builder().examples().start().await.expect("a stand-in");
    let client = reqwest::Client::new();
    let mut error_count = 0;

    for (template, methods) in &stand_in.contract().paths {
        for method in methods.keys() {
            let url = format!("{}{}?unknown=1", stand_in.base_url(), template.fill("ABCD"));
            let method = method.parse().expect("a method");
            let request = client.request(method, url).bearer_auth(stand_in.token());
            let response = request.send().await.expect("a response");

            assert_eq!(response.status().as_u16(), 400);
            let body: Value = response.json().await.expect("JSON");
            let error = &body["errors"][0];
            assert_eq!(error["http_status"], "400", "{body}");
            assert_eq!(error["code"], "requiredField", "{body}");
            assert_eq!(error["title"], "The request is not valid.", "{body}");

            error_count += 1;
        }
    }
    assert_eq!(error_count, 33);

    let url = format!("{}/spec?version=9", stand_in.base_url());
    let response = client.get(url).send().await.expect("a response");
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["errors"][0]["http_status"], "400", "{body}");
    assert_eq!(body["errors"][0]["code"], "openApiVersionNotSupported", "{body}");
}

#[tokio::test]
async fn check_response_rejects_undocumented_status_unless_listed() {
    let stand_in = StandIn::start().await;
    let contract = stand_in.contract();
    let operation = contract.operation("get_clusters").expect("an operation");

    let error = json!({"errors": [{
        "id": "00000000-1111-2222-3333-444444444444", "code": "recordNotFound",
        "http_status": "404", "title": "The given record does not exist.",
    }]});
    assert!(operation.check_response(404, Some(&error)).is_empty());

    for status in [400, 418, 503] {
        let errors = operation.check_response(status, Some(&error));
        assert_eq!(errors, [format!("status {status} is not documented")]);
    }

    for (id, status, reason) in UNDOCUMENTED_RESPONSES {
        let operation = contract.operation(id).expect(id);
        match operation.responses.get(&status) {
            Some(content) => {
                assert!(content.is_some(), "{id} {status} is documented without a body: {reason}");
                assert!(operation.check_response(status, None).is_empty());
            }
            None => assert!(operation.check_response(status, Some(&error)).is_empty()),
        }
    }
}
