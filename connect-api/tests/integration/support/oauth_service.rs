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

/// Stands in for the API and the account service, and records the requests.
pub struct OAuthService {
    pub url: String,
    /// The access tokens that the API accepts. It rejects any other as expired.
    pub valid_tokens: Mutex<HashSet<String>>,
    /// The `Authorization` of each request to the API.
    pub api_calls: Mutex<Vec<Option<String>>>,
    /// The form and the `Authorization` of each request to the token URL.
    pub token_requests: Mutex<Vec<(Fields, Option<String>)>>,
    /// The next responses of the token URL. After them, it issues `access-1`, `refresh-1` and so
    /// on.
    pub token_responses: Mutex<VecDeque<Response>>,
    /// The token URL takes a permit for each response.
    pub token_response_permits: Semaphore,
    /// The API waits here before it rejects a token as expired.
    pub expired_token_barrier: Mutex<Option<Arc<Barrier>>>,
    issued: AtomicUsize,
}

impl OAuthService {
    pub async fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let service = Arc::new(Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            valid_tokens: Mutex::default(),
            api_calls: Mutex::default(),
            token_requests: Mutex::default(),
            token_responses: Mutex::default(),
            token_response_permits: Semaphore::new(Semaphore::MAX_PERMITS),
            expired_token_barrier: Mutex::default(),
            issued: AtomicUsize::new(0),
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

    /// Returns a client with a short backoff.
    pub fn client(&self, tokens: &OAuthTokens) -> Client {
        let policy = RetryPolicy::default().initial_backoff(Duration::from_millis(1));
        Client::builder()
            .base_url(format!("{}/v1", self.url))
            .token_provider(tokens.clone())
            .call_options(CallOptions::new().retry(policy))
            .build()
            .unwrap()
    }

    /// Returns a client whose first access token, `old`, has expired earlier than announced.
    pub fn client_with_expired_token(&self) -> Client {
        let tokens = self.tokens().access_token("old", Duration::from_secs(600)).build().unwrap();
        self.client(&tokens)
    }

    pub fn push_token_response(&self, status: u16, body: Value) {
        let response = (StatusCode::from_u16(status).unwrap(), Json(body)).into_response();
        self.token_responses.lock().unwrap().push_back(response);
    }

    pub fn accept_token(&self, token: &str) {
        self.valid_tokens.lock().unwrap().insert(token.to_owned());
    }

    /// The numbers of requests to the API and to the token URL.
    pub fn request_counts(&self) -> (usize, usize) {
        (self.api_calls.lock().unwrap().len(), self.token_requests.lock().unwrap().len())
    }

    /// The refresh tokens in the requests to the token URL.
    pub fn received_refresh_tokens(&self) -> Vec<String> {
        let forms = self.token_requests.lock().unwrap();
        forms.iter().map(|(form, _)| form["refresh_token"].clone()).collect()
    }
}

async fn token(
    State(service): State<Arc<OAuthService>>,
    headers: HeaderMap,
    Form(form): Form<Fields>,
) -> Response {
    service.token_requests.lock().unwrap().push((form, authorization(&headers)));
    service.token_response_permits.acquire().await.unwrap().forget();

    if let Some(response) = service.token_responses.lock().unwrap().pop_front() {
        return response;
    }

    let number = service.issued.fetch_add(1, Ordering::Relaxed) + 1;
    service.accept_token(&format!("access-{number}"));

    Json(json!({
        "access_token": format!("access-{number}"),
        "refresh_token": format!("refresh-{number}"),
        "expires_in": 600,
        "token_type": "bearer",
    }))
    .into_response()
}

async fn clusters(State(service): State<Arc<OAuthService>>, headers: HeaderMap) -> Response {
    let authorization = authorization(&headers);
    let token = authorization.as_deref().and_then(|value| value.strip_prefix("Bearer "));
    let is_valid = token.is_some_and(|token| service.valid_tokens.lock().unwrap().contains(token));
    service.api_calls.lock().unwrap().push(authorization);

    if is_valid {
        return Json(json!({"data": []})).into_response();
    }

    let barrier = service.expired_token_barrier.lock().unwrap().clone();
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
