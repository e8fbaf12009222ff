//! Both clients, and what they were seen to send.

use std::path::Path;

use connect_stand_in::RecordedRequest;
use connect_stand_in::StandIn;
use connect_stand_in::contract::Contract;
use connect_stand_in::route::split_path;
use serde_json::Value;

/// Both clients, before the same stand-in. Whether it likes a request does not matter here.
pub struct Pair {
    pub ours: connect_api::Client,
    pub theirs: progenitor_peer::Client,
    stand_in: StandIn,
    document: Value,
}

/// What both clients sent for one call.
pub struct Exchange {
    pub operation: &'static str,
    pub ours: Sent,
    pub theirs: Sent,
}

/// A request, as far as it is compared.
pub struct Sent {
    pub method: String,
    /// Percent-encoded, as it was sent.
    pub path: String,
    /// Percent-encoded, as it was sent.
    pub query: Option<String>,
    /// Nothing where there is no body.
    pub body: Option<Value>,
}

impl Pair {
    pub async fn start() -> Self {
        let stand_in = connect_tests::examples().await;
        let url = stand_in.base_url();
        let ours = connect_api::Client::builder().base_url(&url).token(stand_in.token());
        let document =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/connect-v1.openapi.json");
        let document = std::fs::read(document).expect("the normalised document");

        Self {
            ours: ours.build().expect("a client"),
            theirs: progenitor_peer::Client::new(&url),
            stand_in,
            document: serde_json::from_slice(&document).expect("JSON"),
        }
    }

    pub fn contract(&self) -> &Contract {
        self.stand_in.contract()
    }

    /// Has each client make its call, which must come to one request each.
    pub async fn exchange(
        &self,
        operation: &'static str,
        ours: impl Future<Output = ()>,
        theirs: impl Future<Output = ()>,
    ) -> Exchange {
        let ours = self.sent(operation, ours).await;
        let theirs = self.sent(operation, theirs).await;
        Exchange { operation, ours, theirs }
    }

    async fn sent(&self, operation: &str, call: impl Future<Output = ()>) -> Sent {
        let mut requests = self.requests(call).await;
        assert_eq!(requests.len(), 1, "{operation}: {requests:?}");

        let request = requests.remove(0);
        let body = (!request.body.is_empty())
            .then(|| serde_json::from_slice(&request.body).expect("a body is JSON"));
        Sent { method: request.method.to_string(), path: request.path, query: request.query, body }
    }

    /// The paths of the requests that come of a call.
    pub async fn paths(&self, call: impl Future<Output = ()>) -> Vec<String> {
        self.requests(call).await.into_iter().map(|request| request.path).collect()
    }

    async fn requests(&self, call: impl Future<Output = ()>) -> Vec<RecordedRequest> {
        let before = self.stand_in.requests().len();
        call.await;
        self.stand_in.requests().split_off(before)
    }

    /// The body with what the document says of a member that is not there: progenitor sends a
    /// documented default where we leave the member out, which says the same.
    pub fn with_defaults(&self, operation: &str, body: &Option<Value>) -> Option<Value> {
        let mut body = body.clone()?;
        let paths = self.document["paths"].as_object().expect("paths");
        let mut operations = paths.values().flat_map(|item| item.as_object().expect("operations"));
        let (_, found) =
            operations.find(|(_, found)| found["operationId"] == operation).expect("documented");
        let schema = &found["requestBody"]["content"]["application/json"]["schema"];
        let model = &self.resolve(schema)["properties"]["data"];
        let properties = self.resolve(model)["properties"].as_object().expect("properties");
        let data = body["data"].as_object_mut().expect("data");

        for (name, property) in properties {
            if let Some(default) = property.get("default") {
                data.entry(name).or_insert_with(|| default.clone());
            }
        }

        Some(body)
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => self.document.pointer(&reference[1..]).expect("a component"),
            None => schema,
        }
    }

    /// The request is one of this operation, not of another that both clients took for it.
    pub fn assert_reaches(&self, operation: &str, sent: &Sent) {
        let contract = self.contract();
        let path = sent.path.strip_prefix(&contract.base_path).expect("below the base URL");
        let path = split_path(path).expect("a path that names a route");

        let reached = contract
            .paths
            .iter()
            .find(|(template, _)| template.matches(&path).is_some())
            .and_then(|(_, methods)| methods.get(&sent.method));

        assert_eq!(reached.map(|found| found.id.as_str()), Some(operation), "{}", sent.path);
    }
}
