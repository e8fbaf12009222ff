//! A configurable API server on this machine, which records the requests.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use connect_api::{CallOptions, Client, ClientBuilder, RetryPolicy};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A time limit for tests that would otherwise hang. No test depends on its length.
pub const LONG: Duration = Duration::from_secs(60);

/// A received request, without its body.
#[derive(Clone, Debug)]
pub struct ReceivedRequest {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
}

impl ReceivedRequest {
    /// Returns a query parameter.
    pub fn query(&self, name: &str) -> Option<String> {
        let pairs = self.uri.query().unwrap_or_default().split('&');
        let pairs: HashMap<&str, &str> = pairs.filter_map(|pair| pair.split_once('=')).collect();
        pairs.get(name).map(|value| (*value).to_owned())
    }
}

pub struct Server {
    pub url: String,
    requests: Arc<Mutex<Vec<ReceivedRequest>>>,
}

impl Server {
    /// Starts a server that calls `respond` for each request.
    pub async fn start<F, R>(respond: F) -> Self
    where
        F: Fn(Request) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Response> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::<Mutex<Vec<ReceivedRequest>>>::default();
        let log = requests.clone();

        let handle = move |request: Request| {
            let (method, uri) = (request.method().clone(), request.uri().clone());
            log.lock().unwrap().push(ReceivedRequest {
                method,
                uri,
                headers: request.headers().clone(),
            });
            respond(request)
        };
        let router = Router::new().fallback(handle);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

        Self { url, requests }
    }

    /// Returns the requests so far.
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.requests.lock().unwrap().clone()
    }

    /// Returns the number of requests so far.
    pub fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    pub fn builder(&self) -> ClientBuilder {
        Client::builder().base_url(format!("{}/connect/v1", self.url)).token("secret-token")
    }

    /// Returns a client without retries.
    pub fn client(&self) -> Client {
        let once = CallOptions::new().retry(RetryPolicy::never());
        self.builder().call_options(once).build().unwrap()
    }

    /// Returns a client that retries with a short backoff.
    pub fn retrying_client(&self) -> Client {
        self.retrying_builder().build().unwrap()
    }

    /// Returns a builder of [`Self::retrying_client`].
    pub fn retrying_builder(&self) -> ClientBuilder {
        let quick = RetryPolicy::default().initial_backoff(Duration::from_millis(1));
        self.builder().call_options(CallOptions::new().retry(quick))
    }
}

/// Returns a response with a JSON body.
pub fn json_response(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, axum::Json(body.clone())).into_response()
}

/// Returns an error response of the API.
pub fn api_error(status: u16) -> Response {
    let error = json!({
        "id": "1", "code": "unexpectedError", "http_status": status.to_string(), "title": "No",
    });
    json_response(status, &json!({"errors": [error]}))
}

/// Returns a response whose connection closes before the body is complete.
pub fn lost_connection() -> Response {
    let broken =
        futures_util::stream::iter([Err::<Vec<u8>, _>(std::io::Error::other("connection lost"))]);
    let body = axum::body::Body::from_stream(broken);
    Response::builder().header("content-length", "100").body(body).unwrap()
}

/// Waits until the condition holds. Panics with the description if it does not hold in time.
#[cfg(feature = "upload")]
pub async fn wait_until(description: &str, mut condition: impl FnMut() -> bool) {
    let wait = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(LONG, wait).await.unwrap_or_else(|_| panic!("timed out: {description}"));
}
