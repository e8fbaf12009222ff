//! What is around the data, varied in every way that real answers vary, for every operation; and the
//! envelope of errors.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use connect_api::{Client, Error};
use connect_tests::json::canonical;
use serde_json::{Map, Value, json};

use super::raw::{client_of, json as json_answer, serve_by};
use super::{case::Case, cases};

/// A server that answers with whatever it was told last, and a client of it.
struct Stage {
    client: Client,
    answer: Arc<Mutex<String>>,
}

impl Stage {
    fn new() -> Self {
        let answer = Arc::<Mutex<String>>::default();
        let told = answer.clone();
        let url = serve_by(move || told.lock().expect("no panic").clone().into());
        Self { client: client_of(&url), answer }
    }

    async fn call(&self, case: &Case, status: u16, body: &Value) -> Result<Value, Error> {
        *self.answer.lock().expect("no panic") =
            json_answer(&format!("{status} Told"), &body.to_string());
        (case.send)(&self.client).await.map(|reply| reply.json.unwrap_or_default())
    }
}

/// What a variation of a body has to become.
enum Becomes {
    /// The documented data, with or without what stands beside it.
    Data,
    /// That there is none.
    NoData,
    /// A fault.
    Decode,
}

/// The body of an object or a list, written in other ways.
fn variations(body: &Value) -> Vec<(Value, Becomes)> {
    use Becomes::{Data, Decode, NoData};

    let data = &body["data"];
    let with = |name: &str, value: Value| {
        let mut body = body.clone();
        body[name] = value;
        body
    };

    let mut found = vec![
        (body.clone(), Data),
        (with("nobody_knows", json!([{"data": 1}])), Data),
        (with("errors", json!([])), Data),
        (with("errors", Value::Null), Data),
        (json!({}), NoData),
        (json!({"nobody_knows": 1}), NoData),
        (Value::Null, NoData),
        (json!(""), NoData),
        (json!(7), Decode),
        (json!("text"), Decode),
        (with("data", json!(7)), Decode),
        (with("data", json!("text")), Decode),
    ];

    for beside in ["meta", "links"] {
        for value in [json!(null), json!([]), json!(""), json!(7), json!({"page": 7, "next": []})] {
            found.push((with(beside, value), Data));
        }
    }

    match data {
        Value::Array(items) => {
            found.push((data.clone(), Data));
            let with_null = items.iter().cloned().chain([Value::Null]).collect();
            found.push((with("data", with_null), Data));

            if let [item] = &items[..] {
                found.push((with("data", item.clone()), Data));
            }
        }
        _ => {
            found.push((with("data", json!([data])), Data));
            found.push((json!([data]), Decode));

            for nothing in [json!([]), json!(""), json!(null), json!([null])] {
                found.push((with("data", nothing), NoData));
            }

            found.push((with("data", json!([data, data])), Decode));
        }
    }

    found
}

#[tokio::test]
async fn no_envelope_fails_an_answer() {
    let (stand_in, stage) = (connect_tests::examples().await, Stage::new());
    let mut held = 0;
    for case in cases::all() {
        let operation = stand_in.contract().operation(case.id).expect("an operation");
        let (status, content) = operation.responses.first_key_value().expect("a success");
        let Some(body) = content.as_ref().and_then(|content| content.example.as_ref()) else {
            continue;
        };

        for (varied, becomes) in variations(body) {
            let result = stage.call(&case, *status, &varied).await;
            let fits = match (becomes, &result) {
                (Becomes::Data, Ok(back)) => {
                    canonical(back["data"].clone()) == canonical(body["data"].clone())
                }
                (Becomes::NoData, Err(Error::NoData(_))) => true,
                (Becomes::Decode, Err(Error::Decode(_))) => true,
                _ => false,
            };

            assert!(fits, "{} {varied}: {result:?}", case.id);
            held += 1;
        }
    }

    insta::assert_snapshot!(format!("{held} variations of envelopes"), @"780 variations of envelopes");
}

/// An error without what need not be there, or with it in other ways.
fn errors(error: &Map<String, Value>) -> Vec<Value> {
    let mut found = vec![json!([error]), json!(error), json!([null, error, "text"])];
    let with = |name: &str, value: Value| {
        let mut error = error.clone();
        error.insert(name.to_owned(), value);
        json!([error])
    };

    for name in ["id", "http_status", "title", "detail", "meta"] {
        let odd = [json!(null), json!(""), json!(7), json!(true), json!([]), json!({"a": 1})];
        found.extend(odd.into_iter().map(|value| with(name, value)));
        let mut without = error.clone();
        without.shift_remove(name);
        found.push(json!([without]));
    }

    found.push(with("nobody_knows", json!([1])));
    found
}

#[tokio::test]
async fn no_field_costs_the_code_of_an_error() {
    let (stand_in, stage) = (connect_tests::examples().await, Stage::new());
    let (mut held, mut seen) = (0, BTreeSet::new());
    for case in cases::all() {
        let operation = stand_in.contract().operation(case.id).expect("an operation");
        for (status, content) in operation.responses.iter().filter(|(status, _)| **status >= 400) {
            let example = content.as_ref().and_then(|content| content.example.as_ref());
            let error = &example.expect("an example")["errors"][0];
            if !seen.insert(error["code"].to_string()) {
                continue;
            }

            for varied in errors(error.as_object().expect("an object")) {
                let body = json!({ "errors": varied });
                let failed = stage.call(&case, *status, &body).await.expect_err("an error");
                let code = failed.code().map(AsRef::as_ref);

                assert_eq!(code, error["code"].as_str(), "{body}: {failed}");
                held += 1;
            }
        }
    }

    let count = format!("{held} variations of {} errors", seen.len());
    insta::assert_snapshot!(count, @"351 variations of 9 errors");
}
