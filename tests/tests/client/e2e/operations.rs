//! Each operation sends the documented request and decodes the documented response.

use std::collections::BTreeSet;
use std::path::Path;

use connect_stand_in::StandIn;
use connect_stand_in::contract::Location;
use connect_tests::json::canonical;
use serde_json::Value;

use super::case::{Case, client};
use super::cases;

fn spec(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("spec").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).expect("a document")).expect("JSON")
}

#[tokio::test]
async fn each_operation_has_a_case_with_all_parameters() {
    let stand_in = connect_tests::start_stand_in().await;
    let cases = cases::all();
    let tested: BTreeSet<&str> = cases.iter().map(|case| case.id).collect();
    let documented: BTreeSet<&str> =
        stand_in.contract().operations().map(|operation| operation.id.as_str()).collect();

    assert_eq!(tested, documented);
    assert_eq!((cases.len(), tested.len()), (33, 33));

    let document = spec("connect-v1.openapi.json");
    for case in &cases {
        let operation = stand_in.contract().operation(case.id).expect("an operation");
        for parameter in operation.parameters.iter().filter(|p| p.location == Location::Query) {
            let is_set = case.query.iter().any(|(name, _)| *name == parameter.name);
            assert!(is_set, "the case of {} does not set {}", case.id, parameter.name);
        }

        for field in body_fields(&document, case.id) {
            let is_set = case.body.as_ref().is_some_and(|body| body["data"].get(&field).is_some());
            assert!(is_set, "the case of {} does not set {field}", case.id);
        }
    }
}

/// Returns the fields of the body of an operation.
fn body_fields(document: &Value, id: &str) -> Vec<String> {
    let items = document["paths"].as_object().expect("paths").values();
    let mut operations = items.flat_map(|item| item.as_object().expect("an item").values());
    let operation = operations.find(|operation| operation["operationId"] == id);
    let operation = operation.expect("an operation");
    let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") else {
        return Vec::new();
    };

    let resolve = |schema: &Value| {
        let target = schema["$ref"].as_str().expect("a reference").trim_start_matches('#');
        document.pointer(target).expect("a target").clone()
    };
    let data = resolve(&resolve(schema)["properties"]["data"]);
    let fields: Vec<_> = data["properties"].as_object().expect("fields").keys().cloned().collect();

    assert!(!fields.is_empty(), "{id}");
    fields
}

#[tokio::test]
async fn each_operation_sends_the_documented_request_and_decodes_the_example() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = client(&stand_in);
    for case in cases::all() {
        let reply = match (case.send)(&client).await {
            Ok(reply) => reply,
            Err(error) => panic!("{error}"),
        };
        let operation = stand_in.contract().operation(case.id).expect("an operation");
        assert_eq!(Some(reply.status.as_u16()), operation.success(), "{}", case.id);
        assert!(reply.headers.contains_key("x-request-id"), "{}", case.id);

        let documented = match case.id {
            "get_spec" => Some(spec("upstream/connect-v1.json")),
            _ => operation.responses[&reply.status.as_u16()]
                .as_ref()
                .map(|content| content.example.clone().expect("an example")),
        };

        assert_eq!(reply.json.is_none(), reply.status.as_u16() == 204, "{}", case.id);
        assert_eq!(reply.json.map(canonical), documented.map(canonical), "{}", case.id);

        assert_request(&stand_in, &case);
    }

    assert_eq!(stand_in.requests().len(), 33);
}

/// Asserts that the last request is the expected request of the case.
fn assert_request(stand_in: &StandIn, case: &Case) {
    let requests = stand_in.requests();
    let request = requests.last().expect("a request");
    assert_eq!(request.method, case.method, "{}", case.id);
    assert_eq!(request.path, format!("/connect/v1{}", case.path), "{}", case.id);

    let url = format!("http://localhost/?{}", request.query.as_deref().unwrap_or_default());
    let url = reqwest::Url::parse(&url).expect("a query");
    let query: Vec<_> = url.query_pairs().map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
    let expected: Vec<_> =
        case.query.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();

    assert_eq!(query, expected, "{}", case.id);
    assert_eq!(request.query.is_some(), !case.query.is_empty(), "{}", case.id);

    let body = (!request.body.is_empty()).then(|| {
        assert_eq!(request.headers["content-type"], "application/json", "{}", case.id);
        serde_json::from_slice::<Value>(&request.body).expect("JSON")
    });

    assert_eq!(body, case.body, "{}", case.id);
    assert_eq!(request.headers["authorization"], "Bearer stand-in-token", "{}", case.id);
    assert_eq!(request.headers["accept"], "application/json", "{}", case.id);

    let agent = request.headers["user-agent"].to_str().expect("text");
    assert!(agent.starts_with("connect-api/"), "{agent}");
}

#[tokio::test]
async fn unset_options_are_not_sent() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = client(&stand_in);
    client.get_clusters().send().await.expect("a page");
    client.print("c1", "j1").send().await.expect("a print");
    client.get_print_jobs().cluster_ids(Vec::<String>::new()).send().await.expect("a page");

    for request in stand_in.requests() {
        assert_eq!(request.query.as_deref().unwrap_or_default(), "", "{}", request.path);
        assert!(request.body.is_empty() || &request.body[..] == br#"{"data":{}}"#, "{request:?}");
    }

    assert_eq!(stand_in.requests().len(), 3);
}
