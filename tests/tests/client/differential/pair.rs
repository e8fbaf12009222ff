//! Both clients, and the requests that they send.

use std::path::Path;

use connect_stand_in::RecordedRequest;
use connect_stand_in::StandIn;
use connect_stand_in::contract::Contract;
use connect_stand_in::route::split_path;
use serde_json::Value;

/// Both clients of one stand-in. The responses do not matter.
pub struct Pair {
    pub ours: connect_api::Client,
    pub theirs: progenitor_peer::Client,
    stand_in: StandIn,
    document: Value,
}

/// The requests of both clients for one call.
pub struct Exchange {
    pub operation: &'static str,
    pub ours: SentRequest,
    pub theirs: SentRequest,
}

/// The compared parts of a request.
pub struct SentRequest {
    pub method: String,
    /// Percent-encoded.
    pub path: String,
    /// Percent-encoded.
    pub query: Option<String>,
    /// `None` if there is no body.
    pub body: Option<Value>,
}

impl Pair {
    pub async fn start() -> Self {
        let stand_in = connect_tests::start_stand_in().await;
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

    /// Makes the call of each client, which must send one request each.
    pub async fn exchange(
        &self,
        operation: &'static str,
        ours: impl Future<Output = ()>,
        theirs: impl Future<Output = ()>,
    ) -> Exchange {
        let ours = self.send(operation, ours).await;
        let theirs = self.send(operation, theirs).await;
        Exchange { operation, ours, theirs }
    }

    async fn send(&self, operation: &str, call: impl Future<Output = ()>) -> SentRequest {
        let mut requests = self.requests(call).await;
        assert_eq!(requests.len(), 1, "{operation}: {requests:?}");

        let request = requests.remove(0);
        let body = (!request.body.is_empty())
            .then(|| serde_json::from_slice(&request.body).expect("a body is JSON"));
        SentRequest {
            method: request.method.to_string(),
            path: request.path,
            query: request.query,
            body,
        }
    }

    /// The paths of the requests that a call sends.
    pub async fn paths(&self, call: impl Future<Output = ()>) -> Vec<String> {
        self.requests(call).await.into_iter().map(|request| request.path).collect()
    }

    async fn requests(&self, call: impl Future<Output = ()>) -> Vec<RecordedRequest> {
        let before = self.stand_in.requests().len();
        call.await;
        self.stand_in.requests().split_off(before)
    }

    /// Adds documented defaults to a body, because progenitor sends them and our client omits them.
    pub fn add_defaults(&self, operation: &str, body: &Option<Value>) -> Option<Value> {
        let mut body = body.clone()?;
        let paths = self.document["paths"].as_object().expect("paths");
        let mut operations = paths.values().flat_map(|item| item.as_object().expect("operations"));
        let (_, definition) = operations
            .find(|(_, definition)| definition["operationId"] == operation)
            .expect("a documented operation");
        let schema = &definition["requestBody"]["content"]["application/json"]["schema"];
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

    /// Asserts that the route of a request is the one of the operation.
    pub fn assert_route(&self, operation: &str, request: &SentRequest) {
        let contract = self.contract();
        let path = request.path.strip_prefix(&contract.base_path).expect("below the base URL");
        let path = split_path(path).expect("a path that names a route");

        let route = contract
            .paths
            .iter()
            .find(|(template, _)| template.matches(&path).is_some())
            .and_then(|(_, methods)| methods.get(&request.method));

        assert_eq!(route.map(|route| route.id.as_str()), Some(operation), "{}", request.path);
    }
}
