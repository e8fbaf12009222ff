//! Every example of the document decodes through the crate's models, and comes back equal.

mod models;
mod tolerance;
mod vary;

use connect_api::models as m;
use connect_stand_in::contract::Contract;
use connect_tests::json::canonical;
use serde_json::Value;

use models::{Errors, Trip, answer, data, request, trip};

/// What an example lost or gained on the way, if anything.
fn difference(place: &str, example: &Value, trip: Option<Trip>) -> Option<String> {
    let Some(trip) = trip else { return Some(format!("{place}: no model is named for it")) };
    match trip(example) {
        Ok(back) if canonical(back.clone()) == canonical(example.clone()) => None,
        Ok(back) => Some(format!("{place}:\n  {example}\ncame back as\n  {back}")),
        Err(error) => Some(format!("{place}: {error}")),
    }
}

#[test]
fn every_example_decodes_and_comes_back_equal() {
    let document = include_str!("../../../../spec/connect-v1.openapi.json");
    let document: Value = serde_json::from_str(document).expect("JSON");
    let contract = Contract::read(&document).expect("a contract");
    let (mut requests, mut responses, mut findings) = (0, 0, Vec::new());

    for operation in contract.operations() {
        let id = operation.id.as_str();
        if let Some(example) = operation.body.as_ref().and_then(|it| it.content.example.as_ref()) {
            requests += 1;
            findings.extend(difference(&format!("{id} request"), example, request(id)));
        }

        for (status, content) in &operation.responses {
            let Some(example) = content.as_ref().and_then(|it| it.example.as_ref()) else {
                continue;
            };
            responses += 1;
            let errors: Trip = trip::<Errors>;
            let trip = if *status < 300 { answer(id) } else { Some(errors) };
            findings.extend(difference(&format!("{id} {status}"), example, trip));
        }
    }

    println!("{requests} examples of requests, {responses} of responses");
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    assert_eq!((requests, responses), (12, 180));
}

#[test]
fn a_model_that_loses_something_is_found_out() {
    let example = serde_json::json!({"data": {"enable_print_prep": true, "more": 1}});
    let difference = difference("here", &example, Some(data::<m::OrganizationSettings>));
    assert!(difference.is_some_and(|it| it.contains("\"more\"")));
}
