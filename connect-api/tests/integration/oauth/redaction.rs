//! No secret shows in `Debug`, in an error or in a log. The test has a process of its own, because it
//! captures the log of the whole process.

use std::fmt::Debug;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connect_api::{Client, Error, OAuthTokens};
use serde_json::json;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::support::isolated;
use crate::support::oauth_service::OAuthService;

/// The captured log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Captures everything that is logged from now on.
    fn capture() -> Self {
        let log = Self::default();
        let writer = log.clone();

        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_writer(move || writer.clone())
            .init();

        log
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Both forms of `Debug`.
fn debug(value: &dyn Debug) -> String {
    format!("{value:?} {value:#?}\n")
}

/// An error with its causes, in `Display` and `Debug`.
fn debug_error(error: &Error) -> String {
    let mut text = format!("{error} {}", debug(error));
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text.push_str(&format!("{error} {}", debug(&error)));
        source = error.source();
    }

    text
}

fn secret(name: &str) -> String {
    format!("S3CRET-{name}")
}

/// Refreshes tokens and sends calls that succeed and fail, and returns all that a program can print
/// of them.
async fn run_calls(service: &Arc<OAuthService>) -> String {
    let mut printed = String::new();
    let builder = || {
        OAuthTokens::builder("client", secret("refresh"))
            .client_secret(secret("client"))
            .access_token(secret("access"), Duration::from_secs(600))
            .token_url(format!("{}/token", service.url))
            .on_refresh_token(|_| {})
    };
    printed.push_str(&debug(&builder()));
    let tokens = builder().build().unwrap();
    let client = service.client(&tokens);

    // The access token is refreshed.
    let body = json!({"access_token": secret("next"), "refresh_token": secret("rotated")});
    service.push_token_response(200, body);
    service.accept_token(&secret("next"));
    client.get_clusters().send().await.unwrap();
    printed.push_str(&debug(&tokens.refresh_token()));

    // The refresh fails: first with an invalid response, then with an error response that repeats
    // secrets.
    service.valid_tokens.lock().unwrap().clear();
    service.push_token_response(200, json!(secret("garbage")));
    let description = format!("{} {} of BODYUSER", secret("rotated"), secret("client"));
    service.push_token_response(
        400,
        json!({"error": "invalid_grant", "error_description": description}),
    );

    let error = client.get_clusters().send().await.unwrap_err();
    assert!(matches!(error, Error::Token(_)), "{error:?}");
    printed.push_str(&debug_error(&error));

    // A static token that has expired, and one that is no valid header value.
    let base_url = format!("{}/v1", service.url);
    let static_token = Client::builder().base_url(&base_url).token(secret("fixed"));
    printed.push_str(&debug(&static_token));

    let static_token = static_token.build().unwrap();
    printed.push_str(&debug_error(&static_token.get_clusters().send().await.unwrap_err()));
    let invalid_token = Client::new(secret("\n"));
    printed.push_str(&debug_error(&invalid_token.get_clusters().send().await.unwrap_err()));

    for value in
        [&tokens as &dyn Debug, &client, &static_token, &invalid_token, &client.get_clusters()]
    {
        printed.push_str(&debug(value));
    }

    printed
}

#[tokio::test]
async fn no_secret_shows_in_debug_errors_or_logs() {
    if isolated::case().is_none() {
        isolated::run("oauth::redaction::no_secret_shows_in_debug_errors_or_logs", "", |_| ());
        return;
    }

    let log = Log::capture();
    let service = OAuthService::start().await;
    let printed = run_calls(&service).await;

    // The secrets were sent, and the log is complete.
    assert_eq!(service.request_counts(), (4, 3));
    let logged = log.text();
    for expected in ["connect_api.refresh_token", "connect_api.attempt", "TRACE", "reqwest"] {
        assert!(logged.contains(expected), "{expected} is not logged:\n{logged}");
    }

    let basic = service.token_requests.lock().unwrap()[0].1.clone().unwrap();
    let basic = basic.strip_prefix("Basic ").unwrap();
    for line in printed.lines().chain(logged.lines()) {
        assert!(!line.contains("S3CRET") && !line.contains(basic), "{line}");
    }

    // The warning has the code of the OAuth error, but not the description: it can name a user.
    let is_warning = |line: &&str| line.contains(" WARN ") && line.contains("token refresh failed");
    let warning = logged.lines().rfind(is_warning).unwrap();

    assert!(warning.contains("400") && warning.contains("\"invalid_grant\""), "{warning}");
    assert!(warning.contains("\"refused\""), "{warning}");

    let described: Vec<&str> = logged.lines().filter(|line| line.contains("BODYUSER")).collect();
    assert!(!described.is_empty(), "the description is in no trace");
    assert!(described.iter().all(|line| line.contains("TRACE")), "{described:?}");
}
