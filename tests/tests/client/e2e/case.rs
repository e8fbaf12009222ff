//! Test case: a call of the public API, and the request that it must send.

use std::future::Future;
use std::pin::Pin;

use connect_api::{CallOptions, Client, Error, HeaderMap, Page, Response, RetryPolicy, StatusCode};
use connect_stand_in::StandIn;
use serde::Serialize;
use serde_json::{Value, json};

/// A call of one operation with all parameters, and the expected request.
pub struct Case {
    pub id: &'static str,
    pub method: &'static str,
    /// The path relative to the base URL, percent-encoded.
    pub path: &'static str,
    /// The decoded query, in the order of the document.
    pub query: &'static [(&'static str, &'static str)],
    pub body: Option<Value>,
    pub send: Send,
}

/// The response to a call, with the body as JSON in its envelope.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub json: Option<Value>,
}

type Pending = Pin<Box<dyn Future<Output = Result<Reply, Error>>>>;
pub type Send = Box<dyn Fn(&Client) -> Pending>;

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

/// A call that returns the `data` of an envelope.
pub fn data<T: Serialize + 'static, F>(call: impl Fn(&Client) -> F + 'static) -> Send
where
    F: Future<Output = Result<Response<T>, Error>> + 'static,
{
    reply(call, |data| Some(json!({ "data": data })))
}

/// A call that returns a page.
pub fn page<T: Serialize + 'static, F>(call: impl Fn(&Client) -> F + 'static) -> Send
where
    F: Future<Output = Result<Response<Page<T>>, Error>> + 'static,
{
    whole(call)
}

/// A call that returns a body without an envelope.
pub fn whole<T: Serialize + 'static, F>(call: impl Fn(&Client) -> F + 'static) -> Send
where
    F: Future<Output = Result<Response<T>, Error>> + 'static,
{
    reply(call, |body| Some(json!(body)))
}

/// A call that returns no body.
pub fn nothing<F>(call: impl Fn(&Client) -> F + 'static) -> Send
where
    F: Future<Output = Result<Response<()>, Error>> + 'static,
{
    reply(call, |()| None)
}

fn reply<T: 'static, F>(
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
            Ok(Reply { status: response.status(), headers: response.headers().clone(), json })
        })
    })
}

/// Creates a client of a stand-in server, without retries.
pub fn client(stand_in: &StandIn) -> Client {
    let once = CallOptions::new().retry(RetryPolicy::never());
    let builder = Client::builder().base_url(stand_in.base_url()).token(stand_in.token());
    let builder = builder.call_options(once);
    builder.build().expect("a client")
}
