//! Lenient decoding: envelopes and error objects that differ from the document, for all operations.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use connect_api::{Client, Error};
use connect_tests::json::canonical;
use serde_json::{Map, Value, json};

use super::raw_server::{client_of, json as json_response, serve_by};
use super::{case::Case, cases};

/// A server that sends the response that was set last, and its client.
struct ScriptedServer {
    client: Client,
    response: Arc<Mutex<String>>,
}

impl ScriptedServer {
    fn new() -> Self {
        let response = Arc::<Mutex<String>>::default();
        let next_response = response.clone();
        let url = serve_by(move || next_response.lock().expect("no panic").clone().into());
        Self { client: client_of(&url), response }
    }

    async fn call(&self, case: &Case, status: u16, body: &Value) -> Result<Value, Error> {
        *self.response.lock().expect("no panic") =
            json_response(&format!("{status} Status"), &body.to_string());
        (case.send)(&self.client).await.map(|reply| reply.json.unwrap_or_default())
    }
}

/// The expected result of decoding a body.
enum Expected {
    /// The documented data.
    Data,
    /// An error that reports missing data.
    NoData,
    /// A decode error.
    Decode,
}

/// Variations of the body of an object or a list.
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
        (with("undocumented", json!([{"data": 1}])), Data),
        (with("errors", json!([])), Data),
        (with("errors", Value::Null), Data),
        (json!({}), NoData),
        (json!({"undocumented": 1}), NoData),
        (Value::Null, NoData),
        (json!(""), NoData),
        (json!(7), Decode),
        (json!("text"), Decode),
        (with("data", json!(7)), Decode),
        (with("data", json!("text")), Decode),
    ];

    for member in ["meta", "links"] {
        for value in [json!(null), json!([]), json!(""), json!(7), json!({"page": 7, "next": []})] {
            variations.push((with(member, value), Data));
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
async fn envelopes_are_decoded_leniently() {
    let (stand_in, server) = (connect_tests::start_stand_in().await, ScriptedServer::new());
    let mut count = 0;
    for case in cases::all() {
        let operation = stand_in.contract().operation(case.id).expect("an operation");
        let (status, content) = operation.responses.first_key_value().expect("a success");
        let Some(body) = content.as_ref().and_then(|content| content.example.as_ref()) else {
            continue;
        };

        for (variation, expected) in variations(body) {
            let result = server.call(&case, *status, &variation).await;
            let is_expected = match (expected, &result) {
                (Expected::Data, Ok(decoded)) => {
                    canonical(decoded["data"].clone()) == canonical(body["data"].clone())
                }
                (Expected::NoData, Err(Error::NoData(_))) => true,
                (Expected::Decode, Err(Error::Decode(_))) => true,
                _ => false,
            };

            assert!(is_expected, "{} {variation}: {result:?}", case.id);
            count += 1;
        }
    }

    insta::assert_snapshot!(format!("{count} variations of envelopes"), @"780 variations of envelopes");
}

/// Variations of an error object: fields other than the code are missing or invalid.
fn error_variations(error: &Map<String, Value>) -> Vec<Value> {
    let mut variations = vec![json!([error]), json!(error), json!([null, error, "text"])];
    let with = |name: &str, value: Value| {
        let mut error = error.clone();
        error.insert(name.to_owned(), value);
        json!([error])
    };

    for name in ["id", "http_status", "title", "detail", "meta"] {
        let invalid = [json!(null), json!(""), json!(7), json!(true), json!([]), json!({"a": 1})];
        variations.extend(invalid.into_iter().map(|value| with(name, value)));
        let mut without = error.clone();
        without.shift_remove(name);
        variations.push(json!([without]));
    }

    variations.push(with("undocumented", json!([1])));
    variations
}

#[tokio::test]
async fn error_code_is_decoded_although_other_fields_are_invalid() {
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

            for variation in error_variations(error.as_object().expect("an object")) {
                let body = json!({ "errors": variation });
                let failed = server.call(&case, *status, &body).await.expect_err("an error");
                let code = failed.code().map(AsRef::as_ref);

                assert_eq!(code, error["code"].as_str(), "{body}: {failed}");
                count += 1;
            }
        }
    }

    let counts = format!("{count} variations of {} errors", seen.len());
    insta::assert_snapshot!(counts, @"351 variations of 9 errors");
}
