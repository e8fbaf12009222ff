//! A test case: one call of the public API, and the request that it must send.

use std::future::Future;
use std::pin::Pin;

use connect_api::{CallOptions, Client, Error, HeaderMap, Page, Response, RetryPolicy, StatusCode};
use connect_stand_in::StandIn;
use serde::Serialize;
use serde_json::{Value, json};

/// A call of one operation with all its parameters, and the expected request.
pub struct Case {
    pub id: &'static str,
    pub method: &'static str,
    /// Path below the base URL, percent-encoded.
    pub path: &'static str,
    /// Query, decoded, in the order of the document.
    pub query: &'static [(&'static str, &'static str)],
    pub body: Option<Value>,
    pub send: Send,
}

/// A response of any type, with the decoded body as JSON in its envelope.
pub struct AnyResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub json: Option<Value>,
}

type ResponseFuture = Pin<Box<dyn Future<Output = Result<AnyResponse, Error>>>>;
pub type Send = Box<dyn Fn(&Client) -> ResponseFuture>;

impl Case {
    pub fn new(id: &'static str, method: &'static str, path: &'static str, send: Send) -> Self {
        Self { id, method, path, query: &[], body: None, send }
    }

    pub fn query(mut self, query: &'static [(&'static str, &'static str)]) -> Self {
        self.query = query;
        self
    }

    pub fn body(mut self, data: Value) -> Self {
        self.body = Some(json!({ "data": data }));
        self
    }
}

/// A call whose response is the `data` of an envelope.
pub fn data<T: Serialize + 'static, F>(call: impl Fn(&Client) -> F + 'static) -> Send
where
    F: Future<Output = Result<Response<T>, Error>> + 'static,
{
    boxed(call, |data| Some(json!({ "data": data })))
}

/// A call whose response is a page.
pub fn page<T: Serialize + 'static, F>(call: impl Fn(&Client) -> F + 'static) -> Send
where
    F: Future<Output = Result<Response<Page<T>>, Error>> + 'static,
{
    without_envelope(call)
}

/// A call whose response has no envelope.
pub fn without_envelope<T: Serialize + 'static, F>(call: impl Fn(&Client) -> F + 'static) -> Send
where
    F: Future<Output = Result<Response<T>, Error>> + 'static,
{
    boxed(call, |body| Some(json!(body)))
}

/// A call whose response has no body.
pub fn without_body<F>(call: impl Fn(&Client) -> F + 'static) -> Send
where
    F: Future<Output = Result<Response<()>, Error>> + 'static,
{
    boxed(call, |()| None)
}

fn boxed<T: 'static, F>(
    call: impl Fn(&Client) -> F + 'static,
    json: fn(&T) -> Option<Value>,
) -> Send
where
    F: Future<Output = Result<Response<T>, Error>> + 'static,
{
    Box::new(move |client| {
        let call = call(client);
        Box::pin(async move {
            let response = call.await?;
            let json = json(response.body());
            Ok(AnyResponse { status: response.status(), headers: response.headers().clone(), json })
        })
    })
}

/// A client of the stand-in, without retries.
pub fn client(stand_in: &StandIn) -> Client {
    // Other tests cover retries.
    let without_retries = CallOptions::new().retry(RetryPolicy::never());
    let builder = Client::builder().base_url(stand_in.base_url()).token(stand_in.token());
    let builder = builder.call_options(without_retries);
    builder.build().expect("a client")
}
