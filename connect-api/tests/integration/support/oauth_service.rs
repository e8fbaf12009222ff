//! The API and the account service in one server on this machine.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use connect_api::{CallOptions, Client, OAuthTokens, OAuthTokensBuilder, RetryPolicy};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Barrier, Semaphore};

pub type Fields = HashMap<String, String>;

/// What the servers know and have seen.
pub struct Service {
    pub url: String,
    /// The access tokens that the API takes; any other is called expired.
    pub good: Mutex<HashSet<String>>,
    /// Each request to the API, by its `Authorization`.
    pub calls: Mutex<Vec<Option<String>>>,
    /// Each form that came to the token URL, and its `Authorization`.
    pub forms: Mutex<Vec<(Fields, Option<String>)>>,
    /// What the token URL answers next; then it grants `access-1`, `refresh-1` and so on.
    pub answers: Mutex<VecDeque<Response>>,
    /// The token URL answers when it has a permit.
    pub gate: Semaphore,
    /// The API calls a token expired when this many have brought it.
    pub barrier: Mutex<Option<Arc<Barrier>>>,
    granted: AtomicUsize,
}

impl Service {
    pub async fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let service = Arc::new(Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            good: Mutex::default(),
            calls: Mutex::default(),
            forms: Mutex::default(),
            answers: Mutex::default(),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
            barrier: Mutex::default(),
            granted: AtomicUsize::new(0),
        });

        let router = Router::new()
            .route("/token", post(token))
            .route("/v1/clusters", get(clusters))
            .with_state(Arc::clone(&service));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

        service
    }

    pub fn tokens(&self) -> OAuthTokensBuilder {
        OAuthTokens::builder("client", "refresh-0").token_url(format!("{}/token", self.url))
    }

    /// A client whose waits between attempts are short.
    pub fn client(&self, tokens: &OAuthTokens) -> Client {
        let policy = RetryPolicy::default().initial_backoff(Duration::from_millis(1));
        Client::builder()
            .base_url(format!("{}/v1", self.url))
            .token_provider(tokens.clone())
            .call_options(CallOptions::new().retry(policy))
            .build()
            .unwrap()
    }

    /// A client that begins with the access token `old`, which has expired without its knowing.
    pub fn stale_client(&self) -> Client {
        let tokens = self.tokens().access_token("old", Duration::from_secs(600)).build().unwrap();
        self.client(&tokens)
    }

    pub fn will_answer(&self, status: u16, body: Value) {
        let answer = (StatusCode::from_u16(status).unwrap(), Json(body)).into_response();
        self.answers.lock().unwrap().push_back(answer);
    }

    pub fn will_take(&self, token: &str) {
        self.good.lock().unwrap().insert(token.to_owned());
    }

    /// How many requests the API and the token URL have seen.
    pub fn seen(&self) -> (usize, usize) {
        (self.calls.lock().unwrap().len(), self.forms.lock().unwrap().len())
    }

    /// The refresh tokens that came to the token URL.
    pub fn refresh_tokens(&self) -> Vec<String> {
        let forms = self.forms.lock().unwrap();
        forms.iter().map(|(form, _)| form["refresh_token"].clone()).collect()
    }
}

async fn token(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    Form(form): Form<Fields>,
) -> Response {
    service.forms.lock().unwrap().push((form, authorization(&headers)));
    service.gate.acquire().await.unwrap().forget();

    if let Some(answer) = service.answers.lock().unwrap().pop_front() {
        return answer;
    }

    let n = service.granted.fetch_add(1, Ordering::Relaxed) + 1;
    service.will_take(&format!("access-{n}"));

    Json(json!({
        "access_token": format!("access-{n}"),
        "refresh_token": format!("refresh-{n}"),
        "expires_in": 600,
        "token_type": "bearer",
    }))
    .into_response()
}

async fn clusters(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    let authorization = authorization(&headers);
    let token = authorization.as_deref().and_then(|value| value.strip_prefix("Bearer "));
    let good = token.is_some_and(|token| service.good.lock().unwrap().contains(token));
    service.calls.lock().unwrap().push(authorization);

    if good {
        return Json(json!({"data": []})).into_response();
    }

    let barrier = service.barrier.lock().unwrap().clone();
    if let Some(barrier) = barrier {
        barrier.wait().await;
    }

    let error = json!({
        "id": "1", "code": "tokenExpired", "http_status": "403", "title": "Signature has expired",
    });
    (StatusCode::FORBIDDEN, Json(json!({"errors": [error]}))).into_response()
}

fn authorization(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(header::AUTHORIZATION)?.to_str().unwrap().to_owned())
}
