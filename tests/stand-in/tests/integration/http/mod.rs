//! The stand-in over HTTP, with a small document as contract and without a farm.

mod requests;
mod routes;
mod specification;
mod test_handle;

use connect_stand_in::StandIn;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const CONTRACT: &str = include_str!("../../fixtures/stand_in.openapi.json");
const UPSTREAM: &str = include_str!("../../fixtures/stand_in.swagger.json");

async fn start_stand_in() -> StandIn {
    let contract = serde_json::from_str(CONTRACT).expect("JSON");
    let builder = StandIn::builder().contract(contract).upstream(UPSTREAM).examples();
    builder.start().await.expect("a stand-in")
}

fn request(stand_in: &StandIn, method: Method, path: &str) -> RequestBuilder {
    let url = format!("{}{path}", stand_in.base_url());
    Client::new().request(method, url).bearer_auth(stand_in.token())
}

/// Sends a request, and returns the status and the body, which is null if it is empty.
async fn send(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.expect("a response");
    let status = response.status().as_u16();
    let text = response.text().await.expect("text");
    (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect("JSON") })
}

async fn get(stand_in: &StandIn, path: &str) -> (u16, Value) {
    send(request(stand_in, Method::GET, path)).await
}

/// Sends a request line that a URL library would normalise, and returns the status.
async fn send_raw(stand_in: &StandIn, method: &str, target: &str) -> u16 {
    let url = stand_in.base_url();
    let host = url.trim_start_matches("http://").split('/').next().expect("a host");
    let mut stream = TcpStream::connect(host).await.expect("a connection");
    let token = stand_in.token();

    let request = format!(
        "{method} {target} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("a complete request");

    let mut response = String::new();
    stream.read_to_string(&mut response).await.expect("a response");
    response.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
}

/// The details of all errors in a body.
fn details(body: &Value) -> Vec<&str> {
    let errors = body["errors"].as_array().expect("errors");
    errors.iter().map(|error| error["detail"].as_str().expect("a detail")).collect()
}
