//! `tracing` spans of calls and attempts, and redaction of secrets in them.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use connect_api::models::ClusterNoteUpdateRequest;
use connect_api::{
    AccessToken, BoxFuture, CallOptions, Client, Error, RetryPolicy, TokenError, TokenProvider,
};
use connect_stand_in::StandIn;
use connect_stand_in::{BodyLength, Fault};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

const TOKEN: &str = "umapi-token-4711";
const CLUSTER: &str = "cluster-id-4712";
const JOB: &str = "job-id-4713";
const NOTE: &str = "note-text-4714";

#[derive(Debug, Clone)]
struct Span {
    name: &'static str,
    level: Level,
    parent: Option<&'static str>,
    fields: Fields,
    closed: bool,
}

#[derive(Debug, Clone, Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

/// A `tracing` layer that records all spans, and the text of all levels except `trace`.
#[derive(Clone, Default)]
struct Capture {
    spans: Arc<Mutex<Vec<(Id, Span)>>>,
    text: Arc<Mutex<String>>,
}

impl Capture {
    fn record_text(&self, level: Level, text: fmt::Arguments<'_>) {
        if level < Level::TRACE {
            self.text.lock().expect("no panic").push_str(&format!("{text}\n"));
        }
    }

    fn with_span(&self, id: &Id, change: impl FnOnce(&mut Span)) {
        let mut spans = self.spans.lock().expect("no panic");
        // Ids are reused: only the last span with an id can be open.
        let span = spans.iter_mut().rev().find(|(span_id, _)| span_id == id);
        change(&mut span.expect("an open span").1);
    }

    /// Removes and returns the recorded spans, in the order of their start.
    fn take_spans(&self) -> Vec<Span> {
        let spans = std::mem::take(&mut *self.spans.lock().expect("no panic"));
        spans.into_iter().map(|(_, span)| span).collect()
    }
}

impl<S: Subscriber + for<'l> LookupSpan<'l>> Layer<S> for Capture {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let metadata = attributes.metadata();
        let level = *metadata.level();
        self.record_text(level, format_args!("{} {fields:?}", metadata.name()));

        let parent = context.span(id).and_then(|span| Some(span.parent()?.name()));
        let span = Span { name: metadata.name(), level, parent, fields, closed: false };

        if metadata.target().starts_with("connect_api") {
            self.spans.lock().expect("no panic").push((id.clone(), span));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let metadata = context.metadata(id).expect("an open span");
        let mut fields = Fields::default();
        values.record(&mut fields);
        self.record_text(*metadata.level(), format_args!("{} {fields:?}", metadata.name()));

        if metadata.target().starts_with("connect_api") {
            self.with_span(id, |span| span.fields.0.extend(fields.0));
        }
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.record_text(*event.metadata().level(), format_args!("{fields:?}"));
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let metadata = context.metadata(&id).expect("an open span");
        if metadata.target().starts_with("connect_api") {
            self.with_span(&id, |span| span.closed = true);
        }
    }
}

/// Sends a call, and returns its span and the spans of its attempts.
async fn record_spans<T: Debug>(
    capture: &Capture,
    call: impl Future<Output = Result<T, Error>>,
) -> (Span, Vec<Span>) {
    let result = call.await;
    let mut spans = capture.take_spans();
    assert!(spans.iter().all(|span| span.closed), "{spans:?} after {result:?}");

    let call = spans.remove(0);
    assert_eq!((call.name, call.level, call.parent), ("connect_api.call", Level::INFO, None));

    for attempt in &spans {
        assert_eq!((attempt.name, attempt.level), ("connect_api.attempt", Level::DEBUG));
        assert_eq!(attempt.parent, Some("connect_api.call"));

        for field in ["http.request.method", "url.template"] {
            assert_eq!(attempt.get(field), call.get(field));
        }

        assert!(attempt.get("server.address").is_some_and(|host| host.starts_with("127.0.0.")));
        assert!(attempt.get("server.port").is_some_and(|port| port.parse::<u16>().is_ok()));
    }

    for span in spans.iter().chain([&call]) {
        let failed = span.get("error.type").map(|_| "ERROR");
        assert_eq!(span.get("otel.status_code"), failed, "{span:?}");
    }

    (call, spans)
}

impl Span {
    fn get(&self, field: &str) -> Option<&str> {
        self.fields.0.get(field).map(String::as_str)
    }

    /// The fields for the resend count, the status code and the error type.
    fn outcome(&self) -> (Option<&str>, Option<&str>, Option<&str>) {
        let resend_count = self.get("http.request.resend_count");
        (resend_count, self.get("http.response.status_code"), self.get("error.type"))
    }
}

