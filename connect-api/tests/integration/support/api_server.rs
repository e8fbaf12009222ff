//! A server on this machine that answers as a test says, and remembers what it was asked.

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

/// No test depends on this time; it ends those that would otherwise hang.
pub const LONG: Duration = Duration::from_secs(60);

/// A request, without its body.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
}

impl Asked {
    /// A value of the query.
    pub fn query(&self, name: &str) -> Option<String> {
        let pairs = self.uri.query().unwrap_or_default().split('&');
        let pairs: HashMap<&str, &str> = pairs.filter_map(|pair| pair.split_once('=')).collect();
        pairs.get(name).map(|value| (*value).to_owned())
    }
}

pub struct Server {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Answers each request with what the function makes of it.
    pub async fn start<F, A>(answer: F) -> Self
    where
        F: Fn(Request) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Response> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let log = asked.clone();

        let handle = move |request: Request| {
            let (method, uri) = (request.method().clone(), request.uri().clone());
            log.lock().unwrap().push(Asked { method, uri, headers: request.headers().clone() });
            answer(request)
        };
        let router = Router::new().fallback(handle);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

        Self { url, asked }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How many requests there were.
    pub fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    pub fn builder(&self) -> ClientBuilder {
        Client::builder().base_url(format!("{}/connect/v1", self.url)).token("secret-token")
    }

    /// A client that tries nothing again.
    pub fn client(&self) -> Client {
        let once = CallOptions::new().retry(RetryPolicy::never());
        self.builder().call_options(once).build().unwrap()
    }

    /// A client whose waits between attempts are short.
    pub fn patient_client(&self) -> Client {
        self.patient_builder().build().unwrap()
    }

    /// As [`Self::patient_client`], to be configured further.
    pub fn patient_builder(&self) -> ClientBuilder {
        let quick = RetryPolicy::default().initial_backoff(Duration::from_millis(1));
        self.builder().call_options(CallOptions::new().retry(quick))
    }
}

pub fn answer(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, axum::Json(body.clone())).into_response()
}

pub fn refuse(status: u16) -> Response {
    let error = json!({
        "id": "1", "code": "unexpectedError", "http_status": status.to_string(), "title": "No",
    });
    answer(status, &json!({"errors": [error]}))
}

/// An answer that never comes: the connection closes instead.
pub fn hang_up() -> Response {
    let broken = futures_util::stream::iter([Err::<Vec<u8>, _>(std::io::Error::other("gone"))]);
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
