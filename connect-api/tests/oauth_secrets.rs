//! Nothing that is secret shows: a program of its own, since it watches all that is logged.

#![cfg(feature = "oauth")]

mod oauth_support;

use std::fmt::Debug;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use connect_api::{Client, Error};
use oauth_support::Service;
use serde_json::json;
use tracing_subscriber::fmt::format::FmtSpan;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The `Debug` of a thing, both ways.
fn shown(thing: &dyn Debug) -> String {
    format!("{thing:?} {thing:#?}\n")
}

fn shown_error(error: &Error) -> String {
    let mut text = format!("{error} {}", shown(error));
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text.push_str(&format!("{error} {}", shown(&error)));
        source = error.source();
    }

    text
}

#[tokio::test]
async fn no_secret_shows_anywhere() {
    let log = Log::default();
    let writer = log.clone();

    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .init();
    let mut seen = String::new();
    let service = Service::start().await;
    let secret = |name: &str| format!("S3CRET-{name}");

    let builder = || {
        connect_api::OAuthTokens::builder("client", secret("refresh"))
            .client_secret(secret("client"))
            .access_token(secret("access"), std::time::Duration::from_secs(600))
            .token_url(format!("{}/token", service.url))
            .on_refresh_token(|_| {})
    };
    seen.push_str(&shown(&builder()));
    let tokens = builder().build().unwrap();
    let client = service.client(&tokens);

    // Granted, called expired, and refused with the service's own words.
    let grant = json!({"access_token": secret("next"), "refresh_token": secret("rotated")});
    service.will_answer(200, grant);
    service.will_take(&secret("next"));
    client.get_clusters().send().await.unwrap();
    seen.push_str(&shown(&tokens.refresh_token()));
    service.good.lock().unwrap().clear();
    service.will_answer(200, json!(secret("garbage")));

    let words = format!("{} {} of BODYUSER", secret("rotated"), secret("client"));
    service.will_answer(400, json!({"error": "invalid_grant", "error_description": words}));
    let error = client.get_clusters().send().await.unwrap_err();

    assert!(matches!(error, Error::Token(_)), "{error:?}");
    seen.push_str(&shown_error(&error));

    // A token for good that is called expired, and one that cannot be sent.
    let base_url = format!("{}/v1", service.url);
    let fixed = Client::builder().base_url(&base_url).token(secret("fixed"));
    seen.push_str(&shown(&fixed));

    let fixed = fixed.build().unwrap();
    seen.push_str(&shown_error(&fixed.get_clusters().send().await.unwrap_err()));
    let unfit = Client::new(secret("\n"));
    seen.push_str(&shown_error(&unfit.get_clusters().send().await.unwrap_err()));

    for thing in [&tokens as &dyn Debug, &client, &fixed, &unfit, &client.get_clusters()] {
        seen.push_str(&shown(thing));
    }

    // What was to be hidden was sent.
    assert_eq!(service.seen(), (4, 3));
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for expected in ["connect_api.refresh_token", "connect_api.attempt", "TRACE", "reqwest"] {
        assert!(logged.contains(expected), "{expected} is not logged:\n{logged}");
    }

    let basic = service.forms.lock().unwrap()[0].1.clone().unwrap();
    let basic = basic.strip_prefix("Basic ").unwrap();
    for line in seen.lines().chain(logged.lines()) {
        assert!(!line.contains("S3CRET") && !line.contains(basic), "{line}");
    }

    // The service's words can name a user; its error in the words of OAuth cannot.
    let warned = |line: &&str| line.contains(" WARN ") && line.contains("is not refreshed");
    let warnings: Vec<&str> = logged.lines().filter(warned).collect();
    let last = warnings.last().unwrap();

    assert!(last.contains("400") && last.contains("\"invalid_grant\""), "{last}");
    assert!(last.contains("\"refused\""), "{last}");

    let words: Vec<&str> = logged.lines().filter(|line| line.contains("BODYUSER")).collect();
    assert!(!words.is_empty() && words.iter().all(|line| line.contains("TRACE")), "{words:?}");
}
