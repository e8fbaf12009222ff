//! Variations of the envelopes of data and errors that real responses show, for every operation.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use connect_api::{Client, Error};
use connect_tests::json::canonical;
use serde_json::{Map, Value, json};

use super::raw_server::{client_for_url, json_response, serve_with};
use super::{case::Case, cases};

/// A server whose response each call sets, and a client of it.
struct ScriptedServer {
    client: Client,
    response: Arc<Mutex<String>>,
}

impl ScriptedServer {
    fn new() -> Self {
        let response = Arc::<Mutex<String>>::default();
        let next = response.clone();
        let url = serve_with(move || next.lock().expect("no panic").clone().into());
        Self { client: client_for_url(&url), response }
    }

    async fn call(&self, case: &Case, status: u16, body: &Value) -> Result<Value, Error> {
        *self.response.lock().expect("no panic") =
            json_response(&format!("{status} Reason"), &body.to_string());
        (case.send)(&self.client).await.map(|response| response.json.unwrap_or_default())
    }
}

/// Expected result of a variation.
enum Expected {
    /// The documented data.
    Data,
    /// A no-data error.
    NoData,
    /// A decode error.
    Decode,
}

/// Variations of a body whose data is an object or a list.
fn variations(body: &Value) -> Vec<(Value, Expected)> {
    use Expected::{Data, Decode, NoData};

    let data = &body["data"];
    let with = |name: &str, value: Value| {
        let mut body = body.clone();
        body[name] = value;
        body
    };

    let mut variations = vec![
        (body.clone(), Data),
        (with("unknown_member", json!([{"data": 1}])), Data),
        (with("errors", json!([])), Data),
        (with("errors", Value::Null), Data),
        (json!({}), NoData),
        (json!({"unknown_member": 1}), NoData),
        (Value::Null, NoData),
        (json!(""), NoData),
        (json!(7), Decode),
        (json!("text"), Decode),
        (with("data", json!(7)), Decode),
        (with("data", json!("text")), Decode),
    ];

    for beside in ["meta", "links"] {
        for value in [json!(null), json!([]), json!(""), json!(7), json!({"page": 7, "next": []})] {
            variations.push((with(beside, value), Data));
        }
    }

    match data {
        Value::Array(items) => {
            variations.push((data.clone(), Data));
            let with_null = items.iter().cloned().chain([Value::Null]).collect();
            variations.push((with("data", with_null), Data));

            if let [item] = &items[..] {
                variations.push((with("data", item.clone()), Data));
            }
        }
        _ => {
            variations.push((with("data", json!([data])), Data));
            variations.push((json!([data]), Decode));

            for empty in [json!([]), json!(""), json!(null), json!([null])] {
                variations.push((with("data", empty), NoData));
            }

            variations.push((with("data", json!([data, data])), Decode));
        }
    }

    variations
}

#[tokio::test]
async fn every_envelope_variation_has_the_expected_result() {
    let (stand_in, server) = (connect_tests::start_stand_in().await, ScriptedServer::new());
    let mut count = 0;
    for case in cases::all() {
        let operation = stand_in.contract().operation(case.id).expect("an operation");
        let (status, content) = operation.responses.first_key_value().expect("a success");
        let Some(body) = content.as_ref().and_then(|content| content.example.as_ref()) else {
            continue;
        };

        for (varied, expected) in variations(body) {
            let result = server.call(&case, *status, &varied).await;
            let is_expected = match (expected, &result) {
                (Expected::Data, Ok(decoded)) => {
                    canonical(decoded["data"].clone()) == canonical(body["data"].clone())
                }
                (Expected::NoData, Err(Error::NoData(_))) => true,
                (Expected::Decode, Err(Error::Decode(_))) => true,
                _ => false,
            };

            assert!(is_expected, "{} {varied}: {result:?}", case.id);
            count += 1;
        }
    }

    insta::assert_snapshot!(format!("{count} variations of envelopes"), @"780 variations of envelopes");
}

/// Variations of an error object: without an optional member, or with another type.
fn error_variations(error: &Map<String, Value>) -> Vec<Value> {
    let mut variations = vec![json!([error]), json!(error), json!([null, error, "text"])];
    let with = |name: &str, value: Value| {
        let mut error = error.clone();
        error.insert(name.to_owned(), value);
        json!([error])
    };

    for name in ["id", "http_status", "title", "detail", "meta"] {
        let values = [json!(null), json!(""), json!(7), json!(true), json!([]), json!({"a": 1})];
        variations.extend(values.into_iter().map(|value| with(name, value)));
        let mut without = error.clone();
        without.shift_remove(name);
        variations.push(json!([without]));
    }

    variations.push(with("unknown_member", json!([1])));
    variations
}

#[tokio::test]
async fn error_code_is_read_from_every_variation_of_an_error() {
    let (stand_in, server) = (connect_tests::start_stand_in().await, ScriptedServer::new());
    let (mut count, mut seen) = (0, BTreeSet::new());
    for case in cases::all() {
        let operation = stand_in.contract().operation(case.id).expect("an operation");
        for (status, content) in operation.responses.iter().filter(|(status, _)| **status >= 400) {
            let example = content.as_ref().and_then(|content| content.example.as_ref());
            let error = &example.expect("an example")["errors"][0];
            if !seen.insert(error["code"].to_string()) {
                continue;
            }

            for varied in error_variations(error.as_object().expect("an object")) {
                let body = json!({ "errors": varied });
                let failed = server.call(&case, *status, &body).await.expect_err("an error");
                let code = failed.code().map(AsRef::as_ref);

                assert_eq!(code, error["code"].as_str(), "{body}: {failed}");
                count += 1;
            }
        }
    }

    let text = format!("{count} variations of {} errors", seen.len());
    insta::assert_snapshot!(text, @"351 variations of 9 errors");
}