struct Setup {
    stand_in: StandIn,
    client: Client,
    capture: Capture,
    _guard: tracing::subscriber::DefaultGuard,
}

/// A second dispatcher, which records nothing.
///
/// With a single dispatcher, `tracing` caches whether a span is enabled by asking the current thread's
/// default. Another test's thread, which has no dispatcher, could then disable the spans of these tests.
static SECOND_DISPATCHER: LazyLock<Dispatch> =
    LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));

/// Starts a stand-in server and a client, and captures the spans of this thread, on which both run.
async fn set_up() -> Setup {
    LazyLock::force(&SECOND_DISPATCHER);

    let capture = Capture::default();
    let subscriber = tracing_subscriber::registry().with(capture.clone());
    let guard = tracing::subscriber::set_default(subscriber);
    let stand_in = StandIn::builder().token(TOKEN).examples().start().await.expect("a stand-in");
    let policy = RetryPolicy::default().max_attempts(3).initial_backoff(Duration::from_millis(1));

    let client = Client::builder()
        .base_url(stand_in.base_url())
        .token(TOKEN)
        .call_options(CallOptions::new().retry(policy).max_response_size(1 << 20))
        .build()
        .expect("a client");

    Setup { stand_in, client, capture, _guard: guard }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn span_of_a_blocking_call_is_a_child_of_the_current_span() {
    let Setup { stand_in: _stand_in, client, capture, _guard } = set_up().await;
    let subscriber = tracing::dispatcher::get_default(Clone::clone);

    let blocking = tokio::task::spawn_blocking(move || {
        let _guard = tracing::dispatcher::set_default(&subscriber);
        let program = tracing::info_span!("program");
        program.in_scope(|| client.get_settings().send().wait()).expect("a response");
        capture.take_spans()
    });
    let spans = blocking.await.expect("no panic");
    let name_and_parent = |span: &Span| (span.name, span.parent);

    assert_eq!(name_and_parent(&spans[0]), ("connect_api.call", Some("program")));
    assert_eq!(name_and_parent(&spans[1]), ("connect_api.attempt", Some("connect_api.call")));
}

#[tokio::test]
async fn call_and_attempt_have_a_span_each() {
    let setup = set_up().await;
    let call = setup.client.get_cluster_status(CLUSTER).send();
    let (call, attempts) = record_spans(&setup.capture, call).await;

    assert_eq!(call.get("http.request.method"), Some("GET"));
    assert_eq!(call.get("url.template"), Some("/clusters/{cluster_id}/status"));
    assert_eq!(call.get("otel.name"), Some("GET /clusters/{cluster_id}/status"));
    assert_eq!(call.get("otel.kind"), Some("client"));
    assert_eq!(call.outcome(), (Some("0"), Some("200"), None));

    let [attempt] = &attempts[..] else { panic!("{attempts:?}") };
    assert_eq!(attempt.outcome(), (Some("0"), Some("200"), None));
}

#[tokio::test]
async fn attempt_spans_record_resend_count_and_outcome() {
    let setup = set_up().await;
    setup.stand_in.inject_faults("get_cluster", [Fault::Disconnect, Fault::Status(503)]);
    let call = setup.client.get_cluster(CLUSTER).send();
    let (call, attempts) = record_spans(&setup.capture, call).await;

    assert_eq!(call.outcome(), (Some("2"), Some("200"), None));
    let outcomes: Vec<_> = attempts.iter().map(Span::outcome).collect();

    let expected = [
        (Some("0"), None, Some("transport")),
        (Some("1"), Some("503"), Some("503")),
        (Some("2"), Some("200"), None),
    ];

    assert_eq!(outcomes, expected);
}

/// Provides an expired token first, and a valid one after the API has refused it.
struct RenewedToken;

impl TokenProvider for RenewedToken {
    fn token<'a>(
        &'a self,
        refused: Option<&'a AccessToken>,
    ) -> BoxFuture<'a, Result<AccessToken, TokenError>> {
        let token = if refused.is_some() { TOKEN } else { "expired" };
        Box::pin(async move { Ok(AccessToken::from(token)) })
    }
}

#[tokio::test]
async fn repeat_with_a_new_token_has_an_attempt_span() {
    let setup = set_up().await;
    let client = Client::builder().base_url(setup.stand_in.base_url()).token_provider(RenewedToken);
    let call = client.build().expect("a client").print(CLUSTER, JOB).send();
    let (call, attempts) = record_spans(&setup.capture, call).await;

    assert_eq!(call.outcome(), (Some("1"), Some("200"), None));
    let outcomes: Vec<_> = attempts.iter().map(Span::outcome).collect();
    let refused = (Some("0"), Some("403"), Some("403"));
    assert_eq!(outcomes, [refused, (Some("1"), Some("200"), None)]);
}

