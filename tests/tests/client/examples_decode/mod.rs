//! Every example of the document is equal after decoding and encoding with the crate's models.

mod models;
mod tolerance;
mod variations;

use connect_api::models as m;
use connect_stand_in::contract::Contract;
use connect_tests::json::canonical;
use serde_json::Value;

use models::{Errors, RoundTrip, data, request_model, response_model, round_trip};

/// The difference between an example and its round trip, if there is one.
fn difference(name: &str, example: &Value, model: Option<RoundTrip>) -> Option<String> {
    let Some(model) = model else { return Some(format!("{name}: add its model to `models.rs`")) };
    match model(example) {
        Ok(result) if canonical(result.clone()) == canonical(example.clone()) => None,
        Ok(result) => Some(format!("{name}:\n  {example}\nbecame\n  {result}")),
        Err(error) => Some(format!("{name}: {error}")),
    }
}

#[test]
fn every_example_is_equal_after_a_round_trip() {
    let document = include_str!("../../../../spec/connect-v1.openapi.json");
    let document: Value = serde_json::from_str(document).expect("JSON");
    let contract = Contract::read(&document).expect("a contract");
    let (mut requests, mut responses, mut findings) = (0, 0, Vec::new());

    for operation in contract.operations() {
        let id = operation.id.as_str();
        if let Some(example) =
            operation.body.as_ref().and_then(|body| body.content.example.as_ref())
        {
            requests += 1;
            findings.extend(difference(&format!("{id} request"), example, request_model(id)));
        }

        for (status, content) in &operation.responses {
            let Some(example) = content.as_ref().and_then(|content| content.example.as_ref())
            else {
                continue;
            };
            responses += 1;
            let errors: RoundTrip = round_trip::<Errors>;
            let model = if *status < 300 { response_model(id) } else { Some(errors) };
            findings.extend(difference(&format!("{id} {status}"), example, model));
        }
    }

    println!("{requests} examples of requests, {responses} of responses");
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    assert_eq!((requests, responses), (12, 180));
}

#[test]
fn difference_reports_a_lost_field() {
    let example = serde_json::json!({"data": {"enable_print_prep": true, "more": 1}});
    let difference = difference("settings", &example, Some(data::<m::OrganizationSettings>));
    assert!(difference.is_some_and(|text| text.contains("\"more\"")));
}