#[tokio::test]
async fn spans_record_the_error_type() {
    let setup = set_up().await;
    let once = || CallOptions::new().retry(RetryPolicy::never());
    for (fault, status, kind) in [
        (Fault::Status(404), Some("404"), "404"),
        (Fault::Gateway(502), Some("502"), "502"),
        (Fault::Disconnect, None, "transport"),
        (Fault::DisconnectMidBody(BodyLength::ContentLength), None, "transport"),
        (Fault::Delay(Duration::from_secs(60)), None, "timeout"),
        (Fault::OversizedBody(2 << 20, BodyLength::Chunked), None, "response_too_large"),
        (Fault::TruncatedBody, Some("200"), "decode"),
        (Fault::Body("application/json", "{}"), Some("200"), "no_data"),
    ] {
        let name = format!("{fault:?}");
        let mut options = once();
        if kind == "timeout" {
            options = options.attempt_timeout(Duration::from_millis(300));
        }

        setup.stand_in.inject_faults("print", [fault]);
        let call = setup.client.print(CLUSTER, JOB).with(options).send();
        let (call, attempts) = record_spans(&setup.capture, call).await;

        assert_eq!(call.outcome(), (Some("0"), status, Some(kind)), "{name}");
        assert_eq!(attempts.len(), 1, "{name}");
    }

    let Setup { stand_in, capture, .. } = &setup;
    let url = stand_in.base_url();
    let refused = Client::builder().base_url(url.replace("127.0.0.1", "127.0.0.2")).build();
    let refused = refused.expect("a client").get_cluster(CLUSTER).with(once()).send();
    let (call, _) = record_spans(capture, refused).await;

    assert_eq!(call.outcome(), (Some("0"), None, Some("connect")));
}

#[tokio::test]
async fn dropped_call_closes_its_spans() {
    let setup = set_up().await;
    setup.stand_in.inject_faults("print", [Fault::Delay(Duration::from_secs(60))]);
    let call = setup.client.print(CLUSTER, JOB).send();
    tokio::time::timeout(Duration::from_millis(300), call).await.expect_err("late");

    let spans = setup.capture.take_spans();
    assert_eq!(spans.len(), 2);
    assert!(spans.iter().all(|span| span.closed), "{spans:?}");
}

#[tokio::test]
async fn ids_tokens_and_bodies_are_logged_at_trace_level_only() {
    let setup = set_up().await;
    let Setup { stand_in, client, .. } = &setup;
    let echo = "{\"data\": \"umapi-token-4711 body-text-4715\"}";

    let faults = [
        Fault::None,
        Fault::Disconnect,
        Fault::Status(500),
        Fault::Gateway(502),
        Fault::Body("application/json", echo),
        Fault::Redirect(307, format!("http://127.0.0.1:1/{CLUSTER}")),
        Fault::DisconnectMidBody(BodyLength::Chunked),
    ];

    for operation in ["get_cluster_status", "print", "update_cluster_note"] {
        stand_in.inject_faults(operation, faults.clone());
    }

    stand_in.renew_token("another");
    client.print(CLUSTER, JOB).send().await.expect_err("expired");
    stand_in.renew_token(TOKEN);

    for _ in 0..faults.len() {
        let mut note = ClusterNoteUpdateRequest::new();
        note.note =
            Some(serde_json::from_value(serde_json::json!({"note": NOTE})).expect("a note"));

        // Other tests check the results.
        let _ = client.get_cluster_status(CLUSTER).send().await;
        let _ = client.print(CLUSTER, JOB).send().await;
        let _ = client.update_cluster_note(CLUSTER, note).send().await;
    }

    let sent = stand_in.requests();
    let sent_note = |body: &[u8]| String::from_utf8_lossy(body).contains(NOTE);
    assert!(sent.iter().any(|request| sent_note(&request.body)), "the secrets were sent");

    let text = setup.capture.text.lock().expect("no panic").clone();
    assert!(text.contains("retrying the call") && text.contains("url.template"), "{text}");

    for secret in [TOKEN, CLUSTER, JOB, NOTE, "body-text-4715", "Gateway error page", "Master-Luke"]
    {
        assert!(!text.contains(secret), "{secret:?} occurs in:\n{text}");
    }
}
